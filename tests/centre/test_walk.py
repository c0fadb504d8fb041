"""Every address, every role, own, shared, foreign and closed: what happens is what docs say."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import get_resolver

import ansim.centre
from tools import permissions
from tools.permissions import DOCUMENT, HIDDEN, NO, NONE, YES, Walk
from tools.walkers import World

ROOT = Path(ansim.centre.__file__).parent
# Doors that open before somebody is in, and the way out.
OPEN = ("staff/sign-in", "staff/sign-out", "staff/enrol")
# Whose rows belong to a case: a view reads them through a room's queries, which ask who may.
OF_A_CASE = {
    "Case", "CaseMembership", "CaseHarm", "KeyWrap", "Receipt", "Consent", "Message", "Note",
    "ContactIndex", "Disclosure", "Service", "Material", "Sighting", "SightingMedia", "Look",
    "Request", "Reply", "HashList", "JointAct", "IdentityAsk", "IdentityShowing",
}  # fmt: skip


@pytest.fixture
def world(db: None) -> Iterator[World]:
    del db
    made = World()
    yield made
    made.close()


def test_the_walk(world: World) -> None:
    # One test, because one walk takes half a minute and parallel runs would walk twice.
    walked = permissions.walk(world)
    for holds in (
        no_answer_is_a_fault_and_no_foreign_case_is_told_from_none,
        a_foreign_case_is_never_shown_to_those_who_see_only_their_own,
        roles_without_cases_see_no_case,
        nobody_comes_past_the_door,
        a_person_never_gets_another_s_link,
        what_asks_again_asks_everybody,
        docs_say_what_happens,
    ):
        holds(walked, world)


def no_answer_is_a_fault_and_no_foreign_case_is_told_from_none(walked: Walk, world: World) -> None:
    del world
    assert walked.faults == []


def docs_say_what_happens(walked: Walk, world: World) -> None:
    now = permissions.markdown(walked, world).splitlines()
    written = DOCUMENT.read_text(encoding="utf-8").splitlines()
    changed = [f"- {one}" for one in written if one not in now]
    changed += [f"+ {one}" for one in now if one not in written]
    assert not changed, "Review, then run python -m tools.permissions:\n" + "\n".join(changed)


def a_foreign_case_is_never_shown_to_those_who_see_only_their_own(
    walked: Walk, world: World
) -> None:
    del world
    for (address, method), row in walked.answers.items():
        if permissions.of_case(address) and address.is_staff:
            _own, _shared, foreign, _closed = row["counsellor"]
            assert foreign in {HIDDEN, NO, NONE}, f"{method} {address.route}"


def roles_without_cases_see_no_case(walked: Walk, world: World) -> None:
    del world
    for (address, method), row in walked.answers.items():
        if address.is_staff and "case_id" in address.needs:
            for role in ("analyst", "operator", "identity_custodian"):
                assert YES not in row[role], f"{role} {method} {address.route}"


def nobody_comes_past_the_door(walked: Walk, world: World) -> None:
    for (address, method), row in walked.answers.items():
        if not address.is_staff or address.route.startswith(OPEN):
            continue
        for one in world.outsiders:
            assert set(row[one.name]) <= {"door", NONE}, f"{one.name} {method} {address.route}"


def a_person_never_gets_another_s_link(walked: Walk, world: World) -> None:
    del world
    found = [
        row["person"]
        for (address, method), row in walked.answers.items()
        if address.name == "mine-link-show" and method == "POST"
    ]
    assert found == [(YES, HIDDEN)]


def what_asks_again_asks_everybody(walked: Walk, world: World) -> None:
    supervisor = next(one for one in world.visitors if one.name == "supervisor")
    kept = supervisor.cookies
    session = supervisor.client.session
    session["fresh_at"] = 0
    session.save()
    asked = 0
    for address in permissions.addresses():
        if not address.fresh or walked.answers[address, "GET"]["supervisor"][0] != YES:
            continue
        path = permissions.fill(address, supervisor.things["own"], world.shared)
        supervisor.cookies = kept
        answer = permissions.ask(supervisor, "GET", path)
        assert answer.headers["Location"].startswith("/staff/again"), address.route
        asked += 1
    assert asked >= 8


def test_a_joint_act_and_every_change_of_staff_ask_again() -> None:
    fresh = {one.name for one in permissions.addresses() if one.fresh}
    assert fresh >= {
        "act", "act-ask", "case-export", "staff-add", "staff-role", "staff-close",
        "staff-lost-password", "staff-reset", "staff-give-back",
    }  # fmt: skip


def test_every_staff_address_stands_behind_the_one_door() -> None:
    guarded = {
        str(entry.pattern): hasattr(entry.callback, "staff_action")
        for resolver in get_resolver().url_patterns
        for entry in resolver.url_patterns
        if str(entry.pattern) == "staff" or str(entry.pattern).startswith("staff/")
    }
    assert len(guarded) > 60
    open_ones = sorted(route for route, held in guarded.items() if not held)
    assert all(route.startswith(OPEN) for route in open_ones), open_ones


def views() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*views.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def managers(tree: ast.Module) -> Iterator[str]:
    """``Case.objects`` and ``get_object_or_404(Case, …)`` in a view."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}:
            if isinstance(node.value, ast.Name) and node.value.id in OF_A_CASE:
                yield f"{node.value.id} in line {node.lineno}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first, name = node.args[0], node.func.id
            short = name.startswith("get_") and name.endswith("_or_404")
            if short and isinstance(first, ast.Name) and first.id in OF_A_CASE:
                yield f"{first.id} in line {node.lineno}"


def test_no_view_goes_round_the_two_doors() -> None:
    found = list(views())
    assert len(found) > 15
    # The custody log names cases to those who may list all of them, and asks that first.
    known = {"desk/custody_views.py"}
    around = [
        f"{name}: {one}" for name, tree in found if name not in known for one in managers(tree)
    ]
    assert not around, "\n".join(around)


def test_the_search_for_managers_finds_one() -> None:
    bad = ast.parse("a = Case.objects.get(pk=1)\nb = get_object_or_404(Request, pk=1)")
    assert len(list(managers(bad))) == 2
