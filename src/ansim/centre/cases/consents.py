"""The consent ledger as pages show it: one line a purpose with its history, asked or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import pgettext

from ansim.centre.cases.models import Case, Consent
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.cases.wordings import Shown, shown_again, wording_at

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff


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


@dataclass(frozen=True, slots=True)
class Event:
    """One change: ``act`` is given, refused, withdrawn, lifted or expired; by whom and how.

    ``scope`` is "" for everybody of the purpose. ``words``: what was shown, where it was kept.
    """

    at: datetime
    act: str
    scope: str
    by: str
    how: str
    staff: "Staff | None"
    words: Shown | None = None


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """One purpose: in the words of today, the whole answer, narrower answers, every change."""

    words: Shown
    row: ConsentRow
    narrower: tuple[Consent, ...]
    events: tuple[Event, ...]


def consent_rows(case: Case, now: datetime) -> list[ConsentRow]:
    """Every purpose of the taxonomy, in its order, with its latest consent to all recipients."""
    latest: dict[str, Consent] = {}
    for one in case.consents.order_by("given_at"):
        if not one.recipient and not one.refused:
            latest[one.purpose] = one
    return [_row(code, word, latest.get(code), now) for code, word in taxonomy().choices("consent")]


def speaker(by: str) -> str:
    """The person, or who spoke for them."""
    if by == "person":
        return pgettext("consent", "The person")
    return taxonomy().label("standing", by)


def _row(code: str, word: str, consent: Consent | None, now: datetime) -> ConsentRow:
    if consent is None:
        return ConsentRow(code, word, pgettext("consent", "Not given"), "mute")
    by = speaker(consent.given_by)
    if consent.stands(now):
        said = pgettext("consent", "Stands")
        given, until = consent.given_at, consent.expires_at
        return ConsentRow(code, word, said, "ok", stands=True, at=given, until=until, by=by)
    withdrawn = consent.withdrawn_at is not None
    said = pgettext("consent", "Withdrawn") if withdrawn else pgettext("consent", "Ended")
    ended = consent.withdrawn_at or consent.expires_at
    return ConsentRow(code, word, said, "wait", at=ended, by=by)


def purpose_lines(case: Case, now: datetime) -> list[PurposeLine]:
    """Every purpose that may be asked for on the day of ``now``, with its whole history."""
    every = list(case.consents.select_related("recorded_by", "withdrawal_recorded_by"))
    rows = {row.code: row for row in consent_rows(case, now)}
    wording = wording_at(now)
    lines = []
    for code in wording.purposes:
        own = [one for one in every if one.purpose == code]
        narrower = tuple(one for one in own if one.recipient and one.stands(now))
        events = sorted((event for one in own for event in _events(one, now)), key=_when)
        lines.append(
            PurposeLine(wording.shown(code), rows[code], narrower, tuple(reversed(events)))
        )
    return lines


def _when(event: Event) -> datetime:
    return event.at


def _events(one: Consent, now: datetime) -> list[Event]:
    act, undone = ("refused", "lifted") if one.refused else ("given", "withdrawn")
    words = shown_again(one.wording, one.purpose, one.wording_language)
    if words is not None and one.wording_digest and words.digest != one.wording_digest:
        # The file was changed since: better no words than others than those that were shown.
        words = None
    events = [
        Event(one.given_at, act, one.recipient, one.given_by, one.given_how, one.recorded_by, words)
    ]
    if one.withdrawn_at is not None:
        events.append(
            Event(
                one.withdrawn_at, undone, one.recipient, one.withdrawn_by or "person",
                one.withdrawn_how or "portal", one.withdrawal_recorded_by,
            )
        )  # fmt: skip
    elif one.expires_at is not None and one.expires_at <= now:
        events.append(Event(one.expires_at, "expired", one.recipient, "", "", None))
    return events
