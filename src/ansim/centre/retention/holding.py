"""Writes that keep a case or let it go: holds, “keep it”, a person's wish, who asked for removal."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre.access.permissions import require
from ansim.centre.cases import keyring
from ansim.centre.cases.errors import KeyNotHeld
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.retention.errors import EmptyReason
from ansim.centre.retention.models import Hold, Keeping, Wish
from ansim.centre.retention.rules import rules
from ansim.centre.retention.terms import Term, term_of
from ansim.vault import CaseKey

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@transaction.atomic
def set_hold(
    case: Case,
    kind: str,
    reason: str,
    *,
    until: datetime | None,
    by: "Staff",
    key: CaseKey | None,
    now: datetime,
) -> Hold:
    """Forbid the erasure of ``case``. Raises EmptyReason, KeyNotHeld, NotPermitted."""
    require(by, "retention.hold", case)
    if not reason.strip():
        raise EmptyReason
    if key is None:
        raise KeyNotHeld
    hold = Hold(case=case, kind=Hold.Kind(kind), set_at=now, set_by=by, until=until)
    hold.reason_box = keyring.seal_text(key, reason.strip(), hold, "reason_box", case)
    hold.save()
    fields = ["kind", "reason", "until"]
    record("hold.set", actor=by, obj=hold, case=case, fields=fields, at=now)
    return hold


@transaction.atomic
def lift_hold(hold: Hold, *, by: "Staff", now: datetime) -> None:
    """Let a hold go; the case's time runs on. Raises NotPermitted."""
    require(by, "retention.hold", hold.case)
    row = Hold.objects.select_for_update().get(pk=hold.pk)
    if row.lifted_at is None:
        row.lifted_at, row.lifted_by = now, by
        row.save(update_fields=["lifted_at", "lifted_by"])
        record("hold.lifted", actor=by, obj=row, case=row.case, fields=["lifted_at"], at=now)


@transaction.atomic
def keep_longer(case: Case, *, by: "Staff | None", now: datetime) -> datetime:
    """Keep a case whose time ends: staff (``by``) or the person. Returns until when."""
    if by is not None:
        require(by, "retention.hold", case)
    term = term_of(case, now)
    until = rules().steps.extend.after(max(now, term.ends_at or now))
    kept_by = "staff" if by is not None else "person"
    Keeping.objects.update_or_create(
        case=case,
        defaults={
            "kept_until": until, "kept_by": kept_by, "noticed_at": None, "erase_at": None,
        },
    )  # fmt: skip
    record(
        "retention.kept", actor=by, actor_kind=kept_by, obj=case, case=case,
        fields=["kept_until"], at=now,
    )  # fmt: skip
    return until


@transaction.atomic
def say_who_asked(case: Case, *, police: bool, by: "Staff", now: datetime) -> None:
    """Write down whether police or a prosecutor asked for the removal: another rule holds then."""
    require(by, "retention.hold", case)
    Keeping.objects.update_or_create(case=case, defaults={"police_requested": police})
    record(
        "retention.asker_set", actor=by, obj=case, case=case, fields=["police_requested"], at=now
    )


@transaction.atomic
def wish_to_erase(case: Case, *, now: datetime, at_once: bool = False) -> Term:
    """The person wants everything deleted: after the cooling time, or now if they insist.

    Where a hold stands or the rule leaves it to counsel, no time is set: staff see the wish,
    and the person is told. Returns the term with the wish in it.
    """
    term = term_of(case, now)
    erase_at = None
    if not term.counsel_decides:
        erase_at = now if at_once else now + rules().steps.cooling
    before = Wish.objects.filter(case=case).first()
    Wish.objects.update_or_create(
        case=case,
        defaults={"erase_at": erase_at, "asked_at": now if before is None else before.asked_at},
    )
    if before is None:
        record("erasure.asked", actor_kind="person", obj=case, case=case, at=now)
    return term_of(case, now)


@transaction.atomic
def take_wish_back(case: Case, *, now: datetime) -> bool:
    """The person changed their mind; says whether there was a wish."""
    gone, _ = Wish.objects.filter(case=case).delete()
    if gone:
        record("erasure.taken_back", actor_kind="person", obj=case, case=case, at=now)
    return bool(gone)
