"""Bank files (.bank): fingerprints that can be mapped, added to and taken back without a rebuild.

A change is one transaction at the end of the file: its blocks are written and synced, then its
commit, which is synced too. Kill the writer anywhere and the bank is as it was before. One process
writes at a time (a lock that the system frees at its death); any number read. Whoever has the
bank open sees it as it was when it was opened, until ``refresh``.

Opening checks the head of every block; the payload of a block is checked (CRC-32, or the seal)
when it is first used, and all of them by ``verify``.
"""

import contextlib
import fcntl
import json
import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ansim.matching import bankfile_blocks as blocks
from ansim.matching.bankfile_blocks import (
    Block,
    Draft,
    FileHead,
    Reader,
    Walk,
    Writer,
    new_file,
)
from ansim.matching.bankfile_changes import (
    ACTIVE,
    DISPUTED,
    REPLACED,
    WITHDRAWN,
    Additions,
    Change,
    about_drafts,
    change_of,
    finish,
    states_draft,
)
from ansim.matching.bankfile_columns import SHAPES, Hashes, Segment, load_column
from ansim.matching.banks import STATES, Bank, BankItem, State
from ansim.matching.errors import (
    BankBusy,
    BankExists,
    BankWrongKey,
    NoSuchKey,
    NotABankFile,
)
from ansim.vault import CaseKey, WrongKey, unwrap

ENDING: Final = ".bank"


