"""Which links to look at how often, under a budget of requests.

What a centre wants small is the time until it sees that something is gone (or back): for a link that
changes ``rate`` times a day, weighs ``weight`` and is looked at ``f`` times a day, that is
``weight * rate / (2 f)`` a day. With the sum of all ``f`` given, the best ``f`` is proportional to
the square root of ``weight * rate`` (Lagrange); bounds on ``f`` are kept by leaving bounded links out
and solving for the rest again (water-filling). One number says it all: the *price*, how much of the
square root one look a day costs. With the price known, one link can be planned by itself.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SHORTEST_DAYS: Final = 0.25
LONGEST_DAYS: Final = 28.0
"""The longest time without a look while something is to be found out. Shorter ones bind budget to
hosts that answer nobody: at 10 days the mean delay is 3 % longer, at 7 it is that of flat weekly looks."""

_PASSES: Final = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """``every_days``: the interval of each link, shape (links,). ``price``: see the module."""

    every_days: NDArray[np.float64]
    price: float

    @property
    def looks_a_day(self) -> float:
        """What the plan costs."""
        return float((1.0 / self.every_days).sum())


def plan(
    rate: NDArray[np.float64],
    weight: NDArray[np.float64],
    budget: float,
    *,
    longest: NDArray[np.float64] | float = LONGEST_DAYS,
    shortest: float = SHORTEST_DAYS,
) -> Plan:
    """The best intervals within ``budget`` looks a day.

    ``rate``: changes a day; ``weight``: what a day's delay counts; both of shape (links,). ``longest``
    may differ for each link (a promise). Where even the longest intervals cost more than the budget,
    these are what you get, and ``looks_a_day`` says so: a promise comes before the budget.
    """
    wish = np.sqrt(np.maximum(rate * weight, 1e-12))
    low = np.broadcast_to(1.0 / np.maximum(longest, shortest), wish.shape)
    price = _price(wish, low, 1.0 / shortest, budget)
    return Plan(1.0 / np.clip(wish / price, low, 1.0 / shortest), price)


def interval(rate: float, weight: float, price: float, longest: float = LONGEST_DAYS) -> float:
    """The interval of one link in days, at the price of the last whole plan."""
    wish = math.sqrt(max(rate * weight, 1e-12))
    return min(max(price / wish, SHORTEST_DAYS), max(longest, SHORTEST_DAYS))


def _price(
    wish: NDArray[np.float64], low: NDArray[np.float64], high: float, budget: float
) -> float:
    """The price at which the clipped frequencies cost the budget.

    The cost falls with the price, piece by piece; each step solves the piece that it stands on, as
    Newton's method does, within a bracket that is halved where that leads out of it.
    """
    if not len(wish):
        return 1.0
    below, above = float(wish.min()) / high / 2, float((wish / low).max()) * 2
    price = float(np.sqrt(below * above))
    for _ in range(_PASSES):
        wanted = wish / price
        dear, cheap = wanted >= high, wanted <= low
        free = ~(dear | cheap)
        cost = float(wanted[free].sum() + high * dear.sum() + low[cheap].sum())
        if abs(cost - budget) <= 1e-9 * budget:
            break
        if cost > budget:
            below = price
        else:
            above = price
        rest = budget - float(high * dear.sum() + low[cheap].sum())
        solved = float(wish[free].sum()) / rest if rest > 0 and free.any() else 0.0
        price = solved if below < solved < above else float(np.sqrt(below * above))
        if above / below < 1 + 1e-12:
            break
    return price


def capped_by_domain(
    every_days: NDArray[np.float64], domain: NDArray[np.int64], most_a_day: float
) -> NDArray[np.float64]:
    """The same intervals, stretched where one registered domain would be asked too often.

    ``domain``: a small number for each link's registered domain, shape (links,); ``most_a_day``:
    looks a day at one domain that are still polite.
    """
    asked = np.bincount(domain, weights=1.0 / every_days)
    stretch = np.maximum(1.0, asked / most_a_day)
    return np.asarray(every_days * stretch[domain])
