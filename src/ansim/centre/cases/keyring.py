"""Who can open what is sealed in a case: wraps of its key, and the boxes sealed with it."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case, KeyWrap, Receipt
from ansim.vault import (
    Aad,
    CaseKey,
    MalformedCode,
    ReceiptKeys,
    VaultError,
    new_receipt_code,
    open_sealed,
    receipt_keys,
    seal,
    unwrap,
    wrap_for,
)

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# Derived when a typed code is malformed, so that it costs what a well-formed one costs.
SOME_CODE = "0" * 20


def make_key(case: Case, staff: Iterable["Staff"], receipt: ReceiptKeys | None) -> CaseKey:
    """A fresh sealed key for ``case``, wrapped for each staff member and the receipt holder."""
    key = CaseKey.new()
    for one in staff:
        wrap_for_staff(case, one, key)
    if receipt is not None:
        Receipt.objects.create(case=case, lookup=receipt.lookup, public_key=receipt.public)
        KeyWrap.objects.create(
            case=case, holder=KeyWrap.Holder.RECEIPT, wrapped=wrap_for(receipt.public, key)
        )
    return key


def wrap_for_staff(case: Case, staff: "Staff", key: CaseKey) -> KeyWrap:
    """Let one more staff member open the case; the content itself is not touched."""
    wrap, _ = KeyWrap.objects.update_or_create(
        case=case,
        holder=KeyWrap.Holder.STAFF,
        staff=staff,
        defaults={"wrapped": wrap_for(bytes(staff.public_key), key)},
    )
    return wrap


def sealed_key_for_staff(case: Case, staff: "Staff", private: bytes | None) -> CaseKey | None:
    """The case's sealed key, or None when it is not shared with ``staff`` or no key is held."""
    if private is None:
        return None
    wrap = KeyWrap.objects.filter(case=case, holder=KeyWrap.Holder.STAFF, staff=staff).first()
    return None if wrap is None else unwrap(private, bytes(wrap.wrapped))


def sealed_key_for_person(case: Case, private: bytes) -> CaseKey:
    """The case's sealed key, opened with the key that a receipt code gives.

    Raises WrongKey when the key does not belong to the case.
    """
    wrap = KeyWrap.objects.get(case=case, holder=KeyWrap.Holder.RECEIPT)
    return unwrap(private, bytes(wrap.wrapped))


def fresh_receipt() -> tuple[str, ReceiptKeys]:
    """A new receipt code and its keys; the caller shows the code once and stores no more."""
    code = new_receipt_code()
    return code, receipt_keys(code, settings.RECEIPT_PEPPER, settings.ANSIM_KDF)


def find_receipt(code: str) -> tuple[Case, bytes] | None:
    """The case of a typed code and the private key it gives; None when there is none.

    A malformed code is derived all the same, so that right, wrong and malformed codes take the
    same time.
    """
    try:
        keys = receipt_keys(code, settings.RECEIPT_PEPPER, settings.ANSIM_KDF)
    except MalformedCode:
        receipt_keys(SOME_CODE, settings.RECEIPT_PEPPER, settings.ANSIM_KDF)
        return None
    receipt = Receipt.objects.select_related("case").filter(lookup=keys.lookup).first()
    return None if receipt is None else (receipt.case, keys.private)


def aad(row: models.Model, column: str, case: Case) -> Aad:
    """Where a box belongs: table, column, row and case, so that it opens nowhere else."""
    return Aad(row._meta.db_table, column, str(row.pk), str(case.pk))


def seal_text(key: CaseKey, text: str, row: models.Model, column: str, case: Case) -> bytes:
    """``text`` sealed for one column of one row."""
    return seal(key, text.encode(), aad(row, column, case))


def open_text(key: CaseKey, box: bytes | memoryview, row: models.Model, column: str, case: Case) -> str:
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
