"""The outer shell of WARC files: records, each alone or in a compressed member of its own.

A member is a unit that can be read from its first byte: a record of a plain WARC, a gzip member
(RFC 1952), a zstd frame (RFC 8878; the dictionary of a ``.warc.zst`` lies in a skippable frame at
the start of the file). A file may also be one member that holds all records. Everything here reads
forward in pieces of at most 256 KiB, whatever the bytes claim.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, ClassVar, Final, Literal

import zstandard

from ansim.sweeping.errors import Broken, CutShort

Form = Literal["plain", "gzip", "zstd"]

_PIECE: Final = 64 * 1024
_INFLATED: Final = 256 * 1024
_SCAN: Final = 1024 * 1024
_BEGIN: Final = b"WARC/"
_MAGIC: Final[dict[Form, re.Pattern[bytes]]] = {
    "plain": re.compile(rb"WARC/(?:1\.\d|0\.1[78])\r?\n"),
    "gzip": re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
_LONGEST_MAGIC: Final = 16
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = re.compile(rb"[\x50-\x5f]\x2a\x4d\x18")
_DICTIONARY: Final = b"\x5d\x2a\x4d\x18"
_LARGEST_DICTIONARY: Final = 16 * 1024 * 1024
_LARGEST_WINDOW: Final = 2**27
"""Bytes; what ``zstd --ultra`` and ``--long`` write, and the zstd tool reads without asking."""
_LARGEST_BLOCK: Final = 128 * 1024
_RLE: Final = 1
_RESERVED: Final = 3


class Stream:
    """The bytes of one member, unpacked, read forward.

    ``end``: where the member ended in the file; known once it has been read to its end.
    ``short``: what it is when bytes are missing at that end. Every method may raise Broken or
    CutShort, and raises the same again when called again.
    """

    short: ClassVar[type[Broken]] = Broken

    def __init__(self, file: BinaryIO) -> None:
        self.end = -1
        self._file = file
        self._ready = b""
        self._at = 0
        self._broken: Broken | None = None

    def read(self, most: int) -> bytes:
        """From 1 to ``most`` bytes; b"" at the end of the member."""
        if not self._fill():
            return b""
        part = self._ready[self._at : self._at + most]
        self._at += len(part)
        return part

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, or fewer at the end, without reading on."""
        while len(self._ready) - self._at < count and (more := self._next()):
            self._ready, self._at = self._ready[self._at :] + more, 0
        return self._ready[self._at : self._at + count]

    def readline(self, most: int) -> bytes:
        """Up to and with the next line feed, but ``most`` bytes at the longest."""
        parts: list[bytes] = []
        while most > 0 and self._fill():
            found = self._ready.find(b"\n", self._at, self._at + most) + 1
            parts.append(self.read(found - self._at if found else most))
            if found:
                break
            most -= len(parts[-1])
        return b"".join(parts)

    def skip(self, count: int) -> int:
        """Pass over ``count`` bytes; how many there were."""
        left = count
        while left and (part := self.read(min(left, _INFLATED))):
            left -= len(part)
        return count - left

    def _fill(self) -> bool:
        if self._at >= len(self._ready):
            self._ready, self._at = self._next(), 0
        return bool(self._ready)

    def _next(self) -> bytes:
        if self._broken is not None:
            raise self._broken
        try:
            return self._more()
        except Broken as broken:
            self._broken = broken
            raise
        except (zlib.error, zstandard.ZstdError):
            self._broken = Broken()
            raise self._broken from None

    def _more(self) -> bytes:
        """The next piece, b"" at the end, which sets ``end``."""
        raise NotImplementedError


class PlainStream(Stream):
    """A plain WARC from some record on: it ends where the file ends."""

    short: ClassVar[type[Broken]] = CutShort

    def _more(self) -> bytes:
        data = self._file.read(_PIECE)
        if not data:
            self.end = self._file.tell()
        return data

    def skip(self, count: int) -> int:
        """As of any stream, without reading."""
        inside = min(count, len(self._ready) - self._at)
        self._at += inside
        if inside == count:
            return count
        here = self._file.tell()
        size = self._file.seek(0, 2)
        there = min(here + count - inside, size)
        self._file.seek(there)
        return inside + there - here

    def place(self) -> int:
        """Where the next byte to be read lies in the file."""
        return self._file.tell() - (len(self._ready) - self._at)


class _Gzip(Stream):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def _more(self) -> bytes:
        while not self._inflater.eof:
            data = self._inflater.unconsumed_tail or self._file.read(_PIECE)
            if not data:
                raise CutShort
            if part := self._inflater.decompress(data, _INFLATED):
                return part
        if self.end < 0:
            self.end = self._file.tell() - len(self._inflater.unused_data)
        return b""


