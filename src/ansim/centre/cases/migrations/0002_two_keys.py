"""Two keys for each case, wrapped in one table, and the offline escrow's public keys."""

import uuid
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ansim.centre.cases.serverkeys import read_again
from ansim.vault import CaseKey, wrap_for

HOLDERS = [("staff", "Staff"), ("receipt", "Receipt"), ("escrow", "Escrow"), ("server", "Server")]


def name_the_old(apps: Any, schema_editor: Any) -> None:
    """Every wrap until now is of a sealed key; the server cannot open it to learn its id."""
    for wrap in apps.get_model("cases", "KeyWrap").objects.all():
        wrap.subject, wrap.which = wrap.case_id, "sealed"
        wrap.holder_id = str(wrap.staff_id or "")
        wrap.save()


def give_working_keys(apps: Any, schema_editor: Any) -> None:
    """Cases that were opened before have no working key yet."""
    key_wrap = apps.get_model("cases", "KeyWrap")
    active = read_again()[-1]
    for case_id in apps.get_model("cases", "Case").objects.values_list("pk", flat=True):
        key = CaseKey.for_subject("working", case_id)
        key_wrap.objects.create(
            case_id=case_id, subject=case_id, which="working", key_id=key.id.hex(),
            holder="server", holder_id=active.id, wrapped=wrap_for(active.public, key),
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EscrowHolder",
            fields=[
                ("id", models.UUIDField(
                    default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("label", models.CharField(max_length=60, unique=True)),
                ("public_key", models.BinaryField(max_length=32)),
                ("added_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ["added_at", "label"]},
        ),
        migrations.AlterField(
            "keywrap", "case",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE,
                related_name="wraps", to="cases.case"),
        ),
        migrations.AlterField(
            "keywrap", "holder", models.CharField(choices=HOLDERS, max_length=10)),
        migrations.AddField("keywrap", "subject", models.UUIDField(null=True)),
        migrations.AddField(
            "keywrap", "which",
            models.CharField(
                choices=[("sealed", "Sealed"), ("working", "Working")], default="sealed",
                max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            "keywrap", "key_id", models.CharField(blank=True, default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField(
            "keywrap", "holder_id", models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.RunPython(name_the_old, migrations.RunPython.noop),
        migrations.RunPython(give_working_keys, migrations.RunPython.noop),
        # PostgreSQL changes no table whose rows still wait for their checks.
        migrations.RunSQL(
            "SET CONSTRAINTS ALL IMMEDIATE" if settings.DATABASES["default"]["ENGINE"].endswith(
                "postgresql") else migrations.RunSQL.noop,
            migrations.RunSQL.noop,
        ),
        migrations.AlterField("keywrap", "subject", models.UUIDField(db_index=True)),
        migrations.AddConstraint(
            "keywrap",
            models.UniqueConstraint(
                fields=["subject", "which", "holder", "holder_id"], name="wrap_once_a_holder"),
        ),
        migrations.AddConstraint(
            "keywrap",
            models.CheckConstraint(
                condition=models.Q(which="sealed", holder__in=["staff", "receipt", "escrow"])
                | models.Q(which="working", holder__in=["server", "escrow"]),
                name="wrap_for_whom_it_may"),
        ),
        migrations.AddIndex(
            "keywrap", models.Index(fields=["holder", "holder_id"], name="wrap_holder")),
    ]  # fmt: skip
