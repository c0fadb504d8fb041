"""Jobs of the retention room; thin over services."""

from contextlib import suppress

from ansim.centre import clock
from ansim.centre.retention.errors import WorkInHand
from ansim.centre.retention.forgetting import delete_letters
from ansim.centre.retention.services import erase_due
from ansim.centre.work.jobs import job


@job(priority=10)
def erase_when_due(case_id: str) -> None:
    """Erase one case, if that is still due. While a worker is at it, it stays due."""
    with suppress(WorkInHand):
        erase_due(case_id, now=clock.now())


@job(priority=10)
def forget_letters() -> None:
    """Delete the letters of erased cases from the centre's mailbox."""
    delete_letters()
