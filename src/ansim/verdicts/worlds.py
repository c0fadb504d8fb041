"""Small made-up webs with known truth, on which policies of looking again are compared.

A world has hosts whose links go away at a rate of the host's own, which no policy is told; links
come in over time; hosts have hours in which nothing can be told. A policy is asked when to look
next, sees only what its own looks see, and is held to the same number of requests.
"""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ansim.verdicts.hostrates import (
    PRIOR_SHARES,
    host_rates,
    link_rates,
    time_to_event,
    usual_shares,
)
from ansim.verdicts.revisits import LATE_COSTS, LONGEST_DAYS, SHORTEST_DAYS, intervals, plan

_RENEW: Final = 4
_WEEK: Final = 28
_EVEN_OUT_DAYS: Final = 2.5
_SETTLED: Final = 28.0
"""Days at the end whose removals are not counted: not every policy has had its turn."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEP: Final = 0.25
"""Days between two moments at which looks are made."""

# Share of hosts, median days that a link lives there, spread (sigma of its logarithm). Hours on large
# platforms, weeks on boards, months on sites that answer nobody (shared figures: takedown, section 0).
KINDS: Final = ((0.3, 1.0, 0.8), (0.45, 10.0, 0.8), (0.25, 80.0, 0.8))


@dataclass(frozen=True, slots=True)
class World:
    """``host``, ``found`` and ``gone`` (days) of each link; ``quiet[host, step]``: tells nothing.

    ``place[host]``: what kind of place staff take a host for; right three times in four.
    ``rate[host]``: removals a day of each link there; no policy that can be had is told.
    """

    host: Ints
    place: Ints
    found: Floats
    gone: Floats
    quiet: NDArray[np.bool_]
    days: float
    rate: Floats

    @property
    def hosts(self) -> int:
        """How many hosts there are."""
        return len(self.quiet)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy did: delay of every removal (days), requests made by the end of each step."""

    delays: Floats
    spent: Ints

    @property
    def requests(self) -> int:
        """All requests."""
        return int(self.spent[-1])

    @property
    def mean(self) -> float:
        """Mean delay in days."""
        return float(self.delays.mean())

    @property
    def p95(self) -> float:
        """The delay that 95 in 100 removals do not exceed, in days."""
        return float(np.quantile(self.delays, 0.95))


class Policy(Protocol):
    """Says when to look again, and learns from looks. All arrays are of one entry a link."""

    def begin(self, host: Ints, place: Ints) -> None:
        """Before the first day; ``host`` of every link and ``place`` of every host."""

    def seen(self, links: Ints, age: Floats, since: Floats, gone: NDArray[np.bool_]) -> None:
        """Looks that told something: ``since`` the last that did, in days."""

    def intervals(self, links: Ints, age: Floats, unknowns: Ints) -> Floats:
        """Days until the next look at ``links``, after ``unknowns`` looks in a row told nothing."""

    def first(self, links: Ints) -> Floats:
        """Days until the first look at ``links`` that were just found."""

    def renew(self, tracked: Ints, age: Floats, budget: float) -> None:
        """Once a day: the links under watch, and the looks a day that there are for them."""


def make_world(seed: int, *, links: int = 20_000, hosts: int = 1_000, days: float = 180.0) -> World:
    """The world of ``seed``."""
    dice = np.random.default_rng(seed)
    kind = dice.choice(len(KINDS), hosts, p=[share for share, _, _ in KINDS])
    median = np.array([days_ for _, days_, _ in KINDS])[kind]
    spread = np.array([sigma for _, _, sigma in KINDS])[kind]
    rate = np.log(2) / (median * np.exp(spread * dice.standard_normal(hosts)))
    popular = dice.pareto(1.5, hosts) + 1
    host = dice.choice(hosts, links, p=popular / popular.sum())
    found = dice.uniform(0, days * 2 / 3, links)
    gone = found + dice.exponential(1 / rate[host])
    steps = int(days / STEP) + 1
    taken_for = dice.integers(0, len(KINDS), hosts)
    place = np.where(dice.random(hosts) < 3 / 4, kind, taken_for)
    return World(host, place, found, gone, _quiet(dice, hosts, steps), days, rate)


def _quiet(dice: np.random.Generator, hosts: int, steps: int) -> NDArray[np.bool_]:
    """Outages: on the average one in a month for each host, half a day long."""
    quiet = np.zeros((hosts, steps), np.bool_)
    for host in range(hosts):
        for start in np.flatnonzero(dice.random(steps) < STEP / 30):
            quiet[host, start : start + 1 + dice.poisson(1)] = True
    return quiet


