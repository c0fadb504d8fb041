"""Jobs of the removal room; thin over services."""

from datetime import timedelta
from uuid import UUID

from ansim.centre import clock
from ansim.centre.materials.models import Sighting
from ansim.centre.materials.services import look, record_look
from ansim.centre.removal.ladder import react
from ansim.centre.removal.mailroom import read_mail
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.sending import send_list, send_request, settle_failed
from ansim.centre.removal.withdrawing import look_allowed
from ansim.centre.work.jobs import job
from ansim.centre.work.lanes import LOOKS

LOOK_AGAIN = timedelta(days=1)


def _look_later(sighting_id: str) -> None:
    """A look that fails for good holds up nothing: the link is looked at again tomorrow."""
    at = clock.now() + LOOK_AGAIN
    Sighting.objects.filter(pk=sighting_id).update(look_queued=False, next_look_at=at)


def _send_by_hand(request_id: str) -> None:
    settle_failed(Request, request_id, now=clock.now())


def _send_list_by_hand(list_id: str) -> None:
    settle_failed(HashList, list_id, now=clock.now())


@job(priority=20, given_up=_look_later, queue=LOOKS)
def look_at(sighting_id: str) -> None:
    """One round of looks at a sighting, its verdict, and what follows from it."""
    now = clock.now()
    sighting = Sighting.objects.select_related("case", "bank", "target").get(pk=sighting_id)
    # Killed after the look was written: only what follows from it is left to do.
    if sighting.look_queued:
        if not look_allowed(sighting, now=now):
            # Asked again tomorrow: the person may have changed their mind by then.
            _look_later(sighting_id)
            return
        record_look(sighting.pk, look(sighting, now=now), now=now)
        sighting.refresh_from_db()
    react(sighting, now=now)


@job(priority=30, given_up=_send_by_hand)
def send_notice(request_id: str) -> None:
    """Send one approved notice, once."""
    send_request(UUID(request_id), now=clock.now())


@job(priority=30, given_up=_send_list_by_hand)
def send_hash_list(list_id: str) -> None:
    """Send one approved list of fingerprints or recall, once."""
    send_list(UUID(list_id), now=clock.now())


@job(priority=40)
def take_in_mail() -> None:
    """Read what came into the centre's mailbox."""
    read_mail(now=clock.now())
