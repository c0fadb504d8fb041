"""Fingerprints go out under a consent, as numbers only, and are asked back when it ends."""

from datetime import UTC, datetime, timedelta

import pytest

from ansim.centre import clock, outside
from ansim.centre.access.errors import NotPermitted
from ansim.centre.cases.models import Disclosure
from ansim.centre.intake.later import allow
from ansim.centre.materials.models import Material
from ansim.centre.removal import mailroom, sending, sharing
from ansim.centre.removal.due import end_consents, queue_hash_lists
from ansim.centre.removal.errors import AlreadyDecided, NoBasis, NotAskedBack, NothingToShare
from ansim.centre.removal.models import HashList
from ansim.centre.removal.withdrawing import consequences, take_back
from ansim.matching.exchange import read_list
from tests.centre.removal.post import Relay, mailbox, serve

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
JIMUN = "notice@jimun.test"


@pytest.fixture(autouse=True)
def ten_o_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def relay(tmp_path, monkeypatch):
    relay = Relay(mailbox(tmp_path / "mail"))
    monkeypatch.setattr(outside, "smtp", lambda: relay.settings)
    monkeypatch.setattr(outside, "maildir", lambda: relay.maildir)
    yield from serve(relay)


@pytest.fixture
def jimun():
    """The one recipient of the sandbox that takes lists."""
    [recipient] = sharing.recipients()
    return recipient


@pytest.fixture
def handed_over(case, jimun, staff_of, relay) -> HashList:
    """A list that left an hour ago under a consent for this recipient."""
    allow(case, "share_hashes", "jimun", now=NOW - 2 * HOUR)
    row = sharing.draft_list(case, jimun, by=staff_of("park"), now=NOW - HOUR)
    sharing.approve_list(row, by=staff_of("park"), now=NOW - HOUR)
    sending.send_list(row.pk, now=NOW - HOUR)
    row.refresh_from_db()
    assert row.state == "sent"
    return row


def answer(relay: Relay, row: HashList, text: str, sender: str = JIMUN) -> None:
    """A mail of the recipient to the address of a list."""
    relay.deliver(
        f"From: {sender}\nTo: notice+{row.reference}@centre.test\nSubject: Re: list\n"
        f"Message-ID: <{row.reference}-a@jimun.test>\n\n{text}\n"
    )
    mailroom.read_mail(now=NOW)
    row.refresh_from_db()


def test_without_a_consent_for_this_recipient_there_is_no_list(case, jimun, staff_of):
    park = staff_of("park")
    with pytest.raises(NoBasis):
        sharing.draft_list(case, jimun, by=park, now=NOW)
    allow(case, "notify", now=NOW)
    allow(case, "share_hashes", "somebody_else", now=NOW)
    with pytest.raises(NoBasis):
        sharing.draft_list(case, jimun, by=park, now=NOW)
    with pytest.raises(NotPermitted):
        sharing.draft_list(case, jimun, by=staff_of("yoon"), now=NOW)
    allow(case, "share_hashes", now=NOW)
    Material.objects.filter(case=case).update(withdrawn_at=NOW)
    with pytest.raises(NothingToShare):
        sharing.draft_list(case, jimun, by=park, now=NOW)


def test_a_list_holds_fingerprints_and_nothing_else(handed_over, relay, case):
    [letter] = relay.letters_to(JIMUN)
    table = handed_over.body[handed_over.body.index("# ansim-bank") :]
    bank = read_list(table.encode()).bank
    [item] = bank.items
    assert (item.pdq, item.sha256) == ("f8a1" * 16, "ab" * 32)
    assert item.key == f"{handed_over.reference}-1"
    assert bank.name == handed_over.reference
    for secret in ("여울", "412", "http", "byeok"):
        assert secret not in handed_over.body + handed_over.subject
    assert "multipart" not in letter
    left = Disclosure.objects.get()
    assert (left.purpose, left.recipient, left.facts) == (
        "share_hashes", "jimun", ["fingerprint"],
    )  # fmt: skip
    assert left.consent.recipient == "jimun"


def test_a_person_approves_and_only_once(case, jimun, staff_of, relay):
    allow(case, "share_hashes", now=NOW)
    case.memberships.create(staff=staff_of("lee"), added_at=NOW)
    row = sharing.draft_list(case, jimun, by=staff_of("lee"), now=NOW)
    assert sharing.draft_list(case, jimun, by=staff_of("park"), now=NOW) == row
    assert queue_hash_lists(NOW) == 0
    with pytest.raises(NotPermitted):
        sharing.approve_list(row, by=staff_of("lee"), now=NOW)
    sharing.approve_list(row, by=staff_of("park"), now=NOW)
    with pytest.raises(AlreadyDecided):
        sharing.approve_list(row, by=staff_of("park"), now=NOW)
    assert queue_hash_lists(NOW) == 1
    assert queue_hash_lists(NOW) == 0
    for _ in range(2):
        sending.send_list(row.pk, now=NOW)
    assert len(relay.letters_to(JIMUN)) == 1


