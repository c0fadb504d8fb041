"""Lanes: a walk that waits politely for hours holds up no letter and no look."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django_tasks_db.models import DBTaskResult

from ansim.centre import clock
from ansim.centre.patrol.tasks import search_for_case, walk_target
from ansim.centre.removal.tasks import look_at, send_notice, take_in_mail
from ansim.centre.work import worker as work
from ansim.centre.work.jobs import job
from ansim.centre.work.lanes import LOOKS, WALKS, Lanes
from ansim.centre.work.worker import CentreWorker

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PATIENCE = 20.0
walking = threading.Semaphore(0)
letter_left, done = threading.Event(), threading.Event()
seen: list[str] = []


@job(queue=WALKS)
def walks_until_the_letter_left(name: str) -> None:
    walking.release()
    assert letter_left.wait(PATIENCE)
    seen.append(name)


@job(priority=-5)
def sends_when_both_walk() -> None:
    """Runs in the main thread, while two walks are under way in their lanes."""
    for _ in range(2):
        assert walking.acquire(timeout=PATIENCE)
    seen.append("letter")
    letter_left.set()


@pytest.fixture(autouse=True)
def ten_o_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    seen.clear()
    letter_left.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_what_waits_for_others_has_a_queue_of_its_own_and_letters_have_none() -> None:
    queues = {one.name: one.queue_name for one in (look_at, search_for_case, walk_target)}
    assert queues == {"look_at": LOOKS, "search_for_case": WALKS, "walk_target": WALKS}
    assert {send_notice.queue_name, take_in_mail.queue_name} == {"default"}


@pytest.fixture
def for_all_threads(
    django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Jobs that other threads see, too. The custody log cannot be emptied, so nothing writes it."""
    monkeypatch.setattr(work, "run_due", lambda _: 0)
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            DBTaskResult.objects.all().delete()
            connection.close()


@pytest.mark.usefixtures("for_all_threads")
def test_a_letter_leaves_while_two_walks_are_under_way() -> None:
    for name in ("one", "two"):
        walks_until_the_letter_left.enqueue(name)
    sends_when_both_walk.enqueue()
    CentreWorker(interval=0.01, lanes=2).run_once()
    assert seen[0] == "letter"
    assert sorted(seen[1:]) == ["one", "two"]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


@pytest.mark.django_db
def test_without_lanes_one_job_comes_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    letter_left.set()
    walks_until_the_letter_left.enqueue("one")
    worker = CentreWorker(interval=0.01)
    worker.run_once()
    assert seen == ["one"]
    assert walking.acquire(timeout=0)


@pytest.mark.django_db
def test_where_a_sandbox_steps_the_clock_there_are_no_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_clock_step", lambda: 3)
    assert CentreWorker(lanes=6)._in_lanes == ()


def test_a_lane_stays_open_when_the_database_is_away_for_a_moment() -> None:
    turns: list[str] = []

    def run_one(queue: str) -> bool:
        turns.append(queue)
        if len(turns) == 1:
            raise DatabaseError
        done.set()
        return False

    done.clear()
    lanes = Lanes(run_one, {LOOKS: 1}, interval=0.001)
    lanes.start()
    assert done.wait(PATIENCE)
    assert lanes.end(patience=PATIENCE)
    assert set(turns) == {LOOKS}


def test_a_lane_that_is_at_work_does_not_hold_up_the_end() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def run_one(queue: str) -> bool:
        assert connection.alias == "default"
        begun.set()
        go_on.wait(PATIENCE)
        return False

    lanes = Lanes(run_one, {WALKS: 1}, interval=0.001)
    lanes.start()
    assert begun.wait(PATIENCE)
    assert not lanes.end(patience=0.01)
    go_on.set()
    assert lanes.end(patience=PATIENCE)
