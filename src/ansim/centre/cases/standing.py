"""Who asks in whose name, and what was decided about duties to report.

Both are written down by a person. A decision is never changed: a later one stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.db import transaction

from ansim.centre.cases import keyring
from ansim.centre.cases.errors import EmptyText, KeyNotHeld
from ansim.centre.cases.models import Case
from ansim.centre.cases.reportingrules import ReportingRule, rule_book
from ansim.centre.cases.standing_models import ProxyStanding, ReportingDecision
from ansim.centre.custody.services import record
from ansim.centre.shell.moments import here
from ansim.errors import AnsimError
from ansim.vault import CaseKey

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


class UnknownChoice(AnsimError):
    """A kin, a document, a way or a rule that the rule book does not have."""

    code = "unknown_choice"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Choose one of the answers on the page.",
        "ko": "화면에 있는 답 가운데 하나를 고르세요.",
    }


@dataclass(frozen=True, slots=True)
class Duty:
    """One rule that touches a case, and what was decided about it so far (newest first)."""

    rule: ReportingRule
    decisions: tuple[ReportingDecision, ...]

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet, or counsel is still being asked."""
        return not self.decisions or self.decisions[0].decision == ReportingDecision.Choice.ASKED


def duties_of(case: Case, now: datetime) -> list[Duty]:
    """The rules for a case with their decisions; those decided under retired rules are left out."""
    made = list(case.reporting_decisions.select_related("decided_by"))
    return [
        Duty(rule, tuple(one for one in made if one.rule == rule.code))
        for rule in rule_book().for_case(case, here(now).date())
    ]


@transaction.atomic
def read_reasons(
    case: Case, duties: Sequence[Duty], *, key: CaseKey, reader: "Staff", now: datetime
) -> dict[UUID, str]:
    """The reasons of all decisions, opened, by the decision's id."""
    rows = [row for duty in duties for row in duty.decisions]
    if rows:
        record("reporting.read", actor=reader, obj=case, case=case, fields=["reason"], at=now)
    return {row.pk: keyring.open_text(key, row.reason_box, row, "reason_box", case) for row in rows}


@transaction.atomic
def decide(
    case: Case,
    rule: str,
    choice: str,
    reason: str,
    *,
    key: CaseKey | None,
    by: "Staff",
    now: datetime,
) -> ReportingDecision:
    """Write down what was decided about a duty, with a sealed reason.

    Raises UnknownChoice, EmptyText, KeyNotHeld.
    """
    if choice not in ReportingDecision.Choice or rule not in {
        one.code for one in rule_book().rules
    }:
        raise UnknownChoice
    if not reason.strip():
        raise EmptyText
    if key is None:
        raise KeyNotHeld
    row = ReportingDecision(case=case, rule=rule, decision=choice, decided_by=by, decided_at=now)
    row.reason_box = keyring.seal_text(key, reason.strip(), row, "reason_box", case)
    row.save()
    record("reporting.decided", actor=by, obj=row, case=case, fields=["decision"], at=now)
    return row


@transaction.atomic
def note_kin(case: Case, kin: str, *, now: datetime, by: "Staff | None" = None) -> ProxyStanding:
    """Who the one that asks is to the person. Raises UnknownChoice."""
    if kin not in rule_book().kin:
        raise UnknownChoice
    row, _ = ProxyStanding.objects.update_or_create(case=case, defaults={"kin": kin})
    kind = "staff" if by else "person"
    record("proxy.noted", actor=by, actor_kind=kind, obj=row, case=case, fields=["kin"], at=now)
    return row


@transaction.atomic
def note_papers(case: Case, papers: Sequence[str], *, by: "Staff", now: datetime) -> None:
    """Which documents a counsellor has seen; none is kept. Raises UnknownChoice."""
    if not set(papers) <= set(rule_book().papers):
        raise UnknownChoice
    row, _ = ProxyStanding.objects.get_or_create(case=case, defaults={"kin": ""})
    row.papers, row.papers_seen_at, row.papers_seen_by = sorted(set(papers)), now, by
    row.save()
    record("proxy.papers_seen", actor=by, obj=row, case=case, fields=["papers"], at=now)


@transaction.atomic
def confirm(case: Case, how: str, *, by: "Staff", now: datetime) -> None:
    """The person said themselves that they want this. Raises UnknownChoice."""
    if how not in ProxyStanding.How:
        raise UnknownChoice
    row, _ = ProxyStanding.objects.get_or_create(case=case, defaults={"kin": ""})
    row.confirmed_at, row.confirmed_by, row.confirmed_how = now, by, how
    row.save()
    record("proxy.confirmed", actor=by, obj=row, case=case, fields=["confirmed_at"], at=now)


def waits_for_person(case: Case) -> bool:
    """Whether somebody else asked and the person has not confirmed it yet."""
    if case.standing == "self":
        return False
    row = ProxyStanding.objects.filter(case=case).first()
    return row is None or row.confirmed_at is None
