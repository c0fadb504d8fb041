"""What is done with keys when staff change: the writes of the staff pages, in one step each."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from ansim.centre.access import factors, managing
from ansim.centre.access.errors import OwnAccount
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can, require
from ansim.centre.cases import handing
from ansim.centre.cases.models import Case


@dataclass(frozen=True, slots=True)
class Renewed:
    """After a lost password: the new one (shown once), and how far the cases are open again."""

    password: str
    given: list[Case]
    left: list[Case]
    alone: list[Case]


def everybody() -> QuerySet[Staff]:
    """All staff, those who work here first."""
    return Staff.objects.order_by("-is_active", "username")


def successors(of: Staff) -> list[Staff]:
    """Colleagues who may open sealed content and can take over."""
    others = Staff.objects.filter(is_active=True).exclude(pk=of.pk).order_by("username")
    return [one for one in others if can(one, "case.read_sealed")]


@transaction.atomic
def close(
    staff: Staff, *, by: Staff, successor: Staff | None, private: bytes | None, now: datetime
) -> handing.Handed:
    """Somebody leaves. Raises LastHolder, OwnAccount, LastManager, NotPermitted."""
    managing.close_account(staff, by=by, now=now)
    return handing.remove_holder(staff, actor=by, successor=successor, private=private, now=now)


@transaction.atomic
def change_role(
    staff: Staff,
    role: str,
    *,
    by: Staff,
    successor: Staff | None,
    private: bytes | None,
    now: datetime,
) -> handing.Handed:
    """Another role; one that opens nothing sealed gives the keys up.

    Raises LastHolder, OwnAccount, LastManager, UnknownRole, NotPermitted.
    """
    changed = managing.change_role(staff, role, by=by, now=now)
    if can(changed, "case.read_sealed"):
        return handing.Handed()
    return handing.remove_holder(changed, actor=by, successor=successor, private=private, now=now)


@transaction.atomic
def renew(staff: Staff, *, by: Staff, private: bytes | None, now: datetime) -> Renewed:
    """A lost password: new keys, a temporary password, and the cases that ``by`` holds.

    Raises NotPermitted, OwnAccount.
    """
    require(by, managing.MANAGE)
    if staff.pk == by.pk:
        raise OwnAccount
    password = managing.temporary_password()
    alone = handing.renew_keys(staff, password, actor=by, now=now)
    staff.refresh_from_db()
    handed = handing.Handed(left=list(handing.shared_but_closed(staff)))
    if private is not None and can(by, "keys.rewrap"):
        handed = handing.give_cases(staff, by=by, private=private, now=now)
    lost = {case.pk for case in alone}
    left = [case for case in handed.left if case.pk not in lost]
    return Renewed(password, handed.given, left, alone)


@transaction.atomic
def reset_factors(staff: Staff, *, by: Staff) -> None:
    """All devices lost: they enrol anew. Raises NotPermitted, OwnAccount."""
    require(by, managing.MANAGE)
    if staff.pk == by.pk:
        raise OwnAccount
    factors.reset(staff, actor=by)


def waiting_colleagues(by: Staff) -> list[tuple[Staff, int]]:
    """Colleagues who cannot open what is shared with them, and how much of it ``by`` can give."""
    mine = {case.pk for case in handing.held_by(by)}
    rows = []
    for one in Staff.objects.filter(is_active=True).exclude(pk=by.pk).order_by("username"):
        if not can(one, "case.read_sealed"):
            continue
        count = sum(1 for case in handing.shared_but_closed(one) if case.pk in mine)
        if count:
            rows.append((one, count))
    return rows


@transaction.atomic
def give_back(to: Staff, *, by: Staff, private: bytes, now: datetime) -> handing.Handed:
    """Let a colleague open again what is shared with them and ``by`` holds."""
    require(by, "keys.rewrap")
    return handing.give_cases(to, by=by, private=private, now=now)
