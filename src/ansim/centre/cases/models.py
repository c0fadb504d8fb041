"""The case: a person in need, what happened, what they allowed, and who may read it.

Sealed columns (``*_box``) hold envelopes of ansim.vault: neither the database nor the server
can open them without a staff member's or the person's own key.
"""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from ansim.centre.cases.covering import covering_of
from ansim.centre.cases.references import english_reference
from ansim.centre.cases.working import WorkingJson


class Case(models.Model):
    """One person's case. ``reference`` is what staff say aloud; it means nothing."""

    class Status(models.TextChoices):
        """Where the case stands."""

        NEW = "new"
        OPEN = "open"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.NEW)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=20)
    language = models.CharField(max_length=5, default="ko")
    standing = models.CharField(max_length=20, default="self")
    age = models.CharField(max_length=20, default="unknown")
    gender = models.CharField(max_length=20, default="unknown")
    relation = models.CharField(max_length=20, default="unknown")
    places = models.JSONField(default=list)
    flags = models.JSONField(default=list)
    threat_deadline = models.DateTimeField(null=True, blank=True)
    # Words a search engine is asked with: account names and titles, never the person's name.
    keywords_box = models.BinaryField(default=b"")
    keywords = WorkingJson("keywords_box", list)
    # By which way the person may be reached (codes and yes or no); number and hours are sealed.
    safe_contact_box = models.BinaryField(default=b"")
    safe_contact = WorkingJson("safe_contact_box", dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="owned_cases",
    )  # fmt: skip
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    watch_until = models.DateTimeField(null=True, blank=True)
    story_box = models.BinaryField(null=True, blank=True)
    contact_box = models.BinaryField(null=True, blank=True)
    # False until somebody who holds the index key has opened the contact: see contacts.py.
    contact_indexed = models.BooleanField(default=False)

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-opened_at", "reference"]
        indexes: ClassVar = [models.Index(fields=["-opened_at", "reference"], name="case_newest")]

    def __str__(self) -> str:
        return self.reference

    @property
    def working_owner(self) -> uuid.UUID:
        """Whose working key seals its working data: its own."""
        return self.pk

    @property
    def spoken(self) -> str:
        """The reference in the reader's language: 여울-412 or Yeoul-412."""
        if (get_language() or "ko").startswith("ko"):
            return self.reference
        return english_reference(self.reference)

    def allows(self, purpose: str, now: datetime) -> bool:
        """Whether a consent for ``purpose`` stands at ``now``, whoever the recipient is."""
        return covering_of(self.consents.all(), purpose, "", "", now) is not None


class CaseHarm(models.Model):
    """One kind of harm that a case reports; a case may have several."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="harms")
    code = models.CharField(max_length=30)

    class Meta:
        """A kind of harm is named once a case."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "code"], name="one_row_per_harm")
        ]


class CaseMembership(models.Model):
    """A staff member with whom a case is shared."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="memberships")
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    added_at = models.DateTimeField()

    class Meta:
        """A case is shared once with each colleague."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "staff"], name="one_membership")
        ]


class KeyWrap(models.Model):
    """A key, wrapped for the public key of one holder: the only place where keys lie.

    ``subject`` is the case or bank that the key is for (or a name of ``keyring``). A case has two:
    *sealed* for staff, receipt code and escrow; *working* for the server and escrow.
    """

    class Which(models.TextChoices):
        """Which key of its subject it is."""

        SEALED = "sealed"
        WORKING = "working"

    class Holder(models.TextChoices):
        """Who can open this wrap."""

        STAFF = "staff"
        RECEIPT = "receipt"
        ESCROW = "escrow"
        SERVER = "server"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.CASCADE, related_name="wraps"
    )
    subject = models.UUIDField(db_index=True)
    which = models.CharField(max_length=10, choices=Which.choices)
    # Empty in wraps from before keys had ids that say what they are for.
    key_id = models.CharField(max_length=32, blank=True)
    holder = models.CharField(max_length=10, choices=Holder.choices)
    # The id of the staff member, the escrow holder or the server key; empty for the receipt code.
    holder_id = models.CharField(max_length=40, blank=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE,
        related_name="wraps",
    )  # fmt: skip
    wrapped = models.BinaryField()

    class Meta:
        """Once for each holder; a sealed key is never for the server, a working key never theirs."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "which", "holder", "holder_id"], name="wrap_once_a_holder"
            ),
            models.CheckConstraint(
                condition=Q(which="sealed", holder__in=["staff", "receipt", "escrow"])
                | Q(which="working", holder__in=["server", "escrow"]),
                name="wrap_for_whom_it_may",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["holder", "holder_id"], name="wrap_holder")]


class EscrowHolder(models.Model):
    """A public key whose private half lies on paper, away from the server."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    label = models.CharField(max_length=60, unique=True)
    public_key = models.BinaryField(max_length=32)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order in which they were added."""

        ordering: ClassVar = ["added_at", "label"]

    def __str__(self) -> str:
        return self.label


class Receipt(models.Model):
    """What a receipt code is looked up by; the code itself is nowhere."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="receipt")
    lookup = models.BinaryField(unique=True, max_length=32)
    public_key = models.BinaryField()
    typed_back_at = models.DateTimeField(null=True, blank=True)


