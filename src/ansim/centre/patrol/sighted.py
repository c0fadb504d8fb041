"""A walk that sees something hunted has looked: what it saw is a round of the place's own looks.

So the letters and the word to the police rest on what the walk saw, also when the place keeps
everybody out, or is empty, a minute later.
"""

from collections.abc import Iterable
from datetime import datetime

from ansim.centre.materials import services as materials
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.ladder import react
from ansim.fetching import Observation
from ansim.verdicts import MediaView, Round, Verdict, View
from ansim.verdicts.looking import Hit, Seen

KNOWN = (Verdict.PRESENT, Verdict.BLOCKED_IN_COUNTRY, Verdict.GEO_DENIED)
Match = tuple[str, Observation, str, int]
"""A file that matched: (its address, the look at it, the material's id, differing bits)."""


def seen_on(page: Observation, matched: Iterable[Match], *, at: datetime) -> Seen:
    """The walk's view of one page as a round: the page, and the files that matched."""
    found = list(matched)
    media = tuple(MediaView(url, seen, distance) for url, seen, _, distance in found)
    view = View(vantage=page.vantage, country=page.country, page=page, media=media)
    hits = tuple(Hit(url, material, distance) for url, _, material, distance in found)
    return Seen(Round(at=at, views=(view,)), hits)


def keep_sight(sighting: Sighting, seen: Seen, *, now: datetime) -> bool:
    """Write down what a walk saw, and what follows from it; False when that was known already.

    It is known when the place's own looks see the material there, from here or from elsewhere.
    """
    if sighting.verdict_code in KNOWN and sighting.matched_at is not None:
        return False
    materials.record_sight(sighting, seen, now=now)
    react(sighting, now=now)
    return True
