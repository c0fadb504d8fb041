"""The consent ledger: scope, words shown, who spoke and who wrote it down; what left the centre.

Rows of before keep what they have. Their digest stays empty: nobody kept the words then, only
the version, and nothing is made up afterwards.
"""

import uuid

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIXED = (
    "id", "case_id", "purpose", "recipient", "refused", "wording", "wording_language",
    "wording_digest", "given_by", "given_how", "recorded_by_id", "given_at", "expires_at",
)  # fmt: skip
ENDS = ("withdrawn_at", "withdrawn_by", "withdrawn_how", "withdrawal_recorded_by_id")


def _changes(unlike: str) -> str:
    """When an update is refused: a fixed column changes, or an end that is there already."""
    fixed = " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in FIXED)
    again = " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in ENDS)
    return (
        f"{fixed} OR (OLD.withdrawn_at IS NOT NULL AND ({again}))"
        f" OR (OLD.expired_at IS NOT NULL AND NEW.expired_at {unlike} OLD.expired_at)"
    )


SQLITE = f"""CREATE TRIGGER consent_is_kept BEFORE UPDATE ON cases_consent
    WHEN {_changes("IS NOT")}
    BEGIN SELECT RAISE(ABORT, 'a consent is never written over'); END"""
POSTGRESQL = (
    f"""CREATE FUNCTION consent_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF {_changes("IS DISTINCT FROM")} THEN
    RAISE EXCEPTION 'a consent is never written over'; END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER consent_is_kept BEFORE UPDATE ON cases_consent
    FOR EACH ROW EXECUTE FUNCTION consent_refuse()""",
)


def guard(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the trigger in place."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL if postgresql else (SQLITE,):
        schema_editor.execute(statement)


def _text(length: int, default: str = "") -> models.CharField:
    return models.CharField(max_length=length, blank=not default, default=default)


def _staff() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, related_name="+",
        on_delete=django.db.models.deletion.PROTECT,
    )  # fmt: skip


NEW_FIELDS = (
    ("recipient", _text(60)),
    ("refused", models.BooleanField(default=False)),
    ("wording_language", _text(5)),
    ("wording_digest", _text(64)),
    ("given_how", _text(15, "portal")),
    ("recorded_by", _staff()),
    ("withdrawn_by", _text(20)),
    ("withdrawn_how", _text(15)),
    ("withdrawal_recorded_by", _staff()),
    ("expired_at", models.DateTimeField(null=True, blank=True)),
)


class Migration(migrations.Migration):
    """New columns, the table of what left, and the trigger last: changed tables lose theirs."""

    dependencies = [
        ("cases", "0004_working_data"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="consent", options={"ordering": ["given_at", "purpose", "id"]}
        ),
        *(migrations.AddField("consent", name, field) for name, field in NEW_FIELDS),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("purpose", models.CharField(max_length=30)),
                ("recipient", models.CharField(max_length=60)),
                ("recipient_kind", models.CharField(max_length=15)),
                ("at", models.DateTimeField()),
                ("basis", models.CharField(max_length=80)),
                ("facts", models.JSONField(default=list)),
                ("source", models.UUIDField(unique=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disclosures",
                        to="cases.case",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disclosures",
                        to="cases.consent",
                    ),
                ),
            ],
            options={"ordering": ["at", "id"]},
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
