"""PostgreSQL's TRUNCATE passes by row triggers; a statement trigger refuses it as well.

SQLite has no TRUNCATE: a DELETE without a condition fires the row trigger there.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def guard(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the trigger in place."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            """CREATE TRIGGER custody_no_truncate BEFORE TRUNCATE ON custody_custodyevent
               FOR EACH STATEMENT EXECUTE FUNCTION custody_refuse()"""
        )


class Migration(migrations.Migration):
    """A trigger against TRUNCATE."""

    dependencies = [("custody", "0002_append_only")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
