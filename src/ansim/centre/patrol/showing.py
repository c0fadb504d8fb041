"""Rows of the patrol page in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext

from ansim.centre import outside
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol import targetfiles, walk_lines, words
from ansim.centre.patrol.models import Lead, NearHit, Run, Target
from ansim.centre.patrol.queries import BankRow, TargetRow
from ansim.centre.shell.context import in_language
from ansim.fingerprints import Fingerprint, FrameFingerprint
from ansim.matching import MIN_QUALITY


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A target: how it does (and why it fails), what its last run saw, when it runs again."""

    target: Target
    kind: str
    place: str
    basis: str
    scope: Promise | str
    health: Promise | str
    tone: str
    last_run: Run | None
    next_run_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class NearLine:
    """A near hit: how far, of what, and whether this reader has said what they think."""

    near: NearHit
    place: str
    kind: Promise | str
    said: bool
    opinions: int


@dataclass(frozen=True, slots=True)
class FramesLine:
    """Of ``of`` frames with enough detail ``alike`` resemble the item, ``share`` in hundredths.

    ``both``: both are videos; else a video is compared with a picture.
    """

    alike: int
    of: int
    share: int
    both: bool


@dataclass(frozen=True, slots=True)
class LeadLine:
    """A lead: whose words a page has, and how surely, in hundredths."""

    lead: Lead
    owner: str
    sure: int


@dataclass(frozen=True, slots=True)
class HitLine:
    """A place that was found: its label, whose it is, how close the match is."""

    sighting: Sighting
    owner: str
    place: str
    distance: int | None
    hunted_until: datetime | None


@dataclass(frozen=True, slots=True)
class BankLine:
    """A bank: how many fingerprints, on which basis, whether notices stand approved."""

    bank: Bank
    count: int
    basis: str
    approved: bool


def target_line(row: TargetRow) -> TargetLine:
    """A target in words."""
    target, health = row.target, str(row.health)
    kinds = targetfiles.kinds()
    known = target.source in kinds
    return TargetLine(
        target=target,
        kind=in_language(kinds.get(target.source).manifest.title) if known else target.source,
        place=taxonomy().label("place", target.place),
        basis=basis_words(target.legal_basis),
        scope=words.SCOPES.get(target.scope, target.scope),
        health=words.HEALTH.get(health, health),
        tone=words.HEALTH_TONES.get(health, "mute"),
        last_run=row.last_run,
        next_run_at=row.next_run_at,
        problem=walk_lines.problem_words(row.problem) if row.problem else "",
    )


def target_lines(rows: Sequence[TargetRow]) -> list[TargetLine]:
    """Targets in words; those that need a person come first."""
    ordered = sorted(rows, key=lambda row: words.HEALTH_ORDER.index(row.health))
    return [target_line(row) for row in ordered]


def near_line(near: NearHit) -> NearLine:
    """A near hit of ``queries.waiting_near`` in words."""
    return NearLine(
        near=near,
        place=taxonomy().label("place", near.place),
        kind=words.MEDIA.get(str(near.facts.get("kind")), "–"),
        said=bool(getattr(near, "said", False)),
        opinions=int(getattr(near, "opinions_given", 0)),
    )


def frames_line(near: NearHit) -> FramesLine | None:
    """How many frames of a video resemble the item; None where neither of the two is a video.

    Counted on the side with fewer frames, within the wide radius, as the comparison itself does.
    Frames with too little detail resemble each other by chance and count on neither side.
    """
    if "fingerprint" not in near.facts:
        return None
    found, hunted = Fingerprint.from_json(near.facts["fingerprint"]), near.material.hunted()
    both = bool(found.frames and hunted.frames)
    if not (found.frames or hunted.frames):
        return None
    one, two = _looks(found.frames, found.pdq), _looks(hunted.frames, hunted.pdq)
    if (both and len(two) < len(one)) or not found.frames:
        one, two = two, one
    wide = near.bank.wide_radius
    alike = sum(any((asked ^ other).bit_count() <= wide for other in two) for asked in one)
    return FramesLine(alike, len(one), round(100 * alike / max(1, len(one))), both)


def _looks(frames: Sequence[FrameFingerprint], pdq: str) -> list[int]:
    """PDQ hashes of the frames with enough detail; the picture's own where there are no frames."""
    digits = [one.pdq for one in frames if one.quality >= MIN_QUALITY] if frames else [pdq]
    return [int(one, 16) for one in digits if one]


def lead_line(lead: Lead) -> LeadLine:
    """A lead in words."""
    return LeadLine(lead=lead, owner=lead.case.spoken, sure=round(lead.score * 100))


def hit_line(sighting: Sighting) -> HitLine:
    """A found place in words."""
    case = sighting.case
    return HitLine(
        sighting=sighting,
        owner=case.spoken if case is not None else str(sighting.bank),
        place=taxonomy().label("place", sighting.place),
        distance=sighting.distance,
        hunted_until=None if case is None else case.watch_until,
    )


def bank_line(row: BankRow, now: datetime) -> BankLine:
    """A bank in words."""
    bank = row.bank
    return BankLine(
        bank=bank,
        count=row.count,
        basis=basis_words(bank.legal_basis),
        approved=bank.is_approved(now),
    )


def basis_words(code: str) -> str:
    """A legal basis by its title; its code when the register does not know it."""
    titles = {rule.code: in_language(rule.title) for rule in outside.registry().bases}
    return titles.get(code, code) or gettext("None stated")
