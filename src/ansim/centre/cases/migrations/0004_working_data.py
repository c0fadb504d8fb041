"""Working data of cases go into boxes; blind indexes of contacts; what the case list counts by."""

from typing import Any

import django.db.models.deletion
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

    def fill(case: Any) -> None:
        boxes.key(case.pk, case.pk)
        case.keywords_box = boxes.json(case.pk, case, "keywords_box", case.keywords)
        # Hours that the person wrote are sealed when staff open the contact: see read_story.
        case.safe_contact_box = boxes.json(case.pk, case, "safe_contact_box", case.safe_contact)

    each(apps.get_model("cases", "Case").objects, fill, ["keywords_box", "safe_contact_box"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_two_keys")]

    operations = [
        migrations.AddField("case", "keywords_box", models.BinaryField(default=b"")),
        migrations.AddField("case", "safe_contact_box", models.BinaryField(default=b"")),
        migrations.AddField("case", "contact_indexed", models.BooleanField(default=False)),
        migrations.RunPython(into_boxes, migrations.RunPython.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        migrations.RemoveField("case", "keywords"),
        migrations.RemoveField("case", "safe_contact"),
        migrations.CreateModel(
            name="ContactIndex",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("field", models.CharField(max_length=10)),
                ("digest", models.CharField(db_index=True, max_length=64)),
                ("case", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="contact_index",
                    to="cases.case")),
            ],
        ),
        migrations.AddConstraint(
            "contactindex",
            models.UniqueConstraint(
                fields=["case", "field", "digest"], name="contact_once_a_case"),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["-opened_at", "reference"], name="case_newest")),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=models.Q(from_person=True, read_at=None), fields=["case"],
                name="message_unread"),
        ),
    ]  # fmt: skip
