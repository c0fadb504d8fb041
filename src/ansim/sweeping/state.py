"""What of a sweep is done, in a file that only grows; a kill at any time costs unfinished parts only.

One line is one finished part: the CRC-32 of the rest in eight hex digits, a space, JSON, a line
feed. A line is written in one piece and synced before the part counts as done. A line that is torn
or damaged is as if it were not there. The file names parts by digests and holds counts, hashes,
items and offsets: no address, no path, no byte of a picture. Its mode is 0600, one process at a
time works with it (a lock that the system frees at its death), and the sweep's end removes it.
"""

import fcntl
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ansim.sweeping.errors import StateBusy, StateUnwritable
from ansim.sweeping.parts import Result

_ENDING: Final = ".sweep"
_CHECKSUM: Final = 9


class State:
    """The state file of one sweep. ``name``: hex digits that name it; ``fresh`` forgets the past.

    Raises StateBusy, StateUnwritable.
    """

    def __init__(self, folder: Path, name: str, *, fresh: bool = False) -> None:
        self.path = folder / f"{name}{_ENDING}"
        self._places: dict[str, int] = {}
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            handle = os.open(self.path, flags, 0o600)
        except OSError:
            raise StateUnwritable from None
        self._file = os.fdopen(handle, "r+b", buffering=0)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise StateBusy from None
        if fresh:
            self._file.truncate(0)
        self._end = self._load()

    def __enter__(self) -> Self:
        """The state itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the file free for another process."""
        self._file.close()

    def __len__(self) -> int:
        """How many parts are done."""
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        """Whether a part is done."""
        return key in self._places

    def get(self, key: str) -> Result | None:
        """What a part gave, if it is done."""
        place = self._places.get(key)
        if place is None:
            return None
        self._file.seek(place)
        with os.fdopen(os.dup(self._file.fileno()), "rb") as lines:
            line = lines.readline()
        return _result(line)

    def add(self, key: str, result: Result) -> None:
        """A part is done, for good. Raises StateUnwritable (the disk is full)."""
        line = _line({"key": key, **result.to_json()})
        try:
            self._file.seek(self._end)
            written = self._file.write(line)
            if written != len(line):
                raise StateUnwritable
            os.fsync(self._file.fileno())
        except OSError:
            raise StateUnwritable from None
        self._places[key] = self._end
        self._end += len(line)

    def remove(self) -> None:
        """The sweep is over: nothing of it stays."""
        self.path.unlink(missing_ok=True)

    def _load(self) -> int:
        """Where the last whole line ends; what is torn after it is cut off."""
        end = 0
        with os.fdopen(os.dup(self._file.fileno()), "rb") as lines:
            lines.seek(0)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                record = _record(line)
                if record is not None:
                    self._places[str(record["key"])] = end
                end += len(line)
        self._file.truncate(end)
        return end


def _line(record: Mapping[str, object]) -> bytes:
    text = json.dumps(record, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _record(line: bytes) -> dict[str, object] | None:
    """The record of a line, None where it is not what was written."""
    text = line[_CHECKSUM:].rstrip(b"\n")
    if line[:_CHECKSUM] != b"%08x " % zlib.crc32(text):
        return None
    try:
        record = json.loads(text)
        Result.from_json(record)
        return record if isinstance(record.get("key"), str) else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _result(line: bytes) -> Result | None:
    record = _record(line)
    return None if record is None else Result.from_json(record)