class BankFile:
    """One bank in one file. Make it with ``create`` or ``open``."""

    def __init__(self, path: Path, server_key: bytes | None) -> None:
        self.path = path
        self._server_key = server_key
        self._read()

    @classmethod
    def create(
        cls,
        path: Path | str,
        about: Bank,
        *,
        now: datetime,
        server_key: bytes | None = None,
        sealed: bool = False,
    ) -> Self:
        """A new bank with the owner, purpose, terms and items of ``about``, whole or not at all.

        ``sealed``: encrypted at rest with a key of its own, wrapped for ``server_key`` (the X25519
        key of the centre's ServerSecrets). Raises BankExists, KeyTaken, OSError.
        """
        target = Path(path)
        if target.exists():
            raise BankExists
        key = CaseKey.new() if sealed and server_key else None
        head = FileHead(uuid4(), uuid4(), sealed=key is not None)
        drafts = about_drafts(about, key, server_key)
        fresh = Additions()
        with new_file(target, exist_ok=False) as file:
            file.write(head.encode())
            writer = Writer(file, head, key, start=file.tell(), transaction=1)
            for draft in (*drafts, *fresh.drafts(about.items, now)):
                writer.write(draft)
            finish(file, writer, fresh, now)
        return cls(target, server_key)

    @classmethod
    def open(cls, path: Path | str, *, server_key: bytes | None = None) -> Self:
        """The bank as it was last committed.

        Raises NotABankFile, BankTooNew, BankDamaged, BankWrongKey (sealed, and ``server_key`` is
        missing or another one), OSError.
        """
        return cls(Path(path), server_key)

    # What it holds

    @property
    def sealed(self) -> bool:
        """Whether it is encrypted at rest."""
        return self._walk.head.sealed

    @property
    def version(self) -> int:
        """How many commits there have been."""
        return self._walk.version

    @property
    def bank_id(self) -> str:
        """The bank's own id; it outlives renaming and compaction."""
        return str(self._walk.head.bank)

    @property
    def generation(self) -> str:
        """An id of the rows' order; new after each compaction. Derived indexes are keyed by it."""
        return self._walk.head.generation.hex

    @property
    def committed_at(self) -> float:
        """When it was last changed, in seconds since 1970."""
        return self._walk.committed_at

    def __len__(self) -> int:
        """How many items there are, in whatever state."""
        return int(np.count_nonzero(self.states != REPLACED))

    def __contains__(self, key: str) -> bool:
        return self._number(key) is not None

    def item(self, key: str) -> BankItem:
        """The item with that key and its state. Raises NoSuchKey."""
        number = self._number(key)
        if number is None:
            raise NoSuchKey(key=key)
        return self.item_at(number)

    def item_at(self, number: int) -> BankItem:
        """The item that matches call by ``number``, with its state."""
        place = int(np.searchsorted(self._ends, number, side="right"))
        segment = self.segments[place]
        item = segment.item(number - (int(self._ends[place]) - segment.count))
        change = self._last_change(number)
        if change is None or change.state == REPLACED:
            return item
        return replace(
            item,
            state=STATES[change.state],
            since=change.since,
            by=change.by,
            reason=change.reason,
        )

    def key_at(self, number: int) -> str:
        """The key of the item that matches call by ``number``."""
        place = int(np.searchsorted(self._ends, number, side="right"))
        segment = self.segments[place]
        return segment.key(number - (int(self._ends[place]) - segment.count))

    def items(self) -> Iterator[BankItem]:
        """Every item in the order of adding, with its state."""
        for number in np.flatnonzero(self.states != REPLACED):
            yield self.item_at(int(number))

    def bank(self) -> Bank:
        """All of it in memory."""
        return replace(self.about, items=tuple(self.items()))

    def history(self, key: str) -> list[tuple[State, str, str, str]]:
        """(state, since, by, reason) of every change of an item, oldest first. Raises NoSuchKey."""
        number = self._number(key)
        if number is None:
            raise NoSuchKey(key=key)
        return [
            (STATES[change.state], change.since, change.by, change.reason)
            for change in self.changes
            if change.state < REPLACED and change.holds(number)
        ]

    def verify(self) -> None:
        """Check every byte that counts. Raises BankDamaged, BankWrongKey."""
        for block in self._walk.blocks:
            self._reader.payload(block)

    # Changing it

    def add(self, items: Iterable[BankItem], *, now: datetime, replacing: bool = False) -> int:
        """Add items in one transaction; gives back how many.

        An item whose state is not active arrives in that state. ``replacing`` puts an item in the
        place of the one with the same key; otherwise raises KeyTaken, and nothing is added. Raises
        BankBusy, OSError.
        """
        return self._change(lambda fresh: fresh.drafts(items, now, replacing=replacing), now)

    def add_hashes(
        self,
        hashes: Hashes,
        keys: Sequence[str],
        *,
        now: datetime,
        quality: NDArray[np.uint8] | None = None,
    ) -> int:
        """Many pictures at once: PDQs uint8[n, 32], n new keys, quality uint8[n] (else 100).

        Raises KeyTaken, BankBusy, OSError.
        """
        return self._change(lambda fresh: fresh.hash_drafts(hashes, keys, quality), now)

    def withdraw(
        self, keys: Iterable[str], *, now: datetime, reason: str = "", by: str = ""
    ) -> None:
        """These items match no more. Raises NoSuchKey, BankBusy, OSError."""
        self._set_state(WITHDRAWN, keys, now, by, reason)

    def dispute(
        self, keys: Iterable[str], *, now: datetime, reason: str = "", by: str = ""
    ) -> None:
        """Somebody holds that these do not belong here: they still match, and are marked."""
        self._set_state(DISPUTED, keys, now, by, reason)

    def reinstate(
        self, keys: Iterable[str], *, now: datetime, reason: str = "", by: str = ""
    ) -> None:
        """These items are active again."""
        self._set_state(ACTIVE, keys, now, by, reason)

    def describe(self, about: Bank, *, now: datetime) -> None:
        """Change the bank's name, owner, purpose, terms and origin to those of ``about``."""
        self._change(lambda _fresh: about_drafts(about), now)

    def compact(
        self, *, now: datetime, forget_withdrawn: bool = False, server_key: bytes | None = None
    ) -> None:
        """Write the file anew without what is replaced, and keep the bank's id and version.

        ``forget_withdrawn`` also leaves out withdrawn items, so that their fingerprints are gone
        from the file. A sealed file gets a new key, wrapped for ``server_key`` if one is given.
        Raises BankBusy, OSError.
        """
        with self._writing():
            key = CaseKey.new() if self.sealed else None
            lid = server_key or self._server_key
            head = FileHead(self._walk.head.bank, uuid4(), sealed=self.sealed)
            kept = self.states != REPLACED
            if forget_withdrawn:
                kept &= self.states != WITHDRAWN
            fresh = Additions()
            with new_file(self.path, exist_ok=True) as file:
                # Whoever waits for the lock must find this file locked as well.
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(head.encode())
                writer = Writer(
                    file, head, key, start=file.tell(), transaction=self._walk.version + 1
                )
                for draft in about_drafts(self.about, key, lid):
                    writer.write(draft)
                for draft in fresh.copies(self.segments, kept, self._last_change):
                    writer.write(draft)
                finish(file, writer, fresh, now)
            # It holds hashes that the new file may have forgotten.
            index_path(self.path).unlink(missing_ok=True)
        self._server_key = lid
        self._read()

    def refresh(self) -> None:
        """See what others have committed since. Raises as ``open``."""
        self._read()

    # Inside

    def _read(self) -> None:
        """Map the file and read what is small: the description and the changes of state."""
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size == 0:
                raise NotABankFile
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._walk: Walk = blocks.walk(data)
        self._key = self._open_key(data)
        self._reader = Reader(data, self._walk.head, self._key)
        self.about = Bank()
        self.segments: list[Segment] = []
        self.changes: list[Change] = []
        grouped: dict[tuple[int, int], dict[int, Block]] = {}
        for block in self._walk.blocks:
            if block.kind == blocks.ABOUT:
                self.about = Bank(**json.loads(bytes(self._reader.payload(block))))
            elif block.kind == blocks.STATES:
                self.changes.append(change_of(self._reader.payload(block)))
            elif block.kind in SHAPES:
                grouped.setdefault((block.transaction, block.segment), {})[block.kind] = block
        for found in grouped.values():
            first = next(iter(found.values()))
            load = partial(load_column, self._reader, found)
            self.segments.append(Segment(first.items, first.rows, load))
        self._ends = np.cumsum([segment.count for segment in self.segments], dtype=np.int64)
        self.states = np.zeros(int(self._ends[-1]) if self.segments else 0, np.uint8)
        self._last = np.zeros(len(self.states), np.uint32)
        for place, change in enumerate(self.changes, start=1):
            self.states[change.numbers] = change.state
            self._last[change.numbers] = place

    def _open_key(self, data: mmap.mmap) -> CaseKey | None:
        if not self._walk.head.sealed:
            return None
        if self._server_key is None:
            raise BankWrongKey
        wrapped = next(block for block in self._walk.blocks if block.kind == blocks.KEY)
        try:
            payload = Reader(data, self._walk.head, None).payload(wrapped)
            return unwrap(self._server_key, bytes(payload))
        except WrongKey:
            raise BankWrongKey from None

    def _last_change(self, number: int) -> Change | None:
        place = int(self._last[number])
        return self.changes[place - 1] if place else None

    def _number(self, key: str) -> int | None:
        """The newest item with that key that was not replaced."""
        start = int(self._ends[-1]) if self.segments else 0
        for segment in reversed(self.segments):
            start -= segment.count
            for number in segment.numbers_of(key):
                if self.states[start + number] != REPLACED:
                    return start + number
        return None

    def _set_state(
        self, state: int, keys: Iterable[str], now: datetime, by: str, reason: str
    ) -> None:
        def drafts(_fresh: Additions) -> Iterator[Draft]:
            numbers = []
            for key in keys:
                number = self._number(key)
                if number is None:
                    raise NoSuchKey(key=key)
                numbers.append(number)
            yield states_draft(numbers, state, now.isoformat(), by, reason)

        self._change(drafts, now)

    def _change(self, drafts: Callable[[Additions], Iterable[Draft]], now: datetime) -> int:
        """One transaction: everything that ``drafts`` makes, or nothing."""
        with self._writing() as file:
            fresh = Additions(len(self.states), self._number)
            writer = Writer(
                file, self._walk.head, self._key,
                start=self._walk.end, transaction=self._walk.version + 1,
            )  # fmt: skip
            file.truncate(self._walk.end)
            file.seek(self._walk.end)
            try:
                for draft in drafts(fresh):
                    writer.write(draft)
                finish(file, writer, fresh, now)
            except BaseException:
                # Not committed: leave the file as clean as it was.
                with contextlib.suppress(OSError):
                    file.truncate(self._walk.end)
                raise
        self._read()
        return fresh.added

    @contextlib.contextmanager
    def _writing(self) -> Iterator[BinaryIO]:
        """The file, locked for this process, and this object as new as the file."""
        with self.path.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BankBusy from None
            if os.fstat(file.fileno()).st_ino != self.path.stat().st_ino:
                # It was compacted between opening and locking.
                raise BankBusy
            for left_by_the_dead in blocks.drafts_of(self.path):
                left_by_the_dead.unlink(missing_ok=True)
            self._read()
            yield file


def index_path(bank: Path) -> Path:
    """Where the index of a bank file is kept (see ``bankfile_search``)."""
    return bank.with_name(bank.name + ".index")
