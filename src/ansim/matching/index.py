"""The exact index over 256-bit hashes: every neighbour within a radius, and none missed."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ansim.matching import indexfile
from ansim.matching.bands import BUCKETS_FROM, Buckets, Found, search
from ansim.matching.errors import DamagedIndex

Hashes = NDArray[np.uint8]

RADIUS: Final = 31
"""Bits of 256: PDQ's authors' limit for "the same picture"; docs/matching.md measures it."""

HASH_BYTES: Final = 32
_LARGEST_RADIUS: Final = 255
_BATCH: Final = 2048
"""Queries that one thread takes at a time."""

_WORTH_A_THREAD: Final = 32


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of a query and an item: ``query`` int64[k], ``item`` int64[k], ``distance`` uint8[k].

    Sorted by query, then item. Queries are numbered as they were given, items as they were added.
    """

    query: NDArray[np.int64]
    item: NDArray[np.int64]
    distance: NDArray[np.uint8]

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.query)


@dataclass(slots=True)
class _Block:
    """Hashes side by side, with buckets where there are enough of them."""

    hashes: Hashes
    buckets: Buckets | None

    @classmethod
    def build(cls, hashes: Hashes) -> "_Block":
        return cls(hashes, Buckets.build(hashes) if len(hashes) >= BUCKETS_FROM else None)

    @property
    def nbytes(self) -> int:
        return self.hashes.nbytes + (self.buckets.nbytes if self.buckets else 0)


