"""“First things first”: what waits for a person today, from real records, sorted by time.

A line stands for one decision, so requests to the same recipient with the same answer to give
are one line. Where no rule gives an hour, the centre's own promise of a day orders the line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Min, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases.ledger import ending_soon
from ansim.centre.cases.models import Case, KeyWrap, Message
from ansim.centre.cases.queries import visible_cases
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.removal.finding import replies_for
from ansim.centre.removal.models import HashList, Reply, Request
from ansim.centre.removal.queries import ClockView, clock_of, tab
from ansim.centre.removal.reviewing import owner_of, recipient_name
from ansim.centre.removal.telling import scope_name
from ansim.centre.retention.queries import falling_due
from ansim.centre.shell.moments import here, lately, zone
from ansim.notices.clock import Clock, clock_words
from ansim.notices.spoken import spoken_length

# The centre's own promise: what has no hour of its own is answered within a day.
OWN_PROMISE = timedelta(days=1)
# A report that says that there is danger now is looked at within the hour.
DANGER_PROMISE = timedelta(hours=1)
# A threat's deadline is on the page a week ahead, and for a day after it passed.
THREAT_AHEAD, THREAT_AFTER = timedelta(days=7), timedelta(days=1)
# A clock is on the page from a day before its end.
CLOCK_AHEAD = timedelta(days=1)
# Cases that are to be erased: the nearest ones; the retention page has them all.
ENDINGS = 50
CLIMBS = (Request.Why.NOT_DONE, Request.Why.BOUNCE, Request.Why.REGULATOR)


@dataclass(frozen=True, slots=True)
class Duty:
    """One line: by when, what, about which case, who has it, and where to do it."""

    due: datetime
    clock: ClockView
    what: str
    sub: str
    case: str
    who: str
    address: str
    act: str
    primary: bool = False


def duties(staff: Staff, now: datetime) -> list[Duty]:
    """Everything that waits for ``staff``, what ends first at the top."""
    found: list[Duty] = []
    if can(staff, "notice.read"):
        found += _clocks(visible_requests(staff, ("waiting", "overdue"), now), now)
        found += _replies(staff, now)
        if can(staff, "notice.approve"):
            found += _approvals(visible_requests(staff, ("to_approve",), now), now)
            found += _unclear(visible_requests(staff, ("not_received",), now), now)
        found += _hash_lists(staff, now)
    if can(staff, "case.triage"):
        found += _untriaged(staff, now)
    if can(staff, "case.list_own") or can(staff, "case.list_all_working"):
        found += [*_threats(staff, now), *_unread(staff, now)]
    if can(staff, "consent.record"):
        found += _ending_consents(staff, now)
    if can(staff, "retention.read"):
        found += _endings(staff, now)
    return sorted(found, key=lambda duty: (duty.due, duty.what))


def visible_requests(staff: Staff, tabs: Iterable[str], now: datetime) -> QuerySet[Request]:
    """Requests of some tabs of the queue that ``staff`` may know of, so that numbers agree."""
    rows = Request.objects.none()
    for name in tabs:
        rows = rows | tab(name, now)
    rows = rows.select_related("approved_by")
    if can(staff, "case.list_all_working"):
        return rows
    return rows.filter(sighting__case__in=visible_cases(staff).values("pk"))


def closing_time(now: datetime) -> datetime:
    """The end of this working day in the centre's zone."""
    return here(now).replace(hour=23, minute=59, second=59, microsecond=0)


def own_clock(
    start: datetime, end: datetime, now: datetime, *, soon_until: datetime | None = None
) -> ClockView:
    """A clock of the centre's own: a threat's deadline, the promise to answer within a day.

    It is ``soon`` when it ends by ``soon_until`` (the end of this day where none is given).
    """
    soon_until = soon_until or closing_time(now)
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    left, until = clock_words(Clock("hours", start, end, end), now, language, zone())
    state = "overdue" if end <= now else "soon" if end <= soon_until else "running"
    return ClockView(state, left, until)


def waiting_clock(since: datetime, now: datetime) -> ClockView:
    """How long something has waited, where no hour is promised to anybody outside."""
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    left = _("Waiting %(length)s") % {"length": spoken_length(now - since, language)}
    state = "soon" if now - since >= OWN_PROMISE else "running"
    return ClockView(state, left, _("Since %(moment)s") % {"moment": lately(since)})


def _about(requests: Iterable[Request]) -> str:
    """The case of a group of requests, or how many cases, or the bank."""
    owners = {owner_of(one) for one in requests}
    if len(owners) == 1:
        return owners.pop()
    return ngettext("%(n)d case", "%(n)d cases", len(owners)) % {"n": len(owners)}


