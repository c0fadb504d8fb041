"""What people decide about requests: approve, return, stand approval, settle the unclear."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre import outside
from ansim.centre.access.permissions import require
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.drafting import (
    basis_for,
    draft_request,
    recipient_for,
    write_letter,
)
from ansim.centre.removal.errors import AlreadyDecided, NoRecipient, NotReady, StillInPlay
from ansim.centre.removal.ladder import close
from ansim.centre.removal.models import Reply, Request, StandingApproval
from ansim.centre.removal.outgoing import note_left
from ansim.centre.removal.sending import left_already
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@dataclass(slots=True)
class Approval:
    """What a batch approval did: each request approved, or refused with its reason."""

    approved: list[Request] = field(default_factory=list)
    refused: list[tuple[Request, AnsimError]] = field(default_factory=list)


def approve(requests: Iterable[Request], *, by: "Staff", now: datetime) -> Approval:
    """Approve requests one by one; a refused one does not hold up the others.

    Pressing twice approves once. Raises NotPermitted.
    """
    require(by, "notice.approve")
    result = Approval()
    for request in requests:
        try:
            result.approved.append(_approve(request, by, now))
        except AnsimError as error:
            result.refused.append((request, error))
    return result


@transaction.atomic
def _approve(request: Request, by: "Staff", now: datetime) -> Request:
    row = Request.objects.select_for_update().select_related("sighting").get(pk=request.pk)
    if row.state != Request.State.DRAFT:
        raise AlreadyDecided
    basis_for(row.sighting, row.recipient_kind or "platform", now, row.recipient)
    if not row.ready:
        raise NotReady
    row.state, row.approved_by, row.approved_at = Request.State.APPROVED, by, now
    row.save(update_fields=["state", "approved_by", "approved_at"])
    record("request.approved", actor=by, obj=row, case=row.sighting.case, at=now)
    return row


@transaction.atomic
def return_requests(requests: Iterable[Request], *, by: "Staff", now: datetime) -> int:
    """Send drafts back: they are closed and nothing leaves. Returns how many."""
    require(by, "notice.return")
    returned = 0
    for request in requests:
        row = Request.objects.select_for_update().get(pk=request.pk)
        if row.state not in {Request.State.DRAFT, Request.State.APPROVED}:
            continue
        close(row, Request.Ending.RETURNED, now=now)
        record("request.returned", actor=by, obj=row, case=row.sighting.case, at=now)
        returned += 1
    return returned


@transaction.atomic
def rewrite(request: Request, *, by: "Staff", now: datetime) -> Request:
    """Write a draft's letter again, after a recipient or a consent was mended.

    Raises AlreadyDecided, NoRecipient, NoBasis and the errors of ansim.notices.
    """
    row = Request.objects.select_for_update().get(pk=request.pk)
    if row.state != Request.State.DRAFT:
        raise AlreadyDecided
    if row.recipient:
        recipient = outside.registry().recipient(row.recipient)
    elif (found := recipient_for(row.sighting, row.why)) is not None:
        recipient = found
    else:
        raise NoRecipient
    row.recipient, row.recipient_kind = recipient.code, recipient.kind
    row.regime = recipient.regime
    write_letter(row, recipient, now=now)
    row.save()
    record("request.rewritten", actor=by, obj=row, case=row.sighting.case, fields=["body"], at=now)
    return row


@transaction.atomic
def give_standing_approval(
    recipient: str, why: str, *, by: "Staff", now: datetime, days: int
) -> StandingApproval:
    """Let notices of one kind to one recipient go without asking each time, until a day.

    The first notice to a recipient always needs a person; see ``knows_recipient``.
    """
    require(by, "standing_approval.give")
    standing = StandingApproval.objects.create(
        recipient=recipient, why=why, given_by=by, given_at=now, ends_at=now + timedelta(days=days)
    )
    record("standing_approval.given", actor=by, obj=standing, fields=["recipient", "why"], at=now)
    return standing


@transaction.atomic
def see_reply(reply: Reply, *, by: "Staff", now: datetime) -> None:
    """A person has read a reply."""
    reply.seen_by, reply.seen_at = by, now
    reply.save(update_fields=["seen_by", "seen_at"])
    case = None if reply.request is None else reply.request.sighting.case
    record("reply.seen", actor=by, obj=reply, case=case, at=now)


@transaction.atomic
def ask_anyway(sighting: Sighting, *, by: "Staff", now: datetime) -> Request | None:
    """Draft a request on the person's word, where no fingerprint could be matched.

    Raises StillInPlay while another request about the link is open.
    """
    # Police and regulator run beside the ladder and hold nothing up.
    asked = sighting.requests.exclude(recipient_kind__in=("police", "regulator"))
    if asked.exclude(state=Request.State.CLOSED).exists():
        raise StillInPlay
    listing = sighting.kind == Sighting.Kind.SEARCH_RESULT
    why = Request.Why.SEARCH if listing else Request.Why.FIRST
    record("request.asked_anyway", actor=by, obj=sighting, case=sighting.case, at=now)
    return draft_request(
        sighting, recipient_for(sighting, why), why=why, now=now, again=True
    )


@transaction.atomic
def decide_unclear(request: Request, *, by: "Staff", now: datetime, left: bool) -> Request:
    """A person says whether a notice left, where the machine could not tell.

    ``left`` False sends it again, unless its sent copy is found after all. Raises AlreadyDecided.
    """
    row = Request.objects.select_for_update().get(pk=request.pk)
    if row.state != Request.State.UNCLEAR:
        raise AlreadyDecided
    # A sent copy that came in late is better proof than anybody's memory.
    if left or left_already(row):
        row.state, row.sent_at = Request.State.SENT, now
    else:
        row.state, row.attempt, row.next_attempt_at = Request.State.APPROVED, 0, None
    row.save(update_fields=["state", "sent_at", "attempt", "next_attempt_at"])
    if row.state == Request.State.SENT:
        note_left(row, now=now)
    record("request.unclear_decided", actor=by, obj=row, case=row.sighting.case, at=now)
    return row
