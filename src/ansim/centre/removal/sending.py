"""Sending an approved notice once, and only once, whatever happens to the worker.

The Message-ID is fixed and written down before anything leaves. Each notice goes, in the same
SMTP transaction, to the recipient and to the centre's own mailbox (the sent copy). A worker that
finds a notice half sent looks for the Message-ID among the sent copies: there, it left; not
there, it did not. Without a mailbox to look into, a person decides (state ``unclear``).
"""

from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ansim.centre import outside
from ansim.centre.custody.services import record
from ansim.centre.removal.drafting import basis_for
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.ladder import after_bounce, close
from ansim.centre.removal.models import Request
from ansim.errors import AnsimError
from ansim.notices import (
    Delivery,
    MailServerUnreachable,
    NoMaildir,
    NoRoute,
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
    if request.attempt > 1:
        left = left_already(request)
        if left is None:
            _ask_a_person(request.pk, now)
            return
        if left:
            _mark_sent(request.pk, now)
            return
        if not _still_allowed(request.pk, now):
            return
    try:
        message = _message(request, now)
    except AnsimError as error:
        _give_back(request.pk, error.code, now)
        return
    try:
        delivery = send(
            message, smtp=outside.smtp(), envelope_to=(request.to_address, sent_copy_address())
        )
    except MailServerUnreachable as error:
        # The relay may have taken the mail before the line broke: only the sent copies know.
        _try_later(request.pk, error.code, now)
        return
    _after(request, delivery, now)


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


@transaction.atomic
def _still_allowed(request_id: UUID, now: datetime) -> bool:
    """Ask for the basis again before another attempt: consent may have ended in between."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state != Request.State.SENDING:
        return False
    try:
        basis_for(row.sighting, row.recipient_kind, now)
    except NoBasis:
        Request.objects.filter(pk=row.pk).update(send_queued=False)
        close(row, Request.Ending.NO_BASIS, now=now)
        return False
    return True


def left_already(request: Request) -> bool | None:
    """Whether a sent copy proves that a notice left; None without a mailbox to look into."""
    try:
        copies = SentCopies(outside.maildir())
    except NoMaildir:
        return None
    return request.message_id is not None and copies.find(request.message_id) is not None


def _message(request: Request, now: datetime) -> EmailMessage:
    """What leaves. Raises the errors of ansim.notices when a recipient or rule is there no more."""
    centre = settings.ANSIM_CENTRE["email"]
    return compose(
        _as_approved(request), message_id=request.message_id or "", sender=centre,
        reply_to=reply_address(centre, request.reference), to=request.to_address, now=now,
    )  # fmt: skip


def _as_approved(request: Request) -> Notice:
    """Exactly the letter that a person approved, not one written anew."""
    registry = outside.registry()
    recipient = registry.recipient(request.recipient)
    if not recipient.routes:
        raise NoRoute(recipient=recipient.code)
    return Notice(
        recipient=recipient, regime=registry.regime(request.regime), route=recipient.routes[0],
        letter="", language=request.language, subject=request.subject, body=request.body,
        fields=(), ready=request.ready,
    )  # fmt: skip


def _after(request: Request, delivery: Delivery, now: datetime) -> None:
    if delivery.accepted:
        _mark_sent(request.pk, now)
    elif request.to_address in delivery.refused:
        _refused(request.pk, now)
    else:
        # Not the recipient's word: a delay, or our own relay or mailbox that would not take it.
        _try_later(request.pk, delivery.response[:40], now)


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
    if row.state != Request.State.SENDING:
        return
    row.bounced_how, row.send_queued = "refused", False
    row.save(update_fields=["bounced_how", "send_queued"])
    record("request.refused", obj=row, case=row.sighting.case, at=now)
    after_bounce(row, now=now)


@transaction.atomic
def _try_later(request_id: UUID, why: str, now: datetime) -> None:
    """Keep the intention and the Message-ID, and try again later; at the end ask a person."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state != Request.State.SENDING:
        return
    if row.attempt > len(RETRY_HOURS):
        row.state = Request.State.UNCLEAR
    else:
        row.next_attempt_at = now + timedelta(hours=RETRY_HOURS[row.attempt - 1])
    row.problem, row.send_queued = why, False
    row.save(update_fields=["state", "next_attempt_at", "problem", "send_queued"])
    record("request.send_failed", obj=row, case=row.sighting.case, at=now)


@transaction.atomic
def _ask_a_person(request_id: UUID, now: datetime) -> None:
    """Nothing can tell whether the notice left: a person decides."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state != Request.State.SENDING:
        return
    row.state, row.send_queued = Request.State.UNCLEAR, False
    row.save(update_fields=["state", "send_queued"])
    record("request.send_failed", obj=row, case=row.sighting.case, at=now)


@transaction.atomic
def _give_back(request_id: UUID, why: str, now: datetime) -> None:
    """Nothing left and nothing can, as things are: a draft again, which says why."""
    row = Request.objects.select_for_update().get(pk=request_id)
    if row.state != Request.State.SENDING:
        return
    row.state, row.ready, row.problem = Request.State.DRAFT, False, why
    row.approved_at, row.approved_by, row.by_standing_approval = None, None, False
    row.attempt, row.next_attempt_at, row.send_queued = 0, None, False
    row.save()
    record("request.send_failed", obj=row, case=row.sighting.case, at=now)


def settle_failed(request_id: str, *, now: datetime) -> None:
    """A sending failed in a way that nobody foresaw: a person decides, and it is not forgotten."""
    _ask_a_person(UUID(request_id), now)
    Request.objects.filter(pk=request_id).update(send_queued=False)
