"""What can go wrong with keys and envelopes, each in one sentence."""

from typing import ClassVar

from ansim.errors import AnsimError


class VaultError(AnsimError):
    """Base of the vault's errors."""

    code: ClassVar[str] = "vault"


class WrongKey(VaultError):
    """The key does not open this record, or the record was changed or put somewhere else."""

    code: ClassVar[str] = "wrong_key"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "This record does not open with this key, or it was changed or moved after it was "
            "sealed; ask someone with whom the case is shared, or restore the record from a backup."
        ),
        "ko": (
            "이 열쇠로는 이 기록이 열리지 않거나, 봉한 뒤에 바뀌거나 옮겨진 기록입니다. "
            "사건을 공유받은 사람에게 요청하거나 백업에서 되살려 주세요."
        ),
    }


class WrongPassword(VaultError):
    """The password does not open the staff member's private key."""

    code: ClassVar[str] = "wrong_password"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The password does not open this key. Check it and type it again.",
        "ko": "비밀번호가 맞지 않아 열쇠가 열리지 않습니다. 확인하고 다시 적어 주세요.",
    }


class MalformedBox(VaultError):
    """Bytes that are not an envelope or a key box of a known version."""

    code: ClassVar[str] = "malformed_box"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "This is not a sealed record that this version can read; it is cut short or was "
            "written by a newer version. Update Ansim or restore the record from a backup."
        ),
        "ko": (
            "이 버전이 읽을 수 있는 봉인 기록이 아닙니다. 잘렸거나 더 새로운 버전이 쓴 것입니다. "
            "안심을 새 버전으로 올리거나 백업에서 되살려 주세요."
        ),
    }


class MalformedKey(VaultError):
    """Key bytes of the wrong length."""

    code: ClassVar[str] = "malformed_key"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A key must be {expected} bytes and this one has {found}; give the whole key.",
        "ko": "열쇠는 {expected}바이트여야 하는데 {found}바이트입니다. 열쇠 전체를 넣어 주세요.",
    }


class MalformedCode(VaultError):
    """What was typed cannot be a receipt code."""

    code: ClassVar[str] = "malformed_code"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A code has {expected} digits, and there are {found} here. Please look again.",
        "ko": "접수번호는 숫자 {expected}자리인데 {found}자리를 적으셨어요. 다시 봐 주세요.",
    }


class SecretMissing(VaultError):
    """One of the server's secrets is gone while the others are there."""

    code: ClassVar[str] = "secret_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "The server secret “{name}” is missing from its folder or has the wrong size; "
            "restore the folder from a backup, because a new secret could not open old records."
        ),
        "ko": (
            "서버 비밀 ‘{name}’ 파일이 없거나 크기가 다릅니다. 새로 만들면 이전 기록을 열 수 "
            "없으므로 백업에서 폴더를 되살려 주세요."
        ),
    }


class SecretsTooOpen(VaultError):
    """A secret can be read by other accounts of the machine."""

    code: ClassVar[str] = "secrets_too_open"
    sentences: ClassVar[dict[str, str]] = {
        "en": (
            "The server secret “{name}” can be read by other accounts of this machine; "
            "run “chmod 600” on it and start again."
        ),
        "ko": (
            "서버 비밀 ‘{name}’ 파일을 이 컴퓨터의 다른 계정이 읽을 수 있습니다. "
            "chmod 600으로 권한을 고친 뒤 다시 시작해 주세요."
        ),
    }
