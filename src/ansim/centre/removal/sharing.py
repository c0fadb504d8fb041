"""Fingerprints handed to others under a consent, and asked back when it ends.

A list goes the way of every letter: drafted, approved by a person, sent once. When the consent
is taken back or runs out, or a material is withdrawn, a recall is drafted for everybody who has
such a list, and it is followed until they say that they deleted it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from ansim.centre import outside
from ansim.centre.access.permissions import require
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Material
from ansim.centre.removal.drafting import new_reference
from ansim.centre.removal.errors import (
    AlreadyDecided,
    NoBasis,
    NotAskedBack,
    NothingToShare,
    NotReady,
)
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.outgoing import RECALL_BASIS, basis_of, finish, note_left
from ansim.errors import AnsimError
from ansim.matching import Bank, BankItem
from ansim.matching.exchange import write_list
from ansim.notices import NoticeFacts, Recipient, build_notice

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

KIND = "hash_sharing"
RECALL_REGIME = "hash_recall"
HANDED_OVER = (Request.State.SENT, Request.State.RECEIVED)
SENT_LIST = HashList.Kind.SHARE


def recipients() -> list[Recipient]:
    """Everybody in the registry who takes lists of fingerprints and can be written to."""
    return [one for one in outside.registry().recipients if one.kind == KIND and one.routes]


def materials_to_share(case: Case) -> list[Material]:
    """What a case hunts for, in the order of its numbers."""
    return list(case.materials.filter(withdrawn_at=None).order_by("number"))


@transaction.atomic
def draft_list(case: Case, recipient: Recipient, *, by: "Staff", now: datetime) -> HashList:
    """Draft a list of a case's fingerprints for a recipient; the draft that waits is returned.

    Raises NotPermitted, NoBasis without a consent for this recipient, NothingToShare.
    """
    require(by, "material.add", case)
    Case.objects.select_for_update().get(pk=case.pk)
    waiting = case.hash_lists.filter(
        kind=SENT_LIST, recipient=recipient.code, state=Request.State.DRAFT
    ).first()
    if waiting is not None:
        return waiting
    materials = materials_to_share(case)
    if not materials:
        raise NothingToShare
    row = HashList(
        reference=new_reference(), case=case, kind=SENT_LIST, recipient=recipient.code,
        recipient_kind=recipient.kind, regime=recipient.regime, drafted_at=now,
        materials=[str(one.pk) for one in materials], language="en",
    )  # fmt: skip
    row.basis = basis_of(row, now)
    _write(row, recipient, _table(row, materials, now), materials, now)
    row.save(force_insert=True)
    record("hash_list.drafted", actor=by, obj=row, case=case, fields=["materials"], at=now)
    return row


def _table(row: HashList, materials: Iterable[Material], now: datetime) -> str:
    """The list in the shape of our banks; keys are made of the list's own reference."""
    items = []
    for number, one in enumerate(materials, start=1):
        hunted = one.hunted()
        items.append(
            BankItem(
                key=f"{row.reference}-{number}", kind=one.kind, pdq=one.pdq,  # type: ignore[arg-type]
                quality=one.quality, sha256=one.sha256, frames=tuple(hunted.frames),
            )
        )  # fmt: skip
    bank = Bank(
        name=row.reference, owner=settings.ANSIM_CENTRE["name"]["en"],
        purpose="keeping the same pictures and videos from being put up",
        terms="no onward sharing; to be deleted when recalled",
        origin=f"handed over {now:%Y-%m-%d}", items=tuple(items),
    )  # fmt: skip
    return write_list(bank, "csv").text


