"""One round of looks at a sighting, from every vantage point, through the one door.

This module reaches the web and writes nothing; ``services.record_look`` writes what it saw.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import ada_url

from ansim.centre import outside
from ansim.centre.materials.models import Sighting
from ansim.fetching import Observation
from ansim.matching import HuntedIndex
from ansim.verdicts import MediaView, Round, View

# A page shows a few dozen pictures; what lies beyond is advertising and avatars.
MEDIA_A_PAGE = 40


@dataclass(frozen=True, slots=True)
class Hit:
    """A media address whose fingerprint matched something hunted."""

    url: str
    material_id: str
    distance: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What one round saw: the round itself and what matched in it."""

    round: Round
    hits: tuple[Hit, ...]


def sibling_of(url: str, salt: str) -> str:
    """An address beside ``url`` that surely does not exist: the control for soft 404s."""
    parsed = ada_url.URL(url)
    folder = parsed.pathname.rsplit("/", 1)[0]
    token = hashlib.sha256(f"{salt}{parsed.hostname}{folder}".encode()).hexdigest()[:14]
    parsed.pathname, parsed.search, parsed.hash = f"{folder}/{token}", "", ""
    return str(parsed.href)


def home_of(url: str) -> str:
    """The front page of the site of ``url``."""
    parsed = ada_url.URL(url)
    parsed.pathname, parsed.search, parsed.hash = "/", "", ""
    return str(parsed.href)


def look_around(
    sighting: Sighting, hunted: HuntedIndex, recorded: Iterable[str], *, now: datetime
) -> Seen:
    """Look at a sighting from each vantage point.

    ``recorded``: media addresses that matched before; they are looked at even when the page no
    longer names them, for a page may go while its file stays.
    """
    if sighting.kind == Sighting.Kind.SEARCH_RESULT:
        return _look_at_listing(sighting, now=now)
    hits: dict[str, Hit] = {}
    views: list[View] = []
    wanted = list(recorded)
    for vantage in outside.policy().vantages:
        view = _view(sighting.url, vantage.name, hunted, wanted, hits, full=not views, now=now)
        views.append(view)
        wanted = list(dict.fromkeys([*wanted, *hits]))
    return Seen(Round(at=now, views=tuple(views)), tuple(hits.values()))


def _view(
    url: str,
    vantage: str,
    hunted: HuntedIndex,
    recorded: list[str],
    hits: dict[str, Hit],
    *,
    full: bool,
    now: datetime,
) -> View:
    door = outside.door()
    page = door.look(url, vantage=vantage)
    media = []
    if page.fingerprint is not None:
        media.append(_matched(url, page, hunted, hits))
    # The first vantage hashes all that the page shows; the others only what matched there.
    shown = page.page.media if page.page is not None else ()
    targets = [*recorded, *(shown[:MEDIA_A_PAGE] if full or not recorded else ())]
    for target in dict.fromkeys(targets):
        if target != url:
            seen = door.look(target, vantage=vantage, expect="media")
            media.append(_matched(target, seen, hunted, hits))
    salt = now.date().isoformat()
    return View(
        vantage=vantage,
        country=page.country,
        page=page,
        control=_beside(sibling_of(url, salt), vantage, now),
        home=_beside(home_of(url), vantage, now),
        media=tuple(media),
        listed=None,
    )


@lru_cache(maxsize=256)
def _beside(url: str, vantage: str, now: datetime) -> Observation:  # noqa: ARG001 -- ages the cache
    """A control or front page; links of one host that are looked at together share it."""
    return outside.door().look(url, vantage=vantage, expect="page")


def _matched(url: str, seen: Observation, hunted: HuntedIndex, hits: dict[str, Hit]) -> MediaView:
    best = hunted.match(seen.fingerprint) if seen.fingerprint is not None else []
    if not best:
        return MediaView(url=url, observation=seen, distance=None)
    if url not in hits or best[0].distance < hits[url].distance:
        hits[url] = Hit(url, best[0].key, best[0].distance)
    return MediaView(url=url, observation=seen, distance=best[0].distance)


def _look_at_listing(sighting: Sighting, *, now: datetime) -> Seen:
    """Whether a search engine's result page still names the target."""
    target = sighting.target.url if sighting.target is not None else ""
    views = []
    for vantage in outside.policy().vantages:
        page = outside.door().look(sighting.url, vantage=vantage.name, expect="page")
        listed = None
        if page.page is not None:
            listed = target in (*page.page.links, *page.page.feed_items)
        views.append(
            View(
                vantage=vantage.name, country=page.country, page=page, control=None, home=None,
                media=(), listed=listed,
            )
        )  # fmt: skip
    return Seen(Round(at=now, views=tuple(views)), ())
