"""Reading requests: the queue by tab, a sighting's ladder, and clocks in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language

from ansim.centre import clock, outside
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Request
from ansim.notices import Clock, Recipient, UnknownRecipient, clock_state, clock_words
from ansim.notices.records import ClockKind
from ansim.verdicts import Verdict

# When a centre's day ends: a clock that ends before is shown as "soon".
DAY_ENDS = time(18)
CLOSED = Request.State.CLOSED
LOOKING = (Verdict.GONE_PROVISIONAL,)


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as a page shows it: its state, what is left, and until when."""

    state: str
    left: str
    until: str


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """Requests that go to one recipient; None where nobody is registered."""

    recipient: Recipient | None
    requests: list[Request]


@dataclass(frozen=True, slots=True)
class LadderRung:
    """A step of a sighting's ladder: asked already, or what would come next."""

    request: Request | None
    recipient: Recipient | None
    state: str
    clock: ClockView | None


def tab(name: str, now: datetime | None = None) -> QuerySet[Request]:
    """The requests of one tab of the queue; an unknown name gives those that wait for approval."""
    now = now or clock.now()
    rows = Request.objects.select_related(
        "sighting", "sighting__case", "sighting__bank", "sighting__material"
    )
    received = rows.filter(state=Request.State.RECEIVED)
    checking = received.filter(sighting__verdict__in=LOOKING)
    tabs = {
        "to_approve": rows.filter(state=Request.State.DRAFT),
        "not_received": rows.filter(
            state__in=(
                Request.State.APPROVED, Request.State.SENDING, Request.State.SENT,
                Request.State.UNCLEAR,
            )
        ),
        "waiting": received.exclude(sighting__verdict__in=LOOKING).exclude(
            clock_ends_at__lte=now
        ),
        "overdue": received.filter(clock_ends_at__lte=now).exclude(sighting__verdict__in=LOOKING),
        "checking": checking,
        "done": rows.filter(state=CLOSED),
    }  # fmt: skip
    return tabs.get(name, tabs["to_approve"])


TABS = ("to_approve", "not_received", "waiting", "overdue", "checking", "done")
DONE_SHOWN = 200


def queue(name: str) -> list[QueueGroup]:
    """A tab's requests, grouped by recipient; the newest first among those that are done."""
    rows: Iterable[Request] = tab(name).order_by("drafted_at", "reference")
    if name == "done":
        rows = tab(name).order_by("-closed_at", "reference")[:DONE_SHOWN]
    groups: dict[str, list[Request]] = {}
    for row in rows:
        groups.setdefault(row.recipient, []).append(row)
    return [QueueGroup(recipient_of(code), members) for code, members in groups.items()]


def queue_counts() -> dict[str, int]:
    """How many requests each tab has."""
    return {name: tab(name).count() for name in TABS}


def recipient_of(code: str) -> Recipient | None:
    """A recipient by code; None when the registry no longer has it."""
    try:
        return outside.registry().recipient(code)
    except UnknownRecipient:
        return None


def ladder(sighting: Sighting) -> list[LadderRung]:
    """The steps that were asked, and after them those that may still come."""
    now = clock.now()
    asked = list(sighting.requests.order_by("drafted_at", "rung", "reference"))
    rungs = [
        LadderRung(one, recipient_of(one.recipient), one.state, clock_of(one, now)) for one in asked
    ]
    done = {one.recipient for one in asked}
    gone = sighting.verdict in {Verdict.GONE_CONFIRMED, Verdict.DEINDEXED}
    if sighting.kind == Sighting.Kind.PAGE and not gone:
        rungs += [
            LadderRung(None, recipient, "later", None)
            for recipient in _to_come(sighting)
            if recipient.code not in done
        ]
    return rungs


def _to_come(sighting: Sighting) -> list[Recipient]:
    registry = outside.registry()
    steps = registry.responsible(sighting.host, ("platform",))[:1]
    host = registry.host_of(sighting.host)
    regulators = [one for one in registry.recipients if one.kind == "regulator" and one.routes]
    return [*steps, *([host] if host is not None else []), *regulators[:1]]


def as_clock(request: Request) -> Clock:
    """A request's clock in the form that ansim.notices takes."""
    met = request.closed_at if request.ending in {"gone", "deindexed"} else None
    kinds: dict[str, ClockKind] = {"hours": "hours", "without_delay": "without_delay"}
    return Clock(
        kind=kinds.get(request.clock_kind, "none"),
        started_at=request.received_at,
        ends_at=request.clock_ends_at,
        escalates_at=request.escalates_at,
        met_at=met,
    )


def clock_of(request: Request, now: datetime) -> ClockView:
    """A request's clock in the reader's words."""
    zone = ZoneInfo(settings.ANSIM_ZONE)
    today = now.astimezone(zone)
    closes = datetime.combine(today.date(), DAY_ENDS, zone)
    # A closed request's clock stands at the moment when it was closed.
    now = min(now, request.closed_at) if request.closed_at is not None else now
    running = as_clock(request)
    language = "ko" if (get_language() or "ko").startswith("ko") else "en"
    left, until = clock_words(running, now, language, zone)
    return ClockView(str(clock_state(running, now, closes)), left, until)
