"""What the portal remembers for a short while: how often something was tried, what is used up.

No address, no code and no word of a report is in here: keyed digests only, gone within hours.
"""

from typing import Any, ClassVar

from django.db import models


class Try(models.Model):
    """One code typed or one report sent, counted until it is known to have been right."""

    kind = models.CharField(max_length=10)
    address_digest = models.CharField(max_length=64)
    # Which code was looked up; empty until it was derived, and for reports.
    code_digest = models.CharField(max_length=64, blank=True, default="")
    counts = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        """Counted by kind, by address and by code."""

        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["kind", "at"], name="try_kind"),
            models.Index(fields=["kind", "address_digest", "at"], name="try_address"),
            models.Index(fields=["kind", "code_digest", "at"], name="try_code"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Spent(models.Model):
    """Something that may be used once (a puzzle, a draft): the digest of its id, until it expires."""

    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}"
