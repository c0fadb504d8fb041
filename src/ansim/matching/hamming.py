"""All near neighbours of 256-bit fingerprints, exactly."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.matching.errors import MalformedHash

RADIUS: Final = 31
"""Bits of 256: PDQ's authors' limit for "the same picture"."""

_WORDS: Final = 4
_HASH: Final = re.compile(r"[0-9a-fA-F]{64}\Z")
# So many hashes at a time that a block and its distances stay in the processor's cache.
_BLOCK: Final = 16_384


@dataclass(frozen=True, slots=True)
class Match:
    """``query`` and ``item`` are positions in what was given; ``distance`` is in bits, 0..256."""

    query: int
    item: int
    distance: int


class HammingIndex:
    """An exact index over PDQ fingerprints given as 64 hex digits each.

    Raises MalformedHash, which names the position from 1, for anything else.
    """

    def __init__(self, hashes: Sequence[str]) -> None:
        self._words = _words(hashes)

    def __len__(self) -> int:
        """How many fingerprints are in it."""
        return len(self._words)

    def search(self, queries: Sequence[str], radius: int = RADIUS) -> list[Match]:
        """Every item within ``radius`` bits of each query, by query, then distance, then item."""
        found = []
        for number, query in enumerate(_words(queries)):
            distances = self._distances(query)
            items = np.flatnonzero(distances <= radius)
            order = np.argsort(distances[items], kind="stable")
            found += [Match(number, int(item), int(distances[item])) for item in items[order]]
        return found

    def _distances(self, query: NDArray[np.uint64]) -> NDArray[np.uint16]:
        distances = np.empty(len(self._words), np.uint16)
        for start in range(0, len(self._words), _BLOCK):
            differing = np.bitwise_count(self._words[start : start + _BLOCK] ^ query)
            differing.sum(axis=1, dtype=np.uint16, out=distances[start : start + _BLOCK])
        return distances


def is_pdq(text: str) -> bool:
    """Whether the text is a PDQ fingerprint: 64 hex digits and nothing else."""
    return _HASH.match(text) is not None


def _words(hashes: Sequence[str]) -> NDArray[np.uint64]:
    """Shape (n, 4), uint64."""
    for number, text in enumerate(hashes, start=1):
        if not is_pdq(text):
            raise MalformedHash(number=number)
    packed = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64)
    return packed.reshape(-1, _WORDS)
