"""The worker: runs what is due and every waiting job, and adopts the jobs of dead workers."""

import json
import logging
import os
import threading
import time
from pathlib import Path
from types import FrameType
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet
from django_tasks_db.utils import exclusive_transaction

from ansim.centre import clock
from ansim.centre.work.due import run_due
from ansim.centre.work.lanes import QUEUES, Lanes
from ansim.centre.work.presence import Presence, is_alive
from ansim.errors import AnsimError

log = logging.getLogger(__name__)
# After so long the worker asks again what is due, so that a long walk holds up no urgent look.
TURN_SECONDS = 0.3
# At its end a worker lets looks in its lanes end; walks are adopted by the next worker.
ENDING_SECONDS = 10.0


class CentreWorker(Worker):
    """Django's database worker, with due work, adoption of orphans, lanes and an idle mark.

    ``lanes``: how many looks, and how many walks, go on at once beside everything else (lanes.py);
    0: one job after another. Where a sandbox steps the clock there are none, so that each step
    ends with the same.
    """

    def __init__(
        self, *, interval: float = 1.0, with_parent: bool = False, lanes: int = 0
    ) -> None:
        super().__init__(
            queue_names=["default"], interval=interval, batch=False, backend_name="default",
            startup_delay=False, max_tasks=None, worker_id=uuid4().hex, excluded_queue_names=[],
        )  # fmt: skip
        self._presence = Presence(self.worker_id)
        self._parent = os.getppid() if with_parent else None
        self._stop = threading.Event()
        widths = dict.fromkeys(QUEUES, lanes if _clock_step() is None else 0)
        self._lanes = Lanes(self._run_one_of, widths, interval=interval)
        self._in_lanes = tuple(queue for queue, width in widths.items() if width)

    def run(self) -> None:
        """Work until told to stop (or until the parent is gone, when asked to go with it)."""
        self._presence.announce()
        self._lanes.start()
        try:
            while self.running and not self._orphaned():
                if not self._turn():
                    self._stop.wait(self.interval)
        finally:
            self._lanes.end(patience=ENDING_SECONDS)
            self._presence.leave()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job in hand, then end; asked twice, the same.

        Ctrl+C reaches a worker beside its web site twice. What must end at once is killed, and
        its job is adopted.
        """
        del signum, frame
        self.running = False
        self._stop.set()

    def _turn(self) -> int:
        """One run until idle; a database that is away for a moment does not end the worker."""
        try:
            return self.run_until_idle()
        except (DatabaseError, AnsimError) as error:
            log.exception("the worker could not go on (%s)", type(error).__name__)
            return 0

    def run_once(self) -> None:
        """Work until nothing is left to do now."""
        self._presence.announce()
        self._lanes.start()
        try:
            while self.running:
                # Asked before and after: what a lane ends with may be due, and due work may be a lane's.
                busy = self._lanes_busy()
                ran = self.run_until_idle()
                if not (busy or ran or self._lanes_busy()):
                    break
                if self._in_lanes:
                    self._stop.wait(min(self.interval, TURN_SECONDS))
        finally:
            self._lanes.end(patience=ENDING_SECONDS)
            self._presence.leave()

    def _lanes_busy(self) -> bool:
        """Whether something waits in a lane's queue or is under way there."""
        if not self._in_lanes:
            return False
        waiting = DBTaskResult.objects.filter(queue_name__in=self._in_lanes)
        states = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
        return waiting.filter(status__in=states).exists()

    def run_until_idle(self) -> int:
        """Run everything that is due now and all that follows from it; returns how many jobs."""
        ran = 0
        step = _clock_step()
        if step is not None and step == idle_step():
            # A stepped clock stands still: nothing new until it moves, or somebody nudges it.
            return 0
        adopt_orphans()
        while self.running:
            close_old_connections()
            due = run_due(clock.now())
            fresh = self._run_ready()
            ran += fresh
            if not due and not fresh:
                break
        if step is not None:
            self._mark_idle(step)
        return ran

    def _run_ready(self) -> int:
        """Run waiting jobs, most urgent first, until none is left or new due work may wait."""
        ran, turn_ends = 0, time.monotonic() + TURN_SECONDS
        mine = DBTaskResult.objects.ready().exclude(queue_name__in=self._in_lanes)
        while self.running and time.monotonic() < turn_ends:
            if not self._run_first(mine):
                return ran
            ran += 1
        return ran

    def _run_one_of(self, queue: str) -> bool:
        """Run the most urgent job of a lane's queue; whether there was one."""
        waiting = DBTaskResult.objects.ready().filter(queue_name=queue)
        # Asked without the lock that claiming takes: many lanes ask, mostly for nothing.
        return waiting.exists() and self._run_first(waiting)

    def _run_first(self, tasks: DBTaskResultQuerySet) -> bool:
        tasks = tasks.filter(backend_name=self.backend_name)
        with exclusive_transaction(tasks.db):
            found = tasks.get_locked()
            if found is not None:
                found.claim(self.worker_id)
        if found is None:
            return False
        self.run_task(found)
        return True

    def _orphaned(self) -> bool:
        return self._parent is not None and os.getppid() != self._parent

    def _mark_idle(self, step: int) -> None:
        """Tell a stepped sandbox that nothing is left to do at this step of its clock."""
        path = idle_file()
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"step": step}))
        fresh.replace(path)


def _clock_step() -> int | None:
    """The step of a sandbox's clock; None where the system's clock rules."""
    path = clock.clock_file()
    reading = clock.read_clock(path) if path else None
    return None if reading is None else reading.step


def idle_file() -> Path:
    """Where a worker says for which step of a sandbox's clock it found nothing left to do."""
    return Path(settings.ANSIM_HOME) / "run" / "idle.json"


def idle_step() -> int | None:
    """The step that the worker last marked as idle."""
    try:
        step = json.loads(idle_file().read_text())["step"]
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return int(step)


def adopt_orphans() -> int:
    """Put jobs of dead workers back in the queue; returns how many."""
    adopted = 0
    for orphan in DBTaskResult.objects.running():
        if not orphan.worker_ids or not is_alive(orphan.worker_ids[-1]):
            with transaction.atomic():
                adopted += DBTaskResult.objects.filter(
                    pk=orphan.pk, status=TaskResultStatus.RUNNING, worker_ids=orphan.worker_ids
                ).update(status=TaskResultStatus.READY, started_at=None)
    if adopted:
        log.warning("adopted %s jobs of dead workers", adopted)
    return adopted
