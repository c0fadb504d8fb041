"""Jobs of the patrol room; thin over services."""

from uuid import UUID

from ansim.centre import clock
from ansim.centre.patrol.services import search_host, watch_source
from ansim.centre.work.jobs import job


@job(priority=10)
def search_for_case(case_id: str, host: str) -> None:
    """Look through one host for one case."""
    search_host(UUID(case_id), host, now=clock.now())


@job()
def walk_source(source_id: str) -> None:
    """Look through what is new at one source, for every watch and bank."""
    watch_source(UUID(source_id), now=clock.now())
