"""Who can open what: the keys of cases and banks, their wraps, and the boxes sealed with them.

Two keys for each case. The *sealed* one opens what the person told; it is wrapped for staff, for
the receipt code and for escrow, never for the server. The *working* one opens links, fingerprints
and letters; it is wrapped for the server, because the work goes on at night, and for escrow.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from ansim.centre.cases import serverkeys
from ansim.centre.cases.errors import KeysDestroyed
from ansim.centre.cases.models import Case, ContactIndex, EscrowHolder, KeyWrap, Receipt
from ansim.centre.cases.working import CENTRE
from ansim.centre.custody.services import record
from ansim.vault import (
    Aad,
    CaseKey,
    MalformedCode,
    ReceiptKeys,
    VaultError,
    WrongKey,
    new_receipt_code,
    open_sealed,
    receipt_keys,
    seal,
    unwrap,
    wrap_for,
)
from ansim.vault.many import unwrapper
from ansim.vault.receipt import plain_code

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

SEALED, WORKING = KeyWrap.Which.SEALED, KeyWrap.Which.WORKING
# The subject of the index key.
INDEX = UUID("00000000-0000-4000-8000-000000000001")
PUBLIC_BYTES = 32
# Derived when a typed code is malformed, so that it costs what a well-formed one costs.
SOME_CODE = "0" * 20


def make_keys(case: Case, staff: Iterable["Staff"], receipt: ReceiptKeys | None) -> CaseKey:
    """Both keys of a new case; returns the sealed one.

    It is wrapped for each staff member, for the receipt code and for every escrow holder.
    """
    key = CaseKey.for_subject(SEALED, case.pk)
    for one in staff:
        wrap_for_staff(case, one, key)
    if receipt is not None:
        Receipt.objects.create(case=case, lookup=receipt.lookup, public_key=receipt.public)
        _wrap(case.pk, SEALED, KeyWrap.Holder.RECEIPT, "", receipt.public, key, case=case)
    wrap_for_escrow(case.pk, SEALED, key, case=case)
    make_working_key(case)
    return key


def subject_of(owner: models.Model | UUID) -> UUID:
    """The id that keys are kept under: that of the case or bank."""
    return owner if isinstance(owner, UUID) else owner.pk


@transaction.atomic
def make_working_key(owner: models.Model | UUID) -> CaseKey:
    """A working key for a new case or bank, wrapped for the server and for escrow.

    One that there is already is never replaced, for its boxes would stay closed for good.
    """
    subject = subject_of(owner)
    if KeyWrap.objects.filter(subject=subject, which=WORKING).exists():
        return working_key(subject)
    case = owner if isinstance(owner, Case) else None
    key = CaseKey.for_subject(WORKING, subject)
    active = serverkeys.active_for_wrapping()
    _wrap(subject, WORKING, KeyWrap.Holder.SERVER, active.id, active.public, key, case=case)
    wrap_for_escrow(subject, WORKING, key, case=case)
    return key


def working_key(owner: models.Model | UUID) -> CaseKey:
    """The working key of a case or bank, opened with the server's key ring.

    Kept for a short time in this process's memory. Raises KeysDestroyed, ServerKeyLost, WrongKey.
    """
    subject = subject_of(owner)
    known = serverkeys.remembered(subject)
    if known is not None:
        return known
    wraps = KeyWrap.objects.filter(subject=subject, which=WORKING, holder=KeyWrap.Holder.SERVER)
    # While a rotation runs there may be two; either opens.
    wrap = wraps.order_by("pk").first()
    if wrap is None:
        if subject == CENTRE:
            return make_working_key(subject)
        raise KeysDestroyed
    key = open_wrap(wrap, serverkeys.private_of(wrap.holder_id))
    serverkeys.remember(subject, key)
    return key


def destroy_keys(case: Case) -> int:
    """Crypto-shredding: no wrap of the case is left, so nothing of it opens. How many there were."""
    gone, _ = KeyWrap.objects.filter(models.Q(case=case) | models.Q(subject=case.pk)).delete()
    serverkeys.forget(case.pk)
    return gone


def open_wrap(wrap: KeyWrap, private: bytes) -> CaseKey:
    """The key in ``wrap``. Raises WrongKey, also when it is the key of something else."""
    key = unwrap(private, bytes(wrap.wrapped))
    bound = key.id.hex() == wrap.key_id and key.belongs_to(wrap.which, wrap.subject)
    if wrap.key_id and not bound:
        raise WrongKey
    return key


def _wrap(
    subject: UUID,
    which: str,
    holder: str,
    holder_id: str,
    public: bytes,
    key: CaseKey,
    *,
    case: Case | None = None,
    staff: "Staff | None" = None,
) -> KeyWrap:
    bound = key.belongs_to(which, subject)
    wrap, _ = KeyWrap.objects.update_or_create(
        subject=subject, which=which, holder=holder, holder_id=holder_id,
        defaults={
            "case": case, "staff": staff, "key_id": key.id.hex() if bound else "",
            "wrapped": wrap_for(public, key),
        },
    )  # fmt: skip
    return wrap


def wrap_for_staff(case: Case, staff: "Staff", key: CaseKey) -> KeyWrap:
    """Let one more staff member open the case; the content itself is not touched."""
    return _wrap(
        case.pk, SEALED, KeyWrap.Holder.STAFF, str(staff.pk), bytes(staff.public_key), key,
        case=case, staff=staff,
    )  # fmt: skip


def wrap_for_subject(subject: UUID, staff: "Staff", key: CaseKey) -> KeyWrap:
    """As ``wrap_for_staff``, for a sealed key that belongs to no case (the index key)."""
    return _wrap(
        subject, SEALED, KeyWrap.Holder.STAFF, str(staff.pk), bytes(staff.public_key), key,
        staff=staff,
    )  # fmt: skip


def wrap_for_escrow(
    subject: UUID, which: str, key: CaseKey, *, case: Case | None = None
) -> list[KeyWrap]:
    """Wrap a key for every escrow holder that does not have it yet."""
    holders = list(EscrowHolder.objects.filter(retired_at=None))
    if not holders:
        return []
    known = KeyWrap.objects.filter(subject=subject, which=which, holder=KeyWrap.Holder.ESCROW)
    had = set(known.values_list("holder_id", flat=True))
    return [
        _wrap(
            subject, which, KeyWrap.Holder.ESCROW, str(one.pk), bytes(one.public_key), key,
            case=case,
        )
        for one in holders
        if str(one.pk) not in had
    ]  # fmt: skip


def sealed_key_for_staff(case: Case, staff: "Staff", private: bytes | None) -> CaseKey | None:
    """The case's sealed key, or None when it is not shared with ``staff`` or no key is held.

    Escrow holders that were added since the case was opened get their wraps now: only who holds
    the key can give it on. Raises WrongKey.
    """
    if private is None:
        return None
    wrap = KeyWrap.objects.filter(
        subject=case.pk, which=SEALED, holder=KeyWrap.Holder.STAFF, staff=staff
    ).first()
    if wrap is None:
        return None
    key = open_wrap(wrap, private)
    wrap_for_escrow(case.pk, SEALED, key, case=case)
    return key


def sealed_keys_for_staff(staff: "Staff", private: bytes) -> Iterator[tuple[UUID, CaseKey]]:
    """The sealed keys of all cases that ``staff`` holds, with the ids of the cases.

    For reading only: that a key belongs to its case is not asked here but proved by every box
    that it opens. Wraps that do not open are left out.
    """
    opened = unwrapper(private)
    wraps = KeyWrap.objects.filter(
        which=SEALED, holder=KeyWrap.Holder.STAFF, staff=staff, case__isnull=False
    )
    for case, wrapped in wraps.order_by().values_list("case", "wrapped").iterator():
        with suppress(WrongKey):
            yield case, opened(bytes(wrapped))


def sealed_key_for_person(case: Case, private: bytes) -> CaseKey:
    """The case's sealed key, opened with the key that a receipt code gives.

    Colleagues with whom the case is shared and who lost their wrap with their password get it
    back now, and new escrow holders get theirs. Raises KeysDestroyed, WrongKey when the key does
    not belong to the case.
    """
    wrap = KeyWrap.objects.filter(
        subject=case.pk, which=SEALED, holder=KeyWrap.Holder.RECEIPT
    ).first()
    if wrap is None:
        raise KeysDestroyed
    key = open_wrap(wrap, private)
    wrap_for_escrow(case.pk, SEALED, key, case=case)
    _give_back(case, key)
    return key


def _give_back(case: Case, key: CaseKey) -> None:
    """A lost password never loses a case: the person's own visit opens it for its holders."""
    had = KeyWrap.objects.filter(subject=case.pk, which=SEALED, staff__isnull=False)
    members = case.memberships.filter(staff__is_active=True).select_related("staff")
    for membership in members.exclude(staff__in=had.values("staff")):
        wrap = wrap_for_staff(case, membership.staff, key)
        record("key.wrapped", actor_kind="person", obj=wrap, case=case, fields=["staff"])


