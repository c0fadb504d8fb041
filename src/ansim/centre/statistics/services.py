"""What leaves the statistics room is recorded."""

from datetime import datetime
from typing import TYPE_CHECKING

from ansim.centre.custody.services import record

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


def record_export(*, by: "Staff", now: datetime) -> None:
    """Write down that ``by`` took a month's tables out as a file."""
    record("figures.exported", actor=by, fields=["csv"], at=now)