@dataclass(slots=True)
class HashIndex:
    """Hashes that can be searched, added and withdrawn; none is ever renumbered.

    Added hashes first stand in a tail that is compared whole. A full tail becomes a block with
    buckets, and a block swallows its younger neighbours once they are as large, so adding one by
    one costs each hash a few rebuilds in its life, never the whole index at once.

    Reading from several threads is safe; changing it while it is searched is not.
    """

    _blocks: list[_Block] = field(default_factory=list)
    _tail: Hashes = field(default_factory=lambda: np.empty((0, HASH_BYTES), np.uint8))
    _in_tail: int = 0
    _gone: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    size: int = 0
    """How many items were ever added."""

    note: str = ""
    """Whose hashes these are, in which state: the caller's, kept in the file."""

    @classmethod
    def build(cls, hashes: ArrayLike) -> "HashIndex":
        """An index over ``hashes`` uint8[n, 32], numbered 0..n-1. Raises ValueError."""
        index = cls()
        given = _checked(hashes)
        if len(given) >= BUCKETS_FROM:
            index._blocks.append(_Block.build(np.ascontiguousarray(given).copy()))
            index._gone, index.size = np.zeros(len(given), np.bool_), len(given)
        else:
            index.add(given)
        return index

    def __len__(self) -> int:
        """How many items can be found: all that were added, less those withdrawn."""
        return self.size - int(np.count_nonzero(self._withdrawn))

    @property
    def _withdrawn(self) -> NDArray[np.bool_]:
        return self._gone[: self.size]

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return sum(b.nbytes for b in self._blocks) + self._tail.nbytes + self._withdrawn.nbytes

    def hashes(self) -> Hashes:
        """A copy of every hash ever added, withdrawn ones too: uint8[size, 32]."""
        parts = [block.hashes for block in self._blocks]
        return np.concatenate([*parts, self._tail[: self._in_tail]])

    def add(self, hashes: ArrayLike) -> NDArray[np.int64]:
        """Add ``hashes`` uint8[k, 32]; their numbers, int64[k]. Raises ValueError."""
        given = _checked(hashes)
        first = self.size
        self._tail = _with_room_for(self._tail, self._in_tail, len(given))
        self._tail[self._in_tail : self._in_tail + len(given)] = given
        self._in_tail += len(given)
        self._gone = _with_room_for(self._gone, self.size, len(given))
        self.size += len(given)
        if self._in_tail >= BUCKETS_FROM:
            self._settle()
        return np.arange(first, self.size)

    def withdraw(self, items: ArrayLike) -> None:
        """Items that shall not be found any more. Raises IndexError for a number never given."""
        self._gone[self._numbers(items)] = True

    def restore(self, items: ArrayLike) -> None:
        """Undo ``withdraw``. Raises IndexError for a number never given."""
        self._gone[self._numbers(items)] = False

    def search(
        self, queries: ArrayLike, radius: int = RADIUS, *, threads: int | None = None
    ) -> Matches:
        """Every item within ``radius`` bits (0..255) of each of ``queries`` uint8[m, 32].

        ``threads``: as many as there are cores when None. Raises ValueError for other shapes,
        types or radii.
        """
        if not 0 <= radius <= _LARGEST_RADIUS:
            message = f"the radius is in bits from 0 to {_LARGEST_RADIUS}, not {radius}"
            raise ValueError(message)
        asked = np.ascontiguousarray(_checked(queries))
        tasks = self._tasks(asked, radius, workers := threads or len(os.sched_getaffinity(0)))
        if workers == 1 or len(asked) < _WORTH_A_THREAD:
            return self._sorted([task() for task in tasks])
        return self._sorted(list(_pool(workers, os.getpid()).map(_call, tasks)))

    def save(self, path: Path | str) -> None:
        """Write the index and its note to one file, whole or not at all. Raises OSError."""
        arrays: dict[str, NDArray[np.generic]] = {"withdrawn": self._withdrawn}
        for number, block in enumerate(self._all_blocks()):
            arrays[f"{number}.hashes"] = block.hashes
            if block.buckets:
                arrays[f"{number}.starts"] = block.buckets.starts
                arrays[f"{number}.ids"] = block.buckets.ids
                arrays[f"{number}.samples"] = block.buckets.samples
        indexfile.write(Path(path), arrays, self.note)

    @classmethod
    def open(cls, path: Path | str) -> "HashIndex":
        """An index that was saved, mapped into memory and checked against its checksums.

        Raises DamagedIndex, NewerIndex and OSError.
        """
        arrays, note = indexfile.read(Path(path))
        index = cls(note=note)
        try:
            index._gone = arrays.pop("withdrawn").astype(np.bool_)
            index.size = len(index._gone)
            number = 0
            while f"{number}.hashes" in arrays:
                index._blocks.append(_block_of(arrays, number))
                number += 1
        except KeyError:
            raise DamagedIndex from None
        if sum(len(block.hashes) for block in index._blocks) != index.size:
            raise DamagedIndex
        return index

    def _all_blocks(self) -> list[_Block]:
        tail = [_Block(self._tail[: self._in_tail], None)] if self._in_tail else []
        return [*self._blocks, *tail]

    def _settle(self) -> None:
        """Turn the tail into a block, together with the blocks that are not larger than it."""
        parts = [self._tail[: self._in_tail]]
        while self._blocks and sum(map(len, parts)) >= len(self._blocks[-1].hashes):
            parts.insert(0, self._blocks.pop().hashes)
        self._blocks.append(_Block.build(np.concatenate(parts)))
        self._tail, self._in_tail = np.empty((0, HASH_BYTES), np.uint8), 0

    def _numbers(self, items: ArrayLike) -> NDArray[np.int64]:
        numbers = np.asarray(items, np.int64).ravel()
        if len(numbers) and not (int(numbers.min()) >= 0 and int(numbers.max()) < self.size):
            message = f"items are numbered from 0 to {self.size - 1}"
            raise IndexError(message)
        return numbers

    def _tasks(self, asked: Hashes, radius: int, workers: int) -> list[Callable[[], Found]]:
        """Each batch of queries put to each block."""
        tasks: list[Callable[[], Found]] = []
        batch = max(_WORTH_A_THREAD, min(_BATCH, -(-len(asked) // workers)))
        for begin in range(0, len(asked), batch):
            first_item = 0
            for block in self._all_blocks():
                some = asked[begin : begin + batch]
                tasks.append(partial(_ask, block, some, radius, begin, first_item))
                first_item += len(block.hashes)
        return tasks

    def _sorted(self, found: list[Found]) -> Matches:
        query = np.concatenate([part[0] for part in found] or [np.empty(0, np.int64)])
        item = np.concatenate([part[1] for part in found] or [np.empty(0, np.int64)])
        distance = np.concatenate([part[2] for part in found] or [np.empty(0, np.uint8)])
        if self._withdrawn.any():
            kept = ~self._withdrawn[item]
            query, item, distance = query[kept], item[kept], distance[kept]
        order = np.argsort(query * max(1, self.size) + item)
        return Matches(query[order], item[order], distance[order])


def _with_room_for(array: NDArray[Any], used: int, more: int) -> NDArray[Any]:
    """The same array, or a larger one with its first ``used`` rows; the new rows are zero."""
    if used + more <= len(array):
        return array
    larger = np.zeros((max(used + more, 2 * used), *array.shape[1:]), array.dtype)
    larger[:used] = array[:used]
    return larger


@lru_cache(maxsize=4)
def _pool(workers: int, _process: int) -> ThreadPoolExecutor:
    """Threads that wait for the next search; after a fork the child makes its own."""
    return ThreadPoolExecutor(workers)


def _call(task: Callable[[], Found]) -> Found:
    return task()


def _ask(block: _Block, queries: Hashes, radius: int, begin: int, first_item: int) -> Found:
    query, item, distance = search(block.hashes, block.buckets, queries, radius)
    return query + begin, item + first_item, distance


def _block_of(arrays: dict[str, NDArray[np.generic]], number: int) -> _Block:
    hashes = arrays[f"{number}.hashes"]
    if f"{number}.ids" not in arrays:
        return _Block(hashes, None)  # type: ignore[arg-type]
    parts = (arrays[f"{number}.{name}"] for name in ("starts", "ids", "samples"))
    return _Block(hashes, Buckets(*parts))  # type: ignore[arg-type]


def _checked(hashes: ArrayLike) -> Hashes:
    given = np.asarray(hashes)
    if given.ndim != 2 or given.shape[1] != HASH_BYTES or given.dtype != np.uint8:  # noqa: PLR2004
        message = f"hashes are uint8[n, 32], not {given.dtype}{list(given.shape)}"
        raise ValueError(message)
    return given
