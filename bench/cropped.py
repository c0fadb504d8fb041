"""Copies of which a strip was cut off: found by plain PDQ, and by what they may have been cut from.

Ordinary photographs, their parts, and patterns are cut at one side, all round or to a corner, and
encoded as JPEG of quality 80. Printed: the share within 31 bits (and within 47, where two people
decide) of the original. Then pairs of unlike pictures that come within these radii, and the time.

    python bench/cropped.py
"""

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from ordinary import Picture, encoded, patterns, photos, tiles
from PIL import Image

from ansim.fingerprints import Fingerprint, fingerprint_bytes
from ansim.fingerprints.pdq import PdqResult, pdq
from ansim.fingerprints.uncropping import LEAST_QUALITY, uncropped

Words = NDArray[np.uint64]
RADII = (31, 47)
PATTERNS = 25
UNLIKE = 250
# Shares cut off: left, top, right, bottom.
CUTS = {
    "all round, 2 % of each axis": (0.01, 0.01, 0.01, 0.01),
    "all round, 3 %": (0.015, 0.015, 0.015, 0.015),
    "all round, 5 %": (0.025, 0.025, 0.025, 0.025),
    "all round, 8 %": (0.04, 0.04, 0.04, 0.04),
    "all round, 10 %": (0.05, 0.05, 0.05, 0.05),
    "right side, 2 %": (0, 0, 0.02, 0),
    "right side, 5 %": (0, 0, 0.05, 0),
    "bottom, 5 %": (0, 0, 0, 0.05),
    "left side, 4 %": (0.04, 0, 0, 0),
    "a corner kept, 5 % of each axis": (0, 0, 0.05, 0.05),
    "right side, 10 %": (0, 0, 0.1, 0),
}


def words(digits: list[str]) -> Words:
    """uint64[n, 4] of PDQs in hex."""
    return np.frombuffer(bytes.fromhex("".join(digits)), np.uint64).reshape(-1, 4)


def distances(one: Words, others: Words) -> NDArray[np.int64]:
    """Differing bits of one hash to each of the others."""
    return np.unpackbits((one ^ others).view(np.uint8), axis=1).sum(axis=1, dtype=np.int64)


def large() -> Iterator[Picture]:
    """Pictures that are cut: photographs, their halves, patterns."""
    yield from photos()
    yield from tiles(2, 128)
    yield from patterns(PATTERNS, 480)


def cut(rgb: NDArray[np.uint8], shares: tuple[float, ...]) -> bytes:
    """The rest of the picture as a JPEG."""
    image = Image.fromarray(rgb)
    left, top, right, bottom = shares
    box = (
        round(image.width * left), round(image.height * top),
        round(image.width * (1 - right)), round(image.height * (1 - bottom)),
    )  # fmt: skip
    return encoded(image.crop(box), quality=80)


def recall(pictures: list[tuple[Picture, PdqResult]]) -> None:
    """One line for each way of cutting."""
    print(f"{len(pictures)} pictures; share within {RADII[0]} ({RADII[1]}) bits of the original")
    print(f"{'cut':34}{'plain':>14}{'with guesses':>16}")
    for name, shares in CUTS.items():
        plain, guessed = [], []
        for picture, original in pictures:
            copy = fingerprint_bytes(cut(picture.rgb, shares), searching=True)
            goal = words([original.pdq])
            plain.append(int(distances(words([copy.pdq]), goal)[0]))
            guessed.append(nearest(copy, goal))
        told = [
            " ".join(f"{np.mean(np.array(found) <= radius):.2f}" for radius in RADII)
            for found in (plain, guessed)
        ]
        print(f"{name:34}{told[0]:>14}{told[1]:>16}")


def nearest(copy: Fingerprint, goal: Words) -> int:
    """The best of the copy's hashes and guesses."""
    return int(distances(goal, words([copy.pdq, *copy.uncropped])).min())


def unlike() -> None:
    """How often pictures of different origin come near each other."""
    found = [
        (one.source, result)
        for one in [*patterns(UNLIKE, 128, seed=9), *tiles(2), *tiles(3, 64)]
        if (result := pdq(one.rgb)).quality >= LEAST_QUALITY
    ]
    sources = np.array([hash(source) for source, _ in found])
    plain = words([one.pdq for _, one in found])
    began = time.perf_counter()
    guesses = [uncropped(one) for _, one in found]
    took = (time.perf_counter() - began) / len(found)
    near: dict[str, set[frozenset[int]]] = {"plain": set(), "with guesses": set()}
    for number, tried in enumerate(guesses):
        for way, hashes in (("plain", [found[number][1].pdq]), ("with guesses", list(tried))):
            for one in words(hashes):
                close = (distances(one, plain) <= RADII[0]) & (sources != sources[number])
                near[way] |= {frozenset((number, int(other))) for other in np.flatnonzero(close)}
    pairs = sum(int((sources != one).sum()) for one in sources) // 2
    told = ", ".join(f"{way} {len(some)}" for way, some in near.items())
    print(f"{len(found)} unlike pictures, {pairs:,} pairs: within {RADII[0]} bits {told}")
    print(f"{len(guesses[0])} guesses a picture, {took * 1000:.2f} ms")


def main() -> None:
    """Print everything."""
    pictures = [
        (one, result) for one in large() if (result := pdq(one.rgb)).quality >= LEAST_QUALITY
    ]
    recall(pictures)
    unlike()


if __name__ == "__main__":
    main()
