"""Sending an approved notice once, and only once, whatever happens to the worker.

The Message-ID is fixed and written down before anything leaves. Each notice goes, in the same
SMTP transaction, to the recipient and to the centre's own mailbox (the sent copy). A worker that
finds a notice half sent looks for the Message-ID among the sent copies: there, it left; not
there, it did not. Without a mailbox to look into, a person decides (state ``unclear``).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ansim.centre import outside
from ansim.centre.custody.services import record
from ansim.centre.removal.drafting import basis_for
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.ladder import after_bounce, close
from ansim.centre.removal.models import Request
from ansim.notices import (
    Delivery,
    MailServerUnreachable,
    Notice,
    SentCopies,
    compose,
    reply_address,
    send,
)

RETRY_HOURS = (1, 2, 4, 8, 24)


def send_request(request_id: UUID, *, now: datetime) -> None:
    """Send one approved request, or find out whether it was sent already."""
    request = _begin(request_id, now)
    if request is None:
        return
    # A second attempt, or a worker that died half way: did the first one leave?
    if request.attempt > 1 and _left_already(request):
        _mark_sent(request.pk, now)
        return
    try:
        delivery = send(
            compose(
                _as_approved(request), message_id=request.message_id or "",
                sender=settings.ANSIM_CENTRE["email"],
                reply_to=reply_address(settings.ANSIM_CENTRE["email"], request.reference),
                to=request.to_address, now=now,
            ),
            smtp=outside.smtp(),
            envelope_to=(request.to_address, sent_copy_address()),
        )  # fmt: skip
    except MailServerUnreachable as error:
        # The relay may have taken the mail before the line broke: only the sent copies know.
        _try_later(request.pk, error.code, now)
        return
    _after(request.pk, delivery, now)


def sent_copy_address() -> str:
    """Where each notice is copied to: the centre's own mailbox."""
    return reply_address(settings.ANSIM_CENTRE["email"], "sent")


@transaction.atomic
def _begin(request_id: UUID, now: datetime) -> Request | None:
    """Fix the Message-ID and the intention; None when there is nothing to send."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state not in {Request.State.SENDING, Request.State.APPROVED}:
        Request.objects.filter(pk=row.pk).update(send_queued=False)
        return None
    if row.state == Request.State.APPROVED:
        try:
            basis_for(row.sighting, row.recipient_kind, now)
        except NoBasis:
            Request.objects.filter(pk=row.pk).update(send_queued=False)
            close(row, Request.Ending.NO_BASIS, now=now)
            return None
    row.state = Request.State.SENDING
    row.attempt += 1
    domain = settings.ANSIM_CENTRE["email"].rpartition("@")[2]
    row.message_id = row.message_id or f"<{row.reference}.{row.rung}@{domain}>"
    row.save(update_fields=["state", "attempt", "message_id"])
    return row


def _left_already(request: Request) -> bool:
    return SentCopies(outside.maildir()).find(request.message_id or "") is not None


def _as_approved(request: Request) -> Notice:
    """Exactly the letter that a person approved, not one written anew."""
    registry = outside.registry()
    recipient = registry.recipient(request.recipient)
    return Notice(
        recipient=recipient, regime=registry.regime(request.regime), route=recipient.routes[0],
        letter="", language=request.language, subject=request.subject, body=request.body,
        fields=(), ready=request.ready,
    )  # fmt: skip


def _after(request_id: UUID, delivery: Delivery, now: datetime) -> None:
    if delivery.accepted:
        _mark_sent(request_id, now)
    elif delivery.temporary:
        _try_later(request_id, delivery.response[:40], now)
    else:
        _refused(request_id, now)


@transaction.atomic
def _mark_sent(request_id: UUID, now: datetime) -> None:
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state not in {Request.State.SENDING, Request.State.APPROVED}:
        return
    row.state, row.sent_at, row.next_attempt_at = Request.State.SENT, now, None
    row.send_queued, row.problem = False, ""
    row.save(update_fields=["state", "sent_at", "next_attempt_at", "send_queued", "problem"])
    record("request.sent", obj=row, case=row.sighting.case, fields=["sent_at"], at=now)


@transaction.atomic
def _refused(request_id: UUID, now: datetime) -> None:
    row = Request.objects.select_for_update().get(pk=request_id)
    row.bounced_how, row.send_queued = "refused", False
    row.save(update_fields=["bounced_how", "send_queued"])
    record("request.refused", obj=row, case=row.sighting.case, at=now)
    after_bounce(row, now=now)


@transaction.atomic
def _try_later(request_id: UUID, why: str, now: datetime) -> None:
    """Keep the intention and the Message-ID, and try again later; at the end ask a person."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.attempt > len(RETRY_HOURS):
        row.state = Request.State.UNCLEAR
    else:
        row.next_attempt_at = now + timedelta(hours=RETRY_HOURS[row.attempt - 1])
    row.problem, row.send_queued = why, False
    row.save(update_fields=["state", "next_attempt_at", "problem", "send_queued"])
    record("request.send_failed", obj=row, case=row.sighting.case, at=now)
