"""How fast things go away on a host, learned from our own looks.

The rate of removals of a host (a day, for one link) has a Gamma distribution, which looks update:
time in which a link was seen to stay counts as exposure, a removal as one event. A removal is only
known to lie between two looks; it is put where it is expected there under the rate so far (one step
of expectation-maximisation for an exponential law; Dempster, Laird, Rubin 1977), which is the middle
for slow hosts and earlier for fast ones.

Beforehand a host may be a quick, a usual or a slow one: three Gamma distributions, with shares. The
shares are learned (empirical Bayes, by the same method): a host with few looks leans on the hosts of its
kind of place, and a kind of which little is known on everybody.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Shares = tuple[float, ...]
"""How many of a kind's hosts are quick, usual and slow ones; the sum is one."""

SPEEDS: Final = (1.0, 0.1, 0.01)
"""Removals a day and link on quick, usual and slow hosts: days, weeks, months (Gamma means, shape 1)."""

PRIOR_SHARES: Final[Shares] = (0.3, 0.4, 0.3)
"""Before anything was learned."""

PRIOR_RATE: Final = sum(share * speed for share, speed in zip(PRIOR_SHARES, SPEEDS, strict=True))
"""Removals a day and link on a host of which nothing is known."""

PRIOR_HOSTS: Final = 5.0
"""How many hosts PRIOR_SHARES count as among everybody's."""

LEANING_HOSTS: Final = 10.0
"""How many hosts everybody's shares count as in one kind of place."""

FRAILTY: Final = 3.0
"""How alike links of one host are: shape of a Gamma whose mean is the host's rate. What has stayed
for long tends to stay (the mean falls with the link's age)."""

_TINY: Final = 1e-9
_ROUNDS: Final = 12


@dataclass(frozen=True, slots=True)
class Experience:
    """Events and exposure (days of links under watch) of one host, or of all of them."""

    events: float = 0.0
    exposure: float = 0.0

    def stayed(self, days: float) -> "Experience":
        """After a link was seen to be still there, ``days`` since it was last seen."""
        return replace(self, exposure=self.exposure + max(0.0, days))

    def went(self, days: float, rate: float) -> "Experience":
        """After a link was gone that had been there ``days`` ago; ``rate`` as believed so far."""
        return Experience(self.events + 1.0, self.exposure + time_to_event(days, rate))

    def rate(self, shares: Shares = PRIOR_SHARES) -> float:
        """The expected removals a day of this host, leaning on the ``shares`` of its kind."""
        one = np.array([self.events]), np.array([self.exposure]), np.array([shares])
        return float(host_rates(*one)[0])


def time_to_event(days: float, rate: float) -> float:
    """Where an event is expected within an interval of ``days`` that it is known to lie in.

    The mean of an exponential law of ``rate``, cut off at ``days``.
    """
    scaled = rate * days
    if days <= 0:
        return 0.0
    if scaled < 1e-4:  # noqa: PLR2004 - the series; the formula cancels there
        return days / 2
    return float(1 / rate - days / np.expm1(min(scaled, 500.0)))


def host_rates(events: Floats, exposure: Floats, shares: Floats) -> Floats:
    """The expected removals a day of hosts; shapes (hosts,), (hosts,), (hosts, 3) -> (hosts,)."""
    rates = (1.0 + events[:, None]) / (1.0 / np.array(SPEEDS) + exposure[:, None])
    return np.asarray((_believed(events, exposure, shares) * rates).sum(1))


def usual_shares(
    events: Floats, exposure: Floats, place: NDArray[np.int64], kinds: int
) -> tuple[Floats, Floats]:
    """The shares of quick, usual and slow hosts: of everybody's (3,), of each kind (kinds, 3).

    ``events``, ``exposure``: of each host that was learned of; ``place``: its kind, 0 to
    ``kinds`` - 1; all of shape (hosts,). Each host counts once: if days under watch were counted,
    slow hosts, which collect most of them, would make every new host look slow.
    """
    everybody = np.array(PRIOR_SHARES)
    shares = np.tile(everybody, (kinds, 1))
    hosts = np.bincount(place, minlength=kinds)[:, None]
    for _ in range(_ROUNDS):
        believed = _believed(events, exposure, shares[place])
        everybody = believed.sum(0) + PRIOR_HOSTS * np.array(PRIOR_SHARES)
        everybody /= everybody.sum()
        together = np.zeros((kinds, len(SPEEDS)))
        np.add.at(together, place, believed)
        shares = (together + LEANING_HOSTS * everybody) / (hosts + LEANING_HOSTS)
    return everybody, shares


def _believed(events: Floats, exposure: Floats, shares: Floats) -> Floats:
    """How probably each host is quick, usual or slow, after what was seen of it; (hosts, 3).

    The chance of ``events`` in ``exposure`` under a Gamma prior, without what all three share.
    """
    scale = 1.0 / np.array(SPEEDS)
    chance = np.log(scale) - (1.0 + events[:, None]) * np.log(scale + exposure[:, None])
    found = shares * np.exp(chance - chance.max(1, keepdims=True))
    return np.asarray(found / found.sum(1, keepdims=True))


def link_rates(host_rate: Floats, age_days: Floats) -> Floats:
    """The expected rate of links that are ``age_days`` old and still there, all shapes alike."""
    return host_rate * FRAILTY / (FRAILTY + host_rate * np.maximum(age_days, 0.0))


def link_rate(host_rate: float, age_days: float) -> float:
    """``link_rates`` for one link."""
    return host_rate * FRAILTY / (FRAILTY + host_rate * max(age_days, 0.0) + _TINY)
