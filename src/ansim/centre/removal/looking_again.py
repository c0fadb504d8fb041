"""A person asks for a look before its time: politely, and written down."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre.access.permissions import require
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Sighting

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# The site is not asked again for one link within this time, whoever wishes it.
POLITE = timedelta(minutes=30)


def may_look_again(link: Sighting, now: datetime) -> bool:
    """Whether a look may be asked for now.

    Not where none is planned (nothing allows it any more), not while one is under way or due, not
    within POLITE of the last one, and not before the site said to come back (Retry-After).
    """
    planned = link.next_look_at
    if planned is None or planned <= now or link.look_queued:
        return False
    if link.last_look_at is not None and now < link.last_look_at + POLITE:
        return False
    return "look_retry_after" not in _codes(link)


def _codes(link: Sighting) -> set[str]:
    stored = link.next_look_reason or []
    return {str(raw.get("code")) for raw in ([stored] if isinstance(stored, dict) else stored)}


def asks_to_stay_out(link: Sighting) -> bool:
    """Whether robots.txt kept the last look out."""
    last = link.looks.order_by("-number").first()
    return last is not None and any(
        view["page"].get("reason") == "robots" for view in last.round.get("views", [])
    )


@transaction.atomic
def override_robots(link: Sighting, reason: str, *, by: "Staff", now: datetime) -> None:
    """Look at a link although robots.txt asks not to, for a reason that is kept; "" obeys again.

    Raises NotPermitted.
    """
    require(by, "robots.override", link.case)
    held = Sighting.objects.select_for_update().get(pk=link.pk)
    held.robots_reason = reason.strip()
    held.save(update_fields=["robots_box"])
    action = "robots.overridden" if reason.strip() else "robots.obeyed"
    record(action, actor=by, obj=held, case=held.case, fields=["robots_reason"], at=now)


@transaction.atomic
def look_again(link: Sighting, *, by: "Staff", now: datetime) -> bool:
    """Have the link looked at next; False when it may not be asked for now.

    Raises NotPermitted.
    """
    require(by, "sighting.add", link.case)
    held = Sighting.objects.select_for_update().get(pk=link.pk)
    if not may_look_again(held, now):
        return False
    held.next_look_at = now
    held.save(update_fields=["next_look_at"])
    fields = ["next_look_at"]
    record("link.look_asked", actor=by, obj=held, case=held.case, fields=fields, at=now)
    return True
