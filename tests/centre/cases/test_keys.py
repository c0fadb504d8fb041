"""Who can open what is sealed, and that nothing of it lies anywhere in clear."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import Http404

from ansim.centre.access.services import create_staff, sign_in
from ansim.centre.cases import identity, keyring, ledger, queries, references, services
from ansim.centre.cases.errors import EmptyText, KeyNotHeld
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.intake.report import Report
from ansim.centre.intake.services import take_in
from ansim.centre.support.services import record_service
from ansim.vault import VaultError
from tests.centre.cases.people import NOW, PASSWORD

pytestmark = pytest.mark.django_db
SECRETS = ("Mina Gallery", "010-5555-1234", "tulip-word", "the grey jacket", "note of a fear")


def private_of(name: str) -> bytes:
    return sign_in(name, PASSWORD, "127.0.0.1").private


@pytest.fixture
def taken(people):
    """Mina's report, taken in while only counsellor Lee receives reports."""
    for name in ("choi", "jeong"):
        people[name].is_active = False
        people[name].save()
    report = Report(
        consents=("hold", "search"), story=f"My name is {SECRETS[0]}. I wore {SECRETS[3]}.",
        contact={"phone": SECRETS[1], "code_word": SECRETS[2]},
    )  # fmt: skip
    taken = take_in(report, now=NOW)
    for name in ("choi", "jeong"):
        people[name].is_active = True
        people[name].save()
    return taken


def key_of(case: Case, people, name: str):
    return keyring.sealed_key_for_staff(case, people[name], private_of(name))


def test_lee_opens_park_yoon_and_those_without_their_key_do_not(taken, people):
    case = taken.case
    key = key_of(case, people, "lee")
    story = services.read_story(case, key=key, reader=people["lee"], now=NOW)
    assert SECRETS[0] in story.story
    # Who the person is opens with a reason alone (see test_identity).
    assert "phone" not in story.contact
    assert identity.identity_of(case, key)["phone"] == SECRETS[1]
    for name in ("park", "yoon", "choi", "jeong"):
        assert key_of(case, people, name) is None
    assert keyring.sealed_key_for_staff(case, people["lee"], None) is None
    with pytest.raises(VaultError):
        keyring.sealed_key_for_staff(case, people["lee"], private_of("choi"))


def test_the_code_opens_wrong_and_malformed_codes_do_not(taken):
    found = keyring.find_receipt(f" {taken.code[:10]}-{taken.code[10:]} ")
    assert found is not None
    case, private = found
    key = keyring.sealed_key_for_person(case, private)
    assert SECRETS[0] in services.read_story(case, key=key, reader=None, now=NOW).story
    wrong = f"{(int(taken.code) + 1) % 10**20:020}"
    for code in (wrong, "", "12", "x" * 20, taken.code + "1", "１" * 20):
        assert keyring.find_receipt(code) is None


def test_nothing_sealed_lies_in_clear_in_any_table(taken, people):
    case, lee = taken.case, people["lee"]
    key = key_of(case, people, "lee")
    services.post_message(case, f"call {SECRETS[1]}", key=key, author=lee, now=NOW)
    services.post_message(case, f"no: {SECRETS[3]}", key=key, author=None, now=NOW)
    services.write_note(case, SECRETS[4], key=key, author=lee, now=NOW)
    record_service(
        case, kind="planning", provider="centre", outcome="done", given_at=NOW, minutes=5, by=lee,
        note=SECRETS[4], key=key, now=NOW,
    )  # fmt: skip
    read = services.read_messages(case, key=key, reader=lee, now=NOW)
    assert [one.text for one in read] == [f"call {SECRETS[1]}", f"no: {SECRETS[3]}"]
    assert [one.text for one in services.read_notes(case, key=key, reader=lee, now=NOW)] == [SECRETS[4]]
    with connection.cursor() as cursor:
        dump = ""
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for cell in row:
                    plain = cell.tobytes() if isinstance(cell, memoryview) else cell
                    dump += plain.decode("latin-1") if isinstance(plain, bytes) else str(plain)
    assert case.reference in dump
    for secret in (*SECRETS, taken.code):
        assert secret not in dump
        assert secret.encode().decode("latin-1") not in dump


