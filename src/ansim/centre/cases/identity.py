"""Who the person is: apart from what happened, and shown only with a reason.

Name, telephone, e-mail and other ways open with ``identity.read`` or with a custodian's grant
for one case, one colleague and a day. Each showing is a row that the custodian watches over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.db.models import QuerySet

from ansim.centre.access import reasons
from ansim.centre.access.acts import IdentityAsk, IdentityShowing
from ansim.centre.access.errors import ActAnswered, NotPermitted, SamePerson
from ansim.centre.access.permissions import can, require
from ansim.centre.cases import keyring
from ansim.centre.cases.errors import KeyNotHeld, UnknownCode
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import NOT_IDENTITY
from ansim.centre.custody.services import record
from ansim.vault import CaseKey

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# For what a name is needed: codes that the custodian reads, for the reason itself is sealed.
PURPOSES: Final = ("reach", "safety", "refer", "court", "check", "other")
GRANT: Final = timedelta(hours=24)
WATCHED: Final = timedelta(days=30)
MINORS: Final = frozenset({"under_14", "teen"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What was opened: pairs of field and value, for the one page that shows them."""

    showing: IdentityShowing
    contact: dict[str, str]


def is_minor(case: Case) -> bool:
    """Whether the case is known or thought to be of somebody under age."""
    return case.age in MINORS or "minor" in case.flags


def grant_of(case: Case, staff: "Staff", now: datetime) -> IdentityAsk | None:
    """The custodian's grant that ``staff`` holds for ``case`` at ``now``."""
    return case.identity_asks.filter(
        asked_by=staff, state=IdentityAsk.State.GRANTED, until__gt=now
    ).first()


def may_see(case: Case, staff: "Staff", now: datetime) -> bool:
    """Whether a name may be shown to ``staff``: by role, or by a grant that still runs."""
    if not can(staff, "case.read_sealed", case):
        return False
    return can(staff, "identity.read", case) or grant_of(case, staff, now) is not None


def asked(case: Case, staff: "Staff") -> IdentityAsk | None:
    """The last asking of ``staff`` for ``case``."""
    return case.identity_asks.filter(asked_by=staff).order_by("-asked_at").first()


@transaction.atomic
def ask(
    case: Case, *, by: "Staff", purpose: str, reason: str, key: CaseKey | None, now: datetime
) -> IdentityAsk:
    """Ask the custodian. Raises NotPermitted, ReasonTooShort, UnknownCode, KeyNotHeld."""
    require(by, "case.read_sealed", case)
    said = _checked(purpose, reason)
    if key is None:
        raise KeyNotHeld
    waiting = case.identity_asks.filter(asked_by=by, state=IdentityAsk.State.WAITING)
    waiting.delete()
    row = IdentityAsk(case=case, asked_by=by, asked_at=now, purpose=purpose)
    row.reason_box = reasons.seal_reason(said, row, "reason_box", case.pk, key)
    row.save(force_insert=True)
    record("identity.asked", actor=by, obj=row, case=case, fields=["purpose", "reason"], at=now)
    return row


@transaction.atomic
def answer(
    row: IdentityAsk, *, by: "Staff", grant: bool, sentence: str, now: datetime
) -> IdentityAsk:
    """The custodian grants for a day, or refuses with a sentence.

    Raises NotPermitted, SamePerson, ActAnswered, ReasonTooShort (a refusal without a sentence).
    """
    require(by, "identity.review")
    row = IdentityAsk.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.asked_by_id == by.pk:
        raise SamePerson
    if row.state != IdentityAsk.State.WAITING:
        raise ActAnswered
    said = sentence.strip() if grant else reasons.checked_reason(sentence)
    row.state = IdentityAsk.State.GRANTED if grant else IdentityAsk.State.REFUSED
    row.answered_by, row.answered_at = by, now
    row.until = now + GRANT if grant else None
    # The custodian does not hold the case's key, so the server's closes the sentence.
    row.answer_box = (
        reasons.seal_reason(said, row, "answer_box", row.case_id, None) if said else b""
    )
    row.save(update_fields=["state", "answered_by", "answered_at", "until", "answer_box"])
    word = "identity.granted" if grant else "identity.refused"
    record(word, actor=by, obj=row, case=row.case, fields=["state"], at=now)
    return row


@transaction.atomic
def show(
    case: Case, *, by: "Staff", purpose: str, reason: str, key: CaseKey | None, now: datetime
) -> Shown:
    """Open who the person is, once; a grant is spent by its time and not by its use.

    Raises NotPermitted, ReasonTooShort, UnknownCode, KeyNotHeld.
    """
    if not may_see(case, by, now):
        raise NotPermitted
    said = _checked(purpose, reason)
    if key is None:
        raise KeyNotHeld
    contact = identity_of(case, key)
    row = IdentityShowing(case=case, staff=by, at=now, fields=sorted(contact), purpose=purpose)
    row.reason_box = reasons.seal_reason(said, row, "reason_box", case.pk, key)
    row.save(force_insert=True)
    record("identity.shown", actor=by, obj=row, case=case, fields=sorted(contact), at=now)
    return Shown(row, contact)


def identity_of(case: Case, key: CaseKey) -> dict[str, str]:
    """Who the person is and how to reach them. Writes no custody: callers do."""
    if case.contact_box is None:
        return {}
    opened = keyring.open_facts(key, case.contact_box, case, "contact_box", case)
    return {name: value for name, value in opened.items() if value and name not in NOT_IDENTITY}


@transaction.atomic
def review(row: IdentityShowing, *, by: "Staff", fine: bool, now: datetime) -> IdentityShowing:
    """The custodian looked at a showing. Raises NotPermitted, SamePerson for one's own."""
    require(by, "identity.review")
    row = IdentityShowing.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.staff_id == by.pk:
        raise SamePerson
    row.review = IdentityShowing.Review.FINE if fine else IdentityShowing.Review.QUERIED
    row.reviewed_by, row.reviewed_at = by, now
    row.save(update_fields=["review", "reviewed_by", "reviewed_at"])
    record("identity.reviewed", actor=by, obj=row, case=row.case, fields=["review"], at=now)
    return row


def waiting() -> QuerySet[IdentityAsk]:
    """What waits for a custodian, the oldest first."""
    rows = IdentityAsk.objects.filter(state=IdentityAsk.State.WAITING)
    return rows.select_related("case", "asked_by")


def lately_shown(now: datetime) -> QuerySet[IdentityShowing]:
    """Every showing of the last thirty days, the newest first."""
    rows = IdentityShowing.objects.filter(at__gt=now - WATCHED)
    return rows.select_related("case", "staff", "reviewed_by")


def reason_of(row: IdentityAsk | IdentityShowing, key: CaseKey | None) -> str | None:
    """The reason that somebody wrote, or None where the reader does not hold the case's key."""
    if key is None:
        return None
    return reasons.open_reason(row.reason_box, row, "reason_box", row.case_id, key)


def answer_of(row: IdentityAsk) -> str:
    """The custodian's sentence, or ""."""
    if not row.answer_box:
        return ""
    return reasons.open_reason(row.answer_box, row, "answer_box", row.case_id, None) or ""


def _checked(purpose: str, reason: str) -> str:
    if purpose not in PURPOSES:
        raise UnknownCode(value=purpose, name="purpose", choices=", ".join(PURPOSES))
    return reasons.checked_reason(reason)
