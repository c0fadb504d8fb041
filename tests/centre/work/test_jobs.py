"""Jobs are queued once, tried again, parked for a person, and adopted when their worker dies."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django_tasks_db.models import DBTaskResult

from ansim.centre import clock
from ansim.centre.materials.models import Sighting
from ansim.centre.removal import tasks
from ansim.centre.removal.due import look_at_ends_of_clocks, next_moment
from ansim.centre.removal.models import Request
from ansim.centre.work import worker as work
from ansim.centre.work.due import run_due
from ansim.centre.work.jobs import job, parked_jobs
from ansim.centre.work.presence import Presence, is_alive
from ansim.centre.work.worker import CentreWorker, adopt_orphans

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
calls: list[str] = []
at_work: list[CentreWorker] = []


@job()
def fails_always(word: str) -> None:
    calls.append(word)
    raise ZeroDivisionError("https://secret.test/what-somebody-wrote")


@job(given_up=lambda word: calls.append(f"gave up on {word}"))
def fails_and_frees(word: str) -> None:
    calls.append(word)
    raise ZeroDivisionError


@job()
def works(word: str) -> None:
    calls.append(word)


@job(priority=1)
def told(word: str) -> None:
    """Ctrl+C reaches a worker beside its site, and then the site's own request to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        at_work[0].shutdown(number, None)
    calls.append(word)


@pytest.fixture(autouse=True)
def ten_o_clock(monkeypatch) -> None:
    calls.clear()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    # A test's own transaction must not be closed under it.
    monkeypatch.setattr(work, "close_old_connections", lambda: None)


@pytest.mark.django_db
def test_what_is_due_is_queued_once_however_often_it_is_asked(link_of, draft_of):
    link_of(next_look_at=NOW)
    link_of(next_look_at=NOW + timedelta(hours=1))
    draft_of()
    draft_of()
    Request.objects.filter(pk=Request.objects.first().pk).update(state="approved")
    assert run_due(NOW) == 2
    assert run_due(NOW) == 0
    paths = sorted(DBTaskResult.objects.values_list("task_path", flat=True))
    assert [path.rpartition(".")[2] for path in paths] == ["look_at", "send_notice"]


