"""What was called a source is a target now; a source is the plug-in that walks it."""

from typing import Any

from django.db import migrations, models

OLD_KINDS = {"list": "list_page", "rss": "feed", "atom": "feed"}


def name_plugins(apps: Any, schema_editor: Any) -> None:
    """Kinds by the plug-ins' own names; searches may open what they name, wherever it lies."""
    targets = apps.get_model("patrol", "Target").objects
    for old, new in OLD_KINDS.items():
        targets.filter(source=old).update(source=new)
    targets.filter(source__in=("json_search", "html_search")).update(scope="any")


class Migration(migrations.Migration):
    dependencies = [("patrol", "0002_keyed_pages"), ("materials", "0006_bank_radii")]

    operations = [
        migrations.RenameModel("Source", "Target"),
        migrations.RenameField("Target", "kind", "source"),
        migrations.RenameField("Run", "source", "target"),
        migrations.AlterField("Target", "source", models.CharField(max_length=31)),
        migrations.AddField(
            "Target", "scope",
            models.CharField(
                max_length=10, default="host",
                choices=[("host", "Host"), ("path", "Path"), ("domain", "Domain"), ("any", "Any")],
            ),
        ),
        migrations.AddField("Target", "rate", models.FloatField(default=0.5)),
        migrations.AddField("Target", "pages", models.PositiveIntegerField(default=600)),
        migrations.AddField("Target", "owner", models.CharField(max_length=120, blank=True)),
        migrations.AddField("Target", "settings", models.JSONField(default=dict, blank=True)),
        migrations.AddField("Target", "from_file", models.BooleanField(default=True)),
        migrations.AddField(
            "Target", "failed_in_row", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(
            "Target", "last_well_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField("Run", "near", models.PositiveIntegerField(default=0)),
        migrations.AddField("Run", "leads", models.PositiveIntegerField(default=0)),
        migrations.RunPython(name_plugins, migrations.RunPython.noop),
    ]  # fmt: skip
