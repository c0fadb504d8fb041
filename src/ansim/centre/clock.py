"""The centre's one clock.

In production it is the system's clock. A sandbox steps or speeds it up through a small file
that every process of the demo reads, so that two weeks of waiting pass in seconds and every
process agrees on the moment.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

from django.conf import settings


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the sandbox's clock file says: a moment, when it was written, and how fast it runs."""

    at: datetime
    written: float
    rate: float
    step: int

    def now(self) -> datetime:
        """The moment that the sandbox's clock shows now."""
        if self.rate == 0:
            return self.at
        return self.at + timedelta(seconds=(time() - self.written) * self.rate)


def clock_file() -> Path | None:
    """The sandbox's clock file, or None where the system's clock rules."""
    if not settings.ANSIM_SANDBOX:
        return None
    return Path(settings.ANSIM_SANDBOX).with_name("clock.json")


def read_clock(path: Path) -> ClockReading | None:
    """The reading in ``path``; None when there is no such file."""
    try:
        raw = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return ClockReading(
        datetime.fromisoformat(raw["at"]), raw["written"], raw["rate"], raw["step"]
    )


def write_clock(path: Path, at: datetime, *, rate: float = 0.0, step: int = 0) -> None:
    """Set the sandbox's clock, atomically, so that no reader sees half a file."""
    fresh = path.with_suffix(".new")
    fresh.write_text(
        json.dumps({"at": at.isoformat(), "written": time(), "rate": rate, "step": step})
    )
    fresh.replace(path)


def now() -> datetime:
    """The present moment as the centre sees it, aware, in UTC."""
    path = clock_file()
    reading = read_clock(path) if path else None
    return reading.now() if reading else datetime.now(UTC)
