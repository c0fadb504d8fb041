"""Which pages were seen is forgotten once: their digests were made without a key."""

from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    """The next walks look at each page once more and write it down under its keyed digest."""
    apps.get_model("patrol", "SeenPage").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("patrol", "0001_initial")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
