"""What a notice is about. There is no field for the person's name, and none for media."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal, get_args

from ansim.errors import AnsimError
from ansim.notices.records import HARMS, Text

Came = Literal[
    "nothing", "acknowledged", "refused", "bounced", "still_there", "page_gone_file_remains"
]
CAME: tuple[str, ...] = get_args(Came)
REQUEST_REF = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{0,30}[A-Z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_HASH = {"pdq": re.compile(r"[0-9a-f]{64}"), "sha256": re.compile(r"[0-9a-f]{64}")}


class MalformedFacts(AnsimError):
    """A fact about the request has not the form it must have. The value itself is never shown."""

    code = "malformed_facts"
    sentences = {
        "en": "The field {field} {mend_en}",
        "ko": "{field} 항목: {mend_ko}",
    }

    def __init__(self, field: str, *, en: str, ko: str) -> None:
        super().__init__(field=field, mend_en=en, mend_ko=ko)


@dataclass(frozen=True, slots=True)
class PriorAsk:
    """An earlier request about the same item: who was asked, when, and what came of it."""

    recipient: Text
    asked_at: datetime
    came: Came = "nothing"

    def __post_init__(self) -> None:
        if self.came not in CAME:
            raise _not_one_of("came", CAME)
        _refuse_naive("asked_at", self.asked_at)
        _refuse_control("prior", self.recipient)


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """The facts of one request, in the centre's name.

    ``item_kind`` says in words what the item is ("a post with a video"). ``basis`` is
    ``consent`` or ``law:<code of a legal basis>``. ``pdq`` and ``sha256`` are 64 lower-case hex
    digits each. ``signature`` is the signatory's office, not a person who needs help.

    Raises:
        MalformedFacts: a value has not the right form. A value that is merely missing is no
            error here: the regime says whether it must be there.
    """

    centre_name: Text
    centre_email: str
    centre_phone: str
    designated_body: bool
    request_ref: str
    item_urls: tuple[str, ...]
    item_kind: Text
    harm: str
    basis: str
    pdq: tuple[str, ...]
    sha256: tuple[str, ...]
    seen_at: datetime
    statement_of_good_faith: bool
    signature: str
    prior: tuple[PriorAsk, ...] = ()
    request_kind: Literal["deletion", "report"] = "deletion"

    def __post_init__(self) -> None:
        if not REQUEST_REF.fullmatch(self.request_ref):
            raise MalformedFacts(
                "request_ref",
                en="must be a short reference like R-7F3K2 (capital letters, digits, hyphens).",
                ko="R-7F3K2처럼 대문자, 숫자, 붙임표만 쓴 짧은 번호여야 합니다.",
            )
        if self.harm not in HARMS:
            raise _not_one_of("harm", HARMS)
        if self.request_kind not in {"deletion", "report"}:
            raise _not_one_of("request_kind", ("deletion", "report"))
        _refuse_naive("seen_at", self.seen_at)
        for name, form in _HASH.items():
            if not all(form.fullmatch(value) for value in getattr(self, name)):
                raise MalformedFacts(
                    name,
                    en="must hold fingerprints of 64 lower-case hex digits each.",
                    ko="지문마다 소문자 16진수 64자리여야 합니다.",
                )
        for field in fields(self):
            _refuse_control(field.name, getattr(self, field.name))


def _not_one_of(field: str, allowed: tuple[str, ...]) -> MalformedFacts:
    listed = ", ".join(allowed)
    return MalformedFacts(
        field, en=f"must be one of: {listed}.", ko=f"다음 가운데 하나여야 합니다: {listed}."
    )


def _refuse_naive(field: str, moment: datetime) -> None:
    if moment.tzinfo is None:
        raise MalformedFacts(
            field,
            en="must say its time zone, like 2026-11-20T09:10:00+09:00.",
            ko="2026-11-20T09:10:00+09:00처럼 시간대가 있어야 합니다.",
        )


def _refuse_control(field: str, value: object) -> None:
    """Line breaks and direction marks could forge a line of the letter or hide an address."""
    texts: tuple[object, ...] = ()
    if isinstance(value, str):
        texts = (value,)
    elif isinstance(value, dict):
        texts = tuple(value.values())
    elif isinstance(value, tuple):
        texts = value
    if any(isinstance(text, str) and _CONTROL.search(text) for text in texts):
        raise MalformedFacts(
            field,
            en="holds a line break or an invisible character; take it out.",
            ko="줄바꿈이나 보이지 않는 글자가 있습니다. 빼 주세요.",
        )
