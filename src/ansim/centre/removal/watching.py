"""The looks at a link as its page shows them: by vantage point, with reasons in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, gettext, ngettext, pgettext

from ansim.centre import outside
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal import words
from ansim.centre.removal.facts import facts_of
from ansim.centre.shell.context import in_language
from ansim.verdicts import Reason, Round, View
from ansim.verdicts.reasons import SENTENCES

# Looks shown with all that was seen, without a change of verdict; older ones are folded.
UNFOLDED = 3
TONES = {
    "present": "stop", "gone_confirmed": "ok", "gone_provisional": "", "deindexed": "ok",
    "cached_copy": "wait", "moved": "wait", "restricted": "wait", "blocked_in_country": "info",
    "geo_denied": "info", "unknown": "mute",
}  # fmt: skip
# Reasons that say what a confirmation still lacks, not what was seen.
LACKING = frozenset(
    {
        "more_misses", "longer_window", "second_vantage", "home_needed", "witness_needed",
        "media_unclear", "partly_unclear", "contradiction",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What one vantage point saw in a look: its name and country, and lines of words."""

    vantage: str
    country: str
    what: str
    matches: bool
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookLine:
    """One round of looks: when, the verdict after it, what each vantage point saw, and why.

    ``folded``: nothing changed in it, so a page shows its details only when asked. ``misses`` and
    ``needed``: how many looks in a row found it gone, of how many for a confirmation; 0 of 0 when
    none is missing or it is not gone.
    """

    at: datetime
    number: int
    verdict: str
    tone: str
    seen: tuple[Seen, ...]
    reasons: tuple[str, ...]
    changed: bool
    folded: bool
    misses: int
    needed: int


@dataclass(frozen=True, slots=True)
class Why:
    """Why a link's verdict is what it is, and what is still missing for a confirmation."""

    reasons: tuple[str, ...]
    lacking: tuple[str, ...]
    misses: int
    needed: int


def reasons_of(stored: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored reasons as sentences in the reader's language; one that is not known is left out."""
    language = (get_language() or "ko")[:2]
    known = (raw for raw in stored if raw.get("code") in SENTENCES)
    return [Reason.from_json(_named(raw)).sentence(language) for raw in known]


def _named(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """A reason whose vantage points are written as names, as the rest of the page writes them."""
    params = dict(stored.get("params") or {})
    if "vantages" not in params:
        return stored
    names = str(params["vantages"]).split(", ")
    return {**stored, "params": params | {"vantages": ", ".join(one.capitalize() for one in names)}}


def why_of(stored: Sequence[Mapping[str, Any]]) -> Why:
    """The reasons of a verdict, told apart."""
    misses, needed = _misses(stored)
    return Why(
        reasons=tuple(reasons_of(raw for raw in stored if raw.get("code") not in LACKING)),
        lacking=tuple(reasons_of(raw for raw in stored if raw.get("code") in LACKING)),
        misses=misses,
        needed=needed,
    )


def _misses(stored: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    for raw in stored:
        params = raw.get("params") or {}
        if raw.get("code") == "more_misses":
            return int(params["misses"]), int(params["needed"])
    return 0, 0


def next_reasons(stored: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Why the next look comes when it does, in sentences."""
    if not stored:
        return []
    return reasons_of([stored] if isinstance(stored, Mapping) else stored)


def ahead(moment: datetime, now: datetime) -> str:
    """How far off ``moment`` is: in 20 min, in 9 h, in 3 days; or that it is due."""
    left = moment - now
    if left <= timedelta(0):
        return gettext("due now")
    minutes = max(1, round(left / timedelta(minutes=1)))
    hours, days = round(left / timedelta(hours=1)), round(left / timedelta(days=1))
    if minutes < 60:  # noqa: PLR2004 -- an hour
        return ngettext("in %(count)d min", "in %(count)d min", minutes) % {"count": minutes}
    if hours < 48:  # noqa: PLR2004 -- two days
        return ngettext("in %(count)d h", "in %(count)d h", hours) % {"count": hours}
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def look_lines(looks: Sequence[Look], before: Look | None, *, newest: bool) -> list[LookLine]:
    """Lines of ``looks``, newest first; ``before`` is the look before the oldest of them.

    ``newest``: they begin with the link's last look, so the first of them are not folded.
    """
    older = [*looks[1:], before][: len(looks)]
    return [
        _line(look, earlier, open_anyway=newest and place < UNFOLDED)
        for place, (look, earlier) in enumerate(zip(looks, older, strict=True))
    ]


def _line(look: Look, earlier: Look | None, *, open_anyway: bool) -> LookLine:
    round_ = Round.from_json(look.round)
    changed = earlier is None or earlier.verdict != look.verdict
    misses, needed = _misses(look.reasons)
    return LookLine(
        at=look.at,
        number=look.number,
        verdict=look.verdict,
        tone=TONES.get(look.verdict, "mute"),
        seen=tuple(_seen(view) for view in round_.views),
        reasons=tuple(reasons_of(look.reasons)),
        changed=changed,
        folded=not (changed or open_anyway),
        misses=misses,
        needed=needed,
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
    matches = bool(distances) or bool(view.listed)
    return Seen(view.vantage, view.country, " · ".join(parts), matches, facts_of(page))


def who_answers(link: Sighting) -> str:
    """The name of who is responsible for the link's host, or a sentence that nobody is known."""
    registry = outside.registry()
    for recipient in registry.responsible(link.host, ("platform", "media_host", "search")):
        return in_language(recipient.name)
    host = registry.host_of(link.host)
    return in_language(host.name) if host is not None else gettext("No recipient registered")
