"""Mail that came in is untrusted: it is read for what it says, and decides nothing."""

import mailbox
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.notices import (
    Inbound,
    Inbox,
    NoMaildir,
    SentCopies,
    parse_inbound,
    read_inbox,
)
from ansim.notices import forget as forget_in
from ansim.notices import mark_seen as mark_seen_in

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
OURS = "<r7f3k2.1.1@centre.test>"


def answer(text: str, **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Trust & Safety <reports@video.test>"
    message["To"] = "requests+r7f3k2@centre.test"
    message["Date"] = format_datetime(NOW)
    message["Subject"] = headers.pop("Subject", "Re: [R-7F3K2] Removal request")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def parse(raw: bytes) -> Inbound:
    return parse_inbound(raw, key="k", delivered_at=NOW + timedelta(days=1))


def bounce(action: str = "failed") -> bytes:
    return (
        "Return-Path: <>\r\n"
        "From: MAILER-DAEMON@centre.test\r\n"
        "To: requests@centre.test\r\n"
        "Auto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.video.test\r\n\r\n"
        f"Final-Recipient: rfc822; reports@video.test\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: {OURS}\r\nReply-To: requests+r7f3k2@centre.test\r\n\r\n"
        "--b--\r\n"
    ).encode()


def test_a_bounce_names_the_letter_and_who_did_not_get_it() -> None:
    found = parse(bounce())
    assert (found.kind, found.in_reply_to) == ("bounce", OURS)
    assert (found.failed_recipient, found.status) == ("reports@video.test", "5.1.1")
    assert found.request_token == "r7f3k2"


def test_a_whole_returned_message_is_read_for_its_headers_only() -> None:
    raw = bounce().replace(b"text/rfc822-headers", b"message/rfc822")
    assert (parse(raw).in_reply_to, parse(raw).kind) == (OURS, "bounce")


def test_a_delay_is_no_bounce() -> None:
    found = parse(bounce("delayed"))
    assert (found.kind, found.failed_recipient) == ("auto_reply", "")


@pytest.mark.parametrize(
    ("text", "headers", "kind", "number"),
    [
        ("접수번호: 2026-1234", {"Auto_Submitted": "auto-replied"}, "acknowledgement", "2026-1234"),
        ("We received your report.", {"Auto_Submitted": "auto-replied"}, "acknowledgement", ""),
        ("Your receipt no. AB-12.", {}, "acknowledgement", "AB-12"),
        ("Thank you for your mail, case #123 was opened.", {}, "acknowledgement", "123"),
        ("접수번호는 2026-77입니다.", {}, "acknowledgement", "2026-77"),
        ("Hello.", {"Subject": "Ticket number: 9001 received"}, "acknowledgement", "9001"),
        ("I am out of office.", {"Auto_Submitted": "auto-replied"}, "auto_reply", ""),
        ("Monthly newsletter", {"Auto_Submitted": "auto-generated"}, "auto_reply", ""),
        ("We refuse. Receipt no. AB-12.", {}, "reply", "AB-12"),
        ("삭제했습니다. 접수번호: 2026-1234", {}, "reply", "2026-1234"),
        ("We took it down.", {}, "reply", ""),
        ("Yes.\n> Please tell us the receipt number 55", {}, "reply", ""),
        ("In case number theory helps", {}, "reply", ""),
    ],
)
def test_what_an_answer_is(text: str, headers: dict[str, str], kind: str, number: str) -> None:
    found = parse(answer(text, **headers))
    assert (found.kind, found.receipt_number) == (kind, number)


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Cc"])
def test_the_token_is_found_where_servers_put_it(name: str) -> None:
    raw = answer("hello").replace(
        b"To: requests+r7f3k2@centre.test",
        b"To: requests@centre.test\n" + name.encode() + b": <requests+Q9-x@centre.test>",
    )
    assert parse(raw).request_token == "Q9-x"


def test_threading_headers_name_our_letter() -> None:
    assert parse(answer("hi", In_Reply_To=OURS)).in_reply_to == OURS
    found = parse(answer("hi", References=f"<first@x.test> {OURS}"))
    assert (found.in_reply_to, found.references) == (OURS, (OURS, "<first@x.test>"))
    assert parse(answer("hi")).in_reply_to == ""


def test_our_own_servers_stamp_is_believed_before_the_senders_date() -> None:
    stamp = b"Received: from mx.video.test by centre.test; Sun, 22 Nov 2026 09:00:00 +0900\n"
    assert parse(stamp + answer("hi")).received_at == datetime(2026, 11, 22, 0, tzinfo=UTC)
    assert parse(answer("hi")).received_at == NOW
    assert parse(b"From: a@b.test\n\nhi").received_at == NOW + timedelta(days=1)


def test_attachments_are_never_read_and_text_is_capped() -> None:
    message = EmailMessage()
    message["From"] = "reports@video.test"
    message.set_content("<p>hidden</p>", subtype="html")
    message.add_attachment("case #123 received", subtype="plain", filename="note.txt")
    found = parse(message.as_bytes())
    assert (found.text, found.receipt_number) == ("", "")
    assert len(parse(answer("가" * 200_000)).text.encode()) <= 64 * 1024


def test_thousands_of_nested_parts_do_no_harm() -> None:
    nest = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(5_000)
    )
    found = parse(b"From: reports@video.test\nTo: requests+t@centre.test\n" + nest)
    assert (found.kind, found.sender, found.request_token) == ("reply", "reports@video.test", "t")


