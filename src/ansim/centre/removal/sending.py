"""Sending an approved notice once, and only once, whatever happens to the worker.

The Message-ID is fixed and written down before anything leaves. Each notice goes, in the same
SMTP transaction, to the recipient and to the centre's own mailbox (the sent copy). A worker that
finds a notice half sent looks for the Message-ID among the sent copies: there, it left; not
there, it did not. Without a mailbox to look into, a person decides (state ``unclear``).

What allows it is read anew as the last thing before the mail server is called, whatever was
checked before: a person may take a consent back at any moment.
"""

from datetime import datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ansim.centre import outside
from ansim.centre.custody.services import record
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.outgoing import (
    Outgoing,
    basis_of,
    bounced,
    case_of,
    finish,
    note_left,
    word_of,
)
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
    _send(Request, request_id, now)


def send_list(list_id: UUID, *, now: datetime) -> None:
    """The same for a list of fingerprints or its recall."""
    _send(HashList, list_id, now)


def _send(kind: type[Outgoing], row_id: UUID, now: datetime) -> None:
    row = _begin(kind, row_id, now)
    if row is None:
        return
    # A second attempt, or a worker that died half way: did the first one leave?
    if row.attempt > 1:
        left = left_already(row)
        if left is None:
            _ask_a_person(kind, row.pk, now)
            return
        if left:
            _mark_sent(kind, row.pk, now)
            return
    try:
        message = _message(row, now)
    except AnsimError as error:
        _give_back(kind, row.pk, error.code, now)
        return
    if not _still_allowed(kind, row.pk, now):
        return
    try:
        delivery = send(
            message, smtp=outside.smtp(), envelope_to=(row.to_address, sent_copy_address())
        )
    except MailServerUnreachable as error:
        # The relay may have taken the mail before the line broke: only the sent copies know.
        _try_later(kind, row.pk, error.code, now)
        return
    _after(row, delivery, now)


def sent_copy_address() -> str:
    """Where each notice is copied to: the centre's own mailbox."""
    return reply_address(settings.ANSIM_CENTRE["email"], "sent")


def message_id_of(row: Outgoing) -> str:
    """The Message-ID that it has, or that it will be sent under: the same at every try."""
    domain = settings.ANSIM_CENTRE["email"].rpartition("@")[2]
    return row.message_id or f"<{row.reference}.{row.rung}@{domain}>"


def _locked(kind: type[Outgoing], row_id: UUID) -> Outgoing:
    return kind.objects.select_for_update().get(pk=row_id)


@transaction.atomic
def _begin(kind: type[Outgoing], row_id: UUID, now: datetime) -> Outgoing | None:
    """Fix the Message-ID and the intention; None when there is nothing to send."""
    row = _locked(kind, row_id)
    if row.state not in {Request.State.SENDING, Request.State.APPROVED}:
        kind.objects.filter(pk=row.pk).update(send_queued=False)
        return None
    if row.state == Request.State.APPROVED and not _covered(row, now):
        return None
    row.state = Request.State.SENDING
    row.attempt += 1
    row.message_id = message_id_of(row)
    row.save(update_fields=["state", "attempt", "message_id"])
    return row


@transaction.atomic
def _still_allowed(kind: type[Outgoing], row_id: UUID, now: datetime) -> bool:
    """Ask for the basis again right before it leaves: consent may have ended since it was begun."""
    row = _locked(kind, row_id)
    return row.state == Request.State.SENDING and _covered(row, now)


def _covered(row: Outgoing, now: datetime) -> bool:
    """Whether something still allows a locked row to leave; what nothing allows is closed."""
    try:
        basis_of(row, now)
    except NoBasis:
        type(row).objects.filter(pk=row.pk).update(send_queued=False)
        finish(row, Request.Ending.NO_BASIS, now=now)
        return False
    return True


def left_already(row: Outgoing) -> bool | None:
    """Whether a sent copy proves that a notice left; None without a mailbox to look into."""
    try:
        copies = SentCopies(outside.maildir())
    except NoMaildir:
        return None
    return row.message_id is not None and copies.find(row.message_id) is not None


def _message(row: Outgoing, now: datetime) -> EmailMessage:
    """What leaves. Raises the errors of ansim.notices when a recipient or rule is there no more."""
    centre = settings.ANSIM_CENTRE["email"]
    return compose(
        _as_approved(row), message_id=row.message_id or "", sender=centre,
        reply_to=reply_address(centre, row.reference), to=row.to_address, now=now,
    )  # fmt: skip


