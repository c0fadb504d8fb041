"""Who holds a case's key: colleagues who join, leave, or lose their password.

Only wraps are made and removed here; what is sealed stays as it is. Whoever gives a case on must
be able to open it in their own session: the server cannot.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ansim.centre.cases import keyring
from ansim.centre.cases.errors import LastHolder
from ansim.centre.cases.models import Case, CaseMembership, KeyWrap
from ansim.centre.custody.services import record
from ansim.vault import CaseKey, new_staff_keys

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@dataclass(frozen=True, slots=True)
class Handed:
    """Which cases were given, and which could not be because the giver does not hold them."""

    given: list[Case] = field(default_factory=list)
    left: list[Case] = field(default_factory=list)


def held_by(staff: "Staff") -> QuerySet[Case]:
    """Cases whose sealed key is wrapped for ``staff``."""
    return Case.objects.filter(Exists(_staff_wraps().filter(staff=staff)))


def shared_but_closed(staff: "Staff") -> QuerySet[Case]:
    """Cases shared with ``staff`` that they cannot open: their password was lost, for example."""
    return Case.objects.filter(memberships__staff=staff).exclude(
        Exists(_staff_wraps().filter(staff=staff))
    )


def only_holder(staff: "Staff") -> list[Case]:
    """Cases that ``staff`` holds and no other colleague who works here does."""
    others = _staff_wraps().filter(staff__is_active=True).exclude(staff=staff)
    return list(held_by(staff).exclude(Exists(others)))


@transaction.atomic
def give_cases(
    to: "Staff",
    *,
    by: "Staff",
    private: bytes,
    now: datetime,
    cases: Iterable[Case] | None = None,
) -> Handed:
    """In the session of ``by``: let ``to`` open ``cases``.

    None: those that are shared with ``to`` already and that they cannot open, which is the way
    back after a lost password. Raises WrongKey when ``private`` is not the key of ``by``.
    """
    handed = Handed()
    for case in shared_but_closed(to) if cases is None else cases:
        key = keyring.sealed_key_for_staff(case, by, private)
        if key is None:
            handed.left.append(case)
            continue
        hand(case, to, key, actor=by, now=now)
        handed.given.append(case)
    keyring.index_key_for_staff(by, private)
    return handed


@transaction.atomic
def hand(case: Case, to: "Staff", key: CaseKey, *, actor: "Staff | None", now: datetime) -> KeyWrap:
    """Share a case with ``to`` and wrap its key for them; ``actor`` None: the operator."""
    CaseMembership.objects.get_or_create(case=case, staff=to, defaults={"added_at": now})
    wrap = keyring.wrap_for_staff(case, to, key)
    kind = "operator" if actor is None else "staff"
    record(
        "key.wrapped", actor=actor, actor_kind=kind, obj=wrap, case=case, fields=["staff"], at=now
    )
    return wrap


@transaction.atomic
def renew_keys(
    staff: "Staff", temporary_password: str, *, actor: "Staff | None", now: datetime
) -> list[Case]:
    """A lost password: a new key pair in a box for a temporary password.

    The old wraps go, for nobody can open them any more, and so do boxes of passkeys; sessions end,
    and the password must be changed at the next sign-in. What was shared stays shared and waits
    for ``give_cases``. Returns the cases that no other colleague holds: these wait for escrow, or
    open again when the person comes back with their code.
    """
    from ansim.centre.access.factors import forget_key_boxes
    from ansim.centre.access.models import Staff
    from ansim.centre.access.services import kdf

    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    alone = only_holder(staff)
    # Sharing and holding are the same people, also where an older wrap came without a membership.
    for case in held_by(staff):
        CaseMembership.objects.get_or_create(case=case, staff=staff, defaults={"added_at": now})
    KeyWrap.objects.filter(staff=staff).delete()
    keys = new_staff_keys(temporary_password, kdf())
    staff.public_key, staff.private_box = keys.public, keys.private_box
    staff.must_change_password = True
    staff.set_unusable_password()  # the mark that ends every session
    fields = ["public_key", "private_box", "must_change_password", "password"]
    staff.save(update_fields=fields)
    forget_key_boxes(staff)
    kind = "operator" if actor is None else "staff"
    record("staff.keys_renewed", actor=actor, actor_kind=kind, obj=staff, fields=fields, at=now)
    return alone


@transaction.atomic
def remove_holder(
    staff: "Staff",
    *,
    actor: "Staff | None",
    now: datetime,
    successor: "Staff | None" = None,
    private: bytes | None = None,
) -> Handed:
    """Somebody leaves: their wraps and memberships go; the successor gets what the actor holds.

    ``private`` is the acting colleague's key (who may be the leaving one). Raises LastHolder,
    naming the cases, when one would be left without a colleague and without escrow.
    """
    handed = Handed()
    if successor is not None:
        _hand_over(staff, successor, actor, private, handed, now)
    escrow = KeyWrap.objects.filter(
        case=OuterRef("pk"), which=keyring.SEALED, holder=KeyWrap.Holder.ESCROW
    )
    alone = [case.pk for case in only_holder(staff)]
    orphans = Case.objects.filter(pk__in=alone).exclude(Exists(escrow))
    if orphans.exists():
        names = ", ".join(sorted(case.spoken for case in orphans))
        raise LastHolder(references=names)
    Case.objects.filter(owner=staff).update(owner=successor)
    kind = "operator" if actor is None else "staff"
    for wrap in KeyWrap.objects.filter(staff=staff).select_related("case"):
        record(
            "key.unwrapped", actor=actor, actor_kind=kind, obj=wrap, case=wrap.case,
            fields=["staff"], at=now,
        )  # fmt: skip
        wrap.delete()
    CaseMembership.objects.filter(staff=staff).delete()
    return handed


def _hand_over(
    staff: "Staff",
    successor: "Staff",
    actor: "Staff | None",
    private: bytes | None,
    handed: Handed,
    now: datetime,
) -> None:
    for case in Case.objects.filter(memberships__staff=staff).distinct():
        if held_by(successor).filter(pk=case.pk).exists():
            continue
        key = None if actor is None else keyring.sealed_key_for_staff(case, actor, private)
        if key is None:
            handed.left.append(case)
            continue
        hand(case, successor, key, actor=actor, now=now)
        handed.given.append(case)


def _staff_wraps() -> QuerySet[KeyWrap]:
    return KeyWrap.objects.filter(
        case=OuterRef("pk"), which=keyring.SEALED, holder=KeyWrap.Holder.STAFF
    )
