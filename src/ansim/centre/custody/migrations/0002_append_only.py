"""The database itself refuses to change or delete a custody event."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = (
    """CREATE TRIGGER custody_no_update BEFORE UPDATE ON custody_custodyevent
       BEGIN SELECT RAISE(ABORT, 'custody is append-only'); END""",
    """CREATE TRIGGER custody_no_delete BEFORE DELETE ON custody_custodyevent
       BEGIN SELECT RAISE(ABORT, 'custody is append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION custody_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'custody is append-only'; END $$""",
    """CREATE TRIGGER custody_no_change BEFORE UPDATE OR DELETE ON custody_custodyevent
       FOR EACH ROW EXECUTE FUNCTION custody_refuse()""",
)


def guard(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the triggers in place."""
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Triggers against UPDATE and DELETE."""

    dependencies = [("custody", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
