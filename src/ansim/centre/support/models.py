"""Services given to a person: the support plan's record, one row a support."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case
from ansim.centre.cases.working import WorkingText


class Service(models.Model):
    """One support given (counting unit: a support, never a person)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="services")
    kind = models.CharField(max_length=30)
    # Who gave it says much about the person: a clinic, a shelter, a lawyer.
    provider_box = models.BinaryField(default=b"")
    provider = WorkingText("provider_box")
    outcome = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(default=0)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    note_box = models.BinaryField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-given_at"]

    @property
    def working_owner(self) -> uuid.UUID:
        """Whose working key seals it: the case's."""
        return self.case_id
