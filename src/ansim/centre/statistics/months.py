"""Calendar months in the centre's zone."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings

from ansim.centre.statistics.errors import NoSuchMonth

_FORM = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)
_DECEMBER = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month. It begins and ends at midnight in the centre's zone, not in UTC."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-11``. Raises NoSuchMonth."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise NoSuchMonth(value=text[:20])
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """The month in which ``moment`` (aware) lies."""
        local = moment.astimezone(ZoneInfo(settings.ANSIM_ZONE))
        return cls(local.year, local.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def next(self) -> "Month":
        """The month after."""
        if self.month == _DECEMBER:
            return Month(self.year + 1, 1)
        return Month(self.year, self.month + 1)

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=ZoneInfo(settings.ANSIM_ZONE))

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.next.start
