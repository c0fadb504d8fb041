"""What a message that came in says, read as the untrusted thing it is.

Only headers and the first plain text are looked at, the text up to 64 KiB; attachments are never
decoded. Bounces follow RFC 3464, automatic answers RFC 3834. The verdict on the item never
depends on anything said here: an answer confirms receipt at most.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser, HeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from typing import Literal

InboundKind = Literal["bounce", "acknowledgement", "auto_reply", "reply"]

TEXT_LIMIT = 64 * 1024
RAW_LIMIT = 1024 * 1024
"""Octets of a message that are read at all; what follows can only be an attachment."""
_PARTS = 64
_HEADER_LIMIT = 4096

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_PLUS_TOKEN = re.compile(r"[^\s@+<>]{1,64}\+([A-Za-z0-9._-]{1,48})@")
_RECEIPT_NUMBER = re.compile(
    r"(?:접수\s?번호|관리\s?번호|"
    r"\b(?:receipt|case|ticket|report|reference)\s*(?:no\b\.?|number\b|id\b|\#))"
    r"(?:는|은|가|이|\s+is)?\s*[:：#=]?\s*\#?(?P<number>[A-Za-z0-9][A-Za-z0-9\-_/]{0,39})",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"\b(?:received|receipt|acknowledg\w*|ticket|thank you for (?:your|contacting))\b|접수|수신",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:out of (?:the )?office|on (?:annual )?leave|vacation|holiday)\b|부재\s?중|휴가",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"\b(?:refus\w*|reject\w*|declin\w*|unable|cannot|removed|deleted|taken down)\b"
    r"|거절|거부|불가|(?:삭제|조치)\s?(?:하였|했|되었|됐|완료)",
    re.IGNORECASE,
)
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message that came in. ``key`` is its key in the Maildir.

    ``in_reply_to`` is the Message-ID that it answers, or that came back; ``references`` all that
    it names. ``request_token`` is what stood behind the plus of our address, letter case kept.
    A bounce names ``failed_recipient`` and ``status`` (RFC 3463, like 5.1.1). What a message does
    not say is "".
    """

    key: str
    kind: InboundKind
    in_reply_to: str
    request_token: str
    sender: str
    received_at: datetime
    text: str
    receipt_number: str
    references: tuple[str, ...] = ()
    failed_recipient: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class _Report:
    """What a delivery report says about one message of ours."""

    failed: bool
    recipient: str
    status: str = ""
    original: str = ""
    token: str = ""


def parse_inbound(raw: bytes, *, key: str, delivered_at: datetime) -> Inbound:
    """Read one message; no input raises. ``delivered_at`` stands in for a missing date."""
    message = _parse(raw[:RAW_LIMIT])
    report = _report(message)
    text = _text(message)
    own = _without_quotes(text)
    references = _ids(message, "In-Reply-To")[:1] + _ids(message, "References")[::-1]
    if report and report.original:
        references.insert(0, report.original)
    token = next(_tokens(message), "") or (report.token if report else "")
    number = _receipt_number(f"{header(message, 'Subject')}\n{own}")
    return Inbound(
        key=key,
        kind=_kind(message, report, own, number),
        in_reply_to=references[0] if references else "",
        request_token=token,
        sender=_sender(message),
        received_at=_received_at(message, delivered_at),
        text=text,
        receipt_number=number,
        references=tuple(dict.fromkeys(references)),
        failed_recipient=report.recipient if report and report.failed else "",
        status=report.status if report else "",
    )


def parse_headers(raw: bytes) -> Message:
    """The headers alone; their values are read with :func:`header`."""
    return BytesHeaderParser().parsebytes(raw)


def _parse(raw: bytes) -> Message:
    try:
        return BytesParser().parsebytes(raw)
    except (RecursionError, MessageError, ValueError):
        # Thousands of nested parts exhaust the parser; the headers are still worth reading.
        return parse_headers(raw)


def header(message: Message, name: str) -> str:
    """A header as one line of text, decoded where it can be, "" when it is not there."""
    return _decoded(message.get(name, ""))


def _decoded(value: object) -> str:
    raw = str(value)[:_HEADER_LIMIT]
    try:
        pieces = decode_header(raw)
    except (HeaderParseError, ValueError):
        pieces = [(raw, None)]
    text = "".join(
        piece if isinstance(piece, str) else _to_text(piece, charset) for piece, charset in pieces
    )
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())


def _to_text(octets: bytes, charset: str | None) -> str:
    try:
        return octets.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return octets.decode("utf-8", "replace")


