"""What stays of erased cases in the figures: months and classes, and nothing that leads back."""

import uuid
from typing import ClassVar

from django.db import models


class FactPerson(models.Model):
    """Somebody whose case was erased. The id is new and random: it leads to no case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    opened_month = models.CharField(max_length=7)
    # Age and kinds of harm are kept only where the consent to statistics stood at the erasure.
    consented = models.BooleanField()
    age = models.CharField(max_length=20, blank=True)
    harms = models.JSONField(default=list)


class FactEvent(models.Model):
    """Supports or requests of one month and class. ``person`` is None for those of a hash list."""

    class Kind(models.TextChoices):
        """What is counted."""

        SUPPORT = "support"
        REQUEST = "request"

    person = models.ForeignKey(
        FactPerson, null=True, on_delete=models.CASCADE, related_name="events"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    month = models.CharField(max_length=7, db_index=True)
    code = models.CharField(max_length=30)
    number = models.PositiveIntegerField()

    class Meta:
        """By month."""

        ordering: ClassVar = ["month", "pk"]


class FactPlace(models.Model):
    """A place of an erased case, without its address: the last verdict of each month it was seen in.

    It is tied to no person. ``confirmed_month`` is the month in which it was first confirmed
    gone, ``asked_month`` that of the first request about it; "" where that never was.
    """

    found_month = models.CharField(max_length=7, db_index=True)
    place = models.CharField(max_length=20)
    origin = models.CharField(max_length=20)
    matched = models.BooleanField()
    verdicts = models.JSONField(default=dict)
    confirmed_month = models.CharField(max_length=7, blank=True)
    asked_month = models.CharField(max_length=7, blank=True)

    def verdict_at(self, month: str) -> str:
        """The last verdict by the end of ``month`` ("" before the first look)."""
        seen = [known for known in self.verdicts if known <= month]
        return str(self.verdicts[max(seen)]) if seen else ""
