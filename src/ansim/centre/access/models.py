"""Staff, their second factors, and attempts to sign in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import get_language

from ansim.centre.access.acts import IdentityAsk, IdentityShowing, JointAct
from ansim.centre.access.roles import roles

# Django looks for models here; those of two people stand in a file of their own.
__all__ = [
    "Factor", "IdentityAsk", "IdentityShowing", "JointAct", "RecoveryCode", "SignInAttempt",
    "Staff", "StaffManager",
]  # fmt: skip


class StaffManager(BaseUserManager["Staff"]):
    """Look-ups of staff; ``services.create_staff`` is the only way to make one."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        """By user name, however it was typed."""
        return self.get(username=Staff.normalize_username(username or "").lower())


class Staff(AbstractBaseUser):
    """Someone who works at the centre.

    Their password opens ``private_box`` and is stored in no other form: Django's ``password``
    column holds only a random mark that changes with the password, which ends old sessions.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=40, unique=True)
    name_ko = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    role = models.CharField(max_length=30)
    language = models.CharField(max_length=5, default="ko")
    public_key = models.BinaryField(max_length=32)
    private_box = models.BinaryField(max_length=200)
    is_active = models.BooleanField(default=True)
    # A password that somebody else has seen opens nothing but the page that changes it.
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        """By user name."""

        ordering: ClassVar = ["username"]

    def __str__(self) -> str:
        return self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Never: a password is proved by opening the key (see ``services.sign_in``)."""
        del raw_password
        return False

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        korean = (get_language() or "ko").startswith("ko")
        return (self.name_ko if korean else self.name_en) or self.name_en or self.name_ko

    @property
    def role_title(self) -> str:
        """The role's title in the reader's language."""
        role = roles().roles.get(self.role)
        if role is None:
            return self.role
        return role.title.get((get_language() or "ko")[:2], role.title["en"])

    def get_full_name(self) -> str:
        """The name in the reader's language."""
        return self.name


class Factor(models.Model):
    """What a member of staff has besides their password: an authenticator app or a passkey.

    ``secret_box`` holds an app's secret (see ``totp.seal_secret``) and ``last_step`` the last step
    whose code was taken, so that no code is taken twice. ``credential`` is a passkey's attested
    credential data (WebAuthn, 6.5.2), and ``key_box`` the staff member's private key under the
    passkey's own secret, where the authenticator has one (WebAuthn PRF).
    """

    class Kind(models.TextChoices):
        """Which kind of proof it is."""

        TOTP = "totp"
        PASSKEY = "passkey"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="factors")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=60, blank=True)
    secret_box = models.BinaryField(blank=True, default=b"")
    last_step = models.BigIntegerField(default=0)
    credential_id = models.BinaryField(max_length=1023, null=True, unique=True)
    credential = models.BinaryField(blank=True, default=b"")
    sign_count = models.BigIntegerField(default=0)
    key_box = models.BinaryField(blank=True, default=b"")
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """One authenticator app for each member of staff; passkeys as many as they like."""

        ordering: ClassVar = ["added_at"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["staff"], condition=models.Q(kind="totp"), name="factor_one_app"
            )
        ]

    def __str__(self) -> str:
        return self.kind


class RecoveryCode(models.Model):
    """One code for the day when every device is lost: a keyed digest only; used once."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"


class SignInAttempt(models.Model):
    """One attempt: keyed digests only, because people type passwords into the wrong box.

    A name that came in from an address before is not locked out by what others try elsewhere.
    """

    class Outcome(models.TextChoices):
        """What came of a member of staff's attempt."""

        FAILED = "failed"
        IN = "in"

    username_digest = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=6, blank=True, default="", choices=Outcome.choices)

    class Meta:
        """Counted by who, from where, and all together."""

        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["username_digest", "at"], name="attempt_username"),
            models.Index(fields=["address_digest", "at"], name="attempt_address"),
            models.Index(fields=["outcome", "at"], name="attempt_all"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
