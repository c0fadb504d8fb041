"""What the reader of the re-upload ledger asked for, as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Self
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from ansim.centre.patrol.ledger import HostRow, Place, by_host, by_site
from ansim.centre.shell.moments import zone

COLUMNS: Final = (
    "name", "places", "present", "gone", "unsettled", "again", "hours", "breaches",
    "open_requests", "last_look_at",
)  # fmt: skip
# What asks for attention first: broken promises, then what comes back, then what is still there.
WORST_FIRST: Final = "-breaches"


class LedgerFilter(forms.Form):
    """Days on which places were found, hosts or domains, and only those with breaches."""

    since = forms.DateField(
        required=False, label=pgettext_lazy("filter of days", "From"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the first day like 2026-11-20.")},
    )  # fmt: skip
    until = forms.DateField(
        required=False, label=pgettext_lazy("filter of days", "To"),
        widget=forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the last day like 2026-11-20.")},
    )  # fmt: skip
    by = forms.ChoiceField(
        required=False,
        label=pgettext_lazy("ledger", "One line for each"),
        choices=[
            ("host", pgettext_lazy("ledger", "Host name")),
            ("site", pgettext_lazy("ledger", "Registered domain")),
        ],
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list.")},
    )
    late = forms.BooleanField(
        required=False, label=pgettext_lazy("ledger", "Only with breaches"),
        widget=forms.CheckboxInput(attrs={"class": "check"}),
    )  # fmt: skip
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last one."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", gettext("The last day is before the first one."))
        return given


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of the ledger: days in the centre's zone, each may lack; the order of the lines."""

    since: date | None = None
    until: date | None = None
    by: str = "host"
    late: bool = False
    sort: str = WORST_FIRST

    @classmethod
    def of_form(cls, given: Mapping[str, Any]) -> Self:
        """The filter of a LedgerFilter; parts that are not valid are left out."""
        sort = given.get("sort") or WORST_FIRST
        return cls(
            since=given.get("since"),
            until=given.get("until"),
            by=given.get("by") or "host",
            late=bool(given.get("late")),
            sort=sort if sort.removeprefix("-") in COLUMNS else WORST_FIRST,
        )

    def query(self) -> str:
        """``?since=…&by=site``, or nothing."""
        parts = {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "by": "" if self.by == "host" else self.by,
            "late": "on" if self.late else "",
            "sort": "" if self.sort == WORST_FIRST else self.sort,
        }
        named = {name: value for name, value in parts.items() if value}
        return f"?{urlencode(named)}" if named else "?"

    def sorted_by(self, column: str) -> Self:
        """The same, by another column: names from A, numbers from the largest; again: turned."""
        first = column if column == "name" else f"-{column}"
        turned = column if first.startswith("-") else f"-{column}"
        return replace(self, sort=turned if self.sort == first else first)

    def covers(self, place: Place) -> bool:
        """Whether a place was found within the days."""
        if self.since and place.found_at < datetime.combine(self.since, time.min, zone()):
            return False
        day_after = self.until and self.until + timedelta(days=1)
        return not day_after or place.found_at < datetime.combine(day_after, time.min, zone())

    def lines(self, found: list[Place]) -> list[HostRow]:
        """The ledger's lines in the order asked for; what has no value comes last."""
        covered = [place for place in found if self.covers(place)]
        rows = by_site(covered) if self.by == "site" else by_host(covered)
        if self.late:
            rows = [row for row in rows if row.breaches]
        rows.sort(key=lambda row: (-row.breaches, -row.again, -row.present, row.name))
        column = self.sort.removeprefix("-")
        known = [row for row in rows if getattr(row, column) is not None]
        known.sort(key=lambda row: getattr(row, column), reverse=self.sort.startswith("-"))
        return known + [row for row in rows if getattr(row, column) is None]
