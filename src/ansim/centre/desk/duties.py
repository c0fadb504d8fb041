"""“First things first”: what waits for a person today, from real records, sorted by time.

A line stands for one decision, so requests to the same recipient with the same answer to give
are one line. Where no rule gives an hour, the centre's own promise of a day orders the line.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Min, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases.models import Case, KeyWrap
from ansim.centre.cases.queries import visible_cases
from ansim.centre.removal.models import Reply, Request
from ansim.centre.removal.queries import ClockView, clock_of
from ansim.centre.removal.reviewing import owner_of, recipient_name
from ansim.centre.shell.moments import here, lately, zone
from ansim.notices.clock import Clock, clock_words
from ansim.notices.spoken import spoken_length

# The centre's own promise: what has no hour of its own is answered within a day.
OWN_PROMISE = timedelta(days=1)
# A threat's deadline is on the page a week ahead, and for a day after it passed.
THREAT_AHEAD, THREAT_AFTER = timedelta(days=7), timedelta(days=1)
# A clock is on the page from a day before its end.
CLOCK_AHEAD = timedelta(days=1)
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
        requests = visible_requests(staff)
        found += _clocks(requests, now)
        found += _replies(requests, now)
        if can(staff, "notice.approve"):
            found += [*_approvals(requests, now), *_unclear(requests, now)]
    if can(staff, "case.triage"):
        found += _untriaged(staff, now)
    if can(staff, "case.list_own") or can(staff, "case.list_all_working"):
        found += [*_threats(staff, now), *_unread(staff, now)]
    return sorted(found, key=lambda duty: (duty.due, duty.what))


def visible_requests(staff: Staff) -> QuerySet[Request]:
    """Requests that ``staff`` may know of: all working data, or those of their own cases."""
    every = Request.objects.select_related("sighting__case", "sighting__bank", "approved_by")
    if can(staff, "case.list_all_working"):
        return every
    return every.filter(sighting__case__in=visible_cases(staff).values("pk"))


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


def _clocks(requests: QuerySet[Request], now: datetime) -> list[Duty]:
    """Clocks of received requests that end within a day or have ended."""
    rows = requests.filter(
        state=Request.State.RECEIVED, clock_ends_at__lte=now + CLOCK_AHEAD
    ).order_by("recipient", "sighting__case", "clock_ends_at")
    found = []
    for _key, group in groupby(rows, lambda r: (r.recipient, r.sighting.case_id)):
        same = list(group)
        first = same[0]
        ends = first.clock_ends_at or now
        name = recipient_name(first)
        said = (
            _("The time of %(name)s is over: check and go a step up")
            if ends <= now
            else _("The time of %(name)s ends: check the links again")
        )
        found.append(
            Duty(
                ends, clock_of(first, now), said % {"name": name}, _labels(same), _about(same),
                _who(same), reverse("request", args=[first.pk]), _("Open"),
            )
        )  # fmt: skip
    return found


def _approvals(requests: QuerySet[Request], now: datetime) -> list[Duty]:
    """Drafts that wait for a person: first notices by recipient, steps up by themselves."""
    rows = requests.filter(state=Request.State.DRAFT).order_by("recipient", "drafted_at")
    found = []
    for (_recipient, climbs), group in groupby(
        sorted(rows, key=lambda r: (r.recipient, r.why in CLIMBS, r.drafted_at)),
        lambda r: (r.recipient, r.why in CLIMBS),
    ):
        same = list(group)
        since, values = same[0].drafted_at, {"n": len(same), "name": recipient_name(same[0])}
        if climbs:
            said = ngettext(
                "Step up to %(name)s: approve the request",
                "Step up to %(name)s: approve %(n)d requests",
                len(same),
            )
        else:
            said = ngettext(
                "Approve the request to %(name)s", "Approve %(n)d requests to %(name)s", len(same)
            )
        address = f"{reverse('removal-queue')}?tab=to_approve"
        found.append(
            Duty(
                since + OWN_PROMISE, waiting_clock(since, now), said % values, _labels(same),
                _about(same), "—", address, _("Review"), primary=True,
            )
        )  # fmt: skip
    return found


def _unclear(requests: QuerySet[Request], now: datetime) -> list[Duty]:
    """Sendings of which the machine cannot tell whether they left."""
    return [
        Duty(
            (one.approved_at or one.drafted_at), waiting_clock(one.approved_at or one.drafted_at, now),
            _("Decide whether the notice to %(name)s left")
            % {"name": recipient_name(one)},
            _labels([one]), _about([one]), _who([one]), reverse("request", args=[one.pk]),
            _("Decide"), primary=True,
        )
        for one in requests.filter(state=Request.State.UNCLEAR)
    ]  # fmt: skip


def _replies(requests: QuerySet[Request], now: datetime) -> list[Duty]:
    """Replies that a person wrote and nobody here has read."""
    replies = Reply.objects.filter(
        seen_at=None, kind=Reply.Kind.REPLY, request__in=requests.values("pk")
    ).select_related("request__sighting__case", "request__sighting__bank", "request__approved_by")
    return [
        Duty(
            reply.received_at + OWN_PROMISE, waiting_clock(reply.received_at, now),
            _("Read the reply of %(name)s") % {"name": recipient_name(reply.request)},
            _labels([reply.request]), _about([reply.request]), _who([reply.request]),
            reverse("request", args=[reply.request.pk]), _("Read"),
        )
        for reply in replies
        if reply.request is not None
    ]  # fmt: skip


def _untriaged(staff: Staff, now: datetime) -> list[Duty]:
    """New cases that nobody has looked at."""
    rows = visible_cases(staff).filter(triaged_at=None, status=Case.Status.NEW)
    return [
        Duty(
            case.opened_at + OWN_PROMISE, own_clock(case.opened_at, case.opened_at + OWN_PROMISE, now),
            _("Triage a new case"), "", case.spoken, case.owner.name if case.owner else "—",
            reverse("case-triage", args=[case.pk]), _("Triage"),
        )
        for case in rows
    ]  # fmt: skip


def _threats(staff: Staff, now: datetime) -> list[Duty]:
    """Threats whose deadline is near or has just passed."""
    rows = visible_cases(staff).exclude(status=Case.Status.CLOSED).filter(
        threat_deadline__gte=now - THREAT_AFTER, threat_deadline__lte=now + THREAT_AHEAD
    )  # fmt: skip
    return [
        Duty(
            case.threat_deadline,
            own_clock(
                case.opened_at, case.threat_deadline, now, soon_until=now + CLOCK_AHEAD
            ),
            _("Make sure that the person is safe before the threat runs out"), "", case.spoken,
            case.owner.name if case.owner else "—", reverse("case", args=[case.pk]), _("Open"),
        )
        for case in rows
        if case.threat_deadline is not None
    ]  # fmt: skip


def _unread(staff: Staff, now: datetime) -> list[Duty]:
    """Messages of people that nobody has read, in cases that ``staff`` can open."""
    return [
        Duty(
            since + OWN_PROMISE, own_clock(since, since + OWN_PROMISE, now),
            _("Answer a message of the person"), "", case.spoken,
            case.owner.name if case.owner else "—", reverse("case-messages", args=[case.pk]),
            _("Answer"),
        )
        for case, since in unread_cases(staff)
    ]  # fmt: skip


def unread_cases(staff: Staff) -> list[tuple[Case, datetime]]:
    """Cases with unread messages of the person that ``staff`` can open, and since when."""
    rows = (
        visible_cases(staff)
        .filter(wraps__holder=KeyWrap.Holder.STAFF, wraps__staff=staff)
        .annotate(
            unread_since=Min(
                "messages__at",
                filter=Q(messages__from_person=True, messages__read_at=None),
            )
        )
        .exclude(unread_since=None)
    )
    return [(case, case.unread_since) for case in rows]
