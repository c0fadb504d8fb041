"""When to look again: by what is learned of the host and by the budget, never past a promise."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from ansim.verdicts.hostrates import PRIOR_RATE
from ansim.verdicts.judging import MISSES_NEEDED, WINDOW
from ansim.verdicts.reasons import Reason
from ansim.verdicts.revisits import interval
from ansim.verdicts.rounds import Judgement, Verdict

SHORTEST: Final = timedelta(hours=6)
LONGEST: Final = timedelta(days=7)
"""The longest time until what cannot be told is tried again, and that a site may ask for."""

DAILY: Final = timedelta(hours=24)
USUAL_PRICE: Final = (math.expm1(PRIOR_RATE) - PRIOR_RATE) / PRIOR_RATE
"""Before any plan was made: a link on a host of the usual rate is looked at once a day."""

FRESH: Final = WINDOW + timedelta(days=14)
"""How long after its first miss what is gone is looked at every second day; then weekly."""

OLD: Final = timedelta(days=90)
"""After so long monthly: most of what comes back comes elsewhere, where the watch finds it."""

FARTHEST: Final = 365.0
"""The longest interval in days, however many links one registered domain has: none is forgotten."""

_JITTER: Final = 0.1


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the plan lets one link be looked at.

    ``rate``: expected removals a day (hostrates.link_rate); ``weight``: what its delay counts;
    ``price``: that of the last whole plan; ``stretch``: how much longer the links of its registered
    domain wait, so that the domain is not asked too often (1.0: no longer).
    """

    rate: float = PRIOR_RATE
    weight: float = 1.0
    price: float = USUAL_PRICE
    stretch: float = 1.0

    @property
    def days(self) -> float:
        """The interval, in days."""
        return min(interval(self.rate, self.weight, self.price) * self.stretch, FARTHEST)


def next_look(
    judgement: Judgement,
    *,
    at: datetime,
    promise_ends: datetime | None,
    pace: Pace | None = None,
    key: str = "",
) -> tuple[datetime, Reason]:
    """The moment of the next look and why then, 6 hours or more after ``at``.

    ``at`` is when the last look was; ``promise_ends`` when the recipient's time is up (the look is
    never later than that, and may be sooner than 6 hours on for it); ``pace`` is what the plan says
    of the link; ``key`` names it, so that looks that back off do not all come back at one moment. A
    Retry-After of the host comes before everything else.
    """
    wait, reason = _wait(judgement, at, pace or Pace(), key)
    moment = at + max(wait, SHORTEST)
    if promise_ends is not None and at < promise_ends < moment:
        moment, reason = promise_ends, Reason("look_at_promise")
    if judgement.not_before is not None and moment < judgement.not_before:
        moment, reason = min(judgement.not_before, at + LONGEST), Reason("look_retry_after")
    return moment, reason


def _wait(judgement: Judgement, at: datetime, pace: Pace, key: str) -> tuple[timedelta, Reason]:
    verdict = judgement.verdict
    if verdict is Verdict.UNKNOWN:
        doubled = SHORTEST * 2 ** min(max(judgement.unknowns - 1, 0), 5)
        return min(doubled * _jitter(key, judgement.unknowns), LONGEST), Reason("look_backoff")
    if verdict is Verdict.GONE_PROVISIONAL:
        return min(_until_next_miss(judgement, at), LONGEST), Reason("look_to_confirm")
    if verdict is Verdict.GONE_CONFIRMED:
        first = judgement.first_miss_at or at
        gone_for = at - first
        wait = DAILY * 2 if gone_for < FRESH else LONGEST if gone_for < OLD else DAILY * 30
        return wait, Reason("look_watch")
    if verdict is Verdict.DEINDEXED:
        return DAILY * 3, Reason("look_watch")
    return timedelta(days=pace.days), _paced(pace)


def _paced(pace: Pace) -> Reason:
    """Why so often: how long things stay on this host, and how much longer it must be let alone."""
    lives = 1.0 / max(pace.rate, 1e-6)
    if lives < 2:  # noqa: PLR2004 - days
        return Reason("look_paced_hours", (("hours", f"{max(1, round(lives * 24))}"),))
    code = "look_polite" if pace.stretch > 1.0 else "look_paced_days"
    return Reason(code, (("days", f"{min(round(lives), 999)}"),))


def _jitter(key: str, count: int) -> float:
    """A factor near one, the same for the same link and count."""
    if not key:
        return 1.0
    number = int.from_bytes(sha256(f"{key}:{count}".encode()).digest()[:4], "big")
    return 1.0 + _JITTER * (2.0 * number / 0xFFFFFFFF - 1.0)


def _until_next_miss(judgement: Judgement, at: datetime) -> timedelta:
    """Spread the misses that are still needed evenly over the window."""
    misses = judgement.confirmable_misses or judgement.misses
    if judgement.first_miss_at is None or not 0 < misses < MISSES_NEEDED:
        return DAILY
    due = judgement.first_miss_at + WINDOW * misses / (MISSES_NEEDED - 1)
    return due - at
