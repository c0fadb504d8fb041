"""What was done about one link, from its looks and requests, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from ansim.centre.materials.models import Look, Sighting
from ansim.centre.portal.wording import ASKED, CAME, SEEN, STANDS, WAITING
from ansim.centre.removal.models import Reply, Request

TONES = {"present": "stop", "gone_confirmed": "ok"}
# These say that nothing more has to be asked.
SETTLED = frozenset({"gone_confirmed", "deindexed"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened (or, with ``next_up``, will happen) to a link."""

    at: datetime
    words: Promise | str
    tone: str = ""
    next_up: bool = False


def events_of(
    sighting: Sighting, looks: Sequence[Look], requests: Sequence[Request], *, now: datetime
) -> list[Event]:
    """What comes next, then what happened, newest first."""
    happened = [Event(sighting.found_at, CAME[sighting.origin])]
    happened += look_events(looks)
    for request in requests:
        happened += request_events(request)
    # Stable: two things of the same moment stay in the order in which they must have happened.
    happened.sort(key=lambda event: event.at)
    happened.reverse()
    coming = next_event(sighting, requests, now=now)
    return happened if coming is None else [coming, *happened]


def look_events(looks: Sequence[Look]) -> list[Event]:
    """The first look of every run of equal verdicts, and the last one of the latest run."""
    events: list[Event] = []
    before = ""
    for look in looks:
        if look.verdict != before:
            events.append(_seen(look))
        before = look.verdict
    if len(looks) > 1 and looks[-1].verdict == looks[-2].verdict:
        events.append(_seen(looks[-1]))
    return events


def _seen(look: Look) -> Event:
    return Event(look.at, SEEN[look.verdict], TONES.get(look.verdict, ""))


def request_events(request: Request) -> list[Event]:
    """Asked, arrived or not, answered, closed without effect."""
    events = []
    if request.sent_at is not None:
        events.append(Event(request.sent_at, ASKED[request.recipient_kind]))
    if request.received_at is not None:
        arrived = (
            pgettext_lazy("portal", "Our request counts as arrived.")
            if request.receipt_is_presumed
            else pgettext_lazy("portal", "They confirmed that our request arrived.")
        )
        events.append(Event(request.received_at, arrived))
    events += [reply for one in request.replies.all() for reply in _answered(one)]
    if request.ending == Request.Ending.NOT_DONE and request.closed_at is not None:
        events.append(
            Event(
                request.closed_at,
                pgettext_lazy("portal", "They did not act in time, so we ask elsewhere."),
            )
        )
    return events


def _answered(reply: Reply) -> list[Event]:
    if reply.kind == "bounce":
        words = pgettext_lazy(
            "portal", "Our request could not be delivered, so we look for another way."
        )
        return [Event(reply.received_at, words)]
    if reply.kind == "reply":
        return [Event(reply.received_at, pgettext_lazy("portal", "An answer came."))]
    return []


def next_event(sighting: Sighting, requests: Sequence[Request], *, now: datetime) -> Event | None:
    """What comes next, where a moment for it is known: asking elsewhere, or the next look."""
    asking = [
        one.escalates_at
        for one in requests
        if one.is_open and one.escalates_at is not None and one.escalates_at > now
    ]
    looking = sighting.next_look_at
    if asking and (looking is None or min(asking) <= looking):
        words = pgettext_lazy("portal", "If they have not acted by then, we ask elsewhere.")
        return Event(min(asking), words, next_up=True)
    if looking is not None and looking > now:
        return Event(looking, pgettext_lazy("portal", "We look again."), next_up=True)
    return None


def what_now(
    sighting: Sighting,
    verdict: str,
    requests: Sequence[Request],
    *,
    watched: bool,
    now: datetime,
) -> list[Promise | str]:
    """One or two sentences: where the link stands, and what is under way."""
    del now
    stands = STANDS[verdict]
    if verdict in SETTLED:
        watching = pgettext_lazy("portal", "We keep watching for it to come back.")
        return [stands, watching] if watched and verdict == "gone_confirmed" else [stands]
    if verdict in {"", "gone_provisional"}:
        return [stands]
    sent = [one for one in requests if one.is_open and one.sent_at is not None]
    if sent:
        latest = max(sent, key=lambda one: (one.sent_at or sighting.found_at, one.rung))
        return [stands, WAITING[latest.recipient_kind]]
    if any(one.is_open for one in requests):
        return [
            stands,
            pgettext_lazy("portal", "A request is being prepared; a person checks it first."),
        ]
    return [stands]
