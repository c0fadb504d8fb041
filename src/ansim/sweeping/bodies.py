"""What a web server sent, out of the HTTP answer that an archive keeps: unchunked and unpacked.

Crawlers keep answers as they came over the wire, or unpacked under the old header lines. So a
header line is believed only where the bytes agree with it. Nothing here holds more than a piece
of the body, and no piece is larger than 256 KiB.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import IO, Final, cast

import zstandard
from warcio.statusandheaders import (  # type: ignore[import-untyped]
    StatusAndHeadersParser,
    StatusAndHeadersParserException,
)

from ansim.errors import AnsimError
from ansim.fingerprints.sniff import sniff
from ansim.sweeping.errors import Broken, UnknownEncoding
from ansim.sweeping.members import Stream

_PIECE: Final = 64 * 1024
_UNPACKED: Final = 256 * 1024
_HEADER_BYTES: Final = 1024 * 1024
_CHUNK_LINE: Final = 1024
_CHUNK_SIZE: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n\Z")
_HTTP: Final = b"HTTP/"
_MOST_CODINGS: Final = 4
_MEDIA_HEAD: Final = 1024
_AS_IS: Final = {"", "identity", "none", "utf-8", "binary"}
_WEB_WINDOW: Final = 2**23
"""Bytes; the largest window of zstd on the web (RFC 9659)."""


class Block:
    """The ``length`` bytes of a record that follow its header."""

    def __init__(self, stream: Stream, length: int) -> None:
        self.left = length
        self._stream = stream
        self._header_left = _HEADER_BYTES

    def read(self, most: int) -> bytes:
        """From 1 to ``most`` bytes; b"" at the end. Raises Broken where bytes are missing."""
        if not self.left:
            return b""
        part = self._stream.read(min(most, self.left))
        if not part:
            raise self._stream.short
        self.left -= len(part)
        return part

    def readline(self, most: int | None = None) -> bytes:
        """A line of a header. Raises Broken once the lines are longer than 1 MiB together."""
        if not self._header_left:
            raise Broken
        longest = min(self._header_left, self.left)
        text = self._stream.readline(longest if most is None else min(longest, most))
        self.left -= len(text)
        self._header_left -= len(text)
        return text

    def peek(self, count: int) -> bytes:
        """The next bytes, without reading on."""
        return self._stream.peek(min(count, self.left))[: self.left]

    def pass_over(self) -> None:
        """Go to the end of the record. Raises Broken where bytes are missing."""
        passed = self._stream.skip(self.left)
        self.left -= passed
        if self.left:
            raise self._stream.short


def body_of(block: Block) -> Iterator[bytes]:
    """The body in pieces: of an HTTP answer, or of a block that is no HTTP.

    Raises Broken, UnknownEncoding.
    """
    if block.peek(len(_HTTP)) != _HTTP:
        yield from _raw(block)
        return
    lines = header_of(block)
    transfer = lines.get("transfer-encoding", "").lower()
    packed = lines.get("content-encoding", "").lower()
    pieces = _unchunked(block) if "chunked" in transfer else _raw(block)
    codings = [one.strip() for one in packed.split(",")]
    codings += [one.strip() for one in transfer.split(",") if one.strip() != "chunked"]
    if len(codings) > _MOST_CODINGS:
        raise UnknownEncoding
    for coding in reversed(codings):
        pieces = _unpacked(pieces, coding)
    yield from pieces


def header_of(block: Block, beginnings: Sequence[str] = ()) -> dict[str, str]:
    """The header lines by their names in lower case, the first of each name.

    ``beginnings``: what the first line may begin with; () for anything. Raises Broken.
    """
    parser = StatusAndHeadersParser(list(beginnings), verify=bool(beginnings))
    try:
        found = parser.parse(block)
    except (StatusAndHeadersParserException, EOFError):
        raise Broken from None
    return {str(name).lower(): str(value) for name, value in reversed(found.headers)}


def _raw(block: Block) -> Iterator[bytes]:
    while part := block.read(_PIECE):
        yield part


def _unchunked(block: Block) -> Iterator[bytes]:
    """RFC 9112, 7.1; as it is where the first line names no chunk, because it was unchunked."""
    line = block.peek(_CHUNK_LINE).partition(b"\n")
    found = _CHUNK_SIZE.match(line[0] + line[1])
    if found is None:
        yield from _raw(block)
        return
    while found is not None and (left := int(found[1], 16)):
        _line(block)
        while left and (part := block.read(min(left, _PIECE))):
            left -= len(part)
            yield part
        if block.peek(2)[:1] in {b"\r", b"\n"}:
            _line(block)
        line = block.peek(_CHUNK_LINE).partition(b"\n")
        found = _CHUNK_SIZE.match(line[0] + line[1])


def _line(block: Block) -> None:
    """Read one line, by what was peeked, outside of the header's allowance."""
    found = block.peek(_CHUNK_LINE).find(b"\n") + 1
    while found:
        found -= len(block.read(found))


def _unpacked(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding in _AS_IS:
        return pieces
    if coding in {"gzip", "x-gzip", "deflate"}:
        return _inflated(pieces)
    if coding == "zstd":
        return _unzstd(pieces)
    return _as_media(pieces)


def _as_media(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """As it is where the bytes are media all the same: crawlers unpack and keep the header line."""
    first = next(pieces, b"")
    while len(first) < _MEDIA_HEAD and (more := next(pieces, b"")):
        first += more
    try:
        sniff(first[:_MEDIA_HEAD])
    except AnsimError:
        raise UnknownEncoding from None
    yield first
    yield from pieces


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What gzip or deflate packed, whichever the bytes are; as they are where they are neither."""
    first = next(pieces, b"")
    while len(first) < 2 and (more := next(pieces, b"")):  # noqa: PLR2004 -- the magic's length
        first += more
    try:
        inflater = zlib.decompressobj(_window(first))
        part = inflater.decompress(first, _UNPACKED)
    except zlib.error:
        yield first
        yield from pieces
        return
    try:
        while True:
            if part:
                yield part
            rest = inflater.unconsumed_tail
            if inflater.eof or not (rest := rest or next(pieces, b"")):
                return
            part = inflater.decompress(rest, _UNPACKED)
    except zlib.error:
        raise Broken from None


def _window(first: bytes) -> int:
    """The number of zlib for gzip, zlib (RFC 1950) or bare deflate (which many servers send)."""
    if first.startswith(b"\x1f\x8b"):
        return 16 + zlib.MAX_WBITS
    zlib_head = len(first) > 1 and first[0] & 15 == zlib.DEFLATED
    wrapped = zlib_head and int.from_bytes(first[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS


class _Pieces:
    """Pieces as the file that zstandard reads from."""

    def __init__(self, first: bytes, pieces: Iterator[bytes]) -> None:
        self._ready = first
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        if not self._ready:
            self._ready = next(self._pieces, b"")
        part = self._ready if size < 0 else self._ready[:size]
        self._ready = self._ready[len(part) :]
        return part


def _unzstd(pieces: Iterator[bytes]) -> Iterator[bytes]:
    first = next(pieces, b"")
    while len(first) < 4 and (more := next(pieces, b"")):  # noqa: PLR2004 -- the magic's length
        first += more
    if not first.startswith(b"\x28\xb5\x2f\xfd"):
        yield first
        yield from pieces
        return
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WEB_WINDOW)
    source = cast("IO[bytes]", _Pieces(first, pieces))
    reader = unpacker.stream_reader(source, read_across_frames=True)
    try:
        while part := reader.read(_UNPACKED):
            yield part
    except zstandard.ZstdError:
        raise Broken from None