@pytest.mark.django_db
def test_a_notice_that_waits_for_its_next_attempt_is_not_queued_before(draft_of):
    draft_of()
    Request.objects.update(state="sending", next_attempt_at=NOW + timedelta(hours=1))
    assert run_due(NOW) == 0
    assert next_moment(NOW) == NOW + timedelta(hours=1)
    assert run_due(NOW + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_at_the_end_of_a_clock_the_link_is_looked_at_once_before_anything_is_said(sent_of):
    request = sent_of(state="received", escalates_at=NOW)
    later = NOW + timedelta(days=3)
    Sighting.objects.update(next_look_at=later, last_look_at=NOW - timedelta(hours=9))
    assert look_at_ends_of_clocks(NOW - timedelta(seconds=1)) == 0
    assert look_at_ends_of_clocks(NOW) == 1
    assert Sighting.objects.get(pk=request.sighting_id).next_look_at == NOW
    Sighting.objects.update(next_look_at=later, last_look_at=NOW)
    assert look_at_ends_of_clocks(NOW) == 0


@pytest.mark.django_db
def test_a_failing_job_is_tried_three_times_then_parked_and_holds_up_no_other():
    fails_always.enqueue("rain")
    fails_and_frees.enqueue("snow")
    works.enqueue("sun")
    CentreWorker().run_once()
    assert sorted(calls) == ["gave up on snow", *["rain"] * 3, *["snow"] * 3, "sun"]
    assert parked_jobs() == 2


@pytest.mark.django_db
def test_what_is_kept_of_a_failure_is_its_kind_and_none_of_its_values():
    fails_always.enqueue("rain")
    CentreWorker().run_once()
    kept = DBTaskResult.objects.failed().get()
    assert kept.exception_class_path.endswith("JobFailed")
    assert "ZeroDivisionError" in kept.traceback
    assert "secret.test" not in kept.traceback


@pytest.mark.django_db
def test_a_look_or_a_sending_that_fails_for_good_is_not_forgotten(draft_of, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    request = draft_of()
    Request.objects.update(state="sending", send_queued=True)
    Sighting.objects.update(look_queued=True, next_look_at=NOW)
    monkeypatch.setattr(tasks, "look", broken)
    monkeypatch.setattr(tasks, "send_request", broken)
    tasks.look_at.enqueue(str(request.sighting_id))
    tasks.send_notice.enqueue(str(request.pk))
    CentreWorker().run_once()
    link, request = Sighting.objects.get(), Request.objects.get()
    assert (link.look_queued, link.next_look_at) == (False, NOW + timedelta(days=1))
    assert (request.send_queued, request.state) == (False, "unclear")


@pytest.mark.django_db
def test_a_worker_that_is_told_twice_to_end_finishes_the_job_in_hand():
    worker = CentreWorker()
    at_work.append(worker)
    told.enqueue("to the end")
    works.enqueue("never begun")
    worker.run_once()
    at_work.clear()
    assert calls == ["to the end"]
    assert list(DBTaskResult.objects.order_by("args_kwargs").values_list("status", flat=True)).count(
        "SUCCESSFUL"
    ) == 1
    assert parked_jobs() == 0
    worker.run()
    assert not is_alive(worker.worker_id)


@pytest.mark.django_db
def test_a_database_that_is_away_for_a_moment_does_not_end_the_worker(monkeypatch):
    worker, turns = CentreWorker(interval=0), []

    def turn() -> int:
        turns.append(1)
        if len(turns) == 1:
            raise DatabaseError
        worker.running = False
        return 0

    monkeypatch.setattr(worker, "run_until_idle", turn)
    worker.run()
    assert len(turns) == 2


@pytest.mark.django_db
def test_a_worker_is_alive_as_long_as_it_holds_its_lock():
    """On PostgreSQL the lock belongs to a connection of its own, on SQLite to a file."""
    lee, park = Presence("lee-1"), Presence("park-1")
    lee.announce()
    park.announce()
    assert [is_alive("lee-1"), is_alive("lee-1"), is_alive("park-1"), is_alive("nobody")] == [
        True, True, True, False,
    ]  # fmt: skip
    lee.leave()
    assert [is_alive("lee-1"), is_alive("park-1")] == [False, True]
    park.leave()
    assert not is_alive("park-1")


@pytest.mark.django_db
def test_only_jobs_of_the_dead_are_adopted():
    alive = Presence("alive")
    alive.announce()
    for worker in ("alive", "dead"):
        works.enqueue(worker)
        DBTaskResult.objects.filter(status="READY").get().claim(worker)
    assert adopt_orphans() == 1
    assert adopt_orphans() == 0
    assert DBTaskResult.objects.get(status="READY").args_kwargs["args"] == ["dead"]
    alive.leave()
    assert adopt_orphans() == 1


BLOCKS = """
import time
from pathlib import Path

from ansim.centre.work.jobs import job


@job()
def block(folder: str) -> None:
    runs = len(list(Path(folder).glob("run-*")))
    Path(folder, f"run-{runs}").touch()
    if runs == 0:
        while True:
            time.sleep(1)
"""
ENQUEUE = "import django; django.setup(); import blocks; blocks.block.enqueue({folder!r})"


def test_a_killed_workers_job_is_run_by_the_next_one(tmp_path: Path):
    """A real process on a data folder of its own, ended with SIGKILL in the middle of a job."""
    (tmp_path / "blocks.py").write_text(BLOCKS)
    home = tmp_path / "home"
    environment = os.environ | {
        "ANSIM_HOME": str(home), "ANSIM_MODE": "test", "PYTHONPATH": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
    }  # fmt: skip
    environment.pop("ANSIM_DATABASE", None)
    ansim = [sys.executable, "-m", "ansim"]
    subprocess.run([*ansim, "setup"], env=environment, check=True, capture_output=True, timeout=60)
    enqueue = [sys.executable, "-c", ENQUEUE.format(folder=str(tmp_path))]
    subprocess.run(enqueue, env=environment, check=True, timeout=60)
    first = subprocess.Popen([*ansim, "work"], env=environment)
    deadline = time.monotonic() + 60
    while not (tmp_path / "run-0").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    first.kill()
    first.wait(10)
    second = subprocess.run(
        [*ansim, "work", "--until-idle"], env=environment, check=True, capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    assert "adopted 1 jobs of dead workers" in second.stderr
    assert (tmp_path / "run-1").exists()
    assert not (tmp_path / "run-2").exists()


def test_the_connection_in_use_is_the_one_that_was_asked_for(db):
    wanted = "postgresql" if os.environ.get("ANSIM_DATABASE") else "sqlite"
    assert connection.vendor == wanted
