"""The list of cases: saved filters, and on whom each case waits."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases.header import STATUS_TONES, STATUS_WORDS
from ansim.centre.cases.models import Case, Message
from ansim.centre.cases.queries import visible_cases
from ansim.centre.cases.references import korean_reference
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.desk.queries import flag_words
from ansim.centre.materials.models import Sighting
from ansim.centre.materials.queries import Progress, progress_of
from ansim.centre.removal.models import Request

PAGE_ROWS = 50
REFERENCE = re.compile(r"(?P<word>[^\W\d_]+)[^\w]*(?P<number>\d{3,9})")
DECIDE = (Request.State.DRAFT, Request.State.UNCLEAR)
AWAITED = (
    Request.State.APPROVED, Request.State.SENDING, Request.State.SENT, Request.State.RECEIVED,
)  # fmt: skip
UNREAD = Message.objects.filter(from_person=True, read_at=None).order_by()


@dataclass(frozen=True, slots=True)
class Filter:
    """A saved filter: its code in the address, its word, and which visible cases it keeps."""

    code: str
    word: Promise
    keep: Callable[[Staff], Q]


NEW = Q(status=Case.Status.NEW)
CLOSED = Q(status=Case.Status.CLOSED)
HAS_UNREAD = Q(pk__in=UNREAD.values("case"))


def has_requests(staff: Staff, states: tuple[str, ...]) -> Q:
    """Cases with a request in one of ``states``, asked in the way that suits how many there are."""
    if can(staff, "case.list_all_working"):
        # Of every case: the set of them is made once.
        rows = Request.objects.filter(state__in=states, sighting__case__isnull=False)
        return Q(pk__in=rows.order_by().values("sighting__case"))
    # One within the other, so that no database walks through every request of such a state.
    request = Request.objects.filter(sighting=OuterRef("pk"), state__in=states)
    return Q(Exists(Sighting.objects.filter(Exists(request), case=OuterRef("pk"))))


def on_centre(staff: Staff) -> Q:
    """Something here waits for a decision of the centre."""
    return (NEW & Q(triaged_at=None)) | HAS_UNREAD | has_requests(staff, DECIDE)


FILTERS: tuple[Filter, ...] = (
    Filter("mine", pgettext_lazy("case filter", "Mine"), lambda staff: Q(owner=staff) & ~CLOSED),
    Filter("new", pgettext_lazy("case filter", "New"), lambda _staff: NEW),
    Filter("open", pgettext_lazy("case filter", "Open"), lambda _staff: ~CLOSED),
    Filter("unread", pgettext_lazy("case filter", "Unread messages"), lambda _staff: HAS_UNREAD),
    Filter(
        "centre",
        pgettext_lazy("case filter", "Waits on the centre"),
        lambda staff: on_centre(staff) & ~CLOSED,
    ),
    Filter(
        "outside",
        pgettext_lazy("case filter", "Waits on a recipient"),
        lambda staff: has_requests(staff, AWAITED) & ~on_centre(staff) & ~CLOSED,
    ),
    Filter("closed", pgettext_lazy("case filter", "Closed"), lambda _staff: CLOSED),
)
DEFAULT = "open"
TURNS: dict[str, Promise] = {
    "centre": pgettext_lazy("whose turn", "Centre"),
    "outside": pgettext_lazy("whose turn", "Recipient"),
    "": pgettext_lazy("whose turn", "Nobody: being watched"),
}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the list."""

    case: Case
    status: Promise
    tone: str
    channel: str
    turn: Promise
    progress: Progress
    unread: int
    next_at: datetime | None
    flags: tuple[tuple[str, str], ...]


def filter_counts(staff: Staff) -> dict[str, int]:
    """How many cases each saved filter keeps, in one query."""
    cases = visible_cases(staff).prefetch_related(None).order_by()
    return cases.aggregate(
        **{one.code: Count("pk", filter=one.keep(staff)) for one in FILTERS}
    )


def listed(staff: Staff, code: str) -> QuerySet[Case]:
    """The cases of a saved filter, newest first; without what is sealed in them."""
    chosen = next(one for one in FILTERS if one.code == code)
    cases = visible_cases(staff).prefetch_related(None).defer("story_box", "contact_box")
    return cases.filter(chosen.keep(staff)).order_by("-opened_at", "reference")


def lines(cases: Iterable[Case]) -> list[CaseRow]:
    """Listed cases as lines; each count comes from one query for all of them."""
    shown = list(cases)
    keys = [case.pk for case in shown]
    come = progress_of(keys)
    unread = dict(
        UNREAD.filter(case__in=keys).values_list("case").annotate(number=Count("pk"))
    )
    asked = {case: counts for case, *counts in _requests_of(keys)}
    return [
        CaseRow(
            case=case,
            status=STATUS_WORDS[case.status],
            tone=STATUS_TONES[Case.Status(case.status)],
            channel=taxonomy().label("channel", case.channel),
            turn=TURNS[
                turn_of(case, decide=decide + unread.get(case.pk, 0), outside=outside)
            ],
            progress=come[case.pk],
            unread=unread.get(case.pk, 0),
            next_at=_first(ends, case.threat_deadline),
            flags=flag_words(case),
        )
        for case in shown
        for decide, outside, ends in [asked.get(case.pk, (0, 0, None))]
    ]


def _requests_of(keys: list[UUID]) -> QuerySet[Any]:
    """Of each case: requests to decide, requests that are outside, and when a clock ends first."""
    outside = Q(requests__state__in=AWAITED)
    return (
        Sighting.objects.filter(case__in=keys)
        .order_by()
        .values_list("case")
        .annotate(
            decide=Count("requests", filter=Q(requests__state__in=DECIDE)),
            outside=Count("requests", filter=outside),
            ends=Min("requests__clock_ends_at", filter=outside),
        )
    )


def _first(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)


def turn_of(case: Case, *, decide: int, outside: int) -> str:
    """Whose turn it is: ``centre``, ``outside``, or nobody's.

    ``decide`` things wait for the centre, ``outside`` requests for a recipient.
    """
    if decide or (case.status == Case.Status.NEW and case.triaged_at is None):
        return "centre"
    return "outside" if outside else ""


def find_case(staff: Staff, typed: str) -> Case | None:
    """The visible case of a reference as typed: ``여울-412``, ``yeoul 412``, ``Yeoul412``."""
    parts = REFERENCE.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if parts is None:
        return None
    wanted = korean_reference(f"{parts['word']}-{parts['number']}")
    return visible_cases(staff).filter(reference=wanted).first()
