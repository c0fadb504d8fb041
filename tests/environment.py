"""The environment of every test run; loaded before Django's settings are (see pyproject.toml).

Each process of a parallel run has a data folder of its own, and no test reaches beyond loopback.
"""

import atexit
import os
import shutil
import sys
import tempfile
from ipaddress import ip_address
from pathlib import Path

HOME = tempfile.mkdtemp(prefix="ansim-test-")
Path(HOME, "static").mkdir()
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ |= {
    "ANSIM_HOME": HOME,
    "ANSIM_MODE": "test",
    "ANSIM_LANG": "en",
    "OPENBLAS_NUM_THREADS": "1",
    # Playwright's own loop runs in the test's thread; the tests' database calls are its own too.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
for name in ("ANSIM_SANDBOX", "ANSIM_SMTP", "ANSIM_MAILDIR", "ANSIM_HTTPS"):
    os.environ.pop(name, None)


class BeyondLoopback(BaseException):
    """A test tried to reach another machine. Not an Exception: nothing may swallow it."""


def refuse_the_world(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: connections go to loopback or to a socket in the file system, or nowhere."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if not isinstance(address, tuple):
        return
    try:
        inside = ip_address(str(address[0]).partition("%")[0]).is_loopback
    except ValueError:
        inside = address[0] == "localhost"
    if not inside:
        said = f"a test connects to {address[0]}"
        raise BeyondLoopback(said)


sys.addaudithook(refuse_the_world)


def pytest_sessionstart() -> None:
    """A browser's last connection must not keep a throw-away database from being dropped."""
    if not os.environ.get("ANSIM_DATABASE"):
        return
    from django.db.backends.postgresql.creation import DatabaseCreation

    def drop(self: DatabaseCreation, test_database_name: str, verbosity: int) -> None:
        del verbosity
        name = self.connection.ops.quote_name(test_database_name)
        with self._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

    DatabaseCreation._destroy_test_db = drop  # type: ignore[attr-defined]
