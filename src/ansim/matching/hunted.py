"""Is what was found one of the things that are hunted?

Two pictures are the same when their PDQs differ in at most RADIUS bits, also when one of them was
turned or mirrored, or framed (their alternates). Two videos are the same when at least
MATCHING_SHARE of the frames of the one with fewer frames have such a neighbour in the other, also
when one of them was turned or mirrored throughout. A picture equal to a frame of a video counts
too. Nearly flat pictures (quality below MIN_QUALITY), framed ones too, resemble each other by
chance: they match by equal SHA-256 only (looks.py).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.fingerprints import Alternate, Fingerprint, FrameFingerprint, Kind
from ansim.matching.hashes import packed, turned
from ansim.matching.index import RADIUS, HashIndex, Matches
from ansim.matching.looks import by_looks
from ansim.matching.videos import MIN_QUALITY, Frames

__all__ = [
    "MATCHING_SHARE",
    "MIN_QUALITY",
    "BestMatch",
    "HuntedFingerprint",
    "HuntedIndex",
    "best_distance",
]

MATCHING_SHARE: Final = 0.8
_FAR: Final = 255
"""More bits than any radius of use: stands for "not seen"."""


@dataclass(frozen=True, slots=True)
class HuntedFingerprint:
    """One hunted thing. ``key`` is the caller's; the rest is as in Fingerprint.

    A digest may be "" when only a PDQ is known, and ``pdq`` when only a digest is: lists of others
    often have MD5 or SHA-1 alone. The strongest digest that is known decides whether a file is the same.
    """

    key: str
    kind: Kind
    pdq: str
    quality: int
    sha256: str = ""
    dihedral: tuple[str, ...] = ()
    frames: tuple[FrameFingerprint, ...] = ()
    alternates: tuple[Alternate, ...] = ()
    md5: str = ""
    sha1: str = ""

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
            alternates=found.alternates,
            md5=found.md5,
            sha1=found.sha1,
        )


@dataclass(frozen=True, slots=True)
class BestMatch:
    """``distance`` in bits; of two videos the radius at which enough frames match.

    ``exact``: the same file, byte for byte. ``guessed``: the file is only so near when the strips
    are filled up that somebody may have cut off; rarely, that makes unlike pictures alike.
    """

    key: str
    distance: int
    exact: bool
    guessed: bool = False


class HuntedIndex:
    """Many hunted fingerprints, searched at once."""

    def __init__(self, hunted: Sequence[HuntedFingerprint]) -> None:
        self._hunted = tuple(hunted)
        self._by_digest: dict[str, list[int]] = defaultdict(list)
        for owner, one in enumerate(self._hunted):
            # MD5 and SHA-1 can be forged: they count only where nothing better is known.
            digest = one.sha256 or one.sha1 or one.md5
            if digest:
                self._by_digest[digest].append(owner)
        stills = [[] if one.frames else _hunted_hashes(one) for one in self._hunted]
        films = _frames_of([one.frames for one in self._hunted])
        hashes = packed([digits for one in stills for digits in one])
        of_stills = np.repeat(np.arange(len(stills)), [len(one) for one in stills])
        self._stills = len(hashes)
        self._index = HashIndex.build(np.concatenate([hashes, films.hashes]))
        self._owners = np.concatenate([of_stills, films.owners])
        self._counts = np.concatenate([np.ones(len(hashes), np.int64), films.counts])
        # Where only plain fingerprints are hunted the query is turned instead.
        self._turn_queries = any(one.frames or (one.pdq and not one.dihedral) for one in hunted)

    def __len__(self) -> int:
        """How many hunted things are in it."""
        return len(self._hunted)

    def match(
        self, found: Fingerprint, radius: int = RADIUS, *, guessing: bool = True
    ) -> list[BestMatch]:
        """Every hunted thing that ``found`` shows, best first (then in the order given).

        ``guessing``: also by what the picture may have been cut from.
        """
        alike = self._like_video if found.frames else self._like_picture
        digests = (found.sha256, found.sha1, found.md5)
        same = [owner for digest in digests for owner in self._by_digest.get(digest, [])]
        sure = self._ranked(same, alike(found, radius))
        guesses = self._guesses(found, radius) if guessing and found.uncropped else []
        return _with_guesses(sure, guesses) if guesses else sure

    def _guesses(self, found: Fingerprint, radius: int) -> list[BestMatch]:
        """Near what the picture may have been cut from; none where it has too little to show."""
        if not _found_hashes(found, turned=False):
            return []
        matches = self._index.search(packed(list(found.uncropped)), radius)
        near = self._ranked((), self._nearest(matches))
        return [replace(one, guessed=True) for one in near]

    def near(self, digits: str, radius: int = RADIUS) -> list[BestMatch]:
        """Every hunted thing near a bare hash: a PDQ within ``radius``, or an equal SHA-256.

        Raises MalformedHash when it is not 64 hex digits.
        """
        matches = self._index.search(packed([digits]), radius)
        return self._ranked(self._by_digest.get(digits.lower(), []), self._nearest(matches))

    def _ranked(self, exact: Iterable[int], near: Iterable[tuple[int, int]]) -> list[BestMatch]:
        """One match for each owner, from all ``(owner, distance)``."""
        best: dict[int, int] = {}
        for owner, distance in near:
            best[owner] = min(distance, best.get(owner, distance))
        same = set(exact)
        matches = {
            owner: BestMatch(
                self._hunted[owner].key, 0 if owner in same else distance, owner in same
            )
            for owner, distance in (best | dict.fromkeys(same, 0)).items()
        }
        return [matches[owner] for owner in sorted(matches, key=lambda o: (_rank(matches[o]), o))]

    def _like_picture(self, found: Fingerprint, radius: int) -> Iterator[tuple[int, int]]:
        hashes = packed(_found_hashes(found, turned=self._turn_queries))
        yield from self._nearest(self._index.search(hashes, radius))

    def _nearest(self, matches: Matches) -> Iterator[tuple[int, int]]:
        yield from zip(self._owners[matches.item].tolist(), matches.distance.tolist(), strict=True)

    def _like_video(self, found: Fingerprint, radius: int) -> Iterator[tuple[int, int]]:
        """Of a hunted still one frame is enough, of a hunted video enough of the shorter one's."""
        frames = _frames_of([found.frames])
        for hashes in turned(frames.hashes):
            matches = self._index.search(hashes, radius)
            owners = self._owners[matches.item]
            order = np.argsort(owners, kind="stable")
            starts = np.flatnonzero(np.diff(owners[order], prepend=-1))
            for own in np.split(order, starts[1:]) if len(order) else ():
                owner = int(owners[own[0]])
                if self._hunted[owner].frames:
                    distance = self._of_two_videos(matches, own, frames.counts, owner)
                else:
                    distance = int(matches.distance[own].min())
                if distance is not None:
                    yield owner, distance

    def _of_two_videos(
        self, matches: Matches, own: NDArray[np.int64], counts: NDArray[np.int64], owner: int
    ) -> int | None:
        """The radius at which MATCHING_SHARE of the shorter side's frames match, None if none is.

        ``own``: places in ``matches`` of what the frames of ``found`` and of ``owner`` share.
        ``counts``: how many frames each of ``found`` stands for.
        """
        first, end = np.searchsorted(self._owners[self._stills :], [owner, owner + 1])
        hunted = self._counts[self._stills + first : self._stills + end]
        places = matches.query[own]
        if hunted.sum() < counts.sum():
            places, counts = matches.item[own] - self._stills - first, hunted
        nearest = np.full(len(counts), _FAR, np.uint8)
        np.minimum.at(nearest, places, matches.distance[own])
        order = np.argsort(nearest, kind="stable")
        needed = math.ceil(int(counts.sum()) * MATCHING_SHARE)
        distance = int(nearest[order][np.searchsorted(np.cumsum(counts[order]), needed)])
        return distance if distance < _FAR else None


