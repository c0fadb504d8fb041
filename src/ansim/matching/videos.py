"""Which videos share frames: vPDQ's matching over many videos at once.

Two videos match when enough of the frames of each have a neighbour in the other. The published
thresholds (``threatexchange`` 1.2.17, extension vpdq) are the defaults: 31 bits, quality 50, 80 %
of the query's frames and no least share of the other video's. As published, nearly flat frames
count on neither side, and frames with equal hashes count once.

Near-identical frames are folded first: of consecutive frames within FOLD bits of the first of
them only that first one is kept and counted once, so that a still that is shown for a minute
weighs as much as one that is shown for a second. A frame that was folded away is then judged by
one at most FOLD bits from it. ``fold=0`` folds equal frames alone: the published shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.matching.index import HASH_BYTES, RADIUS, HashIndex, Matches

Hashes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Shares = NDArray[np.float64]

MIN_QUALITY: Final = 50
"""Frames and pictures below it are nearly flat and resemble each other by chance."""
QUERY_SHARE: Final = 0.8
INDEX_SHARE: Final = 0.0
FOLD: Final = 8
"""Bits of 256, a quarter of RADIUS: what re-encoding alone moves the frames of a still scene."""

_FRAMES_AT_ONCE: Final = 1024
"""Frames that are searched at a time: bounds the memory where many videos share a title."""
_MIX: Final = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of several videos, one after the other, folded.

    ``hashes`` uint8[n, 32]. ``owners`` int64[n]: the number of the video, rising. ``counts``
    int64[n]: how many frames each one stands for. ``sizes`` int64[v]: how many each video has.
    """

    hashes: Hashes
    owners: Numbers
    counts: Numbers
    sizes: Numbers

    @classmethod
    def of(
        cls,
        videos: Sequence[Hashes],
        qualities: Sequence[NDArray[np.integer]] | None = None,
        *,
        min_quality: int = MIN_QUALITY,
        fold: int = FOLD,
    ) -> "Frames":
        """Fold each of ``videos``, uint8[k, 32] in the order of time.

        ``qualities``: of the frames of each video, 0..100; without them every frame counts.
        Raises ValueError for other shapes.
        """
        lengths = [len(video) for video in videos]
        hashes = np.concatenate([np.empty((0, HASH_BYTES), np.uint8), *videos])
        owners = np.repeat(np.arange(len(videos)), lengths)
        if qualities is not None:
            if [len(quality) for quality in qualities] != lengths:
                message = "each frame needs one quality"
                raise ValueError(message)
            good = np.concatenate([np.empty(0, np.int64), *qualities]) >= min_quality
            hashes, owners = hashes[good], owners[good]
        runs = _runs(hashes, owners, fold)
        runs = _once_a_video(hashes, owners, runs)
        kept = np.flatnonzero(runs == np.arange(len(runs)))
        counts = np.bincount(runs, minlength=len(runs))[kept]
        sizes = np.bincount(owners[kept], minlength=len(videos))
        return cls(hashes[kept], owners[kept], counts, sizes)


@dataclass(frozen=True, slots=True)
class VideoMatches:
    """Pairs of videos, sorted by query, then video; all arrays have one value a pair.

    ``query`` and ``video`` int64: numbers as they were given. ``query_share`` and
    ``video_share`` float64, 0..1: the share of each one's frames that the other has.
    """

    query: Numbers
    video: Numbers
    query_share: Shares
    video_share: Shares

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.query)


