"""Writing custody events: the only door to the log.

Each event's digest covers its content and the digest before it (a hash chain), so that a
removed or changed event shows. The database refuses UPDATE and DELETE (see the migration).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection, models, transaction

from ansim.centre import clock
from ansim.centre.custody.models import CustodyEvent

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

FIRST = "0" * 64
# Any constant number: it names the lock under which the chain grows on PostgreSQL.
CHAIN_LOCK = 0x616E73696D


def digest_of(event: CustodyEvent) -> str:
    """SHA-256 over the canonical JSON of an event's content and the digest before it."""
    content = {
        # In UTC, as the database gives it back, whatever zone it was written in.
        "at": event.at.astimezone(UTC).isoformat(),
        "actor_kind": event.actor_kind,
        "actor_id": str(event.actor_id or ""),
        "action": event.action,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "case_id": str(event.case_id or ""),
        "fields": event.fields,
        "previous": event.previous,
    }
    line = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(line.encode()).hexdigest()


def record(
    action: str,
    *,
    actor: "Staff | None" = None,
    actor_kind: str = "",
    obj: models.Model | None = None,
    case: models.Model | None = None,
    fields: Sequence[str] = (),
    at: datetime | None = None,
) -> CustodyEvent:
    """Append one event, in the caller's transaction.

    ``actor_kind`` is ``staff``, ``person``, ``worker`` or ``operator``; it follows from
    ``actor`` where that is given. ``fields`` are names of fields that changed or were shown.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = CustodyEvent.objects.order_by("-sequence").values_list("digest", flat=True).first()
        event = CustodyEvent(
            at=at or clock.now(),
            actor_kind=actor_kind or ("staff" if actor is not None else "worker"),
            actor_id=None if actor is None else actor.pk,
            action=action,
            object_kind="" if obj is None else obj._meta.label_lower,
            object_id="" if obj is None else str(obj.pk),
            case_id=None if case is None else case.pk,
            fields=sorted(fields),
            previous=last or FIRST,
        )
        event.digest = digest_of(event)
        event.save(force_insert=True)
    return event
