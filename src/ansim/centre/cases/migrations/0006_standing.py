"""A proxy's standing, and decisions about duties to report."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _staff() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+",
        on_delete=django.db.models.deletion.SET_NULL,
    )  # fmt: skip


class Migration(migrations.Migration):
    """Two new tables; nothing that is there changes."""

    dependencies = [
        ("cases", "0005_consent_ledger"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="ProxyStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kin", models.CharField(blank=True, max_length=20)),
                ("papers", models.JSONField(default=list)),
                ("papers_seen_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_how",
                    models.CharField(
                        blank=True,
                        choices=[("phone", "Phone"), ("in_person", "In Person")],
                        max_length=10,
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proxy",
                        to="cases.case",
                    ),
                ),
                ("papers_seen_by", _staff()),
                ("confirmed_by", _staff()),
            ],
        ),
        migrations.CreateModel(
            name="ReportingDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.CharField(max_length=40)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"), ("report", "Report"), ("no_duty", "No Duty"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason_box", models.BinaryField()),
                ("decided_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reporting_decisions",
                        to="cases.case",
                    ),
                ),
                ("decided_by", _staff()),
            ],
            options={"ordering": ["-decided_at"]},
        ),
    ]  # fmt: skip
