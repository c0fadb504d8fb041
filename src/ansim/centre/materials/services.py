"""Writes of the materials room: materials, sightings, looks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from ansim.centre import outside
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials import planning
from ansim.centre.materials.addresses import check_link, host_of, material_key, url_key
from ansim.centre.materials.hunting import hunt_for
from ansim.centre.materials.looking import Seen, look_around
from ansim.centre.materials.models import Bank, Look, Material, Sighting, SightingMedia
from ansim.fingerprints import Fingerprint
from ansim.matching import MIN_QUALITY, RADIUS
from ansim.verdicts import Round, Verdict, judge

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# Looks are gathered on the half hour, so that one visit to a host serves many links.
GRID_MINUTES = 30


@dataclass(frozen=True, slots=True)
class LookResult:
    """What a look changed: the verdict before and after, and whether anything matched."""

    before: Verdict
    after: Verdict
    newly_matched: bool


def hash_upload(data: bytes) -> Fingerprint:
    """Fingerprints of a given file, made in the confined child; the bytes go no further.

    Raises the errors of ansim.fingerprints, each with its sentence.
    """
    return outside.decoder().fingerprint(data)


def is_plain(found: Fingerprint) -> bool:
    """Whether a picture has too little detail for anything but exact matching."""
    return found.quality < MIN_QUALITY


@transaction.atomic
def add_material(
    case: Case, found: Fingerprint, *, now: datetime, actor: "Staff | None" = None
) -> Material:
    """Hunt a fingerprint for a case; the same file twice is one material."""
    # Locked, so that two workers cannot give the same number or take in the same file twice.
    Case.objects.select_for_update().get(pk=case.pk)
    there = material_of(case, found.sha256)
    if there is not None:
        return there
    number = (case.materials.aggregate(top=Max("number"))["top"] or 0) + 1
    key = material_key(case.pk, found.sha256)
    material = Material(case=case, number=number, key=key, added_at=now)
    material.set_fingerprint(found)
    material.save(force_insert=True)
    kind = "staff" if actor else "person"
    record("material.added", actor=actor, actor_kind=kind, obj=material, case=case, at=now)
    return material


def material_of(case: Case, sha256: str) -> Material | None:
    """The case's material of a file, found by a digest that only the case's key can make."""
    return Material.objects.filter(case=case, key=material_key(case.pk, sha256)).first()


def add_link(
    case: Case,
    typed: str,
    *,
    now: datetime,
    actor: "Staff | None" = None,
    place: str = "unknown",
) -> Sighting:
    """A link that the person or staff gave. Raises BadLink with a sentence."""
    kind = "staff" if actor else "person"
    sighting, _ = add_sighting(
        check_link(typed), case=case, origin=Sighting.Origin.GIVEN, place=place, now=now,
        actor=actor, actor_kind=kind,
    )  # fmt: skip
    return sighting


@transaction.atomic
def add_sighting(
    url: str,
    *,
    origin: Sighting.Origin,
    now: datetime,
    case: Case | None = None,
    bank: Bank | None = None,
    place: str = "unknown",
    kind: Sighting.Kind = Sighting.Kind.PAGE,
    target: Sighting | None = None,
    actor: "Staff | None" = None,
    actor_kind: str = "worker",
) -> tuple[Sighting, bool]:
    """A place for one case or bank, due to be looked at now; (row, whether it is new)."""
    owner = {"case": case, "bank": bank}
    # The row's owner is locked so that two workers cannot give the same number twice.
    if case is not None:
        Case.objects.select_for_update().get(pk=case.pk)
    elif bank is not None:
        Bank.objects.select_for_update().get(pk=bank.pk)
    there = Sighting.objects.filter(**owner, kind=kind, url_key=url_key(url)).first()
    if there is not None:
        return there, False
    if place == "unknown":
        place = place_of(host_of(url))
    number = (Sighting.objects.filter(**owner).aggregate(top=Max("number"))["top"] or 0) + 1
    sighting = Sighting(
        **owner, number=number, kind=kind, origin=origin, url_key=url_key(url),
        host=host_of(url), place=place, found_at=now, next_look_at=now, target=target,
    )  # fmt: skip
    sighting.url = url
    sighting.save(force_insert=True)
    record(
        "sighting.added", actor=actor, actor_kind=actor_kind, obj=sighting, case=case, at=now,
        fields=["url"],
    )  # fmt: skip
    return sighting, True


def place_of(host: str) -> str:
    """The kind of place of a host, as the registry knows it."""
    for recipient in outside.registry().responsible(host, ("platform", "media_host", "search")):
        return recipient.channel_type
    return "unknown"


def look(sighting: Sighting, *, now: datetime) -> Seen:
    """One round of looks; reaches the web, writes nothing."""
    recorded = [one.url for one in sighting.media.all()]
    radius = RADIUS if sighting.bank is None else sighting.bank.strict_radius
    return look_around(sighting, hunt_for(sighting), recorded, radius=radius, now=now)


@transaction.atomic
def record_sight(sighting: Sighting, seen: Seen, *, now: datetime) -> None:
    """A walk's own view of a place counts as a look; all vantage points look again at once."""
    record_look(sighting.pk, seen, now=now)
    Sighting.objects.filter(pk=sighting.pk).update(next_look_at=now)
    sighting.refresh_from_db()


