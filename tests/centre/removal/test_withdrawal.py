"""Mina takes a consent back: nothing leaves any more, whoever approved it, however far it was."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

import ansim
from ansim.centre import clock, outside
from ansim.centre.access.models import Staff
from ansim.centre.cases import keyring, ledger
from ansim.centre.cases.models import Case, Disclosure
from ansim.centre.intake.later import allow
from ansim.centre.materials.models import Sighting
from ansim.centre.removal import sending
from ansim.centre.removal.drafting import draft_request
from ansim.centre.removal.due import end_consents
from ansim.centre.removal.models import Request
from ansim.centre.removal.services import approve
from ansim.centre.removal.withdrawing import consequences, look_allowed, take_back
from tests.centre.removal.post import Relay, mailbox, serve

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BYEOK = "notice@byeok.test"
SOURCE = Path(ansim.__file__).parent


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
def bob(staff_of):
    """Bob the removal officer, who approves."""
    return staff_of("park")


def state_of(request: Request) -> tuple[str, str]:
    request.refresh_from_db()
    return request.state, request.problem


@pytest.mark.django_db
class TestMayBobSendAfterMinaWithdrew:
    def test_not_what_he_had_approved(self, draft_of, bob, case, relay):
        request = draft_of("byeok.test")
        assert approve([request], by=bob, now=NOW).approved
        told = take_back(case, "notify", now=NOW)
        assert [one.pk for one in told.stops] == [request.pk]
        assert state_of(request) == ("draft", "no_basis")
        sending.send_request(request.pk, now=NOW)
        assert approve([request], by=bob, now=NOW).approved == []
        assert relay.taken == []

    def test_not_between_the_claim_and_the_mail_server(
        self, draft_of, bob, case, relay, monkeypatch
    ):
        request = draft_of("byeok.test")
        approve([request], by=bob, now=NOW)
        compose = sending.compose

        def while_it_is_composed(*args, **kwargs):
            take_back(Case.objects.get(pk=case.pk), "notify", now=NOW)
            return compose(*args, **kwargs)

        monkeypatch.setattr(sending, "compose", while_it_is_composed)
        sending.send_request(request.pk, now=NOW)
        assert relay.taken == []
        assert state_of(request)[0] == "closed"
        assert request.ending == "no_basis"
        assert not Disclosure.objects.exists()

    def test_not_to_the_one_recipient_she_took_out_but_to_others(
        self, draft_of, bob, case, relay
    ):
        byeok, nabi = draft_of("byeok.test"), draft_of("nabi.test")
        approve([byeok, nabi], by=bob, now=NOW)
        take_back(case, "notify", byeok.recipient, now=NOW)
        for one in (byeok, nabi):
            sending.send_request(one.pk, now=NOW)
        assert relay.letters_to(BYEOK) == []
        assert state_of(nabi)[0] == "sent"

    def test_again_when_she_gives_it_again_and_he_approves_anew(
        self, draft_of, bob, case, relay
    ):
        request = draft_of("byeok.test")
        approve([request], by=bob, now=NOW)
        take_back(case, "notify", now=NOW)
        allow(case, "notify", now=NOW + HOUR)
        assert state_of(request) == ("draft", "")
        sending.send_request(request.pk, now=NOW + HOUR)
        assert relay.taken == []
        assert approve([request], by=bob, now=NOW + HOUR).approved
        sending.send_request(request.pk, now=NOW + HOUR)
        assert len(relay.letters_to(BYEOK)) == 1

    def test_what_left_before_is_told_and_cannot_be_called_back(
        self, draft_of, bob, case, relay
    ):
        request = draft_of("byeok.test")
        approve([request], by=bob, now=NOW)
        sending.send_request(request.pk, now=NOW)
        left = Disclosure.objects.get()
        assert (left.recipient, left.basis, left.source) == ("byeok", "consent", request.pk)
        assert left.facts == ["address", "fingerprint", "harm_kind"]
        assert left.consent.purpose == "notify"
        told = consequences(case, "notify", now=NOW)
        assert (told.left, told.stops) == ((left,), ())
        assert consequences(case, "police", now=NOW).left == ()
        take_back(case, "notify", now=NOW)
        assert state_of(request)[0] == "sent"

    def test_not_after_its_time_was_over(self, draft_of, bob, case, relay):
        take_back(case, "notify", now=NOW - HOUR)
        allow(case, "notify", now=NOW - HOUR, until=NOW + HOUR)
        request = draft_of("byeok.test")
        approve([request], by=bob, now=NOW)
        assert end_consents(NOW) == 0
        assert end_consents(NOW + HOUR) == 1
        assert state_of(request) == ("draft", "no_basis")
        sending.send_request(request.pk, now=NOW + HOUR)
        assert relay.taken == []


@pytest.mark.django_db
def test_found_links_are_looked_at_only_while_the_search_goes_on(link_of, case):
    given, found = link_of(origin="given"), link_of(origin="search")
    take_back(case, "search", now=NOW)
    assert look_allowed(given, now=NOW)
    assert not look_allowed(found, now=NOW)
    draft_request(
        found, outside.registry().recipient("byeok"), why="first", now=NOW
    )
    assert look_allowed(found, now=NOW)
    take_back(case, "hold", now=NOW)
    assert not look_allowed(given, now=NOW)
    assert not look_allowed(found, now=NOW)


def callers_of_send() -> list[tuple[Path, ast.FunctionDef]]:
    """Every function of the source that calls the ``send`` of ansim.notices."""
    found = []
    for path in SOURCE.rglob("*.py"):
        if SOURCE / "notices" in path.parents:
            continue
        text = path.read_text(encoding="utf-8")
        if "ansim.notices" not in text or "send" not in text:
            continue
        tree = ast.parse(text)
        names = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ansim.notices")
            for alias in node.names
            if alias.name == "send"
        }
        found += [
            (path, node)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and names & set(map(called, ast.walk(node)))
        ]
    return found


def called(node: ast.AST) -> str:
    """The name that a node calls; "" for no call."""
    return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""


def test_there_is_one_way_out_and_it_asks_for_the_consent_last():
    [(path, function)] = callers_of_send()
    assert path.relative_to(SOURCE).as_posix() == "centre/removal/sending.py"
    calls = [called(node) for node in ast.walk(function) if isinstance(node, ast.Call)]
    lines = {called(node): node.lineno for node in ast.walk(function) if isinstance(node, ast.Call)}
    assert calls.count("send") == 1
    assert lines["_message"] < lines["_still_allowed"] < lines["send"]
    between = [
        node
        for node in function.body
        if lines["_still_allowed"] < node.lineno <= lines["send"]
    ]
    # The check is an ``if not …: return`` of its own, and nothing but the sending follows it.
    assert [type(node) for node in between] == [ast.Return, ast.Try] or [
        type(node) for node in between
    ] == [ast.Try]


def test_nobody_speaks_to_a_mail_server_beside_the_notices():
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        inside = {"notices", "sandbox"} & set(path.relative_to(SOURCE).parts)
        assert inside or "smtplib" not in text, path
        assert inside or "django.core.mail" not in text, path


SCOPES = st.sampled_from(["", "kind:platform", "byeok"])


class Ledger(RuleBasedStateMachine):
    """Give, take back, let time pass, approve and send, in any order."""

    bob: Staff

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.case = Case.objects.create(reference="여울-412", opened_at=NOW, channel="web")
        keyring.make_working_key(self.case)
        link = Sighting.objects.create(
            case=self.case, number=1, url="https://byeok.test/1", url_key="1", host="byeok.test",
            place="adult", found_at=NOW, matched_at=NOW, verdict="present", verdict_at=NOW,
        )  # fmt: skip
        self.answers: dict[str, tuple[bool, datetime | None]] = {}
        byeok = outside.registry().recipient("byeok")
        drafted = draft_request(link, byeok, why="first", now=NOW)
        assert drafted is not None
        self.request = drafted

    def teardown(self) -> None:
        """Each run begins with an empty database."""
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def covered(self) -> bool:
        """The rule, told a second time in the plainest way."""
        for scope in ("byeok", "kind:platform", ""):
            yes, until = self.answers.get(scope, (None, None))
            if yes is None or (until is not None and until <= self.now):
                continue
            return yes
        return False

    @rule(scope=SCOPES, days=st.sampled_from([None, 1, 3]))
    def give(self, scope: str, days: int | None) -> None:
        until = None if days is None else self.now + timedelta(days=days)
        yes, old = self.answers.get(scope, (False, None))
        if not (yes and (old is None or old > self.now)):
            self.answers[scope] = (True, until)
        allow(self.case, "notify", scope, now=self.now, until=until)

    @rule(scope=SCOPES)
    def take_back(self, scope: str) -> None:
        take_back(self.case, "notify", scope, now=self.now)
        if scope:
            self.answers[scope] = (False, None)
        else:
            self.answers = {name: one for name, one in self.answers.items() if not one[0]}

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        end_consents(self.now)

    @rule()
    def bob_approves(self) -> None:
        approve([self.request], by=self.bob, now=self.now)

    @rule()
    def the_worker_sends(self) -> None:
        before = len(LETTERS)
        sending.send_request(self.request.pk, now=self.now)
        assert len(LETTERS) == before or self.covered()

    @invariant()
    def the_ledger_says_what_was_said(self) -> None:
        found = ledger.covering_now(
            self.case.pk, "notify", "byeok", now=self.now, kind="platform"
        )
        assert (found is not None) == self.covered()
        self.request.refresh_from_db()
        if self.request.state == "approved":
            assert self.covered()
        left = Disclosure.objects.filter(case=self.case).count()
        assert left == (self.request.sent_at is not None)


LETTERS: list[str] = []


@pytest.mark.django_db
def test_in_any_order_nothing_leaves_that_is_not_covered(monkeypatch, tmp_path, bob):
    """A mail server that takes everything, and every order of what people may do."""

    def taken(message, **_kwargs):
        LETTERS.append(message["Message-ID"])
        return sending.Delivery(accepted=True, response="250", refused={})

    folder = mailbox(tmp_path / "mail")
    monkeypatch.setattr(sending, "send", taken)
    monkeypatch.setattr(outside, "maildir", lambda: folder)
    monkeypatch.setattr(Ledger, "bob", bob, raising=False)
    limits = settings(
        max_examples=20, stateful_step_count=14, deadline=None, suppress_health_check=[*HealthCheck]
    )
    run_state_machine_as_test(Ledger, settings=limits)
    # Chance need not find an order in which it leaves: one that surely does.
    LETTERS.clear()
    allowed = Ledger()
    allowed.give("", None)
    allowed.bob_approves()
    allowed.the_worker_sends()
    allowed.teardown()
    assert len(LETTERS) == 1
