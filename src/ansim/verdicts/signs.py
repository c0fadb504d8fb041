"""What one look at one thing says, on its own. The rows of "is it really gone?"."""

from dataclasses import dataclass
from enum import StrEnum

from ansim.fetching import Observation, PageFeatures
from ansim.verdicts.comparing import is_shell, same_brief, same_page, unseen_media
from ansim.verdicts.places import host_of, is_root, same_place, same_site
from ansim.verdicts.rounds import MediaView, View
from ansim.verdicts.witnesses import Witnessed, is_silent, witnessed

# A page whose visible text is shorter tells nothing (application shells, blank pages).
LEAST_TEXT = 20
# Below this PDQ quality a picture cannot be told from another (PDQ's own recommendation).
LEAST_QUALITY = 50
# Where Korean networks send a blocked request.
BLOCK_PAGE_HOSTS = frozenset(("warning.or.kr", "www.warning.or.kr"))


class Kind(StrEnum):
    """The classes of a sign. WALLED and OPEN contradict a claim that something is gone."""

    GONE = "gone"
    RESTRICTED = "restricted"
    LEGAL = "legal"  # 451
    BLOCKED = "blocked"  # by the network, not by the site
    WALLED = "walled"  # answered, but to keep us out
    OPEN = "open"  # answered with something that is neither
    SILENT = "silent"  # no usable answer


@dataclass(frozen=True, slots=True)
class Sign:
    """A class with the code of the reason that explains it."""

    kind: Kind
    code: str
    status: int | None = None


def page_sign(view: View) -> Sign:
    """What the look at the page says. A page that shows a match itself is open, whatever else."""
    sign = _page_sign(view)
    shown = {view.page.url, view.page.final_url}
    if view.page.page is not None:
        shown.update(view.page.page.media)
    if sign.kind is Kind.GONE and any(
        media.distance is not None and media.url in shown for media in view.media
    ):
        return Sign(Kind.OPEN, "match", sign.status)
    return sign


def media_sign(media: MediaView, view: View) -> Sign:
    """What the look at a media URL says when it did not match."""
    seen = media.observation
    early = _unanswered(seen) or _wall(seen)
    if early is not None:
        return early
    status = seen.status or 0
    if status in {404, 410}:
        return Sign(Kind.GONE, "not_found", status)
    if not 200 <= status < 300:  # noqa: PLR2004
        return _refusing_status(status)
    if seen.fingerprint is not None:
        return _replaced(seen, media.near)
    if seen.page is None:
        return Sign(Kind.OPEN, "media_unreadable")
    gate = _gate(seen.page, status)
    if gate is not None:
        return gate
    if _went_home(seen, view) or (same_page(seen.page, view.control) and not is_shell(view)):
        return Sign(Kind.GONE, "soft_404")
    return Sign(Kind.OPEN, "no_match_seen")


def front_page_loads(home: Observation) -> bool:
    """Whether a look at a host's front page shows that the host serves pages to us."""
    if home.outcome != "answered" or not 200 <= (home.status or 0) < 300:  # noqa: PLR2004
        return False
    if _wall(home) is not None:
        return False
    return home.page is None or home.page.text_length > 0


def host_is_well(view: View) -> bool:
    """Whether the host was seen to serve pages to visitors like us while the link was gone."""
    if view.page.outcome == "name_not_found":
        return True
    if view.home is None or not front_page_loads(view.home):
        return False
    if witnessed(view) is Witnessed.LOADS:
        return True
    # A front page that is itself a gate lets nobody see what lies behind.
    features = view.home.page
    return features is None or not (features.asks_login or features.age_gate)


def could_be_gone(view: View) -> bool:
    """Whether the page's sign is gone, or would be if a witness were seen to load."""
    sign = page_sign(view)
    if sign.kind is Kind.GONE:
        return view.page.outcome == "answered"
    brief = view.page.page is not None and same_brief(view.page.page, view.control)
    return sign.code == "consent" or (sign.code == "empty" and brief)


def could_be_emptied(view: View) -> bool:
    """Whether a page that opened may be one whose picture was taken out: all its files are gone."""
    sign = page_sign(view)
    return sign.code == "media_gone" or (
        sign.code == "no_match_seen" and not really_moved(view.page) and _files_gone(view)
    )


def really_moved(page: Observation) -> bool:
    """Whether the link now leads to another page, not only to its https or www form."""
    return bool(page.redirects) and not same_place(page.url, page.final_url)


def _page_sign(view: View) -> Sign:
    page = view.page
    early = _unanswered(page) or _wall(page)
    if early is not None:
        return early
    status = page.status or 0
    features = page.page
    if status in {404, 410}:
        return _not_found(view, status)
    gate = None if features is None else _gate(features, status)
    if gate is not None:
        return gate
    if status == 402:  # noqa: PLR2004
        return Sign(Kind.RESTRICTED, "payment", status)
    if not 200 <= status < 300:  # noqa: PLR2004
        return _refusing_status(status)
    return _opened(view, features)


def _not_found(view: View, status: int) -> Sign:
    """404 or 410: gone, unless the host says the same of pages that surely exist."""
    if not same_site(view.page.url, view.page.final_url):
        # Another site does not know the address: that says nothing of this one.
        return Sign(Kind.OPEN, "elsewhere", status)
    if view.home is not None and not front_page_loads(view.home):
        # A front page in trouble says nothing; one that is refused as well is a wall.
        if is_silent(view.home):
            return Sign(Kind.SILENT, "home_silent")
        return Sign(Kind.WALLED, "bot_wall")
    if witnessed(view) is Witnessed.FAILS:
        return Sign(Kind.WALLED, "bot_wall")
    return _own_gate(view, status) or Sign(Kind.GONE, "not_found", status)