def test_minas_withdrawal_stops_what_has_not_left(case, jimun, staff_of, relay):
    allow(case, "share_hashes", now=NOW)
    row = sharing.draft_list(case, jimun, by=staff_of("park"), now=NOW)
    sharing.approve_list(row, by=staff_of("park"), now=NOW)
    assert consequences(case, "share_hashes", now=NOW).stops == (row,)
    take_back(case, "share_hashes", now=NOW)
    sending.send_list(row.pk, now=NOW)
    row.refresh_from_db()
    assert (row.state, row.ending) == ("closed", "no_basis")
    assert relay.taken == []
    assert not HashList.objects.filter(kind="recall").exists()


def test_what_was_handed_over_is_asked_back_once_and_followed(
    handed_over, case, staff_of, relay
):
    told = take_back(case, "share_hashes", "jimun", now=NOW)
    assert told.asked_back == (handed_over,)
    assert end_consents(NOW) == 0
    recall = HashList.objects.get(kind="recall")
    assert (recall.recalls, recall.state, recall.ready) == (handed_over, "draft", True)
    assert f"{handed_over.reference}-1" in recall.body
    assert "f8a1" not in recall.body
    assert "ab" * 32 not in recall.body
    with pytest.raises(NotAskedBack):
        sharing.confirm_deleted(recall, by=staff_of("park"), now=NOW)
    sharing.approve_list(recall, by=staff_of("park"), now=NOW)
    sending.send_list(recall.pk, now=NOW)
    assert len(relay.letters_to(JIMUN)) == 2
    assert Disclosure.objects.count() == 1
    answer(relay, recall, "We have received your letter.")
    assert recall.state == "received"
    sharing.confirm_deleted(recall, by=staff_of("park"), now=NOW)
    recall.refresh_from_db()
    assert (recall.state, recall.ending, bytes(recall.letter_box)) == ("closed", "answered", b"")
    assert end_consents(NOW) == 0


def test_a_consent_that_runs_out_recalls_too(case, jimun, staff_of, relay):
    allow(case, "share_hashes", now=NOW, until=NOW + HOUR)
    row = sharing.draft_list(case, jimun, by=staff_of("park"), now=NOW)
    sharing.approve_list(row, by=staff_of("park"), now=NOW)
    sending.send_list(row.pk, now=NOW)
    assert end_consents(NOW) == 0
    assert end_consents(NOW + HOUR) == 1
    assert HashList.objects.get(kind="recall").recalls_id == row.pk


def test_given_again_before_the_recall_left_there_is_none(handed_over, case):
    take_back(case, "share_hashes", "jimun", now=NOW)
    assert HashList.objects.filter(kind="recall").count() == 1
    allow(case, "share_hashes", "jimun", now=NOW)
    assert not HashList.objects.filter(kind="recall").exists()
    take_back(case, "share_hashes", "jimun", now=NOW + HOUR)
    assert HashList.objects.filter(kind="recall").count() == 1


def test_a_withdrawn_material_recalls_the_lists_that_name_it(handed_over, case, staff_of):
    other = Material.objects.create(
        case=case, number=2, kind="picture", pdq="0b" * 32, quality=90, added_at=NOW
    )
    assert sharing.withdraw_material(other, by=staff_of("park"), now=NOW) == []
    [recall] = sharing.withdraw_material(case.materials.get(number=1), by=staff_of("park"), now=NOW)
    assert recall.recalls == handed_over


def test_a_recall_outlives_its_case(handed_over, case):
    [recall] = sharing.recall_all(case, now=NOW)
    assert sharing.recall_all(case, now=NOW) == []
    case.delete()
    recall.refresh_from_db()
    assert recall.case is None
    assert handed_over.reference in recall.body


def test_a_recall_that_bounces_waits_for_a_person_again(handed_over, case, staff_of, relay):
    [recall] = sharing.recall_all(case, now=NOW)
    sharing.approve_list(recall, by=staff_of("park"), now=NOW)
    relay.answers[JIMUN] = "550 5.1.1 nobody here"
    sending.send_list(recall.pk, now=NOW)
    recall.refresh_from_db()
    assert (recall.state, recall.problem, recall.ready) == ("draft", "bounced", True)
    relay.answers.clear()
    sharing.approve_list(recall, by=staff_of("park"), now=NOW)
    sending.send_list(recall.pk, now=NOW)
    recall.refresh_from_db()
    assert recall.state == "sent"


def test_a_draft_of_a_list_can_be_closed_and_a_recall_cannot(handed_over, case, staff_of):
    [recall] = sharing.recall_all(case, now=NOW)
    with pytest.raises(AlreadyDecided):
        sharing.drop_list(recall, by=staff_of("park"), now=NOW)
