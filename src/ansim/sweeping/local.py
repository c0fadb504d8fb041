"""Workers as processes of this machine, each with a pipe of its own.

A worker that dies (out of memory, killed) is known by its pipe and replaced, and its part is tried
once more. Workers end when the coordinator does, even when it was killed.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Final, Self

from ansim.errors import AnsimError
from ansim.sweeping.engines import ATTEMPTS, Answer
from ansim.sweeping.errors import BankUnreadable, WorkerLost
from ansim.sweeping.parts import Part
from ansim.sweeping.troubles import trouble_of
from ansim.sweeping.working import Settings, Worker

_SPAWN: Final = multiprocessing.get_context("spawn")
_PATIENCE: Final = 10.0
"""Seconds that a process may take to end."""


class _Process:
    """One worker: its process, this end of its pipe, and the part that it has."""

    def __init__(self, settings: Settings) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_serve, args=(theirs, settings), daemon=True)
        self.process.start()
        theirs.close()
        self.ready = False
        self.number = -1
        self.part: Part | None = None

    def end(self, patience: float = 0) -> None:
        """Free it from its pipe and wait so many seconds; then without asking: it keeps nothing."""
        self.pipe.close()
        self.process.join(patience)
        self.process.kill()
        self.process.join(_PATIENCE)


class LocalEngine:
    """``workers`` processes, each with a confined decoder."""

    def __init__(self, settings: Settings, workers: int) -> None:
        self.slots = workers
        self._settings = settings
        self._all: list[_Process] = []
        self._deaths: dict[int, int] = {}

    def __enter__(self) -> Self:
        """Start the workers; they open their banks while the first parts are being cut."""
        self._all = [_Process(self._settings) for _ in range(self.slots)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them all; at once when something cut the work short."""
        for one in self._all:
            one.end(0 if kind else _PATIENCE)

    def give(self, number: int, part: Part) -> None:
        """Have a part done by a free worker."""
        free = next(one for one in self._all if one.part is None)
        free.number, free.part = number, part
        with contextlib.suppress(OSError):
            # A worker that is dead is found so by ``take``.
            free.pipe.send(part)

    def take(self) -> Answer:
        """The next answer. Raises BankUnreadable when a worker cannot even start."""
        while True:
            at_work = [one for one in self._all if one.part is not None]
            ready = wait([one.pipe for one in at_work])
            for one in at_work:
                if one.pipe in ready and (answer := self._receive(one)):
                    return answer

    def _receive(self, one: _Process) -> Answer | None:
        try:
            said = one.pipe.recv()
        except (EOFError, OSError):
            return self._replace(one)
        if said is None:
            one.ready = True
            return None
        number, one.part = one.number, None
        self._deaths.pop(number, None)
        return number, said

    def _replace(self, one: _Process) -> Answer | None:
        """Another worker in place of a dead one, with the same part if it may be tried again."""
        number, part = one.number, one.part
        one.end()
        if not one.ready:
            raise BankUnreadable
        fresh = _Process(self._settings)
        self._all[self._all.index(one)] = fresh
        self._deaths[number] = self._deaths.get(number, 0) + 1
        if part is None or self._deaths[number] >= ATTEMPTS:
            return number, trouble_of(WorkerLost())
        fresh.number, fresh.part = number, part
        fresh.pipe.send(part)
        return None


def _serve(pipe: Connection, settings: Settings) -> None:
    """What a worker does: None once it is ready, then an answer for each part."""
    # Ctrl-C goes to the whole group; the coordinator decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        worker = Worker(settings)
    except (AnsimError, OSError):
        return
    with worker, contextlib.suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            pipe.send(worker.do(pipe.recv()))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
