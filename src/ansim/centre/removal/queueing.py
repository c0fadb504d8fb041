"""The queue as its page shows it: groups by recipient, at most one batch of rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise

from ansim.centre.removal import finding, queries, words
from ansim.centre.removal.drafting import knows_recipient
from ansim.centre.removal.models import Request
from ansim.centre.removal.reviewing import Row, recipient_name, regime_of, row_of, state_word
from ansim.centre.shell.context import in_language

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row with what its tab needs: whether it is chosen, its clock, its state."""

    row: Row
    picked: bool
    state: Promise
    tone: str
    clock: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that go to one recipient."""

    code: str
    name: str
    details: str
    first_time: bool
    review_all: str
    rows: tuple[QueueRow, ...]

    @property
    def ready(self) -> int:
        """How many of them can be sent."""
        return sum(row.row.ready for row in self.rows)


@dataclass(frozen=True, slots=True)
class Page:
    """The groups of a tab, how many rows they have, and how many wait beyond them."""

    groups: tuple[Group, ...]
    count: int
    beyond: int
    picked: int
    picked_recipients: int
    picked_owners: int


def groups_of(tab: str, staff: "Staff", picks: set[str], *, now: datetime) -> Page:
    """What ``staff`` may see of a tab; ``picks`` are ids of chosen requests."""
    every = [finding.visible(staff, group.requests) for group in queries.queue(tab)]
    total = sum(map(len, every))
    left = islice((one for group in every for one in group), finding.BATCH)
    groups = tuple(_group(tab, rows, picks, now) for rows in _by_recipient(left))
    chosen = [row.row for group in groups for row in group.rows if row.picked]
    return Page(
        groups=groups,
        count=min(total, finding.BATCH),
        beyond=max(0, total - finding.BATCH),
        picked=len(chosen),
        picked_recipients=len({row.request.recipient for row in chosen}),
        picked_owners=len({row.owner for row in chosen}),
    )


def shown_request(groups: Iterable[Group], wanted: str) -> Request | None:
    """The request to show beside the queue: the wanted one, else the first that is ready."""
    rows = [row.row for group in groups for row in group.rows]
    for row in rows:
        if str(row.request.pk) == wanted:
            return row.request
    return next((row.request for row in rows if row.ready), rows[0].request if rows else None)


def _by_recipient(requests: Iterable[Request]) -> Iterator[list[Request]]:
    groups: dict[str, list[Request]] = {}
    for request in requests:
        groups.setdefault(request.recipient, []).append(request)
    return iter(groups.values())


def _group(tab: str, requests: list[Request], picks: set[str], now: datetime) -> Group:
    rows = tuple(_row(tab, request, picks, now) for request in requests)
    if tab == "to_approve":
        # A case's links stand together, and what cannot be sent yet comes after what can.
        rows = tuple(
            sorted(rows, key=lambda one: (not one.row.ready, one.row.owner, one.row.label))
        )
    ready = [str(row.row.request.pk) for row in rows if row.row.ready]
    query = urlencode({"tab": tab, "pick": ready, "look": ready[:1]}, doseq=True)
    code = requests[0].recipient
    return Group(
        code=code,
        name=recipient_name(requests[0]),
        details=details_of(requests[0]),
        first_time=bool(code) and tab == "to_approve" and not knows_recipient(code),
        review_all=f"{reverse('removal-queue')}?{query}" if ready else "",
        rows=rows,
    )


def _row(tab: str, request: Request, picks: set[str], now: datetime) -> QueueRow:
    row = row_of(request)
    return QueueRow(
        row=row,
        picked=row.ready and str(request.pk) in picks,
        state=state_word(request),
        tone=words.STATE_TONES[request.state],
        clock=None if tab == "to_approve" else queries.clock_of(request, now),
    )


def details_of(request: Request) -> str:
    """``E-mail · English · Take It Down Act``: how a recipient is written to, and why."""
    parts = []
    if request.recipient:
        parts = [str(words.KINDS.get(request.recipient_kind, request.recipient_kind))]
    if request.body:
        parts += [
            str(words.CHANNELS["smtp"]),
            str(words.LANGUAGES.get(request.language, request.language)),
        ]
    regime = regime_of(request)
    if regime is not None:
        parts.append(in_language(regime.title))
    return " · ".join(parts)
