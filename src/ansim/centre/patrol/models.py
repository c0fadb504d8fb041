"""Patrol: the sources that are crawled, what each run did, and which pages it has seen."""

import uuid
from typing import ClassVar

from django.db import models

from ansim.centre.cases.models import Case


class Source(models.Model):
    """A place that the centre may look through: a list page, a feed, a site map, a search."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60, unique=True)
    host = models.CharField(max_length=255)
    kind = models.CharField(max_length=15)
    url = models.TextField()
    place = models.CharField(max_length=20)
    depth = models.PositiveSmallIntegerField(default=3)
    every_hours = models.PositiveSmallIntegerField(default=24)
    legal_basis = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    run_queued = models.BooleanField(default=False)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]


class Run(models.Model):
    """One walk through a source: for one case's search, or for all watches and banks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="searches"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    media = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=60, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-started_at"]


class SeenPage(models.Model):
    """A page that the patrol has already hashed with everything hunted at that time.

    Only a digest of the address is kept, and no fingerprint of what did not match.
    """

    url_key = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()
    # How many materials of banks were hunted: when there are more, it is looked at again.
    hunted = models.PositiveIntegerField()
