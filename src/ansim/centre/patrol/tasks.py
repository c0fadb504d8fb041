"""Jobs of the patrol room; thin over services."""

from uuid import UUID

from ansim.centre import clock
from ansim.centre.patrol.services import put_off, search_host, watch_target
from ansim.centre.work.jobs import job
from ansim.centre.work.lanes import WALKS


@job(priority=10, queue=WALKS)
def search_for_case(case_id: str, host: str) -> None:
    """Look through one host for one case."""
    search_host(UUID(case_id), host, now=clock.now())


def _walk_later(target_id: str) -> None:
    """A walk that fails for good holds up nothing: the target is walked again in its turn."""
    put_off(UUID(target_id), now=clock.now())


@job(given_up=_walk_later, queue=WALKS)
def walk_target(target_id: str) -> None:
    """Look through what is new at one target, for every watch and bank."""
    watch_target(UUID(target_id), now=clock.now())
