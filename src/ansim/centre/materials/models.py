"""What is hunted (materials, as fingerprints), where it was seen (sightings), and the looks.

No row here has or ever had the picture itself: only numbers computed from it. Addresses,
fingerprints and what was seen are working data: sealed under the key of their case or bank.
"""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ansim.centre.cases.models import Case
from ansim.centre.cases.working import WorkingJson, WorkingPart, WorkingText
from ansim.fingerprints import Alternate, Fingerprint, FrameFingerprint
from ansim.matching import HuntedFingerprint
from ansim.verdicts import Verdict


class Bank(models.Model):
    """A set of fingerprints with an owner, a purpose and terms, hunted without any request."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    owner = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    terms = models.CharField(max_length=200)
    origin = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=80)
    imported_at = models.DateTimeField()
    active = models.BooleanField(default=True)
    # Counts up over all banks with each change that hunts more: what was seen before is seen anew.
    generation = models.PositiveIntegerField(default=0)
    # Counts every change of its items.
    revision = models.PositiveIntegerField(default=0)
    # A person's standing approval: without it hits wait for one-by-one approval.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    approved_until = models.DateTimeField(null=True, blank=True)
    # Differing bits (PDQ) up to which a match needs nobody, and up to which two people decide.
    strict_radius = models.PositiveSmallIntegerField(default=31)
    wide_radius = models.PositiveSmallIntegerField(default=47)

    def __str__(self) -> str:
        return self.name

    def is_approved(self, now: datetime) -> bool:
        """Whether a person's standing approval holds at ``now``."""
        until = self.approved_until
        return self.approved_by_id is not None and until is not None and now < until


class Material(models.Model):
    """Something hunted, for a case or for a bank: fingerprints only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="materials"
    )
    bank = models.ForeignKey(
        Bank, null=True, blank=True, on_delete=models.CASCADE, related_name="materials"
    )
    number = models.PositiveIntegerField()
    # What makes it one material: of a case the file, of a bank the list's own key. A digest under
    # the owner's working key (addresses.material_key), so that nobody else can compare them.
    key = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10)
    quality = models.PositiveSmallIntegerField()
    fingerprint_box = models.BinaryField(default=b"")
    fingerprint = WorkingJson("fingerprint_box", dict)
    pdq = WorkingPart(fingerprint, "pdq", str)
    md5 = WorkingPart(fingerprint, "md5", str)
    sha1 = WorkingPart(fingerprint, "sha1", str)
    sha256 = WorkingPart(fingerprint, "sha256", str)
    dihedral = WorkingPart(fingerprint, "dihedral", list)
    # The same picture without its border, or enlarged: [reason, PDQ, quality] each.
    alternates = WorkingPart(fingerprint, "alternates", list)
    frames = WorkingPart(fingerprint, "frames", list)
    # Of a copy that two people recognised: the item it is a copy of. It is withdrawn with that.
    copy_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="copies"
    )
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """A material belongs to exactly one case or one bank, and is numbered there."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, bank__isnull=True)
                | Q(case__isnull=True, bank__isnull=False),
                name="material_of_case_or_bank",
            ),
            models.UniqueConstraint(
                fields=["case", "key"], condition=Q(case__isnull=False) & ~Q(key=""),
                name="material_once_a_case",
            ),
            models.UniqueConstraint(
                fields=["bank", "key"], condition=Q(bank__isnull=False),
                name="material_once_a_bank",
            ),
        ]  # fmt: skip

    @property
    def working_owner(self) -> uuid.UUID | None:
        """Whose working key seals it: the case's or the bank's."""
        return self.case_id or self.bank_id

    @property
    def label(self) -> str:
        """How staff and the person call it: M-03."""
        return f"M-{self.number:02}"

    def set_fingerprint(self, found: Fingerprint) -> None:
        """Take over every number of a fingerprint."""
        self.kind, self.quality = found.kind, found.quality
        self.fingerprint = {
            "pdq": found.pdq, "md5": found.md5, "sha1": found.sha1, "sha256": found.sha256,
            "dihedral": list(found.dihedral),
            "alternates": [[one.reason, one.pdq, one.quality] for one in found.alternates],
            "frames": [[frame.seconds, frame.pdq, frame.quality] for frame in found.frames],
            "origin": found.origin,
        }  # fmt: skip

    def hunted(self) -> HuntedFingerprint:
        """The same numbers in the form that matching takes."""
        return HuntedFingerprint(
            key=str(self.pk),
            kind="video" if self.kind == "video" else "picture",
            pdq=self.pdq,
            quality=self.quality,
            sha256=self.sha256,
            md5=self.md5,
            sha1=self.sha1,
            dihedral=tuple(self.dihedral),
            alternates=tuple(Alternate(*one) for one in self.alternates),
            frames=tuple(FrameFingerprint(*frame) for frame in self.frames),
        )


