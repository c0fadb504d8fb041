"""One request, link or reply for a member of staff, or a page that tells nothing."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from ansim.centre.access.permissions import can
from ansim.centre.cases.models import Case
from ansim.centre.cases.queries import visible_cases
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Reply, Request

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# A person reviews what they send: more letters than this are not read in one go.
BATCH: Final = 50


def may_see(staff: "Staff", sighting: Sighting) -> bool:
    """A case's link: whoever sees the case. A bank's hit: whoever reads the patrol."""
    if sighting.case is None:
        return can(staff, "patrol.read")
    return can(staff, "notice.read", sighting.case)


def visible(staff: "Staff", requests: Iterable[Request]) -> list[Request]:
    """Those of ``requests`` that ``staff`` may see."""
    if can(staff, "case.list_all_working") and can(staff, "patrol.read"):
        return list(requests)
    return [request for request in requests if may_see(staff, request.sighting)]


def request_for(staff: "Staff", request_id: UUID) -> Request:
    """One visible request. Raises Http404, which does not tell a hidden one from none."""
    rows = Request.objects.select_related(
        "sighting__case", "sighting__bank", "sighting__material", "approved_by"
    )
    request = rows.filter(pk=request_id).first()
    if request is None or not may_see(staff, request.sighting):
        raise Http404
    return request


def sighting_for(staff: "Staff", sighting_id: UUID) -> Sighting:
    """One visible link. Raises Http404."""
    rows = Sighting.objects.select_related("case", "bank", "material", "target", "earlier")
    sighting = rows.filter(pk=sighting_id).first()
    if sighting is None or not may_see(staff, sighting):
        raise Http404
    return sighting


def sightings_for(staff: "Staff", ids: Sequence[UUID]) -> dict[UUID, Sighting]:
    """The visible links among ``ids``, in two queries."""
    cases = visible_cases(staff).order_by() if can(staff, "notice.read") else Case.objects.none()
    shown = Q(case__in=cases.values("pk"))
    if can(staff, "patrol.read"):
        shown |= Q(case=None)
    rows = Sighting.objects.select_related("case", "bank").filter(shown, pk__in=ids)
    return {row.pk: row for row in rows}


def replies_for(staff: "Staff") -> list[Reply]:
    """Replies that nobody has read, oldest first; those of no request too."""
    rows = Reply.objects.filter(seen_at=None).select_related("request__sighting__case")
    return [
        reply
        for reply in rows.order_by("received_at")
        if reply.request is None or may_see(staff, reply.request.sighting)
    ]


def reply_for(staff: "Staff", reply_id: UUID) -> Reply:
    """One visible reply. Raises Http404."""
    reply = Reply.objects.select_related("request__sighting__case").filter(pk=reply_id).first()
    if reply is None or (reply.request and not may_see(staff, reply.request.sighting)):
        raise Http404
    return reply


def picked(staff: "Staff", ids: Sequence[str]) -> list[Request]:
    """The visible requests of typed ids, at most BATCH; what is no id is left out."""
    known = [parsed for parsed in map(_uuid, ids) if parsed is not None][:BATCH]
    rows = Request.objects.filter(pk__in=known).select_related(
        "sighting__case", "sighting__bank", "sighting__material"
    )
    return visible(staff, rows.order_by("recipient", "drafted_at", "reference"))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
