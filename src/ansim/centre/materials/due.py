"""What the materials room wants done at a moment: the plan of looks, once a day."""

from datetime import datetime

from django.db.models import Max

from ansim.centre.materials import planning
from ansim.centre.materials.models import LookPlan, Sighting
from ansim.centre.work.due import due, next_due


@due
def renew_plan(now: datetime) -> int:
    """Plan all looks anew when the last plan is a day old."""
    moment = next_plan(now)
    if moment is None or moment > now:
        return 0
    planning.renew(now=now)
    return 0


@next_due
def next_plan(now: datetime) -> datetime | None:
    """A day after the last plan; at once for the first one; never while nothing is looked at."""
    if not Sighting.objects.exclude(next_look_at=None).exists():
        return None
    last: datetime | None = LookPlan.objects.aggregate(at=Max("made_at"))["at"]
    return now if last is None else last + planning.RENEW_AFTER
