"""The drill: take everything that lies on a centre's server, and see what a thief learns.

``of_home`` robs a centre that runs or lies still; ``of_a_demo`` first raises one, lets somebody
ask for help there whose every word is known, and leaves traces in mail, logs and backups.
"""

import logging
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ansim.demo.planted import Planted, plant
from ansim.demo.theft import Loot, Row, Thief, connected_rows, sqlite_rows

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff
    from ansim.demo.stage import Stage

DATABASE = "ansim.sqlite3"
# Made at set-up from the program itself; it holds nothing of anybody.
NOT_TAKEN = ("static",)
# People type the wrong thing into the wrong box; each try costs a derivation.
TYPED_AT_DOORS = ("name", "phone", "receipt_code")


def of_home(home: Path, words: Sequence[str], *, connected: bool = False) -> Loot:
    """Rob the data folder ``home``. ``connected``: the database is the site's own connection."""
    with tempfile.TemporaryDirectory(prefix="ansim-drill-") as folder:
        taken = Path(folder) / "taken"
        # A copy of the bytes as they lie, journal included, while the centre may be running.
        shutil.copytree(home, taken, ignore=shutil.ignore_patterns(*NOT_TAKEN))
        files = [one for one in taken.rglob("*") if one.is_file()]
        rows: list[Row] = list(connected_rows()) if connected else []
        rows += [row for one in files if one.name == DATABASE for row in sqlite_rows(one)]
        return Thief(words).rob(files, rows, taken / "keys")


def of_a_demo(stage: "Stage") -> tuple[Planted, Loot]:
    """Plant somebody on a raised stage, let the worker work, back it up, rob it."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from ansim.centre.access.models import Staff
    from ansim.centre.access.services import sign_in
    from ansim.demo.stage import PASSWORD

    call_command("collectstatic", verbosity=0, interactive=False)
    with _logging_to(stage.home / "logs" / "site.log"):
        _add_paper_key(Staff.objects.get(username="jeong"), stage.now)
        counsellor = Staff.objects.get(username="lee")
        private = sign_in("lee", PASSWORD, "127.0.0.1").private
        planted = plant(counsellor, private, now=stage.now)
        _leave_traces(planted)
        stage.start_worker()
        stage.nudge()
        stage.settle()
        _back_up(stage.home / "backups")
    loot = of_home(
        Path(settings.ANSIM_HOME),
        list(planted.words.values()),
        connected=connection.vendor != "sqlite",
    )
    return planted, loot


def _add_paper_key(lead: "Staff", now: datetime) -> None:
    """An escrow holder whose private half lies in a safe: backups of keys are closed for it."""
    from ansim.centre.access import joint
    from ansim.centre.cases.escrow import add_holder
    from ansim.vault import new_key_pair

    _private, public = new_key_pair()
    act = joint.ask("escrow.add", public.hex(), None, "paper in the safe", now)
    joint.confirm(act, lead, now)
    add_holder("paper", public, by=None, now=now)


def _leave_traces(planted: Planted) -> None:
    """Errors of every kind with the planted words in them, as a bad day would bring."""
    from django.test import Client

    browser = Client(raise_request_exception=False, headers={"host": "localhost"})
    for name in TYPED_AT_DOORS:
        word = planted.words[name]
        browser.post("/code", {"code": word})
        browser.post("/staff/sign-in", {"username": word, "password": word})
    for word in planted.words.values():
        browser.get("/nowhere", {"q": word})
        try:
            int(word + "!")
        except ValueError:
            logging.getLogger("ansim.drill").exception("a job failed")


def _back_up(folder: Path) -> None:
    from ansim.centre.retention.backups import back_up

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    back_up(folder)


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """This process's log into a file, by the shipped filter and format."""
    from ansim.centre.shell.logs import ScrubFilter

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handler = logging.FileHandler(path)
    handler.addFilter(ScrubFilter())
    root = logging.getLogger()
    kept, root.handlers = root.handlers, [handler]
    try:
        yield
    finally:
        root.handlers = kept
        handler.close()
