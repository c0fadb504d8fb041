"""Letters and replies go into boxes."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from ansim.centre.cases.boxing import Boxes, each
from ansim.centre.cases.working import CENTRE

PARTS = ("subject", "body", "fields", "to_address")
# PostgreSQL changes no table whose rows still wait for their checks.
CHECK_NOW = (
    "SET CONSTRAINTS ALL IMMEDIATE"
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    else migrations.RunSQL.noop
)


def into_boxes(apps: Any, schema_editor: Any) -> None:
    boxes = Boxes(apps.get_model("cases", "KeyWrap"))

    def owner_of(sighting: Any) -> Any:
        owner = sighting.case_id or sighting.bank_id
        boxes.key(owner, sighting.case_id)
        return owner

    def request(row: Any) -> None:
        # A draft that says why it could not be written has no letter.
        parts = {name: getattr(row, name) for name in PARTS if getattr(row, name)}
        row.letter_box = boxes.json(owner_of(row.sighting), row, "letter_box", parts)

    def reply(row: Any) -> None:
        owner = CENTRE if row.request is None else owner_of(row.request.sighting)
        boxes.key(owner, None)
        row.text_box = boxes.text(owner, row, "text_box", row.text)

    requests = apps.get_model("removal", "Request").objects.select_related("sighting")
    replies = apps.get_model("removal", "Reply").objects.select_related("request__sighting")
    each(requests, request, ["letter_box"])
    each(replies, reply, ["text_box"])


class Migration(migrations.Migration):
    dependencies = [("removal", "0001_initial"), ("materials", "0003_working_data")]

    operations = [
        migrations.AddField("request", "letter_box", models.BinaryField(default=b"")),
        migrations.AddField("reply", "text_box", models.BinaryField(default=b"")),
        migrations.RunPython(into_boxes, migrations.RunPython.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        *(migrations.RemoveField("request", name) for name in PARTS),
        migrations.RemoveField("reply", "text"),
        migrations.AddIndex(
            "request", models.Index(fields=["state", "sighting"], name="request_state")),
    ]  # fmt: skip
