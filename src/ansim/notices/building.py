"""From facts, recipient and regime to a notice: the letter, and whether it may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path

from ansim.errors import AnsimError
from ansim.notices.facts import CAME, NoticeFacts, PriorAsk
from ansim.notices.fields import FieldCheck, check_fields
from ansim.notices.letters import LETTERS
from ansim.notices.reading import Table, read_toml
from ansim.notices.records import LegalBasis, Recipient, Regime, Route, Text, in_language
from ansim.notices.registry import SHIPPED, load_registry
from ansim.notices.spoken import spoken_day, spoken_moment

MEDIA_COPY = "media_copy"
"""The letter for a page that is gone while its file is still served."""


class NoRoute(AnsimError):
    """The recipient cannot be written to."""

    code = "no_route"
    sentences = {
        "en": 'The recipient "{recipient}" has no route; add a mail address under [[routes]] '
        "in its file, or send by its own form and record the receipt.",
        "ko": "받는 곳 “{recipient}”에 보낼 경로가 없습니다. 그 파일의 [[routes]]에 전자우편 "
        "주소를 넣거나, 그곳의 서식으로 직접 내고 접수번호를 적어 두세요.",
    }


class RegimeNotInForce(AnsimError):
    """The rule does not hold on the day of the notice."""

    code = "regime_not_in_force"
    sentences = {
        "en": 'The rule "{regime}" does not hold on {day}; choose a rule that is in force '
        "for this recipient.",
        "ko": "“{regime}” 규정은 {day}에 시행 중이 아닙니다. 이 받는 곳에 쓸 수 있는 "
        "시행 중인 규정을 고르세요.",
    }


@dataclass(frozen=True, slots=True)
class Notice:
    """A letter to one recipient under one regime, with each required field checked.

    ``ready`` is false while a field fails; such a notice can be shown, not composed.
    """

    recipient: Recipient
    regime: Regime
    route: Route
    letter: str
    language: str
    subject: str
    body: str
    fields: tuple[FieldCheck, ...]
    ready: bool


def build_notice(
    facts: NoticeFacts,
    recipient: Recipient,
    regime: Regime,
    *,
    now: datetime,
    language: str | None = None,
    letter: str | None = None,
    zone: tzinfo = UTC,
    bases: Sequence[LegalBasis] | None = None,
) -> Notice:
    """The notice that ``regime`` asks for, in the route's language unless ``language`` is given.

    ``letter`` replaces the regime's letter (``MEDIA_COPY``); moments are written in ``zone``;
    ``bases`` are the legal bases known (those that ship when left out). Whether a rule is in
    force is judged by the UTC day of ``now``.

    Raises:
        NoRoute: the recipient has none.
        RegimeNotInForce: the regime does not hold on that day.
        LetterMissing: no such letter in that language.
    """
    if not regime.in_force(now.date()):
        raise RegimeNotInForce(regime=regime.code, day=now.date().isoformat())
    if not recipient.routes:
        raise NoRoute(recipient=recipient.code)
    route = next(
        (route for route in recipient.routes if route.language == language), recipient.routes[0]
    )
    spoken = language or route.language
    known = _shipped_bases() if bases is None else bases
    name = letter or regime.letter
    written = LETTERS.render(
        name,
        spoken,
        _values(facts, recipient, regime, language=spoken, now=now, zone=zone)
        | {"basis_title": _basis_title(facts.basis, known, spoken)},
    )
    fields = check_fields(facts, regime, now=now, bases=known)
    return Notice(
        recipient=recipient,
        regime=regime,
        route=route,
        letter=name,
        language=spoken,
        subject=written.subject,
        body=written.body,
        fields=fields,
        ready=all(check.ok for check in fields),
    )


@cache
def _shipped_bases() -> tuple[LegalBasis, ...]:
    return load_registry(today=date.max).bases


@cache
def _came_words() -> dict[str, Text]:
    path = SHIPPED / "words.toml"
    return _read_came(path)


def _read_came(path: Path) -> dict[str, Text]:
    root = Table(read_toml(path), file=path.name)
    table = root.table("came")
    words = {came: table.text(came) for came in CAME}
    table.close()
    root.close()
    return words


def _basis_title(basis: str, bases: Sequence[LegalBasis], language: str) -> str:
    titles = {f"law:{rule.code}": rule.title for rule in bases}
    return in_language(titles[basis], language) if basis in titles else basis


def _values(
    facts: NoticeFacts,
    recipient: Recipient,
    regime: Regime,
    *,
    language: str,
    now: datetime,
    zone: tzinfo,
) -> dict[str, object]:
    """What a letter may say: plain strings, numbers and lists of them."""
    return {
        "basis_kind": "consent" if facts.basis == "consent" else "law",
        "centre_email": facts.centre_email,
        "centre_name": _own(facts.centre_name, language),
        "centre_phone": facts.centre_phone,
        "clock_hours": regime.clock_hours or 0,
        "clock_kind": regime.clock_kind,
        "date": spoken_day(now, language, zone),
        "harm": facts.harm,
        "item_kind": _own(facts.item_kind, language),
        "links": facts.item_urls,
        "pdq": facts.pdq,
        "prior": [_prior(ask, language, zone) for ask in facts.prior],
        "recipient_name": in_language(recipient.name, language),
        "regime_title": in_language(regime.title, language),
        "request_ref": facts.request_ref,
        "seen_at": spoken_moment(facts.seen_at, language, zone),
        "sha256": facts.sha256,
        "signature": facts.signature,
    }


def _own(text: Text, language: str) -> str:
    """A text of the centre; it may be empty, and the field checks then say so."""
    return text.get(language) or text.get("en") or ""


def _prior(ask: PriorAsk, language: str, zone: tzinfo) -> dict[str, str]:
    return {
        "recipient": _own(ask.recipient, language),
        "asked_at": spoken_moment(ask.asked_at, language, zone),
        "came": in_language(_came_words()[ask.came], language),
    }
