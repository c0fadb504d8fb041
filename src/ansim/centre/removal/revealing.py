"""Showing a full address: only when a person asks, and written down before it is shown."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre.access.permissions import require
from ansim.centre.custody.services import record
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Request

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@transaction.atomic
def show_addresses(sighting: Sighting, *, by: "Staff", now: datetime) -> list[str]:
    """The page's address and those of its matching media. Raises NotPermitted."""
    require(by, "sighting.reveal", sighting.case)
    record("link.shown", actor=by, obj=sighting, case=sighting.case, fields=["url"], at=now)
    return [sighting.url, *(one.url for one in sighting.media.all())]


@transaction.atomic
def show_letter(request: Request, *, by: "Staff", now: datetime) -> None:
    """Write down that ``by`` reads a letter with its addresses. Raises NotPermitted."""
    case = request.sighting.case
    require(by, "sighting.reveal", case)
    record("link.shown", actor=by, obj=request.sighting, case=case, fields=["url"], at=now)
    record("request.body_shown", actor=by, obj=request, case=case, fields=["body"], at=now)
