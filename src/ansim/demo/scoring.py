"""Holding what the centre found and said against what the sandbox knows to be true."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from ansim.demo.ordeal import notices_digest
from ansim.demo.stage import Stage
from ansim.demo.story import Told
from ansim.fetching.policy import USER_AGENT
from ansim.sandbox import State, Truth
from ansim.sandbox.truth import Copy

# Copies that appear this close to the end may not have been passed by the watch yet.
GRACE = timedelta(days=2)
CHUNK = 96


@dataclass(frozen=True, slots=True)
class Summary:
    """The measured story: found against true, said against true."""

    seed: int
    days: int
    cases: int
    services: int
    sightings_true: int
    sightings_found: int
    sightings_false: int
    reuploads_true: int
    reuploads_found: int
    patrol_true: int
    patrol_found: int
    requests_sent: int
    requests_sent_twice: int
    confirmed_removals: int
    false_gone: int
    false_present: int
    police_referrals: int
    search_results_dropped: int
    median_hours_to_confirmed: float | None
    media_bytes_at_rest: int
    media_views: int
    worker_kills: int
    notices_digest: str
    seconds_to_first_draft: float
    seconds: float

    def to_json(self) -> dict[str, object]:
        """A flat JSON object."""
        return asdict(self)


def summarise(stage: Stage, told: Told, *, kills: int = 0) -> Summary:
    """Score the story that was played on ``stage``."""
    from ansim.centre.materials.models import Sighting
    from ansim.centre.removal.models import Request
    from ansim.centre.support.models import Service

    truth, owners = stage.internet.truth, {key: owner for owner, key in told.cases.items()}
    pages = list(
        Sighting.objects.filter(kind="page").exclude(matched_at=None).select_related("material")
    )
    found = {(owners.get(str(one.case_id), "bank"), one.url): one for one in pages}
    due = [copy for copy in truth.copies if copy.appeared_at <= stage.now - GRACE]
    true = {(copy.owner, copy.url): copy for copy in due}
    every = {(copy.owner, copy.url) for copy in truth.copies}
    hits = set(found) & set(true)
    return Summary(
        seed=stage.internet.seed,
        days=(stage.now - stage.internet.scenario.started_at).days,
        cases=len(told.cases),
        services=Service.objects.count(),
        sightings_true=len(true),
        sightings_found=len(hits),
        sightings_false=len(set(found) - every),
        reuploads_true=sum(copy.origin == "reupload" for copy in true.values()),
        reuploads_found=sum(true[key].origin == "reupload" for key in hits),
        patrol_true=sum(copy.owner == "bank" for copy in true.values()),
        patrol_found=sum(true[key].owner == "bank" for key in hits),
        requests_sent=Request.objects.exclude(sent_at=None).count(),
        requests_sent_twice=sum(mail.duplicate for mail in truth.mail),
        confirmed_removals=sum(one.verdict == "gone_confirmed" for one in pages),
        false_gone=false_gone(truth, found),
        false_present=false_present(truth, found),
        police_referrals=Request.objects.filter(why="referral").exclude(sent_at=None).count(),
        search_results_dropped=Sighting.objects.filter(verdict="deindexed").count(),
        median_hours_to_confirmed=hours_to_confirmed(truth, found),
        media_bytes_at_rest=media_bytes_at_rest(stage),
        media_views=media_views(stage),
        worker_kills=kills,
        notices_digest=notices_digest(),
        seconds_to_first_draft=round(told.first_draft_seconds, 2),
        seconds=round(told.wall_seconds, 2),
    )


def _copies(truth: Truth, found: Mapping[tuple[str, str], Any]) -> Iterator[tuple[Any, Copy]]:
    for (owner, url), sighting in found.items():
        copy = next((one for one in truth.of(owner) if one.url == url), None)
        if copy is not None:
            yield sighting, copy


def false_gone(truth: Truth, found: Mapping[tuple[str, str], Any]) -> int:
    """Looks that said "gone" (confirmed) while page or file was still there for somebody."""
    return sum(
        any(copy.state_at(look.at, country) is not State.GONE for country in ("KR", "DE"))
        for sighting, copy in _copies(truth, found)
        for look in sighting.looks.filter(verdict="gone_confirmed")
    )


def false_present(truth: Truth, found: Mapping[tuple[str, str], Any]) -> int:
    """Looks that said "present" while nothing of it was to be seen from anywhere."""
    seen = {State.VISIBLE}
    return sum(
        not {copy.state_at(look.at, "KR"), copy.state_at(look.at, "DE")} & seen
        for sighting, copy in _copies(truth, found)
        for look in sighting.looks.filter(verdict="present")
    )


def hours_to_confirmed(truth: Truth, found: Mapping[tuple[str, str], Any]) -> float | None:
    """Median hours from the true end of a copy to the look that confirmed it."""
    delays: list[float] = []
    for sighting, copy in _copies(truth, found):
        first = sighting.looks.filter(verdict="gone_confirmed").first()
        if first is not None and copy.gone_at is not None:
            delays.append(_hours(first.at - copy.gone_at))
    return round(median(delays), 1) if delays else None


def _hours(delay: timedelta) -> float:
    return delay.total_seconds() / 3600


def media_bytes_at_rest(stage: Stage) -> int:
    """Bytes of any picture or video of this world that lie in any file of the data folder.

    Looks for pieces from the middle of each file, as they are and in base64.
    """
    pieces: list[bytes] = []
    for _, data in stage.internet.media_bytes():
        start = len(data) // 2
        piece = data[start : start + CHUNK]
        pieces += [piece, base64.b64encode(piece)[4:-4]]
    return sum(
        CHUNK for blob in _files(stage.home) for piece in pieces if piece and piece in blob
    )


def _files(folder: Path) -> Iterable[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def media_views(stage: Stage) -> int:
    """How often anybody but the guarded door fetched a picture or video from the sandbox."""
    return sum(
        count for agent, count in stage.internet.media_requests().items() if agent != USER_AGENT
    )

