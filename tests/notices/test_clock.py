"""Clocks run from valid receipt, stop for questions, and say what is left in plain words."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ansim.notices import (
    Clock,
    Regime,
    clock_state,
    clock_words,
    escalation_due,
    load_registry,
    meet_clock,
    pause_clock,
    presumed_receipt,
    resume_clock,
    start_clock,
    waiting_clock,
)

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 20, 10, 10, tzinfo=SEOUL).astimezone(UTC)


def rule(code: str) -> Regime:
    return load_registry(today=date(2026, 11, 22)).regime(code)


def ends_in(**left: float) -> Clock:
    """A 48-hour clock with so much left at NOW."""
    return start_clock(rule("us_take_it_down"), NOW + timedelta(**left) - timedelta(hours=48))


def test_receipt_starts_it_and_the_end_belongs_to_late() -> None:
    received = datetime(2026, 11, 20, 0, 10, tzinfo=UTC)
    clock = start_clock(rule("us_take_it_down"), received)
    end = received + timedelta(hours=48)
    assert (clock.ends_at, clock.escalates_at) == (end, end)
    assert clock_state(clock, end - timedelta(microseconds=1)) == "running"
    assert clock_state(clock, end) == "overdue"
    assert not escalation_due(clock, end - timedelta(microseconds=1))
    assert escalation_due(clock, end)
    assert presumed_receipt(rule("us_take_it_down"), received) == received + timedelta(hours=24)


def test_without_delay_never_ends_but_goes_up_after_the_centres_own_hours() -> None:
    received = datetime(2026, 11, 18, 3, tzinfo=UTC)
    clock = start_clock(rule("kr_tba_22_5"), received)
    assert clock.ends_at is None
    assert clock_state(clock, received + timedelta(days=900)) == "no_limit"
    assert not escalation_due(clock, received + timedelta(hours=47))
    assert escalation_due(clock, received + timedelta(hours=48))


def test_soon_is_before_the_centre_closes() -> None:
    closes = datetime(2026, 11, 20, 18, tzinfo=SEOUL)
    assert clock_state(ends_in(hours=7), NOW, closes) == "soon"
    assert clock_state(ends_in(hours=8), NOW, closes) == "running"


def test_a_pause_moves_both_ends() -> None:
    clock = ends_in(hours=4)
    assert clock.ends_at
    assert clock.escalates_at
    paused = pause_clock(clock, NOW)
    assert pause_clock(paused, NOW + timedelta(hours=1)) == paused
    assert clock_state(paused, NOW + timedelta(days=3)) == "paused"
    assert not escalation_due(paused, NOW + timedelta(days=3))
    again = resume_clock(paused, NOW + timedelta(hours=10))
    assert again.ends_at == clock.ends_at + timedelta(hours=10)
    assert again.escalates_at == clock.escalates_at + timedelta(hours=10)
    assert resume_clock(again, NOW + timedelta(days=9)) == again


def test_met_is_final() -> None:
    met = meet_clock(ends_in(hours=29), NOW)
    assert clock_state(met, NOW + timedelta(days=9)) == "met"
    assert not escalation_due(met, NOW + timedelta(days=9))
    assert meet_clock(met, NOW + timedelta(days=1)) == met
    assert clock_words(met, NOW, "ko", SEOUL) == ("기한 안 답함", "19시간 걸림")
    late = meet_clock(ends_in(hours=-2), NOW)
    assert clock_words(late, NOW, "en", SEOUL) == ("Answered late", "took 2 d 2 h")


@pytest.mark.parametrize(
    ("clock", "korean", "english"),
    [
        (
            ends_in(hours=-3, minutes=-12),
            ("3시간 12분 지남", "오늘 06:58까지였음"),
            ("3 h 12 min late", "was due 06:58 today"),
        ),
        (
            ends_in(hours=3, minutes=50),
            ("3시간 50분", "오늘 14:00까지"),
            ("3 h 50 min", "until 14:00 today"),
        ),
        (
            ends_in(hours=46, minutes=59),
            ("1일 22시간", "11월 22일(일) 09:09까지"),
            ("1 d 22 h", "until Sun 22 Nov, 09:09"),
        ),
        (
            ends_in(seconds=40),
            ("1분 미만", "오늘 10:10까지"),
            ("under 1 min", "until 10:10 today"),
        ),
        (
            waiting_clock(rule("us_take_it_down")),
            ("시작 전", "접수 확인을 기다림"),
            ("Not started", "awaiting receipt"),
        ),
        (
            pause_clock(ends_in(hours=4), NOW),
            ("멈춤", "보완 요청에 답하는 중"),
            ("Paused", "we owe an answer"),
        ),
        (
            # The evening before in Seoul: the second calendar day, though 11 hours ago.
            start_clock(rule("kr_tba_22_5"), NOW - timedelta(hours=11)),
            ("지체 없이", "2일째"),
            ("Without delay", "day 2"),
        ),
        (
            start_clock(rule("search_policy"), NOW),
            ("약속 없음", "1일째"),
            ("No time promised", "day 1"),
        ),
    ],
)
def test_words(clock: Clock, korean: tuple[str, str], english: tuple[str, str]) -> None:
    assert clock_words(clock, NOW, "ko", SEOUL) == korean
    assert clock_words(clock, NOW, "en", SEOUL) == english


def test_a_far_year_is_said() -> None:
    new_year = datetime(2026, 12, 31, 12, tzinfo=SEOUL)
    clock = start_clock(rule("us_take_it_down"), new_year)
    assert clock_words(clock, new_year, "en", SEOUL)[1] == "until Sat 2 Jan 2027, 12:00"
    assert clock_words(clock, new_year, "ko", SEOUL)[1] == "2027년 1월 2일(토) 12:00까지"
