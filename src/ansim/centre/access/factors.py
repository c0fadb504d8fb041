"""Every write about second factors: apps, recovery codes, passkeys; taken once, never the last."""

import secrets
from time import time
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from ansim.centre import clock
from ansim.centre.access import totp
from ansim.centre.access.errors import FactorThere, LastFactor, WrongCode
from ansim.centre.access.models import Factor, RecoveryCode, Staff

RECOVERY_CODES: Final = 10
# 12 of 30 letters: 58 bits each. No 0 or O, 1, I or L, no U.
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS: Final = 12
GROUP: Final = 4


def has_factor(staff: Staff) -> bool:
    """Whether a second step is set up (recovery codes alone are none)."""
    return staff.factors.exists()


@transaction.atomic
def add_app(staff: Staff, secret: bytes, typed: str) -> Factor:
    """The app with ``secret``, once ``typed`` shows that the app has it. An older app is replaced.

    Raises WrongCode.
    """
    step = totp.step_of_code(secret, typed, time(), 0)
    if step is None:
        raise WrongCode
    staff.factors.filter(kind=Factor.Kind.TOTP).delete()
    factor = Factor(staff=staff, kind=Factor.Kind.TOTP, last_step=step, added_at=clock.now())
    factor.secret_box = totp.seal_secret(secret, factor.pk)
    factor.save(force_insert=True)
    record("staff.factor_added", staff, staff, ["totp"])
    return factor


def check_app(staff: Staff, typed: str) -> None:
    """A code of the staff member's app, taken once. Raises WrongCode."""
    factor = staff.factors.filter(kind=Factor.Kind.TOTP).first()
    if factor is None:
        raise WrongCode
    secret = totp.open_secret(bytes(factor.secret_box), factor.pk)
    step = totp.step_of_code(secret, typed, time(), factor.last_step)
    # One UPDATE decides, so that of two requests with the same code only one is let in.
    taken = step is not None and Factor.objects.filter(pk=factor.pk, last_step__lt=step).update(
        last_step=step, used_at=clock.now()
    )
    if not taken:
        raise WrongCode


def code_of_the_moment(staff: Staff) -> str:
    """The next code that will be taken, for the sign-in page of a running sandbox only.

    "" where there is no app, when the next code is too far off, and outside a sandbox.
    """
    if settings.PRODUCTION or not settings.ANSIM_SANDBOX:
        return ""
    factor = staff.factors.filter(kind=Factor.Kind.TOTP).first()
    if factor is None:
        return ""
    here = totp.step_at(time())
    step = max(here, factor.last_step + 1)
    if step > here + totp.DRIFT:
        return ""
    return totp.code_of(totp.open_secret(bytes(factor.secret_box), factor.pk), step)


def draw_recovery_codes() -> list[str]:
    """Ten fresh codes of 58 bits in groups of four, to be shown once."""
    return [
        "-".join(_letters() for _ in range(CODE_LETTERS // GROUP)) for _ in range(RECOVERY_CODES)
    ]


@transaction.atomic
def store_recovery_codes(staff: Staff, codes: list[str]) -> None:
    """These codes and no older ones; only keyed digests are kept."""
    staff.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(staff=staff, digest=_digest(staff, code)) for code in codes
    )
    record("staff.recovery_codes_made", staff, staff, ["recovery_codes"])


def use_recovery_code(staff: Staff, typed: str) -> int:
    """Take one recovery code, once; how many are left. Raises WrongCode."""
    unused = staff.recovery_codes.filter(used_at=None)
    if not unused.filter(digest=_digest(staff, typed)).update(used_at=clock.now()):
        raise WrongCode
    return unused.count()


@transaction.atomic
def remove(staff: Staff, factor_id: UUID) -> None:
    """Take a factor away. Raises LastFactor; a factor of somebody else is none."""
    held = list(Staff.objects.select_for_update().get(pk=staff.pk).factors.all())
    found = [factor for factor in held if factor.pk == factor_id]
    if not found:
        return
    if len(held) == 1:
        raise LastFactor
    kind = found[0].kind
    found[0].delete()
    record("staff.factor_removed", staff, staff, [kind])


@transaction.atomic
def reset(staff: Staff, *, actor: Staff | None) -> None:
    """Forget every factor and end every session; the person enrols anew with their password.

    For somebody who lost all devices and codes. ``actor`` None means the operator.
    """
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    staff.factors.all().delete()
    staff.recovery_codes.all().delete()
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    record("staff.factors_reset", actor, staff, ["totp", "passkey", "recovery_codes"])


def forget_key_boxes(staff: Staff) -> None:
    """No passkey opens the private key any more: for a staff member who was given a new one."""
    staff.factors.exclude(key_box=b"").update(key_box=b"")


@transaction.atomic
def save_passkey(factor: Factor) -> Factor:
    """Keep a passkey that was verified. Raises FactorThere."""
    try:
        with transaction.atomic():
            factor.save(force_insert=True)
    except IntegrityError as error:
        raise FactorThere from error
    record("staff.factor_added", factor.staff, factor.staff, ["passkey"])
    return factor


def record(action: str, actor: Staff | None, staff: Staff, fields: list[str]) -> None:
    """One custody event about ``staff``; ``actor`` None means the operator."""
    from ansim.centre.custody.services import record as write

    kind = "operator" if actor is None else "staff"
    write(action, actor=actor, actor_kind=kind, obj=staff, fields=fields)


def _letters() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(GROUP))


def _digest(staff: Staff, typed: str) -> str:
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    return salted_hmac(
        "ansim.access.recovery",
        f"{staff.pk} {plain}",
        secret=settings.SECRET_KEY,
        algorithm="sha256",
    ).hexdigest()
