"""Jobs of the removal room; thin over services."""

from uuid import UUID

from ansim.centre import clock
from ansim.centre.materials.models import Sighting
from ansim.centre.materials.services import look, record_look
from ansim.centre.removal.ladder import react
from ansim.centre.removal.mailroom import read_mail
from ansim.centre.removal.sending import send_request
from ansim.centre.work.jobs import job


@job(priority=20)
def look_at(sighting_id: str) -> None:
    """One round of looks at a sighting, its verdict, and what follows from it."""
    now = clock.now()
    sighting = Sighting.objects.select_related("case", "bank", "target").get(pk=sighting_id)
    # Killed after the look was written: only what follows from it is left to do.
    if sighting.look_queued:
        record_look(sighting.pk, look(sighting, now=now), now=now)
        sighting.refresh_from_db()
    react(sighting, now=now)


@job(priority=30)
def send_notice(request_id: str) -> None:
    """Send one approved notice, once."""
    send_request(UUID(request_id), now=clock.now())


@job(priority=40)
def take_in_mail() -> None:
    """Read what came into the centre's mailbox."""
    read_mail(now=clock.now())
