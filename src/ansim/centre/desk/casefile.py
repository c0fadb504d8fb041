"""What a case's pages show of its links: the step each is at, its clock, what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from ansim.centre.cases.models import Case
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.models import Sighting
from ansim.centre.removal import words
from ansim.centre.removal.models import Request
from ansim.centre.removal.queries import ClockView, clock_of
from ansim.centre.removal.reviewing import recipient_name
from ansim.centre.removal.watching import reasons_of
from ansim.centre.shell.moments import lately
from ansim.verdicts import Verdict

# What needs a person's eye first; what is gone comes last.
ATTENTION = (
    Verdict.PRESENT, Verdict.MOVED, Verdict.CACHED_COPY, Verdict.RESTRICTED, Verdict.GEO_DENIED,
    Verdict.BLOCKED_IN_COUNTRY, Verdict.UNKNOWN, Verdict.GONE_PROVISIONAL, Verdict.DEINDEXED,
    Verdict.GONE_CONFIRMED,
)  # fmt: skip
SETTLED = frozenset({Verdict.GONE_CONFIRMED, Verdict.DEINDEXED})
BESIDE = frozenset({"police", "regulator"})


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link as a line of a table. ``verdict`` is "" before the first look."""

    sighting: Sighting
    verdict: str
    where: str
    origin: str
    step: str
    step_sub: str
    clock: ClockView | None
    request: Request | None

    @property
    def needs_attention(self) -> bool:
        """Whether the item is still there, or nobody knows yet."""
        return self.verdict not in SETTLED


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """A request to the police or the regulator: beside the ladder, waiting for nobody."""

    request: Request
    recipient: str
    state: str
    tone: str
    clock: ClockView | None
    replies: int


def state_words(request: Request) -> str:
    """Where a request stands, with its moment where there is one."""
    if request.problem and request.state == Request.State.DRAFT:
        return f"{words.STATES['draft']} · {words.problem(request.problem)}"
    if request.state == Request.State.CLOSED:
        return str(words.ENDINGS.get(request.ending, request.ending))
    said = str(words.STATES[request.state])
    at = {"sent": request.sent_at, "received": request.received_at}.get(request.state)
    return f"{said} · {lately(at)}" if at else said


def current_request(requests: Iterable[Request]) -> Request | None:
    """The request that a link's line speaks of: the highest open rung, else the last closed."""
    ladder = [one for one in requests if one.recipient_kind not in BESIDE]
    standing = [one for one in ladder if one.is_open]
    if standing:
        return max(standing, key=lambda one: (one.rung, one.drafted_at))
    return max(ladder, key=lambda one: (one.drafted_at, one.rung), default=None)


def link_rows(case: Case, now: datetime) -> list[LinkRow]:
    """Every link of a case, in the order of its number."""
    sightings = case.sightings.select_related("material").prefetch_related("requests")
    return [_row(sighting, now) for sighting in sightings]


def by_attention(rows: Iterable[LinkRow]) -> list[LinkRow]:
    """Those that need attention, the worst first; a newer clock never hides an older one."""
    waiting = [row for row in rows if row.needs_attention]
    return sorted(
        waiting,
        key=lambda row: (ATTENTION.index(row.sighting.verdict_code), row.sighting.number),
    )


def outside_rows(case: Case, now: datetime) -> list[OutsideRow]:
    """Requests of a case to police and regulator, newest first."""
    requests = (
        Request.objects.filter(sighting__case=case, recipient_kind__in=BESIDE)
        .select_related("sighting")
        .prefetch_related("replies")
        .order_by("-drafted_at")
    )
    return [
        OutsideRow(
            request, recipient_name(request), state_words(request), _tone(request),
            clock_of(request, now) if request.sent_at else None, len(request.replies.all()),
        )
        for request in requests
    ]  # fmt: skip


def _tone(request: Request) -> str:
    if request.state == Request.State.CLOSED and request.ending in {"answered", "gone"}:
        return "ok"
    return words.STATE_TONES[request.state]


def _row(sighting: Sighting, now: datetime) -> LinkRow:
    request = current_request(sighting.requests.all())
    where = taxonomy().label("place", sighting.place)
    if sighting.kind == Sighting.Kind.SEARCH_RESULT:
        where = _("Search result")
    if sighting.matched_at is not None:
        matches = _("fingerprint matches")
        where = f"{where} · {matches}"
    step, sub = _step(sighting, request)
    told = request is not None and (request.sent_at is not None or request.state == "closed")
    return LinkRow(
        sighting=sighting,
        verdict=sighting.verdict if sighting.looks_done else "",
        where=where,
        origin=str(words.ORIGINS[sighting.origin]),
        step=step,
        step_sub=sub,
        clock=clock_of(request, now) if request is not None and told else None,
        request=request,
    )


def _step(sighting: Sighting, request: Request | None) -> tuple[str, str]:
    if request is not None:
        name = recipient_name(request)
        step = _("Step %(rung)d · %(name)s") % {"rung": request.rung, "name": name}
        return step, state_words(request)
    if not sighting.looks_done:
        return _("Not looked at yet"), ""
    return _("Nothing asked yet"), first_reason(sighting)


def first_reason(sighting: Sighting) -> str:
    """The first sentence of what the last looks said."""
    return next(iter(reasons_of(sighting.reasons[:1])), "")
