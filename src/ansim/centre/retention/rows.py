"""Rows of the database as lines of JSON, and back: the same on SQLite and PostgreSQL."""

import base64
import gzip
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

BATCH = 500
# Keys travel apart; sessions, waiting jobs and counters of failed sign-ins end with the database;
# the rest is made anew by the migrations.
LEFT_OUT = frozenset(
    {
        "cases.KeyWrap", "sessions.Session", "django_tasks_db.DBTaskResult",
        "access.SignInAttempt", "portal.Try", "portal.Spent", "contenttypes.ContentType", "auth.Permission",
    }
)  # fmt: skip
# How a value that JSON does not know is written: its kind and its text.
_TAG = "$"


def data_models() -> list[type[models.Model]]:
    """Every table that a data backup holds, by label."""
    found = (
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT
    )
    return sorted(found, key=lambda model: model._meta.label)


def file_of(model: type[models.Model]) -> str:
    """The name of a table's file in a backup."""
    return f"{model._meta.label}.jsonl.gz"


def dump(rows: models.QuerySet[Any]) -> Iterator[bytes]:
    """Rows as gzip-compressed lines, one JSON object each, in parts."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    buffer = io.BytesIO()
    # Without a time in its head, the same rows are the same file.
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as packed:
        for values in rows.order_by("pk").values_list(*names).iterator(chunk_size=2000):
            line = json.dumps(
                dict(zip(names, map(_plain, values), strict=True)), ensure_ascii=False
            )
            packed.write(line.encode() + b"\n")
            if buffer.tell() > 1 << 20:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()


def as_dicts(rows: models.QuerySet[Any]) -> list[dict[str, Any]]:
    """A few rows as JSON objects, for the key backup."""
    names = [field.attname for field in rows.model._meta.concrete_fields]
    return [
        dict(zip(names, map(_plain, values), strict=True))
        for values in rows.order_by("pk").values_list(*names)
    ]


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file that ``dump`` wrote, with their values as Python knows them."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield revive(json.loads(line))


def revive(row: dict[str, Any]) -> dict[str, Any]:
    """One object of ``dump`` or ``as_dicts`` with moments, ids and bytes restored."""
    return {name: _python(value) for name, value in row.items()}


def load(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    """Insert rows as they are, without signals or defaults; returns how many."""
    count, batch = 0, list[models.Model]()
    manager = model._base_manager
    for row in rows:
        batch.append(model(**row))
        if len(batch) >= BATCH:
            count += len(manager.bulk_create(batch))
            batch = []
    return count + len(manager.bulk_create(batch))


def reset_sequences() -> None:
    """Let numbered tables go on after the highest number that was loaded."""
    statements = connection.ops.sequence_reset_sql(no_style(), data_models())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _plain(value: object) -> object:
    match value:
        case datetime():
            return {_TAG: "moment", "text": value.isoformat()}
        case date():
            return {_TAG: "day", "text": value.isoformat()}
        case UUID():
            return {_TAG: "id", "text": str(value)}
        case Decimal():
            return {_TAG: "decimal", "text": str(value)}
        case bytes() | memoryview() | bytearray():
            return {_TAG: "bytes", "text": base64.b64encode(bytes(value)).decode()}
        case dict() | list():
            # A JSON column, which may hold anything, our own mark among it.
            return {_TAG: "json", "text": json.dumps(value, ensure_ascii=False)}
        case _:
            return value


def _python(value: object) -> object:
    if not isinstance(value, dict):
        return value
    text = str(value["text"])
    match value[_TAG]:
        case "moment":
            return datetime.fromisoformat(text)
        case "day":
            return date.fromisoformat(text)
        case "id":
            return UUID(text)
        case "decimal":
            return Decimal(text)
        case "bytes":
            return base64.b64decode(text)
        case _:
            return json.loads(text)
