"""Plans of looks: the budget, the bounds, who is looked at more often; rates; worlds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.verdicts import Judgement, Pace, Verdict, next_look
from ansim.verdicts.hostrates import (
    PRIOR_RATE,
    Experience,
    link_rate,
    link_rates,
    patience,
    patience_of,
    time_to_event,
)
from ansim.verdicts.revisits import (
    LONGEST_DAYS,
    SHORTEST_DAYS,
    capped_by_domain,
    interval,
    plan,
)
from ansim.verdicts.worlds import Backoff, Flat, Learning, make_world, play

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
rates = st.lists(st.floats(1e-4, 50), min_size=1, max_size=60)


@settings(max_examples=200, deadline=None)
@given(rates, st.floats(0.05, 5), st.randoms())
def test_a_plan_keeps_its_budget_and_its_bounds(found: list[float], each: float, dice) -> None:
    rate = np.array(found)
    weight = np.array([dice.choice((1.0, 2.0, 3.0)) for _ in found])
    made = plan(rate, weight, each * len(found))
    assert (made.every_days >= SHORTEST_DAYS - 1e-9).all()
    assert (made.every_days <= LONGEST_DAYS + 1e-9).all()
    reach = len(found) / LONGEST_DAYS, len(found) / SHORTEST_DAYS
    wanted = min(max(each * len(found), reach[0]), reach[1])
    assert made.looks_a_day == pytest.approx(wanted, rel=1e-4)


@settings(max_examples=100, deadline=None)
@given(rates, st.floats(0.05, 3))
def test_what_changes_faster_or_weighs_more_is_looked_at_no_less_often(found, each) -> None:
    rate = np.sort(np.array(found))
    made = plan(rate, np.ones(len(rate)), each * len(rate))
    assert (np.diff(made.every_days) <= 1e-9).all()
    heavier = np.ones(len(rate))
    heavier[0] = 4.0
    assert plan(rate, heavier, each * len(rate)).every_days[0] <= made.every_days[0] + 1e-9


def test_between_the_bounds_frequency_is_as_the_square_root() -> None:
    made = plan(np.array([0.04, 0.16, 0.64]), np.array([1.0, 1.0, 1.0]), 1.4)
    assert made.every_days / made.every_days[0] == pytest.approx([1, 1 / 2, 1 / 4])
    assert [interval(r, 1.0, made.price) for r in (0.04, 0.16, 0.64)] == pytest.approx(made.every_days)
    # What a single link is told is what the whole plan said.
    assert 1 / made.every_days.sum() < 1.4


def test_no_other_division_of_the_same_looks_has_a_smaller_mean_delay() -> None:
    dice = np.random.default_rng(4)
    rate = dice.uniform(0.02, 0.6, 30)
    best = plan(rate, np.ones(30), 12.0).every_days
    cost = (rate * best / 2).sum()
    for _ in range(200):
        other = 1 / best * dice.uniform(0.8, 1.25, 30)
        other *= 12.0 / other.sum()
        assert (rate / other / 2).sum() >= cost - 1e-9


def test_a_promise_may_be_shorter_than_the_longest_interval() -> None:
    made = plan(np.full(3, 1e-3), np.ones(3), 0.2, longest=np.array([2.0, 21.0, 21.0]))
    assert made.every_days[0] <= 2.0


def test_a_domain_is_not_asked_more_often_than_is_polite() -> None:
    every = np.array([1.0, 1.0, 0.5, 4.0])
    capped = capped_by_domain(every, np.array([0, 0, 0, 1]), 2.0)
    assert capped == pytest.approx([2.0, 2.0, 1.0, 4.0])
    assert (1 / capped[:3]).sum() == pytest.approx(2.0)


@given(st.floats(0, 60), st.floats(1e-6, 40))
def test_a_removal_is_put_between_its_looks_and_never_past_the_middle(days: float, rate: float) -> None:
    at = time_to_event(days, rate)
    assert 0 <= at <= days / 2 + 1e-9


def test_rates_are_learned_and_little_known_hosts_lean_on_others() -> None:
    dice = np.random.default_rng(2)
    known = Experience()
    for life in dice.exponential(2.0, 400):
        looks = np.arange(0.0, life, 1.0)
        known = known.stayed(float(len(looks) - 1))
        known = known.went(1.0, known.rate(PRIOR_RATE))
    assert known.rate(PRIOR_RATE) == pytest.approx(0.5, rel=0.15)
    assert Experience().rate(0.3) == pytest.approx(0.3)
    assert Experience().stayed(30).rate(0.3) < 0.1
    assert Experience(100, 1000).mean() == pytest.approx(0.1, rel=0.01)


def test_what_has_stayed_for_long_is_expected_to_stay() -> None:
    ages = np.array([0.0, 10.0, 100.0])
    found = link_rates(np.full(3, 0.2), ages)
    assert (np.diff(found) < 0).all()
    assert [link_rate(0.2, age) for age in ages] == pytest.approx(found.tolist())
    assert patience_of(0.2) == pytest.approx(float(patience(np.array([0.2]))[0]))


def waits(**pace: float) -> float:
    judged = Judgement(Verdict.PRESENT, ())
    moment, _ = next_look(judged, at=AT, promise_ends=None, pace=Pace(**pace))
    return (moment - AT) / timedelta(days=1)


def test_the_pace_of_one_link_follows_rate_weight_price_and_politeness() -> None:
    usual = waits()
    assert usual == pytest.approx(1.0)
    assert waits(rate=PRIOR_RATE * 8) < usual < waits(rate=PRIOR_RATE / 8)
    assert waits(weight=3.0) < usual < waits(price=2.0)
    assert waits(stretch=3.0) == pytest.approx(3.0)
    assert waits(rate=1e-9) == LONGEST_DAYS
    assert waits(rate=99.0) == SHORTEST_DAYS


def test_why_then_is_said_in_a_sentence_with_its_figure() -> None:
    def sentence(**pace: float) -> str:
        judged = Judgement(Verdict.PRESENT, ())
        return next_look(judged, at=AT, promise_ends=None, pace=Pace(**pace))[1].sentence("en")

    assert "about 10 days" in sentence()
    assert "about 12 h" in sentence(rate=2.0)
    assert "burdened" in sentence(stretch=2.0)


def test_looks_that_tell_nothing_do_not_all_come_back_at_one_moment() -> None:
    judged = Judgement(Verdict.UNKNOWN, (), unknowns=3)
    moments = {next_look(judged, at=AT, promise_ends=None, key=f"{n}")[0] for n in range(20)}
    hours = [(one - AT) / timedelta(hours=1) for one in moments]
    assert len(moments) > 15
    assert 21.5 < min(hours) < max(hours) < 26.5


@pytest.fixture(scope="module")
def world():
    return make_world(7, links=3_000, hosts=150)


def test_a_world_is_the_same_each_time_and_its_truth_is_kept(world) -> None:
    again = make_world(7, links=3_000, hosts=150)
    assert (again.gone == world.gone).all()
    assert (world.gone >= world.found).all()
    often = play(world, Flat(0.25))
    assert often.delays.max() < 4.0
    assert often.mean < play(world, Flat(7.0)).mean / 5


def test_ours_sees_removals_sooner_than_weekly_looks_with_as_many_requests(world) -> None:
    flat = play(world, Flat(7.0))
    ours = play(world, Learning(), flat.spent)
    assert ours.requests <= flat.requests * 1.02
    assert ours.mean < flat.mean * 0.75
    assert play(world, Backoff(1.0)).mean > ours.mean


def test_a_policy_learns_only_from_its_own_looks(world) -> None:
    policy = Learning()
    policy.begin(world.host, world.place)
    assert len(set(policy.rates().tolist())) == 1
    policy.seen(np.array([0]), np.array([3.0]), np.array([3.0]), np.array([False]))
    assert policy.exposure.sum() == 3.0
