"""The buckets behind the exact search: which hashes share 16 bits, almost, with a query.

A hash is cut into sixteen bands of 16 bits. Two hashes within ``radius`` bits differ, summed over
the bands, in at most ``radius`` bits; so when the bands are allowed a_1 ... a_16 differing bits with
``sum(a_i + 1) > radius``, at least one band is within what it is allowed (the generalised
pigeonhole). For radius 31 that is one bit a band: 17 buckets in each of 16 tables.

More is true: there is a band b that is within its allowance *and* whose sum with the band after it
is at most ``a_b + a_(b+1) + 1``. (Take x_i = d_i - a_i - 1. The sum of all x_i is negative, so, going
round in a circle, there is a start from which every running sum is negative. It is the cycle lemma
of Dvoretzky and Motzkin, 1947; Qin and Xiao, "Pigeonring", VLDB 2018, filter candidates by it.)
So each entry of a bucket carries the 16 bits of the next band beside it, and all but one in five
hundred entries are passed over, 32 at a time, without touching the hash itself. That walk over
a hash somewhere in memory is what other exact indexes spend their time on.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ansim import compiling
from ansim.matching import kernels

Hashes = NDArray[np.uint8]
Number = TypeVar("Number", bound=np.generic)
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]

BANDS: Final = 16
BAND_BITS: Final = 16
BUCKETS_FROM: Final = 32_768
"""Below so many hashes comparing them all is as quick, and takes no memory."""

_SAMPLES_FROM: Final = 200_000
_KEYS: Final = 1 << BAND_BITS
_SCAN_BLOCK: Final = 512
_CANDIDATES: Final = 4096
_CROWDED: Final = 512
"""A bucket with more than _CANDIDATES and more than one in so many hashes is too full to walk."""

_FLAT_ROOM: Final = 4_000_000
_FIRST_ROOM: Final = 1024
# Nanoseconds, measured on one core of a server of 2023; only their ratios matter.
_PROBE_COST, _ENTRY_COST, _SCAN_COST, _LONE_SCAN_COST = 30.0, 1.2, 0.35, 3.0
_LONE: Final = 8
_FULL: Final = 8
"""A query that would read more than one in so many entries of all hashes is planned anew."""


@dataclass(frozen=True, slots=True)
class Buckets:
    """For each band the hashes' numbers ordered by their 16 bits, and where each key begins.

    ``starts`` uint32[16, 65537], ``ids`` uint32[16, n]; ``samples`` uint16[16, n] holds the bits of
    the next band of the same entries, or is [16, 0] where the hashes fit into the caches anyway.
    """

    starts: NDArray[np.uint32]
    ids: NDArray[np.uint32]
    samples: NDArray[np.uint16]

    @classmethod
    def build(cls, hashes: Hashes) -> "Buckets":
        """Buckets of ``hashes`` uint8[n, 32], n below 2**32."""
        keys = _keys(hashes)
        count = len(keys)
        starts = np.zeros((BANDS, _KEYS + 1), np.uint32)
        ids = np.empty((BANDS, count), np.uint32)
        samples = np.empty((BANDS, count if count >= _SAMPLES_FROM else 0), np.uint16)

        def fill(band: int) -> None:
            order = np.argsort(keys[:, band], kind="stable")
            ids[band] = order
            np.cumsum(np.bincount(keys[:, band], minlength=_KEYS), out=starts[band, 1:])
            if samples.size:
                samples[band] = keys[order, (band + 1) % BANDS]

        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            for _ in pool.map(fill, range(BANDS)):
                pass
        return cls(starts, ids, samples)

    @property
    def nbytes(self) -> int:
        """Memory in bytes, without the hashes."""
        return self.starts.nbytes + self.ids.nbytes + self.samples.nbytes


def search(hashes: Hashes, buckets: Buckets | None, queries: Hashes, radius: int) -> Found:
    """Every hash within ``radius`` (0..255) of each query, in no order: query, hash, distance."""
    allowed = None if buckets is None else _worthwhile(len(hashes), len(queries), radius)
    if buckets is None or allowed is None:
        return scan(hashes, queries, radius)
    if compiling.COMPILED:
        return by_bands(hashes, buckets, queries, radius, allowed)
    return by_bands_in_numpy(hashes, buckets, queries, radius, allowed)


@lru_cache(maxsize=256)
def allowances(radius: int) -> NDArray[np.int64]:
    """Differing bits allowed in each band, -1 for a band that is left out: int64[16]."""
    return np.array(_shared(radius, BANDS))


def _worthwhile(items: int, queries: int, radius: int) -> NDArray[np.int64] | None:
    """The bands' allowances, or None when comparing with every hash costs less."""
    allowed = allowances(radius)
    probes = _all_probes(radius)
    bands = probes * _PROBE_COST + probes * items / _KEYS * _ENTRY_COST
    scan = items * (_SCAN_COST if queries >= _LONE else _LONE_SCAN_COST)
    return allowed if bands < scan else None


