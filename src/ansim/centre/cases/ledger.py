"""The consent ledger: what was allowed, to whom, by whom, in which words; given, taken back, over.

Nothing here is written over. Each change is a row of its own or the end of one, and a custody
event. Whoever sends or searches asks ``covering`` at the moment of doing it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from ansim.centre.cases.covering import covering_of, kind_scope
from ansim.centre.cases.errors import UnknownCode
from ansim.centre.cases.models import Case, Consent, Disclosure
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.cases.wordings import Shown, wording_at
from ansim.centre.custody.services import record

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# Without this one nothing may be kept, so nothing else can go on.
HOLD = "hold"
# What the person told elsewhere than on their own pages needs somebody who wrote it down.
HOW = ("portal", "telephone", "in_person", "letter", "file")
# How long before a consent ends somebody asks whether it goes on.
ASK_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Said:
    """Who said yes or no (``person`` or a proxy's standing), how, and who wrote it down."""

    by: str = "person"
    how: str = "portal"
    recorded_by: "Staff | None" = None


def covering(
    case: Case, purpose: str, recipient: str = "", *, now: datetime, kind: str = ""
) -> Consent | None:
    """The consent that covers a purpose and a recipient (code, and its kind) at ``now``, or None.

    Reads the database unless the case's consents were fetched with it; a sender fetches anew.
    """
    return covering_of(case.consents.all(), purpose, recipient, kind, now)


def covering_now(
    case_id: UUID, purpose: str, recipient: str = "", *, now: datetime, kind: str = ""
) -> Consent | None:
    """As ``covering``, always from the database: what somebody else withdrew a moment ago counts."""
    return covering_of(Consent.objects.filter(case=case_id), purpose, recipient, kind, now)


@transaction.atomic
def give(
    case: Case,
    purpose: str,
    recipient: str = "",
    *,
    now: datetime,
    said: Said | None = None,
    until: datetime | None = None,
    language: str | None = None,
) -> Consent:
    """Write a consent down in the wording of the day; giving one that stands changes nothing.

    An earlier "not this one" of the same scope ends with it. ``until``: the day that the person
    named; else the wording's own length, if it has one. Raises UnknownCode.
    """
    said = said or Said()
    _check(purpose, said)
    # Locked, so that two hands at once cannot write two answers.
    Case.objects.select_for_update().get(pk=case.pk)
    for one in _standing(case, purpose, recipient, now):
        if not one.refused:
            return one
        _end(one, said, now)
    return _write(case, purpose, recipient, said=said, now=now, until=until, language=language)


@transaction.atomic
def withdraw(
    case: Case, purpose: str, recipient: str = "", *, now: datetime, said: Said | None = None
) -> list[Consent]:
    """End what stands for a purpose and scope; returns the answers that changed.

    For one recipient or kind under a wider consent, a refusal is written. Taking a whole purpose
    back ends its narrower consents too; taking ``hold`` back ends everything.
    """
    said = said or Said()
    _check(purpose, said)
    Case.objects.select_for_update().get(pk=case.pk)
    if recipient:
        return _withdraw_scope(case, purpose, recipient, said, now)
    changed = [
        one
        for one in Consent.objects.filter(case=case, refused=False, withdrawn_at=None)
        if one.stands(now) and (purpose in {HOLD, one.purpose})
    ]
    for one in changed:
        _end(one, said, now)
    return changed


def _withdraw_scope(
    case: Case, purpose: str, recipient: str, said: Said, now: datetime
) -> list[Consent]:
    changed = []
    for one in _standing(case, purpose, recipient, now):
        if one.refused:
            return []
        _end(one, said, now)
        changed.append(one)
    # Without a row of its own it would be covered by the wider consent, now or when that is given.
    return [*changed, _write(case, purpose, recipient, said=said, now=now, refused=True)]


@transaction.atomic
def expire_due(now: datetime) -> list[Consent]:
    """Note the consents whose time is over; returns those that were not noted before."""
    rows = Consent.objects.select_for_update().filter(
        expires_at__lte=now, withdrawn_at=None, expired_at=None
    )
    over = list(rows)
    for one in over:
        one.expired_at = now
        one.save(update_fields=["expired_at"])
        record("consent.expired", obj=one, case=one.case, fields=[one.purpose], at=now)
    return over


def ending_soon(case: Case, now: datetime) -> list[Consent]:
    """Standing consents that end within fourteen days: somebody should ask."""
    return [
        one
        for one in case.consents.all()
        if one.stands(now) and one.expires_at is not None and one.expires_at <= now + ASK_AHEAD
    ]


@transaction.atomic
def disclose(
    case: Case,
    *,
    purpose: str,
    recipient: str,
    kind: str,
    basis: str,
    facts: Sequence[str],
    source: UUID,
    now: datetime,
) -> Disclosure:
    """Write down that something left; the same thing leaves once, however often it is said."""
    consent = None
    if basis == "consent":
        consent = covering_now(case.pk, purpose, recipient, now=now, kind=kind)
    row, fresh = Disclosure.objects.get_or_create(
        source=source,
        defaults={
            "case": case, "purpose": purpose, "recipient": recipient, "recipient_kind": kind,
            "at": now, "basis": basis, "consent": consent, "facts": sorted(facts),
        },
    )  # fmt: skip
    if fresh:
        record("disclosure.made", obj=row, case=case, fields=row.facts, at=now)
    return row


def _check(purpose: str, said: Said) -> None:
    speakers = ("person", *taxonomy().codes("standing"))
    for name, value, known in (
        ("consent", purpose, taxonomy().codes("consent")),
        ("standing", said.by, speakers),
        ("how", said.how, HOW),
    ):
        if value not in known:
            raise UnknownCode(value=value, name=name, choices=", ".join(known))


def _standing(case: Case, purpose: str, recipient: str, now: datetime) -> list[Consent]:
    rows = Consent.objects.filter(case=case, purpose=purpose, recipient=recipient)
    return [one for one in rows.filter(withdrawn_at=None) if one.stands(now)]


def _write(
    case: Case,
    purpose: str,
    recipient: str,
    *,
    said: Said,
    now: datetime,
    refused: bool = False,
    until: datetime | None = None,
    language: str | None = None,
) -> Consent:
    wording = wording_at(now)
    shown: Shown | None = None
    if purpose in wording.purposes:
        shown = wording.shown(purpose, language)
        days = wording.purposes[purpose].days
        if until is None and days is not None and not refused:
            until = now + timedelta(days=days)
    consent = Consent.objects.create(
        case=case, purpose=purpose, recipient=recipient, refused=refused,
        wording=wording.version, wording_language="" if shown is None else shown.language,
        wording_digest="" if shown is None else shown.digest, given_by=said.by,
        given_how=said.how, recorded_by=said.recorded_by, given_at=now, expires_at=until,
    )  # fmt: skip
    _custody("consent.refused" if refused else "consent.given", consent, said, now)
    return consent


def _end(consent: Consent, said: Said, now: datetime) -> None:
    consent.withdrawn_at, consent.withdrawn_by, consent.withdrawn_how = now, said.by, said.how
    consent.withdrawal_recorded_by = said.recorded_by
    consent.save(
        update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_how", "withdrawal_recorded_by"]
    )
    _custody("consent.lifted" if consent.refused else "consent.withdrawn", consent, said, now)


def _custody(action: str, consent: Consent, said: Said, now: datetime) -> None:
    staff = said.recorded_by
    record(
        action, actor=staff, actor_kind="staff" if staff else "person", obj=consent,
        case=consent.case, fields=[consent.purpose], at=now,
    )  # fmt: skip


__all__ = [
    "ASK_AHEAD",
    "HOLD",
    "HOW",
    "Said",
    "covering",
    "covering_now",
    "disclose",
    "ending_soon",
    "expire_due",
    "give",
    "kind_scope",
    "withdraw",
]
