"""A search that answers with JSON."""

from collections.abc import Iterator

from ansim.fetching import Observation
from ansim.sources import Found, Look, Skip, WatchTarget
from ansim.sources.searching import search


def walk(target: WatchTarget, look: Look, skip: Skip) -> Iterator[Found]:
    """Each word's answer and the pages that it names."""
    return search(target, look, skip, _named)


def _named(answer: Observation) -> tuple[str, ...]:
    if answer.page is None:
        return ()
    return answer.page.feed_items or answer.page.links
