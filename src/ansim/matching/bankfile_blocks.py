"""The bytes of a bank file: a head, then blocks that are only ever added at the end.

Everything starts at a multiple of 64 bytes, so that arrays can be mapped. A block is a 64-byte
head and its payload; both have a CRC-32. Blocks count once a commit block follows that names them
all; what comes after the last commit was cut off by a crash and is no part of the bank.

==========  ===============================================================================
head        magic, format version, flags, bank (16 bytes), generation (16), CRC-32
block head  magic, kind, flags, length, transaction, order, segment, items, rows, two CRC-32
commit      generation, start and place in the file, items, rows, seconds since 1970, CRC-32
==========  ===============================================================================

A sealed payload is a box of the vault (AES-256-GCM), bound to its generation, kind and place.
"""

import contextlib
import glob
import os
import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from mmap import mmap
from pathlib import Path
from typing import BinaryIO, Final
from uuid import UUID

from ansim.matching.errors import BankDamaged, BankExists, BankTooNew, BankWrongKey, NotABankFile
from ansim.vault import Aad, CaseKey, MalformedBox, WrongKey, open_sealed, seal

FORMAT: Final = 1
ALIGN: Final = 64
SEALED: Final = 1

ABOUT: Final = 1
KEY: Final = 2
STATES: Final = 3
COMMIT: Final = 4

_DRAFT: Final = ".draft"
_FILE_MAGIC: Final = b"ANSIMBNK"
_BLOCK_MAGIC: Final = b"ABLK"
_FILE: Final = struct.Struct("<8sII16s16s12xI")
_BLOCK: Final = struct.Struct("<4sHHQQIIQQI8xI")
_COMMIT: Final = struct.Struct("<16sQQQQdII")
Bytes = bytes | mmap


@dataclass(frozen=True, slots=True)
class FileHead:
    """``bank`` stays for ever; ``generation`` is new whenever the file is written anew."""

    bank: UUID
    generation: UUID
    sealed: bool

    def encode(self) -> bytes:
        """64 bytes."""
        flags = SEALED if self.sealed else 0
        raw = _FILE.pack(_FILE_MAGIC, FORMAT, flags, self.bank.bytes, self.generation.bytes, 0)
        return _summed(raw)

    @classmethod
    def decode(cls, data: Bytes) -> "FileHead":
        """Raises NotABankFile, BankTooNew, BankDamaged."""
        raw = bytes(data[: _FILE.size])
        if raw[:8] != _FILE_MAGIC:
            raise NotABankFile
        if len(raw) < _FILE.size or not _sum_is_right(raw):
            raise BankDamaged(place=0)
        _, version, flags, bank, generation, _ = _FILE.unpack(raw)
        if version != FORMAT:
            raise BankTooNew(version=version)
        return cls(UUID(bytes=bank), UUID(bytes=generation), bool(flags & SEALED))


@dataclass(frozen=True, slots=True)
class Block:
    """One block as its head tells it; ``place`` is where the head starts in the file."""

    kind: int
    sealed: bool
    length: int
    transaction: int
    order: int
    segment: int
    items: int
    rows: int
    total: int
    place: int

    @property
    def start(self) -> int:
        """Where the payload starts."""
        return self.place + _BLOCK.size

    @property
    def end(self) -> int:
        """Where the next block starts."""
        return self.start + _padded(self.length)

    def head(self) -> bytes:
        """64 bytes."""
        return _summed(
            _BLOCK.pack(
                _BLOCK_MAGIC, self.kind, SEALED if self.sealed else 0, self.length,
                self.transaction, self.order, self.segment, self.items, self.rows, self.total, 0,
            )
        )  # fmt: skip


@dataclass(slots=True)
class Walk:
    """What a file holds up to its last commit; ``end`` is where the next transaction starts."""

    head: FileHead
    blocks: list[Block] = field(default_factory=list)
    version: int = 0
    end: int = _FILE.size
    committed_at: float = 0.0


def walk(data: Bytes, since: Walk | None = None) -> Walk:
    """Every whole transaction of the file, after those of ``since``.

    A torn end is passed over. Raises BankDamaged when commits follow after bytes that are wrong,
    because then it is no torn end, and NotABankFile, BankTooNew.
    """
    found = since or Walk(FileHead.decode(data))
    at, pending, chain = found.end, list[Block](), 0
    while (block := _block_at(data, at)) is not None:
        if block.kind != COMMIT:
            pending.append(block)
            chain = _chained(block.head(), chain)
        elif (when := _commits(data, block, found, chain)) is not None:
            found.blocks += pending
            found.version, found.end, found.committed_at = block.transaction, block.end, when
            pending, chain = [], 0
        else:
            break
        at = block.end
    if _commit_after(data, found):
        raise BankDamaged(place=found.end)
    return found


class Reader:
    """Payloads of one file, each checked the first time that it is read."""

    def __init__(self, data: Bytes, head: FileHead, key: CaseKey | None) -> None:
        self._view = memoryview(data)
        self._head = head
        self._key = key

    def payload(self, block: Block) -> memoryview:
        """The payload, opened when it is sealed. Raises BankDamaged, BankWrongKey."""
        stored = self._view[block.start : block.start + block.length]
        if zlib.crc32(stored) != block.total:
            raise BankDamaged(place=block.place)
        if not block.sealed:
            return stored
        if self._key is None:
            raise BankWrongKey
        place = _belongs(self._head, block.kind, block.transaction, block.order)
        try:
            return memoryview(open_sealed(self._key, bytes(stored), place))
        except (WrongKey, MalformedBox):
            raise BankWrongKey from None


