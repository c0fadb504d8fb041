"""Consents as the pages show them: one line a purpose, asked or not."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import pgettext

from ansim.centre.cases.models import Case, Consent
from ansim.centre.cases.taxonomy import taxonomy


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One purpose and how the person's consent to it stands."""

    code: str
    word: str
    state: str
    tone: str
    stands: bool = False
    at: datetime | None = None
    until: datetime | None = None
    by: str = ""


def consent_rows(case: Case, now: datetime) -> list[ConsentRow]:
    """Every purpose of the taxonomy, in its order, with its latest consent."""
    latest: dict[str, Consent] = {one.purpose: one for one in case.consents.order_by("given_at")}
    return [_row(code, word, latest.get(code), now) for code, word in taxonomy().choices("consent")]


def _row(code: str, word: str, consent: Consent | None, now: datetime) -> ConsentRow:
    if consent is None:
        return ConsentRow(code, word, pgettext("consent", "Not given"), "mute")
    by = pgettext("consent", "The person")
    if consent.given_by != "person":
        by = taxonomy().label("standing", consent.given_by)
    if consent.stands(now):
        said = pgettext("consent", "Stands")
        given, until = consent.given_at, consent.expires_at
        return ConsentRow(code, word, said, "ok", stands=True, at=given, until=until, by=by)
    withdrawn = consent.withdrawn_at is not None
    said = pgettext("consent", "Withdrawn") if withdrawn else pgettext("consent", "Ended")
    ended = consent.withdrawn_at or consent.expires_at
    return ConsentRow(code, word, said, "wait", at=ended, by=by)
