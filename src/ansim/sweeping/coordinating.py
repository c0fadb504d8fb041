"""Giving parts to workers, putting the answers in order, and keeping what is done.

Answers are told in the order of the plan, whatever order they come in, so that the outcome does
not depend on the engine or on how many workers there are. Only so many parts may be ahead of the
first one that is not done, so memory is bounded however large the sweep is.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Final

from ansim.sweeping.engines import Engine
from ansim.sweeping.errors import Broken
from ansim.sweeping.members import Shell
from ansim.sweeping.parts import Batch, Hit, Part, Range, Result, Trouble
from ansim.sweeping.planning import Refused
from ansim.sweeping.records import url_at
from ansim.sweeping.state import State
from ansim.sweeping.troubles import trouble_of

_AHEAD: Final = 64
"""Parts for each worker that may be done before the first one that is not."""


@dataclass(frozen=True, slots=True)
class Told:
    """One part of the sweep, with its outcome. ``done``: it will not be done again on resuming.

    ``part`` is None for an input that could not be swept at all; ``path`` names it.
    """

    path: str
    part: Part | None
    result: Result
    done: bool

    def place(self, one: Hit | Trouble) -> tuple[str, int | None, int]:
        """(path, offset, number) of a hit or trouble; the offset is None for a file."""
        if isinstance(self.part, Batch):
            return self.part.paths[one.offset], None, 0
        return self.path, None if self.part is None else one.offset, one.number

    def url(self, hit: Hit) -> str:
        """The address of a hit's record, read from the archive again if it is not at hand.

        "" for files, and where the archive has gone since.
        """
        if not isinstance(self.part, Range):
            return ""
        known = self.result.urls.get((hit.offset, hit.number))
        if known is not None:
            return known
        try:
            with Path(self.part.path).open("rb") as file:
                return url_at(Shell(file, self.part.form), hit.offset, hit.number)
        except (OSError, Broken):
            return ""


@dataclass(slots=True)
class _Slot:
    """A part between being cut and being told."""

    number: int
    part: Part
    result: Result | Trouble | None = None
    kept: bool = False
    """The result is in the state file and is read from there when its turn comes."""


class Coordinator:
    """A sweep: ``parts`` through ``engine``, with ``state`` or, None, without being resumable.

    ``progressed`` is called with each part that got done and whether it was by an earlier run.
    """

    def __init__(
        self,
        parts: Iterable[Part | Refused],
        engine: Engine,
        state: State | None = None,
        progressed: Callable[[Part, Result, bool], None] | None = None,
    ) -> None:
        self._parts = iter(parts)
        self._engine = engine
        self._state = state
        self._progressed = progressed or (lambda _part, _result, _earlier: None)
        self._window: deque[_Slot | Refused] = deque()
        self._at_work: dict[int, _Slot] = {}
        self._again: deque[_Slot] = deque()
        self._number = 0
        self._exhausted = False
        self._path = ""
        self._reached: int | None = 0

    def run(self) -> Iterator[Told]:
        """Do the sweep; every part in the order of the plan. Raises StateUnwritable."""
        while True:
            self._fill()
            while (told := self._first()) is not None:
                yield told
                self._fill()
            if self._at_work:
                self._take()
            elif not self._window:
                return

    def _fill(self) -> None:
        """Give the free workers something to do."""
        while len(self._at_work) < self._engine.slots:
            slot = self._again.popleft() if self._again else self._next()
            if slot is None:
                return
            self._at_work[slot.number] = slot
            self._engine.give(slot.number, slot.part)

    def _next(self) -> _Slot | None:
        """The next part that is not done yet; those that are go to the window as they are."""
        while not self._exhausted and len(self._window) < self._engine.slots * _AHEAD:
            part = next(self._parts, None)
            if part is None:
                self._exhausted = True
            elif isinstance(part, Refused):
                self._window.append(part)
            else:
                self._number += 1
                slot = _Slot(self._number, part)
                self._window.append(slot)
                slot.kept = self._state is not None and part.key in self._state
                if not slot.kept:
                    return slot
        return None

    def _take(self) -> None:
        number, answer = self._engine.take()
        slot = self._at_work.pop(number)
        slot.result = answer
        if isinstance(answer, Result):
            if self._state is not None:
                self._state.add(slot.part.key, answer)
            self._progressed(slot.part, answer, False)  # noqa: FBT003 -- not by an earlier run

    def _first(self) -> Told | None:
        """The first part of the window, once it is done and begins where the one before ended."""
        if not self._window:
            return None
        slot = self._window[0]
        if isinstance(slot, Refused):
            self._window.popleft()
            refused = Result(troubles=[trouble_of(slot.error)])
            return Told(slot.path, None, refused, done=False)
        if slot.kept and self._state is not None:
            slot.kept = False
            slot.result = self._state.get(slot.part.key)
            if slot.result is None:
                self._again.append(slot)
            else:
                self._progressed(slot.part, slot.result, True)  # noqa: FBT003 -- by an earlier run
        if slot.result is None:
            return None
        if isinstance(slot.part, Batch):
            path = slot.part.paths[0]
        elif self._fits(slot, slot.part):
            path = slot.part.path
        else:
            return None
        self._window.popleft()
        if isinstance(slot.result, Trouble):
            return Told(path, slot.part, _undone(slot.part, slot.result), done=False)
        return Told(path, slot.part, slot.result, done=True)

    def _fits(self, slot: _Slot, part: Range) -> bool:
        """Whether a range began where the one before it ended; else it is given out again."""
        if part.low == 0 or part.path != self._path:
            self._path, self._reached = part.path, 0
        expected, result = self._reached, slot.result
        if isinstance(result, Trouble):
            self._reached = None
            return True
        if result is not None and expected is not None and expected >= part.high:
            # A record that began before covers all of it: whatever was found here lies inside.
            slot.result = Result(first=expected, reached=expected)
            return True
        if result is not None and expected is not None and result.first != expected:
            slot.part, slot.result = changed(part, start=expected), None
            self._again.append(slot)
            return False
        if result is not None:
            self._reached = result.reached
        return True


def _undone(part: Part, trouble: Trouble) -> Result:
    """The trouble of a whole part, at its first byte or at each of its files."""
    places = range(len(part.paths)) if isinstance(part, Batch) else [part.low]
    return Result(troubles=[changed(trouble, offset=place) for place in places])
