"""When to look again: simple, bounded, and never later than a promise ends."""

from datetime import datetime, timedelta

from ansim.verdicts.judging import MISSES_NEEDED, WINDOW
from ansim.verdicts.reasons import Reason
from ansim.verdicts.rounds import Judgement, Verdict

SHORTEST = timedelta(hours=6)
LONGEST = timedelta(days=7)
DAILY = timedelta(hours=24)
_LOOKS_A_STEP = 7
_WATCH_FIRST = timedelta(days=14)


def next_look(
    judgement: Judgement,
    *,
    at: datetime,
    promise_ends: datetime | None,
    looks_done: int,
) -> tuple[datetime, Reason]:
    """The moment of the next look, 6 hours to 7 days after ``at``, and why then.

    ``at`` is when the last look was; ``promise_ends`` when the recipient's time is up (the look is
    never later than that, and may be sooner than 6 hours on for it); ``looks_done`` is how many
    looks there have been in all. A Retry-After of the host comes before everything else.
    """
    interval, code = _interval(judgement, at, looks_done)
    moment = at + min(max(interval, SHORTEST), LONGEST)
    if promise_ends is not None and at < promise_ends < moment:
        moment, code = promise_ends, "look_at_promise"
    if judgement.not_before is not None and moment < judgement.not_before:
        moment, code = min(judgement.not_before, at + LONGEST), "look_retry_after"
    return moment, Reason(code)


def _interval(judgement: Judgement, at: datetime, looks_done: int) -> tuple[timedelta, str]:
    verdict = judgement.verdict
    if verdict is Verdict.UNKNOWN:
        return SHORTEST * 2 ** min(max(judgement.unknowns - 1, 0), 5), "look_backoff"
    if verdict is Verdict.GONE_PROVISIONAL:
        return _until_next_miss(judgement, at), "look_to_confirm"
    if verdict is Verdict.GONE_CONFIRMED:
        first = judgement.first_miss_at or at
        fresh = at - first < WINDOW + _WATCH_FIRST
        return (DAILY * 2 if fresh else LONGEST), "look_watch"
    if verdict is Verdict.DEINDEXED:
        return DAILY * 3, "look_watch"
    return DAILY * 2 ** min(looks_done // _LOOKS_A_STEP, 3), "look_daily"


def _until_next_miss(judgement: Judgement, at: datetime) -> timedelta:
    """Spread the misses that are still needed evenly over the window."""
    misses = judgement.confirmable_misses or judgement.misses
    if judgement.first_miss_at is None or not 0 < misses < MISSES_NEEDED:
        return DAILY
    due = judgement.first_miss_at + WINDOW * misses / (MISSES_NEEDED - 1)
    return due - at