class _Zstd(Stream):
    """One frame, block by block: a block unpacks to 128 KiB at most, and the last one is marked."""

    def __init__(self, file: BinaryIO, dictionary: zstandard.ZstdCompressionDict | None) -> None:
        super().__init__(file)
        unpacker = zstandard.ZstdDecompressor(dictionary, max_window_size=_LARGEST_WINDOW)
        self._unpack = unpacker.decompressobj()
        self._checked = self._head = self._last = False

    def _more(self) -> bytes:
        if not self._head:
            self._begin()
        while not self._last:
            head = self._exactly(3)
            facts = int.from_bytes(head, "little")
            self._last, kind, size = bool(facts & 1), facts >> 1 & 3, facts >> 3
            if kind == _RESERVED or size > _LARGEST_BLOCK:
                raise Broken
            block = head + self._exactly(1 if kind == _RLE else size)
            if self._last and self._checked:
                block += self._exactly(4)
            if part := self._unpack.decompress(block):
                return part
        self.end = self._file.tell()
        return b""

    def _begin(self) -> None:
        head = self._exactly(5)
        if not head.startswith(_ZSTD):
            raise Broken
        facts = head[4]
        alone, self._checked = bool(facts & 0x20), bool(facts & 4)
        rest = (0 if alone else 1) + (0, 1, 2, 4)[facts & 3]
        rest += (1 if alone else 0, 2, 4, 8)[facts >> 6]
        self._unpack.decompress(head + self._exactly(rest))
        self._head = True

    def _exactly(self, count: int) -> bytes:
        data = self._file.read(count)
        if len(data) < count:
            raise CutShort
        return data


class Shell:
    """One WARC file, opened for reading from any place. ``size`` in bytes."""

    def __init__(self, file: BinaryIO, form: Form) -> None:
        self.form = form
        self._file = file
        self.size = file.seek(0, 2)
        self._dictionary = _dictionary(file) if form == "zstd" else None

    def member(self, start: int) -> Stream:
        """The member that begins at ``start``. Nothing is read yet."""
        self._file.seek(start)
        if self.form == "gzip":
            return _Gzip(self._file)
        if self.form == "zstd":
            self._past_skippable()
            return _Zstd(self._file, self._dictionary)
        return PlainStream(self._file)

    def next_start(self, low: int, high: int) -> int | None:
        """The first place in [low, high) where a member begins that begins with a record."""
        for place in self._candidates(low, high):
            if self._begins(place):
                return place
        return None

    def _candidates(self, low: int, high: int) -> Iterator[int]:
        """Each place where a member may begin, by its first bytes."""
        magic, at = _MAGIC[self.form], low
        while at < high:
            self._file.seek(at)
            data = self._file.read(min(_SCAN, high - at) + _LONGEST_MAGIC)
            most = min(_SCAN, high - at)
            yield from (at + one.start() for one in magic.finditer(data) if one.start() < most)
            at += most

    def _begins(self, place: int) -> bool:
        if self.form == "plain":
            self._file.seek(max(0, place - 1))
            return place == 0 or self._file.read(1) == b"\n"
        try:
            return self.member(place).peek(len(_BEGIN)) == _BEGIN
        except Broken:
            return False

    def _past_skippable(self) -> None:
        while True:
            here = self._file.tell()
            head = self._file.read(8)
            if not _SKIPPABLE.match(head) or len(head) < 8:  # noqa: PLR2004 -- RFC 8878, 3.1.2
                self._file.seek(here)
                return
            self._file.seek(here + 8 + int.from_bytes(head[4:], "little"))


def form_of(file: BinaryIO) -> Form | None:
    """How the WARC file is packed; None when it is none. Reads a few KiB from its start."""
    file.seek(0)
    head = file.read(_LONGEST_MAGIC)
    form: Form
    if head.startswith(_BEGIN):
        return "plain"
    if head.startswith(b"\x1f\x8b"):
        form = "gzip"
    elif head.startswith(_ZSTD) or _SKIPPABLE.match(head):
        form = "zstd"
    else:
        return None
    try:
        return form if Shell(file, form).member(0).peek(len(_BEGIN)) == _BEGIN else None
    except Broken:
        return None


def is_old_archive(file: BinaryIO) -> bool:
    """Whether it is an ARC file, plain or in gzip."""
    file.seek(0)
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    first = b"filedesc:"
    try:
        return (_Gzip(file) if packed else PlainStream(file)).peek(len(first)) == first
    except Broken:
        return False


def _dictionary(file: BinaryIO) -> zstandard.ZstdCompressionDict | None:
    """The dictionary at the start of a ``.warc.zst``, itself packed or not. Raises Broken."""
    file.seek(0)
    head = file.read(8)
    if not head.startswith(_DICTIONARY):
        return None
    length = int.from_bytes(head[4:], "little")
    if length > _LARGEST_DICTIONARY:
        raise Broken
    data = file.read(length)
    if data.startswith(_ZSTD):
        reader = zstandard.ZstdDecompressor(max_window_size=_LARGEST_WINDOW).stream_reader(data)
        try:
            data = reader.read(_LARGEST_DICTIONARY)
        except zstandard.ZstdError:
            raise Broken from None
    return zstandard.ZstdCompressionDict(data)
