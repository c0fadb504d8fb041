"""Outgoing mail: one plain-text message, and one SMTP transaction that says what became of it.

``EmailMessage`` is built in one place and checked again before it leaves, so that no message
can carry a file. The recipient and the centre's sent copy stand in one transaction: the copy
exists exactly when the recipient's server was handed the letter, which is what a worker that
was killed half-way looks for before it sends anything again.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Literal

from ansim.errors import AnsimError
from ansim.notices.building import Notice

_POLICY = SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*/=?^_{|}~+-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*/=?^_{|}~+-]{1,120}@[A-Za-z0-9.-]{1,120}>")
_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,48}")
_OK = 250
_RECIPIENT_OK = frozenset({250, 251})
_TEMPORARY = range(400, 500)
_TIMEOUT_SECONDS = 30.0
_RESPONSE_LENGTH = 200


class MalformedAddress(AnsimError):
    """A mail address or Message-ID cannot be put into a message."""

    code = "malformed_address"
    sentences = {
        "en": "The {field} is not a plain mail address; write it like requests@centre.example.",
        "ko": "{field} 값이 전자우편 주소가 아닙니다. requests@centre.example처럼 적으세요.",
    }


class NoticeNotReady(AnsimError):
    """A required field fails, so the notice must not go."""

    code = "notice_not_ready"
    sentences = {
        "en": "The notice is not valid yet; mend these fields first: {fields}.",
        "ko": "요청서가 아직 유효하지 않습니다. 먼저 다음 항목을 고치세요: {fields}.",
    }


class NotPlainText(AnsimError):
    """The message is something other than one plain text; it is not sent."""

    code = "not_plain_text"
    sentences = {
        "en": "Only a single plain text may be sent; take every attachment out.",
        "ko": "글만 보낼 수 있습니다. 첨부를 모두 빼세요.",
    }


class MailServerUnreachable(AnsimError):
    """No transaction took place; the letter can be tried again later."""

    code = "mail_server_unreachable"
    sentences = {
        "en": "The mail server cannot be reached or refuses the connection ({reason}); "
        "check its settings, then try again.",
        "ko": "메일 서버에 연결할 수 없습니다({reason}). 설정을 확인한 뒤 다시 시도하세요.",
    }


class DeliveryUnknown(MailServerUnreachable):
    """The connection broke after the letter was handed over: it may or may not have been taken."""

    code = "delivery_unknown"
    sentences = {
        "en": "The connection broke while the letter was being handed over; "
        "look for its sent copy before sending it again.",
        "ko": "편지를 넘기는 동안 연결이 끊겼습니다. "
        "다시 보내기 전에 보낸 사본이 있는지 확인하세요.",
    }


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the centre's relay. An empty ``username`` means no sign-in."""

    host: str
    port: int
    starttls: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = _TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the server said. ``refused`` maps each recipient refused for good to the answer.

    ``temporary``: nothing was sent, and the same message may be tried again later.
    """

    accepted: bool
    response: str
    refused: dict[str, str]
    temporary: bool = False

    @property
    def state(self) -> Literal["accepted", "refused", "temporary"]:
        """The same in one word."""
        if self.accepted:
            return "accepted"
        return "temporary" if self.temporary else "refused"


def reply_address(address: str, token: str) -> str:
    """``requests@centre.example`` and a token -> ``requests+token@centre.example``.

    Raises:
        MalformedAddress: the address or the token has characters that do not belong there.
    """
    _require_address("reply address", address)
    if not _TOKEN.fullmatch(token):
        raise MalformedAddress(field="reply token")
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def compose(
    notice: Notice,
    *,
    message_id: str,
    sender: str,
    reply_to: str,
    to: str,
    now: datetime,
) -> EmailMessage:
    """The message of a notice: plain text, the notice's subject, no other part.

    ``message_id`` is the caller's, the same for every try of one attempt. There is no
    Auto-Submitted header, because a person approved the letter (RFC 3834 section 5).

    Raises:
        NoticeNotReady: a required field fails.
        MalformedAddress: an address or the Message-ID has not its form.
    """
    if not notice.ready:
        raise NoticeNotReady(fields=", ".join(c.name for c in notice.fields if not c.ok))
    for name, address in (("sender", parseaddr(sender)[1]), ("reply-to", reply_to), ("to", to)):
        _require_address(name, address)
    if not _MESSAGE_ID.fullmatch(message_id) or re.search(r"[\r\n]", sender):
        raise MalformedAddress(field="Message-ID")
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = to
    message["Reply-To"] = reply_to
    message["Subject"] = notice.subject
    message["Date"] = now
    message["Message-ID"] = message_id
    message["Content-Language"] = notice.language
    message.set_content(notice.body, charset="utf-8")
    return message


def _require_address(name: str, address: str) -> None:
    if not _ADDRESS.fullmatch(address):
        raise MalformedAddress(field=name)


def send(message: EmailMessage, *, smtp: SmtpSettings, envelope_to: tuple[str, ...]) -> Delivery:
    """Hand ``message`` to every address of ``envelope_to`` in one transaction, or to none.

    The envelope sender is the Reply-To address, so that a bounce finds its request too. When one
    recipient is refused, the transaction is reset before any content has been sent.

    Raises:
        NotPlainText: the message is not one plain text.
        MailServerUnreachable: no connection, no TLS where asked, or no sign-in.
        DeliveryUnknown: the connection broke while the content was handed over.
    """
    if message.is_multipart() or message.get_content_type() != "text/plain":
        raise NotPlainText
    for address in envelope_to:
        _require_address("envelope recipient", address)
    return_path = parseaddr(str(message["Reply-To"] or message["From"]))[1]
    with _connected(smtp) as server:
        halted = _open_transaction(server, return_path, envelope_to)
        return halted or _hand_over(server, message)


@contextmanager
def _connected(smtp: SmtpSettings) -> Iterator[smtplib.SMTP]:
    try:
        # Given to the constructor, the host is also what a certificate is checked against.
        server = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout_seconds)
    except OSError as error:
        raise MailServerUnreachable(reason=type(error).__name__) from error
    try:
        _greet(server, smtp)
        yield server
    finally:
        server.close()


def _greet(server: smtplib.SMTP, smtp: SmtpSettings) -> None:
    try:
        server.ehlo_or_helo_if_needed()
        if smtp.starttls:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if smtp.username:
            server.login(smtp.username, smtp.password)
    except OSError as error:  # the root of smtplib's and ssl's errors too
        raise MailServerUnreachable(reason=type(error).__name__) from error


def _open_transaction(
    server: smtplib.SMTP, return_path: str, envelope_to: Sequence[str]
) -> Delivery | None:
    """MAIL and RCPT; a Delivery when the transaction was given up, None when it is open."""
    try:
        code, said = server.mail(return_path)
        if code != _OK:
            server.rset()
            return Delivery(
                accepted=False, response=_line(code, said), refused={}, temporary=code in _TEMPORARY
            )
        refused: dict[str, str] = {}
        delayed = ""
        for address in envelope_to:
            code, said = server.rcpt(address)
            if code in _TEMPORARY:
                delayed = delayed or _line(code, said)
            elif code not in _RECIPIENT_OK:
                refused[address] = _line(code, said)
        if refused or delayed:
            server.rset()
            response = next(iter(refused.values()), delayed)
            return Delivery(
                accepted=False, response=response, refused=refused, temporary=not refused
            )
    except OSError as error:
        raise MailServerUnreachable(reason=type(error).__name__) from error
    return None


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> Delivery:
    try:
        code, said = server.data(message.as_bytes())
    except smtplib.SMTPDataError as error:
        # The server would not even take the content (no 354): nothing was sent.
        code, said = error.smtp_code, _octets(error.smtp_error)
    except OSError as error:
        raise DeliveryUnknown(reason=type(error).__name__) from error
    accepted = code == _OK
    if accepted:
        _part(server)
    return Delivery(accepted, _line(code, said), {}, code in _TEMPORARY)


def _part(server: smtplib.SMTP) -> None:
    """Say goodbye; what happens to the connection now changes nothing."""
    try:
        server.quit()
    except OSError:
        return


def _octets(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode(errors="replace")


def _line(code: int, said: bytes) -> str:
    """The server's answer as one short line."""
    text = " ".join(said.decode("utf-8", "replace").split())
    return f"{code} {''.join(c for c in text if c.isprintable())}"[:_RESPONSE_LENGTH]
