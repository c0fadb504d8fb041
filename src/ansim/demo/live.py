"""The demo that a newcomer watches: the web site at once, the story beside it, then their turn."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta

import typer

from ansim.cli import language
from ansim.demo.stage import PASSWORD, STAFF, Stage
from ansim.demo.story import Story
from ansim.errors import AnsimError

# The demo's staff act by themselves for so many days of the story; then it is the visitor's turn.
PLAYED_DAYS = 12
# After that the story's clock runs on: so many of its minutes in one real second.
MINUTES_A_SECOND = 10
BEAT = 0.5
PORTS_TO_TRY = 20
# What no browser opens (Fetch standard, "bad port"), from 1024 on.
REFUSED_BY_BROWSERS = frozenset(
    (
        *(1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *range(6665, 6670),
        *(6679, 6697, 10080),
    )
)


class NoFreePort(AnsimError):
    """Every port that was tried is taken."""

    code = "no_free_port"
    sentences = {
        "en": "No port from {first} to {last} is free. Choose another with --port.",
        "ko": "{first}번부터 {last}번까지 빈 포트가 없습니다. --port로 다른 번호를 정해 주세요.",
    }


class SiteSilent(AnsimError):
    """The web site did not answer."""

    code = "site_silent"
    sentences = {
        "en": "The web site did not answer on port {port}. Look into {log} for the reason.",
        "ko": "웹 사이트가 {port}번 포트에서 대답하지 않습니다. 까닭은 {log} 파일에 있습니다.",
    }


def free_port(first: int) -> int:
    """The first free port from ``first`` on that a browser opens. Raises NoFreePort."""
    for port in range(first, first + PORTS_TO_TRY):
        if port in REFUSED_BY_BROWSERS:
            continue
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoFreePort(first=first, last=first + PORTS_TO_TRY - 1)


def run_live(stage: Stage, *, port: int) -> None:
    """Serve the site and play the story until interrupted."""
    from django.core.management import call_command  # needs the settings of the stage

    call_command("collectstatic", verbosity=0, interactive=False)
    signal.signal(signal.SIGTERM, _interrupt)
    port = free_port(port)
    site = _start_site(stage, port)
    try:
        _wait_for(stage, port)
        say_welcome(port)
        stage.start_worker()
        _play(stage)
    except KeyboardInterrupt:
        typer.echo({"ko": "시연을 마칩니다.", "en": "The demo ends."}[language.current()])
    finally:
        site.terminate()
        site.wait(10)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _start_site(stage: Stage, port: int) -> subprocess.Popen[bytes]:
    log = (stage.folder / "site.log").open("ab")
    command = [sys.executable, "-m", "ansim", "serve", "--no-work", "--port", str(port)]
    return subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)  # noqa: S603


def _wait_for(stage: Stage, port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SiteSilent(port=port, log=stage.folder / "site.log")


def say_welcome(port: int) -> None:
    """Where the site is and who may sign in."""
    korean = language.current() == "ko"
    address = f"http://127.0.0.1:{port}"
    names = ", ".join(f"{user} ({ko if korean else en})" for user, ko, en, _ in STAFF)
    lines = (
        [
            "", "  안심 시연이 열렸습니다.",
            f"  도움을 구하는 사람   {address}/",
            f"  직원                 {address}/staff/",
            f"  로그인               {names}",
            f"  비밀번호             {PASSWORD}",
            "  2단계 코드           비밀번호 다음 화면에 나옵니다",
            "  모든 일이 이 기계 안에서만 일어납니다. 마치려면 Ctrl+C를 누르세요.", "",
        ]
        if korean
        else [
            "", "  The Ansim demo is open.",
            f"  For people   {address}/",
            f"  For staff    {address}/staff/",
            f"  Sign in as   {names}",
            f"  Password     {PASSWORD}",
            "  Second step  its page shows the code",
            "  Everything happens on this machine only. Press Ctrl+C to end.", "",
        ]
    )  # fmt: skip
    typer.echo("\n".join(lines))


def _play(stage: Stage) -> None:
    story = Story(stage, days=PLAYED_DAYS)
    story.import_hash_list()
    story.report_cases()
    said = -1
    while stage.now < story.ends:
        stage.settle()
        if story.act():
            stage.nudge()
            continue
        day = (stage.now - story.begins).days
        if day != said:
            said = day
            _say_day(day)
        story.move_on()
    stage.settle()
    korean = language.current() == "ko"
    typer.echo(
        "  이제 차례입니다. 새 접수를 하거나, 직원으로 들어가 요청을 승인해 보세요."
        if korean
        else "  Now it is your turn: ask for help, or sign in and approve what is waiting."
    )
    while True:
        time.sleep(BEAT)
        stage.set_clock(stage.now + timedelta(minutes=MINUTES_A_SECOND * BEAT))


def _say_day(day: int) -> None:
    from ansim.centre.materials.models import Sighting
    from ansim.centre.removal.models import Request

    pages = Sighting.objects.filter(kind="page").exclude(matched_at=None)
    gone = pages.filter(verdict="gone_confirmed").count()
    sent = Request.objects.exclude(sent_at=None).count()
    korean = language.current() == "ko"
    typer.echo(
        f"  {day:2}일째  찾은 곳 {pages.count():3}  보낸 요청 {sent:3}  삭제 확인 {gone:3}"
        if korean
        else f"  Day {day:2}  found {pages.count():3}  sent {sent:3}  confirmed gone {gone:3}"
    )
