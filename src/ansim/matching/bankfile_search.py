"""Searching banks: several at once, by PDQ within a radius and by equal digests.

Withdrawn items never match. Items with an opinion against them do, and are marked as disputed.
Hashes of nearly flat pictures and frames (quality below MIN_QUALITY) are never matched by PDQ.

The index of a large bank file is kept beside it (``name.bank.index``). It holds nothing that the
bank does not hold and may be deleted: a missing, damaged or foreign one is built anew, and one
that is behind the bank gets only the new hashes. Beside a sealed bank none is kept, because it
would lie open.
"""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ansim.fingerprints import Fingerprint, FrameFingerprint
from ansim.matching.bankfile import BankFile, index_path
from ansim.matching.bankfile_changes import ACTIVE, DISPUTED
from ansim.matching.bankfile_columns import DIGESTS, HAS_PDQ, VIDEO, Column, Hashes, Segment, pack
from ansim.matching.banks import STATES, Bank
from ansim.matching.errors import DamagedIndex, MalformedHash, NewerIndex
from ansim.matching.hashes import is_pdq
from ansim.matching.hunted import MATCHING_SHARE
from ansim.matching.index import RADIUS, HashIndex
from ansim.matching.looks import by_looks
from ansim.matching.videos import MIN_QUALITY

_WORTH_KEEPING: Final = 50_000
"""Hashes from which an index beside the bank saves time."""

_WORTH_SAVING: Final = 100
"""An index is written again once a hundredth of the hashes is new to it."""


@dataclass(frozen=True, slots=True)
class BankMatch:
    """``query`` counts what was asked, ``key`` names the item of ``bank``.

    ``distance`` is in bits, of two videos the radius at which enough frames match. ``exact``:
    equal digests. ``disputed``: there is an opinion against the item. ``guessed``: as of
    ``hunted.BestMatch``.
    """

    query: int
    bank: str
    key: str
    distance: int
    exact: bool = False
    disputed: bool = False
    guessed: bool = False


class Rows(Protocol):
    """What a bank must have to be searched: segments of rows, and a state for each item."""

    segments: list[Segment]
    states: NDArray[np.uint8]

    def key_at(self, number: int) -> str:
        """The key of an item."""


class _InMemory:
    """A bank that was read from a list."""

    def __init__(self, bank: Bank) -> None:
        self.segments = [Segment.of(pack(bank.items))] if bank.items else []
        states = (STATES.index(item.state) for item in bank.items)
        self.states = np.fromiter(states, np.uint8, len(bank.items))
        self._bank = bank

    def key_at(self, number: int) -> str:
        return self._bank.items[number].key