def _labels(requests: list[Request]) -> str:
    """L-07, or L-07 and two more: never an address."""
    first = requests[0].sighting.label
    if len(requests) == 1:
        return _("Link %(label)s") % {"label": first}
    more = len(requests) - 1
    return ngettext("Link %(label)s and %(n)d more", "Links %(label)s and %(n)d more", more) % {
        "label": first, "n": more,
    }  # fmt: skip


def _who(requests: list[Request]) -> str:
    names = dict.fromkeys(one.approved_by.name for one in requests if one.approved_by)
    return ", ".join(names) or "—"


def _clocks(requests: QuerySet[Request], now: datetime) -> Iterator[Duty]:
    """Clocks of received requests that end within a day or have ended."""
    rows = requests.filter(clock_ends_at__lte=now + CLOCK_AHEAD).order_by(
        "recipient", "sighting__case", "clock_ends_at"
    )
    for _key, group in groupby(rows, lambda one: (one.recipient, one.sighting.case_id)):
        same = list(group)
        first = same[0]
        ends = first.clock_ends_at or now
        said = (
            _("The time of %(name)s is over: check and go a step up")
            if ends <= now
            else _("The time of %(name)s ends: check the links again")
        )
        yield Duty(
            due=ends,
            clock=clock_of(first, now),
            what=said % {"name": recipient_name(first)},
            sub=_labels(same),
            case=_about(same),
            who=_who(same),
            address=reverse("request", args=[first.pk]),
            act=_("Open"),
        )


def _approvals(requests: QuerySet[Request], now: datetime) -> Iterator[Duty]:
    """Drafts that wait for a person: first notices by recipient, steps up by themselves."""

    def kind(one: Request) -> tuple[str, bool]:
        return one.recipient, one.why in CLIMBS

    rows = sorted(requests, key=lambda one: (*kind(one), one.drafted_at))
    for (_recipient, climbs), group in groupby(rows, kind):
        same = list(group)
        since = same[0].drafted_at
        if climbs:
            said = ngettext(
                "Step up to %(name)s: approve %(n)d request",
                "Step up to %(name)s: approve %(n)d requests",
                len(same),
            )
        else:
            said = ngettext(
                "Approve %(n)d request to %(name)s", "Approve %(n)d requests to %(name)s", len(same)
            )
        yield Duty(
            due=since + OWN_PROMISE,
            clock=waiting_clock(since, now),
            what=said % {"n": len(same), "name": recipient_name(same[0])},
            sub=_labels(same),
            case=_about(same),
            who="—",
            address=f"{reverse('removal-queue')}?tab=to_approve",
            act=_("Review"),
            primary=True,
        )


def _unclear(requests: QuerySet[Request], now: datetime) -> Iterator[Duty]:
    """Sendings of which the machine cannot tell whether they left."""
    for one in requests.filter(state=Request.State.UNCLEAR):
        since = one.approved_at or one.drafted_at
        said = _("Decide whether the notice to %(name)s left")
        yield Duty(
            due=since,
            clock=waiting_clock(since, now),
            what=said % {"name": recipient_name(one)},
            sub=_labels([one]),
            case=_about([one]),
            who=_who([one]),
            address=reverse("request", args=[one.pk]),
            act=_("Decide"),
            primary=True,
        )