@lru_cache(maxsize=256)
def _all_probes(radius: int) -> int:
    return sum(_probes(int(bits)) for bits in allowances(radius))


def _probes(bits: int) -> int:
    """How many keys lie within ``bits`` of one key."""
    return sum(comb(BAND_BITS, differing) for differing in range(bits + 1))


@lru_cache(maxsize=1)
def _masks() -> NDArray[np.uint16]:
    """All 65,536 keys, those with few one bits first."""
    keys = np.arange(_KEYS, dtype=np.uint32)
    return keys[np.argsort(np.bitwise_count(keys), kind="stable")].astype(np.uint16)


def by_bands(
    hashes: Hashes, buckets: Buckets, queries: Hashes, radius: int, allowed: NDArray[np.int64]
) -> Found:
    """As ``search``, by the compiled loops, whatever it costs."""
    found, heavy = _looped(hashes, buckets, queries, radius, allowed)
    if not heavy.any():
        return found
    light = ~heavy[found[0]]
    parts = [(found[0][light], found[1][light], found[2][light])]
    left: list[int] = []
    for number in np.flatnonzero(heavy):
        query = queries[number : number + 1]
        found, still = _looped(hashes, buckets, query, radius, _avoiding(buckets, query, radius))
        if still[0]:
            left.append(int(number))
        else:
            parts.append((found[0] + number, *found[1:]))
    if left:
        # Flat pictures among flat pictures: it is quicker to compare with every hash.
        found = scan(hashes, queries[left], radius, _FLAT_ROOM)
        parts.append((np.array(left)[found[0]], *found[1:]))
    return _joined(parts)


