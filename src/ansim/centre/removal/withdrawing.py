"""What taking a consent back does: what stops, what has left already, what is asked back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ansim.centre.cases import ledger
from ansim.centre.cases.covering import covering_of
from ansim.centre.cases.models import Case, Consent, Disclosure
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.removal.drafting import PURPOSE_OF_KIND, rewrite, standing_approval
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.outgoing import Outgoing, basis_of, finish
from ansim.centre.removal.sharing import HANDED_OVER, recall_uncovered

NOT_LEFT = (Request.State.DRAFT, Request.State.APPROVED)


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a withdrawal means, in records.

    ``stops``: letters that will not leave. ``searching`` and ``watching``: no more searching.
    ``left``: what cannot be called back. ``asked_back``: lists of fingerprints that are recalled.
    """

    stops: tuple[Outgoing, ...]
    searching: bool
    left: tuple[Disclosure, ...]
    asked_back: tuple[HashList, ...]


def consequences(case: Case, purpose: str, recipient: str = "", *, now: datetime) -> Consequences:
    """What taking ``purpose`` back would do now; changes nothing."""
    purposes = _purposes(case, purpose, now)

    def concerned(row: Outgoing | Disclosure) -> bool:
        """Whether it rests on what is taken back, for the recipient or kind that is named."""
        if PURPOSE_OF_KIND[row.recipient_kind or "platform"] not in purposes:
            return False
        return recipient in {"", row.recipient, ledger.kind_scope(row.recipient_kind)}

    waiting: list[Outgoing] = [
        *Request.objects.filter(sighting__case=case, state__in=NOT_LEFT, problem=""),
        *HashList.objects.filter(case=case, kind=HashList.Kind.SHARE, state__in=NOT_LEFT),
    ]
    lists = HashList.objects.filter(
        case=case, kind=HashList.Kind.SHARE, state__in=HANDED_OVER, recall=None
    )
    return Consequences(
        stops=tuple(one for one in waiting if concerned(one)),
        searching="search" in purposes,
        left=tuple(one for one in case.disclosures.all() if concerned(one)),
        asked_back=tuple(one for one in lists if concerned(one)),
    )


def _purposes(case: Case, purpose: str, now: datetime) -> set[str]:
    if purpose != ledger.HOLD:
        return {purpose}
    return {one.purpose for one in Consent.objects.filter(case=case) if one.stands(now)} | {purpose}


@transaction.atomic
def take_back(
    case: Case,
    purpose: str,
    recipient: str = "",
    *,
    now: datetime,
    said: ledger.Said | None = None,
) -> Consequences:
    """Withdraw a consent and stop at once what rested on it; returns what that was.

    What is on its way to the mail server is stopped by the sending layer itself.
    """
    told = consequences(case, purpose, recipient, now=now)
    ledger.withdraw(case, purpose, recipient, now=now, said=said)
    stop_uncovered(case, now=now)
    return told


@transaction.atomic
def stop_uncovered(case: Case, *, now: datetime) -> int:
    """Put back what no consent covers any more, and recall shared lists; returns how many.

    A request becomes a draft that says so, so that giving the consent again brings it back to
    the queue, for a person to approve anew.
    """
    stopped = 0
    rows = Request.objects.select_for_update(of=("self",)).select_related("sighting__case")
    for request in rows.filter(sighting__case=case, state__in=NOT_LEFT):
        if _covered(request, now) or request.problem == NoBasis.code:
            continue
        request.ready, request.problem = False, NoBasis.code
        _stop(request, now)
        stopped += 1
    lists = HashList.objects.select_for_update().filter(case=case, state__in=NOT_LEFT)
    for one in lists:
        if not _covered(one, now):
            finish(one, Request.Ending.NO_BASIS, now=now)
            stopped += 1
    return stopped + len(recall_uncovered(now, case))


def _stop(request: Request, now: datetime) -> None:
    """Nobody has approved it any more."""
    request.state = Request.State.DRAFT
    request.approved_at, request.approved_by, request.by_standing_approval = None, None, False
    request.save(
        update_fields=[
            "state", "ready", "problem", "approved_at", "approved_by", "by_standing_approval",
        ]
    )  # fmt: skip
    record("request.stopped", obj=request, case=request.sighting.case, at=now)


@transaction.atomic
def settle_bank(bank: Bank, *, now: datetime) -> int:
    """Bring what has not left in line with a bank that changed; returns how many letters stopped.

    What rests on an item that is not listed any more says so, and what went under a standing
    approval that has ended waits for a person. What is listed again is written again.
    """
    stopped = 0
    rows = Request.objects.select_for_update(of=("self",)).select_related("sighting__bank")
    for request in rows.filter(sighting__bank=bank, state__in=NOT_LEFT):
        if not _covered(request, now):
            if request.problem != NoBasis.code:
                request.ready, request.problem = False, NoBasis.code
                _stop(request, now)
                stopped += 1
        elif request.problem == NoBasis.code:
            rewrite(request, now=now)
        elif request.by_standing_approval and standing_approval(request, now) is None:
            _stop(request, now)
            stopped += 1
    return stopped


def _covered(row: Outgoing, now: datetime) -> bool:
    try:
        basis_of(row, now)
    except NoBasis:
        return False
    return True


def expire(now: datetime) -> int:
    """Note consents whose time is over and stop what rested on them; returns how many ended."""
    over = ledger.expire_due(now)
    for case in {one.case for one in over}:
        stop_uncovered(case, now=now)
    return len(over)


def look_allowed(sighting: Sighting, *, now: datetime) -> bool:
    """Whether a link may still be looked at. A bank's hits rest on the law and may be.

    A link that the person gave: while they let the centre keep, search or ask. One that was
    found: while the search goes on, or while a request about it is open and still covered.
    """
    if sighting.case is None:
        return True
    purposes = {"search"}
    if sighting.origin == Sighting.Origin.GIVEN:
        purposes |= {ledger.HOLD, "notify", "search_engines"}
    for kind in sighting.requests.exclude(state=Request.State.CLOSED).values_list(
        "recipient_kind", flat=True
    ):
        purposes.add(PURPOSE_OF_KIND[kind or "platform"])
    answers = list(Consent.objects.filter(case=sighting.case))
    return any(covering_of(answers, one, "", "", now) is not None for one in purposes)
