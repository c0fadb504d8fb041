"""Lists of fingerprints handed over, and their recalls."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATES = [
    (one, one.capitalize())
    for one in (
        "draft", "approved", "sending", "unclear", "sent", "received", "bounced", "closed",
    )
]  # fmt: skip
ENDINGS = [
    ("gone", "Gone"), ("deindexed", "Deindexed"), ("not_done", "Not Done"),
    ("bounced", "Bounced"), ("returned", "Returned"), ("no_basis", "No Basis"),
    ("answered", "Answered"),
]  # fmt: skip
KINDS = [("share", "Share"), ("recall", "Recall")]


def _moment() -> models.DateTimeField:
    return models.DateTimeField(blank=True, null=True)


def _state() -> models.CharField:
    return models.CharField(choices=STATES, default="draft", max_length=10)


def _ending() -> models.CharField:
    return models.CharField(blank=True, choices=ENDINGS, max_length=12)


def _key() -> models.UUIDField:
    return models.UUIDField(
        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
    )


def _case() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL,
        related_name="hash_lists", to="cases.case",
    )  # fmt: skip


def _recalls() -> models.OneToOneField:
    return models.OneToOneField(
        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE,
        related_name="recall", to="removal.hashlist",
    )  # fmt: skip


def _approved_by() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
        to=settings.AUTH_USER_MODEL,
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_consent_ledger"),
        ("removal", "0002_working_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="HashList",
            fields=[
                ("id", _key()),
                ("reference", models.CharField(max_length=12, unique=True)),
                ("case", _case()),
                ("kind", models.CharField(choices=KINDS, max_length=6)),
                ("recalls", _recalls()),
                ("recipient", models.CharField(max_length=60)),
                ("recipient_kind", models.CharField(default="hash_sharing", max_length=15)),
                ("regime", models.CharField(max_length=40)),
                ("rung", models.PositiveSmallIntegerField(default=1)),
                ("materials", models.JSONField(default=list)),
                ("state", _state()),
                ("drafted_at", models.DateTimeField()),
                ("basis", models.CharField(max_length=80)),
                ("language", models.CharField(max_length=5)),
                ("letter_box", models.BinaryField(default=b"")),
                ("ready", models.BooleanField(default=False)),
                ("problem", models.CharField(blank=True, max_length=40)),
                ("approved_at", _moment()),
                ("approved_by", _approved_by()),
                ("message_id", models.CharField(
                    blank=True, max_length=120, null=True, unique=True)),
                ("attempt", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", _moment()),
                ("send_queued", models.BooleanField(default=False)),
                ("sent_at", _moment()),
                ("received_at", _moment()),
                ("bounced_how", models.CharField(blank=True, max_length=120)),
                ("closed_at", _moment()),
                ("ending", _ending()),
            ],
            options={"ordering": ["drafted_at", "reference"]},
        ),
    ]  # fmt: skip
