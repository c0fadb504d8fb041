"""Walking through one source: which pages it has, and which of them show something hunted.

Reaches the web through the one door and writes nothing. Pictures and videos are fingerprinted in
memory and matched by number; nobody looks at them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from ansim.centre import outside
from ansim.centre.materials.addresses import host_of
from ansim.centre.materials.looking import MEDIA_A_PAGE
from ansim.fetching import Observation
from ansim.matching import HuntedIndex

PAGES_A_RUN = 600
NAMES_OF_A_LIST = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A page that shows something hunted: the ids of the materials that matched there."""

    url: str
    material_ids: tuple[str, ...]


@dataclass(slots=True)
class Walk:
    """What a walk did."""

    pages: int = 0
    media: int = 0
    failures: int = 0
    found: list[Found] = field(default_factory=list)
    visited: list[str] = field(default_factory=list)
    leaves: list[str] = field(default_factory=list)
    listings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str = ""


class Walker:
    """One walk, with a memory of the media it has hashed already."""

    def __init__(self, hunted: HuntedIndex, skip: Callable[[str], bool]) -> None:
        self.hunted, self.skip = hunted, skip
        self.vantage = outside.policy().vantages[0].name
        self.walk = Walk()
        self._known: set[str] = set()
        self._media: dict[str, tuple[str, ...]] = {}

    def through_list(self, start: str, depth: int) -> Walk:
        """Breadth first over the pages of one host, from a list page, feed or site map."""
        host = host_of(start)
        waiting = deque([(start, 0)])
        self._known.add(start)
        while waiting and self.walk.pages < PAGES_A_RUN:
            url, level = waiting.popleft()
            seen = self._page(url)
            if seen is None or seen.page is None:
                continue
            named = (*seen.page.feed_items, *seen.page.links) if level < depth else ()
            fresh = [link for link in named if link not in self._known and host_of(link) == host]
            self._known.update(fresh)
            waiting += [(link, level + 1) for link in fresh if not self.skip(link)]
            # Pages that name many others are read every time: that is where new ones appear.
            if len(fresh) < NAMES_OF_A_LIST:
                self.walk.leaves.append(url)
        return self.walk

    def through_search(self, template: str, words: tuple[str, ...]) -> Walk:
        """Ask a search engine for each word and look at what it names."""
        for word in words:
            asked = template.replace("{query}", quote(word))
            answer = outside.door().look(asked, vantage=self.vantage, expect="page")
            if answer.page is None:
                self._failed(answer)
                continue
            named = tuple(dict.fromkeys((*answer.page.feed_items, *answer.page.links)))
            self.walk.listings[asked] = named
            for url in named:
                if url not in self.walk.visited and host_of(url) != host_of(asked):
                    self._page(url)
        return self.walk

    def _page(self, url: str) -> Observation | None:
        seen = outside.door().look(url, vantage=self.vantage)
        self.walk.pages += 1
        self.walk.visited.append(url)
        if seen.outcome != "answered":
            self._failed(seen)
            return None
        matched = set(self._matches(seen)) if seen.fingerprint is not None else set()
        if seen.page is not None:
            for target in seen.page.media[:MEDIA_A_PAGE]:
                matched.update(self._media_matches(target))
        if matched:
            self.walk.found.append(Found(url, tuple(sorted(matched))))
        return seen

    def _media_matches(self, url: str) -> tuple[str, ...]:
        if url not in self._media:
            seen = outside.door().look(url, vantage=self.vantage, expect="media")
            self.walk.media += 1
            self._media[url] = self._matches(seen)
        return self._media[url]

    def _matches(self, seen: Observation) -> tuple[str, ...]:
        if seen.fingerprint is None:
            return ()
        return tuple(match.key for match in self.hunted.match(seen.fingerprint))

    def _failed(self, seen: Observation) -> None:
        self.walk.failures += 1
        self.walk.problem = self.walk.problem or (seen.reason or seen.outcome)