def _ids(message: Message, name: str) -> list[str]:
    return _MESSAGE_ID.findall(header(message, name))


def _addresses(values: list[str]) -> list[str]:
    try:
        return [address for _, address in getaddresses(values) if address]
    except (ValueError, IndexError, RecursionError):
        return []


def _tokens(message: Message) -> Iterator[str]:
    for name in _ADDRESSED:
        for value in message.get_all(name, []):
            yield from _PLUS_TOKEN.findall(_decoded(value))


def _sender(message: Message) -> str:
    found = _addresses([header(message, "From")])
    return found[0][:254] if found else ""


def _received_at(message: Message, delivered_at: datetime) -> datetime:
    """Our own server's stamp (the topmost Received), else Date, else the file's time."""
    stamp = header(message, "Received").rpartition(";")[2]
    for written in (stamp, header(message, "Date")):
        try:
            moment = parsedate_to_datetime(written)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return delivered_at


def _parts(message: Message) -> Iterator[Message]:
    """The leaves and containers in order, a bounded number, never into a returned message."""
    queue, seen = [message], 0
    while queue and seen < _PARTS:
        part = queue.pop(0)
        seen += 1
        yield part
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            queue = [each for each in inner if isinstance(each, Message)] + queue


def _text(message: Message) -> str:
    for part in _parts(message):
        attached = "attachment" in str(part.get("Content-Disposition", "")).lower()
        if part.get_content_type() == "text/plain" and not part.is_multipart() and not attached:
            return _body(part)
    return ""


def _body(part: Message) -> str:
    try:
        octets = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    text = _to_text(octets[:TEXT_LIMIT] if isinstance(octets, bytes) else b"", charset)
    kept = "".join(c for c in text if c in "\n\t" or c.isprintable())
    return kept.encode("utf-8")[:TEXT_LIMIT].decode("utf-8", "ignore").strip()


def _without_quotes(text: str) -> str:
    """What the sender wrote: our own letter, quoted below it, says "receipt" too."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(">"))


def _report(message: Message) -> _Report | None:
    kind = _parameter(message, "report-type")
    is_report = message.get_content_type() == "multipart/report" and kind == "delivery-status"
    exim = header(message, "X-Failed-Recipients")
    if not is_report:
        return _Report(failed=True, recipient=exim) if exim else None
    actions: list[str] = []
    recipient = status = original = token = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for block in _blocks(part):
                actions.append(header(block, "Action").lower())
                recipient = recipient or _after_type(header(block, "Final-Recipient"))
                status = status or header(block, "Status")[:20]
        elif kind in {"message/rfc822", "text/rfc822-headers"}:
            returned = _returned(part)
            original = original or next(iter(_ids(returned, "Message-ID")), "")
            token = token or next(iter(_PLUS_TOKEN.findall(header(returned, "Reply-To"))), "")
    return _Report("failed" in actions, recipient, status, original, token)


def _parameter(message: Message, name: str) -> str:
    try:
        value = message.get_param(name, "")
    except (ValueError, IndexError, TypeError):
        return ""
    return value.lower() if isinstance(value, str) else ""


def _blocks(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _after_type(value: str) -> str:
    """``rfc822; name@host`` -> ``name@host``."""
    return value.rpartition(";")[2].strip()[:254]


def _returned(part: Message) -> Message:
    inner = part.get_payload()
    if isinstance(inner, list) and inner and isinstance(inner[0], Message):
        return inner[0]
    return HeaderParser().parsestr(_body(part))


def _receipt_number(text: str) -> str:
    for found in _RECEIPT_NUMBER.finditer(text):
        number = found["number"].rstrip("-_/")
        if any(c.isdigit() for c in number):
            return number
    return ""


def _kind(message: Message, report: _Report | None, text: str, number: str) -> InboundKind:
    if report:
        return "bounce" if report.failed else "auto_reply"
    said = f"{header(message, 'Subject')}\n{text}"
    submitted = header(message, "Auto-Submitted").lower()
    replied = submitted.startswith("auto-replied") or bool(header(message, "X-Autoreply"))
    automatic = replied or submitted not in {"", "no"}
    if automatic:
        if number:
            return "acknowledgement"
        confirms = replied or bool(_CONFIRMS.search(said))
        return "acknowledgement" if confirms and not _AWAY.search(said) else "auto_reply"
    # A person who gives a number and a decision must be read by a person.
    confirms = bool(number and _CONFIRMS.search(said)) and not _DECIDES.search(said)
    return "acknowledgement" if confirms else "reply"
