"""Mail that came in: bounces, acknowledgements, answers. It informs; it closes nothing."""

import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ansim.centre import outside
from ansim.centre.custody.services import record
from ansim.centre.removal.ladder import after_bounce
from ansim.centre.removal.models import HashList, Reply, Request
from ansim.centre.removal.outgoing import bounced, note_left
from ansim.centre.removal.sharing import acknowledge
from ansim.notices import Inbound, forget, mark_seen, read_inbox, start_clock

# States in which nobody has written down that a notice left, though it may have.
ON_ITS_WAY = frozenset({Request.State.SENDING, Request.State.UNCLEAR})
KEY_MAX = 120
_unwanted: list[Callable[[Inbound], bool]] = []


def leave_unread(unwanted: Callable[[Inbound], bool]) -> None:
    """Register a test for mail that is deleted unread: answers about a case that was erased."""
    _unwanted.append(unwanted)


def read_mail(*, now: datetime) -> int:
    """Take in every new mail once; returns how many were new.

    A mail is marked as seen only after its row is committed, so that a killed worker reads it
    again and the unique key keeps it from counting twice.
    """
    new = 0
    for inbound in read_inbox(outside.maildir()):
        if any(unwanted(inbound) for unwanted in _unwanted):
            forget(outside.maildir(), inbound.key)
            continue
        # The mailbox also holds the sent copies: those are ours, not an answer.
        if inbound.sender.lower() != settings.ANSIM_CENTRE["email"].lower():
            new += _take_in(inbound, now)
        mark_seen(outside.maildir(), inbound.key)
    return new


@transaction.atomic
def _take_in(inbound: Inbound, now: datetime) -> int:
    request = _request_of(inbound)
    reply, fresh = Reply.objects.get_or_create(
        mail_key=_short_key(inbound.key),
        defaults={
            "request": request, "kind": inbound.kind, "received_at": now,
            "sender_domain": _domain_of(inbound.sender),
            "receipt_number": inbound.receipt_number[:60],
        },
    )  # fmt: skip
    if not fresh:
        return 0
    reply.text = inbound.text
    reply.save(update_fields=["text_box"])
    case = None if request is None else request.sighting.case
    record("reply.received", obj=reply, case=case, at=now)
    if request is None:
        _answer_about_list(inbound, now)
        return 1
    if inbound.kind == "bounce":
        if request.state in {*ON_ITS_WAY, Request.State.SENT, Request.State.RECEIVED}:
            request.bounced_how = "bounce"
            request.save(update_fields=["bounced_how"])
            after_bounce(request, now=now)
    elif inbound.kind != "auto_reply":
        # An out-of-office note or a report of delay says nothing about receipt.
        _note_that_it_left(request, now)
        at = min(now, max(inbound.received_at, request.sent_at or now))
        confirm_receipt(request, now=now, number=inbound.receipt_number, presumed=False, at=at)
    return 1


def _note_that_it_left(request: Request, now: datetime) -> None:
    """An answer proves that a notice left, though the worker that sent it never said so."""
    if request.state in ON_ITS_WAY:
        request.state, request.sent_at, request.next_attempt_at = Request.State.SENT, now, None
        request.save(update_fields=["state", "sent_at", "next_attempt_at"])
        record("request.sent", obj=request, case=request.sighting.case, fields=["sent_at"], at=now)
        note_left(request, now=now)


def _short_key(key: str) -> str:
    """A mail's key as the column holds it: long names of files are digested."""
    return key if len(key) <= KEY_MAX else hashlib.sha256(os.fsencode(key)).hexdigest()


def _domain_of(sender: str) -> str:
    domain = sender.rpartition("@")[2]
    return "".join(char for char in domain if char.isprintable())[:255]


def _request_of(inbound: Inbound) -> Request | None:
    rows = Request.objects.select_for_update().select_related("sighting")
    if inbound.request_token:
        found = rows.filter(reference=inbound.request_token.upper()).first()
        if found is not None:
            return found
    if inbound.in_reply_to:
        return rows.filter(message_id=inbound.in_reply_to).first()
    return None


def _answer_about_list(inbound: Inbound, now: datetime) -> None:
    """A mail about a list of fingerprints or its recall; a person reads what it says."""
    rows = HashList.objects.select_for_update()
    token = inbound.request_token.upper()
    found = rows.filter(reference=token).first() if token else None
    if found is None and inbound.in_reply_to:
        found = rows.filter(message_id=inbound.in_reply_to).first()
    if found is None or inbound.kind == "auto_reply":
        return
    if inbound.kind != "bounce":
        acknowledge(found, now=now)
    elif found.state in {*ON_ITS_WAY, Request.State.SENT}:
        bounced(found, now=now)


def confirm_receipt(
    request: Request, *, now: datetime, number: str, presumed: bool, at: datetime | None = None
) -> None:
    """The recipient has the notice: the clock starts at valid receipt, not at sending.

    ``at``: when its answer came, where that was before ``now``, the moment of reading it.
    """
    if request.state != Request.State.SENT:
        if number and not request.receipt_number and request.state == Request.State.RECEIVED:
            request.receipt_number = number[:60]
            request.save(update_fields=["receipt_number"])
            fields, case = ["receipt_number"], request.sighting.case
            record("request.receipt_confirmed", obj=request, case=case, fields=fields, at=now)
        return
    clock = start_clock(outside.registry().regime(request.regime), at or now)
    request.state, request.received_at = Request.State.RECEIVED, at or now
    request.receipt_is_presumed, request.receipt_number = presumed, number[:60]
    request.clock_kind, request.clock_ends_at = clock.kind, clock.ends_at
    request.escalates_at = clock.escalates_at
    request.save()
    how = "presumed" if presumed else "confirmed"
    record(f"request.receipt_{how}", obj=request, case=request.sighting.case, at=now)


def presumed_after(request: Request) -> datetime | None:
    """When a notice counts as received though nobody said so (a centre's rule, see the regime)."""
    if request.sent_at is None:
        return None
    regime = outside.registry().regime(request.regime)
    return request.sent_at + timedelta(hours=regime.presumed_receipt_hours)


@transaction.atomic
def presume_receipt(request_id: UUID, *, now: datetime) -> None:
    """Count a notice as received when its recipient's server took it and no bounce came."""
    request = Request.objects.select_for_update().get(pk=request_id)
    due = presumed_after(request)
    if due is not None and due <= now:
        confirm_receipt(request, now=now, number="", presumed=True)