def test_without_a_key_nothing_is_written_and_nothing_empty(taken, people):
    lee = people["lee"]
    for write in (services.post_message, services.write_note):
        with pytest.raises(KeyNotHeld):
            write(taken.case, "words", key=None, author=lee, now=NOW)
        with pytest.raises(EmptyText):
            write(taken.case, " \n", key=key_of(taken.case, people, "lee"), author=lee, now=NOW)
    with pytest.raises(KeyNotHeld):
        services.share_case(taken.case, people["choi"], by=lee, key=None, now=NOW)
    assert key_of(taken.case, people, "choi") is None


def test_sharing_gives_choi_the_key_and_the_case(taken, people):
    case, choi = taken.case, people["choi"]
    with pytest.raises(Http404):
        queries.case_for(choi, case.pk)
    for _ in range(2):
        services.share_case(
            case, choi, by=people["lee"], key=key_of(case, people, "lee"), now=NOW
        )
    assert queries.case_for(choi, case.pk) == case
    key = key_of(case, people, "choi")
    assert SECRETS[0] in services.read_story(case, key=key, reader=choi, now=NOW).story
    assert {one.username for one in services.holders_of(case)} == {"lee", "choi"}
    assert CustodyEvent.objects.filter(action="case.story_read", actor_id=choi.pk).count() == 1


def test_each_role_sees_its_cases(taken, opened, people):
    own, _ = opened("choi", reference="나루-100")
    seen = {name: set(queries.visible_cases(one)) for name, one in people.items()}
    assert seen == {
        "lee": {taken.case}, "choi": {own}, "park": {own, taken.case}, "jeong": {own, taken.case},
        "yoon": set(),
    }  # fmt: skip


def test_a_consent_stands_until_it_is_withdrawn_or_over(opened):
    case, _ = opened("lee")
    hour = timedelta(hours=1)
    assert not case.allows("notify", NOW)
    given = services.give_consent(case, "notify", now=NOW)
    assert services.give_consent(case, "notify", now=NOW + hour) == given
    assert not case.allows("notify", NOW - hour)
    assert case.allows("notify", NOW)
    assert services.withdraw_consent(case, "notify", now=NOW + hour) == 1
    assert services.withdraw_consent(case, "notify", now=NOW + hour) == 0
    assert case.allows("notify", NOW + hour / 2)
    assert not case.allows("notify", NOW + hour)
    until = NOW + 3 * hour
    assert ledger.give(case, "notify", now=NOW + 2 * hour, until=until) != given
    assert case.allows("notify", NOW + 2 * hour)
    assert not case.allows("notify", NOW + 3 * hour)
    # One that ran out by itself was not withdrawn by anybody.
    assert services.withdraw_consent(case, "notify", now=NOW + 4 * hour) == 0


@pytest.mark.parametrize(
    "typed", ["여울-412", "Yeoul-412", " yeoul 412 ", "여울412", "여울–412", "YEOUL - ４１２", "\u110b\u1167\u110b\u116e\u11af-412"]
)  # fmt: skip
def test_a_reference_is_understood_in_both_scripts(typed):
    assert references.korean_reference(typed) == "여울-412"
    assert references.english_reference("여울-412") == "Yeoul-412"


def test_when_short_references_run_out_longer_ones_are_given(opened, monkeypatch):
    monkeypatch.setattr(references.secrets, "choice", lambda words: words[0])
    monkeypatch.setattr(references.secrets, "randbelow", lambda most: 0)
    opened("lee", reference="여울-100", at=datetime(2026, 11, 1, tzinfo=UTC))
    case = Case.objects.get(pk=opened("lee", reference="여울-1000")[0].pk)
    assert case.reference == "여울-1000"
    create_staff("kim", PASSWORD, "김", "Kim", "counsellor")
    assert take_in(Report(consents=("hold",)), now=NOW).case.reference == "여울-10000"
