"""Tries within a window, and what may be used once."""

from django.db import migrations, models


def _id() -> tuple[str, models.BigAutoField]:
    column = models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )
    return "id", column


class Migration(migrations.Migration):
    """Two tables of keyed digests."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Spent",
            fields=[
                _id(),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Try",
            fields=[
                _id(),
                ("kind", models.CharField(max_length=10)),
                ("address_digest", models.CharField(max_length=64)),
                ("code_digest", models.CharField(blank=True, default="", max_length=64)),
                ("counts", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["kind", "at"], name="try_kind"),
                    models.Index(fields=["kind", "address_digest", "at"], name="try_address"),
                    models.Index(fields=["kind", "code_digest", "at"], name="try_code"),
                ],
            },
        ),
    ]