def index_key_for_staff(staff: "Staff", private: bytes | None) -> CaseKey | None:
    """The key of the blind indexes of telephone numbers and e-mail addresses, or None.

    It is a sealed key of the centre: for staff who may read sealed content and for escrow, never
    for the server, which could else try every number of the country. The first who asks makes it;
    whoever holds it gives it to colleagues who lack it. Where nobody who works here and no escrow
    holds it any more, it is made anew and the old indexes, which nothing can read, go.
    """
    if private is None or not reads_sealed(staff):
        return None
    wraps = KeyWrap.objects.filter(subject=INDEX, which=SEALED)
    own = wraps.filter(holder=KeyWrap.Holder.STAFF, staff=staff).first()
    if own is not None:
        key = open_wrap(own, private)
    elif wraps.exclude(holder=KeyWrap.Holder.STAFF, staff__is_active=False).exists():
        return None
    else:
        key = _new_index_key(wraps)
    _give_index_key(key)
    return key


def _new_index_key(lost: models.QuerySet[KeyWrap]) -> CaseKey:
    lost.delete()
    ContactIndex.objects.all().delete()
    Case.objects.filter(contact_indexed=True).update(contact_indexed=False)
    return CaseKey.for_subject(SEALED, INDEX)


def _give_index_key(key: CaseKey) -> None:
    """Wrap the index key for everybody who should have it and has not."""
    from ansim.centre.access.models import Staff

    holders = KeyWrap.objects.filter(subject=INDEX, holder=KeyWrap.Holder.STAFF).values("staff")
    for one in Staff.objects.filter(is_active=True).exclude(pk__in=holders):
        if reads_sealed(one):
            wrap_for_subject(INDEX, one, key)
    wrap_for_escrow(INDEX, SEALED, key)


