"""Reading cases: who may see which, and how far each has come."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.http import Http404

from ansim.centre.access.permissions import can
from ansim.centre.cases.models import Case, CaseMembership, Consent

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


def visible_cases(staff: "Staff") -> QuerySet[Case]:
    """The cases that ``staff`` may know of: all, or those that are shared with them."""
    every = Case.objects.prefetch_related(
        "harms", Prefetch("consents", queryset=Consent.objects.order_by("given_at"))
    ).select_related("owner")
    if can(staff, "case.list_all_working"):
        return every
    if can(staff, "case.list_own"):
        # No join: rows need not be told apart again, and sealed boxes not compared for it.
        mine = CaseMembership.objects.filter(staff=staff)
        return every.filter(pk__in=mine.values("case"))
    return every.none()


def case_for(staff: "Staff", case_id: UUID) -> Case:
    """One visible case. Raises Http404, which does not tell a hidden case from none."""
    case = visible_cases(staff).filter(pk=case_id).first()
    if case is None:
        raise Http404
    return case
