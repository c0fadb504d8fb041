"""What is added or allowed after the report, and what that sets going."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from ansim.centre.cases import ledger
from ansim.centre.cases.models import Case
from ansim.centre.materials.models import Sighting
from ansim.centre.materials.services import add_link, add_material
from ansim.centre.patrol.services import search_everywhere
from ansim.centre.removal.drafting import write_again
from ansim.centre.removal.sharing import drop_recalls
from ansim.fingerprints import Fingerprint
from ansim.verdicts import Verdict

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

OVER = (Verdict.GONE_CONFIRMED, Verdict.DEINDEXED)


@transaction.atomic
def add_more(
    case: Case,
    links: Iterable[str],
    fingerprints: Iterable[Fingerprint],
    *,
    now: datetime,
    actor: "Staff | None" = None,
) -> int:
    """Add links and fingerprints; returns how many were new.

    New fingerprints are searched for, and links that nothing matched so far are looked at again.
    """
    sightings, materials = case.sightings.count(), case.materials.count()
    for link in links:
        add_link(case, link, now=now, actor=actor)
    for one in fingerprints:
        add_material(case, one, now=now, actor=actor)
    fresh = case.materials.count() - materials
    if fresh:
        look_again(case, Q(matched_at=None), now=now)
        if case.allows("search", now):
            search_everywhere(case)
    return case.sightings.count() - sightings + fresh


@transaction.atomic
def allow(
    case: Case,
    purpose: str,
    recipient: str = "",
    *,
    now: datetime,
    said: ledger.Said | None = None,
    until: datetime | None = None,
    language: str | None = None,
) -> None:
    """Give a consent; what was waiting for it begins."""
    stood = ledger.covering_now(case.pk, purpose, recipient, now=now) is not None
    ledger.give(case, purpose, recipient, now=now, said=said, until=until, language=language)
    if stood and not recipient:
        return
    if purpose == "search" and case.materials.filter(withdrawn_at=None).exists():
        search_everywhere(case)
    write_again(case, now=now)
    drop_recalls(case, now=now)
    look_again(case, ~Q(verdict__in=OVER), now=now)


def look_again(case: Case, which: Q, *, now: datetime) -> int:
    """Bring the next look at some of a case's links forward to now; returns how many."""
    waiting = Sighting.objects.filter(which, case=case, look_queued=False, next_look_at__gt=now)
    return waiting.update(next_look_at=now)
