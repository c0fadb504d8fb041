"""The looks at a link as its page shows them: by vantage point, with reasons in sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext, pgettext

from ansim.centre import outside
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal import words
from ansim.centre.shell.context import in_language
from ansim.verdicts import Reason, Round, View

SHOWN = 20
TONES = {
    "present": "stop", "gone_confirmed": "ok", "gone_provisional": "", "deindexed": "ok",
    "cached_copy": "wait", "moved": "wait", "restricted": "wait", "blocked_in_country": "info",
    "geo_denied": "info", "unknown": "mute",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What one vantage point saw in a look: its name and country, and a line of words."""

    vantage: str
    country: str
    what: str
    matches: bool


@dataclass(frozen=True, slots=True)
class LookLine:
    """One round of looks: when, the verdict after it, what each vantage point saw, and why."""

    at: datetime
    number: int
    verdict: str
    tone: str
    seen: tuple[Seen, ...]
    reasons: tuple[str, ...]


def reasons_of(stored: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored reasons as sentences in the reader's language."""
    language = (get_language() or "ko")[:2]
    return [_reason(raw).sentence(language) for raw in stored]


def _reason(raw: Mapping[str, Any]) -> Reason:
    params = dict(raw.get("params") or {})
    return Reason(raw["code"], tuple((name, str(value)) for name, value in params.items()))


def looks_of(link: Sighting) -> list[LookLine]:
    """The newest looks, newest first."""
    return [_line(look) for look in link.looks.order_by("-number")[:SHOWN]]


def _line(look: Look) -> LookLine:
    round_ = Round.from_json(look.round)
    return LookLine(
        at=look.at,
        number=look.number,
        verdict=look.verdict,
        tone=TONES.get(look.verdict, "mute"),
        seen=tuple(_seen(view) for view in round_.views),
        reasons=tuple(reasons_of(look.reasons)),
    )


def _seen(view: View) -> Seen:
    page = view.page
    parts = [str(words.VANTAGE_OUTCOMES.get(page.outcome, page.outcome))]
    if page.status is not None:
        parts[0] = f"{parts[0]} ({page.status})"
    distances = [one.distance for one in view.media if one.distance is not None]
    if distances:
        parts.append(gettext("matches, distance %(distance)d") % {"distance": min(distances)})
    elif view.listed is not None:
        listed = pgettext("search result", "listed") if view.listed else ""
        parts.append(listed or pgettext("search result", "not listed"))
    elif page.outcome == "answered":
        parts.append(gettext("no match"))
    return Seen(view.vantage, view.country, " · ".join(parts), bool(distances) or bool(view.listed))


def who_answers(link: Sighting) -> str:
    """The name of who is responsible for the link's host, or a sentence that nobody is known."""
    registry = outside.registry()
    for recipient in registry.responsible(link.host, ("platform", "media_host", "search")):
        return in_language(recipient.name)
    host = registry.host_of(link.host)
    return in_language(host.name) if host is not None else gettext("No recipient registered")