WORDS = st.sampled_from(
    [
        b"From: ", b"To: requests+t@c.test", b"Content-Type: multipart/report;",
        b" report-type=delivery-status; boundary=b", b"\n--b\n", b"--b--", b"\n\n",
        b"Content-Type: message/delivery-status", b"Action: failed", b"Final-Recipient: ;",
        b"Content-Type: text/rfc822-headers", b"Content-Type: message/rfc822", b"=?utf-8?b?//8?=",
        b"=?no-such?q?=FF?=", b"Content-Transfer-Encoding: base64", b"charset=idna;",
        b"Date: Sun, 99 Nov 2026 99:00:00 +9999", b"Received: ;", b"\xff\xfe", b"\x00", b"\r",
        b"Content-Type: text/plain; charset*=u'%FF; name*0*=x", b"Message-ID: <>",
        "접수번호: 1".encode(), b"<", b"@", b'"', b"(", b":", b";", b"\n",
    ]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=400), st.lists(WORDS, max_size=30).map(b"".join)))
def test_no_message_raises(raw: bytes) -> None:
    found = parse(raw)
    assert found.kind in {"bounce", "acknowledgement", "auto_reply", "reply"}
    assert found.received_at.tzinfo is not None
    found.text.encode("utf-8")
    found.sender.encode("utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    mailbox.Maildir(tmp_path / "mail", create=True)
    return tmp_path / "mail"


def deliver(folder: Path, raw: bytes) -> str:
    return mailbox.Maildir(folder).add(raw)


def test_seen_mail_stays_and_forgotten_mail_goes(folder: Path) -> None:
    later = answer("second", Received="by c; Mon, 23 Nov 2026 09:00:00 +0900")
    second, first = deliver(folder, later), deliver(folder, answer("first"))
    assert [(m.key, m.text) for m in read_inbox(folder)] == [(first, "first"), (second, "second")]
    mark_seen_in(folder, first)
    mark_seen_in(folder, first)
    assert [m.key for m in read_inbox(folder)] == [second]
    assert mailbox.Maildir(folder).get_message(first).get_flags() == "S"
    forget_in(folder, second)
    forget_in(folder, second)
    assert read_inbox(folder) == []
    assert mailbox.Maildir(folder).keys() == [first]


def test_our_own_copy_in_the_same_folder_is_no_answer(folder: Path) -> None:
    deliver(folder, answer("ours").replace(b"reports@video.test", b"requests@centre.test"))
    assert Inbox(folder, own=("Requests@centre.test",)).read() == []
    assert len(Inbox(folder).read()) == 1


def test_the_sent_copy_is_the_proof(folder: Path) -> None:
    copies = SentCopies(folder)
    assert copies.find(OURS) is None
    deliver(folder, answer("letter", Message_ID=OURS))
    assert copies.find(OURS) == NOW
    assert SentCopies(folder).find(OURS) == NOW
    assert copies.find("<r7f3k2.1.2@centre.test>") is None


def test_a_folder_that_is_no_maildir_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoMaildir, match="cur, new and tmp"):
        SentCopies(tmp_path)
    with pytest.raises(NoMaildir):
        read_inbox(tmp_path)