def play(world: World, policy: Policy, allowed: Ints | None = None) -> Outcome:
    """Let a policy look at a world.

    Finding a link was a look; the first one after it is the policy's to set. ``allowed``: requests
    that another policy had made by the end of each step. Each day this one is told what that policy
    spent a day in the week before, and what it is itself ahead or behind so far, to be evened out
    in two and a half days: nobody sees what is still to come.
    """
    policy.begin(world.host, world.place)
    links, steps = len(world.host), int(world.days / STEP) + 1
    due, last = np.full(links, np.inf), world.found.copy()
    unknowns = np.zeros(links, np.int64)
    delay = np.full(links, np.nan)
    spent, tracked = np.zeros(steps, np.int64), np.ones(links, np.bool_)
    for step in range(steps):
        now = step * STEP
        watched = np.flatnonzero(tracked & (world.found <= now))
        if allowed is not None and step % _RENEW == 0 and len(watched):
            since = max(step - _WEEK, 0)
            lately = (allowed[step - 1] - allowed[since]) / max((step - 1 - since) * STEP, STEP)
            owed = (allowed[step - 1] - spent[step - 1]) / _EVEN_OUT_DAYS
            policy.renew(watched, now - world.found[watched], max(lately + owed, 1.0))
            # A new plan moves what an older one had put off.
            known = watched[unknowns[watched] == 0]
            wait = policy.intervals(known, last[known] - world.found[known], unknowns[known])
            due[known] = np.where(np.isinf(due[known]), np.inf, last[known] + np.round(wait / STEP) * STEP)
        fresh = watched[np.isinf(due[watched])]
        if len(fresh):
            due[fresh] = now + np.round(policy.first(fresh) / STEP) * STEP
        now_due = watched[due[watched] <= now + 1e-9]
        spent[step] = spent[step - 1] + len(now_due)
        silent = world.quiet[world.host[now_due], step]
        told = now_due[~silent]
        unknowns[now_due[silent]] += 1
        unknowns[told] = 0
        gone = world.gone[told] <= now
        policy.seen(told, now - world.found[told], now - last[told], gone)
        last[told] = now
        delay[told[gone]] = now - world.gone[told[gone]]
        tracked[told[gone]] = False
        again = now_due[tracked[now_due]]
        wait = policy.intervals(again, now - world.found[again], unknowns[again])
        due[again] = now + np.maximum(STEP, np.round(wait / STEP) * STEP)
    counted = world.gone <= world.days - _SETTLED
    # What was never seen to go counts as seen at the end: a policy gains nothing by not looking.
    late = np.where(np.isnan(delay), world.days - world.gone, delay)
    return Outcome(late[counted], spent)


class Flat:
    """The same interval for every link, whatever happens."""

    def __init__(self, days: float = 7.0) -> None:
        self.days = days

    def begin(self, host: Ints, place: Ints) -> None:
        """Nothing to prepare."""

    def seen(self, links: Ints, age: Floats, since: Floats, gone: NDArray[np.bool_]) -> None:
        """Learns nothing."""

    def intervals(self, links: Ints, age: Floats, unknowns: Ints) -> Floats:  # noqa: ARG002
        """Always the same."""
        return np.full(len(links), self.days)

    def first(self, links: Ints) -> Floats:
        """As any other."""
        return self.intervals(links, np.zeros(len(links)), np.zeros(len(links), np.int64))

    def renew(self, tracked: Ints, age: Floats, budget: float) -> None:
        """Plans nothing."""


class Batch(Flat):
    """All links of a site on one day of the week: the first look comes at any time within it."""

    def first(self, links: Ints) -> Floats:
        """By the site's own day, which is not that of the finding; the same each time."""
        return np.asarray((links * 0.6180339887498949 % 1.0) * self.days, np.float64)


class Backoff(Flat):
    """Twice the interval after every look that changed nothing: from ``first`` days to ``days``."""

    def __init__(self, first: float, days: float = 28.0) -> None:
        super().__init__(days)
        self.start = first

    def intervals(self, links: Ints, age: Floats, unknowns: Ints) -> Floats:  # noqa: ARG002
        """As old as the link is, more or less: doubling intervals add up to its age."""
        return np.clip(age, min(self.start, self.days), self.days)


class Learning(Flat):
    """Ours: rates learned for each host, the price of the day.

    ``late_costs``: see ansim.verdicts.revisits; 0.0 makes the mean delay smallest.
    """

    def __init__(self, longest: float = LONGEST_DAYS, *, late_costs: float = LATE_COSTS) -> None:
        super().__init__(longest)
        self.price, self.late_costs = 1.0, late_costs

    def begin(self, host: Ints, place: Ints) -> None:
        """Nothing is known yet."""
        self.host, self.place = host, place
        self.events, self.exposure = np.zeros(len(place)), np.zeros(len(place))
        self.shares = np.tile(np.array(PRIOR_SHARES), (int(place.max()) + 1, 1))

    def rates(self) -> Floats:
        """The expected rate of every host."""
        return host_rates(self.events, self.exposure, self.shares[self.place])

    def seen(self, links: Ints, age: Floats, since: Floats, gone: NDArray[np.bool_]) -> None:  # noqa: ARG002
        """Stayed: exposure. Went: an event, at the time where it is expected."""
        if not len(links):
            return
        host, rates = self.host[links], self.rates()
        stayed = since.copy()
        for at in np.flatnonzero(gone):
            stayed[at] = time_to_event(float(since[at]), float(rates[host[at]]))
        np.add.at(self.exposure, host, stayed)
        np.add.at(self.events, host, gone.astype(np.float64))

    def intervals(self, links: Ints, age: Floats, unknowns: Ints) -> Floats:
        """By the price of the day; what told nothing is tried again soon, then ever later."""
        rate = link_rates(self.rates()[self.host[links]], age)
        every = intervals(rate, 1.0, self.price, late_costs=self.late_costs)
        wanted = np.clip(every, SHORTEST_DAYS, self.days)
        backoff = SHORTEST_DAYS * 2.0 ** np.minimum(np.maximum(unknowns - 1, 0), 5)
        return np.where(unknowns > 0, np.minimum(backoff, wanted), wanted)

    def renew(self, tracked: Ints, age: Floats, budget: float) -> None:
        """The price at which today's links cost today's budget, by what is usual by today."""
        seen = self.exposure > 0
        _, self.shares = usual_shares(
            self.events[seen], self.exposure[seen], self.place[seen], len(self.shares)
        )
        rate = link_rates(self.rates()[self.host[tracked]], age)
        made = plan(
            rate, np.ones(len(rate)), budget, longest=self.days, late_costs=self.late_costs
        )
        self.price = made.price


class Knowing(Learning):
    """Ours, if it knew every host's rate beforehand: what learning costs."""

    def __init__(self, rate: Floats) -> None:
        super().__init__()
        self._rate = rate

    def rates(self) -> Floats:
        """The truth."""
        return self._rate
