"""Walking through one target: which pages it has, and which of them show something hunted.

Reaches the web through the one door and writes nothing. Pictures and videos are fingerprinted in
memory and matched by number; nobody looks at them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ansim.centre import outside
from ansim.fetching import Observation
from ansim.fetching.pages import MAX_MEDIA
from ansim.fetching.showing import MEDIA_PATH
from ansim.fingerprints import Fingerprint
from ansim.keywords import WordWatch
from ansim.matching import BestMatch
from ansim.matching.hunts import Hunted
from ansim.sources import Item, Problem, SourceKind, WatchTarget

NAMES_OF_A_LIST = 4
"""A page that names so many others is read each time: that is where new ones appear."""

_MEMORY = 20_000


@dataclass(frozen=True, slots=True)
class MediaHit:
    """A media address that resembles something hunted, with the look that showed it."""

    url: str
    seen: Observation
    matches: tuple[BestMatch, ...]


@dataclass(frozen=True, slots=True)
class PageSeen:
    """A page that was walked: what it shows that resembles, which watched words it has."""

    url: str
    page: Observation
    hits: tuple[MediaHit, ...] = ()
    scores: tuple[tuple[str, float], ...] = ()
    media: int = 0
    cut: bool = False  # it may show more files than were looked at
    is_leaf: bool = False
    named: tuple[str, ...] | None = None  # of a search: what its answer lists


@dataclass(slots=True)
class Walker:
    """One walk. ``radius``: differing bits up to which a match is told at all."""

    hunted: Hunted
    words: WordWatch
    radius: int
    skip: Callable[[str], bool] = lambda _: False
    _media: dict[str, tuple[Observation, tuple[BestMatch, ...]]] = field(default_factory=dict)
    _rate: float | None = None
    robots_reason: str = ""

    def through(self, kind: SourceKind, target: WatchTarget) -> Iterator[PageSeen | Problem]:
        """Each page of the target as it is opened; its media are looked at once a walk."""
        limited = outside.policy().per_host_rate is not None
        self._rate = target.rate if limited else None
        for found in kind.walk(target, self._look, skip=self.skip):
            if isinstance(found, Problem):
                yield found
            elif found.kind == "listing":
                yield self._list(found, target, searched=kind.manifest.needs == "search")
            else:
                yield self._page(found)

    def _look(self, url: str, expect: str) -> Observation:
        vantage = outside.policy().vantages[0].name
        score = self.words.score if len(self.words) else None
        return outside.door().look(
            url, vantage=vantage, score=score, rate=self._rate, robots_override=self.robots_reason,
            expect="page" if expect == "page" else "media" if expect == "media" else "any",
        )  # fmt: skip

    def _list(self, item: Item, target: WatchTarget, *, searched: bool) -> PageSeen:
        """A list, and the files that a feed shows from hosts which the walk itself does not visit.

        What a search engine shows are its own small copies, and each leads to the page itself.
        """
        page = item.seen.page
        named = () if page is None else tuple(dict.fromkeys((*page.feed_items, *page.links)))
        shown = () if page is None or searched else (*page.feed_items, *page.media)
        files = [
            one for one in dict.fromkeys(shown)
            if MEDIA_PATH.search(one) and not target.contains(one)
        ][:MAX_MEDIA]  # fmt: skip
        hits = tuple(hit for one in files for hit in self._media_hit(one))
        seen = item.seen.slim() if hits else item.seen
        return PageSeen(item.url, seen, hits, media=len(files), named=named)

    def _page(self, item: Item) -> PageSeen:
        seen, page = item.seen, item.seen.page
        hits = []
        if seen.fingerprint is not None:
            hits += self._hit(item.url, seen)
        shown = () if page is None else page.media
        for target in shown:
            hits += self._media_hit(target)
        return PageSeen(
            item.url, seen.slim(), tuple(hits), () if page is None else page.scores,
            media=len(shown), cut=len(shown) >= MAX_MEDIA, is_leaf=item.fresh < NAMES_OF_A_LIST,
        )  # fmt: skip

    def _media_hit(self, url: str) -> list[MediaHit]:
        if url not in self._media:
            if len(self._media) >= _MEMORY:
                self._media.clear()
            seen = self._look(url, "media")
            self._media[url] = (seen, self._matches(seen.fingerprint))
        seen, matches = self._media[url]
        return [MediaHit(url, seen, matches)] if matches else []

    def _hit(self, url: str, seen: Observation) -> list[MediaHit]:
        matches = self._matches(seen.fingerprint)
        return [MediaHit(url, seen, matches)] if matches else []

    def _matches(self, found: Fingerprint | None) -> tuple[BestMatch, ...]:
        return () if found is None else tuple(self.hunted.match(found, self.radius))