@transaction.atomic
def record_look(sighting_id: UUID, seen: Seen, *, now: datetime) -> LookResult:
    """Write a round down, judge all rounds, and set when to look again."""
    sighting = Sighting.objects.select_for_update().get(pk=sighting_id)
    before = sighting.verdict_code
    newly_matched = _record_hits(sighting, seen, now=now)
    past = [Round.from_json(look.round) for look in sighting.looks.order_by("number")]
    judgement = judge([*past, seen.round], kind=_judged_kind(sighting))
    reasons = [reason.to_json() for reason in judgement.reasons]
    sighting.looks_done += 1
    sighting.last_look_at = now
    look = Look(
        sighting=sighting, number=sighting.looks_done, at=now, verdict=judgement.verdict
    )
    look.round, look.reasons = seen.round.slim().to_json(), reasons
    look.save(force_insert=True)
    if judgement.verdict != before or sighting.verdict_at is None:
        sighting.verdict_at = now
    sighting.verdict, sighting.reasons = judgement.verdict, reasons
    planning.learn(sighting, judgement, now=now)
    when, why = planning.next_look_of(sighting, judgement, now=now)
    sighting.next_look_at, sighting.next_look_reason = on_grid(when), why.to_json()
    sighting.look_queued = False
    sighting.save()
    if judgement.verdict != before:
        record(f"verdict.{judgement.verdict}", obj=sighting, case=sighting.case, at=now)
    return LookResult(before, judgement.verdict, newly_matched)


def on_grid(when: datetime) -> datetime:
    """``when`` moved up to the next half hour."""
    step = timedelta(minutes=GRID_MINUTES)
    past = timedelta(
        minutes=when.minute % GRID_MINUTES, seconds=when.second, microseconds=when.microsecond
    )
    return when if not past else when - past + step


def _judged_kind(sighting: Sighting) -> Literal["page", "search_result"]:
    return "search_result" if sighting.kind == Sighting.Kind.SEARCH_RESULT else "page"


def _record_hits(sighting: Sighting, seen: Seen, *, now: datetime) -> bool:
    """Keep what matched; True when the sighting had no match before."""
    # The sighting is locked: nobody else writes its media meanwhile.
    known = set(sighting.media.values_list("url_key", flat=True))
    for hit in seen.hits:
        key = url_key(hit.url)
        if key in known:
            continue
        known.add(key)
        media = SightingMedia(
            sighting=sighting, url_key=key, host=host_of(hit.url),
            material_id=UUID(hit.material_id), distance=hit.distance, first_seen_at=now,
        )  # fmt: skip
        media.url = hit.url
        media.save(force_insert=True)
    if not seen.hits:
        return False
    best = min(seen.hits, key=lambda hit: hit.distance)
    fresh = sighting.matched_at is None
    if fresh:
        sighting.matched_at = now
        sighting.material_id, sighting.distance = best.material_id, best.distance
        sighting.earlier = earlier_of(sighting)
    return fresh


def earlier_of(sighting: Sighting) -> Sighting | None:
    """An earlier sighting of the same material that was gone before this one was found."""
    watched = {Sighting.Origin.WATCH, Sighting.Origin.PATROL}
    if sighting.material_id is None or sighting.origin not in watched:
        return None
    gone = (Verdict.GONE_CONFIRMED, Verdict.GONE_PROVISIONAL)
    return (
        Sighting.objects.filter(material_id=sighting.material_id, verdict__in=gone)
        .exclude(pk=sighting.pk)
        .order_by("verdict_at")
        .first()
    )