class Consent(models.Model):
    """One answer of the person: a purpose and a recipient, allowed or refused, in which wording.

    A row is never written over. Only its end is added, once (withdrawn or expired): the database
    refuses every other change. ``recipient`` is the scope of ansim.centre.cases.covering.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=30)
    recipient = models.CharField(max_length=60, blank=True, default="")
    refused = models.BooleanField(default=False)
    # The version of the wording, the language, and a digest of the very words; "" before 0005.
    wording = models.CharField(max_length=20)
    wording_language = models.CharField(max_length=5, blank=True, default="")
    wording_digest = models.CharField(max_length=64, blank=True, default="")
    # Who spoke (the person, or a proxy by standing), how, and which staff member wrote it down.
    given_by = models.CharField(max_length=20, default="person")
    given_how = models.CharField(max_length=15, default="portal")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=20, blank=True, default="")
    withdrawn_how = models.CharField(max_length=15, blank=True, default="")
    withdrawal_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    # When the centre noticed that its time was over, and stopped what rested on it.
    expired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """In the order in which they were given."""

        ordering: ClassVar = ["given_at", "purpose", "id"]

    def stands(self, now: datetime) -> bool:
        """Whether this answer is in force at ``now``."""
        if self.withdrawn_at is not None and self.withdrawn_at <= now:
            return False
        return self.given_at <= now and (self.expires_at is None or now < self.expires_at)


class Disclosure(models.Model):
    """One thing that left the centre: to whom, when, under which consent or rule, what kinds.

    ``facts`` names kinds of facts (``address``, ``fingerprint``), never their values. ``source``
    is the id of the request or list that left; each leaves once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="disclosures")
    purpose = models.CharField(max_length=30)
    recipient = models.CharField(max_length=60)
    recipient_kind = models.CharField(max_length=15)
    at = models.DateTimeField()
    basis = models.CharField(max_length=80)
    consent = models.ForeignKey(
        Consent, null=True, blank=True, on_delete=models.CASCADE, related_name="disclosures"
    )
    facts = models.JSONField(default=list)
    source = models.UUIDField(unique=True)

    class Meta:
        """In the order in which they left."""

        ordering: ClassVar = ["at", "id"]


class ContactIndex(models.Model):
    """A blind index of a telephone number or e-mail address of a case.

    Made under the centre's index key, which staff and escrow hold and the server does not: with
    the database and the server key alone, not even all numbers of the country can be tried.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_index")
    field = models.CharField(max_length=10)
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        """A number stands once in a case."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "field", "digest"], name="contact_once_a_case")
        ]


class Message(models.Model):
    """A message between the person and the centre; the words are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    from_person = models.BooleanField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    text_box = models.BinaryField()

    class Meta:
        """Oldest first, as a conversation is read."""

        ordering: ClassVar = ["at"]
        indexes: ClassVar = [
            models.Index(
                fields=["case"], condition=Q(from_person=True, read_at=None), name="message_unread"
            )
        ]


class Note(models.Model):
    """A counsellor's own note on a case; sealed, never shown to the person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    text_box = models.BinaryField()

    class Meta:
        """Newest first."""

        ordering: ClassVar = ["-at"]


from ansim.centre.cases.standing_models import ProxyStanding, ReportingDecision  # noqa: E402, F401
