"""How fast things go away on a host, learned from our own looks.

The rate of removals of a host (a day, for one link) has a Gamma distribution, which looks update:
time in which a link was seen to stay counts as exposure, a removal as one event. A removal is only
known to lie between two looks; it is put where it is expected there under the rate so far (one step
of expectation-maximisation for an exponential law; Dempster, Laird, Rubin 1977), which is the middle
for slow hosts and earlier for fast ones. Hosts with few looks lean on all hosts of their kind of
place, and kinds of which little is known on everybody (empirical Bayes, in two steps).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

PRIOR_EVENTS: Final = 0.7
"""How many events the common experience counts as, for a host that is not known."""

PRIOR_RATE: Final = 0.1
"""Removals a day and link before anything was learned: one in ten days."""

PRIOR_WEIGHT: Final = 5.0
"""How many events of experience PRIOR_RATE itself counts as."""

FRAILTY: Final = 3.0
"""How alike links of one host are: shape of a Gamma whose mean is the host's rate. What has stayed
for long tends to stay (the mean falls with the link's age)."""

_TINY: Final = 1e-9
_PATIENCE: Final = -0.15


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

    def mean(self, leaning_on: float = PRIOR_RATE) -> float:
        """Removals a day over many hosts together, at first that of ``leaning_on``."""
        return (self.events + PRIOR_WEIGHT) / (self.exposure + PRIOR_WEIGHT / leaning_on)

    def rate(self, usual: float) -> float:
        """The expected removals a day of one host, leaning on the ``usual`` of its kind."""
        return (self.events + PRIOR_EVENTS) / (self.exposure + PRIOR_EVENTS / usual)


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


def patience(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a day's delay counts more on slow hosts: makes the slowest detections a little quicker.

    Frequencies by the square root alone make the mean delay smallest and let the slowest twentieth
    wait longer than flat weekly looks do. This weight costs 3 % of the mean and gives the slowest
    twentieth 4 % (bench/revisits.py prints both).
    """
    return np.asarray(np.maximum(rate, _TINY) ** _PATIENCE)


def patience_of(rate: float) -> float:
    """``patience`` for one link."""
    return float(max(rate, _TINY) ** _PATIENCE)


def link_rates(host_rate: NDArray[np.float64], age_days: NDArray[np.float64]) -> NDArray[np.float64]:
    """The expected rate of links that are ``age_days`` old and still there, all shapes alike."""
    return host_rate * FRAILTY / (FRAILTY + host_rate * np.maximum(age_days, 0.0))


def link_rate(host_rate: float, age_days: float) -> float:
    """``link_rates`` for one link."""
    return host_rate * FRAILTY / (FRAILTY + host_rate * max(age_days, 0.0) + _TINY)
