"""Leads: pages that have a case's words or account names. They rank; a person decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import transaction

from ansim.centre.access.permissions import require
from ansim.centre.cases.ledger import covering_now
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials import services as materials
from ansim.centre.materials.addresses import host_of, url_key
from ansim.centre.materials.models import Sighting
from ansim.centre.patrol.models import Lead, Target
from ansim.errors import AnsimError
from ansim.keywords import Watchword, together

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

class NotAllowedAnyMore(AnsimError):
    """A lead of a case whose person took the search back."""

    code: ClassVar[str] = "lead_not_allowed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The person does not allow searching any more. The page was left alone.",
        "ko": "본인이 검색 동의를 철회했습니다. 이 페이지는 그대로 두었습니다.",
    }


LEAST_SCORE = 0.4
MOST_OPEN = 500
"""Open leads a case: beyond, only a better one is kept."""


def words_of(cases: Sequence[Case]) -> tuple[list[Watchword], dict[str, Case]]:
    """What is watched for these cases, and whose each word is. A word from @ on is an account."""
    words, owners = [], {}
    for case in cases:
        for number, text in enumerate(case.keywords):
            identity = f"{case.pk}:{number}"
            kind = "account" if text.startswith("@") else "word"
            words.append(Watchword(identity, text, kind))  # type: ignore[arg-type]
            owners[identity] = case
    return words, owners


def add_lead(
    case: Case, url: str, scores: Sequence[tuple[str, float]], target: Target, *, now: datetime
) -> bool:
    """Keep a page for a person to judge; whether it is new. What is known already is left alone."""
    score = together(one for _, one in scores)
    key = url_key(url)
    if score < LEAST_SCORE or Lead.objects.filter(case=case, url_key=key).exists():
        return False
    if Sighting.objects.filter(case=case, url_key=key).exists():
        return False
    if not _room_for(case, score):
        return False
    lead = Lead(
        case=case, target=target, host=host_of(url), url_key=key, score=score, found_at=now
    )
    lead.url = url
    lead.words = [case.keywords[int(identity.rpartition(":")[2])] for identity, _ in scores]
    lead.save(force_insert=True)
    record(
        "lead.found", actor_kind="worker", obj=lead, case=case, fields=["url", "words"], at=now
    )
    return True


def _room_for(case: Case, score: float) -> bool:
    rows = Lead.objects.filter(case=case, state=Lead.State.OPEN)
    if rows.count() < MOST_OPEN:
        return True
    weakest = rows.order_by("score", "-found_at").first()
    if weakest is None or weakest.score >= score:
        return False
    weakest.delete()
    return True


@transaction.atomic
def take(lead: Lead, *, by: "Staff", now: datetime) -> Sighting:
    """Have the page looked at as a link of the case; only a look says what is there.

    Raises NotAllowedAnyMore, NotPermitted.
    """
    if covering_now(lead.case_id, "search", now=now) is None:
        raise NotAllowedAnyMore
    _decide(lead, Lead.State.TAKEN, by, now)
    sighting, _ = materials.add_sighting(
        lead.url, origin=Sighting.Origin.SEARCH, now=now, case=lead.case, actor=by,
        actor_kind="staff",
    )  # fmt: skip
    return sighting


@transaction.atomic
def dismiss(lead: Lead, *, by: "Staff", now: datetime) -> None:
    """The page has nothing to do with the case; it is not brought up again."""
    _decide(lead, Lead.State.DISMISSED, by, now)


def _decide(lead: Lead, state: str, by: "Staff", now: datetime) -> None:
    require(by, "patrol.decide", lead)
    lead.state, lead.decided_by, lead.decided_at = state, by, now
    lead.save(update_fields=["state", "decided_by", "decided_at"])
    record(f"lead.{state}", actor=by, obj=lead, case=lead.case, fields=["state"], at=now)
