"""Which links to look at how often, under a budget of requests.

What a centre wants small is the time until it sees that something is gone (or back). For a link that
changes ``rate`` times a day, weighs ``weight`` and is looked at every ``T`` days, that is about
``weight * rate * T / 2`` a day and costs ``1 / T`` looks: with the sum of looks given, the best
frequency is proportional to the square root of ``weight * rate`` (Lagrange). Two things change it
at its ends. A link that is probably gone before its look is worth looking at sooner: the best ``T``
then has ``exp(x) - 1 - x = rate * price / weight`` with ``x = rate * T`` (the square root is its beginning;
Barlow, Hunter, Proschan 1963 treat such inspections). And a removal that is not seen within a
week counts as late, which costs as much as three days more of delay: links just beyond a week are
brought within it. Bounds on ``T`` are kept by solving for the rest again (water-filling). One number
says it all: the *price* of one look, in days of delay. With the price known, one link can be planned
by itself.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST_DAYS: Final = 0.25
LONGEST_DAYS: Final = 21.0
"""The longest time without a look while something is to be found out. Shorter ones bind budget to
hosts that answer nobody: at 10 days the mean delay is 4 % longer, at 7 it is that of flat weekly looks."""

LATE_DAYS: Final = 7.0
"""After so many days a removal is seen late: a centre looks once a week where it plans nothing."""

LATE_COSTS: Final = 3.0
"""What seeing it late counts as, in days of delay. Without it the mean is 2 % smaller and the slowest
twentieth 6 % slower (bench/revisits.py prints both)."""

_PASSES: Final = 64
_NEAR: Final = 1e-6
_TINY: Final = 1e-9
_FLAT: Final = 1e-3
_SQUARE_ROOT: Final = -0.5
_CHEAPEST: Final = 1e-9
_DEAREST: Final = 1e40


@dataclass(frozen=True, slots=True)
class Plan:
    """``every_days``: the interval of each link, shape (links,). ``price``: see the module."""

    every_days: Floats
    price: float

    @property
    def looks_a_day(self) -> float:
        """What the plan costs."""
        return float((1.0 / self.every_days).sum())


def plan(
    rate: Floats,
    weight: Floats,
    budget: float,
    *,
    longest: Floats | float = LONGEST_DAYS,
    shortest: float = SHORTEST_DAYS,
    late_costs: float = LATE_COSTS,
) -> Plan:
    """The best intervals within ``budget`` looks a day.

    ``rate``: changes a day; ``weight``: what a day's delay counts; both of shape (links,). ``longest``
    may differ for each link (a promise). Where even the longest intervals cost more than the budget,
    these are what you get, and ``looks_a_day`` says so: a promise comes before the budget.
    """
    price = _price(rate, weight, np.broadcast_to(longest, rate.shape), shortest, budget, late_costs)
    every = intervals(rate, weight, price, late_costs=late_costs)
    return Plan(np.clip(every, shortest, np.maximum(longest, shortest)), price)


def intervals(
    rate: Floats, weight: Floats | float, price: float, *, late_costs: float = LATE_COSTS
) -> Floats:
    """The best intervals in days at a ``price``, before any bound; see the module for the rule."""
    # What goes within hours is looked at as often as may be, however soon it goes.
    rate = np.clip(rate, _TINY, 1.0 / SHORTEST_DAYS)
    dear = price / np.maximum(weight, _TINY)
    days = _solved(rate * dear) / rate
    sooner = np.sqrt(np.maximum(days * days - 2 * LATE_DAYS * late_costs, 0.0))
    return np.where(days > LATE_DAYS, np.maximum(sooner, LATE_DAYS), days)


def interval(rate: float, weight: float, price: float, longest: float = LONGEST_DAYS) -> float:
    """The interval of one link in days, at the price of the last whole plan."""
    every = float(intervals(np.array([rate]), weight, price)[0])
    return min(max(every, SHORTEST_DAYS), max(longest, SHORTEST_DAYS))


def _solved(m: Floats) -> Floats:
    """The ``x`` with ``exp(x) - 1 - x = m``, to half a percent.

    The beginning is right for very small and very large ``m``; one step of Newton's method mends
    what is between, and needs no power of its own.
    """
    root = np.sqrt(2.0 * m)
    start = np.log1p(root + m)
    return start - (root - start) / np.maximum(root + m, _TINY)


def _price(
    rate: Floats, weight: Floats, longest: Floats, shortest: float, budget: float, late_costs: float
) -> float:
    """The price at which the bounded intervals cost the budget: the cost falls as it grows.

    Each step aims where the cost of the last two would meet the budget (in logarithms, of which it
    is nearly a line), within a bracket that is halved where that leads out of it.
    """
    if not len(rate):
        return 1.0
    longest = np.maximum(longest, shortest)
    if budget <= float((1.0 / longest).sum()):
        return _DEAREST
    if budget >= len(rate) / shortest:
        return _CHEAPEST
    below, above, price = _CHEAPEST, _DEAREST, 1.0
    before: tuple[float, float] | None = None
    for _ in range(_PASSES):
        every = intervals(rate, weight, price, late_costs=late_costs)
        cost = float((1.0 / np.clip(every, shortest, longest)).sum())
        if abs(cost - budget) <= _NEAR * budget:
            break
        below, above = (price, above) if cost > budget else (below, price)
        here = math.log(price), math.log(cost / budget)
        slope = _SQUARE_ROOT
        if before is not None and here[0] != before[0]:
            slope = (here[1] - before[1]) / (here[0] - before[0])
        aim = math.exp(min(here[0] - here[1] / slope, 100.0)) if slope < -_FLAT else 0.0
        price, before = (aim if below < aim < above else math.sqrt(below * above)), here
        if above / below < 1 + _NEAR:
            break
    return price


def capped_by_domain(every_days: Floats, domain: NDArray[np.int64], most_a_day: float) -> Floats:
    """The same intervals, stretched where one registered domain would be asked too often.

    ``domain``: a small number for each link's registered domain, shape (links,); ``most_a_day``:
    looks a day at one domain that are still polite.
    """
    asked = np.bincount(domain, weights=1.0 / every_days)
    stretch = np.maximum(1.0, asked / most_a_day)
    return np.asarray(every_days * stretch[domain])
