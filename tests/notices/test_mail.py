"""Real SMTP on loopback: a letter goes to everyone of its envelope or to nobody."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from ansim.notices import (
    DeliveryUnknown,
    MailServerUnreachable,
    MalformedAddress,
    Notice,
    NoticeNotReady,
    NotPlainText,
    SmtpSettings,
    compose,
    reply_address,
    send,
)

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MESSAGE_ID = "<r7f3k2.1.1@centre.test>"
PLATFORM = "reports@video.test"
COPY = "sent@centre.test"
Build = Callable[..., Notice]


@dataclass
class Post:
    """A mail server that answers as it is told, and keeps what it took."""

    answers: dict[str, str] = field(default_factory=dict)
    to_content: str = "250 2.0.0 taken"
    taken: list[Envelope] = field(default_factory=list)
    resets: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_RSET(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        self.resets += 1
        return "250 2.0.0 reset"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.to_content == "break":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        else:
            self.taken.append(envelope)
        return self.to_content


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def smtp(post: Post) -> Iterator[SmtpSettings]:
    """The server on a free port; aiosmtpd's own Controller cannot ask for port 0."""
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(
        loop.create_server(lambda: SMTP(post, hostname="mx.test", loop=loop), "127.0.0.1", 0)
    )
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield SmtpSettings("127.0.0.1", listening.sockets[0].getsockname()[1], timeout_seconds=5)
    loop.call_soon_threadsafe(listening.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


@pytest.fixture
def message(build: Build) -> EmailMessage:
    return compose(
        build("us_take_it_down", "ko"),
        message_id=MESSAGE_ID,
        sender="디지털안심센터 <requests@centre.test>",
        reply_to=reply_address("requests@centre.test", "r7f3k2"),
        to=PLATFORM,
        now=NOW,
    )


def test_the_letter_arrives_as_one_plain_text(
    post: Post, smtp: SmtpSettings, message: EmailMessage, build: Build
) -> None:
    delivery = send(message, smtp=smtp, envelope_to=(PLATFORM, COPY))
    assert (delivery.accepted, delivery.state, delivery.refused) == (True, "accepted", {})
    (envelope,) = post.taken
    assert envelope.rcpt_tos == [PLATFORM, COPY]
    assert envelope.mail_from == "requests+r7f3k2@centre.test"
    assert isinstance(envelope.content, bytes)
    envelope.content.decode("ascii")
    received = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(received, EmailMessage)
    assert received.get_content_type() == "text/plain"
    assert received.get_content().replace("\r\n", "\n") == build(language="ko").body
    assert received["Message-ID"] == MESSAGE_ID
    assert received["Subject"] == "[R-7F3K2] 삭제 요청"
    assert received["Reply-To"] == "requests+r7f3k2@centre.test"
    assert received["Date"].datetime == NOW
    assert received["Auto-Submitted"] is None


def test_a_refused_recipient_means_nothing_is_sent(
    post: Post, smtp: SmtpSettings, message: EmailMessage
) -> None:
    post.answers[PLATFORM] = "550 5.1.1 no such mailbox"
    delivery = send(message, smtp=smtp, envelope_to=(COPY, PLATFORM))
    assert (delivery.accepted, delivery.state) == (False, "refused")
    assert delivery.refused == {PLATFORM: "550 5.1.1 no such mailbox"}
    assert (post.taken, post.resets) == ([], 1)


def test_a_busy_server_is_temporary_and_sends_nothing(
    post: Post, smtp: SmtpSettings, message: EmailMessage
) -> None:
    post.answers[PLATFORM] = "451 4.7.1 greylisted"
    delivery = send(message, smtp=smtp, envelope_to=(PLATFORM, COPY))
    assert (delivery.accepted, delivery.state, delivery.refused) == (False, "temporary", {})
    assert delivery.response == "451 4.7.1 greylisted"
    assert (post.taken, post.resets) == ([], 1)
    post.answers.clear()
    assert send(message, smtp=smtp, envelope_to=(PLATFORM, COPY)).accepted


@pytest.mark.parametrize(
    ("answer", "state"),
    [("554 5.7.1 looks like spam", "refused"), ("452 4.3.1 disk full", "temporary")],
)
def test_the_content_itself_may_be_refused(
    post: Post, smtp: SmtpSettings, message: EmailMessage, answer: str, state: str
) -> None:
    post.to_content = answer
    delivery = send(message, smtp=smtp, envelope_to=(PLATFORM, COPY))
    assert (delivery.accepted, delivery.state, delivery.response) == (False, state, answer)


def test_a_break_during_the_content_is_neither_sent_nor_unsent(
    post: Post, smtp: SmtpSettings, message: EmailMessage
) -> None:
    post.to_content = "break"
    with pytest.raises(DeliveryUnknown) as caught:
        send(message, smtp=smtp, envelope_to=(PLATFORM, COPY))
    assert "보낸 사본" in caught.value.sentence("ko")


def test_an_unreachable_server_is_said(message: EmailMessage) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings = SmtpSettings("127.0.0.1", closed.getsockname()[1], timeout_seconds=2)
        with pytest.raises(MailServerUnreachable, match="ConnectionRefusedError") as caught:
            send(message, smtp=settings, envelope_to=(PLATFORM,))
    assert not isinstance(caught.value, DeliveryUnknown)


def test_tls_that_was_asked_for_is_never_done_without(
    post: Post, smtp: SmtpSettings, message: EmailMessage
) -> None:
    with pytest.raises(MailServerUnreachable, match="SMTPNotSupportedError"):
        send(message, smtp=replace(smtp, starttls=True), envelope_to=(PLATFORM,))
    secret = replace(smtp, username="centre", password="a-secret")
    with pytest.raises(MailServerUnreachable) as caught:
        send(message, smtp=secret, envelope_to=(PLATFORM,))
    assert "a-secret" not in repr(secret) + str(caught.value)
    assert post.taken == []


def test_an_attachment_cannot_leave(post: Post, smtp: SmtpSettings, message: EmailMessage) -> None:
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png")
    with pytest.raises(NotPlainText):
        send(message, smtp=smtp, envelope_to=(PLATFORM,))
    assert post.taken == []


def test_a_notice_that_is_not_valid_cannot_be_composed(build: Build) -> None:
    with pytest.raises(NoticeNotReady, match="signature"):
        compose(
            build(signature=""),
            message_id=MESSAGE_ID,
            sender="requests@centre.test",
            reply_to="requests@centre.test",
            to=PLATFORM,
            now=NOW,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"to": "reports@video.test\r\nBcc: all@video.test"},
        {"to": "reports@video.test, all@video.test"},
        {"reply_to": ""},
        {"sender": "Centre\r\nBcc: <requests@centre.test>"},
        {"message_id": "r7f3k2"},
        {"message_id": "<r7 f3k2@centre.test>\r\n"},
    ],
)
def test_a_header_cannot_be_forged(build: Build, change: dict[str, str]) -> None:
    good = {
        "message_id": MESSAGE_ID,
        "sender": "requests@centre.test",
        "reply_to": "requests+a@centre.test",
        "to": PLATFORM,
    }
    assert compose(build(), now=NOW, **good)["To"] == PLATFORM
    with pytest.raises(MalformedAddress):
        compose(build(), now=NOW, **{**good, **change})


def test_a_reply_token_is_only_letters_and_digits() -> None:
    with pytest.raises(MalformedAddress):
        reply_address("requests@centre.test", "a@b")