class BankIndex:
    """One bank, ready to be searched; as the bank is now."""

    def __init__(self, bank: BankFile | Bank, name: str = "") -> None:
        self._rows: Rows = bank if isinstance(bank, BankFile) else _InMemory(bank)
        about = bank.about if isinstance(bank, BankFile) else bank
        self.name = name or about.name
        """What its matches are told under."""
        segments = self._rows.segments
        self._item_starts = np.cumsum([0, *(segment.count for segment in segments)])
        self._row_starts = np.cumsum([0, *(segment.rows for segment in segments)])
        rows = [_good_rows(segment) for segment in segments]
        self._good = np.concatenate([np.empty(0, np.bool_), *rows])
        self._index = _index_of(bank) if isinstance(bank, BankFile) else _built(segments)
        self._digests: dict[str, tuple[NDArray[np.uint64], NDArray[np.int64]]] = {}

    def near(
        self, queries: Hashes, radius: int = RADIUS
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """(query, row, distance) of every hash near each of ``queries`` uint8[m, 32]."""
        found = self._index.search(queries, radius)
        state = self._rows.states[self._owners_of(found.item)]
        kept = self._good[found.item] & ((state == ACTIVE) | (state == DISPUTED))
        return found.query[kept], found.item[kept], found.distance[kept]

    def search(self, queries: Hashes, radius: int = RADIUS) -> list[BankMatch]:
        """Every item near each of ``queries`` uint8[m, 32]: by query, then distance, then item."""
        query, row, distance = self.near(queries, radius)
        owner = self._owners_of(row)
        order = np.lexsort((owner, distance, query))
        seen: set[tuple[int, int]] = set()
        matches = []
        for place in order.tolist():
            pair = (int(query[place]), int(owner[place]))
            if pair not in seen:
                seen.add(pair)
                matches.append(self._match(*pair, int(distance[place])))
        return matches

    def search_hashes(self, hashes: Sequence[str], radius: int = RADIUS) -> list[BankMatch]:
        """Every item near a PDQ, or with an equal SHA-256, given as 64 hex digits each.

        By query; equal digests first, then the nearest. Raises MalformedHash with its number.
        """
        for number, digits in enumerate(hashes, start=1):
            if not is_pdq(digits):
                raise MalformedHash(number=number)
        exact = {
            (query, item): self._match(query, item, 0, exact=True)
            for query, digits in enumerate(hashes)
            for item in self._equal("sha256", digits.lower())
        }
        same = {(match.query, match.key) for match in exact.values()}
        near = [
            match
            for match in self.search(_packed(hashes), radius)
            if (match.query, match.key) not in same
        ]
        ranked = [*exact.values(), *near]
        return sorted(ranked, key=lambda match: (match.query, not match.exact, match.distance))

    def match(self, found: Fingerprint, radius: int = RADIUS) -> list[BankMatch]:
        """Every item that ``found`` shows: equal files first, then the nearest.

        Of two videos at least MATCHING_SHARE of the frames of the one with fewer must match. Then
        those that only a guess at what a picture was cut from comes near, where it has any.
        """
        digests = [("sha256", found.sha256), ("sha1", found.sha1), ("md5", found.md5)]
        exact = {n for name, digits in digests for n in self._equal(name, digits)}
        near = {n: d for n, d in self._alike(found, radius) if n not in exact}
        matches = [self._match(0, number, 0, exact=True) for number in sorted(exact)]
        ranked = sorted(near, key=lambda number: (near[number], number))
        matches += [self._match(0, number, near[number]) for number in ranked]
        guesses = self._guesses(found, radius, exact | near.keys())
        return matches + [replace(self._match(0, *one), guessed=True) for one in guesses]

    def _guesses(
        self, found: Fingerprint, radius: int, known: Collection[int]
    ) -> list[tuple[int, int]]:
        """(item, distance) of what only a guess comes near, the nearest first."""
        if not found.uncropped or not _hashes_of(found):
            return []
        _, row, distance = self.near(_packed(list(found.uncropped)), radius)
        best: dict[int, int] = {}
        for owner, far in zip(self._owners_of(row).tolist(), distance.tolist(), strict=True):
            if owner not in known:
                best[owner] = min(far, best.get(owner, far))
        return sorted(best.items(), key=lambda one: (one[1], one[0]))

    def _alike(self, found: Fingerprint, radius: int) -> Iterator[tuple[int, int]]:
        asked = _hashes_of(found)
        query, row, distance = self.near(_packed(asked), radius)
        pairs: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        hits = (self._owners_of(row), query, row, distance)
        for owner, *pair in zip(*(part.tolist() for part in hits), strict=True):
            pairs[owner].append((pair[0], pair[1], pair[2]))
        for number, near in pairs.items():
            frames = self._frames_of(number) if found.frames else 0
            least = min(distance for _, _, distance in near)
            if not frames:
                yield number, least
            elif (both := _of_two_videos(near, len(asked), frames)) is not None:
                yield number, both

    def _frames_of(self, number: int) -> int:
        """How many searched frames a video has; 0 for a picture."""
        place = int(np.searchsorted(self._item_starts, number, side="right")) - 1
        segment = self._rows.segments[place]
        inside = number - int(self._item_starts[place])
        if not segment.column(Column.FLAGS)[inside] & VIDEO:
            return 0
        ends = np.searchsorted(segment.column(Column.OWNERS), [inside, inside + 1])
        first, end = ends + self._row_starts[place]
        return int(np.count_nonzero(self._good[first:end]))

    def _owners_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The item that each of these rows belongs to; asked of few rows, so nothing is kept."""
        owners = np.empty(len(rows), np.int64)
        places = np.searchsorted(self._row_starts, rows, side="right") - 1
        for place in np.unique(places).tolist():
            inside = places == place
            column = self._rows.segments[place].column(Column.OWNERS)
            owners[inside] = column[rows[inside] - self._row_starts[place]]
            owners[inside] += self._item_starts[place]
        return owners

    def _equal(self, name: str, digits: str) -> list[int]:
        """The items with that digest."""
        if not digits:
            return []
        if name not in self._digests:
            self._digests[name] = self._sorted_digests(name)
        starts, numbers = self._digests[name]
        if not len(starts):
            return []
        wanted = bytes.fromhex(digits)
        first = np.frombuffer(wanted, "<u8", 1)[0]
        low, high = np.searchsorted(starts, [first]), np.searchsorted(starts, [first], "right")
        return sorted(
            number
            for number in numbers[low[0] : high[0]].tolist()
            if self._digest(name, number) == wanted
            and self._rows.states[number] in {ACTIVE, DISPUTED}
        )

    def _sorted_digests(self, name: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        column, flag = DIGESTS[name]
        starts, numbers, first = [np.empty(0, "<u8")], [np.empty(0, np.int64)], 0
        for segment in self._rows.segments:
            having = np.flatnonzero(segment.column(Column.FLAGS) & flag)
            eight = np.ascontiguousarray(segment.column(column)[having, :8])
            starts.append(eight.view("<u8").ravel())
            numbers.append(having + first)
            first += segment.count
        joined, owners = np.concatenate(starts), np.concatenate(numbers)
        order = np.argsort(joined, kind="stable")
        return joined[order], owners[order]

    def _digest(self, name: str, number: int) -> bytes:
        for segment in self._rows.segments:
            if number < segment.count:
                return bytes(segment.column(DIGESTS[name][0])[number])
            number -= segment.count
        raise IndexError(number)

    def _match(self, query: int, number: int, distance: int, *, exact: bool = False) -> BankMatch:
        disputed = bool(self._rows.states[number] == DISPUTED)
        key = self._rows.key_at(number)
        return BankMatch(query, self.name, key, distance, exact=exact, disputed=disputed)


def search_banks(
    banks: Sequence[BankFile | Bank | BankIndex], queries: Hashes, radius: int = RADIUS
) -> list[BankMatch]:
    """Every item of every bank near each of ``queries`` uint8[m, 32].

    By query, then distance, then bank in the order given. For more than one search make each
    bank a BankIndex once.
    """
    indexes = [bank if isinstance(bank, BankIndex) else BankIndex(bank) for bank in banks]
    found = [match for index in indexes for match in index.search(queries, radius)]
    return sorted(found, key=lambda match: (match.query, match.distance))


def _index_of(bank: BankFile) -> HashIndex:
    """The kept index brought up to date, or a new one."""
    rows = sum(segment.rows for segment in bank.segments)
    path = index_path(bank.path)
    if bank.sealed or rows < _WORTH_KEEPING:
        return _built(bank.segments)
    index = _kept(path, bank.generation, rows)
    behind = rows - index.size if index else rows
    if index is None:
        index = _built(bank.segments)
    elif behind:
        index.add(_tail(bank.segments, behind))
    if behind * _WORTH_SAVING >= rows:
        index.note = bank.generation
        # A folder that cannot be written to costs time at the next start, and nothing else.
        with contextlib.suppress(OSError):
            index.save(path)
    return index


def _kept(path: Path, generation: str, rows: int) -> HashIndex | None:
    """The index at ``path`` if it is of this generation and not ahead of the bank."""
    try:
        index = HashIndex.open(path)
    except (DamagedIndex, NewerIndex, OSError):
        return None
    return index if index.note == generation and index.size <= rows else None


def _built(segments: Sequence[Segment]) -> HashIndex:
    if len(segments) == 1:
        return HashIndex.build(segments[0].hashes)
    nothing = np.empty((0, 32), np.uint8)
    return HashIndex.build(np.concatenate([nothing, *(one.hashes for one in segments)]))


def _good_rows(segment: Segment) -> NDArray[np.bool_]:
    """bool[rows]: not flat; and a video is searched by its frames, its own PDQ being one of them."""
    good: NDArray[np.bool_] = segment.column(Column.ROW_QUALITY) >= MIN_QUALITY
    own = segment.column(Column.FLAGS) & HAS_PDQ != 0
    if segment.rows > np.count_nonzero(own):
        owners = segment.column(Column.OWNERS)
        begins = np.append(True, owners[1:] != owners[:-1])
        goes_on = np.append(owners[1:] == owners[:-1], False)
        good &= ~(begins & goes_on & own[owners])
    return good


def _tail(segments: Sequence[Segment], count: int) -> Hashes:
    """The last ``count`` hashes."""
    parts: list[Hashes] = []
    for segment in reversed(segments):
        if count <= 0:
            break
        parts.insert(0, segment.hashes[-count:] if segment.rows else segment.hashes)
        count -= segment.rows
    return np.concatenate(parts)


def _of_two_videos(near: Sequence[tuple[int, int, int]], asked: int, frames: int) -> int | None:
    """The radius at which enough frames of the shorter video match; None when they do not."""
    side = 0 if asked <= frames else 1
    nearest: dict[int, int] = {}
    for pair in near:
        nearest[pair[side]] = min(pair[2], nearest.get(pair[side], pair[2]))
    needed = int(np.ceil(min(asked, frames) * MATCHING_SHARE))
    return sorted(nearest.values())[needed - 1] if len(nearest) >= needed else None


def _hashes_of(found: Fingerprint) -> list[str]:
    """What to search with: good frames, or the picture with its turns and alternates."""
    if found.frames:
        return [frame.pdq for frame in found.frames if _good(frame)]
    whole = (found.pdq, *found.dihedral[1:])
    return by_looks(whole, found.quality, found.alternates)


def _good(frame: FrameFingerprint) -> bool:
    return frame.quality >= MIN_QUALITY


def _packed(digits: Sequence[str]) -> Hashes:
    return np.frombuffer(bytes.fromhex("".join(digits)), np.uint8).reshape(-1, 32)
