"""``ansim setup``, ``serve``, ``work``, ``doctor``: running a centre."""

import json
import signal
import subprocess
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from ansim.cli import language
from ansim.cli.site import spoken, start_site


def setup() -> None:
    """Make or upgrade the centre in ANSIM_HOME: keys, database, static files.

    Example: ANSIM_HOME=/srv/ansim ansim setup
    """
    with spoken():
        start_site(must_be_set_up=False)
        prepare()
    typer.echo({"ko": "센터가 준비되었습니다.", "en": "The centre is ready."}[language.current()])


def prepare() -> None:
    """Bring database and static files up to date; needs Django set up."""
    from django.core.management import call_command

    from ansim.centre import clock
    from ansim.centre.patrol.services import sync_targets

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    sync_targets(now=clock.now())


def serve(
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
    bind: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    threads: Annotated[int, typer.Option(help="Requests answered at once.")] = 8,
    work: Annotated[bool, typer.Option(help="Run a worker beside the web site.")] = True,
) -> None:
    """Run the web site, and a worker beside it.

    Example: ansim serve --port 8000
    """
    with spoken():
        start_site()
    worker = None
    if work:
        command = [sys.executable, "-m", "ansim", "work", "--with-parent"]
        worker = subprocess.Popen(command)  # noqa: S603 -- our own interpreter and module
    try:
        run_gunicorn(bind, port, threads)
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(30)


def run_gunicorn(bind: str, port: int, threads: int) -> None:
    """Serve the site with gunicorn until told to stop."""
    from gunicorn.app.base import BaseApplication
    from gunicorn.glogging import Logger

    from ansim.centre.shell.logs import ScrubFilter

    class ScrubbedLogger(Logger):  # type: ignore[misc]
        """gunicorn's own logger would write the whole address of a request that failed."""

        def setup(self, cfg: object) -> None:
            """The handlers of gunicorn, with our filter on each."""
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.addFilter(ScrubFilter())

    class Centre(BaseApplication):  # type: ignore[misc]
        """gunicorn, configured in code."""

        def load_config(self) -> None:
            """One process with threads: SQLite likes one writer, and memory stays small."""
            for name, value in {
                "bind": f"{bind}:{port}", "workers": 1, "threads": threads, "timeout": 60,
                "worker_class": "gthread", "accesslog": None, "loglevel": "warning",
                "proc_name": "ansim", "logger_class": ScrubbedLogger,
            }.items():  # fmt: skip
                self.cfg.set(name, value)

        def load(self) -> object:
            """The site."""
            from ansim.centre.wsgi import application

            return application

    Centre().run()


def work(
    interval: Annotated[float, typer.Option(help="Seconds between looks for work.")] = 1.0,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="Stop when the starting process is gone.")
    ] = False,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Stop when nothing is left to do.")
    ] = False,
) -> None:
    """Run jobs: looks, searches, sendings, mail. May be killed at any point.

    Example: ansim work --until-idle
    """
    with spoken():
        start_site()
    from django.conf import settings

    from ansim.centre.work.worker import CentreWorker

    worker = CentreWorker(
        interval=interval, with_parent=with_parent, lanes=settings.ANSIM_LANES
    )
    signal.signal(signal.SIGTERM, worker.shutdown)
    signal.signal(signal.SIGINT, worker.shutdown)
    if until_idle:
        worker.run_once()
    else:
        worker.run()


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Check that this centre can receive, send, look and keep secrets; say what to mend.

    Exit status 1 when anything is wrong.

    Example: ansim doctor --json
    """
    with spoken():
        start_site()
    from ansim.centre.work.checkup import check_up

    findings = check_up()
    for finding in findings:
        if as_json:
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            mark = "ok " if finding.ok else "BAD"
            typer.echo(f"{mark} {finding.text[language.current()]}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
