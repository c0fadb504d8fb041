"""One round of looks at one link: what is opened, from where, and what is opened beside it.

The web is reached through the caller's ``Look`` alone, and time is passed in.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import unquote

from ansim.fetching import Observation
from ansim.matching import RADIUS
from ansim.matching.hunts import Hunted
from ansim.verdicts.comparing import notice_of
from ansim.verdicts.emptied import with_rest
from ansim.verdicts.places import home_of, is_root, same_place, same_shape, same_site, sibling_of
from ansim.verdicts.rounds import MediaView, Round, View
from ansim.verdicts.signs import could_be_gone
from ansim.verdicts.witnesses import Witnessed, witnessed

Expected = Literal["page", "media", "any"]
Look = Callable[[str, str, Expected], Observation]
"""(url, name of the vantage point, what is expected) -> what came of it."""

# A page shows a few dozen pictures; what lies beyond is advertising and avatars.
MEDIA_A_PAGE = 40
FRAMES_A_PAGE = 2
# Unrelated pictures are 128 bits apart, give or take 16: one this near is no accident.
NEAR_RADIUS = 60
REMEMBERED = timedelta(hours=24)
_MOST_REMEMBERED = 512  # with links and pieces up to 100 kB each
_MOST_WITNESSES = 3


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


class Surroundings:
    """Front pages, controls and witnesses, once a host and day and vantage point. Thread-safe.

    Many links of one host share them, so that a host is not asked for the same page again and
    again. What would turn a link's verdict into gone is always looked at anew (``fresh``): a page
    that loaded yesterday does not show that the host serves us today. The memory is this
    process's own; each further process asks a host once more a day, which is still polite.
    """

    def __init__(self, look: Look, *, most: int = _MOST_REMEMBERED) -> None:
        """``most``: how many observations are remembered; the longest unused goes first."""
        self._look = look
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, str], tuple[datetime, Observation]] = OrderedDict()

    def see(
        self,
        url: str,
        vantage: str,
        now: datetime,
        *,
        fresh: bool = False,
        expect: Expected = "page",
    ) -> Observation:
        """What is at ``url``: at most a day old, or of this very ``now`` when ``fresh``."""
        key = (url, vantage)
        oldest = now if fresh else now - REMEMBERED
        with self._lock:
            at, known = self._known.get(key, (None, None))
            if at is not None and known is not None and oldest <= at <= now:
                self._known.move_to_end(key)
                return known
        seen = self._look(url, vantage, expect)
        with self._lock:
            self._known[key] = (now, seen)
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return seen


def look_round(
    url: str,
    vantages: Sequence[str],
    look: Look,
    around: Surroundings,
    hunted: Hunted,
    recorded: Iterable[str] = (),
    *,
    radius: int = RADIUS,
    now: datetime,
) -> Seen:
    """Look at a page or a media file from each vantage point.

    ``recorded``: media addresses that matched before; they are looked at even when the page no
    longer names them, for a page may go while its file stays. ``radius``: differing bits up to
    which a file is a match.
    """
    hits: dict[str, Hit] = {}
    views: list[View] = []
    wanted = list(recorded)
    looked: dict[str, Observation] = {}
    for vantage in vantages:
        page = look(url, vantage, "any")
        # The first vantage hashes all that the page shows; the others what matched there, and what
        # the page shows to them alone.
        shown = page.page.media if page.page is not None else ()
        new = [one for one in shown[:MEDIA_A_PAGE] if not wanted or one not in looked]
        targets = [one for one in dict.fromkeys([*wanted, *new]) if one != url]
        seen = [(target, look(target, vantage, "media")) for target in targets]
        if page.fingerprint is not None:
            seen.insert(0, (url, page))
        known = {url, *wanted}
        media = _matched(seen, hunted, hits, radius, known)
        if all(one.distance is None for one in media):
            framed = _framed(page, vantage, look, {url, *targets})
            media += _matched(framed, hunted, hits, radius, known)
        looked |= {one.url: one.observation for one in media}
        view = View(vantage=vantage, country=page.country, page=page, media=tuple(media))
        views.append(_with_surroundings(view, looked, hunted, around, now))
        wanted = list(dict.fromkeys([*wanted, *hits]))
    return Seen(Round(at=now, views=tuple(views)), tuple(hits.values()))


def _framed(
    page: Observation, vantage: str, look: Look, known: set[str]
) -> list[tuple[str, Observation]]:
    """What the frames of a page show: boards and players put the picture or video into one."""
    if page.page is None or not 200 <= (page.status or 0) < 300:  # noqa: PLR2004
        return []
    seen: dict[str, Observation] = {}
    for frame in page.page.frames[:FRAMES_A_PAGE]:
        inside = look(frame, vantage, "any")
        if inside.fingerprint is not None:
            seen[frame] = inside
        for media in inside.page.media[:MEDIA_A_PAGE] if inside.page is not None else ():
            if media not in known and media not in seen:
                seen[media] = look(media, vantage, "media")
    return list(seen.items())


def look_at_listing(
    url: str, target: str, vantages: Sequence[str], look: Look, *, now: datetime
) -> Seen:
    """Whether a search engine's result page at ``url`` still names ``target``."""
    views = []
    for vantage in vantages:
        page = look(url, vantage, "page")
        listed = None
        if page.page is not None:
            listed = _lists(target, (*page.page.links, *page.page.feed_items))
        views.append(View(vantage=vantage, country=page.country, page=page, listed=listed))
    return Seen(Round(at=now, views=tuple(views)), ())


