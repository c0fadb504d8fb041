"""Sentences that several pages of the portal share."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

ASKED: Final[Mapping[str, Promise]] = {
    "platform": pgettext_lazy("portal", "We asked the site to remove it."),
    "media_host": pgettext_lazy("portal", "We asked the image server to remove it."),
    "host": pgettext_lazy("portal", "We asked the company that hosts the site to remove it."),
    "search": pgettext_lazy("portal", "We asked the search engine to drop it from its results."),
    "regulator": pgettext_lazy("portal", "We asked the regulator to act."),
    "police": pgettext_lazy("portal", "We gave the facts to the police."),
}
"""What was done, by the kind of recipient."""

WAITING: Final[Mapping[str, Promise]] = {
    "platform": pgettext_lazy(
        "portal", "We asked the site to remove it, and we are waiting for it to act."
    ),
    "media_host": pgettext_lazy(
        "portal", "We asked the image server to remove it, and we are waiting for it to act."
    ),
    "host": pgettext_lazy(
        "portal",
        "We asked the company that hosts the site to remove it, and we are waiting for it to act.",
    ),
    "search": pgettext_lazy(
        "portal",
        "We asked the search engine to drop it from its results, and we are waiting for it to act.",
    ),
    "regulator": pgettext_lazy(
        "portal", "We asked the regulator, and we are waiting for its decision."
    ),
    "police": pgettext_lazy("portal", "We gave the facts to the police."),
}
"""What is awaited, by the kind of recipient."""

SEEN: Final[Mapping[str, Promise]] = {
    "present": pgettext_lazy("portal", "We looked, and it was there."),
    "gone_provisional": pgettext_lazy("portal", "We looked, and it seemed to be gone."),
    "gone_confirmed": pgettext_lazy(
        "portal", "We had looked several times from several places: it is gone."
    ),
    "cached_copy": pgettext_lazy(
        "portal", "The page was gone, but a copy of the file was still there."
    ),
    "restricted": pgettext_lazy("portal", "One had to sign in to see it; it may still be there."),
    "blocked_in_country": pgettext_lazy(
        "portal", "It could not be seen from Korea, but from elsewhere."
    ),
    "geo_denied": pgettext_lazy("portal", "What could be seen differed from country to country."),
    "moved": pgettext_lazy("portal", "It had moved to another address."),
    "deindexed": pgettext_lazy("portal", "It was no longer in the search results."),
    "unknown": pgettext_lazy("portal", "We looked, but could not tell."),
}
"""What one look said, for the timeline."""

STANDS: Final[Mapping[str, Promise]] = {
    "present": pgettext_lazy("portal", "It is still there."),
    "gone_provisional": pgettext_lazy(
        "portal", "It seems to be gone. We look a few more times before we say that it is."
    ),
    "gone_confirmed": pgettext_lazy("portal", "We looked several times from several places."),
    "cached_copy": pgettext_lazy(
        "portal", "The page is gone, but a copy of the file is still there."
    ),
    "restricted": pgettext_lazy(
        "portal", "One has to sign in to see it, so it may still be there. We keep it open."
    ),
    "blocked_in_country": pgettext_lazy(
        "portal", "It cannot be seen from Korea but from elsewhere, so it is not gone."
    ),
    "geo_denied": pgettext_lazy("portal", "What can be seen differs from country to country."),
    "moved": pgettext_lazy("portal", "It moved to another address, and we follow it there."),
    "deindexed": pgettext_lazy(
        "portal", "It is no longer in the search results. We keep checking."
    ),
    "unknown": pgettext_lazy("portal", "We could not tell yet. We will look again."),
    "": pgettext_lazy("portal", "We have not looked yet. We will soon."),
}
"""Where a link stands now, where nothing is being asked."""

CAME: Final[Mapping[str, Promise]] = {
    "given": pgettext_lazy("portal", "We received this link."),
    "search": pgettext_lazy("portal", "We found this link."),
    "watch": pgettext_lazy("portal", "We found that it had been put up again here."),
    "patrol": pgettext_lazy("portal", "We found this link."),
    "moved": pgettext_lazy("portal", "We found that it had moved here."),
}
"""How a link came to be on the list."""
