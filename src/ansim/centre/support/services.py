"""Recording services given."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre.cases import keyring
from ansim.centre.cases.errors import KeyNotHeld
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import require_codes
from ansim.centre.custody.services import record
from ansim.centre.support.models import Service
from ansim.vault import CaseKey

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


@transaction.atomic
def record_service(
    case: Case,
    *,
    kind: str,
    provider: str,
    outcome: str,
    given_at: datetime,
    minutes: int,
    by: "Staff",
    note: str,
    key: CaseKey | None,
    now: datetime,
) -> Service:
    """One support given (counting unit: a support). The note is sealed.

    Raises UnknownCode, and KeyNotHeld when there is a note but no key to seal it with.
    """
    require_codes("service", [kind])
    require_codes("outcome", [outcome])
    service = Service(
        case=case, kind=kind, outcome=outcome, given_at=given_at, minutes=minutes, recorded_by=by
    )
    service.provider = provider.strip()
    if note.strip():
        if key is None:
            raise KeyNotHeld
        service.note_box = keyring.seal_text(key, note.strip(), service, "note_box", case)
    service.save()
    fields = ["kind", "provider", "outcome", "given_at", "minutes", "note"]
    record("service.recorded", actor=by, obj=service, case=case, fields=fields, at=now)
    return service
