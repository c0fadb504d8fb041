"""How long a case stays: holds, the state of its time, a person's wish, and what is left after."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case


class Hold(models.Model):
    """A legal hold: nothing of the case is erased while it stands. The reason is sealed."""

    class Kind(models.TextChoices):
        """Who needs the record kept."""

        POLICE = "police"
        COURT = "court"
        REGULATOR = "regulator"
        COUNSEL = "counsel"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    reason_box = models.BinaryField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-set_at"]


class Keeping(models.Model):
    """Where a case stands on the way to its erasure; there is a row only where something was done.

    ``police_requested`` is what staff know and no record shows: who asked for the removal.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="keeping")
    police_requested = models.BooleanField(default=False)
    kept_until = models.DateTimeField(null=True, blank=True)
    kept_by = models.CharField(max_length=10, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)
    erase_at = models.DateTimeField(null=True, blank=True, db_index=True)


class Wish(models.Model):
    """A person wants everything about them deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="wish")
    asked_at = models.DateTimeField()
    # None where counsel has to decide first.
    erase_at = models.DateTimeField(null=True, blank=True, db_index=True)


class Tombstone(models.Model):
    """All that is left of an erased case: that there was one, and the certificate.

    The reference is a keyed digest, so that the centre can answer “was it erased?” and a thief
    of the database cannot read which references there were. No foreign key leads anywhere.
    """

    class Asked(models.TextChoices):
        """What made the centre erase it."""

        PERSON = "person"
        STAFF = "staff"
        RULE = "rule"
        RESTORE = "restore"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField(unique=True)
    reference_digest = models.CharField(max_length=64, db_index=True)
    opened_month = models.CharField(max_length=7)
    closed_month = models.CharField(max_length=7, blank=True)
    legal_class = models.CharField(max_length=30)
    rule = models.CharField(max_length=40)
    asked = models.CharField(max_length=10, choices=Asked.choices)
    erased_at = models.DateTimeField()
    certificate = models.TextField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-erased_at"]


class ForgottenLetter(models.Model):
    """A keyed digest of a sent letter's number, so that a late answer to it is not taken in."""

    digest = models.CharField(max_length=64, primary_key=True)
    forgotten_at = models.DateTimeField()


class Review(models.Model):
    """When the times were last looked through; one row."""

    at = models.DateTimeField()