class VideoIndex:
    """Many videos, searched by frames."""

    def __init__(self, frames: Frames) -> None:
        self._owners = frames.owners
        self._sizes = frames.sizes
        self._index = HashIndex.build(frames.hashes)

    @classmethod
    def build(
        cls,
        videos: Sequence[Hashes],
        qualities: Sequence[NDArray[np.integer]] | None = None,
        *,
        min_quality: int = MIN_QUALITY,
        fold: int = FOLD,
    ) -> "VideoIndex":
        """An index over ``videos``, numbered as given; see ``Frames.of``."""
        return cls(Frames.of(videos, qualities, min_quality=min_quality, fold=fold))

    def __len__(self) -> int:
        """How many videos are in it, those without a frame that counts among them."""
        return len(self._sizes)

    def search(
        self,
        queries: Frames,
        *,
        radius: int = RADIUS,
        query_share: float = QUERY_SHARE,
        index_share: float = INDEX_SHARE,
        threads: int | None = None,
    ) -> VideoMatches:
        """Every video that shares enough frames with a query, at least one frame.

        ``radius``: bits within which two frames are the same. ``query_share`` and
        ``index_share``, 0..1: how many of the query's and of the indexed video's frames must be.
        """
        parts, begin = [], 0
        bounds = np.concatenate([[0], np.cumsum(queries.sizes)])
        while begin < len(queries.sizes):
            # As many whole videos as make up a batch, at least one.
            until = np.searchsorted(bounds, bounds[begin] + _FRAMES_AT_ONCE, side="right") - 1
            end = max(begin + 1, int(until))
            first = int(bounds[begin])
            found = self._index.search(queries.hashes[first : bounds[end]], radius, threads=threads)
            owners = queries.owners[first : bounds[end]]
            parts.append(self._judged(found, owners, queries.sizes, (query_share, index_share)))
            begin = end
        return _joined(parts)

    def _judged(
        self, found: Matches, owners: Numbers, sizes: Numbers, least: tuple[float, float]
    ) -> VideoMatches:
        """The pairs of videos that the pairs of frames make."""
        queries, videos = owners[found.query], self._owners[found.item]
        pairs = queries * len(self) + videos
        # A query's items come by number, and so video by video: each new video is one frame found.
        new = np.ones(len(pairs), np.bool_)
        new[1:] = (found.query[1:] != found.query[:-1]) | (videos[1:] != videos[:-1])
        codes, hits = np.unique(pairs[new], return_counts=True)
        query_share = hits / sizes[codes // max(1, len(self))]
        enough = query_share >= least[0]
        codes, query_share = codes[enough], query_share[enough]
        # Only for these the other side is counted: each item once, whichever frames found it.
        place = np.searchsorted(codes, pairs)
        known = place < len(codes)
        known[known] = codes[place[known]] == pairs[known]
        seen = np.unique(place[known] * self._index.size + found.item[known])
        hits = np.bincount(seen // max(1, self._index.size), minlength=len(codes))
        query, video = np.divmod(codes, max(1, len(self)))
        video_share = hits / np.maximum(1, self._sizes[video])
        enough = video_share >= least[1]
        return VideoMatches(query[enough], video[enough], query_share[enough], video_share[enough])


def _joined(parts: Sequence[VideoMatches]) -> VideoMatches:
    numbers, shares = np.empty(0, np.int64), np.empty(0, np.float64)
    return VideoMatches(
        np.concatenate([numbers, *(part.query for part in parts)]),
        np.concatenate([numbers, *(part.video for part in parts)]),
        np.concatenate([shares, *(part.query_share for part in parts)]),
        np.concatenate([shares, *(part.video_share for part in parts)]),
    )


def _runs(hashes: Hashes, owners: Numbers, fold: int) -> Numbers:
    """For each frame the first one of its run: of one video and within ``fold`` bits of it.

    All runs grow at once: a frame too far from its run's first begins the next run, and only
    frames behind such a one are looked at again.
    """
    words = np.ascontiguousarray(hashes).view(np.uint64)
    places = np.arange(len(words))
    starts = np.ones(len(words), np.bool_)
    starts[1:] = owners[1:] != owners[:-1]
    starts[1:] |= _distances(words[1:], words[:-1]) > 2 * fold
    firsts = np.maximum.accumulate(np.where(starts, places, 0))
    open_ = places
    while len(open_):
        far = _distances(words[open_], words[firsts[open_]]) > fold
        if not far.any():
            break
        # The first far frame of each run begins a run; all behind it in the run are open again.
        away = open_[far]
        begins = away[np.unique(firsts[away], return_index=True)[1]]
        starts[begins] = True
        renewed = np.maximum.accumulate(np.where(starts, places, 0))
        open_ = np.flatnonzero(renewed != firsts)
        firsts = renewed
    return firsts


def _once_a_video(hashes: Hashes, owners: Numbers, runs: Numbers) -> Numbers:
    """The same runs, those with equal first hashes in one video joined to the earliest."""
    firsts = np.flatnonzero(runs == np.arange(len(runs)))
    words = np.ascontiguousarray(hashes[firsts]).view(np.uint64)
    mixed = (words * _MIX).sum(axis=1, dtype=np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX[0] + owners[firsts].astype(np.uint64)
    order = np.argsort(mixed, kind="stable")
    same = np.zeros(len(order), np.bool_)
    same[1:] = (words[order[1:]] == words[order[:-1]]).all(axis=1)
    same[1:] &= owners[firsts[order[1:]]] == owners[firsts[order[:-1]]]
    earliest = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
    joined = np.empty(len(runs), np.int64)
    joined[firsts[order]] = firsts[order[earliest]]
    return joined[runs]


def _distances(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Row by row, of arrays (n, 4)."""
    bits: NDArray[np.uint16] = np.bitwise_count(one ^ other).sum(axis=1, dtype=np.uint16)
    return bits
