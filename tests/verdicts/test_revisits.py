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
    host_rates,
    link_rate,
    link_rates,
    time_to_event,
    usual_shares,
)
from ansim.verdicts.revisits import (
    LATE_COSTS,
    LATE_DAYS,
    LONGEST_DAYS,
    SHORTEST_DAYS,
    capped_by_domain,
    interval,
    intervals,
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
    assert plan(rate, heavier, each * len(rate)).every_days[0] <= made.every_days[0] * (1 + 1e-5)


def test_between_the_bounds_frequency_is_as_the_square_root() -> None:
    rate = np.array([0.0004, 0.0016, 0.0064])
    made = plan(rate, np.ones(3), 1.4)
    assert made.every_days / made.every_days[0] == pytest.approx([1, 1 / 2, 1 / 4], rel=0.02)
    # What a single link is told is what the whole plan said.
    assert [interval(r, 1.0, made.price) for r in rate] == pytest.approx(made.every_days)


def cost_a_day(rate: np.ndarray, every: np.ndarray) -> float:
    """Days of delay that are to come for each day, all links together; those seen late count more.

    A link is there when its interval begins; it is replaced by one of its kind when it was seen to go.
    """
    stays = np.exp(-rate * every)
    delay = every - (1 - stays) / rate
    late = 1 - np.exp(-rate * np.maximum(every - LATE_DAYS, 0))
    return float(((delay + LATE_COSTS * late) / every).sum())


def test_no_other_division_of_the_same_looks_costs_less_delay() -> None:
    dice = np.random.default_rng(4)
    rate = dice.uniform(0.002, 0.03, 30)
    best = plan(rate, np.ones(30), 5.0).every_days
    assert best.min() < LATE_DAYS < best.max()
    for _ in range(200):
        other = 1 / best * dice.uniform(0.8, 1.25, 30)
        other *= (1 / best).sum() / other.sum()
        assert cost_a_day(rate, 1 / other) >= cost_a_day(rate, best) * 0.999


@given(st.floats(1e-3, 4), st.floats(0.05, 50))
def test_a_quick_link_is_looked_at_when_it_is_worth_a_look(rate: float, price: float) -> None:
    every = float(intervals(np.array([rate]), 1.0, price, late_costs=0.0)[0])
    assert np.expm1(rate * every) - rate * every == pytest.approx(rate * price, rel=0.02)


def test_links_just_beyond_a_week_are_brought_within_it_and_slow_ones_are_not() -> None:
    price = 4.0
    plain = intervals(np.array([0.2, 0.11, 0.02]), 1.0, price, late_costs=0.0)
    found = intervals(np.array([0.2, 0.11, 0.02]), 1.0, price)
    assert plain[0] < LATE_DAYS < plain[1] < 8
    assert found[0] == plain[0]
    assert found[1] == LATE_DAYS
    assert LATE_DAYS < found[2] < plain[2]


def test_budgets_out_of_reach_give_the_bounds() -> None:
    rate = np.array([0.01, 0.1, 1.0])
    assert (plan(rate, np.ones(3), 1e-3).every_days == LONGEST_DAYS).all()
    assert (plan(rate, np.ones(3), 1e3).every_days == SHORTEST_DAYS).all()


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
        known = known.went(1.0, known.rate())
    assert known.rate() == pytest.approx(0.5, rel=0.15)
    assert Experience().rate() == pytest.approx(PRIOR_RATE)
    assert Experience().stayed(30).rate() < PRIOR_RATE / 5


def test_kinds_of_places_are_learned_each_host_counting_once() -> None:
    dice = np.random.default_rng(3)
    true = np.concatenate([dice.gamma(1, 1.0, 60), dice.gamma(1, 0.01, 60)])
    place = np.repeat([0, 1], 60)
    exposure = np.concatenate([np.full(60, 4.0), np.full(60, 400.0)])  # slow ones collect more days
    events = dice.poisson(true * exposure).astype(float)
    everybody, shares = usual_shares(events, exposure, place, 3)
    assert shares[0][0] > 0.5 > shares[0][2]
    assert shares[1][2] > 0.5 > shares[1][0]
    assert shares[2] == pytest.approx(everybody)  # a kind without hosts is as everybody's
    assert everybody[1] < min(everybody[0], everybody[2])
    assert shares.sum(1) == pytest.approx(1)
    new = host_rates(np.zeros(2), np.zeros(2), shares[:2])
    assert new[0] > 5 * new[1]
    one = Experience(3.0, 2.5)
    whole = host_rates(np.array([3.0]), np.array([2.5]), shares[:1])
    assert one.rate(tuple(shares[0])) == pytest.approx(float(whole[0]))


def test_what_has_stayed_for_long_is_expected_to_stay() -> None:
    ages = np.array([0.0, 10.0, 100.0])
    found = link_rates(np.full(3, 0.2), ages)
    assert (np.diff(found) < 0).all()
    assert [link_rate(0.2, age) for age in ages] == pytest.approx(found.tolist())


def waits(**pace: float) -> float:
    judged = Judgement(Verdict.PRESENT, ())
    moment, _ = next_look(judged, at=AT, promise_ends=None, pace=Pace(**pace))
    return (moment - AT) / timedelta(days=1)


def test_the_pace_of_one_link_follows_rate_weight_price_and_politeness() -> None:
    usual = waits()
    assert usual == pytest.approx(1.0, rel=0.005)
    assert waits(rate=PRIOR_RATE * 8) < usual < waits(rate=PRIOR_RATE / 8)
    assert waits(weight=3.0) < usual < waits(price=2.0)
    assert waits(stretch=3.0) == pytest.approx(3.0 * usual)
    assert waits(rate=1e-9) == LONGEST_DAYS
    assert waits(rate=99.0, price=0.01) == SHORTEST_DAYS


def test_why_then_is_said_in_a_sentence_with_its_figure() -> None:
    def sentence(**pace: float) -> str:
        judged = Judgement(Verdict.PRESENT, ())
        return next_look(judged, at=AT, promise_ends=None, pace=Pace(**pace))[1].sentence("en")

    assert "about 3 days" in sentence()
    assert "about 10 days" in sentence(rate=0.1)
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