def _own_gate(view: View, status: int) -> Sign | None:
    """A gate on the 404 of this link that the host's usual 404 does not have: it hides a page."""
    usual = view.control and view.control.page
    if view.page.page is None or not usual or _gate(usual, status) is not None:
        return None
    return _gate(view.page.page, status)


def _opened(view: View, features: PageFeatures | None) -> Sign:
    """A page that answered 2xx without login, captcha or another gate that names itself."""
    page = view.page
    if page.fingerprint is not None:
        return _opened_media(view)
    if features is None:
        return Sign(Kind.OPEN, "media_unreadable")
    if not same_site(page.url, page.final_url):
        return Sign(Kind.OPEN, "elsewhere")
    if _went_home(page, view):
        if witnessed(view) is Witnessed.FAILS:
            return Sign(Kind.OPEN, "same_for_all")
        return Sign(Kind.GONE, "redirect_root")
    return _opened_page(view, features)


def _opened_page(view: View, features: PageFeatures) -> Sign:
    """A page of text from the link's own site: the notice for lost addresses, or another page."""
    state = witnessed(view)
    if features.text_length < LEAST_TEXT and not features.media_count:
        # So short an answer is only believed where another post is seen to load.
        if state is Witnessed.LOADS and same_brief(features, view.control):
            return Sign(Kind.GONE, "soft_404")
        return Sign(Kind.OPEN, "empty")
    if same_page(features, view.control, view.notice) and not unseen_media(view):
        if is_shell(view) or state is Witnessed.FAILS:
            return Sign(Kind.OPEN, "same_for_all")
        if features.consent_gate and state is not Witnessed.LOADS:
            return Sign(Kind.OPEN, "consent")
        return Sign(Kind.GONE, "soft_404")
    if features.consent_gate and not features.media_count:
        return Sign(Kind.OPEN, "consent")
    if view.rest is not None and _files_gone(view):
        return Sign(Kind.GONE, "media_gone")
    return Sign(Kind.OPEN, "no_match_seen")


def _files_gone(view: View) -> bool:
    """Whether every file that matched on this page is said not to exist."""
    files = [one for one in view.media if one.recorded and one.url != view.page.url]
    return bool(files) and all(media_sign(one, view).code == "not_found" for one in files)


def _opened_media(view: View) -> Sign:
    """The link is a picture or a video, and not the one that is hunted."""
    page = view.page
    same = [m for m in view.media if m.observation == page or m.url in {page.url, page.final_url}]
    if not same:
        return Sign(Kind.OPEN, "no_match_seen")
    if witnessed(view) is Witnessed.FAILS:
        return Sign(Kind.WALLED, "same_picture")
    return _replaced(page, next((m.near for m in same if m.near is not None), None))


def _replaced(seen: Observation, near: int | None) -> Sign:
    if near is not None:
        return Sign(Kind.OPEN, "media_near")
    if seen.fingerprint is None or seen.fingerprint.quality < LEAST_QUALITY:
        return Sign(Kind.OPEN, "media_unreadable")
    return Sign(Kind.GONE, "media_replaced")


def _unanswered(seen: Observation) -> Sign | None:
    if seen.outcome == "name_not_found":
        if not same_site(seen.url, seen.final_url):
            return Sign(Kind.OPEN, "elsewhere")
        return Sign(Kind.GONE, "nxdomain")
    if seen.outcome == "connect_failed" and seen.reason == "reset":
        return Sign(Kind.BLOCKED, "connect_failed")
    if seen.outcome != "answered":
        return Sign(Kind.SILENT, seen.outcome)
    return None


def _wall(seen: Observation) -> Sign | None:
    """What stands between us and the site, whatever the status says."""
    if host_of(seen.final_url) in BLOCK_PAGE_HOSTS or _frames_block_page(seen.page):
        return Sign(Kind.BLOCKED, "block_page")
    challenged = seen.header("cf-mitigated").strip().lower() == "challenge"
    if challenged or (seen.page is not None and seen.page.captcha):
        return Sign(Kind.WALLED, "captcha")
    return None


def _frames_block_page(features: PageFeatures | None) -> bool:
    """Networks also put the block page into a frame, or link to it, at the asked address."""
    if features is None or features.media_count or len(features.links) not in range(1, 4):
        return False
    return any(host_of(link) in BLOCK_PAGE_HOSTS for link in features.links)


def _gate(features: PageFeatures, status: int) -> Sign | None:
    if features.asks_login:
        return Sign(Kind.RESTRICTED, "login", status)
    if features.age_gate:
        return Sign(Kind.RESTRICTED, "age_gate", status)
    if features.paywall:
        return Sign(Kind.RESTRICTED, "payment", status)
    return None


def _refusing_status(status: int) -> Sign:
    if status == 451:  # noqa: PLR2004
        return Sign(Kind.LEGAL, "geo_451", status)
    if status == 429:  # noqa: PLR2004
        return Sign(Kind.WALLED, "rate_limited", status)
    if status in {401, 403}:
        return Sign(Kind.WALLED, "denied", status)
    if status >= 500:  # noqa: PLR2004
        return Sign(Kind.SILENT, "server_error", status)
    if status == 408:  # noqa: PLR2004
        return Sign(Kind.SILENT, "odd_status", status)
    return Sign(Kind.WALLED, "odd_status", status)


def _went_home(seen: Observation, view: View) -> bool:
    """Whether the link ended on the front page of its own site, having asked for another page.

    The front page is "/", or where "/" itself leads to, such as "/main".
    """
    if not seen.redirects or is_root(seen.url) or not same_site(seen.url, seen.final_url):
        return False
    home = view.home.final_url if view.home is not None else ""
    if is_root(seen.final_url):
        return True
    return same_place(seen.final_url, home) and not same_place(seen.url, home)
