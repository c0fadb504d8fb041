"""Finding a case by telephone number or e-mail address, without keeping either readable.

Reports come in when no member of staff is there, and the server does not hold the index key. So
a case's contact waits (``contact_indexed`` False) until somebody who can open it does: when they
read it, or when they look somebody up.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case, ContactIndex
from ansim.centre.custody.services import record
from ansim.vault import CaseKey, MalformedPhone, VaultError, blind_index

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

FIELDS: Final = ("phone", "email")
AT_ONCE: Final = 500


def digest_of(index: CaseKey, field: str, value: str) -> str:
    """The blind index (64 hex digits) of a number or address, however it is written.

    Raises MalformedPhone.
    """
    return blind_index(index.secret, field, value).hex()


@transaction.atomic
def index_contact(case: Case, contact: Mapping[str, str], *, index: CaseKey | None) -> None:
    """Write the blind indexes of an opened contact; nothing while no index key is held."""
    if index is None or case.contact_indexed:
        return
    rows = []
    for field in FIELDS:
        if contact.get(field):
            # "Ask my sister" is a way to be reached, but no number that anybody looks up.
            with suppress(MalformedPhone):
                digest = digest_of(index, field, contact[field])
                rows.append(ContactIndex(case=case, field=field, digest=digest))
    ContactIndex.objects.bulk_create(rows, ignore_conflicts=True)
    case.contact_indexed = True
    case.save(update_fields=["contact_indexed"])


def index_waiting(
    cases: QuerySet[Case], keys: Iterable[tuple[UUID, CaseKey]], *, index: CaseKey
) -> int:
    """Index those of ``cases`` that wait and whose sealed key is among ``keys``; how many.

    It reads contacts and shows nobody anything; what is looked up is written to custody.
    """
    waiting = {
        case.pk: case
        for case in cases.filter(contact_indexed=False).exclude(contact_box=None)[:AT_ONCE]
    }
    if not waiting:
        return 0
    done = 0
    for case_id, key in keys:
        case = waiting.get(case_id)
        if case is None or case.contact_box is None:
            continue
        try:
            contact = keyring.open_facts(key, case.contact_box, case, "contact_box", case)
        except VaultError:
            # A changed box is the business of the page that opens it; others are still found.
            continue
        index_contact(case, contact, index=index)
        done += 1
    return done


@transaction.atomic
def look_up(
    cases: QuerySet[Case], field: str, value: str, *, index: CaseKey, by: "Staff", now: datetime
) -> list[Case]:
    """Those of ``cases`` with this number or address. Each look-up is a custody event.

    Raises MalformedPhone.
    """
    digest = digest_of(index, field, value)
    record("index.looked_up", actor=by, fields=[field], at=now)
    found = ContactIndex.objects.filter(field=field, digest=digest)
    return list(cases.filter(pk__in=found.values("case")))
