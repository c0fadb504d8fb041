"""Taking a report in: one transaction from words to a case with keys, links and jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can
from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import CaseFacts, open_case
from ansim.centre.cases.standing import note_kin
from ansim.centre.intake.report import Report
from ansim.centre.materials.services import add_link, add_material
from ansim.centre.patrol.services import search_everywhere
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from collections.abc import Sequence


class NobodyToReceive(AnsimError):
    """No staff member could open the report."""

    code = "nobody_to_receive"
    sentences = {
        "en": "No counsellor can receive reports yet. The operator must add one with "
        "“ansim staff add”.",
        "ko": "접수를 받을 상담사가 아직 없습니다. 운영자가 ‘ansim staff add’로 추가해야 합니다.",
    }


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The new case and its receipt code, which is shown once and kept nowhere."""

    case: Case
    code: str
    private: bytes


def receivers() -> "Sequence[Staff]":
    """Staff who can open new reports."""
    return [
        one
        for one in Staff.objects.filter(is_active=True).order_by("username")
        if can(one, "case.read_sealed")
    ]


def take_in(report: Report, *, now: datetime, actor: Staff | None = None) -> TakenIn:
    """Open a case for a report. Raises NobodyToReceive rather than losing it silently.

    The receipt's keys are derived before the transaction begins: that takes a while by design.
    """
    holders = receivers()
    if not holders:
        raise NobodyToReceive
    code, keys = keyring.fresh_receipt()
    with transaction.atomic():
        case, _ = open_case(
            CaseFacts(
                language=report.language, channel=report.channel, standing=report.standing,
                age=report.age, gender=report.gender, relation=report.relation,
                harms=report.harms, places=report.places, flags=report.flags,
                threat_deadline=report.threat_deadline, keywords=report.keywords,
                story=report.story, contact=dict(report.contact),
                safe_contact=dict(report.safe_contact), consents=report.consents,
            ),
            now=now, holders=holders, receipt=keys, actor=actor,
        )  # fmt: skip
        if report.standing != "self" and report.kin:
            note_kin(case, report.kin, now=now, by=actor)
        for found in report.materials:
            add_material(case, found, now=now, actor=actor)
        for link in report.links:
            add_link(case, link, now=now, actor=actor)
        if report.materials and case.allows("search", now):
            search_everywhere(case)
    return TakenIn(case, code, keys.private)
