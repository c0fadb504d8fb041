"""Reads of the first page: tiles, new cases, who has how much, how recipients answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases.models import Case, Message
from ansim.centre.cases.queries import visible_cases
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.desk.duties import closing_time, unread_cases, visible_requests
from ansim.centre.removal.models import Reply, Request
from ansim.centre.removal.reviewing import recipient_name
from ansim.centre.shell.moments import lately
from ansim.notices.spoken import spoken_length

HEALTH_DAYS = 30
HEALTH_ROWS = 6
NEW_ROWS = 10
ANSWERS = (Reply.Kind.REPLY, Reply.Kind.ACKNOWLEDGEMENT)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that opens its list. ``note`` says what is most pressing in it."""

    word: str
    value: int
    unit: str
    note: str
    address: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case that came in lately, and what its report ticks."""

    case: Case
    channel: str
    flags: tuple[tuple[str, str], ...]
    links: int
    triaged: bool


@dataclass(frozen=True, slots=True)
class Load:
    """How much a colleague has in hand; ``share`` of the longest bar, 0 to 1."""

    staff: Staff
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Health:
    """How a recipient has answered in the last thirty days."""

    name: str
    word: str
    tone: str
    sentence: str


def _unit(count: int) -> str:
    """The small word after a number."""
    return ngettext("item", "items", count)


def _spoken(length: timedelta) -> str:
    return spoken_length(length, (get_language() or settings.LANGUAGE_CODE)[:2])


def tiles(staff: Staff, now: datetime) -> list[Tile]:
    """The numbers of the day that ``staff`` may know."""
    shown: list[Tile] = []
    if can(staff, "notice.read"):
        shown += _request_tiles(staff, now)
    if can(staff, "case.read_sealed"):
        unread = unread_cases(staff)
        count = Message.objects.filter(
            from_person=True, read_at=None, case__in=[case.pk for case, _since in unread]
        ).count()
        oldest = min((since for _case, since in unread), default=None)
        note = (
            _("The oldest came %(moment)s") % {"moment": lately(oldest)}
            if oldest else _("All are read")
        )  # fmt: skip
        address = f"{reverse('case-list')}?show=unread"
        shown.append(Tile(_("Unread messages"), count, _unit(count), note, address))
    if can(staff, "case.triage"):
        new = visible_cases(staff).filter(status=Case.Status.NEW)
        count, waiting = new.count(), new.filter(triaged_at=None).count()
        note = (
            ngettext("%(n)d not triaged", "%(n)d not triaged", waiting) % {"n": waiting}
            if waiting else _("All are triaged")
        )  # fmt: skip
        shown.append(
            Tile(_("New cases"), count, _unit(count), note, f"{reverse('case-list')}?show=new")
        )
    return shown


def _request_tiles(staff: Staff, now: datetime) -> list[Tile]:
    queue = reverse("removal-queue")
    late = visible_requests(staff, ("overdue",), now).aggregate(
        n=Count("pk"), first=Min("clock_ends_at")
    )
    today = (
        visible_requests(staff, ("waiting",), now)
        .filter(clock_ends_at__lte=closing_time(now))
        .aggregate(n=Count("pk"), first=Min("clock_ends_at"))
    )
    drafts = visible_requests(staff, ("to_approve",), now).aggregate(
        n=Count("pk"), places=Count("recipient", distinct=True)
    )
    late_note = (
        _("%(length)s late") % {"length": _spoken(now - late["first"])}
        if late["first"] else _("Nothing is late")
    )  # fmt: skip
    today_note = (
        _("The first ends %(moment)s") % {"moment": lately(today["first"])}
        if today["first"] else _("None ends today")
    )  # fmt: skip
    drafts_note = (
        ngettext("%(n)d recipient", "%(n)d recipients", drafts["places"]) % {"n": drafts["places"]}
        if drafts["n"] else _("Nothing to approve now")
    )  # fmt: skip
    return [
        Tile(_("Overdue"), late["n"], _unit(late["n"]), late_note, f"{queue}?tab=overdue",
             "stop" if late["n"] else ""),
        Tile(_("Due today"), today["n"], _unit(today["n"]), today_note, f"{queue}?tab=waiting",
             "wait" if today["n"] else ""),
        Tile(_("To approve"), drafts["n"], _unit(drafts["n"]), drafts_note,
             f"{queue}?tab=to_approve"),
    ]  # fmt: skip


FLAG_TONES = {"danger_now": "stop", "threat_deadline": "stop"}


def flag_words(case: Case) -> tuple[tuple[str, str], ...]:
    """(word, tone) of each flag of a case."""
    lists = taxonomy()
    return tuple((lists.label("flag", code), FLAG_TONES.get(code, "wait")) for code in case.flags)


def new_cases(staff: Staff) -> list[NewCase]:
    """The newest cases: those nobody has triaged first."""
    rows = (
        visible_cases(staff)
        .filter(status=Case.Status.NEW)
        .annotate(links=Count("sightings", distinct=True))
        .order_by(F("triaged_at").asc(nulls_first=True), "-opened_at")
    )
    return [
        NewCase(
            case, taxonomy().label("channel", case.channel), flag_words(case), case.links,
            case.triaged_at is not None,
        )
        for case in rows[:NEW_ROWS]
    ]  # fmt: skip


def team_load() -> list[Load]:
    """Open cases in someone's charge, and open requests that they approved."""
    held = Staff.objects.filter(is_active=True).annotate(
        cases=Count("owned_cases", filter=~Q(owned_cases__status="closed"), distinct=True),
        requests=Count(
            "approved_requests", filter=~Q(approved_requests__state="closed"), distinct=True
        ),
    )
    counted = sorted(((one.cases + one.requests, one) for one in held), key=lambda p: -p[0])
    most = max((count for count, _one in counted), default=0)
    return [Load(one, count, count / most) for count, one in counted if count]


