"""A proxy's standing, and decisions about duties to report."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case


class ProxyStanding(models.Model):
    """Who asks for the person: their relation, what a counsellor saw of it, the person's own word.

    ``kin`` and ``papers`` are codes of the rule book. No document is kept: only that it was seen.
    """

    class How(models.TextChoices):
        """How the person themselves said that they want this."""

        PHONE = "phone"
        IN_PERSON = "in_person"

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="proxy")
    kin = models.CharField(max_length=20, blank=True)
    papers = models.JSONField(default=list)
    papers_seen_at = models.DateTimeField(null=True, blank=True)
    papers_seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_how = models.CharField(max_length=10, blank=True, choices=How.choices)

    def __str__(self) -> str:
        return self.kin or "-"


class ReportingDecision(models.Model):
    """What a person decided about one duty to report; the reason is sealed."""

    class Choice(models.TextChoices):
        """What was decided."""

        ASKED = "asked"
        REPORT = "report"
        NO_DUTY = "no_duty"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reporting_decisions")
    rule = models.CharField(max_length=40)
    decision = models.CharField(max_length=10, choices=Choice.choices)
    reason_box = models.BinaryField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-decided_at"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.decision}"
