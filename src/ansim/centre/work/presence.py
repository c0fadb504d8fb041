"""Which workers are alive: a lock that the operating system or PostgreSQL frees at death.

No heartbeat and no time-out: a worker that was killed is known to be dead at once, and one that
is merely slow is never taken for dead.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def _lock_path(worker_id: str) -> Path:
    folder = Path(settings.ANSIM_HOME) / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"worker-{worker_id}.lock"


def _lock_number(worker_id: str) -> int:
    return int.from_bytes(hashlib.sha256(worker_id.encode()).digest()[:8], "big", signed=True)


class Presence:
    """Held by a worker for as long as it lives."""

    def __init__(self, worker_id: str) -> None:
        self.worker_id = worker_id
        self._file: IO[bytes] | None = None
        self._session: BaseDatabaseWrapper | None = None

    def announce(self) -> None:
        """Take the lock that says: this worker lives."""
        if connection.vendor == "postgresql":
            # A connection of its own, outside any transaction, for as long as the worker lives.
            self._session = connections.create_connection("default")
            with self._session.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_lock_number(self.worker_id)])
            return
        self._file = _lock_path(self.worker_id).open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.write(str(os.getpid()).encode())
        self._file.flush()

    def leave(self) -> None:
        """Give the lock back, at an orderly end."""
        if self._session is not None:
            # Given back first: the server ends a closed session only a moment later.
            with self._session.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_lock_number(self.worker_id)])
            self._session.close()
            self._session = None
        if self._file is not None:
            _lock_path(self.worker_id).unlink(missing_ok=True)
            self._file.close()
            self._file = None


def is_alive(worker_id: str) -> bool:
    """Whether the worker with this id still holds its lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            number = _lock_number(worker_id)
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            free = bool(cursor.fetchone()[0])
            if free:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return not free
    path = _lock_path(worker_id)
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        path.unlink(missing_ok=True)
    return False
