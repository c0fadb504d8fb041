"""The list of cases: saved filters, and on whom each case waits."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ansim.centre.access.models import Staff
from ansim.centre.cases.header import STATUS_TONES, STATUS_WORDS
from ansim.centre.cases.models import Case
from ansim.centre.cases.queries import visible_cases
from ansim.centre.cases.references import korean_reference
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.desk.queries import flag_words
from ansim.centre.materials.queries import Progress, progress
from ansim.centre.removal.models import Request

PAGE_ROWS = 50
REFERENCE = re.compile(r"(?P<word>[^\W\d_]+)[^\w]*(?P<number>\d{3})")
UNREAD = Q(messages__from_person=True, messages__read_at=None)
TO_DECIDE = Q(sightings__requests__state__in=(Request.State.DRAFT, Request.State.UNCLEAR))
OUTSIDE = Q(
    sightings__requests__state__in=(
        Request.State.APPROVED, Request.State.SENDING, Request.State.SENT, Request.State.RECEIVED,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """A saved filter: its code in the address, its word, and what it keeps of ``case_rows``."""

    code: str
    word: Promise
    keep: Callable[[Staff], Q]


NEW = Q(status=Case.Status.NEW)
CLOSED = Q(status=Case.Status.CLOSED)
# Something here waits for a decision of the centre.
ON_CENTRE = (NEW & Q(triaged_at=None)) | Q(unread__gt=0) | Q(to_decide__gt=0)
FILTERS: tuple[Filter, ...] = (
    Filter("mine", pgettext_lazy("case filter", "Mine"), lambda staff: Q(owner=staff) & ~CLOSED),
    Filter("new", pgettext_lazy("case filter", "New"), lambda _staff: NEW),
    Filter("open", pgettext_lazy("case filter", "Open"), lambda _staff: ~CLOSED),
    Filter(
        "unread", pgettext_lazy("case filter", "Unread messages"), lambda _staff: Q(unread__gt=0)
    ),
    Filter(
        "centre",
        pgettext_lazy("case filter", "Waits on the centre"),
        lambda _staff: ON_CENTRE & ~CLOSED,
    ),
    Filter(
        "outside",
        pgettext_lazy("case filter", "Waits on a recipient"),
        lambda _staff: Q(outside__gt=0) & ~ON_CENTRE & ~CLOSED,
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


def case_rows(staff: Staff) -> QuerySet[Case]:
    """Visible cases with what the list counts."""
    return visible_cases(staff).annotate(
        unread=Count("messages", filter=UNREAD, distinct=True),
        to_decide=Count("sightings__requests", filter=TO_DECIDE, distinct=True),
        outside=Count("sightings__requests", filter=OUTSIDE, distinct=True),
        next_clock=Min("sightings__requests__clock_ends_at", filter=OUTSIDE),
    )


def filter_counts(staff: Staff) -> dict[str, int]:
    """How many cases each saved filter keeps."""
    rows = case_rows(staff)
    return {one.code: rows.filter(one.keep(staff)).count() for one in FILTERS}


def listed(staff: Staff, code: str) -> QuerySet[Case]:
    """The cases of a saved filter, newest first."""
    chosen = next(one for one in FILTERS if one.code == code)
    return case_rows(staff).filter(chosen.keep(staff)).order_by("-opened_at", "reference")


def line(case: Case) -> CaseRow:
    """A listed case as a line."""
    moments = [case.next_clock, case.threat_deadline]  # type: ignore[attr-defined]
    return CaseRow(
        case=case,
        status=STATUS_WORDS[case.status],
        tone=STATUS_TONES[Case.Status(case.status)],
        channel=taxonomy().label("channel", case.channel),
        turn=TURNS[turn_of(case)],
        progress=progress(case),
        unread=case.unread,  # type: ignore[attr-defined]
        next_at=min((at for at in moments if at is not None), default=None),
        flags=flag_words(case),
    )


def turn_of(case: Case) -> str:
    """Whose turn it is in an annotated case: ``centre``, ``outside``, or nobody's."""
    new = case.status == Case.Status.NEW and case.triaged_at is None
    if new or case.unread or case.to_decide:  # type: ignore[attr-defined]
        return "centre"
    return "outside" if case.outside else ""  # type: ignore[attr-defined]


def find_case(staff: Staff, typed: str) -> Case | None:
    """The visible case of a reference as typed: ``여울-412``, ``yeoul 412``, ``Yeoul412``."""
    parts = REFERENCE.fullmatch(unicodedata.normalize("NFKC", typed).strip())
    if parts is None:
        return None
    wanted = korean_reference(f"{parts['word']}-{parts['number']}")
    return visible_cases(staff).filter(reference=wanted).first()
