"""Words of the patrol room."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

SCOPES: Final[Mapping[str, Promise]] = {
    "host": pgettext_lazy("scope of a watch", "This host"),
    "path": pgettext_lazy("scope of a watch", "Below this address"),
    "domain": pgettext_lazy("scope of a watch", "All hosts of this domain"),
    "any": pgettext_lazy("scope of a watch", "Whatever it names"),
}
MEDIA: Final[Mapping[str, Promise]] = {
    "picture": pgettext_lazy("kind of file", "Picture"),
    "video": pgettext_lazy("kind of file", "Video"),
}
ANSWERS: Final[Mapping[str, Promise]] = {
    "same": pgettext_lazy("near hit", "The same"),
    "not_same": pgettext_lazy("near hit", "Not the same"),
    "unsure": pgettext_lazy("near hit", "Cannot be told from this"),
}
HEALTH: Final[Mapping[str, Promise]] = {
    "ok": pgettext_lazy("source health", "Well"),
    "failing": pgettext_lazy("source health", "Failing"),
    "late": pgettext_lazy("source health", "Late"),
    "running": pgettext_lazy("source health", "Running"),
    "never": pgettext_lazy("source health", "Not yet run"),
    "off": pgettext_lazy("source health", "Switched off"),
}
# What needs a person comes first.
HEALTH_ORDER: Final = ("failing", "late", "running", "never", "ok", "off")
HEALTH_TONES: Final[Mapping[str, str]] = {
    "ok": "ok", "failing": "stop", "late": "wait", "running": "info", "never": "mute",
    "off": "mute",
}  # fmt: skip
NO_ANSWER: Final = gettext_lazy("Its pages did not answer")
PROBLEMS: Final[Mapping[str, Promise]] = {
    "files_left_out": pgettext_lazy("a walk", "Some files of its pages were left out as too many"),
    "nxdomain": pgettext_lazy("a walk", "There is no site of this name (any more)."),
}
