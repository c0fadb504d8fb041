"""Who may have a case erased, and the way there: the person, two of staff, or the rule."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min, Q

from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.retention.erasing import Order, erase_case
from ansim.centre.retention.errors import CounselDecides, NotYet
from ansim.centre.retention.models import Keeping, Tombstone, Wish
from ansim.centre.retention.rules import rules
from ansim.centre.retention.terms import Term, term_of, terms_of

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# A few at a time, so that a long list holds up no urgent look.
AT_ONCE = 50


def erase(
    case: Case,
    *,
    asked_by: "Staff | None",
    confirmed_by: "Staff | None" = None,
    act: str = "",
    now: datetime,
) -> Tombstone:
    """Erase ``case`` on the person's own wish (``asked_by`` None) or on the word of two of staff.

    The person's wish is checked against the rule: CounselDecides where it is not theirs alone.
    Staff need both names. Raises also NotYet, OnHold, WorkInHand.
    """
    if asked_by is None:
        if term_of(case, now).counsel_decides:
            raise CounselDecides
        return erase_case(case, Order(Tombstone.Asked.PERSON), now=now)
    if confirmed_by is None or confirmed_by.pk == asked_by.pk:
        raise NotYet
    order = Order(Tombstone.Asked.STAFF, actor=asked_by, act=act)
    return erase_case(case, order, now=now)


def erase_due(case_id: UUID | str, *, now: datetime) -> Tombstone | None:
    """Erase a case whose time is over or whose person wished it; None when it is not due (any more)."""
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        return None
    term = term_of(case, now)
    if term.wish is not None and term.wish.erase_at is not None and term.wish.erase_at <= now:
        # A hold or another rule may have come since: then it is counsel's to decide.
        if term.counsel_decides:
            Wish.objects.filter(case=case).update(erase_at=None)
            return None
        return erase_case(case, Order(Tombstone.Asked.PERSON), now=now)
    keeping = term.keeping
    due = keeping is not None and keeping.erase_at is not None and keeping.erase_at <= now
    if due and not term.holds:
        if term.ends_at is not None and term.ends_at + rules().steps.grace <= now:
            return erase_case(case, Order(Tombstone.Asked.RULE), now=now)
        # The person wrote, or somebody kept it: the time runs anew.
        Keeping.objects.filter(case=case).update(noticed_at=None, erase_at=None)
    return None


def review(now: datetime) -> int:
    """Give notice of every closed case whose time ends soon; take it back where it runs anew.

    Returns how many notices were given: AT_ONCE means that there may be more.
    """
    steps = rules().steps
    shortest = min(rule.keep.least for rule in rules().all if rule.keep is not None)
    rows = (
        Case.objects.filter(status=Case.Status.CLOSED, closed_at__lte=now - shortest + steps.notice)
        .annotate(written=Max("messages__at", filter=Q(messages__from_person=True)))
        .filter(Q(written=None) | Q(written__lte=now - shortest + steps.notice))
        .filter(Q(keeping=None) | Q(keeping__kept_until=None)
                | Q(keeping__kept_until__lte=now + steps.notice))
    )  # fmt: skip
    fresh = rows.filter(Q(keeping=None) | Q(keeping__noticed_at=None))
    given = 0
    for term in terms_of(fresh, now):
        given += _give_notice(term, now)
        if given >= AT_ONCE:
            break
    noticed = Case.objects.filter(keeping__erase_at__isnull=False)
    anew = [
        term.case.pk
        for term in terms_of(noticed, now)
        if term.ends_at is None or term.ends_at > now + steps.notice
    ]
    Keeping.objects.filter(case__in=anew).update(noticed_at=None, erase_at=None)
    return given


@transaction.atomic
def _give_notice(term: Term, now: datetime) -> int:
    """Tell the person (on their page) and staff (Today) that the time of a case ends."""
    steps, case = rules().steps, term.case
    wished = term.wish is not None and term.wish.erase_at is not None
    if term.ends_at is None or term.noticed or wished:
        return 0
    if term.ends_at > now + steps.notice:
        return 0
    # However late the notice comes, the whole time to answer is left.
    erase_at = max(term.ends_at, now + steps.notice) + steps.grace
    Keeping.objects.update_or_create(case=case, defaults={"noticed_at": now, "erase_at": erase_at})
    fields = ["noticed_at", "erase_at"]
    record("retention.noticed", obj=case, case=case, fields=fields, at=now)
    return 1


def next_erasure() -> datetime | None:
    """The next moment at which a case is to be erased."""
    moments = (
        Keeping.objects.aggregate(at=Min("erase_at"))["at"],
        Wish.objects.aggregate(at=Min("erase_at"))["at"],
    )
    return min((one for one in moments if one is not None), default=None)
