"""False matches: how near pictures that have nothing to do with one another come by chance.

Used by robustness.py. Thousands of pictures (photographs, regions of them that share no pixel, made
pictures, nearly empty ones) are fingerprinted from their bytes and all pairs of different origin are
compared: plain against plain as the peers do, and as HuntedIndex does, all hashes of the one found
against the eight and more of the one hunted. The theory for independent bits is the binomial
distribution with 256 tosses.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from flat import flat_pictures
from numpy.typing import NDArray
from ordinary import Picture, encoded, patterns, photos, tiles

from ansim.fingerprints import Fingerprint, fingerprint_bytes

RADII = (8, 16, 24, 31, 40, 48, 56, 64, 72, 80, 90)
LIMITS = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
"""Lower ends of the ranges of quality; a pair belongs to the range of its lower quality."""
BITS = 256
_CHUNK = 128
_KEPT = 64

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Hashes:
    """n hashes: signs of shape (n, 256), and whose each is, its origin and its quality."""

    signs: Floats
    owner: NDArray[np.intp]
    origin: NDArray[np.intp]
    quality: NDArray[np.intp]


def population(*, quick: bool) -> Iterator[Picture]:
    """Different pictures; equal ``source`` marks those that may look alike."""
    yield from photos()
    for parts in (2, 3) if quick else (2, 3, 4, 6):
        yield from tiles(parts)
    yield from patterns(30 if quick else 400, 256)
    yield from flat_pictures(20 if quick else 120)


def fingerprinted(pictures: Iterator[Picture]) -> tuple[list[Picture], list[Fingerprint]]:
    """Each as a JPEG of quality 85, because files on the web are; equal files are dropped."""
    seen: set[str] = set()
    kept, made = [], []
    for picture in pictures:
        found = fingerprint_bytes(encoded(picture.rgb, quality=85))
        if found.sha256 not in seen:
            seen.add(found.sha256)
            kept.append(Picture(picture.name, picture.source, picture.rgb[:1, :1]))
            made.append(found)
    return kept, made


def hashes_of(pictures: Sequence[Picture], found: Sequence[Fingerprint], which: str) -> Hashes:
    """``which``: "plain", "found" (plain and alternates) or "hunted" (those and the turned)."""
    origins = {name: number for number, name in enumerate({one.source: 0 for one in pictures})}
    rows, owner, origin, quality = [], [], [], []
    for number, (picture, one) in enumerate(zip(pictures, found, strict=True)):
        for digits, its_quality in _with_quality(one, which):
            rows.append(bytes.fromhex(digits))
            owner.append(number)
            origin.append(_origin(picture, number, origins))
            quality.append(its_quality)
    bits = np.unpackbits(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 32), axis=1)
    signs = bits.astype(np.float32) * 2 - 1
    return Hashes(signs, np.array(owner), np.array(origin), np.array(quality))


def _origin(picture: Picture, number: int, origins: dict[str, int]) -> int:
    # Nearly empty pictures of one kind are different pictures: that is the point of them.
    own = picture.name.rpartition(" ")[0] == picture.source
    return len(origins) + number if own else origins[picture.source]


def _with_quality(one: Fingerprint, which: str) -> Iterator[tuple[str, int]]:
    yield one.pdq, one.quality
    if which == "plain":
        return
    if which == "hunted":
        for digits in dict.fromkeys(one.dihedral[1:]):
            yield digits, one.quality
    for other in one.alternates:
        yield other.pdq, other.quality


@dataclass(slots=True)
class Counted:
    """``pairs[q, d]``: pairs of hashes in the range of quality q that differ in d bits.

    ``near``: (owner, owner, distance, quality) of those that differ in few.
    """

    pairs: NDArray[np.int64]
    near: list[tuple[int, int, int, int]]


def counted(left: Hashes, right: Hashes, keep: int = _KEPT) -> Counted:
    """All pairs of different origin, each in both orders; those within ``keep`` bits by name."""
    pairs = np.zeros((len(LIMITS), BITS + 1), np.int64)
    near: list[tuple[int, int, int, int]] = []
    for start in range(0, len(left.signs), _CHUNK):
        part = slice(start, start + _CHUNK)
        distance = np.round((BITS - left.signs[part] @ right.signs.T) / 2).astype(np.intp)
        other = left.origin[part, None] != right.origin[None, :]
        quality = np.minimum(left.quality[part, None], right.quality[None, :])
        place = np.searchsorted(LIMITS, quality, side="right") - 1
        flat = (place * (BITS + 1) + distance)[other]
        pairs += np.bincount(flat, minlength=pairs.size).reshape(pairs.shape)
        rows, columns = np.nonzero(other & (distance <= keep))
        near += zip(
            left.owner[start + rows].tolist(),
            right.owner[columns].tolist(),
            distance[rows, columns].tolist(),
            quality[rows, columns].tolist(),
            strict=True,
        )
    return Counted(pairs, near)


def by_theory(radius: int) -> float:
    """The chance that 256 fair independent bits differ in at most ``radius`` places."""
    return sum(math.comb(BITS, bits) for bits in range(radius + 1)) / 2**BITS


def told_chances(*, quick: bool, as_json: bool) -> str:
    """Count and put into words: Markdown tables, or one JSON object."""
    pictures, found = fingerprinted(population(quick=quick))
    plain = hashes_of(pictures, found, "plain")
    hunted = hashes_of(pictures, found, "hunted")
    ways = {
        "plain against plain": counted(plain, plain),
        "as HuntedIndex compares": counted(hashes_of(pictures, found, "found"), hunted),
    }
    if as_json:
        return json.dumps({way: _numbers(one) for way, one in ways.items()})
    lines = [f"False matches: {len(pictures)} pictures of different origin, pairs in both orders"]
    for way, one in ways.items():
        lines += ["", f"{way}:", "", *_by_quality(one), ""]
    lines += ["Limits (as HuntedIndex compares): pairs of pictures matched falsely", ""]
    lines += _limits(ways["as HuntedIndex compares"])
    lines += ["", "Who matches falsely within 31, whatever the quality:", ""]
    lines += _culprits(ways["as HuntedIndex compares"], pictures)
    lines += ["", "Quality of nearly empty pictures:", "", *_flat_qualities(pictures, found)]
    return "\n".join(lines)


def _numbers(one: Counted) -> dict[str, dict[str, float]]:
    return {
        str(low): {
            "pairs": int(row.sum()),
            **{str(radius): int(row[: radius + 1].sum()) for radius in RADII},
        }
        for low, row in zip(LIMITS, one.pairs, strict=True)
    }


def _by_quality(one: Counted) -> list[str]:
    lines = [
        "| lower quality | pairs | mean ± sd | nearest |"
        + "".join(f" ≤ {radius} |" for radius in RADII),
        "| --- |" + " --- |" * (len(RADII) + 3),
    ]
    good = LIMITS.index(50)
    rows = [(f"{low}-{min(100, low + 9)}", one.pairs[at]) for at, low in enumerate(LIMITS)]
    rows.append(("**50-100**", one.pairs[good:].sum(axis=0)))
    for name, row in rows:
        if not row.sum():
            continue
        bits = np.arange(BITS + 1)
        mean = (row * bits).sum() / row.sum()
        spread = math.sqrt((row * (bits - mean) ** 2).sum() / row.sum())
        shares = "".join(f" {_chance(row[: r + 1].sum() / row.sum())} |" for r in RADII)
        nearest = int(np.flatnonzero(row)[0])
        lines.append(f"| {name} | {row.sum():,} | {mean:.1f} ± {spread:.1f} | {nearest} |{shares}")
    theory = "".join(f" {_chance(by_theory(radius))} |" for radius in RADII)
    return [*lines, f"| theory | | 128.0 ± 8.0 | |{theory}"]


def _chance(value: float) -> str:
    return f"{value:.0e}" if value else "0"


def _limits(one: Counted) -> list[str]:
    limits = (0, 10, 20, 30, 40, 50, 60, 80)
    lines = [
        "| radius |" + "".join(f" quality ≥ {low} |" for low in limits),
        "| --- |" + " --- |" * len(limits),
    ]
    for radius in (radius for radius in RADII if radius <= _KEPT):
        cells = [
            len({(min(a, b), max(a, b)) for a, b, d, q in one.near if d <= radius and q >= low})
            for low in limits
        ]
        lines.append(f"| {radius} |" + "".join(f" {cell:,} |" for cell in cells))
    return lines


def _culprits(one: Counted, pictures: Sequence[Picture]) -> list[str]:
    """The kinds of pictures in false matches with the highest quality at which they make them."""
    many: Counter[tuple[str, str]] = Counter()
    highest: dict[tuple[str, str], int] = {}
    for a, b, distance, quality in one.near:
        if distance <= 31:
            kinds = tuple(sorted(pictures[x].source.rstrip(" 0123456789") for x in (a, b)))
            many[kinds[0], kinds[1]] += 1
            highest[kinds[0], kinds[1]] = max(quality, highest.get((kinds[0], kinds[1]), 0))
    lines = ["| between | pairs of hashes | highest quality |", "| --- | --- | --- |"]
    for kinds, count in many.most_common(12):
        lines.append(f"| {kinds[0]}, {kinds[1]} | {count:,} | {highest[kinds]} |")
    return lines


def _flat_qualities(pictures: Sequence[Picture], found: Sequence[Fingerprint]) -> list[str]:
    kinds: dict[str, list[int]] = {}
    for picture, one in zip(pictures, found, strict=True):
        if picture.name.rpartition(" ")[0] == picture.source:
            kinds.setdefault(picture.source, []).append(one.quality)
    lines = ["| kind | median | highest | share ≥ 50 |", "| --- | --- | --- | --- |"]
    for kind, values in kinds.items():
        share = sum(value >= 50 for value in values) / len(values)
        lines.append(f"| {kind} | {np.median(values):g} | {max(values)} | {share:.2f} |")
    return lines
