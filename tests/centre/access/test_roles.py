"""What is not written in roles.toml is not allowed, and a mistake in it stops the start."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from ansim.centre.access.errors import MalformedRoles, NotPermitted, UnknownAction
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import can, require
from ansim.centre.access.roles import FILE, read_roles, roles
from ansim.centre.cases.models import Case, CaseMembership

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def staff(role: str) -> Staff:
    return Staff(
        username=role, role=role, public_key=b"", private_box=b"", created_at=NOW, is_active=True
    )


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("counsellor", "case.read_sealed", "notice.approve"),
        ("removal_officer", "notice.approve", "case.read_sealed"),
        ("removal_officer", "patrol.decide", "standing_approval.give"),
        ("supervisor", "standing_approval.give", "no.such"),
        ("analyst", "statistics.read", "case.list_own"),
        ("operator", "staff.manage", "case.list_all_working"),
    ],
)
def test_roles_as_shipped(role: str, may: str, may_not: str) -> None:
    assert can(staff(role), may)
    if may_not == "no.such":
        with pytest.raises(UnknownAction):
            can(staff(role), may_not)
    else:
        assert not can(staff(role), may_not)


def test_strangers_and_closed_accounts_may_nothing() -> None:
    closed = staff("supervisor")
    closed.is_active = False
    for who in (closed, AnonymousUser(), staff("boss")):
        assert not can(who, "statistics.read")
        with pytest.raises(NotPermitted):
            require(who, "statistics.read")


@pytest.mark.django_db
def test_an_action_on_a_case_needs_the_case_to_be_shared() -> None:
    mina, joon, officer = (staff(role) for role in ("counsellor", "counsellor", "removal_officer"))
    for number, who in enumerate((mina, joon, officer)):
        who.username = f"s{number}"
        who.save()
    case = Case.objects.create(reference="여울-412", opened_at=NOW, channel="web")
    shared = CaseMembership.objects.create(case=case, staff=mina, added_at=NOW)
    assert can(mina, "service.record", case)
    assert can(mina, "service.record", shared)
    assert not can(joon, "service.record", case)
    assert can(officer, "notice.approve", case)
    assert not can(officer, "service.record", case)


def test_a_role_holds_only_while_it_is_in_force() -> None:
    role = roles().roles["analyst"]
    assert role.in_force(date(2026, 11, 20))
    assert not role.in_force(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('"statistics.release"]', '"statistics.relaese"]', "statistics.relaese"),
        ('status = "in_force"', 'status = "maybe"', "status must be one of"),
        ("effective_from = 2026-01-01", 'effective_from = "soon"', "effective_from must be a date"),
        ('source = "Centre', 'sauce = "Centre', "must have source"),
        ('ko = "상담사"', 'ko = ""', "words in en and ko"),
        ("[roles.analyst]", "[roles.analyst", "TOML"),
        ("[actions]", "[deeds]", "[actions]"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, names: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "roles.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MalformedRoles) as caught:
        read_roles(path)
    assert names in caught.value.sentence("en")
    assert "roles.toml" in caught.value.sentence("ko")
