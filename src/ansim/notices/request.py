"""A request description: the JSON that the command line reads, field by field."""

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from ansim.errors import AnsimError
from ansim.notices.facts import MalformedFacts, NoticeFacts, PriorAsk
from ansim.notices.records import Text

MAX_BYTES = 1024 * 1024

EXAMPLE = """\
{
  "recipient": "video_platform_a",
  "request_ref": "R-7F3K2",
  "centre_name": {"ko": "가람시 디지털안심센터", "en": "Garam Digital Safety Centre"},
  "centre_email": "requests@centre.example",
  "centre_phone": "+82 2 000 0000",
  "designated_body": true,
  "item_urls": ["https://video.example/watch/81"],
  "item_kind": {"ko": "동영상이 든 게시물", "en": "a post with a video"},
  "harm": "ncii",
  "basis": "consent",
  "pdq": [],
  "sha256": [],
  "seen_at": "2026-11-20T09:10:00+09:00",
  "statement_of_good_faith": true,
  "signature": "센터장 / Head of the centre",
  "prior": []
}"""


class MalformedRequest(AnsimError):
    """The request description is no JSON object."""

    code = "malformed_request"
    sentences = {
        "en": "The request description is not a JSON object in UTF-8 of at most 1 MiB (line "
        "{line}); correct it there, or start from the example in --help.",
        "ko": "요청 파일이 1 MiB 이하의 UTF-8 JSON 객체가 아닙니다({line}번째 줄). "
        "그 자리를 고치거나 --help에 있는 예에서 시작하세요.",
    }


def parse_request(raw: bytes) -> tuple[NoticeFacts, str | None]:
    """The facts, and the recipient's code when the description names one.

    Raises:
        MalformedRequest: not a JSON object.
        MalformedFacts: a field is missing, unknown or of the wrong type; the first one is named.
    """
    values = _object(raw)
    recipient = values.pop("recipient", None)
    if recipient is not None and not isinstance(recipient, str):
        raise _wrong("recipient", '"video_platform_a"')
    known = {field.name for field in fields(NoticeFacts)}
    for name in values:
        if name not in known:
            raise MalformedFacts(
                name[:40] if name.isidentifier() else "?",
                en="is not a field of a request; correct its name or take it out.",
                ko="요청에 없는 항목입니다. 이름을 고치거나 빼세요.",
            )
    facts = NoticeFacts(
        centre_name=_text(values, "centre_name"),
        centre_email=_string(values, "centre_email"),
        centre_phone=_string(values, "centre_phone", default=""),
        designated_body=_boolean(values, "designated_body"),
        request_ref=_string(values, "request_ref"),
        item_urls=_strings(values, "item_urls"),
        item_kind=_text(values, "item_kind"),
        harm=_string(values, "harm"),
        basis=_string(values, "basis"),
        pdq=_strings(values, "pdq"),
        sha256=_strings(values, "sha256"),
        seen_at=_moment(values, "seen_at"),
        statement_of_good_faith=_boolean(values, "statement_of_good_faith"),
        signature=_string(values, "signature"),
        prior=_prior(values),
        request_kind=_string(values, "request_kind", default="deletion"),  # type: ignore[arg-type]
    )
    return facts, recipient


def _object(raw: bytes) -> dict[str, Any]:
    try:
        if len(raw) > MAX_BYTES:
            raise MalformedRequest(line=1)
        values = json.loads(raw.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise MalformedRequest(line=error.lineno) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise MalformedRequest(line=1) from error
    if not isinstance(values, dict):
        raise MalformedRequest(line=1)
    return values


def _wrong(field: str, example: str) -> MalformedFacts:
    return MalformedFacts(
        field,
        en=f"is missing or of the wrong type; write it like {example}.",
        ko=f"빠졌거나 형식이 틀렸습니다. {example}처럼 적으세요.",
    )


def _string(values: dict[str, Any], field: str, *, default: str | None = None) -> str:
    value = values.get(field, default)
    if not isinstance(value, str):
        raise _wrong(field, '"..."')
    return value


def _boolean(values: dict[str, Any], field: str) -> bool:
    value = values.get(field)
    if not isinstance(value, bool):
        raise _wrong(field, "true")
    return value


def _strings(values: dict[str, Any], field: str) -> tuple[str, ...]:
    value = values.get(field, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(field, '["..."]')
    return tuple(value)


def _text(values: dict[str, Any], field: str) -> Text:
    value = values.get(field)
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise _wrong(field, '{"ko": "...", "en": "..."}')
    return dict(value)


def _moment(values: dict[str, Any], field: str) -> datetime:
    example = '"2026-11-20T09:10:00+09:00"'
    try:
        return datetime.fromisoformat(_string(values, field))
    except ValueError as error:
        raise _wrong(field, example) from error


def _prior(values: dict[str, Any]) -> tuple[PriorAsk, ...]:
    asks = values.get("prior", [])
    if not isinstance(asks, list) or not all(isinstance(ask, dict) for ask in asks):
        raise _wrong("prior", '[{"recipient": {...}, "asked_at": "...", "came": "nothing"}]')
    return tuple(
        PriorAsk(
            recipient=_text(ask, "recipient"),
            asked_at=_moment(ask, "asked_at"),
            came=_string(ask, "came", default="nothing"),  # type: ignore[arg-type]
        )
        for ask in asks
    )
