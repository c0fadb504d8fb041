"""What the patrol wants done at a moment: walks through targets."""

from datetime import datetime

from django.db import transaction
from django.db.models import Min

from ansim.centre.patrol.models import Target
from ansim.centre.patrol.tasks import walk_target
from ansim.centre.work.due import due, next_due


@due
def queue_walks(now: datetime) -> int:
    """Targets whose next walk is due."""
    rows = Target.objects.filter(active=True, run_queued=False, next_run_at__lte=now)
    queued = 0
    for key in rows.values_list("pk", flat=True):
        with transaction.atomic():
            if Target.objects.filter(pk=key, run_queued=False).update(run_queued=True):
                walk_target.enqueue(str(key))
                queued += 1
    return queued


@next_due
def next_walk(now: datetime) -> datetime | None:  # noqa: ARG001 -- the others need it
    """The next walk through a target."""
    waiting = Target.objects.filter(active=True, run_queued=False)
    moment: datetime | None = waiting.aggregate(at=Min("next_run_at"))["at"]
    return moment
