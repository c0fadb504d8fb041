"""The clock of a request: pure functions of moments, no ticking.

A clock starts at valid receipt. Where the law names hours it ends; where the law says "without
delay" or nothing, it has no end, and only the centre's own promise says when to go a step up.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from ansim.notices.records import ClockKind, Regime
from ansim.notices.spoken import short_moment, spoken_length

ClockState = Literal["not_started", "running", "soon", "overdue", "paused", "no_limit", "met"]


@dataclass(frozen=True, slots=True)
class Clock:
    """When a request's time began and ends. ``ends_at`` is set only for the kind ``hours``."""

    kind: ClockKind
    started_at: datetime | None
    ends_at: datetime | None
    escalates_at: datetime | None
    paused_at: datetime | None = None
    met_at: datetime | None = None


def presumed_receipt(regime: Regime, accepted_at: datetime) -> datetime:
    """When a notice counts as received if its mail server took it and nothing came back."""
    return accepted_at + timedelta(hours=regime.presumed_receipt_hours)


def waiting_clock(regime: Regime) -> Clock:
    """The clock of a request whose receipt is not confirmed."""
    return Clock(regime.clock_kind, None, None, None)


def start_clock(regime: Regime, received_at: datetime) -> Clock:
    """The clock that valid receipt at ``received_at`` starts."""
    hours = regime.clock_hours
    return Clock(
        kind=regime.clock_kind,
        started_at=received_at,
        ends_at=received_at + timedelta(hours=hours) if hours else None,
        escalates_at=received_at + timedelta(hours=regime.escalate_after_hours),
    )


def pause_clock(clock: Clock, at: datetime) -> Clock:
    """Stopped because the recipient asked the centre for more; twice is the same as once."""
    return clock if clock.paused_at else replace(clock, paused_at=at)


def resume_clock(clock: Clock, at: datetime) -> Clock:
    """Going again: both ends move by the length of the pause."""
    if clock.paused_at is None:
        return clock
    pause = at - clock.paused_at
    return replace(
        clock,
        ends_at=clock.ends_at + pause if clock.ends_at else None,
        escalates_at=clock.escalates_at + pause if clock.escalates_at else None,
        paused_at=None,
    )


def meet_clock(clock: Clock, at: datetime) -> Clock:
    """Ended because the recipient did what was asked at ``at``; the first time counts."""
    return clock if clock.met_at else replace(clock, met_at=at)


def clock_state(clock: Clock, now: datetime, closes_at: datetime | None = None) -> ClockState:
    """What the clock shows. ``soon``: it ends no later than the centre closes at ``closes_at``."""
    if clock.met_at is not None:
        return "met"
    if clock.started_at is None:
        return "not_started"
    if clock.paused_at is not None:
        return "paused"
    if clock.ends_at is None:
        return "no_limit"
    if now >= clock.ends_at:
        return "overdue"
    return "soon" if closes_at is not None and clock.ends_at <= closes_at else "running"


def escalation_due(clock: Clock, now: datetime) -> bool:
    """Whether the next step may be taken: time is up, nothing was done, nothing is paused."""
    open_ = clock.met_at is None and clock.paused_at is None
    return open_ and clock.escalates_at is not None and now >= clock.escalates_at


def clock_words(clock: Clock, now: datetime, language: str, tz: tzinfo) -> tuple[str, str]:
    """What is left, and the moment it ends, as the two parts of the clock on a page."""
    korean = language == "ko"
    state = clock_state(clock, now)
    started = clock.started_at or now
    if state == "not_started":
        return ("시작 전", "접수 확인을 기다림") if korean else ("Not started", "awaiting receipt")
    if state == "met":
        return _met_words(clock, started, language)
    if state == "paused":
        return ("멈춤", "보완 요청에 답하는 중") if korean else ("Paused", "we owe an answer")
    if clock.ends_at is None:
        days = (now.astimezone(tz).date() - started.astimezone(tz).date()).days + 1
        if clock.kind == "without_delay":
            left = "지체 없이" if korean else "Without delay"
        else:
            left = "약속 없음" if korean else "No time promised"
        return left, f"{days}일째" if korean else f"day {days}"
    end = short_moment(clock.ends_at, now, language, tz)
    if state == "overdue":
        late = spoken_length(now - clock.ends_at, language)
        return (f"{late} 지남", f"{end}까지였음") if korean else (f"{late} late", f"was due {end}")
    left = spoken_length(clock.ends_at - now, language)
    return (left, f"{end}까지") if korean else (left, f"until {end}")


def _met_words(clock: Clock, started: datetime, language: str) -> tuple[str, str]:
    met = clock.met_at or started
    late = clock.ends_at is not None and met > clock.ends_at
    took = spoken_length(met - started, language)
    if language == "ko":
        return "기한 뒤 답함" if late else "기한 안 답함", f"{took} 걸림"
    return "Answered late" if late else "Answered in time", f"took {took}"
