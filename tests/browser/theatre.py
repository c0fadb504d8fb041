"""A stage for the browser: sandbox internet, worker and web site in processes of their own.

Run as a program, this file raises the stage and obeys one JSON order a line on its standard input;
each answer is one JSON line. ``Theatre`` is the other end of those two pipes. The stage needs
settings of its own, so it cannot live in the process that pytest has set Django up in.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

FIRST_PORT = 8300
PASSWORD = "calm-river-412-demo"


def chromium() -> dict[str, Any]:
    """How Chromium is started: Debian's own, without a sandbox of its own or any call home."""
    return {
        "executable_path": os.environ.get("ANSIM_CHROMIUM") or shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
        ],
    }


class TheatreBroke(Exception):
    """The stage's process ended, or an order failed; the reason is in its log."""


class Theatre:
    """A stage in a process of its own. A context manager; leaving it stops every process."""

    def __init__(self, home: Path, *, seed: int = 1, language: str = "ko") -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.log = home / "theatre.log"
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANSIM_", "DJANGO_", "PYTEST_"))
        } | {"ANSIM_MODE": "demo", "ANSIM_LANG": language, "ANSIM_HOME": str(home)}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(home), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log.open("ab"),
            text=True, env=environment,
        )  # fmt: skip
        self.address = self._answer()["address"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(30)

    def order(self, do: str, **values: Any) -> dict[str, Any]:
        """Give one order and wait until it is done. Raises TheatreBroke."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **values}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise TheatreBroke(self.log.read_text()[-4000:])
        return dict(json.loads(line))


def raise_curtain(home: Path, seed: int) -> None:
    """Raise the stage, start worker and web site, and obey until the input ends."""
    from ansim.demo.live import free_port
    from ansim.demo.stage import raise_stage

    stage = raise_stage(seed, home)
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    port = free_port(FIRST_PORT + os.getpid() % 500 * 20)
    log = stage.log.open("ab")
    site = subprocess.Popen(
        [sys.executable, "-m", "ansim", "serve", "--no-work", "--port", str(port)],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    stage.start_worker()
    try:
        wait_for(port, site)
        stage.settle()
        say({"address": f"http://127.0.0.1:{port}"})
        prompter = Prompter(stage)
        for line in sys.stdin:
            order = json.loads(line)
            say(prompter.orders[order.pop("do")](**order))
    finally:
        site.terminate()
        site.wait(10)
        stage.stop()


def wait_for(port: int, site: subprocess.Popen[bytes]) -> None:
    """Until the site answers. Raises TheatreBroke when it ends before that."""
    import socket
    import time

    while site.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TheatreBroke("the site did not start")


def say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class Prompter:
    """What the other end may order."""

    def __init__(self, stage: Any) -> None:
        from ansim.demo.story import Story

        self.stage = stage
        self.story = Story(stage, days=60)
        self.orders: dict[str, Callable[..., dict[str, Any]]] = {
            "script": self.script,
            "hash_list": self.hash_list,
            "others": self.others,
            "settle": self.settle,
            "play": self.play,
            "found": self.found,
            "to_decide": self.to_decide,
            "walk": self.walk,
            "hire": self.hire,
        }

    def script(self, number: int) -> dict[str, Any]:
        """What the person of one script would tell and give; files as base64."""
        told = self.stage.internet.scenario.cases[number].report()
        files = [
            {"name": name, "base64": base64.b64encode(data).decode()}
            for name, data in told["materials"]
        ]
        return {"links": told["links"], "keywords": told["keywords"], "files": files}

    def hash_list(self) -> dict[str, Any]:
        """The hash list becomes a bank."""
        self.story.import_hash_list()
        return self.settle()

    def others(self, leave_out: int) -> dict[str, Any]:
        """Everybody but one person of the scenario asks for help, without a browser."""
        for number, script in enumerate(self.stage.internet.scenario.cases):
            if number != leave_out:
                self.story.take_in(script.report())
        return self.settle()

    def settle(self) -> dict[str, Any]:
        """The worker does what follows from what was just done on a page."""
        self.stage.nudge()
        self.stage.settle()
        return {"now": self.stage.now.isoformat()}

    def play(self, hours: float, approve: bool = True, serve: bool = False) -> dict[str, Any]:
        """Time goes on; later drafts are approved by the officer, as the first were by clicks."""
        ends = self.stage.now + timedelta(hours=hours)
        self.story.ends = ends
        if not serve:
            self.story.told.services_left.clear()
        self.settle()
        while self.stage.now < ends:
            acted = approve and self.story.approve()
            if serve:
                acted += self.story.triage() + self.story.serve()
            if acted:
                self.settle()
                continue
            self.story.move_on()
            self.stage.settle()
        return self.settle()

    def hire(self, username: str) -> dict[str, Any]:
        """Somebody new at the centre: a password, and no second step yet."""
        from ansim.centre.access.services import create_staff

        create_staff(username, PASSWORD, "한 상담사", "Counsellor Han", "counsellor")
        return {}

    def to_decide(self) -> dict[str, Any]:
        """Two things that resemble an item of the bank, and a page with words of a case."""
        from ansim.centre.cases.models import Case
        from ansim.centre.materials.models import Bank
        from ansim.centre.patrol.leads import add_lead
        from ansim.centre.patrol.models import NearHit, Target
        from ansim.fingerprints import Fingerprint

        now, bank = self.stage.now, Bank.objects.get()
        item, target = bank.materials.order_by("number")[0], Target.objects.order_by("code")[0]
        for number, distance in enumerate((36, 44)):
            found = Fingerprint(
                kind="picture", pdq=f"{number}f" * 32, quality=88, md5="d" * 32, sha1="c" * 40,
                sha256=f"{number}b" * 32, width=1080, height=1350, format="JPEG",
            )  # fmt: skip
            near = NearHit(
                bank=bank, material=item, target=target, host="byeok.test", place="adult",
                media_key=f"k{number}", distance=distance, found_at=now,
            )  # fmt: skip
            near.url = f"http://byeok.test/near/{number}"
            near.facts = {
                "media_url": near.url, "bytes": 240_000, "fingerprint": found.to_json(),
                "width": 1080, "height": 1350, "format": "JPEG", "quality": 88,
                "hunted_quality": item.quality, "kind": "picture", "hunted_kind": "picture",
                "frames": 0, "hunted_frames": 0,
            }  # fmt: skip
            near.save(force_insert=True)
        case = next(one for one in Case.objects.order_by("opened_at") if one.keywords)
        add_lead(case, "http://byeok.test/talk/1", [(f"{case.pk}:0", 0.56)], target, now=now)
        return {}

    def walk(self) -> dict[str, Any]:
        """A walk through a target is under way, after one that a site did not answer."""
        from ansim.centre.patrol.models import Run, Target

        now, target = self.stage.now, Target.objects.order_by("code")[0]
        Run.objects.create(
            target=target, started_at=now - timedelta(minutes=12), pages=250, media=900, near=2
        )
        Run.objects.create(
            target=target, started_at=now - timedelta(days=1), finished_at=now, pages=3,
            failures=41, problem="timed_out",
        )  # fmt: skip
        return {"target": str(target.pk)}

    def found(self) -> dict[str, Any]:
        """How many places are known by now, by verdict."""
        from django.db.models import Count

        from ansim.centre.materials.models import Sighting

        counted = Sighting.objects.filter(kind="page").exclude(matched_at=None)
        rows = counted.values_list("verdict").annotate(Count("pk"))
        return {str(verdict): number for verdict, number in rows}


if __name__ == "__main__":
    raise_curtain(Path(sys.argv[1]), int(sys.argv[2]))
