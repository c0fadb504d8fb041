"""Writes about banks: lists of fingerprints that are hunted without anybody having asked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max, Q

from ansim.centre.cases import keyring
from ansim.centre.custody.services import record
from ansim.centre.materials.addresses import material_key
from ansim.centre.materials.models import Bank, Material
from ansim.fingerprints import Fingerprint
from ansim.matching import Bank as ImportedBank

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# What a standing approval was given for: another owner or purpose needs another approval.
APPROVED_FOR = ("owner", "purpose", "terms", "legal_basis")
MOST_KEYS = 5_000


@transaction.atomic
def import_bank(
    imported: ImportedBank,
    *,
    name: str,
    owner: str,
    purpose: str,
    terms: str,
    origin: str,
    legal_basis: str,
    now: datetime,
    by: "Staff | None" = None,
    withdrawn: Sequence[str] = (),
) -> Bank:
    """A hash list becomes a bank; importing it again adds what is new or listed anew.

    ``withdrawn``: keys that the list's owner deleted; they are not hunted any more, nor is any
    copy that was recognised by them.
    """
    told = {
        "owner": owner, "purpose": purpose, "terms": terms, "origin": origin,
        "legal_basis": legal_basis, "imported_at": now,
    }  # fmt: skip
    bank, fresh = Bank.objects.select_for_update().get_or_create(name=name, defaults=told)
    actor_kind = "staff" if by else "operator"
    if fresh:
        keyring.make_working_key(bank)
    else:
        other = any(getattr(bank, field) != told[field] for field in APPROVED_FOR)
        for field, value in told.items():
            setattr(bank, field, value)
        bank.save(update_fields=list(told))
        if other:
            end_approval(bank, by=by, actor_kind=actor_kind, now=now)
    gone = {material_key(bank.pk, key) for key in withdrawn}
    gone |= {material_key(bank.pk, one.key) for one in imported.items if one.state == "withdrawn"}
    if _take_in(bank, imported, gone, now=now):
        hunts_more(bank)
    _mark(bank, sorted(gone), withdrawn_at=now)
    _changed(bank)
    record("bank.imported", actor=by, actor_kind=actor_kind, obj=bank, fields=["materials"], at=now)
    return bank


def _take_in(bank: Bank, imported: ImportedBank, gone: Collection[str], *, now: datetime) -> bool:
    """Hunt what the list has and the bank has not; whether there was any."""
    known = dict(bank.materials.values_list("key", "withdrawn_at"))
    top = bank.materials.aggregate(top=Max("number"))["top"] or 0
    rows: list[Material] = []
    back: list[str] = []
    for item in imported.items:
        key = material_key(bank.pk, item.key)
        if item.state == "withdrawn" or key in gone:
            continue
        if key in known:
            if known[key] is not None:
                back.append(key)
            continue
        known[key] = None
        rows.append(
            Material(
                bank=bank, number=top + len(rows) + 1, key=key, kind=item.kind,
                quality=item.quality, added_at=now,
            )
        )
        rows[-1].fingerprint = {
            "pdq": item.pdq, "md5": item.md5, "sha1": item.sha1, "sha256": item.sha256,
            "frames": [[f.seconds, f.pdq, f.quality] for f in item.frames],
        }  # fmt: skip
    Material.objects.bulk_create(rows)
    # Its owner lists it anew: it counts again, with the copies that were recognised by it.
    _mark(bank, back, withdrawn_at=None)
    return bool(rows or back)


def _mark(bank: Bank, keys: Sequence[str], *, withdrawn_at: datetime | None) -> None:
    """Hunt items and their copies no more, or again. In pieces: a statement takes so many keys."""
    for start in range(0, len(keys), MOST_KEYS):
        piece = keys[start : start + MOST_KEYS]
        named = Q(key__in=piece) | Q(copy_of__key__in=piece)
        rows = bank.materials.filter(named, withdrawn_at__isnull=withdrawn_at is not None)
        rows.update(withdrawn_at=withdrawn_at)


def hunts_more(bank: Bank) -> None:
    """Pages that were seen before are to be seen anew, for more is hunted now."""
    top = Bank.objects.aggregate(top=Max("generation"))["top"] or 0
    bank.generation = top + 1
    bank.save(update_fields=["generation"])


def _changed(bank: Bank) -> None:
    """Its index is made anew."""
    bank.revision += 1
    bank.save(update_fields=["revision"])


@transaction.atomic
def add_copy(original: Material, found: Fingerprint, *, now: datetime) -> Material:
    """Hunt a copy of a bank's item from now on; the same file twice is one material."""
    first = original.copy_of or original
    bank = Bank.objects.select_for_update().get(materials=first)
    rows = Material.objects.filter(bank=bank)
    key = material_key(bank.pk, f"near:{found.sha256}")
    there = rows.filter(key=key).first()
    if there is not None:
        return there
    top = rows.aggregate(top=Max("number"))["top"] or 0
    copy = Material(bank=bank, number=top + 1, key=key, copy_of=first, added_at=now)
    copy.set_fingerprint(found)
    copy.save(force_insert=True)
    _changed(bank)
    hunts_more(bank)
    record("material.added", obj=copy, fields=["fingerprint"], at=now)
    return copy


@transaction.atomic
def end_approval(
    bank: Bank, *, now: datetime, by: "Staff | None" = None, actor_kind: str = "staff"
) -> None:
    """Letters about this bank's hits wait for a person again, each one."""
    if bank.approved_by_id is None:
        return
    bank.approved_by = bank.approved_until = None
    bank.save(update_fields=["approved_by", "approved_until"])
    fields = ["approved_by", "approved_until"]
    record(
        "bank.approval_ended", actor=by, actor_kind=actor_kind, obj=bank, fields=fields, at=now
    )
