"""The server's key ring as a running process sees it, and the working keys that it has opened.

Another process may rotate the ring while this one runs: the ring is read again where a wrap names
a key that this process does not know, and before every new wrap.
"""

import time
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Final
from uuid import UUID

from django.apps import apps as all_apps
from django.conf import settings
from django.db import connection

from ansim.centre.cases.errors import ServerKeyLost
from ansim.centre.cases.working import CENTRE
from ansim.vault import CaseKey, ServerKey, read_ring

# Any constant number: under this lock (PostgreSQL) wraps for the server are made and rotated.
RING_LOCK: Final = 0x616E72696E67

MOST_REMEMBERED: Final = 4096
# After this time another process's erasure is felt here too.
REMEMBERED_SECONDS: Final = 60.0


def folder() -> Path:
    """Where the server's secrets lie."""
    return Path(settings.ANSIM_HOME) / "keys"


class _Memory:
    """What this process knows of the ring, and working keys opened not long ago."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.ring: dict[str, ServerKey] = {}
        self.opened: OrderedDict[UUID, tuple[float, CaseKey]] = OrderedDict()


_memory = _Memory()


def read_again() -> tuple[ServerKey, ...]:
    """The ring as it lies in the folder now, oldest first. Raises SecretMissing, SecretsTooOpen."""
    ring = read_ring(folder())
    with _memory.lock:
        _memory.ring = {key.id: key for key in ring}
    return ring


def active_for_wrapping() -> ServerKey:
    """The key that new wraps are made for, until the end of this transaction.

    The rotation waits for transactions that hold it, so that none commits a wrap for a key that
    is gone. On SQLite the write lock of the transaction does the same.
    """
    lock_ring(alone=False)
    return read_again()[-1]


def lock_ring(*, alone: bool) -> None:
    """Hold the ring's lock until the end of the transaction: ``alone``, or with other wrappers."""
    if connection.vendor == "postgresql":
        name = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {name}(%s)", [RING_LOCK])


def private_of(key_id: str) -> bytes:
    """The private half of one key of the ring. Raises ServerKeyLost."""
    if key_id not in _memory.ring:
        read_again()
    key = _memory.ring.get(key_id)
    if key is None:
        raise ServerKeyLost(key_id=key_id)
    return key.private


def remembered(subject: UUID) -> CaseKey | None:
    """A working key opened within the last minute."""
    with _memory.lock:
        found = _memory.opened.get(subject)
        if found is None:
            return None
        if found[0] < time.monotonic():
            del _memory.opened[subject]
            return None
        _memory.opened.move_to_end(subject)
        return found[1]


def remember(subject: UUID, key: CaseKey) -> None:
    """Keep an opened working key for a minute; the one not used for longest goes first."""
    with _memory.lock:
        _memory.opened[subject] = (time.monotonic() + REMEMBERED_SECONDS, key)
        _memory.opened.move_to_end(subject)
        while len(_memory.opened) > MOST_REMEMBERED:
            _memory.opened.popitem(last=False)


def forget(subject: UUID | None = None) -> None:
    """Drop one working key from memory, or all of them."""
    with _memory.lock:
        if subject is None:
            _memory.opened.clear()
        else:
            _memory.opened.pop(subject, None)


def after_migration(sender: Any, apps: Any = all_apps, **_more: Any) -> None:
    """The database was made or emptied: forget its keys, and see that the centre has its own."""
    del sender, _more
    forget()
    from ansim.centre.cases import keyring

    # Halfway through the migrations there may be no table yet.
    if any(field.name == "subject" for field in apps.get_model("cases", "KeyWrap")._meta.fields):
        keyring.working_key(CENTRE)
