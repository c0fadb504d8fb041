"""Near hits: what resembles an item of a bank, and how two people decide about it from numbers.

Two different people must say the same, each before seeing what the other said. When they differ, or
one cannot tell, it stays open until two agree. A decision is never asked for again: the file and
the item are remembered.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import transaction
from django.db.models import Q

from ansim.centre.access.permissions import require
from ansim.centre.custody.services import record
from ansim.centre.materials import services as materials
from ansim.centre.materials.addresses import host_of, url_key
from ansim.centre.materials.banks import add_copy
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.patrol.crawling import MediaHit, PageSeen
from ansim.centre.patrol.models import NearHit, Opinion, Target
from ansim.centre.patrol.records import keep_record
from ansim.centre.patrol.sighted import keep_sight, seen_on
from ansim.errors import AnsimError
from ansim.fetching import Observation
from ansim.fingerprints import Fingerprint
from ansim.matching import BestMatch

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

NEEDED = 2
"""How many people must say the same."""


class AlreadySaid(AnsimError):
    """The same person gives a second opinion."""

    code: ClassVar[str] = "already_said"
    sentences: ClassVar[dict[str, str]] = {
        "en": "You have said what you think of it. Somebody else must decide as well.",
        "ko": "이미 의견을 냈습니다. 다른 사람도 판단해야 합니다.",
    }


class Decided(AnsimError):
    """An opinion about what is decided already."""

    code: ClassVar[str] = "near_hit_decided"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Two people have decided about this already. Nothing was changed.",
        "ko": "이미 두 사람이 판단을 마쳤습니다. 바뀐 것은 없습니다.",
    }


class NoLongerHunted(AnsimError):
    """An opinion about an item that its list does not have any more, or whose list rests."""

    code: ClassVar[str] = "near_hit_withdrawn"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This item is not hunted any more. Nothing has to be decided.",
        "ko": "이 항목은 더 이상 찾지 않습니다. 판단할 것이 없습니다.",
    }


def ask_about(
    material: Material, page: PageSeen, hit: MediaHit, match: BestMatch, *,
    target: Target | None, place: str, now: datetime,
) -> bool:  # fmt: skip
    """Put a near hit before people; whether it is new. Numbers are kept, the file is not."""
    bank, found = material.bank, hit.seen.fingerprint
    if bank is None or found is None:
        return False
    key = url_key(f"{hit.url}#{found.sha256}")
    # Asked already about this item; or, while that is open, about another of the same list.
    asked = Q(material=material) | Q(bank=bank, state=NearHit.State.OPEN)
    if NearHit.objects.filter(asked, media_key=key).exists():
        return False
    near = NearHit(
        bank=bank, material=material, target=target, host=host_of(page.url), place=place,
        media_key=key, distance=match.distance, found_at=now,
    )  # fmt: skip
    near.url = page.url
    near.facts = _facts(material, hit, found) | {
        "page": page.page.to_json(), "media": hit.seen.slim().to_json(), "guessed": match.guessed
    }  # fmt: skip
    near.save(force_insert=True)
    record("near_hit.found", obj=near, fields=["url", "facts", "distance"], at=now)
    return True


def _facts(material: Material, hit: MediaHit, found: Fingerprint) -> dict[str, object]:
    return {
        "media_url": hit.url,
        "bytes": hit.seen.bytes_read,
        "fingerprint": replace(found, uncropped=()).to_json(),
        "width": found.width, "height": found.height, "format": found.format,
        "quality": found.quality, "hunted_quality": material.quality,
        "kind": found.kind, "hunted_kind": material.kind,
        "frames": len(found.frames), "hunted_frames": len(material.frames),
    }  # fmt: skip


@transaction.atomic
def say(
    near: NearHit, answer: str, *, by: "Staff", reason: str = "", now: datetime
) -> NearHit.State:
    """One person's opinion; the state after it.

    Raises AlreadySaid, Decided, NoLongerHunted, NotPermitted.
    """
    require(by, "patrol.decide")
    near = NearHit.objects.select_for_update().select_related("bank", "material").get(pk=near.pk)
    if near.material.withdrawn_at is not None or not near.bank.active:
        raise NoLongerHunted
    if near.state != NearHit.State.OPEN:
        raise Decided
    if near.opinions.filter(by=by).exists():
        raise AlreadySaid
    opinion = Opinion(near_hit=near, by=by, answer=Opinion.Answer(answer), at=now)
    opinion.reason = reason
    opinion.save(force_insert=True)
    record("near_hit.opinion", actor=by, obj=near, fields=["answer", "reason"], at=now)
    for state in (NearHit.State.SAME, NearHit.State.NOT_SAME):
        if near.opinions.filter(answer=state).count() >= NEEDED:
            _settle(near, state, by, now)
    return NearHit.State(near.state)


def _settle(near: NearHit, state: NearHit.State, by: "Staff", now: datetime) -> None:
    near.state, near.decided_at = state, now
    if state == NearHit.State.SAME:
        near.sighting = _sight(near, now)
        told = {
            "near_hit": str(near.pk), "found_at": near.found_at.isoformat(), "page": near.url,
            "facts": near.facts,
            "match": {"material": str(near.material_id), "distance": near.distance, "exact": False},
            "decided_by": [str(one.by_id) for one in near.opinions.filter(answer=state)],
            "seen_by_a_person": False,
        }  # fmt: skip
        keep_record(near.bank, near.sighting, told, now=now)
    near.save(update_fields=["state", "decided_at", "sighting"])
    record(f"near_hit.{state}", actor=by, obj=near, fields=["state"], at=now)


def _sight(near: NearHit, now: datetime) -> Sighting:
    """The copy joins the bank, so that later looks know it for sure; its place is a sighting.

    What the walk saw when it asked is the place's first look. The place is looked at again at
    once, for the two people took their time.
    """
    copy = add_copy(near.material, Fingerprint.from_json(near.facts["fingerprint"]), now=now)
    sighting, fresh = materials.add_sighting(
        near.url, origin=Sighting.Origin.PATROL, now=now, bank=near.bank, place=near.place
    )
    if fresh and "page" in near.facts:  # what an older Ansim asked about lacks the look
        page, file = (Observation.from_json(near.facts[part]) for part in ("page", "media"))
        matched = [(str(near.facts["media_url"]), file, str(copy.pk), 0)]
        keep_sight(sighting, seen_on(page, matched, at=near.found_at), now=now)
    else:
        # Its own looks have gone on since: they say what is there, and now know this file too.
        Sighting.objects.filter(pk=sighting.pk).update(next_look_at=now)
    return sighting
