"""What a person adds to their case later, and what that sets going."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from ansim.centre.cases.models import Case
from ansim.centre.cases.services import give_consent
from ansim.centre.materials.services import add_link, add_material
from ansim.centre.patrol.services import search_everywhere
from ansim.fingerprints import Fingerprint


@transaction.atomic
def add_more(
    case: Case, links: Iterable[str], fingerprints: Iterable[Fingerprint], *, now: datetime
) -> int:
    """Add links and fingerprints; returns how many were new. New fingerprints are searched for."""
    sightings, materials = case.sightings.count(), case.materials.count()
    for link in links:
        add_link(case, link, now=now)
    for one in fingerprints:
        add_material(case, one, now=now)
    fresh = case.materials.count() - materials
    if fresh and case.allows("search", now):
        search_everywhere(case)
    return case.sightings.count() - sightings + fresh


@transaction.atomic
def allow(case: Case, purpose: str, *, now: datetime) -> None:
    """Give a consent; what was waiting for it begins."""
    stood = case.allows(purpose, now)
    give_consent(case, purpose, now=now)
    if purpose == "search" and not stood and case.materials.filter(withdrawn_at=None).exists():
        search_everywhere(case)
