"""Restoring a centre from a data backup and the keys, so that what was erased stays erased."""

import base64
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ansim.backups import Bundle
from ansim.centre.access.models import Staff
from ansim.centre.cases import serverkeys
from ansim.centre.cases.models import Case, KeyWrap
from ansim.centre.cases.working import CENTRE
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol.models import Target
from ansim.centre.removal.models import Request, StandingApproval
from ansim.centre.removal.sending import left_already, message_id_of
from ansim.centre.retention.backups import applied_migrations
from ansim.centre.retention.erasing import Order, erase_case
from ansim.centre.retention.errors import NotEmpty, OtherVersion
from ansim.centre.retention.models import ForgottenLetter, Tombstone
from ansim.centre.retention.rows import (
    data_models,
    file_of,
    load,
    read,
    reset_sequences,
    revive,
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back and what did not; ``unclear`` requests wait for a person's decision."""

    cases: int
    still_erased: int
    without_keys: int
    unclear: int
    found_sent: int


@transaction.atomic
def restore_rows(data: Bundle, content: dict[str, Any], *, now: datetime) -> Restored:
    """Fill an empty, migrated database from a checked data backup and an opened key backup.

    Cases that were erased since the data backup, and cases that no key opens any more, are
    finished off again. Nothing is sent twice: what may have left since waits for a person.
    Raises NotEmpty, OtherVersion.
    """
    if Staff.objects.exists() or Case.objects.exists():
        raise NotEmpty
    _same_shape(data)
    _clear()
    for model in data_models():
        load(model, read(data.path(file_of(model))))
    reset_sequences()
    _load_staff_keys(content["staff"])
    _load_wraps(content["wraps"])
    erased = _load_tombstones(content)
    _nothing_is_queued()
    again = _finish_off(Case.objects.filter(pk__in=erased), now)
    lost = _finish_off(Case.objects.exclude(pk__in=KeyWrap.objects.values("subject")), now)
    unclear, found_sent = _ask_about_requests(now)
    record("backup.restored", actor_kind="operator", fields=["data", "keys"], at=now)
    return Restored(
        cases=Case.objects.count(), still_erased=again, without_keys=lost, unclear=unclear,
        found_sent=found_sent,
    )  # fmt: skip


def _clear() -> None:
    """A fresh database has rows that migrations made: keys of its own among them."""
    KeyWrap.objects.all().delete()
    serverkeys.forget(CENTRE)
    for model in data_models():
        if model is not CustodyEvent and model._base_manager.exists():
            model._base_manager.all().delete()


def _same_shape(data: Bundle) -> None:
    """Raise OtherVersion unless the tables are the ones that the backup was made from."""
    here, there = set(applied_migrations()), set(data.about["migrations"])
    if here != there:
        raise OtherVersion(difference=", ".join(sorted(here ^ there)[:3]))


def _load_staff_keys(listed: list[dict[str, str]]) -> None:
    """Passwords and key pairs as they are now: an older pair would not open the newer wraps."""
    for one in listed:
        Staff.objects.filter(pk=one["id"]).update(
            public_key=base64.b64decode(one["public_key"]),
            private_box=base64.b64decode(one["private_box"]),
        )


def _load_wraps(listed: list[dict[str, Any]]) -> None:
    """Wraps for the cases, banks and staff that the data backup knows."""
    rows = [revive(row) for row in listed]
    cases = set(Case.objects.values_list("pk", flat=True))
    staff = set(Staff.objects.values_list("pk", flat=True))
    banks = set(Bank.objects.values_list("pk", flat=True))
    # Keys of the centre itself belong to no case and no bank.
    subjects = {row["subject"] for row in rows if row["case_id"] is None} | banks | cases
    load(
        KeyWrap,
        (
            row
            for row in rows
            if row["subject"] in subjects
            and (row["case_id"] is None or row["case_id"] in cases)
            and (row["staff_id"] is None or row["staff_id"] in staff)
        ),
    )


def _load_tombstones(content: dict[str, Any]) -> list[Any]:
    """Tombstones and forgotten letters that came after the data backup; ids of erased cases."""
    known = set(Tombstone.objects.values_list("case_id", flat=True))
    newer = [row for row in map(revive, content["tombstones"]) if row["case_id"] not in known]
    load(Tombstone, newer)
    letters = set(ForgottenLetter.objects.values_list("pk", flat=True))
    load(
        ForgottenLetter,
        (row for row in map(revive, content["forgotten"]) if row["digest"] not in letters),
    )
    return [row["case_id"] for row in newer]


def _finish_off(cases: Any, now: datetime) -> int:
    """Erase again what must not be back; its figures are kept, its tombstone stays as it was."""
    count = 0
    for case in list(cases):
        erase_case(case, Order(Tombstone.Asked.RESTORE), now=now)
        count += 1
    return count


def _nothing_is_queued() -> None:
    """Jobs did not travel: every row that had one falls due again."""
    Sighting.objects.filter(look_queued=True).update(look_queued=False)
    Request.objects.filter(send_queued=True).update(send_queued=False)
    Target.objects.filter(run_queued=True).update(run_queued=False)


def _ask_about_requests(now: datetime) -> tuple[int, int]:
    """Requests that may have left since the backup: sent where a copy proves it, else unclear.

    Standing approvals end, so that no draft leaves again without a person's look at it.
    Returns how many are unclear and how many were found sent.
    """
    StandingApproval.objects.filter(ended_at=None).update(ended_at=now)
    states = (Request.State.DRAFT, Request.State.APPROVED, Request.State.SENDING)
    tally: Counter[str] = Counter()
    for request in Request.objects.filter(state__in=states):
        request.message_id = message_id_of(request)
        if left_already(request):
            request.state, request.sent_at = Request.State.SENT, now
        elif request.state != Request.State.DRAFT:
            request.state = Request.State.UNCLEAR
        else:
            continue
        request.next_attempt_at = None
        request.save(update_fields=["message_id", "state", "sent_at", "next_attempt_at"])
        tally[request.state] += 1
    return tally[Request.State.UNCLEAR], tally[Request.State.SENT]