def _looped(
    hashes: Hashes, buckets: Buckets, queries: Hashes, radius: int, allowed: NDArray[np.int64]
) -> tuple[Found, NDArray[np.bool_]]:
    """What the loop finds, and the queries whose buckets were too full for it."""
    heavy = np.zeros(len(queries), np.bool_)
    room = np.empty(max(_CANDIDATES, len(hashes) // _CROWDED), np.uint32)
    most = len(hashes) // _FULL
    given = (
        _keys(hashes), _words(hashes), _as_read(buckets.starts), _as_read(buckets.ids),
        _as_read(buckets.samples), _as_read(_masks()), _as_read(allowed),
        _keys(queries), _words(queries), radius, most, heavy, room,
    )  # fmt: skip
    return _with_room(2 * len(queries), kernels.search_bands, given), heavy


def _avoiding(buckets: Buckets, query: Hashes, radius: int) -> NDArray[np.int64]:
    """Allowances for one query that leave out the bands in which it meets a crowded bucket.

    What those bands were allowed goes to the others: the fewer bands, the more buckets in each. The
    best number of bands is taken, reckoning with half of the fullest bucket for each.
    """
    key = (_keys(query)[0][:, None] ^ _masks()[: BAND_BITS + 1]).astype(np.int64)
    band = np.arange(BANDS)[:, None]
    near = buckets.starts[band, key + 1] - buckets.starts[band, key]
    sizes = near.max(axis=1).astype(np.int64)
    calmest = np.argsort(sizes, kind="stable")
    best, least = calmest, np.inf
    for count in range(2, BANDS + 1):
        kept = calmest[:count]
        probes = [_probes(min(BAND_BITS, bits)) for bits in _shared(radius, count)]
        cost = sum(
            probe * (_PROBE_COST + int(size) / 2 * _ENTRY_COST)
            for probe, size in zip(probes, sizes[kept], strict=True)
        )
        if cost < least:
            best, least = kept, cost
    allowed = np.full(BANDS, -1, np.int64)
    allowed[best] = _shared(radius, len(best))
    return allowed


def _shared(radius: int, bands: int) -> list[int]:
    """Allowances of so many bands, as even as can be, that find everything within the radius."""
    base, more = divmod(radius + 1, bands)
    return [base] * more + [base - 1] * (bands - more)


def scan(hashes: Hashes, queries: Hashes, radius: int, room: int = 0) -> Found:
    """Every hash compared with every query; ``room`` for so many matches is made at once."""
    if not compiling.COMPILED:
        return scan_in_numpy(hashes, queries, radius)
    columns, apart = np.empty((4, _SCAN_BLOCK), np.uint64), np.empty(_SCAN_BLOCK, np.uint16)
    given = (_words(hashes), _words(queries), radius, columns, apart)
    return _with_room(room or 2 * len(queries), kernels.scan, given)


def _with_room(room: int, loop: Callable[..., int], given: tuple[object, ...]) -> Found:
    """Run ``loop`` with arrays to write to; once more with larger ones when they were too small."""
    room = max(_FIRST_ROOM, room)
    while True:
        query, item = np.empty(room, np.int64), np.empty(room, np.int64)
        apart = np.empty(room, np.uint8)
        found = loop(*given, query, item, apart)
        if found <= room:
            return query[:found], item[:found], apart[:found]
        room = found


def by_bands_in_numpy(
    hashes: Hashes, buckets: Buckets, queries: Hashes, radius: int, allowed: NDArray[np.int64]
) -> Found:
    """As ``search``, with numpy alone."""
    keys, query_keys = _keys(hashes), _keys(queries)
    parts: list[Found] = []
    for number in range(len(queries)):
        items = [np.empty(0, np.int64)]
        for band in np.flatnonzero(allowed >= 0):
            after = (band + 1) % BANDS
            masks = _masks()[: _probes(int(allowed[band]))]
            bucket = (query_keys[number, band] ^ masks).astype(np.int64)
            first, end = buckets.starts[band][bucket], buckets.starts[band][bucket + 1]
            places = _ranges(first.astype(np.int64), end.astype(np.int64))
            here = np.repeat(np.bitwise_count(masks), end - first)
            item = buckets.ids[band][places]
            there = np.bitwise_count(keys[item, after] ^ query_keys[number, after])
            items.append(item[here + there <= allowed[band] + allowed[after] + 1].astype(np.int64))
        item = np.unique(np.concatenate(items))
        apart = _distances(_words(hashes)[item], _words(queries)[number])
        near = apart <= radius
        count = int(near.sum())
        parts.append((np.full(count, number), item[near], apart[near].astype(np.uint8)))
    return _joined(parts)


def scan_in_numpy(hashes: Hashes, queries: Hashes, radius: int) -> Found:
    """Every hash compared with every query, with numpy alone."""
    words, query_words = _words(hashes), _words(queries)
    block, parts = 16_384, []
    for first in range(0, len(words), block):
        part = words[first : first + block]
        for number in range(len(query_words)):
            apart = _distances(part, query_words[number])
            near = np.flatnonzero(apart <= radius)
            if len(near):
                found = (np.full(len(near), number), near + first, apart[near].astype(np.uint8))
                parts.append(found)
    return _joined(parts)


def _distances(words: NDArray[np.uint64], query: NDArray[np.uint64]) -> NDArray[np.uint16]:
    distances: NDArray[np.uint16] = np.bitwise_count(words ^ query).sum(axis=1, dtype=np.uint16)
    return distances


def _ranges(first: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
    """All numbers from each ``first`` up to its ``end``, one after another."""
    lengths = end - first
    before = np.cumsum(lengths) - lengths
    places: NDArray[np.int64] = np.repeat(first - before, lengths)
    return places + np.arange(len(places))


def _joined(parts: list[Found]) -> Found:
    if not parts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8)
    query, item, apart = (np.concatenate(column) for column in zip(*parts, strict=True))
    return query, item, apart


def _keys(hashes: Hashes) -> NDArray[np.uint16]:
    return _as_read(hashes.view("<u2"))


def _words(hashes: Hashes) -> NDArray[np.uint64]:
    return _as_read(hashes.view("<u8"))


def _as_read(array: NDArray[Number]) -> NDArray[Number]:
    """The same numbers for reading only, as a mapped file has them: one kind of loop for both."""
    same = array.view()
    same.flags.writeable = False
    return same
