"""The ladder: what to ask next, of whom, after each verdict, bounce or end of a clock.

Platform first; the media host for a file that stays; then the company that hosts the site; then
the regulator. Search engines and the police run beside it and wait for nobody.
"""

from datetime import datetime

from django.db.models import Max

from ansim.centre import outside
from ansim.centre.cases.ledger import covering
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.drafting import draft_request, recipient_for, recipient_of_host
from ansim.centre.removal.models import Request
from ansim.notices import Recipient
from ansim.verdicts import Verdict

LADDER_KINDS = ("platform", "media_host", "host", "")
# Verdicts that leave something to ask for.
TO_ASK = frozenset(
    {
        Verdict.PRESENT, Verdict.CACHED_COPY, Verdict.MOVED, Verdict.BLOCKED_IN_COUNTRY,
        Verdict.GEO_DENIED, Verdict.RESTRICTED,
    }
)  # fmt: skip
WAITING = (Request.State.SENT, Request.State.RECEIVED)
UNSENT = (Request.State.DRAFT, Request.State.APPROVED)


def react(sighting: Sighting, *, now: datetime) -> None:
    """Bring a sighting's requests in line with its verdict. Safe to call again and again."""
    verdict = sighting.verdict_code
    if sighting.kind == Sighting.Kind.SEARCH_RESULT:
        _react_to_listing(sighting, verdict, now)
        return
    if sighting.bank is not None and sighting.matched_at is not None:
        # What was there was a crime, whatever is there now.
        _refer(sighting, now)
    if verdict == Verdict.GONE_CONFIRMED:
        close_all(sighting, Request.Ending.GONE, now=now)
        return
    if sighting.matched_at is None:
        return
    if verdict == Verdict.CACHED_COPY:
        _ask_media_hosts(sighting, now)
    if verdict in TO_ASK:
        _ask_first(sighting, now)
        _climb(sighting, now)
    if sighting.case is not None and verdict == Verdict.PRESENT:
        _refer(sighting, now)


def asked_since_gone(sighting: Sighting) -> list[Request]:
    """The requests of the present round: what came back after it was gone is asked for anew."""
    over = (Request.Ending.GONE, Request.Ending.DEINDEXED)
    gone_at = sighting.requests.filter(ending__in=over).aggregate(at=Max("closed_at"))["at"]
    every = sighting.requests.all()
    return list(every if gone_at is None else every.filter(drafted_at__gt=gone_at))


def close_all(sighting: Sighting, ending: str, *, now: datetime) -> None:
    """Close what is still open about a sighting; drafts that nobody needs any more too.

    What was told the police stays, drafted or sent: an item that is gone was a crime all the same.
    """
    kept = (Request.State.SENDING, Request.State.UNCLEAR)
    rows = sighting.requests.exclude(state=Request.State.CLOSED).exclude(state__in=kept)
    for request in rows.exclude(recipient_kind="police"):
        if request.recipient_kind == "regulator" and request.state in WAITING:
            continue
        close(request, ending, now=now)


def close(request: Request, ending: str, *, now: datetime) -> None:
    """Close one request and say why."""
    request.state, request.ending, request.closed_at = Request.State.CLOSED, ending, now
    request.save(update_fields=["state", "ending", "closed_at"])
    record(f"request.closed.{ending}", obj=request, case=request.sighting.case, at=now)


def _react_to_listing(sighting: Sighting, verdict: Verdict, now: datetime) -> None:
    if verdict == Verdict.PRESENT:
        why = Request.Why.SEARCH
        again = bool(sighting.requests.all()) and not asked_since_gone(sighting)
        draft_request(sighting, recipient_for(sighting, why), why=why, now=now, again=again)
    elif verdict == Verdict.DEINDEXED:
        close_all(sighting, Request.Ending.DEINDEXED, now=now)


def _ask_first(sighting: Sighting, now: datetime) -> None:
    if any(one.recipient_kind in LADDER_KINDS for one in asked_since_gone(sighting)):
        return
    why = Request.Why.FIRST
    draft_request(sighting, recipient_for(sighting, why), why=why, now=now, again=True)


def _ask_media_hosts(sighting: Sighting, now: datetime) -> None:
    why = Request.Why.MEDIA_COPY
    for host in dict.fromkeys(sighting.media.values_list("host", flat=True)):
        draft_request(sighting, recipient_of_host(host, why), why=why, now=now)


def _climb(sighting: Sighting, now: datetime) -> None:
    """The next rung when every open rung's time is over and the item is still not gone."""
    steps = [one for one in asked_since_gone(sighting) if one.recipient_kind in LADDER_KINDS]
    if not steps or any(step.state not in (*WAITING, Request.State.CLOSED) for step in steps):
        return
    open_steps = [step for step in steps if step.state in WAITING]
    if any(step.escalates_at is None or step.escalates_at > now for step in open_steps):
        return
    if not open_steps and steps[-1].ending in {Request.Ending.RETURNED, Request.Ending.NO_BASIS}:
        return
    for step in open_steps:
        close(step, Request.Ending.NOT_DONE, now=now)
    _next_rung(sighting, why=Request.Why.NOT_DONE, now=now)


def after_bounce(request: Request, *, now: datetime) -> None:
    """The recipient's mail server would not take the notice: go on at once to the next rung."""
    close(request, Request.Ending.BOUNCED, now=now)
    if request.recipient_kind in LADDER_KINDS:
        _next_rung(request.sighting, why=Request.Why.BOUNCE, now=now)


def _next_rung(sighting: Sighting, *, why: str, now: datetime) -> None:
    host = outside.registry().host_of(sighting.host)
    if host is not None and not any(
        one.recipient == host.code for one in asked_since_gone(sighting)
    ):
        draft_request(sighting, host, why=why, now=now, again=True)
        return
    for recipient in _of_kind("regulator"):
        draft_request(sighting, recipient, why=Request.Why.REGULATOR, now=now)


def _refer(sighting: Sighting, now: datetime) -> None:
    """Tell the police desk, where a consent or the law allows it; nothing waits for it."""
    for recipient in _of_kind("police"):
        if sighting.case is not None and not covering(
            sighting.case, "police", recipient.code, now=now, kind=recipient.kind
        ):
            continue
        draft_request(sighting, recipient, why=Request.Why.REFERRAL, now=now)


def _of_kind(kind: str) -> list[Recipient]:
    return [one for one in outside.registry().recipients if one.kind == kind and one.routes]