def best_distance(found: Fingerprint, hunted: Sequence[HuntedFingerprint]) -> BestMatch | None:
    """The nearest of a few hunted things, None when ``found`` shows none of them.

    For more than one ``found`` against the same things build a HuntedIndex once.
    """
    matches = HuntedIndex(hunted).match(found)
    return matches[0] if matches else None


def surest(match: BestMatch) -> tuple[bool, bool, int]:
    """A key that sorts what is sure before what is near or guessed at."""
    return not match.exact, match.guessed or match.distance > RADIUS, match.distance


def _rank(match: BestMatch) -> tuple[bool, int]:
    return (not match.exact, match.distance)


def _hunted_hashes(one: HuntedFingerprint) -> list[str]:
    whole = (one.pdq, *one.dihedral) if one.pdq else ()
    return list(dict.fromkeys(by_looks(whole, one.quality, one.alternates)))


def _with_guesses(sure: list[BestMatch], guesses: Iterable[BestMatch]) -> list[BestMatch]:
    """A guess is told of what does not surely match; the best first, what is sure before all."""
    told = {one.key: one for one in sure}
    for one in guesses:
        known = told.get(one.key)
        if known is None or known.distance > max(RADIUS, one.distance):
            told[one.key] = one
    return sorted(told.values(), key=surest)


def _found_hashes(found: Fingerprint, *, turned: bool) -> list[str]:
    whole = (found.pdq, *(found.dihedral[1:] if turned else ()))
    return by_looks(whole, found.quality, found.alternates)


def _frames_of(films: Sequence[Sequence[FrameFingerprint]]) -> Frames:
    """Only equal frames are folded, with their counts, so that no answer changes by it."""
    return Frames.of(
        [packed([frame.pdq for frame in film]) for film in films],
        [np.array([frame.quality for frame in film], np.int64) for film in films],
        fold=0,
    )
