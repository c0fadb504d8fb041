"""What one look at one thing says, on its own. The rows of "is it really gone?"."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, unquote, urlsplit

from ansim.fetching import Observation, PageFeatures, structure_distance
from ansim.verdicts.rounds import MediaView, View

# Two pages of one site whose 64-bit structures differ in at most this many bits are the same page
# with another address in it; a content page of the same site differs in 15 bits and more.
SAME_STRUCTURE = 6
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


def _page_sign(view: View) -> Sign:
    page = view.page
    unanswered = _unanswered(page)
    if unanswered is not None:
        return unanswered
    status = page.status or 0
    features = page.page
    if _host(page.final_url) in BLOCK_PAGE_HOSTS:
        return Sign(Kind.BLOCKED, "block_page")
    if features is not None and features.captcha:
        return Sign(Kind.WALLED, "captcha")
    if status in {404, 410}:
        # A front page that fails as well means that we are kept out, not that one page is gone.
        if view.home is not None and not front_page_loads(view.home):
            return Sign(Kind.WALLED, "bot_wall")
        return Sign(Kind.GONE, "not_found", status)
    if (features is not None and features.asks_login) or status == 402:  # noqa: PLR2004
        return Sign(Kind.RESTRICTED, "payment" if status == 402 else "login", status)  # noqa: PLR2004
    if not 200 <= status < 300:  # noqa: PLR2004
        return _refusing_status(status)
    return _opened(view, features)


def media_sign(media: MediaView, view: View) -> Sign:
    """What the look at a media URL says when it did not match."""
    seen = media.observation
    unanswered = _unanswered(seen)
    if unanswered is not None:
        return unanswered
    status = seen.status or 0
    if seen.page is not None and seen.page.captcha:
        return Sign(Kind.WALLED, "captcha")
    if status in {404, 410}:
        return Sign(Kind.GONE, "not_found", status)
    if not 200 <= status < 300:  # noqa: PLR2004
        return _refusing_status(status)
    if seen.fingerprint is not None:
        if seen.fingerprint.quality < LEAST_QUALITY:
            return Sign(Kind.OPEN, "media_unreadable")
        return Sign(Kind.GONE, "media_replaced")
    if seen.page is None:
        return Sign(Kind.OPEN, "media_unreadable")
    if seen.page.asks_login:
        return Sign(Kind.RESTRICTED, "login")
    if _went_to_root(seen) or (_same_page(seen.page, view.control) and not _is_shell(view)):
        return Sign(Kind.GONE, "soft_404")
    return Sign(Kind.OPEN, "no_match_seen")


def front_page_loads(home: Observation) -> bool:
    """Whether a look at a host's front page shows that the host serves pages to us."""
    if home.outcome != "answered" or not 200 <= (home.status or 0) < 300:  # noqa: PLR2004
        return False
    if _host(home.final_url) in BLOCK_PAGE_HOSTS:
        return False
    return home.page is None or (not home.page.captcha and home.page.text_length > 0)


def really_moved(page: Observation) -> bool:
    """Whether the link now leads to another page, not only to its https or www form."""
    if not page.redirects:
        return False
    asked, got = _split(page.url), _split(page.final_url)
    return (
        _bare(asked.hostname) != _bare(got.hostname)
        or unquote(asked.path).rstrip("/") != unquote(got.path).rstrip("/")
        or unquote(asked.query) != unquote(got.query)
    )


def _unanswered(seen: Observation) -> Sign | None:
    if seen.outcome == "name_not_found":
        return Sign(Kind.GONE, "nxdomain")
    if seen.outcome == "connect_failed" and seen.reason == "reset":
        return Sign(Kind.BLOCKED, "connect_failed")
    if seen.outcome != "answered":
        return Sign(Kind.SILENT, seen.outcome)
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


def _opened(view: View, features: PageFeatures | None) -> Sign:
    """A page that answered 2xx without login or captcha."""
    page = view.page
    if page.fingerprint is not None:
        low = page.fingerprint.quality < LEAST_QUALITY
        looked = any(
            m.observation == page or m.url in {page.url, page.final_url} for m in view.media
        )
        if looked and not low:
            return Sign(Kind.GONE, "media_replaced")
        return Sign(Kind.OPEN, "no_match_seen")
    if features is None:
        return Sign(Kind.OPEN, "media_unreadable")
    if _went_to_root(page):
        return Sign(Kind.GONE, "redirect_root")
    if features.text_length < LEAST_TEXT and not features.media_count:
        return Sign(Kind.OPEN, "empty")
    if _same_page(features, view.control) and not _is_shell(view) and not _unseen_media(view):
        return Sign(Kind.GONE, "soft_404")
    return Sign(Kind.OPEN, "no_match_seen")


def _same_page(features: PageFeatures, control: Observation | None) -> bool:
    """Whether a page is what this host answers for an address that never was."""
    if control is None or control.outcome != "answered" or control.page is None:
        return False
    if control.page.captcha or control.page.asks_login:
        return False
    if features.text_length < LEAST_TEXT:
        return False
    return structure_distance(features.structure, control.page.structure) <= SAME_STRUCTURE


def _is_shell(view: View) -> bool:
    """Whether even the front page looks the same: then one shell is served for every address."""
    home = view.home
    if home is None or home.page is None or view.control is None or view.control.page is None:
        return False
    return structure_distance(home.page.structure, view.control.page.structure) <= SAME_STRUCTURE


def _unseen_media(view: View) -> bool:
    """Whether the page shows media of its own that nobody has compared."""
    page, control = view.page.page, view.control and view.control.page
    if page is None:
        return False
    looked = {m.url for m in view.media}
    if page.media:
        common = set(control.media) if control else set()
        return bool(set(page.media) - common - looked)
    return page.media_count > (control.media_count if control else 0) + len(looked)


def _went_to_root(seen: Observation) -> bool:
    """Whether the link ended on the front page of its own site, having asked for another page."""
    if not seen.redirects:
        return False
    asked, got = _split(seen.url), _split(seen.final_url)
    if asked.path in {"", "/"} and not asked.query:
        return False
    if got.path not in {"", "/"} or got.query:
        return False
    one, other = _bare(asked.hostname), _bare(got.hostname)
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _bare(host: str | None) -> str:
    return (host or "").lower().removesuffix(".").removeprefix("www.").removeprefix("m.")


def _host(url: str) -> str:
    return (_split(url).hostname or "").lower()


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url.strip())
    except ValueError:  # the door's parser takes hosts that this one does not
        return SplitResult("", "", "", "", "")
