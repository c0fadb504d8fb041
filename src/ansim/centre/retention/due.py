"""What the retention room wants done: notices before the end, and erasures whose time has come."""

from datetime import datetime, timedelta

from django.db.models import Q

from ansim.centre.cases.models import Case
from ansim.centre.retention.bank_links import drop_old_links
from ansim.centre.retention.models import Review
from ansim.centre.retention.services import AT_ONCE as NOTICES_AT_ONCE
from ansim.centre.retention.services import next_erasure, review
from ansim.centre.retention.tasks import erase_when_due
from ansim.centre.work.due import due, next_due
from ansim.centre.work.jobs import is_waiting

# Times are days and years: looking four times a day is often enough.
REVIEW_EVERY = timedelta(hours=6)
AT_ONCE = 50


@due
def review_times(now: datetime) -> int:
    """Notices of what ends soon, and old links of hash lists; a few times a day."""
    if Review.objects.filter(pk=1, at__gt=now - REVIEW_EVERY, at__lte=now).exists():
        return 0
    given = review(now)
    if given < NOTICES_AT_ONCE:
        Review.objects.update_or_create(pk=1, defaults={"at": now})
    return given + drop_old_links(now)


@due
def queue_erasures(now: datetime) -> int:
    """Cases that are to be erased by now. A case on hold waits without a job."""
    rows = Case.objects.filter(Q(keeping__erase_at__lte=now) | Q(wish__erase_at__lte=now))
    held = Q(holds__lifted_at=None) & (Q(holds__until=None) | Q(holds__until__gt=now))
    rows = rows.exclude(pk__in=Case.objects.filter(held, holds__isnull=False).values("pk"))
    # One batch at a time: a job that waits already will see its cases.
    if not rows.exists() or is_waiting(erase_when_due):
        return 0
    queued = 0
    for key in rows.values_list("pk", flat=True)[:AT_ONCE]:
        erase_when_due.enqueue(str(key))
        queued += 1
    return queued


@next_due
def next_moment(now: datetime) -> datetime | None:
    """The next erasure."""
    moment = next_erasure()
    return None if moment is None else max(moment, now + timedelta(seconds=1))
