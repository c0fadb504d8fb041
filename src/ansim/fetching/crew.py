"""Many looks at once, politely: a crew of threads behind one door.

The hosts take turns, not the looks: each host has a lane of its own, in which one look goes on at a
time, in the order in which the looks were asked for. A lane that must wait for its host's rate is
set aside until that moment, so that no thread sleeps on behalf of a host, but for the door's jitter;
the door's own wait stays the guard. A slow host holds one thread, and never more.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

import ada_url

from ansim.fetching.observations import Observation
from ansim.fetching.pages import TextScore
from ansim.fetching.trips import Expected

MOST_OPEN = 2_000
"""Jobs read ahead of their looks: enough for many hosts, little in memory. Jobs come best mixed: more
than so many of one host in a row keep the others out of sight for as long as that host needs."""

PATIENCE = 120.0
"""Seconds that a job waits for its host. One that would have to wait longer goes to the door at once,
which refuses it with its reason, so that one closed host does not keep the crew from its end."""

_MOST_RETURNS = 3
_RATE = "rate"

_Entry = TypeVar("_Entry")


class Looker(Protocol):
    """What a crew needs of a door."""

    def look(
        self,
        url: str,
        *,
        vantage: str,
        expect: Expected = "any",
        score: TextScore | None = None,
        robots_override: str = "",
        rate: float | None = None,
    ) -> Observation:
        """One look."""

    def ready_in(self, url: str, *, vantage: str, rate: float | None = None) -> float:
        """Seconds until the URL's host may be looked at without waiting."""


