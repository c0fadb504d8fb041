"""Backups in two parts that are kept apart: the data without any key, and the keys.

A backup is a folder with a signed manifest, which names every file with its digest, when it was
made and when it expires. Keys expire sooner than data: what was erased since the last key backup
stays erased, whatever old copy of the data turns up. No Django here.
"""

from ansim.backups.bundles import (
    Bundle,
    Content,
    find_bundles,
    prune,
    read_bundle,
    write_bundle,
)
from ansim.backups.errors import (
    BackupChanged,
    BackupExists,
    BackupExpired,
    KeysOlder,
    NoLock,
    NotABackup,
    WrongKind,
)
from ansim.backups.locking import Lock, lock_content, open_content, open_with_escrow

__all__ = [
    "BackupChanged",
    "BackupExists",
    "BackupExpired",
    "Bundle",
    "Content",
    "KeysOlder",
    "Lock",
    "NoLock",
    "NotABackup",
    "WrongKind",
    "find_bundles",
    "lock_content",
    "open_content",
    "open_with_escrow",
    "prune",
    "read_bundle",
    "write_bundle",
]
