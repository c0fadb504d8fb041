"""What can go wrong when something is kept, held or erased."""

from typing import ClassVar

from ansim.errors import AnsimError


class MalformedRules(AnsimError):
    """A file of retention rules is not as it must be."""

    code: ClassVar[str] = "malformed_retention_rules"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The retention rules {file} are wrong at {where}: {mend}.",
        "ko": "보존 규칙 파일 {file}의 {where} 항목이 잘못되었습니다: {mend}.",
    }


class OnHold(AnsimError):
    """A legal hold forbids the erasure."""

    code: ClassVar[str] = "on_hold"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This case is on legal hold. Lift the hold first, or ask counsel.",
        "ko": "이 사건은 파기 보류 중입니다. 보류를 먼저 풀거나 법률 자문을 구해 주세요.",
    }


class CounselDecides(AnsimError):
    """The rule leaves it to counsel whether a record may be destroyed before its time."""

    code: ClassVar[str] = "counsel_decides"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The rule for this record leaves an early erasure to counsel. Ask counsel, write the "
        "answer down, and let two colleagues erase it.",
        "ko": "이 기록의 규칙은 기한 전 파기를 법률 자문에 맡깁니다. 자문을 구해 답을 적어 두고 "
        "두 사람이 함께 파기해 주세요.",
    }


class WorkInHand(AnsimError):
    """A worker is just now doing something for this case."""

    code: ClassVar[str] = "work_in_hand"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Something is being sent or looked at for this case right now. "
        "Try again in a minute.",
        "ko": "지금 이 사건의 일을 처리하는 중입니다. 1분 뒤에 다시 해 주세요.",
    }


class NotYet(AnsimError):
    """Nothing says that the case may be erased now."""

    code: ClassVar[str] = "not_due_for_erasure"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The time to keep this case is not over, and nobody asked for it to be erased.",
        "ko": "이 사건은 보존 기간이 남아 있고, 파기를 요청한 사람도 없습니다.",
    }


class EmptyReason(AnsimError):
    """A hold without a reason."""

    code: ClassVar[str] = "empty_hold_reason"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Write down why this case must be kept.",
        "ko": "이 사건을 보존해야 하는 까닭을 적어 주세요.",
    }


class NotEmpty(AnsimError):
    """A restore into a centre that is in use."""

    code: ClassVar[str] = "restore_not_empty"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is a centre here already. Restore into an empty data folder and database.",
        "ko": "여기에는 이미 센터가 있습니다. 빈 자료 폴더와 빈 데이터베이스에 되살려 주세요.",
    }


class OtherVersion(AnsimError):
    """A backup whose tables have another shape."""

    code: ClassVar[str] = "restore_other_version"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The backup was made by another version of Ansim ({difference}). "
        "Restore it with that version, then upgrade.",
        "ko": "다른 버전의 안심이 만든 백업입니다({difference}). "
        "그 버전으로 되살린 뒤에 새 버전으로 올려 주세요.",
    }
