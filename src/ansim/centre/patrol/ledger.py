"""The re-upload ledger: what the looks and clocks prove about each host.

Units: a place is one page of one case or bank on which a fingerprint matched; a request is one
notice. Neither is a person or a deletion. What could not be told counts as unsettled, never as
gone. Only columns in clear are read: no address, no fingerprint, no look is opened.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal.ladder import LADDER_KINDS
from ansim.centre.removal.models import Request
from ansim.fetching.domains import registered_domain
from ansim.vault import blind_index
from ansim.verdicts import Verdict

# Verdicts of looks that saw the material: the last of them is the last moment it surely was there.
SEEN = (
    Verdict.PRESENT, Verdict.CACHED_COPY, Verdict.MOVED, Verdict.BLOCKED_IN_COUNTRY,
    Verdict.GEO_DENIED,
)  # fmt: skip
GONE = (Verdict.GONE_PROVISIONAL, Verdict.GONE_CONFIRMED)
WATCHED = (Sighting.Origin.WATCH, Sighting.Origin.PATROL)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of one place.

    ``hours``: from the first valid receipt of a request to the removal. The removal happened
    between the last look that saw the material and the first that did not; the middle of the two
    stands for it. None where no removal is confirmed or no receipt came before it.
    """

    id: UUID
    host: str
    verdict: str
    found_at: datetime
    last_look_at: datetime | None
    again: bool
    hours: float | None
    breaches: int
    open_requests: int