def recipient_health(now: datetime) -> list[Health]:
    """Recipients asked in the last thirty days: the troubled ones first."""
    since = now - timedelta(days=HEALTH_DAYS)
    asked = Request.objects.filter(sent_at__gte=since).prefetch_related("replies")
    groups: dict[str, list[Request]] = {}
    for request in asked.order_by("sent_at"):
        groups.setdefault(request.recipient, []).append(request)
    order = {"stop": 0, "wait": 1, "info": 2, "ok": 3}
    rows = [_health(requests, now) for requests in groups.values()]
    return sorted(rows, key=lambda row: (order[row.tone], row.name))[:HEALTH_ROWS]


def _first_answer(request: Request) -> timedelta | None:
    """How long until the first reply or acknowledgement of a request."""
    times = [reply.received_at for reply in request.replies.all() if reply.kind in ANSWERS]
    return min(times) - request.sent_at if times and request.sent_at else None


def _health(requests: list[Request], now: datetime) -> Health:
    name, count = recipient_name(requests[0]), len(requests)
    bounced = sum(1 for one in requests if one.bounced_how or one.ending == "bounced")
    answers = [took for took in map(_first_answer, requests) if took is not None]
    silent = [
        one.sent_at
        for one in requests
        if one.is_open and one.sent_at and _first_answer(one) is None and not one.bounced_how
    ]
    if bounced:
        said = ngettext(
            "%(n)d notice of %(total)d came back in 30 days. Check the address.",
            "%(n)d notices of %(total)d came back in 30 days. Check the address.",
            bounced,
        )
        return Health(name, _("Mail comes back"), "stop", said % {"n": bounced, "total": count})
    if silent and now - min(silent) > timedelta(days=2):
        said = _("No answer for %(length)s. Other routes go on without waiting.")
        return Health(name, _("Slow"), "wait", said % {"length": _spoken(now - min(silent))})
    if answers:
        took = median(length.total_seconds() for length in answers)
        said = _("Median answer %(length)s · %(n)d notices in 30 days")
        values = {"length": _spoken(timedelta(seconds=took)), "n": count}
        return Health(name, _("Answers"), "ok", said % values)
    said = ngettext(
        "%(n)d notice in 30 days, no answer yet", "%(n)d notices in 30 days, no answer yet", count
    )
    return Health(name, _("Waiting"), "info", said % {"n": count})
