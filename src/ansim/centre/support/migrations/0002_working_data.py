"""Who gave a service goes into a box."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from ansim.centre.cases.boxing import Boxes, each

# PostgreSQL changes no table whose rows still wait for their checks.
CHECK_NOW = (
    "SET CONSTRAINTS ALL IMMEDIATE"
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    else migrations.RunSQL.noop
)


def into_boxes(apps: Any, schema_editor: Any) -> None:
    boxes = Boxes(apps.get_model("cases", "KeyWrap"))

    def fill(row: Any) -> None:
        boxes.key(row.case_id, row.case_id)
        row.provider_box = boxes.text(row.case_id, row, "provider_box", row.provider)

    each(apps.get_model("support", "Service").objects, fill, ["provider_box"])


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("cases", "0004_working_data")]

    operations = [
        migrations.AddField("service", "provider_box", models.BinaryField(default=b"")),
        migrations.RunPython(into_boxes, migrations.RunPython.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        migrations.RemoveField("service", "provider"),
    ]
