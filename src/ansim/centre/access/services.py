"""Every write about staff: making, signing in, changing a password, closing an account."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ansim.centre import clock
from ansim.centre.access import throttle
from ansim.centre.access.errors import (
    MalformedUsername,
    PasskeyRefused,
    SignInRefused,
    UnknownLanguage,
    UnknownRole,
    UsernameTaken,
    WeakPassword,
    WrongCode,
)
from ansim.centre.access.models import Staff
from ansim.centre.access.roles import roles
from ansim.vault import (
    KDF,
    LIGHT_KDF,
    KdfProfile,
    WrongPassword,
    new_staff_keys,
    open_staff_key,
    rebox_staff_key,
)

USERNAME = re.compile(r"[\w][\w.-]{1,39}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who came in, and their opened private key (32 bytes; for the key cookie only)."""

    staff: Staff
    private: bytes = field(repr=False)


def kdf() -> KdfProfile:
    """What one guess at a password or a code costs; almost nothing in the tests."""
    return LIGHT_KDF if settings.ANSIM_MODE == "test" else KDF


def plain_username(typed: str) -> str:
    """A user name in its one form: composed, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


@transaction.atomic
def create_staff(
    username: str,
    password: str,
    name_ko: str,
    name_en: str,
    role: str,
    language: str = "ko",
    *,
    temporary: bool = False,
    actor: Staff | None = None,
) -> Staff:
    """A new member of staff with a fresh key pair; ``actor`` None means the operator.

    ``temporary``: somebody else knows the password, so it must be changed at the first sign-in.
    Raises MalformedUsername, UsernameTaken, WeakPassword, UnknownRole, UnknownLanguage.
    """
    username = plain_username(username)
    if not USERNAME.fullmatch(username):
        raise MalformedUsername
    if role not in roles().roles:
        raise UnknownRole(role=role, known=", ".join(roles().roles))
    _check_language(language)
    _check_password(password)
    keys = new_staff_keys(password, kdf())
    staff = Staff(
        username=username,
        name_ko=name_ko,
        name_en=name_en,
        role=role,
        language=language,
        public_key=keys.public,
        private_box=keys.private_box,
        must_change_password=temporary,
        created_at=clock.now(),
    )
    staff.set_unusable_password()
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError as error:
        raise UsernameTaken from error
    _record("staff.created", actor, staff, ["username", "name", "role", "language", "public_key"])
    return staff


def sign_in(username: str, password: str, address: str) -> SignedIn:
    """Open the staff member's key with their password: the first step of two.

    A wrong name, a wrong password and a closed account cost the same time and get the same
    sentence. Raises SignInLocked, SignInRefused.
    """
    username = plain_username(username)[:200]
    attempt = throttle.begin(username, address)
    staff = Staff.objects.filter(username=username, is_active=True).first()
    box = bytes(staff.private_box) if staff is not None else _nobodys_box()
    try:
        private = open_staff_key(box, password)
    except WrongPassword as error:
        # Written for names that nobody has too: a known name must not take longer.
        _record("staff.sign_in_failed", None, staff, ["password"], kind="unknown")
        raise SignInRefused from error
    if staff is None:  # someone guessed nobody's password: 256 random bits
        raise SignInRefused
    throttle.passed(attempt)
    return SignedIn(staff, private)


@contextmanager
def one_try(staff: Staff | None, address: str, kind: str) -> Iterator[None]:
    """One try at a second step or at a proof asked again; ``kind`` names what is tried.

    Counted with the tries at the password, and in custody when it fails; ``staff`` is None for a
    passkey of nobody. Raises SignInLocked.
    """
    attempt = throttle.begin("" if staff is None else staff.username, address)
    try:
        yield
    except (WrongCode, WrongPassword, PasskeyRefused):
        _record("staff.sign_in_failed", None, staff, [kind], kind="unknown")
        raise
    throttle.passed(attempt)


@transaction.atomic
def came_in(staff: Staff, address: str, used: list[str]) -> None:
    """Somebody is in with every step; ``used`` names the steps."""
    throttle.came_in(staff.username, address)
    _record("staff.signed_in", staff, staff, used)


@transaction.atomic
def record_sign_out(staff: Staff) -> None:
    """Custody of a sign-out."""
    _record("staff.signed_out", staff, staff, [])


@transaction.atomic
def change_password(staff: Staff, old: str, new: str) -> Staff:
    """The same private key in a box for the new password; all sessions of the old one end.

    Passkeys go on opening the key, for the key is the same. Raises WrongPassword, WeakPassword.
    """
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    private = open_staff_key(bytes(staff.private_box), old)
    _check_password(new)
    staff.private_box = rebox_staff_key(private, new, kdf())
    staff.must_change_password = False
    staff.set_unusable_password()
    staff.save(update_fields=["private_box", "password", "must_change_password"])
    _record("staff.password_changed", staff, staff, ["private_box"])
    return staff


@transaction.atomic
def end_sessions(staff: Staff) -> Staff:
    """Every session of ``staff`` ends with its next request."""
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    _record("staff.sessions_ended", staff, staff, [])
    return staff


@transaction.atomic
def choose_language(staff: Staff, language: str) -> None:
    """The language of the staff pages. Raises UnknownLanguage."""
    _check_language(language)
    Staff.objects.filter(pk=staff.pk).update(language=language)
    _record("staff.changed", staff, staff, ["language"])


@transaction.atomic
def deactivate(staff: Staff, *, actor: Staff | None = None) -> Staff:
    """Close an account; its sessions end with the next request. ``actor`` None: the operator."""
    staff = Staff.objects.select_for_update().get(pk=staff.pk)
    staff.is_active = False
    staff.set_unusable_password()
    staff.save(update_fields=["is_active", "password"])
    _record("staff.deactivated", actor, staff, ["is_active"])
    return staff


def _check_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        known = ", ".join(code for code, _name in settings.LANGUAGES)
        raise UnknownLanguage(language=language, known=known)


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise WeakPassword from error


@cache
def _nobodys_box() -> bytes:
    # Opened for user names that do not exist, so that they take as long as those that do.
    return new_staff_keys("a password of nobody at all", kdf()).private_box


def _record(
    action: str, actor: Staff | None, staff: Staff | None, fields: list[str], *, kind: str = ""
) -> None:
    from ansim.centre.custody.services import record

    kind = kind or ("operator" if actor is None else "staff")
    record(action, actor=actor, actor_kind=kind, obj=staff, fields=fields)
