"""An approved notice leaves once, whatever happens to relay, worker, consent or registry."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ansim.centre import clock, outside
from ansim.centre.access.errors import NotPermitted
from ansim.centre.cases.services import withdraw_consent
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.removal import sending
from ansim.centre.removal.errors import AlreadyDecided, NoBasis, NotReady
from ansim.centre.removal.services import approve, decide_unclear
from tests.centre.removal.post import COPY, Relay, dead_port, mailbox, serve

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
BYEOK = "notice@byeok.test"


class KilledError(BaseException):
    """Stands for SIGKILL: nothing catches it."""


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
def approved(draft_of, staff_of):
    request = draft_of("byeok.test")
    assert approve([request], by=staff_of("park"), now=NOW).approved
    return request


def state_of(request) -> str:
    request.refresh_from_db()
    return request.state


def test_only_who_may_approve_and_only_once(draft_of, staff_of):
    request = draft_of("byeok.test")
    for name in ("lee", "yoon"):
        with pytest.raises(NotPermitted):
            approve([request], by=staff_of(name), now=NOW)
    assert state_of(request) == "draft"
    again = approve([request, request], by=staff_of("park"), now=NOW)
    assert [one.reference for one in again.approved] == [request.reference]
    assert [type(error) for _, error in again.refused] == [AlreadyDecided]
    assert CustodyEvent.objects.filter(action="request.approved").count() == 1


def test_not_ready_and_withdrawn_are_refused_and_hold_up_nobody(draft_of, staff_of, case):
    unready, fine = draft_of("byeok.test"), draft_of("byeok.test")
    type(unready).objects.filter(pk=unready.pk).update(ready=False)
    result = approve([unready, fine], by=staff_of("park"), now=NOW)
    assert [one.pk for one in result.approved] == [fine.pk]
    assert [type(error) for _, error in result.refused] == [NotReady]
    late = draft_of("byeok.test")
    withdraw_consent(case, "notify", now=NOW)
    refused = approve([late], by=staff_of("park"), now=NOW).refused
    assert [type(error) for _, error in refused] == [NoBasis]
    assert state_of(late) == "draft"


def test_one_transaction_carries_letter_and_sent_copy(approved, relay):
    for _ in range(3):
        sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sent"
    assert approved.sent_at == NOW
    [(sender, to, text)] = relay.taken
    assert to == (BYEOK, COPY)
    assert sender == f"notice+{approved.reference}@centre.test"
    assert approved.message_id in text
    assert "여울" not in text
    assert CustodyEvent.objects.filter(action="request.sent").count() == 1


def test_killed_after_the_relay_took_it_the_sent_copy_tells(approved, relay, monkeypatch):
    def killed(*_):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(sending, "_mark_sent", killed)
        with pytest.raises(KilledError):
            sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sending"
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sent"
    assert len(relay.taken) == 1


def test_killed_before_it_left_it_is_sent_once(approved, relay, monkeypatch):
    def killed(*_, **__):
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(sending, "send", killed)
        with pytest.raises(KilledError):
            sending.send_request(approved.pk, now=NOW)
    assert relay.taken == []
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sent"
    assert len(relay.letters_to(BYEOK)) == 1


def test_a_relay_that_is_down_is_tried_for_two_days_then_a_person_decides(
    approved, relay, monkeypatch, staff_of
):
    down = dead_port()
    moment, waits = NOW, []
    with monkeypatch.context() as patched:
        patched.setattr(outside, "smtp", lambda: down)
        while state_of(approved) in {"approved", "sending"}:
            sending.send_request(approved.pk, now=moment)
            approved.refresh_from_db()
            assert not approved.send_queued
            if approved.state == "sending":
                waits.append(approved.next_attempt_at - moment)
                moment = approved.next_attempt_at
    assert waits == [timedelta(hours=hours) for hours in (1, 2, 4, 8, 24)]
    assert state_of(approved) == "unclear"
    sending.send_request(approved.pk, now=moment)
    assert relay.taken == []
    decide_unclear(approved, by=staff_of("park"), now=moment, left=False)
    sending.send_request(approved.pk, now=moment)
    assert state_of(approved) == "sent"
    assert len(relay.taken) == 1
    with pytest.raises(AlreadyDecided):
        decide_unclear(approved, by=staff_of("park"), now=moment, left=True)


def test_park_who_thinks_it_never_left_is_told_by_a_late_sent_copy(approved, relay, staff_of):
    sending.send_request(approved.pk, now=NOW)
    type(approved).objects.filter(pk=approved.pk).update(state="unclear", sent_at=None)
    decided = decide_unclear(approved, by=staff_of("park"), now=NOW, left=False)
    assert decided.state == "sent"
    assert len(relay.taken) == 1


def test_without_a_mailbox_a_second_attempt_is_for_a_person(approved, relay, monkeypatch, staff_of):
    type(approved).objects.filter(pk=approved.pk).update(
        state="sending", attempt=1, message_id="<x@centre.test>"
    )
    monkeypatch.setattr(outside, "maildir", lambda: Path("/nonexistent/mail"))
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "unclear"
    assert relay.taken == []
    decide_unclear(approved, by=staff_of("park"), now=NOW, left=False)
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sent"


def test_the_recipient_refuses_and_its_host_is_asked_next(approved, relay):
    relay.answers[BYEOK] = "550 5.1.1 nobody here"
    sending.send_request(approved.pk, now=NOW)
    assert (state_of(approved), approved.ending, approved.bounced_how) == (
        "closed", "bounced", "refused",
    )  # fmt: skip
    host = approved.sighting.requests.get(recipient="deungdae_host")
    assert (host.state, host.why, host.ready) == ("draft", "bounce", True)
    assert relay.taken == []


def test_a_refusal_of_our_own_mailbox_blames_nobody_else(approved, relay):
    relay.answers[COPY] = "550 5.1.1 no such mailbox"
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sending"
    assert approved.next_attempt_at == NOW + timedelta(hours=1)
    assert approved.sighting.requests.count() == 1
    assert relay.taken == []


def test_not_now_means_later(approved, relay):
    relay.answers[BYEOK] = "451 4.7.1 try again later"
    sending.send_request(approved.pk, now=NOW)
    assert state_of(approved) == "sending"
    assert approved.problem.startswith("451")
    relay.answers.clear()
    sending.send_request(approved.pk, now=approved.next_attempt_at)
    assert state_of(approved) == "sent"
    assert approved.problem == ""
    assert len(relay.taken) == 1


@pytest.mark.parametrize("attempted", [False, True])
def test_consent_withdrawn_on_the_way_stops_it(approved, relay, case, attempted):
    if attempted:
        relay.answers[BYEOK] = "451 4.7.1 try again later"
        sending.send_request(approved.pk, now=NOW)
        relay.answers.clear()
    later = NOW + timedelta(hours=1)
    withdraw_consent(case, "notify", now=later)
    sending.send_request(approved.pk, now=later)
    assert (state_of(approved), approved.ending) == ("closed", "no_basis")
    assert not approved.send_queued
    assert relay.taken == []


def test_a_recipient_taken_out_of_the_registry_gives_the_draft_back(approved, relay):
    type(approved).objects.filter(pk=approved.pk).update(recipient="moved_away", send_queued=True)
    sending.send_request(approved.pk, now=NOW)
    assert (state_of(approved), approved.ready, approved.problem) == (
        "draft", False, "unknown_recipient",
    )  # fmt: skip
    assert approved.approved_by is None
    assert not approved.send_queued
    assert relay.taken == []
