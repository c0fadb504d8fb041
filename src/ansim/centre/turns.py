"""Whose turn it is at a host, shared by every process of the centre through the database.

Web, worker and patrol processes look at the same sites; each alone would be polite and all of them
together would not. A row holds a digest of the host's name and two moments; rows that say nothing
any more are swept away in passing.
"""

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import transaction
from django.utils.crypto import salted_hmac

from ansim.fetching.rates import Pace, next_turn

if TYPE_CHECKING:
    from ansim.centre.materials.models import HostTurn

SWEEP_ONE_IN: Final = 200
KEEP_SECONDS: Final = 60.0


def _rows() -> "type[HostTurn]":
    # By name: the rooms stand above this module, and the first of them keeps its rows.
    return apps.get_model("materials", "HostTurn")


def host_key(host: str) -> str:
    """The host's digest under the server's secret: the table shows nobody where we look."""
    return salted_hmac("ansim.host_turns", host.lower(), algorithm="sha256").hexdigest()


class DatabaseTurns:
    """The Turns of ``ansim.fetching.rates``, in one short transaction each."""

    def __init__(
        self,
        rate: float | None,
        burst: int,
        *,
        jitter: float = 0.0,
        chance: Callable[[], float] | None = None,
    ) -> None:
        """As HostRates takes them."""
        self._rate = rate
        self._burst = max(1, burst)
        self._jitter = jitter
        self._chance = chance or random.random

    def reserve(
        self, host: str, moment: float, longest: float, *, rate: float | None = None
    ) -> float | None:
        """As Turns has it."""
        with transaction.atomic():
            row = self._locked(host)
            turn = next_turn(
                row.full_at,
                row.closed_until,
                moment,
                pace=Pace.of(self._rate, rate, self._burst),
                extra=self._jitter * self._chance(),
            )
            if turn.wait > longest:
                return None
            row.full_at = turn.full_at
            row.save(update_fields=["full_at"])
        if self._chance() * SWEEP_ONE_IN < 1:
            sweep(moment)
        return turn.wait

    def penalise(self, host: str, until: float) -> None:
        """As Turns has it."""
        with transaction.atomic():
            row = self._locked(host)
            row.closed_until = max(row.closed_until, until)
            row.save(update_fields=["closed_until"])

    def waits_until(self, host: str) -> float:
        """As Turns has it."""
        row = _rows().objects.filter(pk=host_key(host)).first()
        return 0.0 if row is None else row.closed_until

    def ready_in(self, host: str, moment: float, *, rate: float | None = None) -> float:
        """As Turns has it."""
        row = _rows().objects.filter(pk=host_key(host)).first()
        if row is None:
            return 0.0
        pace = Pace.of(self._rate, rate, self._burst)
        return next_turn(row.full_at, row.closed_until, moment, pace=pace).wait

    @staticmethod
    def _locked(host: str) -> "HostTurn":
        row, _ = _rows().objects.select_for_update().get_or_create(key=host_key(host))
        return row


def sweep(moment: float) -> int:
    """Drop the rows that say nothing any more at ``moment`` (seconds); how many they were."""
    old = moment - KEEP_SECONDS
    return _rows().objects.filter(full_at__lt=old, closed_until__lt=old).delete()[0]
