"""What the reader of the custody log asked for, as it stands in the address: no reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet

from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.shell.moments import zone


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter: an action, a case, a first and a last day in the centre's zone; each may lack."""

    action: str = ""
    case: Case | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, query: Mapping[str, str], *, may_name: bool) -> Self:
        """The filter of an address; what cannot be read is left out."""
        case_id = _uuid(query.get("case", "")) if may_name else None
        return cls(
            action=query.get("action", "")[:40],
            case=Case.objects.filter(pk=case_id).first() if case_id else None,
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
        )

    @classmethod
    def of_form(cls, given: Mapping[str, Any]) -> Self:
        """The filter of a valid LogFilter."""
        return cls(given["action"], given["ref"], given["since"], given["until"])

    def query(self) -> str:
        """``?action=…&case=<id>``, or nothing."""
        parts = {
            "action": self.action,
            "case": str(self.case.pk) if self.case else "",
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        named = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(named)}" if named else ""

    def initial(self) -> dict[str, Any]:
        """The same for the form's fields."""
        spoken = self.case.spoken if self.case else ""
        return {"action": self.action, "ref": spoken, "since": self.since, "until": self.until}

    def events(self) -> QuerySet[CustodyEvent]:
        """The events that fit, newest first."""
        events = CustodyEvent.objects.all()
        if self.action:
            events = events.filter(action=self.action)
        if self.case:
            events = events.filter(case_id=self.case.pk)
        if self.since:
            events = events.filter(at__gte=datetime.combine(self.since, time.min, zone()))
        if self.until:
            day_after = self.until + timedelta(days=1)
            events = events.filter(at__lt=datetime.combine(day_after, time.min, zone()))
        return events


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
