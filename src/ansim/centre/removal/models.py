"""Requests: a notice's life from draft to closed, and what came back."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from ansim.centre.cases.models import Case
from ansim.centre.cases.working import CENTRE, WorkingJson, WorkingPart, WorkingText
from ansim.centre.materials.models import Sighting


class Request(models.Model):
    """One rung of a sighting's ladder: a notice to one recipient, until it is closed.

    A request is not a removal: only the sighting's verdict says what became of the item.
    """

    class State(models.TextChoices):
        """The life of a request."""

        DRAFT = "draft"
        APPROVED = "approved"
        SENDING = "sending"
        UNCLEAR = "unclear"
        SENT = "sent"
        RECEIVED = "received"
        BOUNCED = "bounced"
        CLOSED = "closed"

    class Why(models.TextChoices):
        """What made the centre draft it."""

        FIRST = "first"
        MEDIA_COPY = "media_copy"
        SEARCH = "search"
        NOT_DONE = "not_done"
        BOUNCE = "bounce"
        REFERRAL = "referral"
        REGULATOR = "regulator"

    class Ending(models.TextChoices):
        """Why a request was closed."""

        GONE = "gone"
        DEINDEXED = "deindexed"
        NOT_DONE = "not_done"
        BOUNCED = "bounced"
        RETURNED = "returned"
        NO_BASIS = "no_basis"
        ANSWERED = "answered"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="requests")
    rung = models.PositiveSmallIntegerField()
    recipient = models.CharField(max_length=60)
    recipient_kind = models.CharField(max_length=15)
    regime = models.CharField(max_length=40)
    why = models.CharField(max_length=12, choices=Why.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    drafted_at = models.DateTimeField()
    basis = models.CharField(max_length=80)
    language = models.CharField(max_length=5)
    # The letter is working data: it names addresses.
    letter_box = models.BinaryField(default=b"")
    letter = WorkingJson("letter_box", dict)
    subject = WorkingPart(letter, "subject", str)
    body = WorkingPart(letter, "body", str)
    fields = WorkingPart(letter, "fields", list)
    to_address = WorkingPart(letter, "to_address", str)
    ready = models.BooleanField(default=False)
    problem = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="approved_requests",
    )  # fmt: skip
    by_standing_approval = models.BooleanField(default=False)
    message_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    send_queued = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    receipt_is_presumed = models.BooleanField(default=False)
    receipt_number = models.CharField(max_length=60, blank=True)
    # The code of the refusal or the DSN, when a mail server would not take the notice.
    bounced_how = models.CharField(max_length=120, blank=True)
    clock_kind = models.CharField(max_length=15, default="none")
    clock_ends_at = models.DateTimeField(null=True, blank=True)
    escalates_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=12, choices=Ending.choices, blank=True)

    class Meta:
        """A recipient is asked about a sighting once a rung."""

        ordering: ClassVar = ["drafted_at", "rung", "reference"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sighting", "recipient", "rung"], name="one_request_a_rung"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["state", "sighting"], name="request_state")]

    def __str__(self) -> str:
        return self.reference

    @property
    def working_owner(self) -> uuid.UUID | None:
        """As its sighting's."""
        return self.sighting.working_owner

    @property
    def is_open(self) -> bool:
        """Whether something is still awaited."""
        return self.state != self.State.CLOSED


class Reply(models.Model):
    """A mail that came in: it informs, it never closes anything by itself."""

    class Kind(models.TextChoices):
        """What a mail is, as ansim.notices tells it."""

        BOUNCE = "bounce"
        ACKNOWLEDGEMENT = "acknowledgement"
        AUTO_REPLY = "auto_reply"
        REPLY = "reply"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(
        Request, null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    mail_key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    received_at = models.DateTimeField()
    sender_domain = models.CharField(max_length=255, blank=True)
    text_box = models.BinaryField(default=b"")
    text = WorkingText("text_box")
    receipt_number = models.CharField(max_length=60, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-received_at"]

    @property
    def working_owner(self) -> uuid.UUID | None:
        """As its request's; a mail that names no request is the centre's own."""
        return CENTRE if self.request is None else self.request.working_owner


class HashList(models.Model):
    """A list of a case's fingerprints on its way to a recipient, or the letter that recalls one.

    Its life is a request's: drafted, approved by a person, sent once. A recall repeats no
    fingerprint: it names the entries of the earlier list by their keys.
    """

    class Kind(models.TextChoices):
        """Handing over, or asking back."""

        SHARE = "share"
        RECALL = "recall"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True)
    # A recall outlives the erasure of its case.
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="hash_lists"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices)
    recalls = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="recall"
    )
    recipient = models.CharField(max_length=60)
    recipient_kind = models.CharField(max_length=15, default="hash_sharing")
    regime = models.CharField(max_length=40)
    # Which try of asking this is: a recall that bounced is sent again under another Message-ID.
    rung = models.PositiveSmallIntegerField(default=1)
    # Ids of the materials in the order of the list's entries.
    materials = models.JSONField(default=list)
    state = models.CharField(
        max_length=10, choices=Request.State.choices, default=Request.State.DRAFT
    )
    drafted_at = models.DateTimeField()
    basis = models.CharField(max_length=80)
    language = models.CharField(max_length=5)
    letter_box = models.BinaryField(default=b"")
    letter = WorkingJson("letter_box", dict)
    subject = WorkingPart(letter, "subject", str)
    body = WorkingPart(letter, "body", str)
    to_address = WorkingPart(letter, "to_address", str)
    ready = models.BooleanField(default=False)
    problem = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    message_id = models.CharField(max_length=120, unique=True, null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    send_queued = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    # The recipient says that it has the list, or that it deleted what was recalled.
    received_at = models.DateTimeField(null=True, blank=True)
    bounced_how = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=12, choices=Request.Ending.choices, blank=True)

    class Meta:
        """In the order in which they were drafted."""

        ordering: ClassVar = ["drafted_at", "reference"]

    def __str__(self) -> str:
        return self.reference

    @property
    def working_owner(self) -> uuid.UUID | None:
        """The case's; a recall is the centre's own, so that it outlives an erased case's keys."""
        return CENTRE if self.kind == self.Kind.RECALL else self.case_id


class StandingApproval(models.Model):
    """A person's approval for a recipient and a kind of item, limited in time, logged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recipient = models.CharField(max_length=60)
    why = models.CharField(max_length=12)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standing_approvals"
    )
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