def _lists(target: str, links: Iterable[str]) -> bool:
    """Whether a link leads to the target, also through the engine's own counting address."""
    bare = target.partition("://")[2]
    return bool(bare) and any(same_place(link, target) or bare in unquote(link) for link in links)


def _with_surroundings(
    view: View,
    looked: Mapping[str, Observation],
    hunted: Hunted,
    around: Surroundings,
    now: datetime,
) -> View:
    """The view with the host's front page and control, and a witness where one is needed."""
    if view.page.outcome == "refused":  # it told nothing, and may be no address at all
        return view
    salt, url, vantage = now.date().isoformat(), view.page.url, view.vantage
    control, home = sibling_of(url, salt), home_of(url)
    view = replace(
        view,
        control=around.see(control, vantage, now),
        home=around.see(home, vantage, now),
    )
    view = replace(view, notice=notice_of(view))

    def see(other: str, expect: Literal["any", "media"]) -> Observation:
        return around.see(other, vantage, now, fresh=expect == "media", expect=expect)

    view = with_rest(view, looked, hunted, NEAR_RADIUS, see)
    if not could_be_gone(view):
        return view
    view = replace(
        view,
        control=around.see(control, vantage, now, fresh=True),
        home=around.see(home, vantage, now, fresh=True),
    )
    view = _with_witness(view, around, now)
    return replace(view, notice=notice_of(view))


def _with_witness(view: View, around: Surroundings, now: datetime) -> View:
    """The view with a page that surely exists: the first that loads, else the first that fails.

    Where pages of the link's own kind fail, none of another kind can vouch for them.
    """
    akin, other = _candidates(view)
    view = replace(view, witness_sought=bool(akin or other))
    found = None
    for place, candidate in enumerate([*akin, *other][:_MOST_WITNESSES]):
        if place >= len(akin) and found is not None and witnessed(found) is Witnessed.FAILS:
            break
        seen = around.see(candidate, view.vantage, now, fresh=True, expect="any")
        tried = replace(view, witness=seen)
        state = witnessed(tried)
        if state is Witnessed.LOADS:
            return tried
        if found is None or (state is Witnessed.FAILS and witnessed(found) is Witnessed.NONE):
            found = tried
    return found or view


def _candidates(view: View) -> tuple[list[str], list[str]]:
    """Addresses on the front page that lead deeper into the site: of the link's kind, and others."""
    home, url = view.home, view.page.url
    if home is None or home.page is None:
        return [], []
    known = {m.url for m in view.media if m.recorded} | {url}
    deeper = [
        link
        for link in dict.fromkeys([*home.page.links, *home.page.media])
        if link not in known
        and same_site(link, url)
        and not is_root(link)
        and not same_place(link, url)
    ]
    akin = [link for link in deeper if same_shape(link, url)]
    pool = home.page.media if view.page.fingerprint is not None else home.page.links
    other = [link for link in deeper if link in pool and link not in akin]
    return akin[:_MOST_WITNESSES], other


def _matched(
    seen: Iterable[tuple[str, Observation]],
    hunted: Hunted,
    hits: dict[str, Hit],
    radius: int,
    recorded: Collection[str],
) -> list[MediaView]:
    """The looks at media with what they match; matches are added to ``hits``."""
    return [
        _compared(url, one, hunted, hits, radius, recorded=url in recorded) for url, one in seen
    ]


def _compared(
    url: str,
    seen: Observation,
    hunted: Hunted,
    hits: dict[str, Hit],
    radius: int,
    *,
    recorded: bool,
) -> MediaView:
    best = hunted.match(seen.fingerprint, radius) if seen.fingerprint is not None else []
    if best:
        if url not in hits or best[0].distance < hits[url].distance:
            hits[url] = Hit(url, best[0].key, best[0].distance)
        return MediaView(url, seen, best[0].distance, recorded=recorded)
    near = None
    if recorded and seen.fingerprint is not None:
        # Asked for what once matched alone: a wide search costs more, and means less elsewhere.
        close = hunted.match(seen.fingerprint, NEAR_RADIUS)
        near = close[0].distance if close else None
    return MediaView(url, seen, None, near=near, recorded=recorded)
