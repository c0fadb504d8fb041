"""A 64-bit simhash of a page's shape and words, for telling soft 404 pages from content.

Method: Charikar, "Similarity estimation techniques from rounding algorithms" (STOC 2002); the use
for soft 404 pages follows Bar-Yossef et al., "Sic transit gloria telae" (WWW 2004).
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Votes = NDArray[np.int64]

MAX_FEATURES = 6_000
# A page's shape is mostly its site's template; its words say what it is.
WORD_WEIGHT = 3
TAG_WEIGHT = 1


def structure_hash(tags: Sequence[str], words: Sequence[str]) -> str:
    """16 hex digits from a page's tags and words in document order.

    Features are the distinct shingles of three tags and the distinct words and pairs of words;
    each distinct feature counts once, so that a long list weighs no more than its kind.
    """
    shapes = _distinct(" ".join(tags[at : at + 3]) for at in range(len(tags)))
    texts = _distinct([*words, *(" ".join(words[at : at + 2]) for at in range(len(words) - 1))])
    if not shapes and not texts:
        return "0" * 16
    votes = _votes("t", shapes) * TAG_WEIGHT + _votes("w", texts) * WORD_WEIGHT
    return np.packbits(votes > 0).tobytes().hex()


def structure_distance(one: str, other: str) -> int:
    """How many of the 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _distinct(features: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(features))[:MAX_FEATURES]


def _votes(kind: str, features: list[str]) -> Votes:
    """For each of the 64 bits: features that have it, minus features that do not."""
    if not features:
        return np.zeros(64, dtype=np.int64)
    digests = b"".join(
        blake2b(f"{kind}:{feature}".encode("utf-8", "replace"), digest_size=8).digest()
        for feature in features
    )
    bits = np.unpackbits(np.frombuffer(digests, dtype=np.uint8)).reshape(-1, 64)
    agreeing: Votes = bits.sum(axis=0, dtype=np.int64)
    return agreeing * 2 - len(features)
