"""What is due: each room says which of its rows want work at a moment.

Rooms register a function that looks at its own tables and enqueues jobs, marking each row in the
same transaction, so that running it twice, or on two machines at once, enqueues once.
"""

from collections.abc import Callable
from datetime import datetime

DueFunction = Callable[[datetime], int]
NextFunction = Callable[[datetime], datetime | None]

_due: list[DueFunction] = []
_next: list[NextFunction] = []


def due(function: DueFunction) -> DueFunction:
    """Register a function that enqueues what is due and returns how much that was."""
    _due.append(function)
    return function


def next_due(function: NextFunction) -> NextFunction:
    """Register a function that tells when its room next wants work."""
    _next.append(function)
    return function


def run_due(now: datetime) -> int:
    """Enqueue everything that is due at ``now``; safe to call at any time."""
    return sum(function(now) for function in _due)


def next_due_at(now: datetime) -> datetime | None:
    """The next moment after ``now`` at which some room wants work."""
    moments = [moment for function in _next if (moment := function(now)) is not None]
    return min(moments, default=None)
