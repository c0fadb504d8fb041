"""What needs more than one person: joint acts, and who saw whose name.

Their reasons are sealed with the key of the case, so that the server cannot read them; where
there is no case, or the asking person does not hold its key, with a key of the server.
"""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class JointAct(models.Model):
    """One asking for an act of joint_acts.toml: who asked, who answered, whether it was used.

    ``asked_by`` is empty where the operator asked on the command line. ``object_id`` names what
    the act is for: a row's id, or a digest for something that is not stored yet.
    """

    class State(models.TextChoices):
        """Whose turn it is; what has run out stays in its state, see ``joint.state_of``."""

        WAITING = "waiting"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        USED = "used"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.CASCADE, related_name="joint_acts"
    )
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="acts_asked"
    )
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="acts_answered"
    )
    answered_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    reason_box = models.BinaryField()
    # Whether the case's own key seals the reason (else the server's does).
    reason_is_sealed = models.BooleanField()

    class Meta:
        """Newest first; the database itself refuses the same person twice."""

        ordering: ClassVar = ["-asked_at"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["kind", "object_id", "state"], name="joint_what")
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(answered_by__isnull=True)
                | models.Q(asked_by__isnull=True)
                | ~models.Q(answered_by=models.F("asked_by")),
                name="joint_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class IdentityAsk(models.Model):
    """A colleague without ``identity.read`` asks the custodian to see who a person is."""

    class State(models.TextChoices):
        """What the custodian said."""

        WAITING = "waiting"
        GRANTED = "granted"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="identity_asks")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    # Sealed for those who hold the case; the custodian decides on the purpose, a code.
    reason_box = models.BinaryField()
    purpose = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    # The custodian's sentence to the colleague; it is about the centre's work, not the person.
    answer_box = models.BinaryField(default=b"")

    class Meta:
        """Oldest first: who waits longest."""

        ordering: ClassVar = ["asked_at"]

    def __str__(self) -> str:
        return self.state


class IdentityShowing(models.Model):
    """One time that somebody saw a person's name or how to reach them."""

    class Review(models.TextChoices):
        """What the custodian made of it."""

        OPEN = "open"
        FINE = "fine"
        QUERIED = "queried"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        "cases.Case", on_delete=models.CASCADE, related_name="identity_showings"
    )
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    fields = models.JSONField(default=list)
    purpose = models.CharField(max_length=20)
    reason_box = models.BinaryField()
    review = models.CharField(max_length=10, choices=Review.choices, default=Review.OPEN)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return self.review