def reads_sealed(staff: "Staff") -> bool:
    """Whether the role of ``staff`` may open sealed content at all."""
    from ansim.centre.access.permissions import can

    return can(staff, "case.read_sealed")


def fresh_receipt() -> tuple[str, ReceiptKeys]:
    """A new receipt code and its keys; the caller shows the code once and stores no more."""
    code = new_receipt_code()
    return code, receipt_keys(code, settings.RECEIPT_PEPPER, settings.ANSIM_KDF)


def look_up_receipt(code: str) -> tuple[ReceiptKeys, UUID | None]:
    """The keys of a typed code, and the id of the case that it opens (or None).

    What is no code at all is derived and looked up like one, so that right, wrong, erased and
    malformed codes cost the same: one derivation and one query for one column.
    """
    try:
        plain, is_code = plain_code(code), True
    except MalformedCode:
        plain, is_code = SOME_CODE, False
    keys = receipt_keys(plain, settings.RECEIPT_PEPPER, settings.ANSIM_KDF)
    ids = Receipt.objects.filter(lookup=keys.lookup).values_list("case_id", flat=True)
    case_id = ids.first()
    return keys, case_id if is_code else None


def find_receipt(code: str) -> tuple[Case, bytes] | None:
    """The case of a typed code and the private key it gives; None when there is none."""
    keys, case_id = look_up_receipt(code)
    return None if case_id is None else (Case.objects.get(pk=case_id), keys.private)


def aad(row: models.Model, column: str, case: Case) -> Aad:
    """Where a box belongs: table, column, row and case, so that it opens nowhere else."""
    return Aad(row._meta.db_table, column, str(row.pk), str(case.pk))


def seal_text(key: CaseKey, text: str, row: models.Model, column: str, case: Case) -> bytes:
    """``text`` sealed for one column of one row."""
    return seal(key, text.encode(), aad(row, column, case))


def open_text(
    key: CaseKey, box: bytes | memoryview, row: models.Model, column: str, case: Case
) -> str:
    """The text of a box. Raises VaultError when key, place or content is wrong."""
    return open_sealed(key, bytes(box), aad(row, column, case)).decode()


def seal_facts(
    key: CaseKey, facts: dict[str, str], row: models.Model, column: str, case: Case
) -> bytes:
    """A small dictionary of strings, sealed."""
    return seal_text(key, json.dumps(facts, ensure_ascii=False), row, column, case)


def open_facts(
    key: CaseKey, box: bytes | memoryview, row: models.Model, column: str, case: Case
) -> dict[str, str]:
    """The dictionary of a sealed box."""
    opened = json.loads(open_text(key, box, row, column, case))
    if not isinstance(opened, dict):
        raise VaultError
    return {str(name): str(value) for name, value in opened.items()}
