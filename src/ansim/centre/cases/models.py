"""The case: a person in need, what happened, what they allowed, and who may read it.

Sealed columns (``*_box``) hold envelopes of ansim.vault: neither the database nor the server
can open them without a staff member's or the person's own key.
"""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language

from ansim.centre.cases.references import english_reference


class Case(models.Model):
    """One person's case. ``reference`` is what staff say aloud; it means nothing."""

    class Status(models.TextChoices):
        """Where the case stands."""

        NEW = "new"
        OPEN = "open"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=5, default="ko")
    standing = models.CharField(max_length=20, default="self")
    age = models.CharField(max_length=20, default="unknown")
    gender = models.CharField(max_length=20, default="unknown")
    relation = models.CharField(max_length=20, default="unknown")
    places = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    threat_deadline = models.DateTimeField(null=True, blank=True)
    # Words a search engine is asked with: account names and titles, never the person's name.
    keywords = models.JSONField(default=list)
    # How and when the person may be reached; without the number itself, which is sealed.
    safe_contact = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="owned_cases",
    )  # fmt: skip
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    watch_until = models.DateTimeField(null=True, blank=True)
    story_box = models.BinaryField(null=True, blank=True)
    contact_box = models.BinaryField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-opened_at", "reference"]

    def __str__(self) -> str:
        return self.reference

    @property
    def spoken(self) -> str:
        """The reference in the reader's language: 여울-412 or Yeoul-412."""
        if (get_language() or "ko").startswith("ko"):
            return self.reference
        return english_reference(self.reference)

    def allows(self, purpose: str, now: datetime) -> bool:
        """Whether a consent for ``purpose`` stands at ``now``."""
        return any(consent.stands(now) for consent in self.consents.all() if consent.purpose == purpose)


class CaseHarm(models.Model):
    """One kind of harm that a case reports; a case may have several."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="harms")
    code = models.CharField(max_length=30)

    class Meta:
        """A kind of harm is named once a case."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "code"], name="one_row_per_harm")
        ]


class CaseMembership(models.Model):
    """A staff member with whom a case is shared."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    added_at = models.DateTimeField()

    class Meta:
        """A case is shared once with each colleague."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "staff"], name="one_membership")
        ]


class KeyWrap(models.Model):
    """A case's sealed key, wrapped for one holder's public key."""

    class Holder(models.TextChoices):
        """Who can open this wrap."""

        STAFF = "staff"
        RECEIPT = "receipt"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="wraps")
    holder = models.CharField(max_length=10, choices=Holder.choices)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE,
        related_name="wraps",
    )  # fmt: skip
    wrapped = models.BinaryField()


class Receipt(models.Model):
    """What a receipt code is looked up by; the code itself is nowhere."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="receipt")
    lookup = models.BinaryField(unique=True, max_length=32)
    public_key = models.BinaryField()
    typed_back_at = models.DateTimeField(null=True, blank=True)


class Consent(models.Model):
    """One purpose allowed by the person, from when to when, by whom, in which wording."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=30)
    wording = models.CharField(max_length=20)
    given_by = models.CharField(max_length=20, default="person")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order in which they were given."""

        ordering: ClassVar = ["given_at", "purpose"]

    def stands(self, now: datetime) -> bool:
        """Whether this consent is in force at ``now``."""
        if self.withdrawn_at is not None and self.withdrawn_at <= now:
            return False
        return self.given_at <= now and (self.expires_at is None or now < self.expires_at)


class Message(models.Model):
    """A message between the person and the centre; the words are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    from_person = models.BooleanField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    text_box = models.BinaryField()

    class Meta:
        """Oldest first, as a conversation is read."""

        ordering: ClassVar = ["at"]


class Note(models.Model):
    """A counsellor's own note on a case; sealed, never shown to the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    text_box = models.BinaryField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at"]
