"""What can be wrong with a backup, each in one sentence with its mend."""

from typing import ClassVar

from ansim.errors import AnsimError


class NotABackup(AnsimError):
    """A folder without a manifest of ours."""

    code: ClassVar[str] = "not_a_backup"
    sentences: ClassVar[dict[str, str]] = {
        "en": "{folder} is not a backup; name the folder that holds its manifest.json.",
        "ko": "{folder}은(는) 백업이 아닙니다. manifest.json이 들어 있는 폴더를 적어 주세요.",
    }


class BackupChanged(AnsimError):
    """A file of the backup is missing or is not the one that was signed."""

    code: ClassVar[str] = "backup_changed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The backup {folder} was changed or is not whole ({file}); take another copy of it.",
        "ko": "백업 {folder}이(가) 바뀌었거나 온전하지 않습니다({file}). 다른 사본을 쓰세요.",
    }


class BackupExpired(AnsimError):
    """A backup past its day."""

    code: ClassVar[str] = "backup_expired"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The backup {folder} expired on {day}: what was erased since then would come back. "
        "Take a newer one.",
        "ko": "백업 {folder}의 기한은 {day}까지였습니다. 그 뒤에 파기한 것이 되살아날 수 있으니 "
        "더 새로운 백업을 쓰세요.",
    }


class BackupExists(AnsimError):
    """A backup of this name is there already."""

    code: ClassVar[str] = "backup_exists"
    sentences: ClassVar[dict[str, str]] = {
        "en": "{folder} holds a backup of this second already; try again.",
        "ko": "{folder}에 같은 시각의 백업이 이미 있습니다. 다시 해 주세요.",
    }


class WrongKind(AnsimError):
    """Data where keys are wanted, or the other way round."""

    code: ClassVar[str] = "wrong_kind_of_backup"
    sentences: ClassVar[dict[str, str]] = {
        "en": "{folder} is a backup of {found}, and one of {expected} is wanted here.",
        "ko": "{folder}은(는) {found} 백업인데, 여기에는 {expected} 백업이 필요합니다.",
    }


class NoLock(AnsimError):
    """Neither the passphrase nor the escrow key opens the key backup."""

    code: ClassVar[str] = "no_lock"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This passphrase or escrow key does not open the key backup; check it.",
        "ko": "이 암호문이나 예비 열쇠로는 열쇠 백업이 열리지 않습니다. 확인해 주세요.",
    }


class KeysOlder(AnsimError):
    """A key backup from before the data backup: cases opened in between would have no key."""

    code: ClassVar[str] = "keys_older"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The key backup {folder} is older than the data backup. "
        "Take the one made with it, or a newer one.",
        "ko": "열쇠 백업 {folder}이(가) 자료 백업보다 오래되었습니다. "
        "함께 만든 것이나 더 새로운 것을 쓰세요.",
    }