def _replies(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Replies that a person wrote and nobody here has read."""
    for reply in replies_for(staff):
        if reply.kind != Reply.Kind.REPLY:
            continue
        request = reply.request
        about = [] if request is None else [request]
        said = _("Read the reply of %(name)s")
        yield Duty(
            due=reply.received_at + OWN_PROMISE,
            clock=waiting_clock(reply.received_at, now),
            what=said % {"name": recipient_name(request)}
            if request
            else _("Read a reply that names no request"),
            sub=_labels(about) if about else "",
            case=_about(about) if about else "—",
            who=_who(about),
            address=reverse("request", args=[request.pk])
            if request
            else reverse("removal-replies"),
            act=_("Read"),
        )


def _untriaged(staff: Staff, now: datetime) -> Iterator[Duty]:
    """New cases that nobody has looked at."""
    for case in visible_cases(staff).filter(triaged_at=None, status=Case.Status.NEW):
        danger = "danger_now" in case.flags
        end = case.opened_at + (DANGER_PROMISE if danger else OWN_PROMISE)
        clock = own_clock(case.opened_at, end, now)
        said = _("Triage a new case: danger now") if danger else _("Triage a new case")
        yield _of_case(case, end, clock, said, "case-triage", _("Triage"))


def _threats(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Threats whose deadline is near or has just passed."""
    rows = (
        visible_cases(staff)
        .exclude(status=Case.Status.CLOSED)
        .filter(threat_deadline__gte=now - THREAT_AFTER, threat_deadline__lte=now + THREAT_AHEAD)
    )
    said = _("Make sure that the person is safe before the threat runs out")
    for case in rows:
        end = case.threat_deadline or now
        clock = own_clock(case.opened_at, end, now, soon_until=now + CLOCK_AHEAD)
        yield _of_case(case, end, clock, said, "case", _("Open"))


def _unread(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Messages of people that nobody has read, in cases that ``staff`` can open."""
    said = _("Answer a message of the person")
    for case, since in unread_cases(staff):
        end = since + OWN_PROMISE
        clock = own_clock(since, end, now)
        yield _of_case(case, end, clock, said, "case-messages", _("Answer"))


def _ending_consents(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Consents that end within two weeks: somebody asks whether they go on."""
    said = _("Ask whether a consent goes on: %(purpose)s")
    rows = visible_cases(staff).exclude(status=Case.Status.CLOSED)
    for case in rows.filter(consents__expires_at__gt=now).distinct():
        for one in ending_soon(case, now):
            if one.refused or one.expires_at is None:
                continue
            word = taxonomy().label("consent", one.purpose)
            clock = own_clock(one.given_at, one.expires_at, now)
            what = said % {"purpose": word}
            yield _of_case(case, one.expires_at, clock, what, "case-consents", _("Ask"))


def _hash_lists(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Lists of fingerprints and recalls that wait for a person's word."""
    waiting = {
        ("share", "draft"): _("Approve a list of fingerprints to %(name)s"),
        ("recall", "draft"): _("Approve a recall of fingerprints to %(name)s"),
        ("share", "unclear"): _("Decide whether the list to %(name)s left"),
        ("recall", "unclear"): _("Decide whether the list to %(name)s left"),
        ("recall", "received"): _("Read what %(name)s answered about the recall"),
    }
    if not can(staff, "notice.approve"):
        return
    rows = HashList.objects.filter(case__in=visible_cases(staff).values("pk"))
    for one in rows.filter(state__in=("draft", "unclear", "received")).select_related("case__owner"):
        said = waiting.get((one.kind, one.state))
        if said is None or one.case is None:
            continue
        what = said % {"name": scope_name(one.recipient)}
        end = one.drafted_at + OWN_PROMISE
        clock = waiting_clock(one.received_at or one.drafted_at, now)
        yield _of_case(one.case, end, clock, what, "case-hash-lists", _("Open"))


def _endings(staff: Staff, now: datetime) -> Iterator[Duty]:
    """Cases that are to be erased: their time ends, or the person wants it."""
    for term in falling_due(staff, now, most=ENDINGS):
        wish, erase_at = term.wish, term.erase_at
        if term.holds and wish is None:
            continue
        if wish is not None and erase_at is None:
            end = wish.asked_at + OWN_PROMISE
            said = _("Ask counsel: the person wants everything deleted")
            clock = own_clock(wish.asked_at, end, now)
        else:
            end = erase_at or now
            said = (
                _("The time to keep a case ends: keep it or let it go")
                if wish is None
                else _("Everything will be deleted: the person asked for it")
            )
            noticed = term.keeping.noticed_at if wish is None and term.keeping else None
            clock = own_clock(noticed or now, end, now)
        yield _of_case(term.case, end, clock, said, "case-retention", _("Open"))


def _of_case(
    case: Case, due: datetime, clock: ClockView, what: str, url_name: str, act: str
) -> Duty:
    """A line about a whole case, in its owner's hands."""
    return Duty(
        due=due,
        clock=clock,
        what=what,
        sub="",
        case=case.spoken,
        who=case.owner.name if case.owner else "—",
        address=reverse(url_name, args=[case.pk]),
        act=act,
    )


def unread_cases(staff: Staff) -> list[tuple[Case, datetime]]:
    """Cases with unread messages of the person that ``staff`` can open, and since when."""
    held = KeyWrap.objects.filter(holder=KeyWrap.Holder.STAFF, staff=staff).values("case")
    unread = Message.objects.filter(from_person=True, read_at=None, case__in=held).order_by()
    since = dict(unread.values_list("case").annotate(first=Min("at")))
    cases = visible_cases(staff).defer("story_box", "contact_box").filter(pk__in=since)
    return [(case, since[case.pk]) for case in cases]
