"""Words of the patrol room."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

KINDS: Final[Mapping[str, Promise]] = {
    "list_page": pgettext_lazy("source kind", "List page"),
    "rss": pgettext_lazy("source kind", "Feed"),
    "atom": pgettext_lazy("source kind", "Feed"),
    "sitemap": pgettext_lazy("source kind", "Site map"),
    "json_search": pgettext_lazy("source kind", "Search engine"),
    "html_search": pgettext_lazy("source kind", "Search engine"),
}
HEALTH: Final[Mapping[str, Promise]] = {
    "ok": pgettext_lazy("source health", "Well"),
    "failing": pgettext_lazy("source health", "Failing"),
    "late": pgettext_lazy("source health", "Late"),
    "running": pgettext_lazy("source health", "Running"),
    "never": pgettext_lazy("source health", "Not yet run"),
    "off": pgettext_lazy("source health", "Switched off"),
}
HEALTH_TONES: Final[Mapping[str, str]] = {
    "ok": "ok", "failing": "stop", "late": "wait", "running": "info", "never": "mute",
    "off": "mute",
}  # fmt: skip
NO_ANSWER: Final = gettext_lazy("Its pages did not answer")
