"""What the sandbox refuses, said to the person who started it."""

from typing import ClassVar

from ansim.errors import AnsimError


class SandboxRefused(AnsimError):
    """The small internet was asked to start in a production configuration."""

    code = "sandbox_refused"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "The sandbox internet does not start in production: "
            "unset ANSIM_MODE=production, or use a machine that serves nobody."
        ),
        "ko": (
            "운영 설정에서는 모래상자 인터넷을 켤 수 없습니다. "
            "ANSIM_MODE=production 설정을 지우거나 실제 이용자가 없는 장비에서 실행해 주세요."
        ),
    }


class SamplePicturesMissing(AnsimError):
    """The package that ships the ordinary sample pictures is not installed."""

    code = "sample_pictures_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "The sandbox needs the sample pictures of scikit-image: "
            "install Ansim with its extra, ansim[sandbox]."
        ),
        "ko": (
            "모래상자에는 scikit-image의 예제 그림이 필요합니다. "
            "ansim[sandbox]로 다시 설치해 주세요."
        ),
    }


class SandboxStopped(AnsimError):
    """Something was asked of the small internet while its servers do not run."""

    code = "sandbox_stopped"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The sandbox internet is not running: call start() first.",
        "ko": "모래상자 인터넷이 꺼져 있습니다. 먼저 start()를 호출해 주세요.",
    }