class Sighting(models.Model):
    """A place where material is or was: a page, or a listing in a search engine."""

    class Kind(models.TextChoices):
        """What kind of place."""

        PAGE = "page"
        SEARCH_RESULT = "search_result"

    class Origin(models.TextChoices):
        """How the centre came to know of it."""

        GIVEN = "given"
        SEARCH = "search"
        WATCH = "watch"
        PATROL = "patrol"
        MOVED = "moved"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="sightings"
    )
    bank = models.ForeignKey(
        Bank, null=True, blank=True, on_delete=models.CASCADE, related_name="sightings"
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=15, choices=Kind.choices, default=Kind.PAGE)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    url_box = models.BinaryField(default=b"")
    url = WorkingText("url_box")
    url_key = models.CharField(max_length=64, db_index=True)
    host = models.CharField(max_length=255, db_index=True)
    place = models.CharField(max_length=20, default="unknown")
    found_at = models.DateTimeField()
    # For a search result: the page that it points to.
    target = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="listings"
    )
    # A re-upload points to an earlier sighting of the same material.
    earlier = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reuploads"
    )
    material = models.ForeignKey(
        Material, null=True, blank=True, on_delete=models.SET_NULL, related_name="sightings"
    )
    distance = models.PositiveSmallIntegerField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=20, default=Verdict.UNKNOWN)
    verdict_at = models.DateTimeField(null=True, blank=True)
    reasons_box = models.BinaryField(default=b"")
    reasons = WorkingJson("reasons_box", list)
    looks_done = models.PositiveIntegerField(default=0)
    last_look_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True, db_index=True)
    next_look_reason_box = models.BinaryField(default=b"")
    next_look_reason = WorkingJson("next_look_reason_box", dict)
    look_queued = models.BooleanField(default=False)
    # Why robots.txt is not obeyed for this link: a person's reason, with a legal basis.
    robots_box = models.BinaryField(default=b"")
    robots_reason = WorkingText("robots_box")

    class Meta:
        """One row for each place in each case or bank, numbered there."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(case__isnull=False, bank__isnull=True)
                | Q(case__isnull=True, bank__isnull=False),
                name="sighting_of_case_or_bank",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "url_key"], condition=Q(case__isnull=False),
                name="sighting_once_a_case",
            ),
            models.UniqueConstraint(
                fields=["bank", "kind", "url_key"], condition=Q(bank__isnull=False),
                name="sighting_once_a_bank",
            ),
        ]  # fmt: skip

    @property
    def working_owner(self) -> uuid.UUID | None:
        """Whose working key seals it: the case's or the bank's."""
        return self.case_id or self.bank_id

    @property
    def label(self) -> str:
        """How staff and the person call it: L-07."""
        return f"L-{self.number:02}"

    @property
    def verdict_code(self) -> Verdict:
        """The verdict as its type."""
        return Verdict(self.verdict)


class SightingMedia(models.Model):
    """A media address on a sighting's page that matched something hunted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="media")
    url_box = models.BinaryField(default=b"")
    url = WorkingText("url_box")
    url_key = models.CharField(max_length=64, db_index=True)
    host = models.CharField(max_length=255)
    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()
    first_seen_at = models.DateTimeField()

    class Meta:
        """Each media address once a sighting."""

        ordering: ClassVar = ["first_seen_at", "url_key"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sighting", "url_key"], name="media_once_a_sighting")
        ]

    @property
    def working_owner(self) -> uuid.UUID | None:
        """As its sighting's."""
        return self.sighting.working_owner


class Look(models.Model):
    """One round of looks at a sighting from every vantage point, and what it added up to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="looks")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    round_box = models.BinaryField(default=b"")
    round = WorkingJson("round_box", dict)
    verdict = models.CharField(max_length=20)
    reasons_box = models.BinaryField(default=b"")
    reasons = WorkingJson("reasons_box", list)

    class Meta:
        """Looks are numbered within a sighting."""

        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sighting", "number"], name="look_number")
        ]
        # The ledger reads when each verdict was seen without opening the boxes between.
        indexes: ClassVar = [models.Index(fields=["sighting", "verdict", "at"], name="look_times")]

    @property
    def working_owner(self) -> uuid.UUID | None:
        """As its sighting's."""
        return self.sighting.working_owner


class HostTurn(models.Model):
    """When a host may be looked at again, for all processes (see ansim.centre.turns).

    ``key`` is a digest of its name; the moments are seconds of the system's clock.
    """

    key = models.CharField(max_length=64, primary_key=True)
    full_at = models.FloatField(default=0.0, db_index=True)
    closed_until = models.FloatField(default=0.0)


class HostRate(models.Model):
    """What our own looks have taught about one host: removals seen, and days of links under watch.

    It belongs to no case and outlives them: a host's name says nothing about a person.
    """

    host = models.CharField(max_length=255, primary_key=True)
    place = models.CharField(max_length=20, default="unknown")
    events = models.FloatField(default=0.0)
    exposure = models.FloatField(default=0.0)
    updated_at = models.DateTimeField()


class LookPlan(models.Model):
    """The last whole plan of looks: its price, and what hosts of each kind of place are usually like.

    ``usual``: the shares of quick, usual and slow hosts by kind of place (verdicts.hostrates).
    ``spared``: how much longer the links of an overburdened registered domain wait.
    """

    made_at = models.DateTimeField()
    price = models.FloatField()
    usual = models.JSONField(default=dict)
    spared = models.JSONField(default=dict)
    links = models.PositiveIntegerField()
    looks_a_day = models.FloatField()

    class Meta:
        """The newest first."""

        ordering: ClassVar = ["-made_at", "-pk"]
