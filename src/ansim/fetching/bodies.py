"""Bodies in pieces, bounded before and after decoding."""

from collections.abc import Iterator

from ansim.fetching.refusals import FetchFailed
from ansim.fetching.sniffing import SNIFF_BYTES


def capped(wire: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The wire's pieces until they are more than ``most`` bytes: bounds what decodes to nothing.

    Raises:
        FetchFailed: too_large.

    """
    total = 0
    for piece in wire:
        total += len(piece)
        if total > most + SNIFF_BYTES:
            raise FetchFailed("too_large", "wire_bytes")
        yield piece


def peek(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Enough of a body to tell what it is, and the rest of it."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= SNIFF_BYTES:
            break
    return start, pieces
