"""Columns of a bank: many items as a few numpy arrays, so that a file of them can be mapped.

A segment holds ``count`` items and ``rows`` PDQ hashes. An item has no, one or many rows: its own
PDQ first, then its frames. Columns that would hold nothing but zeros are left out.
"""

import enum
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ansim.fingerprints import FrameFingerprint
from ansim.matching.bankfile_blocks import Block, Reader
from ansim.matching.banks import BankItem

Array = NDArray[Any]
Hashes = NDArray[np.uint8]


class Column(enum.IntEnum):
    """What a column holds; the numbers are written to files and never change their meaning."""

    FLAGS = 16
    """uint8[count]: VIDEO, and which hashes the item has."""
    QUALITY = 17
    """uint8[count], 0..100."""
    HASHES = 18
    """uint8[rows, 32]."""
    OWNERS = 19
    """uint32[rows]: the item in this segment that the row belongs to; ascending."""
    ROW_QUALITY = 20
    """uint8[rows], 0..100."""
    SECONDS = 21
    """float64[rows]: where in its video a frame is."""
    MD5 = 22
    SHA1 = 23
    SHA256 = 24
    KEY_ENDS = 25
    """uint64[count]: where each key ends in KEYS, in bytes."""
    KEYS = 26
    KEY_SUMS = 27
    """uint32[count]: CRC-32 of the keys, ascending."""
    KEY_ORDER = 28
    """uint32[count]: the item that each of KEY_SUMS belongs to."""
    LABEL_ENDS = 29
    LABELS = 30
    """UTF-8: each item's labels as a JSON list, or nothing."""


_BYTE: Final = np.dtype(np.uint8)
SHAPES: Final[dict[Column, tuple[np.dtype[Any], int]]] = {
    Column.FLAGS: (_BYTE, 1),
    Column.QUALITY: (_BYTE, 1),
    Column.HASHES: (_BYTE, 32),
    Column.OWNERS: (np.dtype("<u4"), 1),
    Column.ROW_QUALITY: (_BYTE, 1),
    Column.SECONDS: (np.dtype("<f8"), 1),
    Column.MD5: (_BYTE, 16),
    Column.SHA1: (_BYTE, 20),
    Column.SHA256: (_BYTE, 32),
    Column.KEY_ENDS: (np.dtype("<u8"), 1),
    Column.KEYS: (_BYTE, 1),
    Column.KEY_SUMS: (np.dtype("<u4"), 1),
    Column.KEY_ORDER: (np.dtype("<u4"), 1),
    Column.LABEL_ENDS: (np.dtype("<u8"), 1),
    Column.LABELS: (_BYTE, 1),
}
OF_ROWS: Final = {Column.HASHES, Column.OWNERS, Column.ROW_QUALITY, Column.SECONDS}
OF_TEXT: Final = {Column.KEYS, Column.LABELS}

VIDEO: Final = 1
HAS_PDQ: Final = 2
DIGESTS: Final[dict[str, tuple[Column, int]]] = {
    "md5": (Column.MD5, 4),
    "sha1": (Column.SHA1, 8),
    "sha256": (Column.SHA256, 16),
}


class Segment:
    """Items in columns. ``load`` gives one column's array, or None when it is left out."""

    def __init__(self, count: int, rows: int, load: Callable[[Column], Array | None]) -> None:
        self.count = count
        self.rows = rows
        self._load = load
        self._loaded: dict[Column, Array] = {}

    @classmethod
    def of(cls, columns: Mapping[Column, Array]) -> "Segment":
        """A segment in memory."""
        return cls(len(columns[Column.FLAGS]), len(columns[Column.OWNERS]), columns.get)

    def column(self, column: Column) -> Array:
        """The column; zeros, or empty, when it was left out because it holds nothing."""
        found = self._loaded.get(column)
        if found is None:
            found = self._load(column)
            if found is None:
                found = self._empty(column)
            self._loaded[column] = found
        return found

    def _empty(self, column: Column) -> Array:
        dtype, width = SHAPES[column]
        length = self.rows if column in OF_ROWS else self.count
        if column in OF_TEXT:
            length = 0
        return np.zeros(length if width == 1 else (length, width), dtype)

    @property
    def hashes(self) -> Hashes:
        """uint8[rows, 32]; mapped from the file where there is one."""
        return self.column(Column.HASHES)

    def key(self, number: int) -> str:
        """The key of one item."""
        return self._text(number, Column.KEY_ENDS, Column.KEYS)

    def numbers_of(self, key: str) -> list[int]:
        """The items with that key, found by bisection of its checksum."""
        total = np.uint32(zlib.crc32(key.encode()))
        sums = self.column(Column.KEY_SUMS)
        first = int(np.searchsorted(sums, total))
        found = []
        for place in range(first, self.count):
            if sums[place] != total:
                break
            number = int(self.column(Column.KEY_ORDER)[place])
            if self.key(number) == key:
                found.append(number)
        return found

    def item(self, number: int) -> BankItem:
        """One item, in the state that it was added in: active."""
        flags = int(self.column(Column.FLAGS)[number])
        owners = self.column(Column.OWNERS)
        first, end = (int(np.searchsorted(owners, n)) for n in (number, number + 1))
        hashes = [bytes(row).hex() for row in self.hashes[first:end]]
        own = bool(flags & HAS_PDQ)
        frames = tuple(
            FrameFingerprint(
                float(self.column(Column.SECONDS)[row]),
                hashes[row - first],
                int(self.column(Column.ROW_QUALITY)[row]),
            )
            for row in range(first + own, end)
        )
        md5, sha1, sha256 = (
            bytes(self.column(column)[number]).hex() if flags & flag else ""
            for column, flag in DIGESTS.values()
        )
        labels = self._text(number, Column.LABEL_ENDS, Column.LABELS)
        return BankItem(
            key=self.key(number),
            kind="video" if flags & VIDEO else "picture",
            pdq=hashes[0] if own else "",
            quality=int(self.column(Column.QUALITY)[number]),
            frames=frames,
            labels=tuple(json.loads(labels)) if labels else (),
            md5=md5,
            sha1=sha1,
            sha256=sha256,
        )

    def items(self) -> Iterator[BankItem]:
        """All of them, in order."""
        return map(self.item, range(self.count))

    def _text(self, number: int, ends: Column, texts: Column) -> str:
        where = self.column(ends)
        start = int(where[number - 1]) if number else 0
        return bytes(self.column(texts)[start : int(where[number])]).decode()


