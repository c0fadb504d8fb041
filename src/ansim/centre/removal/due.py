"""What the removal room wants done at a moment: looks, sendings, mail, receipts, clocks."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet

from ansim.centre import outside
from ansim.centre.cases.models import Consent
from ansim.centre.materials.models import Sighting
from ansim.centre.materials.planning import promise
from ansim.centre.removal.mailroom import presume_receipt, presumed_after
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.sharing import recall_uncovered
from ansim.centre.removal.tasks import look_at, send_hash_list, send_notice, take_in_mail
from ansim.centre.removal.withdrawing import expire
from ansim.centre.work.due import due, next_due
from ansim.centre.work.jobs import is_waiting

AT_ONCE = 500


@due
def queue_looks(now: datetime) -> int:
    """Sightings whose next look is due."""
    rows = Sighting.objects.filter(next_look_at__lte=now, look_queued=False)
    queued = 0
    for key in rows.order_by("next_look_at", "number").values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            if Sighting.objects.filter(pk=key, look_queued=False).update(look_queued=True):
                look_at.enqueue(str(key))
                queued += 1
    return queued


@due
def queue_sendings(now: datetime) -> int:
    """Approved notices, and those whose next attempt is due."""
    states = (Request.State.APPROVED, Request.State.SENDING)
    rows = Request.objects.filter(state__in=states, send_queued=False).filter(
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    )
    queued = 0
    for key in rows.order_by("approved_at", "reference").values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            if Request.objects.filter(pk=key, send_queued=False).update(send_queued=True):
                send_notice.enqueue(str(key))
                queued += 1
    return queued


@due
def queue_hash_lists(now: datetime) -> int:
    """Approved lists of fingerprints and recalls, and those whose next attempt is due."""
    states = (Request.State.APPROVED, Request.State.SENDING)
    rows = HashList.objects.filter(state__in=states, send_queued=False).filter(
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    )
    queued = 0
    for key in rows.values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            if HashList.objects.filter(pk=key, send_queued=False).update(send_queued=True):
                send_hash_list.enqueue(str(key))
                queued += 1
    return queued


@due
def end_consents(now: datetime) -> int:
    """Consents whose time is over, and lists that nothing covers any more."""
    return expire(now) + len(recall_uncovered(now))


@due
def queue_mail(now: datetime) -> int:  # noqa: ARG001 -- every due function is given the moment
    """New mail in the centre's mailbox."""
    new = outside.maildir() / "new"
    if not new.is_dir() or next(new.iterdir(), None) is None or is_waiting(take_in_mail):
        return 0
    take_in_mail.enqueue()
    return 1


@due
def presume_receipts(now: datetime) -> int:
    """Notices that count as received, for no bounce came."""
    done = 0
    for request in _sent():
        moment = presumed_after(request)
        if moment is not None and moment <= now:
            presume_receipt(request.pk, now=now)
            done += 1
    return done


def _sent() -> QuerySet[Request]:
    return Request.objects.filter(state=Request.State.SENT).only("sent_at", "regime")


@due
def look_at_ends_of_clocks(now: datetime) -> int:
    """When a request's time is over, its sighting is looked at before anything is said."""
    late = _late(now)
    return Sighting.objects.filter(
        pk__in=late.values("sighting"), look_queued=False, next_look_at__gt=now
    ).update(next_look_at=now)


@promise
def time_is_up(sighting: Sighting, now: datetime) -> datetime | None:
    """When the earliest running clock of a link's requests ends: it is looked at then."""
    running = sighting.requests.filter(state=Request.State.RECEIVED, escalates_at__gt=now)
    moment: datetime | None = running.aggregate(at=Min("escalates_at"))["at"]
    return moment


def _late(now: datetime) -> QuerySet[Request]:
    return Request.objects.filter(state=Request.State.RECEIVED, escalates_at__lte=now).filter(
        Q(sighting__last_look_at__lt=F("escalates_at")) | Q(sighting__last_look_at=None)
    )


@next_due
def next_moment(now: datetime) -> datetime | None:
    """The next look, attempt, presumed receipt, end of a clock or end of a consent."""
    looks = Sighting.objects.filter(look_queued=False).aggregate(at=Min("next_look_at"))["at"]
    tries = Request.objects.filter(state=Request.State.SENDING).aggregate(
        at=Min("next_attempt_at")
    )["at"]
    ends = Request.objects.filter(state=Request.State.RECEIVED, escalates_at__gt=now).aggregate(
        at=Min("escalates_at")
    )["at"]
    receipts = [presumed_after(one) for one in _sent()]
    lists = HashList.objects.filter(state=Request.State.SENDING).aggregate(
        at=Min("next_attempt_at")
    )["at"]
    over = Consent.objects.filter(withdrawn_at=None, expired_at=None).aggregate(
        at=Min("expires_at")
    )["at"]
    moments = [one for one in (looks, tries, ends, lists, over, *receipts) if one is not None]
    return max(min(moments), now + timedelta(seconds=1)) if moments else None
