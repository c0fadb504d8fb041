"""What comes in by mail: it informs, starts clocks, lets the ladder climb, and closes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from ansim.centre import clock, outside
from ansim.centre.removal.due import presume_receipts, queue_mail
from ansim.centre.removal.mailroom import read_mail
from ansim.centre.removal.models import Reply
from tests.centre.removal.post import Relay, mailbox

pytestmark = pytest.mark.django_db
SENT = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
NOW = SENT + timedelta(hours=6)


@pytest.fixture(autouse=True)
def box(tmp_path, monkeypatch) -> Relay:
    monkeypatch.setattr(clock, "now", lambda: SENT)
    box = Relay(mailbox(tmp_path / "mail"))
    monkeypatch.setattr(outside, "maildir", lambda: box.maildir)
    return box


def mail(request, text: str, subject: str = "Re", headers: str = "", to: str = "", sent=None) -> str:
    to = to or f"notice+{request.reference}@centre.test"
    sent = sent or SENT + timedelta(hours=2)
    return (
        f"From: desk@byeok.test\nTo: {to}\nSubject: {subject}\n"
        f"Date: {sent:%a, %d %b %Y %H:%M:%S} +0000\n{headers}\n{text}\n"
    )


ACK = ("We have received your report. Receipt number: BY-4471", "Received")
AUTO = "Auto-Submitted: auto-replied\n"


def bounce(request) -> str:
    return (
        f"From: MAILER-DAEMON@relay.test\nTo: notice+{request.reference}@centre.test\n"
        "Subject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt did not arrive.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; relay.test\n\n"
        "Final-Recipient: rfc822; notice@byeok.test\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    )


def test_an_acknowledgement_starts_the_clock_when_it_came_not_when_it_was_read(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver(mail(request, *ACK, headers=AUTO))
    assert read_mail(now=NOW) == 1
    request.refresh_from_db()
    assert (request.state, request.receipt_is_presumed) == ("received", False)
    assert request.received_at == SENT + timedelta(hours=2)
    assert request.receipt_number == "BY-4471"
    assert request.escalates_at > request.received_at


@pytest.mark.parametrize("claimed", [SENT - timedelta(days=9), NOW + timedelta(days=9)])
def test_no_clock_starts_before_sending_or_in_the_future(sent_of, box, claimed):
    request = sent_of("byeok.test")
    box.deliver(mail(request, *ACK, headers=AUTO, sent=claimed))
    read_mail(now=NOW)
    request.refresh_from_db()
    assert request.received_at == min(max(claimed, SENT), NOW)


def test_an_out_of_office_note_starts_nothing(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver(mail(request, "I am out of the office.", headers="Auto-Submitted: auto-generated\n"))
    read_mail(now=NOW)
    request.refresh_from_db()
    assert (request.state, request.replies.get().kind) == ("sent", "auto_reply")


def test_a_bounce_climbs_at_once(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver(bounce(request))
    read_mail(now=NOW)
    request.refresh_from_db()
    assert (request.state, request.ending) == ("closed", "bounced")
    assert request.sighting.requests.get(recipient="deungdae_host").why == "bounce"


def test_a_polite_claim_closes_nothing(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver(mail(request, "We removed the item. Best wishes"))
    read_mail(now=NOW)
    request.refresh_from_db()
    assert (request.state, request.ending) == ("received", "")
    assert request.sighting.verdict == "present"


def test_the_same_mail_counts_once_however_often_it_is_read(sent_of, box):
    request = sent_of("byeok.test")
    text = mail(request, *ACK)
    long_name = "1732262400.M1P1." + "h" * 150
    box.deliver(text, long_name)
    assert read_mail(now=NOW) == 1
    assert read_mail(now=NOW) == 0
    for seen in (box.maildir / "cur").iterdir():
        seen.unlink()
    # A worker killed before it marked the mail: there it is again.
    box.deliver(text, long_name)
    assert read_mail(now=NOW) == 0
    assert Reply.objects.count() == 1


def test_foreign_mail_is_kept_and_sent_copies_are_not_answers(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver(mail(request, "Hello, a question.", to="notice@centre.test"))
    box.deliver(mail(request, "Our letter").replace("desk@byeok.test", "Notice@centre.test"))
    assert read_mail(now=NOW) == 1
    reply = Reply.objects.get()
    assert (reply.request, reply.sender_domain) == (None, "byeok.test")
    request.refresh_from_db()
    assert request.state == "sent"


def test_a_mail_that_no_column_can_hold_does_not_stop_the_next_one(sent_of, box):
    request = sent_of("byeok.test")
    box.deliver("From: <x@e\0vil.test>\nTo: notice@centre.test\n\nhi \0 there\n", "1")
    box.deliver(mail(request, *ACK), "2")
    assert read_mail(now=NOW) == 2
    request.refresh_from_db()
    assert request.state == "received"


@pytest.mark.parametrize("state", ["sending", "unclear"])
def test_an_answer_proves_that_a_letter_left(sent_of, box, state):
    request = sent_of("byeok.test", state=state, sent_at=None)
    box.deliver(mail(request, *ACK))
    read_mail(now=NOW)
    request.refresh_from_db()
    assert (request.state, request.sent_at, request.received_at) == ("received", NOW, NOW)


def test_silence_counts_as_receipt_after_a_while(sent_of, box):
    request = sent_of("byeok.test")
    hours = outside.registry().regime(request.regime).presumed_receipt_hours
    assert presume_receipts(SENT + timedelta(hours=hours, seconds=-1)) == 0
    assert presume_receipts(SENT + timedelta(hours=hours)) == 1
    request.refresh_from_db()
    assert (request.state, request.receipt_is_presumed) == ("received", True)
    assert presume_receipts(SENT + timedelta(days=9)) == 0


def test_mail_is_taken_in_by_one_job_at_a_time(sent_of, box):
    assert queue_mail(NOW) == 0
    box.deliver(mail(sent_of("byeok.test"), *ACK))
    assert [queue_mail(NOW), queue_mail(NOW)] == [1, 0]
