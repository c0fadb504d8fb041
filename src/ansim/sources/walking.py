"""What a walk yields, and the one way through pages that most kinds share."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from ansim.fetching import Observation
from ansim.fetching.domains import registered_domain
from ansim.sources.errors import PROBLEM_SENTENCES
from ansim.sources.targets import WatchTarget, plain
from ansim.sources.turning import next_page

Look = Callable[[str, str], Observation]
"""Opens an address through the door: (url, what is expected) -> what was seen."""

Skip = Callable[[str], bool]
"""Whether an address was looked at before and need not be again."""


@dataclass(frozen=True, slots=True)
class Item:
    """A page that the walk opened.

    ``found_on`` names it ("" for the start), ``depth`` is how many steps from the start, ``fresh``
    how many addresses within the scope it named that the walk had not met. A ``listing`` names
    other pages and is none that could show anything (a feed, a site map, an answer of a search).
    """

    url: str
    kind: Literal["page", "listing"]
    found_on: str
    depth: int
    seen: Observation
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be used: a code, and where.

    ``where`` is an address, a line of a file, or the name of a plug-in whose own code failed.
    """

    code: str
    where: str

    @property
    def sentences(self) -> dict[str, str]:
        """The sentence by language; empty for an outcome of the door, which has its own."""
        return PROBLEM_SENTENCES.get(self.code, {})


Found = Item | Problem


@dataclass(frozen=True, slots=True)
class _Step:
    url: str
    found_on: str
    level: int
    scope: WatchTarget
    turns: int  # how many next pages may still follow this one


def pages_from(
    starts: Iterable[tuple[str, str]],
    target: WatchTarget,
    look: Look,
    skip: Skip,
    *,
    depth: int,
    listing: Callable[[str], bool] = lambda _: False,
    spent: int = 0,
    turns: int = 0,
) -> Iterator[Found]:
    """Breadth first over pages within the target's scope, each once, ``depth`` steps far.

    ``starts``: (address, found on). ``skip`` is not asked for starts: a list is read each time.
    ``listing`` says of an address that it is only a list. ``spent``: pages opened before.
    ``turns``: next pages of a start that are read first and cost no depth, as long as each names
    something else, too. They are turned even where all of that is skipped: an earlier walk may have
    been cut short between the pages. A target without an address of its own takes each start's.
    """
    waiting: deque[_Step] = deque()
    for url, found_on in starts:
        start = plain(url)
        scope = target if target.host else replace(target, url=start)
        waiting.append(_Step(start, found_on, 0, scope, turns))
    known = {step.url for step in waiting}
    while waiting and spent < target.pages:
        step = waiting.popleft()
        seen = look(step.url, "any")
        spent += 1
        if seen.outcome != "answered":
            yield Problem(seen.reason or seen.outcome, step.url)
            continue
        if not step.scope.contains(seen.final_url):
            if step.level:
                continue  # it led away, to where the target's basis does not reach
            if step.scope.contains(step.url):
                moved = _moved(step.scope, seen.final_url)
                if moved is None:
                    yield Problem("led_away", step.url)
                    continue
                step = replace(step, scope=moved)
        known.add(seen.final_url)
        fresh = _named(seen, step.scope, known)
        if step.level < depth:
            known.update(fresh)
            _follow(step, seen, fresh, waiting, skip)
        is_list = listing(step.url) or (seen.page is not None and bool(seen.page.feed_items))
        kind: Literal["page", "listing"] = "listing" if is_list else "page"
        yield Item(step.url, kind, step.found_on, step.level, seen, len(fresh))


def _moved(scope: WatchTarget, url: str) -> WatchTarget | None:
    """The scope after its start led to ``url``; None where that is another site.

    A site that sends from its bare name to "www." is the same site, and its host is that one then.
    """
    hosts = [(urlsplit(one).hostname or "").removeprefix("www.") for one in (scope.url, url)]
    if registered_domain(hosts[0]) != registered_domain(hosts[1]):
        return None
    return replace(scope, url=url) if scope.scope == "host" else scope


def _follow(
    step: _Step, seen: Observation, fresh: list[str], waiting: deque[_Step], skip: Skip
) -> None:
    """The next page of a list in front, everything else behind what waits."""
    told = "" if seen.page is None else seen.page.further
    # What the page itself calls its next one may look like no number at all ("?cursor=aGk").
    further = (told if told in fresh else next_page(step.url, fresh)) if step.turns else None
    new = [one for one in fresh if one != further and not skip(one)]
    if further is not None and len(fresh) > 1:
        turned = replace(step, url=further, found_on=step.url, turns=step.turns - 1)
        waiting.appendleft(turned)
    waiting.extend(
        replace(step, url=one, found_on=step.url, level=step.level + 1, turns=0) for one in new
    )


def _named(seen: Observation, scope: WatchTarget, known: set[str]) -> list[str]:
    if seen.page is None:
        return []
    named = dict.fromkeys((*seen.page.feed_items, *seen.page.links, seen.page.further))
    return [url for url in named if url not in known and scope.contains(url)]
