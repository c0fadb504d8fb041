"""What one transaction of a bank file adds: items as segments, and changes of their state."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from ansim.matching import bankfile_blocks as blocks
from ansim.matching.bankfile_blocks import Draft, Writer
from ansim.matching.bankfile_columns import (
    OF_TEXT,
    Array,
    Column,
    Hashes,
    Segment,
    pack,
    pack_hashes,
)
from ansim.matching.banks import STATES, Bank, BankItem
from ansim.matching.errors import KeyTaken
from ansim.vault import CaseKey, public_key_of, wrap_for

ACTIVE, WITHDRAWN, DISPUTED, REPLACED = range(4)
"""The first three are STATES; REPLACED: another item has taken its key."""

_MOST_ITEMS: Final = 2**18
_MOST_ROWS: Final = 2**21
_MOST_HASHES: Final = 2**22
"""Sizes of a segment; a sealed block must stay below 2 GiB."""
_WORTH_COPYING: Final = 2**14


@dataclass(frozen=True, slots=True)
class Change:
    """One change of state: of which items (numbers, ascending), to what, when, by whom, why."""

    numbers: NDArray[np.int64]
    state: int
    since: str
    by: str
    reason: str

    def holds(self, number: int) -> bool:
        """Whether this item was changed."""
        place = int(np.searchsorted(self.numbers, number))
        return place < len(self.numbers) and int(self.numbers[place]) == number

    @property
    def told(self) -> tuple[int, str, str, str]:
        """All but the numbers."""
        return self.state, self.since, self.by, self.reason


Numbered = Callable[[str], int | None]
"""The number of the item that has a key; None when there is none."""


class Additions:
    """Turns items into blocks, segment by segment, and refuses keys that are taken."""

    def __init__(self, first: int = 0, number_of: Numbered | None = None) -> None:
        self._first = first
        self._number_of = number_of
        self._keys: set[str] = set()
        self._segments = 0
        self._states: dict[tuple[int, str, str, str], list[int]] = {}
        self._replaced: list[int] = []
        self.added = 0
        self.rows = 0

    def drafts(
        self, items: Iterable[BankItem], now: datetime, *, replacing: bool = False
    ) -> Iterator[Draft]:
        """The blocks of these items and of their states."""
        batch: list[BankItem] = []
        rows = 0
        for item in items:
            self._take(item.key, replacing=replacing)
            if item.state != "active" or item.since or item.by or item.reason:
                told = (STATES.index(item.state), item.since, item.by, item.reason)
                self._states.setdefault(told, []).append(self._first + self.added + len(batch))
            batch.append(item)
            rows += 1 + len(item.frames)
            if len(batch) >= _MOST_ITEMS or rows >= _MOST_ROWS:
                yield from self._segment(pack(batch))
                batch, rows = [], 0
        if batch:
            yield from self._segment(pack(batch))
        if self._replaced:
            yield states_draft(self._replaced, REPLACED, now.isoformat(), "", "")
        yield from self._state_drafts()

    def _state_drafts(self) -> Iterator[Draft]:
        for (state, since, by, reason), numbers in self._states.items():
            yield states_draft(numbers, state, since, by, reason)

    def copies(
        self,
        segments: Sequence[Segment],
        kept: NDArray[np.bool_],
        told: Callable[[int], Change | None],
    ) -> Iterator[Draft]:
        """The blocks of the ``kept`` items (bool for each number) of another bank's segments.

        Large segments that are kept whole are copied as they are; the others are packed together.
        """
        batch: list[BankItem] = []
        rows = start = 0
        for segment in segments:
            numbers = np.flatnonzero(kept[start : start + segment.count])
            whole = len(numbers) == segment.count >= _WORTH_COPYING
            if batch and (whole or rows + segment.rows > _MOST_ROWS or len(batch) >= _MOST_ITEMS):
                yield from self._segment(pack(batch))
                batch, rows = [], 0
            for place, number in enumerate(numbers.tolist()):
                if (change := told(start + number)) is not None:
                    new = self._first + self.added + len(batch) + (place if whole else 0)
                    self._states.setdefault(change.told, []).append(new)
                if not whole:
                    batch.append(segment.item(number))
            if whole:
                yield from self._segment({c: segment.column(c) for c in Column})
            else:
                rows += segment.rows
            start += segment.count
        if batch:
            yield from self._segment(pack(batch))
        yield from self._state_drafts()

    def hash_drafts(
        self, hashes: Hashes, keys: Sequence[str], quality: NDArray[np.uint8] | None
    ) -> Iterator[Draft]:
        """The blocks of pictures that are nothing but a hash."""
        for key in keys:
            self._take(key, replacing=False)
        for start in range(0, len(hashes), _MOST_HASHES):
            part = slice(start, start + _MOST_HASHES)
            good = None if quality is None else quality[part]
            yield from self._segment(
                pack_hashes(np.ascontiguousarray(hashes[part]), keys[part], good)
            )

    def _take(self, key: str, *, replacing: bool) -> None:
        if key in self._keys:
            raise KeyTaken(key=key)
        self._keys.add(key)
        number = self._number_of(key) if self._number_of else None
        if number is None:
            return
        if not replacing:
            raise KeyTaken(key=key)
        self._replaced.append(number)

    def _segment(self, columns: dict[Column, Array]) -> Iterator[Draft]:
        count, rows = len(columns[Column.FLAGS]), len(columns[Column.OWNERS])
        for column, array in columns.items():
            # What is left out is read as zeros, and text as none. Flags make the segment.
            if column is Column.FLAGS or (array.size if column in OF_TEXT else np.any(array)):
                payload = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
                yield Draft(int(column), payload, self._segments, count, rows)
        self._segments += 1
        self.added += count
        self.rows += rows


def finish(file: BinaryIO, writer: Writer, fresh: Additions, now: datetime) -> None:
    """Sync, commit, sync: the commit is never on the disk before what it commits."""
    file.flush()
    os.fsync(file.fileno())
    writer.commit(items=fresh.added, rows=fresh.rows, when=now.timestamp())
    file.flush()
    os.fsync(file.fileno())


def about_drafts(
    about: Bank, key: CaseKey | None = None, server_key: bytes | None = None
) -> list[Draft]:
    """The description of a bank, after its key (wrapped for the server) if that is a new one."""
    drafts = [Draft(blocks.ABOUT, json.dumps(about.about()).encode())]
    if key is not None and server_key is not None:
        drafts.insert(0, Draft(blocks.KEY, wrap_for(public_key_of(server_key), key)))
    return drafts


def states_draft(numbers: Sequence[int], state: int, since: str, by: str, reason: str) -> Draft:
    """One change of state as a block: JSON with its length, then the numbers."""
    told = json.dumps({"state": state, "since": since, "by": by, "reason": reason}).encode()
    told += b" " * (-len(told) % 8)
    ordered = np.unique(np.asarray(numbers, "<i8"))
    return Draft(blocks.STATES, len(told).to_bytes(8, "little") + told + ordered.tobytes())


def change_of(payload: memoryview) -> Change:
    """What ``states_draft`` wrote."""
    length = int.from_bytes(payload[:8], "little")
    told = json.loads(bytes(payload[8 : 8 + length]))
    return Change(np.frombuffer(payload[8 + length :], "<i8"), **told)
