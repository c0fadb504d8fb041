"""The compiled loops of the search; see bands.py for the method.

Every hash is seen twice: as four 64-bit words (for distances) and as sixteen 16-bit keys (for
buckets). A loop writes at most as many matches as it is given room for and returns how many there
were, so that the caller can give more room and ask again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ansim.compiling import NUMBA, kernel

Words = NDArray[np.uint64]
Keys = NDArray[np.uint16]

if NUMBA is None:

    def _ones(value: Any) -> Any:
        return int(value).bit_count()

    def _fetch(array: Any, place: Any) -> None:
        """Nothing to do: the interpreter is slower than any memory."""

else:
    from llvmlite import ir
    from numba.core import cgutils, types
    from numba.extending import intrinsic

    _WORD = ir.IntType(32)
    _BYTES = ir.IntType(8).as_pointer()
    _PREFETCH = ir.FunctionType(ir.VoidType(), [_BYTES, _WORD, _WORD, _WORD])

    @intrinsic  # type: ignore[untyped-decorator,unused-ignore]
    def _ones(_context: Any, value: Any) -> Any:
        """The number of one bits, as the processor's own instruction, vectorised where it can."""

        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.ctpop(arguments[0])

        return value(value) if isinstance(value, types.Integer) else None, generate

    @intrinsic  # type: ignore[untyped-decorator,unused-ignore]
    def _fetch(_context: Any, array: Any, _place: Any) -> Any:
        """Ask the memory for ``array[place]`` ahead of its use; any place is allowed."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            base = context.make_array(signature.args[0])(context, builder, arguments[0]).data
            target = builder.bitcast(builder.gep(base, [arguments[1]]), _BYTES)
            insert = cgutils.get_or_insert_function
            known = insert(builder.module, _PREFETCH, "llvm.prefetch.p0")  # type: ignore[no-untyped-call,unused-ignore]
            builder.call(known, [target, _WORD(0), _WORD(3), _WORD(1)])
            return context.get_dummy_value()

        return types.none(array, types.int64), generate


@kernel
def distance(words: Words, item: Any, query: Words, number: Any) -> Any:
    """Differing bits of one hash and one query."""
    return (
        _ones(words[item, 0] ^ query[number, 0])
        + _ones(words[item, 1] ^ query[number, 1])
        + _ones(words[item, 2] ^ query[number, 2])
        + _ones(words[item, 3] ^ query[number, 3])
    )


@kernel
def first_band(keys: Keys, item: Any, queries: Keys, number: Any, allowed: Any) -> Any:
    """The first band in which the search meets this pair; it is reported from that band only."""
    bands = allowed.shape[0]
    for band in range(bands):
        after = band + 1 if band + 1 < bands else 0
        here = np.int64(_ones(keys[item, band] ^ queries[number, band]))
        if here <= allowed[band]:
            there = np.int64(_ones(keys[item, after] ^ queries[number, after]))
            if here + there <= allowed[band] + allowed[after] + 1:
                return band
    return bands


@kernel
def fetch_buckets(start: Any, sample: Any, masks: Any, key: Any, bits: Any) -> None:
    """Ask the memory for the beginnings of all buckets near ``key``, before the first is read."""
    for mask in masks:
        if np.int64(_ones(mask)) > bits:
            break
        bucket = np.uint64(key ^ mask)
        place, end = np.int64(start[bucket]), np.int64(start[bucket + np.uint64(1)])
        end = min(end, place + 256)
        while place < end:
            _fetch(sample, place)
            place += 32


@kernel
def pick(sample: Any, place: Any, end: Any, next_key: Any, limit: Any, room: Any, count: Any) -> Any:
    """Write to ``room`` the entries of one bucket whose next band is near too; the new count.

    64 entries at a time are passed over by their nearest, which compiles to vector instructions.
    """
    while place < end:
        stop = min(place + np.uint64(64), end)
        nearest = np.uint16(16)
        for entry in range(place, stop):
            nearest = min(nearest, np.uint16(_ones(np.uint16(sample[entry] ^ next_key))))
        if nearest <= limit:
            for entry in range(place, stop):
                if np.int64(_ones(np.uint16(sample[entry] ^ next_key))) <= limit:
                    room[count] = entry
                    count += 1
        place = stop
    return count


@kernel
def candidates(
    start: Any, sample: Any, masks: Any, key: Any, next_key: Any, bits: Any, next_bits: Any,
    most_entries: Any, room: Any,
) -> Any:  # fmt: skip
    """The entries of one band worth a comparison: how many, -1 for too many, and those read."""
    count, entries = np.int64(0), np.int64(0)
    if sample.shape[0]:
        fetch_buckets(start, sample, masks, key, bits)
    for mask in masks:
        weight = np.int64(_ones(mask))
        if weight > bits:
            break
        bucket = np.uint64(key ^ mask)
        place, end = np.uint64(start[bucket]), np.uint64(start[bucket + np.uint64(1)])
        size = np.int64(end - place)
        entries += size
        if entries > most_entries or count + size > room.shape[0]:
            return -1, entries
        if sample.shape[0]:
            count = pick(sample, place, end, next_key, bits + next_bits + 1 - weight, room, count)
        else:
            for entry in range(place, end):
                room[count] = entry
                count += 1
    return count, entries


@kernel
def search_bands(
    keys: Keys, words: Words, starts: Any, ids: Any, samples: Any, masks: Any, allowed: Any,
    query_keys: Keys, query_words: Words, radius: Any, most_entries: Any,
    heavy: Any, room: Any, out_query: Any, out_item: Any, out_distance: Any,
) -> Any:  # fmt: skip
    """All neighbours of a batch, band after band.

    ``starts`` uint32[16, 65537], ``ids`` uint32[16, n] and ``samples`` uint16[16, n] (or [16, 0])
    are the buckets; ``masks`` uint16 all keys by their number of ones; ``allowed`` int64[16] the
    differing bits for each band, -1 for none; ``room`` uint32[c] takes candidates. A query whose
    buckets hold more than ``most_entries``, or more than that, is marked in ``heavy``: its matches
    are not to be used.
    """
    items, bands = keys.shape
    found = 0
    left = np.full(query_keys.shape[0], most_entries, np.int64)
    for band in range(bands):
        if allowed[band] < 0:
            continue
        after = band + 1 if band + 1 < bands else 0
        for number in range(query_keys.shape[0]):
            if heavy[number]:
                continue
            count, entries = candidates(
                starts[band], samples[band], masks, query_keys[number, band],
                query_keys[number, after], allowed[band], allowed[after], left[number], room,
            )  # fmt: skip
            left[number] -= entries
            heavy[number] = count < 0
            for candidate in range(count):
                item = np.uint64(ids[band, room[candidate]])
                if item >= items:
                    continue
                apart = distance(words, item, query_words, number)
                if apart <= radius and (
                    first_band(keys, item, query_keys, number, allowed) == band
                ):
                    if found < out_query.shape[0]:
                        out_query[found] = number
                        out_item[found] = item
                        out_distance[found] = apart
                    found += 1
    return found


@kernel
def scan(
    words: Words, query_words: Words, radius: Any, columns: Any, apart: Any,
    out_query: Any, out_item: Any, out_distance: Any,
) -> Any:  # fmt: skip
    """All neighbours by comparing every hash with every query, block by block.

    ``columns`` uint64[4, block] takes a block with its words side by side, which lets the
    processor compare eight hashes at a time; ``apart`` uint16[block] their distances.
    """
    items, block, found = words.shape[0], columns.shape[1], 0
    for first in range(0, items, block):
        size = min(block, items - first)
        for place in range(size):
            for word in range(4):
                columns[word, place] = words[first + place, word]
        for number in range(query_words.shape[0]):
            a, b = query_words[number, 0], query_words[number, 1]
            c, d = query_words[number, 2], query_words[number, 3]
            nearest = np.uint64(256)
            for place in range(size):
                bits = (
                    _ones(columns[0, place] ^ a)
                    + _ones(columns[1, place] ^ b)
                    + _ones(columns[2, place] ^ c)
                    + _ones(columns[3, place] ^ d)
                )
                apart[place] = bits
                nearest = min(nearest, bits)
            if nearest > radius:
                continue
            for place in range(size):
                if apart[place] <= radius:
                    if found < out_query.shape[0]:
                        out_query[found] = number
                        out_item[found] = first + place
                        out_distance[found] = apart[place]
                    found += 1
    return found


def warm_up() -> None:
    """Compile every loop for the types that it is called with."""
    from ansim.matching import bands

    hashes = np.zeros((2, 32), np.uint8)
    plain = bands.Buckets.build(hashes)
    sampled = bands.Buckets(plain.starts, plain.ids, np.zeros((16, 2), np.uint16))
    for buckets in (plain, sampled):
        bands.by_bands(hashes, buckets, hashes, 31, bands.allowances(31))
    bands.scan(hashes, hashes, 31)
