"""Cutting what is to be swept into parts, the same parts whoever works on them.

Archives are cut every ``RANGE`` bytes. Files of a folder go in batches that end where a name's
checksum says so, so that a file that comes or goes changes one batch and not all that follow.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ansim.errors import AnsimError
from ansim.sweeping.errors import Broken, InputMissing, InputUnreadable, NotAnArchive, OldArchive
from ansim.sweeping.members import Form, Shell, form_of, is_old_archive
from ansim.sweeping.parts import Batch, Part, Range, key_of

RANGE: Final = 8 * 1024 * 1024
"""Bytes of an archive that one part covers: some seconds of work, which is what a kill can cost."""

_BATCH_FILES: Final = 256
_BATCH_BYTES: Final = 64 * 1024 * 1024
_BATCH_ENDS: Final = 32
"""One name in so many ends a batch."""
_ENDS: Final = 64 * 1024
_HEAD: Final = 16
_PACKED: Final = (b"WARC/", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_SKIPPABLE: Final = b"\x2a\x4d\x18"
_ENDINGS: Final[dict[str, Form]] = {".warc": "plain", ".warc.gz": "gzip", ".warc.zst": "zstd"}


@dataclass(frozen=True, slots=True)
class Refused:
    """An input that cannot be swept, and why."""

    path: str
    error: AnsimError


def plan(inputs: Iterable[Path], *, length: int = RANGE) -> Iterator[Part | Refused]:
    """Every part, in the order of the inputs and, within folders, of the names. Lazily.

    ``length``: bytes that a range of an archive has. Links to folders are not followed.
    """
    for given in inputs:
        if given.is_dir():
            yield from _folder(given, length)
            continue
        try:
            form = _form(given)
            if form is None:
                yield _batch([_about(given)], walked=False)
            else:
                yield from _ranges(given, form, length)
        except AnsimError as error:
            yield Refused(str(given), error)


def measure(inputs: Iterable[Path]) -> int:
    """All bytes that are to be read, by the sizes of the files; nothing is opened."""
    total = 0
    for given in inputs:
        paths = _walk(given) if given.is_dir() else iter([given])
        for path in paths:
            try:
                total += path.stat().st_size if isinstance(path, Path) else 0
            except OSError:
                continue
    return total


def fingerprint_of(path: Path) -> str:
    """Which content a file has, without reading all of it: place, size, time, both ends.

    Raises InputMissing, InputUnreadable.
    """
    try:
        about = path.stat()
        with path.open("rb") as file:
            first = file.read(_ENDS)
            file.seek(max(0, about.st_size - _ENDS))
            last = file.read(_ENDS)
        facts = (str(path.resolve()), about.st_size, about.st_mtime_ns)
        return key_of(*facts, first.hex(), last.hex())
    except FileNotFoundError:
        raise InputMissing from None
    except (OSError, ValueError):
        raise InputUnreadable from None


def _folder(folder: Path, length: int) -> Iterator[Part | Refused]:
    batch: list[tuple[str, int, int]] = []
    parent = None
    for path in _walk(folder):
        if isinstance(path, Refused):
            yield path
            continue
        if batch and path.parent != parent:
            yield _batch(batch, walked=True)
            batch = []
        parent = path.parent
        try:
            form = _form(path)
            if form is not None:
                if batch:
                    yield _batch(batch, walked=True)
                    batch = []
                yield from _ranges(path, form, length)
                continue
            batch.append(_about(path))
        except AnsimError as error:
            yield Refused(str(path), error)
            continue
        if _ends(batch):
            yield _batch(batch, walked=True)
            batch = []
    if batch:
        yield _batch(batch, walked=True)


def _walk(folder: Path) -> Iterator[Path | Refused]:
    """Every file, and every folder that cannot be read: what is not seen must be told."""
    closed: list[OSError] = []
    for inside, folders, names in os.walk(folder, onerror=closed.append):
        yield from (Refused(str(one.filename), InputUnreadable()) for one in closed)
        closed.clear()
        folders.sort()
        yield from (Path(inside, name) for name in sorted(names))
    yield from (Refused(str(one.filename), InputUnreadable()) for one in closed)


def _about(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:
        raise InputUnreadable from None
    return str(path), found.st_size, found.st_mtime_ns


def _ends(batch: list[tuple[str, int, int]]) -> bool:
    name = Path(batch[-1][0]).name.encode(errors="surrogateescape")
    return (
        zlib.crc32(name) % _BATCH_ENDS == 0
        or len(batch) >= _BATCH_FILES
        or sum(size for _, size, _ in batch) >= _BATCH_BYTES
    )


def _batch(files: list[tuple[str, int, int]], *, walked: bool) -> Batch:
    facts = [(str(Path(path).absolute()), size, time) for path, size, time in files]
    paths = tuple(path for path, _, _ in files)
    return Batch(key_of(facts, walked), paths, walked, sum(size for _, size, _ in files))


def _form(path: Path) -> Form | None:
    """How an archive is packed; None for any other file, by its first bytes.

    Raises InputMissing, InputUnreadable, NotAnArchive, OldArchive.
    """
    try:
        if not path.is_file():
            if path.exists():
                raise InputUnreadable
            raise InputMissing
        with path.open("rb") as file:
            head = file.read(_HEAD)
            packed = head.startswith(_PACKED) or head[1:4] == _SKIPPABLE
            if packed and (form := form_of(file)):
                return form
            if (packed or head.startswith(b"filedesc:")) and is_old_archive(file):
                raise OldArchive
            named = _form_by_name(path)
            if named is not None and head:
                # Its beginning is damaged; what follows may be whole.
                _require_a_record(file, named)
            return named if head else None
    except Broken:
        raise NotAnArchive from None
    except (OSError, ValueError):
        raise InputUnreadable from None


def _form_by_name(path: Path) -> Form | None:
    name = path.name.lower()
    return next((form for ending, form in _ENDINGS.items() if name.endswith(ending)), None)


def _require_a_record(file: BinaryIO, form: Form) -> None:
    shell = Shell(file, form)
    if shell.next_start(0, shell.size) is None:
        raise NotAnArchive


def _ranges(path: Path, form: Form, length: int) -> Iterator[Range]:
    content = fingerprint_of(path)
    size = path.stat().st_size
    for low in range(0, size, length):
        high = min(low + length, size)
        key = key_of(content, low, high)
        yield Range(key, str(path), form, low, high, start=None if low else 0)
