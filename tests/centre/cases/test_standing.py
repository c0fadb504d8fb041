"""Duties to report and standings: rules are shown, people decide, nothing acts by itself."""

from pathlib import Path

import pytest
from django.test import Client

from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases import standing
from ansim.centre.cases.errors import EmptyText, KeyNotHeld
from ansim.centre.cases.models import Case, ProxyStanding, ReportingDecision
from ansim.centre.cases.reportingrules import (
    FOLDER,
    ReportingRuleError,
    load_rules,
    rule_book,
)
from ansim.centre.custody.models import CustodyEvent
from tests.centre.doors import come_in
from tests.centre.portal.people import NOON, known

FILE = FOLDER / "2026-1.toml"
PASSWORD = "quiet water runs deep"
REASON = "변호사에게 물었고 목록에 없다고 들음"


@pytest.fixture
def lee(db: None) -> Staff:
    return create_staff("lee", PASSWORD, "이상담", "Lee", "counsellor")


@pytest.fixture
def child(lee: Staff) -> Case:
    """A case of somebody under 14."""
    return known(age="under_14", flags=("minor",)).case


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_rules_are_read_and_leave_the_decision_to_counsel() -> None:
    book = rule_book()
    assert {one.code for one in book.rules} >= {"kr_cpa_34_2", "kr_vpa_9_1"}
    assert all(one.texts["ask"]["ko"] and one.texts["ask"]["en"] for one in book.rules)
    assert set(book.kin) == {"spouse", "lineal", "sibling", "agent", "other"}
    assert [code for code, one in book.kin.items() if not one.may_ask] == ["other"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('decides = "counsel"', 'decides = "automatic"', "decides"),
        ('status = "in_force"\nchecked', 'status = "maybe"\nchecked', "status"),
        ('ages = ["under_14", "teen"]', 'ages = ["child"]', "ages"),
        ('papers = ["own_id", "relation"]', 'papers = ["blood"]', "papers"),
        ('code = "kr_vpa_9_1"', 'code = "kr_cpa_34_2"', "rule"),
        ("verified_on = 2026-11-22\nages", 'verified_on = "soon"\nages', "verified_on"),
        ('ask = { en = "Does the centre also', 'ask = { fr = "Does the centre also', "ask"),
        ('version = "2026-1"', 'version = "2026-1', "-"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    with pytest.raises(ReportingRuleError, match=r"rules\.toml") as caught:
        load_rules(changed(tmp_path, old, new))
    assert field in str(caught.value.values["field"])


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({"age": "under_14"}, {"kr_cpa_34_2", "kr_vpa_9_1", "kr_pipa_under_14"}),
        ({"age": "teen"}, {"kr_cpa_34_2", "kr_vpa_9_1"}),
        (
            {"age": "unknown", "flags": ("minor",)},
            {"kr_cpa_34_2", "kr_vpa_9_1", "kr_pipa_under_14"},
        ),
        ({"age": "twenties"}, set()),
        ({"age": "unknown"}, set()),
    ],
)
def test_which_rules_touch_a_case(lee: Staff, facts: dict[str, object], codes: set[str]) -> None:
    case = known(**facts).case
    assert {one.rule.code for one in standing.duties_of(case, NOON)} == codes


def test_a_decision_needs_a_reason_a_key_and_a_known_rule(child: Case, lee: Staff) -> None:
    with pytest.raises(EmptyText):
        standing.decide(child, "kr_cpa_34_2", "no_duty", "  ", key=None, by=lee, now=NOON)
    with pytest.raises(KeyNotHeld):
        standing.decide(child, "kr_cpa_34_2", "no_duty", REASON, key=None, by=lee, now=NOON)
    with pytest.raises(standing.UnknownChoice):
        standing.decide(child, "made_up", "no_duty", REASON, key=None, by=lee, now=NOON)
    assert not ReportingDecision.objects.exists()


def test_lee_reads_the_rule_and_writes_down_the_decision(child: Case, lee: Staff) -> None:
    client = Client(headers={"accept-language": "ko"})
    come_in(client, "lee", PASSWORD)
    address = f"/staff/cases/{child.pk}/standing"
    page = client.get(address).content.decode()
    assert "제34조 제2항" in page
    assert "제7조의4" in page
    kept = client.post(address, {"rule": "kr_cpa_34_2", "decision": "", "reason": REASON})
    assert kept.status_code == 422
    assert REASON in kept.content.decode()
    sent = {"rule": "kr_cpa_34_2", "decision": "no_duty", "reason": REASON}
    assert client.post(address, sent).status_code == 302
    made = ReportingDecision.objects.get()
    assert (made.rule, made.decision, made.decided_by) == ("kr_cpa_34_2", "no_duty", lee)
    assert REASON.encode() not in bytes(made.reason_box)
    assert REASON in client.get(address).content.decode()
    events = {one.action: one for one in CustodyEvent.objects.filter(case_id=child.pk)}
    assert events["reporting.decided"].fields == ["decision"]
    assert events["reporting.read"].actor_id == lee.pk
    assert all(REASON not in str(one.fields) for one in events.values())


def test_a_later_decision_stands_beside_the_earlier_one(child: Case, lee: Staff) -> None:
    client = Client()
    come_in(client, "lee", PASSWORD)
    for choice in ("asked", "report"):
        client.post(
            f"/staff/cases/{child.pk}/standing",
            {"rule": "kr_cpa_34_2", "decision": choice, "reason": REASON},
        )
    duty = standing.duties_of(child, NOON)[0]
    assert {one.decision for one in duty.decisions} == {"asked", "report"}


def test_papers_and_the_persons_own_word_are_noted(lee: Staff) -> None:
    case = known(standing="family", kin="sibling").case
    client = Client(headers={"accept-language": "ko"})
    come_in(client, "lee", PASSWORD)
    address = f"/staff/cases/{case.pk}/standing"
    assert "형제자매" in client.get(address).content.decode()
    sent = {"kin": "sibling", "papers": ["own_id", "relation"], "confirmed": "phone"}
    assert client.post(address, sent).status_code == 302
    row = ProxyStanding.objects.get()
    assert (row.papers, row.papers_seen_by, row.confirmed_how) == (
        ["own_id", "relation"],
        lee,
        "phone",
    )
    actions = CustodyEvent.objects.filter(case_id=case.pk).values_list("action", flat=True)
    assert {"proxy.noted", "proxy.papers_seen", "proxy.confirmed"} <= set(actions)
    assert not standing.waits_for_person(case)


def test_a_friend_is_not_named_in_the_law_and_the_page_says_so(lee: Staff) -> None:
    case = known(standing="friend", kin="other").case
    client = Client(headers={"accept-language": "ko"})
    come_in(client, "lee", PASSWORD)
    page = client.get(f"/staff/cases/{case.pk}/standing").content.decode()
    assert "법에 나와 있지 않습니다" in page


def test_those_who_do_not_triage_may_not_decide(child: Case) -> None:
    create_staff("park", PASSWORD, "박담당", "Park", "removal_officer")
    client = Client()
    come_in(client, "park", PASSWORD)
    address = f"/staff/cases/{child.pk}/standing"
    sent = {"rule": "kr_cpa_34_2", "decision": "no_duty", "reason": REASON}
    assert client.post(address, sent).status_code == 403
    assert not ReportingDecision.objects.exists()