@dataclass(frozen=True, slots=True)
class Job:
    """One look to be made, as ``Door.look`` takes it. ``key`` is the caller's own, left untouched."""

    url: str
    vantage: str
    expect: Expected = "any"
    key: object = None
    rate: float | None = None
    score: TextScore | None = None
    robots_override: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A job and what came of it."""

    job: Job
    observation: Observation


@dataclass(slots=True)
class _Lane:
    """The jobs of one host, the next one first.

    ``since``: when the next one came to the front; ``returns``: how often it was told to wait.
    """

    host: str
    since: float
    jobs: deque[Job] = field(default_factory=deque)
    returns: int = 0


_Result = tuple[_Lane, Observation | BaseException]


class Crew:
    """Makes many looks through one door with ``workers`` threads."""

    def __init__(
        self,
        door: Looker,
        workers: int = 16,
        *,
        most_open: int = MOST_OPEN,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``most_open``: jobs that may be read before their looks are done; ``patience``: PATIENCE.

        ``clock`` gives monotonic seconds.
        """
        self._door = door
        self._workers = max(1, workers)
        self._most_open = max(1, most_open)
        self._patience = patience
        self._clock = clock

    def run(self, jobs: Iterable[Job]) -> Generator[Looked, None, None]:
        """The looks at ``jobs``, as they finish.

        ``jobs`` is read lazily, in the caller's thread, a bounded number ahead. Closing the
        generator, or an error, ends the work: looks that have begun come to their end (at most the
        door's deadline), and no other is begun.

        Raises:
            UnknownVantage: a job names a vantage point that the door does not have.

        """
        work: SimpleQueue[_Lane | None] = SimpleQueue()
        done: SimpleQueue[_Result] = SimpleQueue()
        threads = [
            threading.Thread(target=self._labour, args=(work, done), daemon=True)
            for _ in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            board = _Board(self._door, self._patience, self._clock)
            yield from self._direct(board, iter(jobs), work, done)
        finally:
            while not work.empty():
                # Handed out and not begun; a thread may be quicker.
                _take(work)
            for _ in threads:
                work.put(None)
            for thread in threads:
                thread.join()

    def _labour(self, work: SimpleQueue[_Lane | None], done: SimpleQueue[_Result]) -> None:
        while (lane := work.get()) is not None:
            result: Observation | BaseException
            try:
                result = self._look(lane.jobs[0])
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                result = error
            done.put((lane, result))

    def _look(self, job: Job) -> Observation:
        return self._door.look(
            job.url,
            vantage=job.vantage,
            expect=job.expect,
            score=job.score,
            robots_override=job.robots_override,
            rate=job.rate,
        )

    def _direct(
        self,
        board: "_Board",
        jobs: Iterator[Job],
        work: SimpleQueue[_Lane | None],
        done: SimpleQueue[_Result],
    ) -> Iterator[Looked]:
        """Hand out lanes, take in results; read on while there is nothing else to do."""
        exhausted = False
        while True:
            while board.busy < self._workers and (lane := board.next_ready()) is not None:
                work.put(lane)
            finished = _take(done)
            if finished is None and not exhausted and board.open < self._most_open:
                job = next(jobs, None)
                exhausted = job is None
                if job is not None:
                    board.add(job)
                continue
            if finished is None:
                if not board.open:
                    return
                finished = _take(done, board.seconds_to_next(self._workers))
            if finished is not None:
                looked = board.finish(*finished)
                if looked is not None:
                    yield looked


class _Board:
    """Which lanes wait, until when, and which are being worked on. For one thread."""

    def __init__(self, door: Looker, patience: float, clock: Callable[[], float]) -> None:
        self._door = door
        self._patience = patience
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._waiting: list[tuple[float, int, _Lane]] = []
        self._order = count()
        self.open = 0
        self.busy = 0

    def add(self, job: Job) -> None:
        """Take a job into its host's lane."""
        host = _host(job.url)
        lane = self._lanes.get(host)
        if lane is None:
            lane = self._lanes[host] = _Lane(host, self._clock())
            self._park(lane, 0.0)
        lane.jobs.append(job)
        self.open += 1

    def next_ready(self) -> _Lane | None:
        """The lane that has waited longest of those whose host may be looked at now."""
        moment = self._clock()
        while self._waiting and self._waiting[0][0] <= moment:
            lane = heapq.heappop(self._waiting)[2]
            wait = self._wait(lane)
            if wait <= 0 or moment + wait > lane.since + self._patience:
                self.busy += 1
                return lane
            self._park(lane, wait)
        return None

    def seconds_to_next(self, workers: int) -> float | None:
        """How long nothing but a result can change anything; None: without a bound."""
        if self.busy >= workers or not self._waiting:
            return None
        return max(0.0, self._waiting[0][0] - self._clock())

    def finish(self, lane: _Lane, result: Observation | BaseException) -> Looked | None:
        """Take a look's result; None where the look must be made again later. Raises an error."""
        self.busy -= 1
        if isinstance(result, BaseException):
            raise result
        if result.outcome == "refused" and result.reason == _RATE and lane.returns < _MOST_RETURNS:
            # Another process took the turn between our question and the look.
            lane.returns += 1
            self._park(lane, self._wait(lane))
            return None
        job = lane.jobs.popleft()
        lane.returns, lane.since = 0, self._clock()
        self.open -= 1
        if lane.jobs:
            self._park(lane, 0.0)
        else:
            del self._lanes[lane.host]
        return Looked(job, result)

    def _wait(self, lane: _Lane) -> float:
        job = lane.jobs[0]
        return self._door.ready_in(job.url, vantage=job.vantage, rate=job.rate)

    def _park(self, lane: _Lane, seconds: float) -> None:
        heapq.heappush(self._waiting, (self._clock() + seconds, next(self._order), lane))


def _take(queue: SimpleQueue[_Entry], seconds: float | None = 0.0) -> _Entry | None:
    """The next entry of a queue, waiting for it at most so long (None: for ever)."""
    try:
        return queue.get(timeout=seconds) if seconds is None or seconds > 0 else queue.get_nowait()
    except Empty:
        return None


def _host(url: str) -> str:
    """The host whose turn it is; a link that is none has a lane of its own, and is refused there."""
    try:
        return ada_url.URL(url.strip()).hostname
    except ValueError:
        return ""