@dataclass(frozen=True, slots=True)
class Draft:
    """A block that is to be written; ``segment`` numbers the segments of one transaction."""

    kind: int
    payload: memoryview | bytes
    segment: int = 0
    items: int = 0
    rows: int = 0


class Writer:
    """Adds one transaction to a file that is open for writing at ``start``."""

    def __init__(
        self, file: BinaryIO, head: FileHead, key: CaseKey | None, *, start: int, transaction: int
    ) -> None:
        self._file, self._head, self._key = file, head, key
        self._start, self._at, self._transaction = start, start, transaction
        self._order, self._chain = 0, 0
        self._items = self._rows = 0

    def write(self, draft: Draft) -> None:
        """One block. The wrapped key itself is the only one that is never sealed."""
        if self._key is None or draft.kind == KEY:
            self._put(draft, draft.payload, sealed=False)
            return
        place = _belongs(self._head, draft.kind, self._transaction, self._order)
        self._put(draft, seal(self._key, bytes(draft.payload), place), sealed=True)

    def commit(self, *, items: int, rows: int, when: float) -> int:
        """The commit block; gives back where the file ends now.

        The caller syncs the file before it and after it.
        """
        body = _COMMIT.pack(
            self._head.generation.bytes, self._start, self._at, items, rows, when, self._chain, 0
        )
        self._put(Draft(COMMIT, body), body, sealed=False)
        return self._at

    def _put(self, draft: Draft, stored: memoryview | bytes, *, sealed: bool) -> None:
        length = len(stored)
        block = Block(
            draft.kind, sealed, length, self._transaction, self._order, draft.segment,
            draft.items, draft.rows, zlib.crc32(stored), self._at,
        )  # fmt: skip
        head = block.head()
        self._file.write(head)
        self._file.write(stored)
        self._file.write(bytes(_padded(length) - length))
        self._chain = _chained(head, self._chain)
        self._order += 1
        self._at = block.end


@contextlib.contextmanager
def new_file(target: Path, *, exist_ok: bool) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is whole, and never half."""
    handle, temporary = tempfile.mkstemp(_DRAFT, f".{target.name}-", target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            if exist_ok:
                Path(temporary).replace(target)
            else:
                _link(Path(temporary), target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def drafts_of(target: Path) -> list[Path]:
    """What ``new_file`` left beside ``target`` when its process was killed."""
    return list(target.parent.glob(f".{glob.escape(target.name)}-????????{_DRAFT}"))


def _link(temporary: Path, target: Path) -> None:
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise BankExists from None


def _belongs(head: FileHead, kind: int, transaction: int, order: int) -> Aad:
    return Aad("bank", str(kind), f"{transaction}.{order}", head.generation)


def _block_at(data: Bytes, place: int) -> Block | None:
    """The block whose head starts there, None when there is no whole one."""
    raw = bytes(data[place : place + _BLOCK.size])
    if len(raw) < _BLOCK.size or raw[:4] != _BLOCK_MAGIC or not _sum_is_right(raw):
        return None
    _, kind, flags, length, transaction, order, segment, items, rows, total, _ = _BLOCK.unpack(raw)
    block = Block(
        kind, bool(flags & SEALED), length, transaction, order, segment, items, rows, total, place
    )
    return block if block.end <= len(data) else None


def _commits(data: Bytes, block: Block, found: Walk, chain: int | None) -> float | None:
    """When this commit was made; None when it does not close what comes after ``found``.

    Without a ``chain`` any later commit of this generation that stands in its own place is taken.
    """
    body = bytes(data[block.start : block.start + block.length])
    if len(body) != _COMMIT.size or zlib.crc32(body) != block.total:
        return None
    generation, start, place, _, _, when, told, _ = _COMMIT.unpack(body)
    if generation != found.head.generation.bytes or place != block.place:
        return None
    if chain is None:
        return float(when) if block.transaction > found.version else None
    follows = block.transaction == found.version + 1 or not found.version
    return float(when) if follows and start == found.end and told == chain else None


def _commit_after(data: Bytes, found: Walk) -> bool:
    at = data.find(_BLOCK_MAGIC, found.end)
    while at != -1:
        if at % ALIGN == 0:
            block = _block_at(data, at)
            if block and block.kind == COMMIT and _commits(data, block, found, None) is not None:
                return True
        at = data.find(_BLOCK_MAGIC, at + 1)
    return False


def _padded(length: int) -> int:
    return -(-length // ALIGN) * ALIGN


def _summed(raw: bytes) -> bytes:
    return raw[:-4] + zlib.crc32(raw[:-4]).to_bytes(4, "little")


def _chained(head: bytes, chain: int) -> int:
    """The checksum over all heads so far, each without its own CRC.

    A CRC over something and its own CRC is the same number whatever the something is.
    """
    return zlib.crc32(head[:-4], chain)


def _sum_is_right(raw: bytes) -> bool:
    return zlib.crc32(raw[:-4]).to_bytes(4, "little") == raw[-4:]