@dataclass(frozen=True, slots=True)
class HostRow:
    """One line of the ledger: a host, or (``kind`` "site") a registered domain with its hosts.

    ``places`` = ``present`` + ``gone`` + ``unsettled``. ``again``: places among them where
    material came back. ``hours`` is the median of ``measured`` places, None when there are none.
    """

    kind: str
    name: str
    places: int
    present: int
    gone: int
    unsettled: int
    again: int
    hours: float | None
    measured: int
    breaches: int
    open_requests: int
    last_look_at: datetime | None

    @property
    def id(self) -> UUID:
        """The id of the line's own page: no name stands in an address."""
        return row_id(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Span:
    """When a place was first found gone, with the last look before that saw it; both proven."""

    last_seen: datetime | None
    first_miss: datetime
    confirmed_at: datetime
    came_back: bool


@dataclass(slots=True)
class _Asked:
    """The requests about one place."""

    received: list[datetime] = field(default_factory=list)
    breaches: int = 0
    open: int = 0


def row_id(kind: str, name: str) -> UUID:
    """The id of a host's (``host``) or a registered domain's (``site``) page."""
    return UUID(bytes=blind_index(settings.SECRETS.blind_secret, f"ledger-{kind}", name)[:16])


def places(*, now: datetime) -> list[Place]:
    """Every place of the centre, oldest first; three queries, whatever their number."""
    spans = _spans()
    asked = _asked(now)
    rows = _matched().values_list(
        "pk", "host", "verdict", "origin", "material_id", "found_at", "last_look_at"
    )
    listed = list(rows.order_by("found_at", "pk"))
    gone = _first_gone(((row[0], row[4]) for row in listed), spans)
    found = []
    for key, host, verdict, origin, material, found_at, last_look_at in listed:
        span, about = spans.get(key), asked.get(key, _Asked())
        # A place's own removal comes after it was found, so an earlier one was elsewhere.
        back = origin in WATCHED and material in gone and gone[material] < found_at
        found.append(
            Place(
                id=key, host=host, verdict=verdict, found_at=found_at, last_look_at=last_look_at,
                again=back or (span is not None and span.came_back),
                hours=_hours(span, about.received), breaches=about.breaches,
                open_requests=about.open,
            )
        )  # fmt: skip
    return found


def by_host(found: Iterable[Place]) -> list[HostRow]:
    """A line for each host."""
    return _lines(found, "host", lambda host: host)


def by_site(found: Iterable[Place]) -> list[HostRow]:
    """A line for each registered domain."""
    return _lines(found, "site", registered_domain)


def _lines(found: Iterable[Place], kind: str, name_of: Callable[[str], str]) -> list[HostRow]:
    groups: dict[str, list[Place]] = defaultdict(list)
    names: dict[str, str] = {}
    for place in found:
        if place.host not in names:
            names[place.host] = name_of(place.host)
        groups[names[place.host]].append(place)
    return [line_of(kind, name, members) for name, members in groups.items()]


def line_of(kind: str, name: str, members: list[Place]) -> HostRow:
    """The line of some places."""
    present = sum(one.verdict == Verdict.PRESENT for one in members)
    gone = sum(one.verdict == Verdict.GONE_CONFIRMED for one in members)
    hours = [one.hours for one in members if one.hours is not None]
    looks = [one.last_look_at for one in members if one.last_look_at is not None]
    return HostRow(
        kind=kind,
        name=name,
        places=len(members),
        present=present,
        gone=gone,
        unsettled=len(members) - present - gone,
        again=sum(one.again for one in members),
        hours=median(hours) if hours else None,
        measured=len(hours),
        breaches=sum(one.breaches for one in members),
        open_requests=sum(one.open_requests for one in members),
        last_look_at=max(looks, default=None),
    )


def _matched() -> QuerySet[Sighting]:
    return Sighting.objects.filter(kind=Sighting.Kind.PAGE, matched_at__isnull=False)


def _looks(owner: str, verdicts: Iterable[str], **bounds: object) -> QuerySet[Look]:
    """The looks of the outer row's place (named by ``owner``) that came to one of ``verdicts``."""
    return Look.objects.filter(sighting=OuterRef(owner), verdict__in=verdicts, **bounds)


def _first(looks: QuerySet[Look]) -> Subquery:
    return Subquery(looks.order_by("at").values("at")[:1])


def _spans() -> dict[UUID, Span]:
    """The first confirmed removal of each place that ever had one."""
    confirmed = (Verdict.GONE_CONFIRMED,)
    before = _looks("pk", SEEN, at__lt=OuterRef("confirmed_at")).order_by("-at")
    rows = (
        _matched()
        .annotate(confirmed_at=_first(_looks("pk", confirmed)))
        .filter(confirmed_at__isnull=False)
        .annotate(last_seen=Subquery(before.values("at")[:1]))
        .annotate(since=Coalesce("last_seen", "found_at"))
        .annotate(
            first_miss=_first(_looks("pk", GONE, at__gte=OuterRef("since"))),
            came_back=Exists(_looks("pk", (Verdict.PRESENT,), at__gt=OuterRef("confirmed_at"))),
        )
    )
    columns = ("pk", "last_seen", "first_miss", "confirmed_at", "came_back")
    return {
        key: Span(last_seen, miss or confirmed_at, confirmed_at, came_back)
        for key, last_seen, miss, confirmed_at, came_back in rows.values_list(*columns)
    }


def _first_gone(
    materials: Iterable[tuple[UUID, UUID | None]], spans: Mapping[UUID, Span]
) -> dict[UUID | None, datetime]:
    """When each material was first found gone somewhere, where that was confirmed."""
    gone: dict[UUID | None, datetime] = {}
    for key, material in materials:
        if material is not None and key in spans:
            miss = spans[key].first_miss
            gone[material] = min(miss, gone.get(material, miss))
    return gone


def _asked(now: datetime) -> dict[UUID, _Asked]:
    """Receipts, breaches and open requests of each place.

    A breach: a clock that ran out, and a look after its end that saw the material, unless it was
    confirmed gone between receipt and that look (then it is a re-upload, not a breach).
    """
    late = _looks("sighting", (Verdict.PRESENT,), at__gte=OuterRef("clock_ends_at"))
    gone = _looks("sighting", (Verdict.GONE_CONFIRMED,), at__gt=OuterRef("received_at"))
    rows = Request.objects.filter(
        recipient_kind__in=LADDER_KINDS, sighting__in=_matched().values("pk")
    ).annotate(late=_first(late), gone=_first(gone))
    columns = ("sighting", "state", "received_at", "clock_ends_at", "closed_at", "late", "gone")
    asked: dict[UUID, _Asked] = defaultdict(_Asked)
    for key, state, received, ends, closed, seen_late, gone_at in rows.values_list(*columns):
        about = asked[key]
        about.open += state != Request.State.CLOSED
        if received is None:
            continue
        about.received.append(received)
        ran_out = ends is not None and ends <= now and (closed is None or closed >= ends)
        kept = gone_at is not None and seen_late is not None and gone_at < seen_late
        about.breaches += bool(ran_out and seen_late is not None and not kept)
    return asked


def _hours(span: Span | None, received: list[datetime]) -> float | None:
    if span is None or span.last_seen is None or not received:
        return None
    first = min(received)
    if first >= span.first_miss:
        return None
    # What was still there at the receipt was removed after it.
    earliest = max(span.last_seen, first)
    middle = earliest + (span.first_miss - earliest) / 2
    return (middle - first) / HOUR


def members(found: Iterable[Place], row: HostRow) -> list[Place]:
    """The places of one line, the newest first."""
    hosts: dict[str, bool] = {}
    chosen = []
    for place in found:
        if place.host not in hosts:
            ids = (row_id("host", place.host), row_id("site", registered_domain(place.host)))
            hosts[place.host] = row.id in ids
        if hosts[place.host]:
            chosen.append(place)
    return sorted(chosen, key=lambda place: place.found_at, reverse=True)
