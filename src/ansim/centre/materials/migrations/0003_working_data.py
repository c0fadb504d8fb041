"""Addresses, fingerprints and what was seen go into boxes; what they are found by is keyed."""

from typing import Any

from django.conf import settings
from django.db import migrations, models

from ansim.centre.cases.boxing import Boxes, each
from ansim.vault import blind_index

PARTS = ("pdq", "md5", "sha1", "sha256", "dihedral", "alternates", "frames")
# PostgreSQL changes no table whose rows still wait for their checks.
CHECK_NOW = (
    "SET CONSTRAINTS ALL IMMEDIATE"
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    else migrations.RunSQL.noop
)


def url_key(url: str) -> str:
    return blind_index(settings.SECRETS.blind_secret, "url", url).hex()


def into_boxes(apps: Any, schema_editor: Any) -> None:
    boxes = Boxes(apps.get_model("cases", "KeyWrap"))

    def owner_of(row: Any) -> Any:
        owner = row.case_id or row.bank_id
        boxes.key(owner, row.case_id)
        return owner

    def material(row: Any) -> None:
        owner = owner_of(row)
        what = row.key if row.bank_id else row.sha256
        secret = boxes.key(owner, row.case_id).secret
        row.key = blind_index(secret, "material", what).hex() if what else ""
        parts = {name: getattr(row, name) for name in PARTS}
        row.fingerprint_box = boxes.json(owner, row, "fingerprint_box", parts)

    def sighting(row: Any) -> None:
        owner = owner_of(row)
        row.url_key = url_key(row.url)
        row.url_box = boxes.text(owner, row, "url_box", row.url)
        row.reasons_box = boxes.json(owner, row, "reasons_box", row.reasons)
        reason = row.next_look_reason
        row.next_look_reason_box = boxes.json(owner, row, "next_look_reason_box", reason)

    def media(row: Any) -> None:
        row.url_key = url_key(row.url)
        row.url_box = boxes.text(owner_of(row.sighting), row, "url_box", row.url)

    def look(row: Any) -> None:
        owner = owner_of(row.sighting)
        row.round_box = boxes.json(owner, row, "round_box", row.round)
        row.reasons_box = boxes.json(owner, row, "reasons_box", row.reasons)

    banks = apps.get_model("materials", "Bank").objects
    for bank in banks.values_list("pk", flat=True):
        boxes.key(bank, None)
    rows = {name: apps.get_model("materials", name).objects for name in (
        "Material", "Sighting", "SightingMedia", "Look")}  # fmt: skip
    each(rows["Material"], material, ["key", "fingerprint_box"])
    each(rows["Sighting"], sighting, ["url_key", "url_box", "reasons_box", "next_look_reason_box"])
    each(rows["SightingMedia"].select_related("sighting"), media, ["url_key", "url_box"])
    each(rows["Look"].select_related("sighting"), look, ["round_box", "reasons_box"])


class Migration(migrations.Migration):
    dependencies = [("materials", "0002_alternates"), ("cases", "0004_working_data")]

    operations = [
        *(
            migrations.AddField(model, column, models.BinaryField(default=b""))
            for model, column in (
                ("material", "fingerprint_box"), ("sighting", "url_box"),
                ("sighting", "reasons_box"), ("sighting", "next_look_reason_box"),
                ("sightingmedia", "url_box"), ("look", "round_box"), ("look", "reasons_box"),
            )
        ),
        migrations.RunPython(into_boxes, migrations.RunPython.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        migrations.RemoveConstraint("material", "material_once_a_case"),
        *(migrations.RemoveField("material", name) for name in PARTS),
        migrations.AlterField("material", "key", models.CharField(blank=True, max_length=64)),
        migrations.AddConstraint(
            "material",
            models.UniqueConstraint(
                condition=models.Q(case__isnull=False) & ~models.Q(key=""),
                fields=["case", "key"], name="material_once_a_case"),
        ),
        *(
            migrations.RemoveField(model, name)
            for model, name in (
                ("sighting", "url"), ("sighting", "reasons"), ("sighting", "next_look_reason"),
                ("sightingmedia", "url"), ("look", "round"), ("look", "reasons"),
            )
        ),
        migrations.AlterField(
            "sighting", "url_key", models.CharField(db_index=True, max_length=64)),
        migrations.AlterField(
            "sightingmedia", "url_key", models.CharField(db_index=True, max_length=64)),
    ]  # fmt: skip
