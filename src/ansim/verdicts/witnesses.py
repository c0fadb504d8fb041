"""What a page that surely exists says about a host: does it serve pages like the link to us?"""

from enum import StrEnum

from ansim.fetching import Observation
from ansim.fingerprints import Fingerprint
from ansim.verdicts.comparing import alike
from ansim.verdicts.places import is_root, same_shape, same_site
from ansim.verdicts.rounds import View

# PDQ's radius for "the same picture".
_SAME_PICTURE = 31


class Witnessed(StrEnum):
    """LOADS: it opened, and is not the page for lost addresses. FAILS: it is kept from us too."""

    LOADS = "loads"
    FAILS = "fails"
    NONE = "none"


def witnessed(view: View) -> Witnessed:
    """What the view's witness tells of the host."""
    seen = view.witness
    if seen is None or is_silent(seen):
        return Witnessed.NONE
    status = seen.status or 0
    if not 200 <= status < 300 or not same_site(seen.url, seen.final_url):  # noqa: PLR2004
        return Witnessed.FAILS
    if seen.redirects and is_root(seen.final_url) and not is_root(seen.url):
        return Witnessed.FAILS
    if seen.fingerprint is not None:
        return _by_picture(view, seen)
    return _by_page(view, seen)


def is_silent(seen: Observation) -> bool:
    """Whether a look brought no answer, or one that tells of trouble only."""
    if seen.outcome != "answered":
        return seen.reason != "reset"
    return seen.status in {408, 429} or (seen.status or 0) >= 500  # noqa: PLR2004


def _by_picture(view: View, seen: Observation) -> Witnessed:
    """Every picture replaced by one and the same is how a host refuses strangers."""
    shown = view.page.fingerprint
    if shown is None or seen.fingerprint is None:
        return Witnessed.LOADS
    return Witnessed.FAILS if same_picture(shown, seen.fingerprint) else Witnessed.LOADS


def same_picture(one: Fingerprint | None, other: Fingerprint | None) -> bool:
    """Whether two looks brought one and the same picture."""
    if one is None or other is None:
        return False
    bits = bool(one.pdq and other.pdq) and (int(one.pdq, 16) ^ int(other.pdq, 16)).bit_count()
    return one.sha256 == other.sha256 or (bits is not False and bits <= _SAME_PICTURE)


def _by_page(view: View, seen: Observation) -> Witnessed:
    features = seen.page
    if features is None or not features.text_length:
        return Witnessed.NONE
    control = view.control.page if view.control else None
    akin = same_shape(seen.url, view.page.url)
    if features.captcha:
        return Witnessed.FAILS
    if alike(features, control) or alike(features, view.page.page):
        # A list of posts may look like the front page that lost addresses are sent to.
        return Witnessed.FAILS if akin else Witnessed.NONE
    if features.asks_login or features.age_gate or features.paywall:
        # A page of login elsewhere on the site is what it is; on the same board it is a gate.
        return Witnessed.FAILS if akin else Witnessed.NONE
    # Another board's page vouches for a plain 404, not for a page that is only like one.
    return Witnessed.LOADS if akin or view.page.status in {404, 410} else Witnessed.NONE
