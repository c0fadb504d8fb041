"""One round of looks at a sighting, from every vantage point, through the one door.

This module reaches the web and writes nothing; ``services.record_look`` writes what it saw.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from ansim.centre import outside
from ansim.centre.materials.models import Sighting
from ansim.fetching import Door, Observation
from ansim.matching import RADIUS
from ansim.matching.hunts import Hunted
from ansim.verdicts.looking import (
    MEDIA_A_PAGE,
    Expected,
    Hit,
    Look,
    Seen,
    Surroundings,
    look_at_listing,
    look_round,
)

__all__ = ["MEDIA_A_PAGE", "Hit", "Seen", "look_around"]


def look_around(
    sighting: Sighting,
    hunted: Hunted,
    recorded: Iterable[str],
    *,
    radius: int = RADIUS,
    now: datetime,
) -> Seen:
    """Look at a sighting from each vantage point; ``radius``: differing bits of a match.

    ``recorded``: media addresses that matched before; they are looked at even when the page no
    longer names them, for a page may go while its file stays.
    """
    door = outside.door()
    vantages = [vantage.name for vantage in outside.policy().vantages]
    if sighting.kind == Sighting.Kind.SEARCH_RESULT:
        target = sighting.target.url if sighting.target is not None else ""
        return look_at_listing(sighting.url, target, vantages, _through(door), now=now)
    look = _through(door, sighting.robots_reason)
    return look_round(
        sighting.url, vantages, look, _surroundings(door), hunted, recorded, radius=radius, now=now
    )


def _through(door: Door, robots_reason: str = "") -> Look:
    """Looks through the door; with a recorded reason also where robots.txt asks not to."""

    def look(url: str, vantage: str, expect: Expected) -> Observation:
        return door.look(url, vantage=vantage, expect=expect, robots_override=robots_reason)

    return look


@lru_cache(maxsize=1)
def _surroundings(door: Door) -> Surroundings:
    """What is remembered belongs to the door that saw it: another door begins anew."""
    return Surroundings(_through(door))
