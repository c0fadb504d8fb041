"""``ansim keys``: the operator sees who can open what, rotates, and comes back from paper."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ansim.centre import clock
from ansim.centre.access import joint
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff, deactivate, sign_in
from ansim.centre.cases import handing, keyring, serverkeys
from ansim.centre.cases.models import Case, EscrowHolder, KeyWrap
from ansim.centre.cases.services import CaseFacts, open_case
from ansim.cli.app import app
from ansim.matching import Bank
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import BankWrongKey
from ansim.vault import WrongKey, read_ring, show_key, unwrap

pytestmark = pytest.mark.django_db
runner = CliRunner()
PASSWORD = "still water runs deep"
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ten_in_the_morning(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def people(db) -> dict[str, Staff]:
    roles = {"lee": "counsellor", "choi": "counsellor", "jeong": "supervisor"}
    return {
        name: create_staff(name, PASSWORD, name, name.title(), role) for name, role in roles.items()
    }


@pytest.fixture
def case(people) -> Case:
    facts = CaseFacts(language="ko", channel="web", consents=["hold"], story="grey jacket")
    made, _key = open_case(facts, now=NOW, holders=[people["lee"]])
    made.reference = "여울-412"
    made.save()
    return made


@pytest.fixture
def ring():
    folder = serverkeys.folder()
    before = {path: path.read_bytes() for path in folder.glob("server_key*")}
    yield folder
    for path in folder.glob("server_key*"):
        path.unlink()
    for path, data in before.items():
        path.write_bytes(data)
        path.chmod(0o600)
    serverkeys.read_again()
    serverkeys.forget()


def run(*words: str, status: int = 0, typed: str = ""):
    done = runner.invoke(app, ["keys", *words], input=typed)
    assert done.exit_code == status, done.output
    return done


def lines(done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def new_on_paper(people, label: str = "bank safe") -> list[str]:
    made = lines(run("escrow", "new", "--split", "--json"))[0]
    words = ("escrow", "add", made["public"], "--label", label, "--reason", "the first escrow key")
    assert "supervisor must confirm" in run(*words, status=1).stderr
    run(*words, status=1)  # asking again asks no second time
    (act,) = joint.waiting_for(people["jeong"], NOW)
    joint.confirm(act, people["jeong"], NOW)
    run(*words)
    return made["lines"]


def closed_to(staff: Staff, case: Case, password: str = PASSWORD) -> bool:
    private = sign_in(staff.username, password, "127.0.0.1").private
    return keyring.sealed_key_for_staff(case, staff, private) is None


def test_who_holds_what_and_what_is_wrong_with_it(people, case):
    held = lines(run("list", "--json"))
    assert held == [
        {"reference": "여울-412", "staff": ["lee"], "left": [], "escrow": [], "receipt": False, "server": True}
    ]  # fmt: skip
    assert "lee server" in run("list").stdout
    found = {one["code"]: one["cases"] for one in lines(run("check", "--json", status=1))}
    assert found == {"one_holder": ["여울-412"], "no_escrow": []}
    deactivate(people["lee"])
    KeyWrap.objects.filter(case=case, holder="server").update(holder_id="gone")
    serverkeys.forget()
    found = {one["code"]: one["cases"] for one in lines(run("check", "--json", status=1))}
    assert found["nobody"] == found["server"] == ["여울-412"]
    said = run("check", status=1).stdout
    assert "여울-412" in said
    assert "{" not in said


def test_all_is_well_with_two_holders_and_paper(people, case):
    new_on_paper(people)
    private = sign_in("lee", PASSWORD, "127.0.0.1").private
    assert [one["code"] for one in lines(run("check", "--json", status=1))] == [
        "one_holder",
        "escrow_waits",
    ]
    handing.give_cases(people["choi"], by=people["lee"], private=private, now=NOW, cases=[case])
    assert "in place" in run("check").stdout
    listed = lines(run("escrow", "list", "--json"))
    assert [(one["label"], one["cases"], one["retired"]) for one in listed] == [
        ("bank safe", 1, False)
    ]


def test_a_lost_password_comes_back_from_two_shares(people, case):
    shares = new_on_paper(people)
    lee = people["lee"]
    keyring.sealed_key_for_staff(case, lee, sign_in("lee", PASSWORD, "127.0.0.1").private)
    handing.renew_keys(lee, "a second password", actor=None, now=NOW)
    lee.refresh_from_db()
    assert closed_to(lee, case, "a second password")
    words = ("escrow", "restore", "--staff", "lee", "--json")
    assert "Two of the three" in run(*words, status=1, typed=shares[0] + "\n").stderr
    assert "wrong or missing" in run(*words, status=1, typed=shares[0][:-1] + "\n").stderr
    done = run(*words, typed=f"{shares[2]}\n\n{shares[1].lower()}\n")
    assert lines(done) == [{"given": ["여울-412"], "left": []}]
    assert not closed_to(lee, case, "a second password")


def test_one_case_or_all_for_a_colleague(people, case):
    shares = new_on_paper(people)
    keyring.sealed_key_for_staff(case, people["lee"], sign_in("lee", PASSWORD, "127.0.0.1").private)
    typed = "\n".join(shares[:2])
    said = run(
        "escrow", "restore", "--staff", "choi", "--case", "없음-1", status=1, typed=typed
    ).stderr
    assert "없음-1" in said
    assert "nobody" in run("escrow", "restore", "--staff", "nobody", status=1, typed=typed).stderr
    assert closed_to(people["choi"], case)
    run("escrow", "restore", "--staff", "choi", "--case", "Yeoul-412", typed=typed)
    assert not closed_to(people["choi"], case)
    run("escrow", "restore", "--staff", "jeong", "--all", typed=typed)
    assert not closed_to(people["jeong"], case)


def test_a_key_of_another_centre_opens_nothing_and_one_may_retire(people, case):
    new_on_paper(people)
    typed = show_key(bytes(range(32)))
    said = run("escrow", "restore", "--staff", "choi", "--all", status=1, typed=typed).stderr
    assert "No escrow holder" in said
    assert "no key is named" in run("escrow", "retire", "attic", status=1).stderr.replace(
        "No escrow", "no"
    )
    run("escrow", "retire", "bank safe")
    assert EscrowHolder.objects.get().retired_at == NOW


def test_a_new_whole_key_is_one_line_and_nothing_is_kept(people):
    printed = run("escrow", "new").stdout
    assert len([line for line in printed.splitlines() if len(line) > 60]) == 2
    assert not EscrowHolder.objects.exists()


def test_rotation_takes_bank_files_along(people, case, ring, tmp_path, monkeypatch):
    monkeypatch.setenv("ANSIM_HOME", str(ring.parent))
    old = read_ring(ring)[-1]
    paths = [tmp_path / "named.bank", tmp_path / "forgotten.bank"]
    for path in paths:
        BankFile.create(path, Bank("partners"), now=NOW, server_key=old.private, sealed=True)
    done = lines(run("rotate-server-key", "--bank-file", str(paths[0]), "--json"))[0]
    assert done["closed"] == 0
    assert done["destroyed"] == [old.id]
    (new,) = read_ring(ring)
    assert BankFile.open(paths[0], server_key=new.private).about.name == "partners"
    with pytest.raises(BankWrongKey):
        BankFile.open(paths[0], server_key=old.private)
    with pytest.raises(BankWrongKey):
        BankFile.open(paths[1], server_key=new.private)
    wrap = KeyWrap.objects.get(case=case, holder="server")
    with pytest.raises(WrongKey):
        unwrap(old.private, bytes(wrap.wrapped))
    assert not Path(ring, "server_key").exists()


def test_a_server_key_that_was_lost_comes_back_from_paper(people, case, ring):
    shares = new_on_paper(people)
    key = keyring.working_key(case)
    KeyWrap.objects.filter(holder="server").update(holder_id="0" * 32)
    serverkeys.forget()
    assert "server" in {one["code"] for one in lines(run("check", "--json", status=1))}
    done = run("escrow", "restore-server", "--json", typed="\n".join(shares[1:]))
    assert lines(done)[0]["wrapped"] >= 1
    assert keyring.working_key(case) == key


@pytest.mark.parametrize("language", ["ko", "en"])
def test_sentences_come_in_the_readers_language(people, case, monkeypatch, language):
    monkeypatch.setenv("ANSIM_LANG", language)
    said = run("check", status=1).stdout
    assert ("예비 열쇠가 없습니다" in said) == (language == "ko")
    assert ("There is no escrow key" in said) == (language == "en")


def test_a_new_password_from_the_operator_says_what_waits(people, case):
    done = run("lost-password", "Lee")
    assert "412" in done.stderr
    password = done.stdout.strip()
    people["lee"].refresh_from_db()
    assert people["lee"].must_change_password
    assert closed_to(people["lee"], case, password)
    assert "nobody" in run("lost-password", "nobody", status=1).stderr


def test_somebody_who_leaves_has_no_wraps_left_unless_they_are_the_last(people, case):
    done = runner.invoke(app, ["staff", "deactivate", "lee"])
    assert "Nobody else can open" in done.stderr
    people["lee"].refresh_from_db()
    assert not people["lee"].is_active
    assert KeyWrap.objects.filter(staff=people["lee"]).exists()
    open_case(
        CaseFacts(language="ko", channel="web"), now=NOW, holders=[people["choi"], people["jeong"]]
    )
    done = runner.invoke(app, ["staff", "deactivate", "choi"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert not KeyWrap.objects.filter(staff=people["choi"]).exists()
