"""Whose turn it is at a host, shared by all processes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table of its own: it belongs to no case and no bank."""

    dependencies = [
        ("materials", "0003_working_data"),
    ]

    operations = [
        migrations.CreateModel(
            name="HostTurn",
            fields=[
                (
                    "key",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("full_at", models.FloatField(db_index=True, default=0.0)),
                ("closed_until", models.FloatField(default=0.0)),
            ],
        ),
    ]