def load_column(reader: Reader, found: Mapping[int, Block], column: Column) -> Array | None:
    """A column of a file, mapped where it lies open; None when it was left out.

    ``found`` are the blocks of one segment by their kind. Raises BankDamaged, BankWrongKey.
    """
    block = found.get(column)
    if block is None:
        return None
    dtype, width = SHAPES[column]
    flat = np.frombuffer(reader.payload(block), dtype)
    return flat if width == 1 else flat.reshape(-1, width)


def pack(items: Sequence[BankItem]) -> dict[Column, Array]:
    """The columns of these items; their states are kept elsewhere."""
    flags = np.zeros(len(items), np.uint8)
    for number, item in enumerate(items):
        digests = (flag for name, (_, flag) in DIGESTS.items() if getattr(item, name))
        flags[number] = sum(digests) | (item.kind == "video") * VIDEO | bool(item.pdq) * HAS_PDQ
    counts = [bool(item.pdq) + len(item.frames) for item in items]
    rows = [
        row
        for item in items
        for row in (
            *([(item.pdq, item.quality, 0.0)] if item.pdq else ()),
            *((frame.pdq, frame.quality, frame.seconds) for frame in item.frames),
        )
    ]
    columns: dict[Column, Array] = {
        Column.FLAGS: flags,
        Column.QUALITY: np.fromiter((item.quality for item in items), np.uint8, len(items)),
        Column.HASHES: _binary([row[0] for row in rows], 32),
        Column.OWNERS: np.repeat(np.arange(len(items), dtype="<u4"), counts),
        Column.ROW_QUALITY: np.fromiter((row[1] for row in rows), np.uint8, len(rows)),
    }
    if any(item.frames for item in items):
        columns[Column.SECONDS] = np.fromiter((row[2] for row in rows), "<f8", len(rows))
    for name, (column, flag) in DIGESTS.items():
        if np.any(flags & flag):
            width = SHAPES[column][1]
            texts = [getattr(item, name) or "00" * width for item in items]
            columns[column] = _binary(texts, width)
    columns |= key_columns([item.key for item in items])
    if any(item.labels for item in items):
        labels = [json.dumps(item.labels).encode() if item.labels else b"" for item in items]
        columns[Column.LABEL_ENDS], columns[Column.LABELS] = _joined(labels)
    return columns


def pack_hashes(
    hashes: Hashes, keys: Sequence[str], quality: NDArray[np.uint8] | None = None
) -> dict[Column, Array]:
    """Pictures that are nothing but a PDQ each: hashes uint8[n, 32], quality uint8[n] or 100."""
    count = len(hashes)
    good = np.full(count, 100, np.uint8) if quality is None else quality
    return {
        Column.FLAGS: np.full(count, HAS_PDQ, np.uint8),
        Column.QUALITY: good,
        Column.HASHES: hashes,
        Column.OWNERS: np.arange(count, dtype="<u4"),
        Column.ROW_QUALITY: good,
        **key_columns(keys),
    }


def key_columns(keys: Sequence[str]) -> dict[Column, Array]:
    """The keys, and their checksums in order to find them by."""
    raw = [key.encode() for key in keys]
    sums = np.fromiter(map(zlib.crc32, raw), "<u4", len(raw))
    order = np.argsort(sums, kind="stable").astype("<u4")
    ends, text = _joined(raw)
    return {
        Column.KEY_ENDS: ends,
        Column.KEYS: text,
        Column.KEY_SUMS: sums[order],
        Column.KEY_ORDER: order,
    }


def _joined(texts: Sequence[bytes]) -> tuple[Array, Array]:
    ends = np.fromiter(itertools.accumulate(map(len, texts)), "<u8", len(texts))
    return ends, np.frombuffer(b"".join(texts), np.uint8)


def _binary(digits: Sequence[str], width: int) -> Hashes:
    return np.frombuffer(bytes.fromhex("".join(digits)), np.uint8).reshape(-1, width)
