"""Reading links: how far a case has come."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from ansim.centre.cases.models import Case
from ansim.centre.materials.models import Sighting
from ansim.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Progress:
    """A case's links by verdict. ``gone``: confirmed, nothing less."""

    total: int
    by_verdict: dict[str, int]
    gone: int


def progress(case: Case) -> Progress:
    """How far a case's pages have come: those that matched, and those that were given."""
    counted = Counter(
        case.sightings.filter(
            Q(matched_at__isnull=False) | Q(origin=Sighting.Origin.GIVEN),
            kind=Sighting.Kind.PAGE,
        ).values_list("verdict", flat=True)
    )
    return Progress(sum(counted.values()), dict(counted), counted[Verdict.GONE_CONFIRMED])
