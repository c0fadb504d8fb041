"""The log cannot be changed by anybody, and shows it when the database was tampered with."""

from datetime import timedelta, timezone

import pytest
from django.db import DatabaseError, connection, transaction

from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.queries import check_chain
from ansim.centre.custody.services import record
from tests.centre.cases.people import NOW, opened, people, ten_in_the_morning

__all__ = ["opened", "people", "ten_in_the_morning"]
pytestmark = pytest.mark.django_db
TRIGGERS = {
    "sqlite": ["DROP TRIGGER custody_no_update", "DROP TRIGGER custody_no_delete"],
    "postgresql": ["ALTER TABLE custody_custodyevent DISABLE TRIGGER custody_no_change"],
}


@pytest.fixture
def five(db) -> list[CustodyEvent]:
    return [record("case.opened", actor_kind="person", fields=["a"], at=NOW) for _ in range(5)]


def tamper(sql: str, *values: object) -> None:
    """What somebody with the database's own password could do."""
    with connection.cursor() as cursor:
        for statement in TRIGGERS[connection.vendor]:
            cursor.execute(statement)
        cursor.execute(sql, values)


def test_the_database_refuses_to_change_or_forget(five):
    for change in (
        lambda: CustodyEvent.objects.filter(pk=five[1].pk).update(action="x"),
        lambda: CustodyEvent.objects.filter(pk=five[1].pk).delete(),
        lambda: five[1].save(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert check_chain().whole
    assert check_chain().events == 5


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has TRUNCATE")
def test_the_log_cannot_be_emptied_at_once(five):
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE custody_custodyevent")
    assert check_chain().events == 5


@pytest.mark.parametrize(
    "column", ["action = 'staff.created'", "fields = '[\"b\"]'", "actor_kind = 'staff'", "object_id = 'x'"]
)
def test_a_changed_event_breaks_the_chain_there(five, column):
    tamper(f"UPDATE custody_custodyevent SET {column} WHERE sequence = %s", five[2].pk)
    check = check_chain()
    assert (check.whole, check.broken_at) == (False, five[2].pk)


def test_a_removed_event_breaks_the_chain_at_the_next(five):
    tamper("DELETE FROM custody_custodyevent WHERE sequence = %s", five[2].pk)
    assert check_chain().broken_at == five[3].pk


def test_a_moment_written_in_seoul_is_the_same_moment(db):
    seoul = timezone(timedelta(hours=9))
    record("case.opened", actor_kind="person", at=NOW.astimezone(seoul))
    assert check_chain().whole


def test_field_names_and_never_values(opened, people):
    from ansim.centre.cases.services import triage

    case, _ = opened("lee", story="I am Mina.", contact={"phone": "010-1"}, keywords=["river_412"])
    triage(
        case, by=people["lee"], flags=["minor"], threat_deadline=NOW, owner=people["choi"], now=NOW
    )
    event = CustodyEvent.objects.get(action="case.triaged")
    assert event.actor_id == people["lee"].pk
    assert event.fields == [
        "flags", "owner", "status", "threat_deadline", "triaged_at", "triaged_by",
    ]  # fmt: skip
    logged = str(list(CustodyEvent.objects.values_list("fields", "action", "object_id")))
    for value in ("Mina", "010-1", "river_412", "minor", "여울"):
        assert value not in logged
