"""One token bucket per host, shared by all cases: politeness, not speed, is the limit."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

MAX_HOSTS = 20_000
LONGEST_PENALTY = 24 * 3600.0
"""A host cannot ask for more than this, whatever its Retry-After says (seconds)."""


@dataclass(frozen=True, slots=True)
class Pace:
    """``step``: seconds between two looks (0: no limit); ``burst``: how many may come at once."""

    step: float
    burst: int

    @classmethod
    def of(cls, rate: float | None, slower: float | None, burst: int) -> Self:
        """The slower of two rates (looks a second); a host's own wish allows no burst."""
        if slower is not None and (rate is None or slower < rate):
            return cls(1.0 / slower, 1)
        return cls(0.0 if rate is None else 1.0 / rate, max(1, burst))


@dataclass(frozen=True, slots=True)
class Turn:
    """Seconds to ``wait``, and ``full_at``, when the host's bucket would be full again after it."""

    wait: float
    full_at: float


def next_turn(
    full_at: float, closed_until: float, moment: float, *, pace: Pace, extra: float = 0.0
) -> Turn:
    """The next look's turn. The bucket is kept as the moment when it would be full again.

    Source: generic cell rate algorithm, ITU-T I.371. ``extra`` is jitter as a share of the step: it
    is added behind a look that leaves the bucket empty, so that looks do not come in step and none
    ever comes earlier. A penalty (``closed_until``) moves the look behind it.
    """
    earliest = max(moment, closed_until)
    slack = pace.step * (pace.burst - 1)
    begins = max(full_at, earliest)
    at = max(earliest, begins - slack)
    full_again = begins + pace.step
    if full_again - slack > at:
        full_again += extra * pace.step
    return Turn(at - moment, full_again)


class Turns(Protocol):
    """Whose turn it is at a host. One for each process, or one that all processes share."""

    def reserve(
        self, host: str, moment: float, longest: float, *, rate: float | None = None
    ) -> float | None:
        """Seconds to wait before the look, or None when it would be more than ``longest``.

        ``moment`` is now in seconds of the system's clock (``time.time``); a refusal reserves
        nothing. ``rate`` slows this look down (looks a second), and never speeds it up.
        """

    def penalise(self, host: str, until: float) -> None:
        """Let nobody look at ``host`` before ``until`` (seconds of the system's clock)."""

    def waits_until(self, host: str) -> float:
        """The end of the host's penalty (0.0 without one)."""

    def ready_in(self, host: str, moment: float, *, rate: float | None = None) -> float:
        """Seconds until a look would not have to wait; reserves nothing."""


class HostRates:
    """Reserves a moment for the next look at a host. Thread-safe."""

    def __init__(
        self,
        rate: float | None,
        burst: int,
        *,
        jitter: float = 0.0,
        chance: Callable[[], float] | None = None,
    ) -> None:
        """``rate``: looks a second at one host (None: unlimited); ``burst``: how many at once.

        ``jitter``: the longest extra wait as a share of the time between two looks, so that looks
        do not come in step; ``chance`` gives numbers in [0, 1) (tests).
        """
        self._rate = rate
        self._burst = max(1, burst)
        self._jitter = jitter
        self._chance = chance or random.random
        self._ready: dict[str, float] = {}
        self._closed: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(
        self, host: str, moment: float, longest: float, *, rate: float | None = None
    ) -> float | None:
        """As Turns has it."""
        with self._lock:
            self._forget(moment)
            turn = next_turn(
                self._ready.get(host, 0.0),
                self._closed.get(host, 0.0),
                moment,
                pace=Pace.of(self._rate, rate, self._burst),
                extra=self._jitter * self._chance(),
            )
            if turn.wait > longest:
                return None
            if turn.full_at > moment:
                self._ready[host] = turn.full_at
            return turn.wait

    def penalise(self, host: str, until: float) -> None:
        """As Turns has it."""
        with self._lock:
            self._closed[host] = max(self._closed.get(host, 0.0), until)

    def waits_until(self, host: str) -> float:
        """As Turns has it."""
        with self._lock:
            return self._closed.get(host, 0.0)

    def ready_in(self, host: str, moment: float, *, rate: float | None = None) -> float:
        """As Turns has it."""
        with self._lock:
            return next_turn(
                self._ready.get(host, 0.0),
                self._closed.get(host, 0.0),
                moment,
                pace=Pace.of(self._rate, rate, self._burst),
            ).wait

    def _forget(self, moment: float) -> None:
        """Keep the tables bounded: what is over goes first, then what is over soonest."""
        for table in (self._ready, self._closed):
            if len(table) > MAX_HOSTS:
                lasting = sorted((at, name) for name, at in table.items() if at > moment)
                table.clear()
                table.update((name, at) for at, name in lasting[-MAX_HOSTS // 2 :])
