"""Reading the patrol: sources and their health, hits, re-uploads, banks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from ansim.centre import clock
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol.models import Run, Source

SHOWN = 50
LATE_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source with its last run and how it does: ok, failing, late, running, never, off."""

    source: Source
    last_run: Run | None
    next_run_at: datetime | None
    health: str


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank and how many fingerprints it has."""

    bank: Bank
    count: int


@dataclass(frozen=True, slots=True)
class PatrolOverview:
    """What the patrol page shows."""

    sources: list[SourceRow]
    hits: list[Sighting]
    reuploads: list[Sighting]
    banks: list[BankRow]


def overview() -> PatrolOverview:
    """Sources, newest hits and re-uploads, banks."""
    found = (
        Sighting.objects.exclude(matched_at=None)
        .select_related("case", "bank", "material", "earlier")
        .order_by("-matched_at")
    )
    banks = Bank.objects.annotate(size=Count("materials")).order_by("name")
    return PatrolOverview(
        sources=[_row(source) for source in Source.objects.order_by("host", "code")],
        hits=list(found.filter(bank__isnull=False)[:SHOWN]),
        reuploads=list(
            found.filter(case__isnull=False, origin=Sighting.Origin.WATCH)[:SHOWN]
        ),
        banks=[BankRow(bank, bank.size) for bank in banks],
    )


def _row(source: Source) -> SourceRow:
    last = source.runs.first()
    return SourceRow(source, last, source.next_run_at, _health(source, last, clock.now()))


def _health(source: Source, last: Run | None, now: datetime) -> str:
    if not source.active:
        return "off"
    if source.run_queued:
        return "running"
    if last is None:
        return "never"
    if last.failures and last.failures >= last.pages:
        return "failing"
    if source.next_run_at is not None and source.next_run_at + LATE_AFTER < now:
        return "late"
    return "ok"