def _write(
    row: HashList, recipient: Recipient, table: str, materials: Iterable[Material], now: datetime
) -> None:
    """Fill a row with its letter (not saved). Raises the errors of ansim.notices."""
    registry = outside.registry()
    centre, language = settings.ANSIM_CENTRE, recipient.routes[0].language
    given = list(materials)
    facts = NoticeFacts(
        centre_name=centre["name"], centre_email=centre["email"], centre_phone=centre["phone"],
        designated_body=centre["designated_body"], request_ref=row.reference, item_urls=(),
        item_kind={"ko": "지문 목록", "en": "a list of fingerprints"}, harm="ncii",
        basis=row.basis, pdq=tuple(one.pdq for one in given if one.pdq),
        sha256=tuple(one.sha256 for one in given if one.sha256), seen_at=now,
        statement_of_good_faith=True, signature=centre["signatory"][language],
    )  # fmt: skip
    notice = build_notice(
        facts, recipient, registry.regime(row.regime), now=now,
        zone=ZoneInfo(settings.ANSIM_ZONE), bases=registry.bases,
    )  # fmt: skip
    row.language, row.ready = notice.language, notice.ready
    row.problem = "" if notice.ready else "not_ready"
    row.letter = {
        "subject": notice.subject,
        "body": f"{notice.body.rstrip()}\n\n{table}",
        "to_address": notice.route.address,
    }


@transaction.atomic
def approve_list(row: HashList, *, by: "Staff", now: datetime) -> HashList:
    """Let a list or a recall leave. Raises NotPermitted, AlreadyDecided, NoBasis, NotReady."""
    require(by, "notice.approve")
    row = HashList.objects.select_for_update().get(pk=row.pk)
    if row.state != Request.State.DRAFT:
        raise AlreadyDecided
    basis_of(row, now)
    if not row.ready:
        raise NotReady
    row.state, row.approved_by, row.approved_at = Request.State.APPROVED, by, now
    row.save(update_fields=["state", "approved_by", "approved_at"])
    record("hash_list.approved", actor=by, obj=row, case=row.case, at=now)
    return row


@transaction.atomic
def drop_list(row: HashList, *, by: "Staff", now: datetime) -> None:
    """Close a draft of a list; nothing leaves. A recall is not dropped. Raises AlreadyDecided."""
    require(by, "notice.return")
    row = HashList.objects.select_for_update().get(pk=row.pk)
    if row.state != Request.State.DRAFT or row.kind != SENT_LIST:
        raise AlreadyDecided
    finish(row, Request.Ending.RETURNED, now=now)
    record("hash_list.returned", actor=by, obj=row, case=row.case, at=now)


@transaction.atomic
def decide_list(row: HashList, *, by: "Staff", now: datetime, left: bool) -> HashList:
    """A person says whether a list left where the machine could not tell. Raises AlreadyDecided."""
    require(by, "notice.approve")
    row = HashList.objects.select_for_update().get(pk=row.pk)
    if row.state != Request.State.UNCLEAR:
        raise AlreadyDecided
    if left:
        row.state, row.sent_at = Request.State.SENT, now
    else:
        row.state, row.attempt, row.next_attempt_at = Request.State.APPROVED, 0, None
    row.save(update_fields=["state", "sent_at", "attempt", "next_attempt_at"])
    record("hash_list.unclear_decided", actor=by, obj=row, case=row.case, at=now)
    if left:
        note_left(row, now=now)
    return row


@transaction.atomic
def acknowledge(row: HashList, *, now: datetime) -> None:
    """The recipient answered: it has the letter. What it did with it, a person must read."""
    row = HashList.objects.select_for_update().get(pk=row.pk)
    if row.state in {Request.State.SENDING, Request.State.UNCLEAR}:
        # An answer proves that it left, though the worker that sent it never said so.
        row.sent_at, row.next_attempt_at = now, None
        note_left(row, now=now)
    elif row.state != Request.State.SENT:
        return
    row.state, row.received_at = Request.State.RECEIVED, now
    row.save(update_fields=["state", "received_at", "sent_at", "next_attempt_at"])
    record("hash_list.acknowledged", obj=row, case=row.case, at=now)


