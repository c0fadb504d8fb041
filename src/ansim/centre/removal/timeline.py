"""A link's time line: its looks, and what was asked and answered between them, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, pgettext

from ansim.centre.materials.models import Sighting
from ansim.centre.removal import words
from ansim.centre.removal.models import Reply, Request
from ansim.centre.removal.reviewing import recipient_name
from ansim.centre.removal.watching import LookLine, look_lines

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was asked, answered or promised: when, in words, of which request.

    ``coming``: it lies ahead of now.
    """

    at: datetime
    text: str
    tone: str
    request_id: UUID | None = None
    reference: str = ""
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the time line: either a round of looks or a happening."""

    at: datetime
    look: LookLine | None = None
    happening: Happening | None = None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """A page of the time line. ``number`` counts from 1, the newest looks."""

    entries: tuple[Entry, ...]
    coming: tuple[Happening, ...]
    number: int
    pages: int


def time_line(link: Sighting, *, now: datetime, page: str = "") -> TimeLine:
    """The page of ``link``'s time line asked for; a number that is none gives the newest."""
    total = link.looks.count()
    pages = max(1, -(-total // A_PAGE))
    asked = int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1  # noqa: PLR2004
    number = min(max(asked, 1), pages)
    start = (number - 1) * A_PAGE
    # One more on either side: what changed in the oldest, and where the page before ended.
    rows = list(link.looks.order_by("-number")[max(start - 1, 0) : start + A_PAGE + 1])
    later = rows.pop(0) if start else None
    shown, rest = rows[:A_PAGE], rows[A_PAGE:]
    lines = look_lines(shown, rest[0] if rest else None, newest=number == 1)
    happened = list(_happenings(link, now))
    ends = later.at if later else None
    begins = shown[-1].at if rest else None
    between = [
        one
        for one in happened
        if not one.coming
        and (ends is None or one.at < ends)
        and (begins is None or one.at >= begins)
    ]
    entries = [
        *(Entry(line.at, look=line) for line in lines),
        *(Entry(one.at, happening=one) for one in between),
    ]
    entries.sort(key=_order, reverse=True)
    coming = sorted((one for one in happened if one.coming), key=lambda one: one.at, reverse=True)
    return TimeLine(
        entries=tuple(entries),
        coming=tuple(coming) if number == 1 else (),
        number=number,
        pages=pages,
    )


def _order(entry: Entry) -> tuple[datetime, int]:
    """At the same moment: found, then looked at, then what followed from the look."""
    if entry.happening is None:
        return entry.at, 1
    return entry.at, 2 if entry.happening.request_id else 0


def _happenings(link: Sighting, now: datetime) -> Iterator[Happening]:
    origin = words.ORIGINS.get(link.origin, link.origin)
    yield Happening(link.found_at, str(origin), "info")
    if link.next_look_at is not None:
        yield Happening(link.next_look_at, gettext("Next look"), "mute", coming=True)
    for request in link.requests.prefetch_related("replies"):
        for at, text, tone in _of_request(request, now):
            yield Happening(at, text, tone, request.pk, request.reference, coming=at > now)


def _of_request(request: Request, now: datetime) -> Iterator[tuple[datetime, str, str]]:
    name = {"name": recipient_name(request)}
    if request.sent_at:
        yield request.sent_at, gettext("Request sent to %(name)s") % name, "info"
    if request.received_at and request.receipt_is_presumed:
        yield request.received_at, gettext("Receipt by %(name)s is presumed") % name, "info"
    elif request.received_at:
        yield request.received_at, gettext("Receipt confirmed by %(name)s") % name, "info"
    yield from _of_clock(request, name, now)
    for reply in request.replies.all():
        if reply.kind == Reply.Kind.ACKNOWLEDGEMENT and not request.receipt_is_presumed:
            # It is what confirmed the receipt, which stands there already.
            continue
        said = pgettext("time line", "%(what)s: %(name)s")
        what = words.REPLIES.get(reply.kind, reply.kind)
        tone = words.REPLY_TONES.get(reply.kind, "mute")
        yield reply.received_at, said % {"what": what, **name}, tone
    if request.closed_at:
        ending = words.ENDINGS.get(request.ending, request.ending)
        said = gettext("Request to %(name)s closed: %(ending)s")
        yield request.closed_at, said % {"ending": ending, **name}, "mute"


def _of_clock(
    request: Request, name: dict[str, str], now: datetime
) -> Iterator[tuple[datetime, str, str]]:
    """The end of the promised time, unless the request was closed before it."""
    ends = request.clock_ends_at
    if ends is None or (request.closed_at is not None and request.closed_at < ends):
        return
    if ends > now:
        yield ends, gettext("The time of %(name)s ends") % name, "wait"
    else:
        yield ends, gettext("The time of %(name)s ended") % name, "stop"
