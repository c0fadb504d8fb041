"""Patrol: what is watched, what each walk did, which pages were seen, and what was found.

Addresses of finds and everything about them are working data, sealed under the key of their case
or bank. What a target is stands in clear: it is a public place.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case
from ansim.centre.cases.working import WorkingJson, WorkingText
from ansim.centre.materials.models import Bank, Material, Sighting


class Target(models.Model):
    """A place that the centre may look through, how far, how fast, and on which basis.

    ``source`` names the plug-in (ansim.sources); ``from_file``: the operator's file owns it, and it
    is changed there. ``owner`` answers for it.
    """

    class Scope(models.TextChoices):
        """Which addresses belong to it."""

        HOST = "host"
        PATH = "path"
        DOMAIN = "domain"
        ANY = "any"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=60, unique=True)
    host = models.CharField(max_length=255)
    source = models.CharField(max_length=31)
    url = models.TextField()
    place = models.CharField(max_length=20)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.HOST)
    depth = models.PositiveSmallIntegerField(default=3)
    rate = models.FloatField(default=0.5)
    pages = models.PositiveIntegerField(default=600)
    every_hours = models.PositiveSmallIntegerField(default=24)
    legal_basis = models.CharField(max_length=80)
    owner = models.CharField(max_length=120, blank=True)
    # Why robots.txt is not obeyed here; empty: it is.
    robots_reason = models.CharField(max_length=200, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    from_file = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    next_run_at = models.DateTimeField(null=True, blank=True)
    run_queued = models.BooleanField(default=False)
    # Walks in a row that brought nothing back: each doubles the time to the next.
    failed_in_row = models.PositiveSmallIntegerField(default=0)
    last_well_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """By code."""

        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        return self.code


class Run(models.Model):
    """One walk through a target: for one case's search, or for all watches and banks.

    Counts grow while it walks; ``finished_at`` stays empty when its worker was killed, and the next
    walk goes on from the pages that were seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="runs")
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="searches"
    )
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    pages = models.PositiveIntegerField(default=0)
    media = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    near = models.PositiveIntegerField(default=0)
    leads = models.PositiveIntegerField(default=0)
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
    # Bank.generation at that time: when more is hunted, the page is looked at again.
    generation = models.PositiveIntegerField()
    # How deep the target was: a deeper one follows what was beyond its last step.
    depth = models.PositiveSmallIntegerField()


class HitRecord(models.Model):
    """The evidence of a hit with a bank, made by the machine alone: what was seen and what matched.

    ``record`` is canonical JSON in a box; the custody log has its SHA-256 (``digest``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="hit_records")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="hit_records")
    made_at = models.DateTimeField()
    record_box = models.BinaryField(default=b"")
    record = WorkingText("record_box")
    digest = models.CharField(max_length=64)

    @property
    def working_owner(self) -> uuid.UUID:
        """The bank's working key seals it."""
        return self.bank_id


class NearHit(models.Model):
    """A file that resembles an item of a bank, but less than the strict radius asks for.

    Two people decide from facts (``facts``: numbers only). No picture was kept, and none is shown.
    """

    class State(models.TextChoices):
        """Where the decision stands."""

        OPEN = "open"
        SAME = "same"
        NOT_SAME = "not_same"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank = models.ForeignKey(Bank, on_delete=models.CASCADE, related_name="near_hits")
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="near_hits")
    target = models.ForeignKey(
        Target, null=True, blank=True, on_delete=models.SET_NULL, related_name="near_hits"
    )
    host = models.CharField(max_length=255)
    place = models.CharField(max_length=20, default="unknown")
    url_box = models.BinaryField(default=b"")
    url = WorkingText("url_box")
    media_key = models.CharField(max_length=64)
    facts_box = models.BinaryField(default=b"")
    facts = WorkingJson("facts_box", dict)
    distance = models.PositiveSmallIntegerField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    sighting = models.ForeignKey(
        Sighting, null=True, blank=True, on_delete=models.SET_NULL, related_name="near_hits"
    )

    class Meta:
        """The closest first; a file and an item are asked about once."""

        ordering: ClassVar = ["distance", "found_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["material", "media_key"], name="near_hit_once")
        ]

    @property
    def working_owner(self) -> uuid.UUID:
        """The bank's working key seals it."""
        return self.bank_id


class Opinion(models.Model):
    """What one person says of a near hit. Nobody says it twice, and nobody sees the others' first."""

    class Answer(models.TextChoices):
        """Same thing, another thing, or cannot be told from the facts."""

        SAME = "same"
        NOT_SAME = "not_same"
        UNSURE = "unsure"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    near_hit = models.ForeignKey(NearHit, on_delete=models.CASCADE, related_name="opinions")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason_box = models.BinaryField(default=b"")
    reason = WorkingText("reason_box")
    at = models.DateTimeField()

    class Meta:
        """In the order in which they were given."""

        ordering: ClassVar = ["at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["near_hit", "by"], name="one_opinion_each")
        ]

    @property
    def working_owner(self) -> uuid.UUID:
        """As its near hit's."""
        return self.near_hit.bank_id

    @property
    def said(self) -> str:
        """The answer in words."""
        from ansim.centre.patrol.words import ANSWERS

        return str(ANSWERS[self.answer])


class Lead(models.Model):
    """A page that has the words or account names of a case. It ranks; a person decides."""

    class State(models.TextChoices):
        """Whether somebody has dealt with it."""

        OPEN = "open"
        TAKEN = "taken"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="leads")
    target = models.ForeignKey(
        Target, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    host = models.CharField(max_length=255)
    url_box = models.BinaryField(default=b"")
    url = WorkingText("url_box")
    url_key = models.CharField(max_length=64)
    words_box = models.BinaryField(default=b"")
    words = WorkingJson("words_box", list)
    score = models.FloatField()
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The surest first; each page once a case."""

        ordering: ClassVar = ["-score", "found_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "url_key"], name="lead_once_a_case")
        ]

    @property
    def working_owner(self) -> uuid.UUID:
        """The case's working key seals it."""
        return self.case_id
