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


def decoded(wire: Iterator[bytes], head: Head) -> Iterator[bytes]:
    """The body with its Content-Encoding undone, in pieces of at most 64 KiB or one wire piece.

    Raises:
        FetchFailed: broken data, or a coding that was not asked for, or several at once.

    """
    codings = [coding for coding in head.all("content-encoding") if coding != "identity"]
    if not codings:
        return wire
    if codings in (["gzip"], ["x-gzip"], ["deflate"]):
        return _inflated(wire, deflate=codings == ["deflate"])
    if codings == ["zstd"]:
        return _unpacked(wire)
    raise FetchFailed("broken", "content_encoding")


def _inflated(wire: Iterator[bytes], *, deflate: bool) -> Iterator[bytes]:
    inflater: zlib._Decompress | None = None
    members = 0
    for piece in wire:
        data = piece
        while data:
            if inflater is None:
                members += 1
                if members > _MAX_MEMBERS:
                    raise FetchFailed("too_large", "gzip_members")
                inflater = zlib.decompressobj(_window(data, deflate=deflate))
            try:
                yield inflater.decompress(data, _STEP)
            except zlib.error as error:
                raise FetchFailed("broken", "compressed_data") from error
            data = inflater.unconsumed_tail
            if inflater.eof:  # gzip may hold several members one after another
                data = inflater.unused_data if not deflate else b""
                inflater = None
                if not data.startswith(b"\x1f\x8b"):
                    data = b""


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
