"""Staff and their attempts to sign in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import get_language

from ansim.centre.access.roles import roles


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


class SignInAttempt(models.Model):
    """One failed attempt: keyed digests only, because people type passwords into the wrong box."""

    username_digest = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """Counted by who and from where."""

        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["username_digest", "at"], name="attempt_username"),
            models.Index(fields=["address_digest", "at"], name="attempt_address"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
