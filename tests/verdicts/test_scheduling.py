"""When to look again: bounded, spread over the window, and at the time that a host names."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.verdicts import Judgement, Pace, Round, judge, next_look
from tests.verdicts.rows import any_round
from tests.verdicts.views import GONE, NOON, PRESENT, after, seen


@settings(max_examples=150, deadline=None)
@given(st.lists(any_round, min_size=1, max_size=5), st.integers(0, 50), st.integers(-100, 400))
def test_the_next_look_is_bounded_and_keeps_the_promise(
    rounds: list[Round], looks: int, promise: int
) -> None:
    at = max(one.at for one in rounds)
    ends = at + timedelta(hours=promise)
    pace = Pace(rate=1 / (1 + looks), price=0.4)
    moment, reason = next_look(judge(rounds), at=at, promise_ends=ends, pace=pace)
    assert timedelta(0) < moment - at <= timedelta(days=30)
    assert moment - at >= timedelta(hours=6) or moment == ends
    assert moment <= ends or ends <= at
    assert reason.sentence("ko")


def test_the_looks_that_confirm_are_spread_over_the_window() -> None:
    def following(*hours: float) -> float:
        judgement = judge([after(h, GONE) for h in hours])
        at = NOON + timedelta(hours=hours[-1])
        moment, _ = next_look(judgement, at=at, promise_ends=None)
        return (moment - NOON).total_seconds() / 3600

    assert following(0) == 36
    assert following(0, 36) == 72
    assert following(0, 70) == 76  # never sooner than six hours


@given(st.floats(0, 1e6), st.floats(0, 1e9), st.floats(0, 1e12), st.floats(1, 1e12))
def test_no_plan_however_crowded_forgets_a_link(
    rate: float, weight: float, price: float, stretch: float
) -> None:
    pace = Pace(rate, weight, price, stretch)
    moment, _ = next_look(judge([after(0, PRESENT)]), at=NOON, promise_ends=None, pace=pace)
    assert timedelta(hours=6) <= moment - NOON <= timedelta(days=365)


def test_unknown_backs_off_and_a_host_may_name_the_time() -> None:
    def wait(count: int, **more: object) -> timedelta:
        page = seen(429, headers=(("retry-after", "172800"),)) if more else seen(503)
        judgement: Judgement = judge([after(n, {"page": page}) for n in range(count)])
        at = NOON + timedelta(hours=count - 1)
        return next_look(judgement, at=at, promise_ends=None)[0] - at

    assert [wait(n).total_seconds() / 3600 for n in (1, 2, 3, 9)] == [6, 12, 24, 168]
    assert wait(1, retry=True) == timedelta(hours=48)
