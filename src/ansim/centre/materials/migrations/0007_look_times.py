"""When each verdict was seen, in an index of its own: the ledger opens no box for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index; no row changes."""

    dependencies = [
        ("materials", "0006_bank_radii"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="look",
            index=models.Index(fields=["sighting", "verdict", "at"], name="look_times"),
        ),
    ]