@transaction.atomic
def confirm_deleted(recall: HashList, *, by: "Staff", now: datetime) -> None:
    """A person read that the entries were deleted: the recall is closed and its letter emptied.

    Raises NotPermitted, and NotAskedBack before the recall has left.
    """
    require(by, "notice.approve")
    row = HashList.objects.select_for_update().get(pk=recall.pk)
    if row.kind != HashList.Kind.RECALL or row.state not in HANDED_OVER:
        raise NotAskedBack
    row.letter = {}
    row.save(update_fields=["letter_box"])
    finish(row, Request.Ending.ANSWERED, now=now)
    record("hash_list.deleted_there", actor=by, obj=row, case=row.case, at=now)


@transaction.atomic
def recall_uncovered(now: datetime, case: Case | None = None) -> list[HashList]:
    """Draft a recall for each list handed over that no consent covers any more, once each.

    Safe to call at any time: after a withdrawal, at an expiry, after a list left late.
    """
    rows = _not_recalled(case)
    return [recall for one in rows if not _covered(one, now) and (recall := _recall(one, now))]


@transaction.atomic
def drop_recalls(case: Case, *, now: datetime) -> int:
    """Take back drafts of recalls whose list is covered again; returns how many."""
    rows = HashList.objects.select_for_update(of=("self",)).select_related("recalls__case")
    dropped = 0
    for recall in rows.filter(case=case, kind=HashList.Kind.RECALL, state=Request.State.DRAFT):
        if recall.recalls is not None and _covered(recall.recalls, now):
            record("hash_list.recall_dropped", obj=recall, case=case, at=now)
            recall.delete()
            dropped += 1
    return dropped


@transaction.atomic
def recall_all(case: Case, *, now: datetime) -> list[HashList]:
    """Draft a recall for every list of a case, whatever is consented: before it is erased."""
    return [_recall(one, now) for one in _not_recalled(case)]


@transaction.atomic
def withdraw_material(material: Material, *, by: "Staff", now: datetime) -> list[HashList]:
    """Stop hunting a material; lists that name it are recalled. Returns the recalls drafted."""
    require(by, "material.add", material.case)
    if material.withdrawn_at is not None:
        return []
    material.withdrawn_at = now
    material.save(update_fields=["withdrawn_at"])
    record("material.withdrawn", actor=by, obj=material, case=material.case, at=now)
    if material.case is None:
        return []
    named = [one for one in _not_recalled(material.case) if str(material.pk) in one.materials]
    return [_recall(one, now) for one in named]


def _not_recalled(case: Case | None) -> list[HashList]:
    rows = HashList.objects.select_for_update(of=("self",)).select_related("case")
    handed = rows.filter(kind=SENT_LIST, state__in=HANDED_OVER, recall=None)
    return list(handed if case is None else handed.filter(case=case))


def _covered(row: HashList, now: datetime) -> bool:
    try:
        basis_of(row, now)
    except NoBasis:
        return False
    return True


def _recall(row: HashList, now: datetime) -> HashList:
    recall = HashList(
        reference=new_reference(), case=row.case, kind=HashList.Kind.RECALL, recalls=row,
        recipient=row.recipient, recipient_kind=row.recipient_kind, regime=RECALL_REGIME,
        materials=row.materials, drafted_at=now, basis=RECALL_BASIS, language="en",
    )  # fmt: skip
    try:
        recipient: Any = outside.registry().recipient(row.recipient)
        _write(recall, recipient, _keys(row), (), now)
    except AnsimError as error:
        # Whoever is no longer in the registry is asked back by hand: the draft says why.
        recall.problem = error.code
    recall.save(force_insert=True)
    record("hash_list.recall_drafted", obj=recall, case=row.case, at=now)
    return recall


def _keys(row: HashList) -> str:
    """The entries of a list by their keys, and no fingerprint."""
    keys = (f"{row.reference}-{number}" for number in range(1, len(row.materials) + 1))
    return "\n".join((f"{row.reference} ({row.sent_at:%Y-%m-%d})", *keys)) + "\n"
