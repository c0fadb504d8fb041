"""What a verdict is made from, and what it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self

from ansim.fetching import Observation
from ansim.verdicts.reasons import Reason


class Verdict(StrEnum):
    """What the looks say. Only GONE_CONFIRMED closes a request, only PRESENT proves failure."""

    PRESENT = "present"
    GONE_CONFIRMED = "gone_confirmed"
    GONE_PROVISIONAL = "gone_provisional"
    RESTRICTED = "restricted"
    BLOCKED_IN_COUNTRY = "blocked_in_country"
    GEO_DENIED = "geo_denied"
    CACHED_COPY = "cached_copy"
    MOVED = "moved"
    DEINDEXED = "deindexed"
    UNKNOWN = "unknown"


Notice = Literal["", "same", "other"]


@dataclass(frozen=True, slots=True)
class MediaView:
    """One look at a media URL: of the page itself, or recorded earlier.

    ``distance`` is the distance to the hunted material; None when it does not match. A link that is
    itself a picture or a video is given both as the view's page and as one of its media.
    ``near`` is the distance where it is no match but too like the hunted material to be something
    else. ``recorded``: it is the link itself or matched earlier; what a page merely shows beside
    that (logos, other people's pictures) need not go for the material to be gone.
    """

    url: str
    observation: Observation
    distance: int | None
    near: int | None = None
    recorded: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """All that was looked at from one vantage point in one round.

    ``control`` is a random sibling path on the same host, ``home`` the host's front page; either is
    None when it was not looked at. ``witness`` is a page (for a media link: a picture) that the
    front page itself leads to, so that it surely exists: when it fails as the link does, the host
    keeps us out. ``witness_sought``: the front page did lead to something to look at. ``listed`` is
    for search results only: whether the result page still lists the target (None: could not be
    told). ``notice``: whether the page's sentences are those of the control ("same"), "other" ones,
    or "" where that was not compared. ``rest``: how many media the page still shows, where all of
    them were compared and none can be the material (ansim.verdicts.emptied); else None.
    """

    vantage: str
    country: str
    page: Observation
    control: Observation | None = None
    home: Observation | None = None
    media: tuple[MediaView, ...] = ()
    listed: bool | None = None
    witness: Observation | None = None
    witness_sought: bool = False
    notice: Notice = ""
    rest: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """The views that belong together, one for each vantage point; their order means nothing."""

    at: datetime
    views: tuple[View, ...]

    def slim(self) -> Self:
        """The same with every observation slimmed, for keeping."""
        return type(self)(self.at, tuple(_slim(view) for view in self.views))

    def to_json(self) -> dict[str, object]:
        """Plain values that ``json`` can write."""
        return {"at": self.at.isoformat(), "views": [_view_to_json(view) for view in self.views]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The round that ``to_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data is not of that form.

        """
        views: Sequence[Mapping[str, Any]] = data["views"]
        return cls(datetime.fromisoformat(data["at"]), tuple(map(_view_from_json, views)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reasons.

    ``misses``: consecutive rounds in which everything was definitely gone; ``first_miss_at``: the
    first of them; ``confirmable_misses``: those of them that two vantage points saw; ``unknowns``:
    consecutive rounds at the end that told nothing; ``not_before``: the host asked not to be
    visited earlier (Retry-After).
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    misses: int = 0
    first_miss_at: datetime | None = None
    confirmable_misses: int = 0
    unknowns: int = 0
    not_before: datetime | None = None


def _slim(view: View) -> View:
    return replace(
        view,
        page=view.page.slim(),
        control=view.control and view.control.slim(),
        home=view.home and view.home.slim(),
        witness=view.witness and view.witness.slim(),
        media=tuple(replace(m, observation=m.observation.slim()) for m in view.media),
    )


def _view_to_json(view: View) -> dict[str, object]:
    return {
        "vantage": view.vantage,
        "country": view.country,
        "page": view.page.to_json(),
        "control": view.control and view.control.to_json(),
        "home": view.home and view.home.to_json(),
        "witness": view.witness and view.witness.to_json(),
        "witness_sought": view.witness_sought,
        "notice": view.notice,
        "rest": view.rest,
        "media": [_media_to_json(media) for media in view.media],
        "listed": view.listed,
    }


def _media_to_json(media: MediaView) -> dict[str, object]:
    return {
        "url": media.url,
        "observation": media.observation.to_json(),
        "distance": media.distance,
        "near": media.near,
        "recorded": media.recorded,
    }


def _view_from_json(data: Mapping[str, Any]) -> View:
    return View(
        vantage=data["vantage"],
        country=data["country"],
        page=Observation.from_json(data["page"]),
        control=_beside_from_json(data["control"]),
        home=_beside_from_json(data["home"]),
        media=tuple(map(_media_from_json, data["media"])),
        listed=data["listed"],
        # Rounds that an older Ansim kept have neither witnesses nor what follows a distance.
        witness=_beside_from_json(data.get("witness")),
        witness_sought=bool(data.get("witness_sought", False)),
        notice=data.get("notice", ""),
        rest=data.get("rest"),
    )


def _media_from_json(data: Mapping[str, Any]) -> MediaView:
    return MediaView(
        data["url"],
        Observation.from_json(data["observation"]),
        data["distance"],
        data.get("near"),
        bool(data.get("recorded", True)),
    )


def _beside_from_json(data: Mapping[str, Any] | None) -> Observation | None:
    return None if data is None else Observation.from_json(data)
