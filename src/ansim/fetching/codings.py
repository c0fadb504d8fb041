"""Content codings undone while they stream, so that a bomb costs what was taken of it and no more."""

import zlib
from collections.abc import Iterator
from typing import IO, cast

import zstandard

from ansim.fetching.http1 import Head
from ansim.fetching.refusals import FetchFailed

ACCEPTED = "gzip, zstd"
"""What a request asks for. Brotli is not among it: its data would be refused."""

_STEP = 64 * 1024
# RFC 9659: no sender may need a larger window for the content coding "zstd".
_ZSTD_WINDOW = 8 * 1024 * 1024
# Each member costs a decompressor of its own, however empty it is; servers send one.
_MAX_MEMBERS = 2_000
_MEMBER = b"\x1f\x8b"
_GZIP_START = _MEMBER + b"\x08"
_GZIP_TYPES = frozenset(("application/gzip", "application/x-gzip"))


def codings_of(head: Head) -> list[str]:
    """The content codings of a body, the first one applied first."""
    return [coding for coding in head.all("content-encoding") if coding != "identity"]


def decoded(wire: Iterator[bytes], head: Head) -> Iterator[bytes]:
    """The body with its Content-Encoding undone, in pieces of at most 64 KiB or one wire piece.

    Raises:
        FetchFailed: broken data, or a coding that was not asked for, or several at once.

    """
    codings = codings_of(head)
    if not codings:
        return wire
    if codings in (["gzip"], ["x-gzip"], ["deflate"]):
        return _inflated(wire, deflate=codings == ["deflate"])
    if codings == ["zstd"]:
        return _unpacked(wire)
    raise FetchFailed("broken", "content_encoding")


def is_packed_file(start: bytes, content_type: str, url: str) -> bool:
    """Whether a body is a gzip file (RFC 1952), by its first bytes and its type or its name.

    Such a file is packed once and for all, not for its way over the wire: no Content-Encoding says
    so. Site maps are often served like this (sitemaps.org protocol 0.9).
    """
    named = url.partition("?")[0].lower().endswith(".gz")
    kind = content_type.partition(";")[0].strip().lower()
    return start.startswith(_GZIP_START) and (named or kind in _GZIP_TYPES)


def unpacked_file(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What a gzip file holds, in pieces and bounded as a content coding is.

    Raises:
        FetchFailed: broken data, or far too many members.

    """
    return _inflated(pieces, deflate=False)


def type_inside(url: str) -> str:
    """The Content-Type of what a gzip file holds: text for "name.txt.gz", else "" (unknown)."""
    return "text/plain" if url.partition("?")[0].lower().endswith(".txt.gz") else ""


def _inflated(wire: Iterator[bytes], *, deflate: bool) -> Iterator[bytes]:
    """One stream, or all members of a gzip file; what follows them is passed over (RFC 1952, 2.2)."""
    inflater: zlib._Decompress | None = None
    members, rest = 0, b""
    for piece in wire:
        data = rest + piece
        rest = b""
        while data:
            if inflater is None:
                if members and (deflate or not _MEMBER.startswith(data[: len(_MEMBER)])):
                    yield from _drained(wire)
                    return
                if members and len(data) < len(_MEMBER):
                    rest = data
                    break
                members += 1
                if members > _MAX_MEMBERS:
                    raise FetchFailed("too_large", "gzip_members")
                inflater = zlib.decompressobj(_window(data, deflate=deflate))
            try:
                yield inflater.decompress(data, _STEP)
            except zlib.error as error:
                raise FetchFailed("broken", "compressed_data") from error
            data = inflater.unconsumed_tail
            if inflater.eof:
                data = inflater.unused_data
                inflater = None


def _drained(wire: Iterator[bytes]) -> Iterator[bytes]:
    """Nothing, with the wire read to its end, so that its connection can serve another look."""
    for _ in wire:
        yield b""


def _window(data: bytes, *, deflate: bool) -> int:
    """The zlib window bits of a stream: "deflate" is sent with and without its zlib header."""
    if not deflate:
        return 16 + zlib.MAX_WBITS
    return zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS  # noqa: PLR2004


class _Source:
    """The wire as the decompressor wants to read it."""

    def __init__(self, wire: Iterator[bytes]) -> None:
        self._wire = wire
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, or none at the end."""
        while not self._rest:
            piece = next(self._wire, None)
            if piece is None:
                return b""
            self._rest = piece
        data, self._rest = self._rest[:size], self._rest[size:]
        return data


def _unpacked(wire: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    source = cast("IO[bytes]", _Source(wire))
    with unpacker.stream_reader(source, read_across_frames=True) as reader:
        while True:
            try:
                piece = reader.read1(_STEP)
            except zstandard.ZstdError as error:
                raise FetchFailed("broken", "compressed_data") from error
            if not piece:
                return
            yield piece
