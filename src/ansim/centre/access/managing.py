"""Managing staff: adding somebody, changing a role, closing an account.

Whoever manages staff sees no password that stays: a temporary one opens only the page on which
its owner chooses their own. What becomes of keys is the business of ``cases.handing``.
"""

import secrets
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from ansim.centre.access import services
from ansim.centre.access.errors import LastManager, OwnAccount, UnknownRole
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import require
from ansim.centre.access.roles import roles
from ansim.centre.custody.services import record

MANAGE: Final = "staff.manage"
# Without letters and digits that look alike; 20 of them are 98 bits.
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS: Final = 5
GROUP: Final = 4


def temporary_password() -> str:
    """A password to be read aloud once: twenty letters in groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))


@transaction.atomic
def add(
    *, username: str, name_ko: str, name_en: str, role: str, language: str, by: Staff
) -> tuple[Staff, str]:
    """A new member of staff and their temporary password, which the caller shows once.

    Raises NotPermitted, MalformedUsername, UsernameTaken, UnknownRole, UnknownLanguage.
    """
    require(by, MANAGE)
    password = temporary_password()
    made = services.create_staff(
        username, password, name_ko, name_en, role, language, temporary=True, actor=by
    )
    return made, password


@transaction.atomic
def change_role(staff: Staff, role: str, *, by: Staff, now: datetime) -> Staff:
    """Another role from now on; sessions of the old one end.

    Raises NotPermitted, OwnAccount, UnknownRole, LastManager.
    """
    require(by, MANAGE)
    if role not in roles().roles:
        raise UnknownRole(role=role, known=", ".join(roles().roles))
    staff = _held(staff, by)
    if staff.role == role:
        return staff
    if not _manages(role, now):
        _keep_a_manager(staff, now)
    staff.role = role
    staff.set_unusable_password()  # the mark that ends every session
    staff.save(update_fields=["role", "password"])
    record("staff.role_changed", actor=by, obj=staff, fields=["role"], at=now)
    return staff


@transaction.atomic
def close_account(staff: Staff, *, by: Staff, now: datetime) -> Staff:
    """Nobody signs in with it any more. Raises NotPermitted, OwnAccount, LastManager."""
    require(by, MANAGE)
    staff = _held(staff, by)
    _keep_a_manager(staff, now)
    return services.deactivate(staff, actor=by)


def _held(staff: Staff, by: Staff) -> Staff:
    if staff.pk == by.pk:
        raise OwnAccount
    # All accounts, in one order: two managers who close each other's must not both succeed.
    locked = {one.pk: one for one in Staff.objects.select_for_update().order_by("pk")}
    require(locked[by.pk], MANAGE)
    return locked[staff.pk]


def _manages(role: str, now: datetime) -> bool:
    today = now.astimezone(ZoneInfo(settings.ANSIM_ZONE)).date()
    return roles().allows(role, MANAGE, today)


def _keep_a_manager(staff: Staff, now: datetime) -> None:
    others = Staff.objects.filter(is_active=True).exclude(pk=staff.pk)
    if not any(_manages(one.role, now) for one in others):
        raise LastManager
