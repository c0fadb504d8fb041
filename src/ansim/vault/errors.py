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


class MalformedPhone(VaultError):
    """What was typed cannot be a telephone number."""

    code: ClassVar[str] = "malformed_phone"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is not a telephone number. Type its digits, with +country code from abroad.",
        "ko": "전화번호가 아닙니다. 숫자로 적고, 국외 번호는 +국가번호부터 적어 주세요.",
    }


class BadSignature(VaultError):
    """A signature that is not of this key, for this purpose, over these bytes."""

    code: ClassVar[str] = "bad_signature"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The signature does not fit: the file was changed, or another centre signed it.",
        "ko": "서명이 맞지 않습니다. 파일이 바뀌었거나 다른 센터가 서명한 것입니다.",
    }


class MistypedKey(VaultError):
    """A line that is no escrow key and no share: its checksum is wrong."""

    code: ClassVar[str] = "mistyped_key"
    sentences: ClassVar[dict[str, str]] = {
        "en": "A letter or digit of this line is wrong or missing. Compare it with the paper.",
        "ko": "이 줄에 틀렸거나 빠진 글자가 있습니다. 종이와 견주어 다시 적어 주세요.",
    }


class ShareMissing(VaultError):
    """One share alone."""

    code: ClassVar[str] = "share_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Two of the three shares are needed. Type a second one on the next line.",
        "ko": "조각 셋 가운데 둘이 필요합니다. 다음 줄에 다른 조각을 적어 주세요.",
    }


class SameShare(VaultError):
    """The same share twice."""

    code: ClassVar[str] = "same_share"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Both lines are share {number}. Type another share of the same key.",
        "ko": "두 줄 모두 {number}번 조각입니다. 같은 열쇠의 다른 조각을 적어 주세요.",
    }


class MixedShares(VaultError):
    """Shares of different keys."""

    code: ClassVar[str] = "mixed_shares"
    sentences: ClassVar[dict[str, str]] = {
        "en": "These lines belong to different keys. Take shares with the same first letters.",
        "ko": "서로 다른 열쇠의 줄입니다. 앞 글자들이 같은 조각을 모아 주세요.",
    }
