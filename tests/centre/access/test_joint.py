"""Nobody takes a case's content out alone: Lee asks, Jeong confirms, Lee does it once, in time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ansim.centre.access import joint
from ansim.centre.access.acts import JointAct
from ansim.centre.access.errors import (
    ActAnswered,
    MalformedJointActs,
    NeedsSecondPerson,
    NotPermitted,
    ReasonTooShort,
    SamePerson,
    UnknownJointAct,
)
from ansim.centre.access.joint_rules import FILE, joint_rules, read_joint_acts
from ansim.centre.access.models import Staff
from ansim.centre.access.roles import roles
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from tests.centre.cases.people import NOW, opened, people, ten_in_the_morning

__all__ = ["opened", "people", "ten_in_the_morning"]
pytestmark = pytest.mark.django_db
EXPORT, ERASE, ESCROW = "case.export_sealed", "case.erase", "escrow.add"
WHY = "The court asked for the record of Mina."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def case(opened: Callable[..., Any]) -> Case:
    found, _key = opened("lee", "jeong")
    return found


def asked(case: Case, by: Staff, kind: str = EXPORT, at: datetime = NOW) -> JointAct:
    return joint.ask(kind, case, by, WHY, at)


def test_two_people_one_use(case: Case, people: dict[str, Staff]) -> None:
    act = asked(case, people["lee"])
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], NOW)
    joint.confirm(act, people["jeong"], NOW + MINUTE)
    used = joint.use(EXPORT, case, people["lee"], NOW + 2 * MINUTE)
    assert (used.pk, used.state) == (act.pk, "used")
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], NOW + 3 * MINUTE)
    events = CustodyEvent.objects.filter(object_kind="access.jointact").order_by("sequence")
    assert [one.action for one in events] == ["joint.asked", "joint.confirmed", "joint.used"]
    assert all(one.case_id == case.pk for one in events)
    assert "court" not in str([one.fields for one in events])


def test_never_the_same_person_twice(case: Case, people: dict[str, Staff]) -> None:
    jeong = people["jeong"]
    act = asked(case, jeong)
    for answer in (joint.confirm, joint.refuse):
        with pytest.raises(SamePerson):
            answer(act, jeong, NOW)
    assert not joint.may_answer(jeong, act, NOW)
    assert joint.waiting_for(jeong, NOW) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        JointAct.objects.filter(pk=act.pk).update(answered_by=jeong)


@pytest.mark.parametrize("who", ["park", "yoon"])
def test_roles_that_may_not(case: Case, people: dict[str, Staff], who: str) -> None:
    with pytest.raises(NotPermitted):
        asked(case, people[who])
    act = asked(case, people["lee"])
    with pytest.raises(NotPermitted):
        joint.confirm(act, people[who], NOW)


def test_a_colleague_without_the_case_neither_asks_nor_confirms(
    case: Case, people: dict[str, Staff]
) -> None:
    choi = people["choi"]
    with pytest.raises(NotPermitted):
        asked(case, choi)
    act = asked(case, people["lee"])
    with pytest.raises(NotPermitted):
        joint.confirm(act, choi, NOW)
    assert joint.act_for(choi, act.pk, NOW) is None
    assert joint.waiting_for(choi, NOW) == []
    assert [one.pk for one in joint.waiting_for(people["jeong"], NOW)] == [act.pk]


def test_whoever_asked_and_nobody_else_does_it_to_that_case_alone(
    case: Case, people: dict[str, Staff], opened: Callable[..., Any]
) -> None:
    other, _key = opened("lee", "jeong", reference="바람-300")
    joint.confirm(asked(case, people["lee"]), people["jeong"], NOW)
    for kind, what, who in (
        (EXPORT, case, "jeong"), (EXPORT, other, "lee"), (ERASE, case, "lee"),
    ):  # fmt: skip
        with pytest.raises(NeedsSecondPerson):
            joint.use(kind, what, people[who], NOW)
    assert joint.use(EXPORT, case, people["lee"], NOW).case_id == case.pk


def test_time_runs_out_before_and_after_the_confirmation(
    case: Case, people: dict[str, Staff]
) -> None:
    rule = joint_rules()[EXPORT]
    late = asked(case, people["lee"])
    with pytest.raises(ActAnswered):
        joint.confirm(late, people["jeong"], NOW + rule.holds)
    assert joint.state_of(late, NOW + rule.holds) == joint.EXPIRED
    act = joint.confirm(asked(case, people["lee"]), people["jeong"], NOW + MINUTE)
    over = NOW + MINUTE + rule.to_use
    assert joint.use_until(act) == over
    assert joint.ready(EXPORT, case, people["lee"], over - timedelta(seconds=1)) is not None
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], over)
    assert joint.state_of(act, over) == joint.EXPIRED


def test_a_refusal_is_the_end(case: Case, people: dict[str, Staff]) -> None:
    act = joint.refuse(asked(case, people["lee"]), people["jeong"], NOW)
    with pytest.raises(ActAnswered):
        joint.confirm(act, people["jeong"], NOW)
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], NOW)


def test_asking_again_replaces_what_waits(case: Case, people: dict[str, Staff]) -> None:
    first = asked(case, people["lee"])
    second = asked(case, people["lee"], at=NOW + MINUTE)
    assert [one.pk for one in joint.waiting_for(people["jeong"], NOW + MINUTE)] == [second.pk]
    with pytest.raises(JointAct.DoesNotExist):
        joint.confirm(first, people["jeong"], NOW + MINUTE)


@pytest.mark.parametrize("who", ["lee", "jeong"])
def test_it_falls_when_one_of_the_two_leaves(
    case: Case, people: dict[str, Staff], who: str
) -> None:
    joint.confirm(asked(case, people["lee"]), people["jeong"], NOW)
    gone = people[who]
    gone.is_active = False
    gone.save()
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], NOW)


def test_it_falls_when_the_case_is_no_longer_shared(case: Case, people: dict[str, Staff]) -> None:
    joint.confirm(asked(case, people["lee"]), people["jeong"], NOW)
    case.memberships.filter(staff=people["lee"]).delete()
    with pytest.raises(NeedsSecondPerson):
        joint.use(EXPORT, case, people["lee"], NOW)


def test_the_reason_is_sealed_for_those_who_hold_the_case(
    people: dict[str, Staff], opened: Callable[..., Any]
) -> None:
    case, key = opened("lee", "jeong")
    other, other_key = opened("lee", reference="바람-300")
    act = joint.ask(EXPORT, case, people["lee"], WHY, NOW, key=key)
    assert WHY.encode() not in bytes(act.reason_box)
    assert joint.reason_of(act, key) == WHY
    assert joint.reason_of(act, other_key) is None
    assert joint.reason_of(act, None) is None
    moved = joint.ask(EXPORT, other, people["lee"], WHY, NOW, key=other_key)
    moved.reason_box = act.reason_box
    assert joint.reason_of(moved, key) is None
    without = asked(case, people["lee"])
    assert not without.reason_is_sealed
    assert joint.reason_of(without, None) == WHY
    assert b"court" not in bytes(without.reason_box)


@pytest.mark.parametrize("reason", ["", "short", "..........!!", "aaaaaaaaaaaaaa", "   needed    "])
def test_a_reason_says_something(case: Case, people: dict[str, Staff], reason: str) -> None:
    with pytest.raises(ReasonTooShort):
        joint.ask(EXPORT, case, people["lee"], reason, NOW)
    assert not JointAct.objects.exists()


def test_the_operator_asks_for_the_centre_s_acts_only(case: Case, people: dict[str, Staff]) -> None:
    digest = "ab" * 32
    with pytest.raises(NotPermitted):
        joint.ask(EXPORT, case, None, WHY, NOW)
    act = joint.ask(ESCROW, digest, None, WHY, NOW)
    for who in ("lee", "park", "yoon"):
        with pytest.raises(NotPermitted):
            joint.confirm(act, people[who], NOW)
    joint.confirm(act, people["jeong"], NOW)
    for name, by in (("cd" * 32, None), (digest, people["jeong"])):
        with pytest.raises(NeedsSecondPerson):
            joint.use(ESCROW, name, by, NOW)
    assert joint.use(ESCROW, digest, None, NOW).state == "used"


def test_the_gate_of_original_evidence(case: Case, people: dict[str, Staff]) -> None:
    kind = "evidence.open_original"
    with pytest.raises(NeedsSecondPerson):
        joint.use(kind, case, people["lee"], NOW)
    with pytest.raises(NotPermitted):
        joint.ask(kind, "no case", people["lee"], WHY, NOW)
    act = asked(case, people["lee"], kind)
    with pytest.raises(NotPermitted):
        joint.confirm(act, people["park"], NOW)
    joint.confirm(act, people["jeong"], NOW)
    assert joint.use(kind, case, people["lee"], NOW).kind == kind


def test_what_the_file_does_not_name_nobody_does(case: Case, people: dict[str, Staff]) -> None:
    with pytest.raises(UnknownJointAct):
        joint.ask("case.close", case, people["lee"], WHY, NOW)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('on = "centre"', 'on = "moon"', "on must be one of"),
        ('["case.erase"]', '["case.burn"]', "must be an action of roles.toml"),
        ("holds_hours = 24", "holds_hours = 0", "holds_hours must be a whole number"),
        ("use_minutes = 60", "use_minutes = true", "use_minutes must be a whole number"),
        ('may_confirm = ["supervisor"]', 'may_confirm = ["boss"]', "unknown role boss"),
        ('may_confirm = ["supervisor"]', "may_confirm = []", "at least one role"),
        ('may_ask = ["operator"', 'may_ask = ["analyst"', "does not hold the action"),
        ('status = "in_force"', 'status = "maybe"', "status one of"),
        ("effective_from = 2026", 'effective_from = "soon" #', "effective_from must be a date"),
        ('ko = "사건 파기"', 'ko = ""', "words in en and ko"),
        ('source = "', 'sauce = "', "must have source"),
        ('["case.erase"]', '["case.erase"', "TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, old: str, new: str, names: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "joint_acts.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MalformedJointActs) as caught:
        read_joint_acts(path, roles())
    assert names in caught.value.sentence("en")


def test_an_act_that_is_only_proposed_nobody_does(
    tmp_path: Path, case: Case, people: dict[str, Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "joint_acts.toml"
    text = FILE.read_text(encoding="utf-8").replace('"in_force"', '"proposed"')
    path.write_text(text, encoding="utf-8")
    rules = read_joint_acts(path, roles())
    monkeypatch.setattr("ansim.centre.access.joint_rules.joint_rules", lambda: rules)
    with pytest.raises(NotPermitted):
        asked(case, people["lee"])