def _as_approved(row: Outgoing) -> Notice:
    """Exactly the letter that a person approved, not one written anew."""
    registry = outside.registry()
    recipient = registry.recipient(row.recipient)
    if not recipient.routes:
        raise NoRoute(recipient=recipient.code)
    return Notice(
        recipient=recipient, regime=registry.regime(row.regime), route=recipient.routes[0],
        letter="", language=row.language, subject=row.subject, body=row.body,
        fields=(), ready=row.ready,
    )  # fmt: skip


def _after(row: Outgoing, delivery: Delivery, now: datetime) -> None:
    if delivery.accepted:
        _mark_sent(type(row), row.pk, now)
    elif row.to_address in delivery.refused:
        _refused(type(row), row.pk, now)
    else:
        # Not the recipient's word: a delay, or our own relay or mailbox that would not take it.
        _try_later(type(row), row.pk, delivery.response[:40], now)


@transaction.atomic
def _mark_sent(kind: type[Outgoing], row_id: UUID, now: datetime) -> None:
    row = _locked(kind, row_id)
    if row.state not in {Request.State.SENDING, Request.State.APPROVED}:
        return
    row.state, row.sent_at, row.next_attempt_at = Request.State.SENT, now, None
    row.send_queued, row.problem = False, ""
    row.save(update_fields=["state", "sent_at", "next_attempt_at", "send_queued", "problem"])
    record(f"{word_of(row)}.sent", obj=row, case=case_of(row), fields=["sent_at"], at=now)
    note_left(row, now=now)


@transaction.atomic
def _refused(kind: type[Outgoing], row_id: UUID, now: datetime) -> None:
    row = _locked(kind, row_id)
    if row.state != Request.State.SENDING:
        return
    row.bounced_how, row.send_queued = "refused", False
    row.save(update_fields=["bounced_how", "send_queued"])
    record(f"{word_of(row)}.refused", obj=row, case=case_of(row), at=now)
    bounced(row, now=now)


@transaction.atomic
def _try_later(kind: type[Outgoing], row_id: UUID, why: str, now: datetime) -> None:
    """Keep the intention and the Message-ID, and try again later; at the end ask a person."""
    row = _locked(kind, row_id)
    if row.state != Request.State.SENDING:
        return
    if row.attempt > len(RETRY_HOURS):
        row.state = Request.State.UNCLEAR
    else:
        row.next_attempt_at = now + timedelta(hours=RETRY_HOURS[row.attempt - 1])
    row.problem, row.send_queued = why, False
    row.save(update_fields=["state", "next_attempt_at", "problem", "send_queued"])
    record(f"{word_of(row)}.send_failed", obj=row, case=case_of(row), at=now)


@transaction.atomic
def _ask_a_person(kind: type[Outgoing], row_id: UUID, now: datetime) -> None:
    """Nothing can tell whether the notice left: a person decides."""
    row = _locked(kind, row_id)
    if row.state != Request.State.SENDING:
        return
    row.state, row.send_queued = Request.State.UNCLEAR, False
    row.save(update_fields=["state", "send_queued"])
    record(f"{word_of(row)}.send_failed", obj=row, case=case_of(row), at=now)


@transaction.atomic
def _give_back(kind: type[Outgoing], row_id: UUID, why: str, now: datetime) -> None:
    """Nothing left and nothing can, as things are: a draft again, which says why."""
    row = _locked(kind, row_id)
    if row.state != Request.State.SENDING:
        return
    row.state, row.ready, row.problem = Request.State.DRAFT, False, why
    row.approved_at, row.approved_by = None, None
    if isinstance(row, Request):
        row.by_standing_approval = False
    row.attempt, row.next_attempt_at, row.send_queued = 0, None, False
    row.save()
    record(f"{word_of(row)}.send_failed", obj=row, case=case_of(row), at=now)


def settle_failed(kind: type[Outgoing], row_id: str, *, now: datetime) -> None:
    """A sending failed in a way that nobody foresaw: a person decides, and it is not forgotten."""
    _ask_a_person(kind, UUID(row_id), now)
    kind.objects.filter(pk=row_id).update(send_queued=False)
