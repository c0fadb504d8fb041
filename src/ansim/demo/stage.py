"""The stage: a data folder, a sandbox internet, a clock, a worker, and demo staff.

Django is set up only after the internet runs, for the settings read where it is.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ansim.errors import AnsimError
from ansim.sandbox import Internet

# A Monday morning in Seoul; every demo begins there, whatever the day is outside.
STARTS_AT = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)
PASSWORD = "calm-river-412-demo"  # noqa: S105 -- the demo's, printed on the terminal
STAFF = (
    ("lee", "이 상담사", "Counsellor Lee", "counsellor"),
    ("park", "박 담당관", "Officer Park", "removal_officer"),
    ("jeong", "정 팀장", "Team lead Jeong", "supervisor"),
    ("yoon", "윤 분석관", "Analyst Yoon", "analyst"),
    ("han", "한 관리자", "Custodian Han", "identity_custodian"),
)


class WorkerStuck(AnsimError):
    """The worker did not come to rest in time."""

    code = "worker_stuck"
    sentences = {
        "en": "The worker did not finish its jobs within {seconds} seconds. "
        "Look into {log} for the reason.",
        "ko": "일꾼이 {seconds}초 안에 일을 마치지 못했습니다. 까닭은 {log} 파일에서 볼 수 있습니다.",
    }


class DemoFolderInUse(AnsimError):
    """The data folder already has a centre in it."""

    code = "demo_folder_in_use"
    sentences = {
        "en": "The folder ANSIM_HOME names, or the database ANSIM_DATABASE names, already holds a "
        "centre's data. Name an empty one for the demo.",
        "ko": "ANSIM_HOME 폴더나 ANSIM_DATABASE 데이터베이스에 이미 센터의 자료가 있습니다. "
        "시연에는 빈 것을 정해 주세요.",
    }


@dataclass(slots=True)
class Stage:
    """Everything that one demo runs on."""

    home: Path
    internet: Internet
    now: datetime
    step: int = 0
    worker: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        """Where the sandbox keeps its own files."""
        return self.home / "sandbox"

    @property
    def log(self) -> Path:
        """What the worker says when something fails."""
        return self.folder / "worker.log"

    def set_clock(self, now: datetime, *, rate: float = 0.0) -> None:
        """Move the story's clock; everything that falls due out there happens first."""
        from ansim.centre.clock import write_clock

        self.now = now
        self.internet.tick(now)
        self.step += 1
        write_clock(self.folder / "clock.json", now, rate=rate, step=self.step)

    def nudge(self) -> None:
        """A new step at the same moment: somebody did something, and work may follow."""
        self.set_clock(self.now)

    def start_worker(self) -> None:
        """Start the worker as a process of its own, as in a real centre."""
        if self.worker is None:
            # Pictures come to be when they are asked for; asking early uses an idle core.
            threading.Thread(target=_paint, args=(self.internet,), daemon=True).start()
        log = self.log.open("ab")
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "ansim", "work", "--interval", "0.01", "--with-parent"],
            stdout=log,
            stderr=log,
        )

    def stop(self) -> None:
        """Stop worker and internet."""
        if self.worker is not None and self.worker.poll() is None:
            self.worker.terminate()
            try:
                self.worker.wait(10)
            except subprocess.TimeoutExpired:
                self.worker.kill()
                self.worker.wait()
        self.internet.stop()

    def settle(self, *, seconds: float = 600.0, on_wait: Callable[[], None] | None = None) -> None:
        """Wait until the worker has nothing left to do at this step. Raises WorkerStuck."""
        from ansim.centre.work.worker import idle_step

        deadline = time.monotonic() + seconds
        while idle_step() != self.step:
            if time.monotonic() > deadline:
                raise WorkerStuck(seconds=int(seconds), log=self.log)
            if on_wait is not None:
                on_wait()
            if self.worker is not None and self.worker.poll() is not None:
                self.start_worker()
            time.sleep(0.005)


def raise_stage(seed: int, home: Path, *, started_at: datetime = STARTS_AT) -> Stage:
    """Start the sandbox internet and make a fresh centre in ``home``.

    Raises DemoFolderInUse; SandboxRefused in a production environment.
    """
    if (home / "ansim.sqlite3").exists():
        raise DemoFolderInUse
    folder = home / "sandbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    holder: list[Stage] = []
    internet = Internet(
        seed,
        clock=lambda: holder[0].now if holder else started_at,
        maildir=folder / "mail",
        started_at=started_at,
        names_file=folder / "names.json",
    )
    internet.start()
    stage = Stage(home, internet, started_at)
    holder.append(stage)
    described = folder / "sandbox.json"
    described.write_text(json.dumps(internet.start_payload()))
    os.environ |= {
        "ANSIM_HOME": str(home),
        "ANSIM_SANDBOX": str(described),
        "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
    }
    os.environ.setdefault("ANSIM_MODE", "demo")
    _set_up_centre(stage)
    return stage


def _paint(internet: Internet) -> None:
    for _ in internet.media_bytes():
        pass


def _set_up_centre(stage: Stage) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from ansim.centre.access import factors, totp
    from ansim.centre.access.services import create_staff
    from ansim.centre.patrol.services import sync_targets

    # ANSIM_DATABASE may name the database of a real centre: no demo is put into one.
    if connection.introspection.table_names():
        raise DemoFolderInUse
    call_command("migrate", verbosity=0, interactive=False)
    stage.set_clock(stage.now)
    for username, name_ko, name_en, role in STAFF:
        staff = create_staff(username, PASSWORD, name_ko, name_en, role)
        # Every account has a second step; in a sandbox its page shows the code of the moment.
        secret = totp.new_secret()
        earlier = totp.code_of(secret, totp.step_at(time.time()) - totp.DRIFT)
        factors.add_app(staff, secret, earlier)
    sync_targets(now=stage.now)

