"""A page that stays while the picture on it was taken out: the commonest removal on large platforms.

The page opens as before, so its own answer says nothing; the picture's address says that it does not
exist. That counts as gone only where nothing else can be the picture: all that the page still shows
was compared and is unlike it, the page is otherwise as it was when the picture was there, with fewer
pictures, and another file beside the lost one loads, so that the host does not keep its files from us.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from ansim.fetching import Observation, PageFeatures, structure_distance
from ansim.matching.hunts import Hunted
from ansim.verdicts.places import same_place, same_shape, same_site, same_store
from ansim.verdicts.rounds import Round, View
from ansim.verdicts.signs import could_be_emptied

# Bits of 64 in which a page with a picture less and an answer more differs from what it was: 0 to 4
# without answers, up to 13 with one. Another post of the same site differs in 13 (0.2 % of them in 17
# at most) to 39.
SAME_POST: Final = 12
_MOST_POSTS: Final = 2
_MOST_FILES: Final = 3

See = Callable[[str, Literal["any", "media"]], Observation]
"""(url, what is expected) -> what is there, from the view's own vantage point; files anew."""


def with_rest(
    view: View, looked: Mapping[str, Observation], hunted: Hunted, radius: int, see: See
) -> View:
    """The view with what the page still shows, where all of that is surely something else.

    ``looked``: every media address that was looked at in this round, from any vantage point;
    ``radius``: differing bits up to which a file is too like the hunted material to be something else.
    """
    page = view.page.page
    if page is None or not could_be_emptied(view):
        return view
    usual = _usual(view.control)
    common = set(usual.media) if usual is not None else set()
    lost = [media.url for media in view.media if media.recorded]
    rest = [one for one in page.media if one not in lost]
    if set(page.frames) - set(usual.frames if usual is not None else ()):
        return view
    if not all(one in common or _is_other(looked.get(one), hunted, radius) for one in rest):
        return view
    beside = (one for one in _files(view, see) if one not in common and one not in lost)
    found = [one for one in dict.fromkeys(beside) if any(same_store(one, url) for url in lost)]
    if not any(_loads(see(one, "media")) for one in found[:_MOST_FILES]):
        return view
    return replace(view, rest=len(rest))


def is_as_it_was(view: View, past: Sequence[Round]) -> bool:
    """Whether the page is the one that the picture was on when it was last seen there, with less on it.

    ``past``: the rounds before the view's, the oldest first. Answers below a post add up, so each
    view is held against the one before it that was still the same page.
    """
    last: PageFeatures | None = None
    pictures = 0
    for one in past:
        for before in one.views:
            page = before.page.page
            if page is None:
                continue
            if any(media.distance is not None for media in before.media):
                last, pictures = page, page.media_count
            elif before.rest is not None and last is not None and _same_post(page, last):
                last = page
    now = view.page.page
    if now is None or last is None or view.rest is None:
        return False
    return view.rest < pictures and _same_post(now, last)


def _same_post(one: PageFeatures, other: PageFeatures) -> bool:
    """Whether ``one`` is ``other`` at a later time, with nothing new that may lead to or show a picture."""
    alike = structure_distance(one.structure, other.structure) <= SAME_POST
    added = one.inline > other.inline or one.link_count > other.link_count
    return alike and not added and one.title_digest == other.title_digest


def _usual(control: Observation | None) -> PageFeatures | None:
    """What every page of the site has; the front page, where lost addresses lead, shows posts of its own."""
    if control is None or not same_place(control.url, control.final_url):
        return None
    return control.page


def _is_other(seen: Observation | None, hunted: Hunted, radius: int) -> bool:
    """Whether something that a page shows is surely not the hunted material."""
    if seen is None or seen.outcome != "answered":
        return False
    if seen.status in {404, 410}:
        return True
    return seen.fingerprint is not None and not hunted.match(seen.fingerprint, radius)


def _files(view: View, see: See) -> Iterator[str]:
    """Files that the page, the front page and other posts of the board show."""
    yield from view.page.page.media if view.page.page is not None else ()
    home = view.home.page if view.home is not None else None
    if home is None:
        return
    yield from home.media
    url = view.page.url
    posts = [
        link
        for link in dict.fromkeys(home.links)
        if link != url and same_site(link, url) and same_shape(link, url)
    ]
    for post in posts[:_MOST_POSTS]:
        seen = see(post, "any")
        yield from seen.page.media if seen.page is not None else ()


def _loads(seen: Observation) -> bool:
    status = seen.status or 0
    return seen.outcome == "answered" and 200 <= status < 300 and seen.fingerprint is not None  # noqa: PLR2004
