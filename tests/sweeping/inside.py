"""Workers without processes, a bank of one cup, and a sweep that a test can kill."""

import os
import random
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from ansim.fingerprints import fingerprint_bytes
from ansim.matching import Bank, BankItem
from ansim.matching.bankfile_search import BankIndex
from ansim.sweeping import Coordinator, Counts, Settings, Told, plan
from ansim.sweeping.engines import Answer, Engine
from ansim.sweeping.local import LocalEngine
from ansim.sweeping.parts import Part
from ansim.sweeping.state import State
from ansim.sweeping.working import Worker
from tests.sweeping.archives import CUP

LENGTH = 30_000


def cups() -> Sequence[BankIndex]:
    found = fingerprint_bytes(CUP)
    item = BankItem("cup", pdq=found.pdq, quality=found.quality, sha256=found.sha256)
    return [BankIndex(Bank("cups", items=(item,)))]


class Inside:
    """An engine in this process that answers in any order; ``given`` are the keys of the parts."""

    def __init__(self, worker: Worker, slots: int = 3, seed: int = 0) -> None:
        self.slots = slots
        self.given: list[str] = []
        self._worker = worker
        self._waiting: list[tuple[int, Part]] = []
        self._chance = random.Random(seed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def give(self, number: int, part: Part) -> None:
        assert len(self._waiting) < self.slots
        self.given.append(part.key)
        self._waiting.append((number, part))

    def take(self) -> Answer:
        number, part = self._waiting.pop(self._chance.randrange(len(self._waiting)))
        return number, self._worker.do(part)


def swept(paths: list[Path], engine: Engine, state: State | None = None) -> list[object]:
    """All that a sweep tells, in its order."""
    return [said for one in told(paths, engine, state) for said in lines(one)]


def told(paths: list[Path], engine: Engine, state: State | None = None) -> list[Told]:
    return list(Coordinator(plan(paths, length=LENGTH), engine, state).run())


def lines(one: Told) -> list[object]:
    hits = [(*one.place(hit), one.url(hit), hit) for hit in one.result.hits]
    troubles = [(*one.place(trouble), trouble) for trouble in one.result.troubles]
    return [*hits, *troubles, one.result.counts]


def found(said: list[object]) -> list[tuple[object, ...]]:
    """The hits and troubles of what was told, each with its place."""
    return [one for one in said if isinstance(one, tuple)]


def summed(said: list[object]) -> Counts:
    total = Counts()
    for one in said:
        if isinstance(one, Counts):
            total.add(one)
    return total


def main(folder: str, *inputs: str) -> None:
    """A sweep with one worker process, for a test to kill."""
    with State(Path(folder), "kill") as state, LocalEngine(Settings(cups), 1) as engine:
        told([Path(one) for one in inputs], engine, state)


def stuck() -> Sequence[BankIndex]:
    """A worker that is busy for longer than any test."""
    Path(os.environ["STUCK"]).touch()
    threading.Event().wait(600)
    return []


def main_stuck(archive: str) -> None:
    """A sweep whose worker never answers."""
    with LocalEngine(Settings(stuck), 1) as engine:
        told([Path(archive)], engine)


if __name__ == "__main__":
    main_stuck(sys.argv[1]) if "STUCK" in os.environ else main(*sys.argv[1:])
