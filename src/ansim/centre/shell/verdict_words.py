"""Words and order of the ten verdicts, for staff and for the portal."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise | str]

STAFF: Final[Words] = {
    "present": pgettext_lazy("verdict, staff", "Present"),
    "gone_confirmed": pgettext_lazy("verdict, staff", "Gone, confirmed"),
    "gone_provisional": pgettext_lazy("verdict, staff", "Looks gone"),
    "restricted": pgettext_lazy("verdict, staff", "Restricted"),
    "blocked_in_country": pgettext_lazy("verdict, staff", "Blocked in Korea"),
    "geo_denied": pgettext_lazy("verdict, staff", "Differs by place"),
    "cached_copy": pgettext_lazy("verdict, staff", "Copy remains"),
    "moved": pgettext_lazy("verdict, staff", "Moved"),
    "deindexed": pgettext_lazy("verdict, staff", "De-indexed"),
    "unknown": pgettext_lazy("verdict, staff", "Cannot tell"),
    "": pgettext_lazy("verdict, staff", "Not looked at yet"),
}

PORTAL: Final[Words] = {
    "present": pgettext_lazy("verdict, portal", "Still there"),
    "gone_confirmed": pgettext_lazy("verdict, portal", "Gone, we checked"),
    "gone_provisional": pgettext_lazy("verdict, portal", "Looks gone, still checking"),
    "restricted": pgettext_lazy("verdict, portal", "Behind a login, may remain"),
    "blocked_in_country": pgettext_lazy("verdict, portal", "Hidden in Korea only"),
    "geo_denied": pgettext_lazy("verdict, portal", "Differs by country"),
    "cached_copy": pgettext_lazy("verdict, portal", "A copy remains"),
    "moved": pgettext_lazy("verdict, portal", "Moved to a new address"),
    "deindexed": pgettext_lazy("verdict, portal", "Out of search results"),
    "unknown": pgettext_lazy("verdict, portal", "We cannot tell yet"),
    "": pgettext_lazy("verdict, portal", "We will look soon"),
}

ORDER: Final = (
    "gone_confirmed",
    "gone_provisional",
    "deindexed",
    "blocked_in_country",
    "geo_denied",
    "restricted",
    "moved",
    "cached_copy",
    "present",
    "unknown",
    "",
)
"""From all gone to all there; what nobody can tell comes last."""


def words_for(voice: str) -> Words:
    """The words of ``staff`` or ``portal``."""
    return {"staff": STAFF, "portal": PORTAL}[voice]


def in_order(verdicts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts in ORDER, without the empty ones. An unknown verdict raises ValueError."""
    named = {str(verdict or ""): count for verdict, count in verdicts.items()}
    return sorted(
        ((verdict, count) for verdict, count in named.items() if count),
        key=lambda pair: ORDER.index(pair[0]),
    )
