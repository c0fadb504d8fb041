"""The custody log in the database: append-only, each event chained to the one before."""

from typing import ClassVar

from django.db import models


class CustodyEvent(models.Model):
    """Who did what to which record, and when: field names, never values."""

    sequence = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    case_id = models.UUIDField(null=True, db_index=True)
    fields = models.JSONField(default=list)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        """Newest first when read; the chain runs the other way."""

        ordering: ClassVar = ["-sequence"]
        indexes: ClassVar = [models.Index(fields=["object_kind", "object_id"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"
