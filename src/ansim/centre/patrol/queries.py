"""Reading the patrol: targets and their health, hits, re-uploads, banks, what waits for people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from ansim.centre import clock
from ansim.centre.cases.queries import visible_cases
from ansim.centre.materials.addresses import url_key
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol.models import Lead, NearHit, Opinion, Run, Target

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

SHOWN = 50
LEADS_SHOWN = 10
AVERAGED = 20
LATE_AFTER = timedelta(hours=6)
BROKEN_OFF_AFTER = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with its last run and how it does: ok, failing, late, running, never, off.

    ``problem``: the code of what went wrong in the last walk that had a problem, of a failing one.
    """

    target: Target
    last_run: Run | None
    next_run_at: datetime | None
    health: str
    problem: str


@dataclass(frozen=True, slots=True)
class BankRow:
    """A bank and how many fingerprints it has."""

    bank: Bank
    count: int


@dataclass(frozen=True, slots=True)
class Siblings:
    """Beside a near hit: other open near hits and hits of banks on its page and on its host.

    ``in_ledger``: the re-upload ledger has a page of the host.
    """

    near_here: int
    near_on_host: int
    hits_here: int
    hits_on_host: int
    in_ledger: bool


@dataclass(frozen=True, slots=True)
class Averages:
    """Of the last ``count`` finished walks: pages and files that they saw, and minutes."""

    count: int
    pages: float
    files: float
    minutes: float


@dataclass(frozen=True, slots=True)
class PatrolOverview:
    """What the patrol page shows: of hits and re-uploads the newest, and of all of them how many.

    Each count is a pair: in all, and of these still present.
    """

    targets: list[TargetRow]
    hits: list[Sighting]
    hits_count: tuple[int, int]
    reuploads: list[Sighting]
    reuploads_count: tuple[int, int]
    banks: list[BankRow]
    near: list[NearHit]
    near_in_all: int
    leads: list[Lead]
    leads_in_all: int


def overview(staff: "Staff") -> PatrolOverview:
    """Targets, newest hits and re-uploads, banks, and what waits for ``staff``."""
    found = (
        Sighting.objects.exclude(matched_at=None)
        .select_related("case", "bank", "material", "earlier")
        .order_by("-matched_at")
    )
    banks = Bank.objects.annotate(size=Count("materials")).order_by("name")
    hits = found.filter(bank__isnull=False)
    reuploads = found.filter(case__isnull=False, origin=Sighting.Origin.WATCH)
    return PatrolOverview(
        targets=[row_of(target) for target in Target.objects.order_by("host", "code")],
        hits=list(hits[:SHOWN]),
        hits_count=_counted(hits),
        reuploads=list(reuploads[:SHOWN]),
        reuploads_count=_counted(reuploads),
        banks=[BankRow(bank, bank.size) for bank in banks],
        near=list(waiting_near(staff)[:SHOWN]),
        near_in_all=hunted_near().count(),
        leads=list(waiting_leads(staff)[:LEADS_SHOWN]),
        leads_in_all=waiting_leads(staff).count(),
    )


def _counted(found: QuerySet[Sighting]) -> tuple[int, int]:
    return found.count(), found.filter(verdict="present").count()


def waiting_near(staff: "Staff") -> QuerySet[NearHit]:
    """Open near hits of what is hunted, those first that this person has not yet judged."""
    said = Opinion.objects.filter(near_hit=OuterRef("pk"), by=staff)
    return (
        hunted_near()
        .select_related("bank", "material")
        .annotate(said=Exists(said), opinions_given=Count("opinions"))
        .order_by("said", "distance", "found_at")
    )


def hunted_near() -> QuerySet[NearHit]:
    """Open near hits whose item is still listed in a bank that is hunted."""
    return NearHit.objects.filter(
        state=NearHit.State.OPEN, material__withdrawn_at=None, bank__active=True
    )


def waiting_leads(staff: "Staff") -> QuerySet[Lead]:
    """Open leads of cases that this person sees and that allow the search, the surest first."""
    # A page that became a link of the case meanwhile needs no decision any more.
    known = Sighting.objects.filter(case=OuterRef("case"), url_key=OuterRef("url_key"))
    mine = visible_cases(staff).filter(leads__state=Lead.State.OPEN).order_by().distinct()
    now = clock.now()
    allowed = [case.pk for case in mine.prefetch_related("consents") if case.allows("search", now)]
    rows = Lead.objects.filter(state=Lead.State.OPEN, case__in=allowed)
    return rows.exclude(Exists(known)).select_related("case", "target")


def lead_for(staff: "Staff", lead_id: UUID) -> Lead | None:
    """One open lead of a case that this person sees."""
    return waiting_leads(staff).filter(pk=lead_id).first()


def siblings_of(near: NearHit) -> Siblings:
    """What else was found on the page of ``near``, and on its host."""
    others = list(hunted_near().filter(host=near.host).exclude(pk=near.pk))
    places = Sighting.objects.filter(host=near.host, kind=Sighting.Kind.PAGE)
    matched = places.exclude(matched_at=None)
    hits = matched.filter(bank__isnull=False)
    # Addresses are sealed: those of near hits are opened to be compared, those of hits have a key.
    return Siblings(
        near_here=sum(one.url == near.url for one in others), near_on_host=len(others),
        hits_here=hits.filter(url_key=url_key(near.url)).count() if near.url else 0,
        hits_on_host=hits.count(), in_ledger=matched.exists(),
    )  # fmt: skip


def row_of(target: Target) -> TargetRow:
    """A target with its health."""
    last = target.runs.filter(case=None).first() or target.runs.first()
    health = _health(target, last, clock.now())
    # A walk that is under way has no problem yet; what made the target fail lies before it.
    wrong = target.runs.exclude(problem="").first() if health == "failing" else None
    problem = wrong.problem if wrong is not None else ""
    return TargetRow(target, last, target.next_run_at, health, problem)


def runs_of(target: Target) -> list[tuple[Run, bool]]:
    """The newest walks for all watches and banks, and whether each was broken off."""
    now = clock.now()
    runs = target.runs.filter(case=None)[:SHOWN]
    return [
        (run, run.finished_at is None and run.started_at + BROKEN_OFF_AFTER < now) for run in runs
    ]


def first_walk_at(target: Target) -> datetime | None:
    """When a target was first walked through; None when it never was."""
    return target.runs.order_by("started_at").values_list("started_at", flat=True).first()


def averages_of(target: Target) -> Averages | None:
    """Means over the last finished walks for all watches and banks; None before the first."""
    runs = target.runs.filter(case=None).exclude(finished_at=None)[:AVERAGED]
    rows = list(runs.values_list("pages", "media", "started_at", "finished_at"))
    if not rows:
        return None
    minutes = [(end - start).total_seconds() / 60 for _, _, start, end in rows if end is not None]
    return Averages(
        count=len(rows), pages=fmean(row[0] for row in rows), files=fmean(row[1] for row in rows),
        minutes=fmean(minutes),
    )  # fmt: skip


def _health(target: Target, last: Run | None, now: datetime) -> str:
    if not target.active:
        return "off"
    if target.run_queued:
        return "running"
    if last is None:
        return "never"
    if target.failed_in_row or (last.failures and last.failures >= last.pages):
        return "failing"
    if target.next_run_at is not None and target.next_run_at + LATE_AFTER < now:
        return "late"
    return "ok"
