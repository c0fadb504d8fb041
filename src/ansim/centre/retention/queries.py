"""Reading what the retention pages and the Today page show."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from ansim.centre.cases.models import Case
from ansim.centre.cases.queries import visible_cases
from ansim.centre.retention.erasing import reference_digest
from ansim.centre.retention.models import Hold, Tombstone
from ansim.centre.retention.terms import Term, standing_holds, terms_of

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


def _cases(staff: "Staff | None") -> QuerySet[Case]:
    return Case.objects.all() if staff is None else visible_cases(staff)


def falling_due(
    staff: "Staff | None", now: datetime, *, most: int | None = None
) -> list[Term]:
    """Cases with a day of erasure or a person's wish, what ends first at the top.

    Only those that ``staff`` may know of; all for None (the operator's command line). ``most``:
    no more than so many, wishes that wait for counsel and the nearest days first.
    """
    rows = _cases(staff).filter(Q(keeping__erase_at__isnull=False) | Q(wish__isnull=False))
    if most is not None:
        day = Coalesce("wish__erase_at", "keeping__erase_at")
        nearest = rows.order_by(day.asc(nulls_first=True), "pk").values_list("pk", flat=True)
        rows = Case.objects.filter(pk__in=list(nearest[:most]))
    return terms_of(rows, now)


def on_hold(staff: "Staff", now: datetime) -> list[Term]:
    """Cases that a hold keeps, of those that ``staff`` may know of."""
    return terms_of(_cases(staff).filter(pk__in=standing_holds(now).values("case")), now)


def holds_of(case: Case) -> list[Hold]:
    """Every hold of a case, standing or not, newest first."""
    return list(case.holds.select_related("set_by", "lifted_by"))


def recent_tombstones(count: int) -> list[Tombstone]:
    """The newest erasures: class, month and rule, no reference."""
    return list(Tombstone.objects.all()[:count])


def tombstone_of(reference: str) -> Tombstone | None:
    """The tombstone of a case by the reference that somebody says aloud; None when there is none."""
    return Tombstone.objects.filter(reference_digest=reference_digest(reference.strip())).first()
