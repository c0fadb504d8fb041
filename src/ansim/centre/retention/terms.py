"""How long a case is kept, and why: the rule that decides, the dates, what holds it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from ansim.centre.cases.models import Case, Message
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.retention.models import Hold, Keeping, Wish
from ansim.centre.retention.rules import Rule, rules
from ansim.centre.support.models import Service

CHILD_AGES = frozenset({"under_14", "teen"})
CHILD_FLAG = "minor"
DELETION = "deletion"


@dataclass(frozen=True)
class Term:
    """Where a case stands: its rule, when its time began and ends, and what keeps it longer.

    ``starts_at`` is None while the case is open, ``ends_at`` also where the rule has no end.
    """

    case: Case
    rule: Rule
    facts: frozenset[str]
    starts_at: datetime | None
    ends_at: datetime | None
    keeping: Keeping | None
    wish: Wish | None
    holds: tuple[Hold, ...]

    @property
    def state(self) -> str:
        """``open``, ``wish``, ``held``, ``permanent``, ``grace``, ``noticed`` or ``kept``."""
        if self.wish is not None:
            return "wish"
        if self.starts_at is None:
            return "open"
        if self.holds:
            return "held"
        if self.ends_at is None:
            return "permanent"
        return "noticed" if self.noticed else "kept"

    @property
    def noticed(self) -> bool:
        """Whether the person and staff are being told of the end."""
        return self.keeping is not None and self.keeping.noticed_at is not None

    @property
    def erase_at(self) -> datetime | None:
        """When it will be erased, as things stand; None when nothing is set."""
        if self.wish is not None and self.wish.erase_at is not None:
            return self.wish.erase_at
        return None if self.keeping is None else self.keeping.erase_at

    @cached_property
    def counsel_decides(self) -> bool:
        """Whether a wish to erase waits for counsel: a hold, or the rule says so."""
        asked = (
            self.rule.when_asked if self.case.standing == "self" else self.rule.when_asked_by_proxy
        )
        return bool(self.holds) or asked == "counsel"


def today_of(now: datetime) -> datetime:
    """``now`` in the centre's zone; rules have dates there."""
    return now.astimezone(ZoneInfo(settings.ANSIM_ZONE))


def standing_holds(now: datetime) -> QuerySet[Hold]:
    """Holds that forbid erasure at ``now``."""
    rows = Hold.objects.filter(lifted_at=None).filter(Q(until=None) | Q(until__gt=now))
    return rows.select_related("set_by")


def term_of(case: Case, now: datetime) -> Term:
    """The rule and dates of one case at ``now``."""
    return terms_of(Case.objects.filter(pk=case.pk), now)[0]


def terms_of(cases: QuerySet[Case], now: datetime) -> list[Term]:
    """The terms of many cases, what ends first at the top; two queries however many they are."""
    # Removal support is asking, checking and watching alike: a link or a fingerprint is enough.
    link = Sighting.objects.filter(case=OuterRef("pk"))
    material = Material.objects.filter(case=OuterRef("pk"))
    deletion = Service.objects.filter(case=OuterRef("pk"), kind=DELETION)
    written = Message.objects.filter(case=OuterRef("pk"), from_person=True).order_by("-at")
    rows = (
        Case.objects.filter(pk__in=cases.order_by().values("pk"))
        .select_related("keeping", "wish", "owner")
        .annotate(
            removal=Exists(link) | Exists(material) | Exists(deletion),
            written=Subquery(written.values("at")[:1]),
        )
        .prefetch_related(Prefetch("holds", standing_holds(now), to_attr="holds_now"))
    )
    far = datetime.max.replace(tzinfo=now.tzinfo)
    found = [_term(case, now) for case in rows]
    return sorted(found, key=lambda term: (term.erase_at or term.ends_at or far, term.case.pk))


def _term(row: Any, now: datetime) -> Term:
    """The term of a case with what ``terms_of`` read beside it."""
    case: Case = row
    keeping: Keeping | None = getattr(row, "keeping", None)
    facts = frozenset(
        name
        for name, holds in {
            "child": case.age in CHILD_AGES or CHILD_FLAG in case.flags,
            "police_requested": keeping is not None and keeping.police_requested,
            "removal": row.removal,
        }.items()
        if holds
    )
    rule = rules().rule_for(facts, today_of(now).date())
    starts_at, ends_at = None, None
    if case.status == Case.Status.CLOSED and case.closed_at is not None:
        # Somebody who writes is still there: the time begins anew.
        starts_at = max(case.closed_at, row.written or case.closed_at)
        if rule.keep is not None:
            ends_at = rule.keep.after(starts_at)
            if keeping is not None and keeping.kept_until is not None:
                ends_at = max(ends_at, keeping.kept_until)
    return Term(
        case=case, rule=rule, facts=facts, starts_at=starts_at, ends_at=ends_at, keeping=keeping,
        wish=getattr(row, "wish", None), holds=tuple(row.holds_now),
    )  # fmt: skip
