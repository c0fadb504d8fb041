"""Reading links: how far a case has come."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

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
    return progress_of([case.pk])[case.pk]


def progress_of(cases: Collection[UUID]) -> dict[UUID, Progress]:
    """``progress`` of several cases, by their ids, counted by the database in one query."""
    counted: dict[UUID, Counter[str]] = {key: Counter() for key in cases}
    rows = Sighting.objects.filter(
        Q(matched_at__isnull=False) | Q(origin=Sighting.Origin.GIVEN),
        kind=Sighting.Kind.PAGE,
        case__in=cases,
    )
    for key, verdict, number in rows.order_by().values_list("case", "verdict").annotate(
        number=Count("pk")
    ):
        counted[key][verdict] = number
    return {
        key: Progress(sum(found.values()), dict(found), found[Verdict.GONE_CONFIRMED])
        for key, found in counted.items()
    }
