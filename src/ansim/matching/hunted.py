"""Is what was found one of the things that are hunted?

Two pictures are the same when their PDQs differ in at most RADIUS bits, also when one of them was
turned or mirrored. Two videos are the same when at least MATCHING_SHARE of the frames of the one
with fewer frames have such a neighbour in the other. A picture equal to a frame of a video counts
too. Nearly flat pictures (quality below MIN_QUALITY) resemble each other by chance: they match by
equal SHA-256 only.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ansim.fingerprints import Fingerprint, FrameFingerprint, Kind
from ansim.matching.hamming import RADIUS, HammingIndex

MIN_QUALITY: Final = 50
MATCHING_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class HuntedFingerprint:
    """One hunted thing. ``key`` is the caller's; the rest is as in Fingerprint.

    ``sha256`` may be "" when only a PDQ is known, and ``pdq`` when only a digest is.
    """

    key: str
    kind: Kind
    pdq: str
    quality: int
    sha256: str = ""
    dihedral: tuple[str, ...] = ()
    frames: tuple[FrameFingerprint, ...] = ()

    @classmethod
    def of(cls, key: str, found: Fingerprint) -> "HuntedFingerprint":
        """Hunt what this fingerprint was made of, under ``key``."""
        return cls(
            key=key,
            kind=found.kind,
            pdq=found.pdq,
            quality=found.quality,
            sha256=found.sha256,
            dihedral=found.dihedral,
            frames=found.frames,
        )


@dataclass(frozen=True, slots=True)
class BestMatch:
    """``distance`` in bits; of two videos the radius at which enough frames match.

    ``exact``: the same file, byte for byte.
    """

    key: str
    distance: int
    exact: bool


class HuntedIndex:
    """Many hunted fingerprints, searched at once."""

    def __init__(self, hunted: Sequence[HuntedFingerprint]) -> None:
        self._hunted = tuple(hunted)
        self._by_digest: dict[str, list[int]] = defaultdict(list)
        self._owners: list[int] = []
        self._places: list[int] = []
        self._sizes: list[int] = []
        hashes: list[str] = []
        for owner, one in enumerate(self._hunted):
            if one.sha256:
                self._by_digest[one.sha256].append(owner)
            shown = _hunted_hashes(one)
            hashes += shown
            self._owners += [owner] * len(shown)
            self._places += range(len(shown))
            self._sizes.append(len(shown))
        self._index = HammingIndex(hashes)
        # Where a list gave no turned fingerprints the query is turned instead.
        self._turn_queries = any(one.pdq and not (one.dihedral or one.frames) for one in hunted)

    def __len__(self) -> int:
        """How many hunted things are in it."""
        return len(self._hunted)

    def match(self, found: Fingerprint, radius: int = RADIUS) -> list[BestMatch]:
        """Every hunted thing that ``found`` shows, best first (then in the order given)."""
        exact = self._by_digest.get(found.sha256, [])
        best = {owner: BestMatch(self._hunted[owner].key, 0, exact=True) for owner in exact}
        for owner, distance in self._alike(found, radius):
            if owner not in best:
                best[owner] = BestMatch(self._hunted[owner].key, distance, exact=False)
        return [best[owner] for owner in sorted(best, key=lambda o: (_rank(best[o]), o))]

    def near(self, digits: str, radius: int = RADIUS) -> list[BestMatch]:
        """Every hunted thing near a bare hash: a PDQ within ``radius``, or an equal SHA-256.

        Raises MalformedHash when it is not 64 hex digits.
        """
        digits = digits.lower()
        exact = self._by_digest.get(digits, [])
        best = {owner: BestMatch(self._hunted[owner].key, 0, exact=True) for owner in exact}
        for match in self._index.search([digits], radius):
            owner = self._owners[match.item]
            # Nearest first, so the first one seen of an owner stays.
            best.setdefault(owner, BestMatch(self._hunted[owner].key, match.distance, exact=False))
        return [best[owner] for owner in sorted(best, key=lambda o: (_rank(best[o]), o))]

    def _alike(self, found: Fingerprint, radius: int) -> Iterable[tuple[int, int]]:
        queries = _found_hashes(found, turned=self._turn_queries)
        pairs: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for match in self._index.search(queries, radius):
            place = self._places[match.item]
            pairs[self._owners[match.item]].append((match.query, place, match.distance))
        for owner, near in pairs.items():
            if found.frames and self._hunted[owner].frames:
                distance = _of_two_videos(near, len(queries), self._sizes[owner])
            else:
                distance = min(pair[2] for pair in near)
            if distance is not None:
                yield owner, distance


def best_distance(found: Fingerprint, hunted: Sequence[HuntedFingerprint]) -> BestMatch | None:
    """The nearest of a few hunted things, None when ``found`` shows none of them.

    For more than one ``found`` against the same things build a HuntedIndex once.
    """
    matches = HuntedIndex(hunted).match(found)
    return matches[0] if matches else None


def _of_two_videos(
    near: Sequence[tuple[int, int, int]], found_frames: int, hunted_frames: int
) -> int | None:
    """The radius at which MATCHING_SHARE of the shorter side's frames match, None if they don't.

    ``near`` holds (frame of found, frame of hunted, distance).
    """
    side = 0 if found_frames <= hunted_frames else 1
    nearest: dict[int, int] = {}
    for pair in near:
        nearest[pair[side]] = min(pair[2], nearest.get(pair[side], pair[2]))
    needed = math.ceil(min(found_frames, hunted_frames) * MATCHING_SHARE)
    return sorted(nearest.values())[needed - 1] if len(nearest) >= needed else None


def _rank(match: BestMatch) -> tuple[bool, int]:
    return (not match.exact, match.distance)


def _hunted_hashes(one: HuntedFingerprint) -> list[str]:
    if one.frames:
        return _good_frames(one.frames)
    if one.quality < MIN_QUALITY or not one.pdq:
        return []
    return list(dict.fromkeys((one.pdq, *one.dihedral)))


def _found_hashes(found: Fingerprint, *, turned: bool) -> list[str]:
    if found.frames:
        return _good_frames(found.frames)
    if found.quality < MIN_QUALITY:
        return []
    return [found.pdq, *found.alternates, *(found.dihedral[1:] if turned else ())]


def _good_frames(frames: Iterable[FrameFingerprint]) -> list[str]:
    return [frame.pdq for frame in frames if frame.quality >= MIN_QUALITY]
