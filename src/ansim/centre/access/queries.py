"""What is read about staff beyond a look-up."""

from dataclasses import dataclass
from datetime import datetime

from ansim.centre.access.models import Staff

SHOWN = 10


@dataclass(frozen=True, slots=True)
class SignIn:
    """One time that somebody came in: when, and by which steps. Where from is never kept."""

    at: datetime
    steps: list[str]


def last_sign_ins(staff: Staff) -> list[SignIn]:
    """The last SHOWN times, newest first; from the custody log."""
    from ansim.centre.custody.models import CustodyEvent

    events = CustodyEvent.objects.filter(
        object_kind=staff._meta.label_lower, object_id=str(staff.pk), action="staff.signed_in"
    )
    return [SignIn(event.at, list(event.fields)) for event in events[:SHOWN]]
