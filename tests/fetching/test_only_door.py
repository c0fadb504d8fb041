"""Nothing but the door reaches the web: by reading every module, and by watching it at work."""

import ast
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import ansim
from ansim.centre import clock, outside
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import give_consent
from ansim.centre.materials.services import add_link, add_material, look
from ansim.centre.patrol import services as patrol
from ansim.notices import mail
from ansim.sandbox import Internet
from tests.sandbox.conftest import STARTED_AT

ROOT = Path(ansim.__file__).parent

# Modules that can open a connection, or that fetch by themselves.
NETWORK = frozenset(
    (
        "aiohttp", "aioquic", "aiosmtplib", "aiosmtpd", "anyio", "asyncore", "asyncssh", "boto3",
        "dns", "django.core.mail", "eventlet", "fsspec", "ftplib", "gevent", "grpc", "h2",
        "http.client", "http.server", "httpcore", "httplib2", "httpx", "imap_tools", "imaplib",
        "multiprocessing.connection", "multiprocessing.managers", "nntplib", "paramiko",
        "poplib", "pycurl", "ray", "requests", "selenium", "smtplib", "socket", "socketserver",
        "socks", "ssl", "telnetlib", "threatexchange.exchanges", "tornado", "trio", "twisted",
        "urllib.request", "urllib3", "warcio.capture_http", "webbrowser", "websocket",
        "websockets", "whois", "whoisit", "wsgiref", "xmlrpc", "zmq",
    )
)  # fmt: skip

# Programs that would fetch on our behalf.
PROGRAMS = frozenset(("curl", "wget", "nc", "ncat", "netcat", "ssh", "scp", "rsync", "telnet"))

# Calls that connect, whatever the module that they are called on.
CONNECTING = frozenset(
    (
        "connect", "connect_ex", "create_connection", "create_datagram_endpoint",
        "open_connection", "open_unix_connection", "sendto", "sock_connect", "start_tls", "urlopen",
        "urlretrieve",
    )
)  # fmt: skip

# Who may, and why. Whoever adds a line here opens another door.
MAY = {
    "fetching/transport.py": "the door's own sockets, to addresses that the gate passed",
    "fetching/egress.py": "the door's way through a named egress proxy",
    "fetching/resolving.py": "questions to the name servers",
    "notices/mail.py": "notices to the centre's own relay",
    "centre/work/checkup.py": "doctor asks whether that relay answers",
    "sandbox/servers.py": "servers of the sandbox on loopback",
    "demo/live.py": "asks whether the demo's own site on loopback answers",
    "sweeping/cluster.py": "a Ray cluster that the operator names",
    "sweeping/local.py": "pipes between its own processes",
}
# These hold types and settings of connections and open none.
TYPES_ONLY = {
    "fetching/door.py": {"ssl"},
    "fetching/policy.py": {"ssl"},
    "fetching/calling.py": {"ssl"},
    "fetching/facts.py": {"ssl"},
}
# Calls of these names that are no connections.
NAMESAKES = {
    "centre/work/presence.py": {"create_connection"},  # the database's
}
WATCHED = {
    "fetching/transport.py",
    "fetching/egress.py",
    "fetching/resolving.py",
    "notices/mail.py",
}


@cache
def sources() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(ROOT.rglob("*.py"))
    }


def network_names(name: str) -> bool:
    """Whether ``name`` is one of NETWORK or inside of one."""
    parts = name.split(".")
    return any(".".join(parts[: n + 1]) in NETWORK for n in range(len(parts)))


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, also late, by name, or from a package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield node.args[0].value


def reaches_out(tree: ast.Module) -> set[str]:
    """What in a module can open a connection."""
    found = {name for name in imports_of(tree) if network_names(name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in CONNECTING and not _is_signal(node.func):
                found.add(node.func.attr)
            if node.func.attr == "open" and _is_name(node.func.value, "av"):
                found |= {"av.open"} if _may_be_a_name(node.args[0]) else set()
        if isinstance(node, ast.List | ast.Tuple) and node.elts:
            first = node.elts[0]
            if isinstance(first, ast.Constant) and first.value in PROGRAMS:
                found.add(str(first.value))
    return found


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_signal(called: ast.Attribute) -> bool:
    """``connect`` of one of Django's signals, or of a database in a file."""
    last = called.value.attr if isinstance(called.value, ast.Attribute) else None
    last = called.value.id if isinstance(called.value, ast.Name) else last
    known = {"connection_created", "request_finished", "user_logged_in", "sqlite3", "psycopg"}
    return last is not None and (last in known or last.startswith(("post_", "pre_", "m2m_")))


def _may_be_a_name(argument: ast.expr) -> bool:
    """Whether FFmpeg might be given a text: it would fetch what that names."""
    return isinstance(argument, ast.Constant | ast.JoinedStr)


def strangers(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Modules that can open a connection and may not."""
    found = {}
    for path, tree in trees.items():
        if path in MAY:
            continue
        named = reaches_out(tree) - NAMESAKES.get(path, set())
        allowed = TYPES_ONLY.get(path, set())
        named = {one for one in named if one.split(".")[0] not in allowed}
        if named:
            found[path] = named
    return found


def test_no_other_module_can_open_a_connection() -> None:
    trees = sources()
    assert len(trees) > 200
    assert strangers(trees) == {}


def test_modules_with_types_only_call_nothing_that_connects() -> None:
    """They may name an SSLContext and make one; wrapping a socket is for the transport."""
    for path in TYPES_ONLY:
        file = ROOT / path
        if not file.exists():
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        called = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"wrap_socket", "wrap_bio", "socket", "get_server_certificate"}


@pytest.mark.parametrize(
    "text",
    [
        "import socket",
        "import socket as s",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import urllib.request",
        "def f():\n    import httpx",
        "from importlib import import_module\nimport_module('requests')",
        "__import__('ftplib')",
        "import asyncio\nasync def f():\n    await asyncio.open_connection('a', 80)",
        "async def f(loop):\n    await loop.create_datagram_endpoint(x)",
        "from http import client",
        "import http.client",
        "from django.core.mail import send_mail",
        "from django.core import mail",
        "import subprocess\nsubprocess.run(['curl', url])",
        "import av\nav.open('http://moa.test/film')",
        "import av\nav.open(f'{url}')",
        "def f(s):\n    s.connect(('a', 80))",
        "from threatexchange.exchanges import auth",
        "import dns.resolver",
    ],
)
def test_each_way_out_is_seen(text: str) -> None:
    assert strangers({"centre/somewhere.py": ast.parse(text)}), text


@pytest.mark.parametrize(
    "text",
    [
        "from urllib.parse import urlsplit",
        "import asyncio",
        "from django.db.models.signals import post_save\npost_save.connect(f)",
        "import av\nav.open(stream, 'r')",
        "from http import HTTPStatus",
        "import sqlite3\nsqlite3.connect('a')",
        "from ansim.fetching import Door",
    ],
)
def test_what_goes_nowhere_is_left_alone(text: str) -> None:
    assert strangers({"centre/somewhere.py": ast.parse(text)}) == {}, text


def test_every_allowance_is_for_a_module_that_needs_it() -> None:
    trees = sources()
    for path in MAY:
        if path in trees:
            assert reaches_out(trees[path]), f"{path} needs no allowance any more"


class Watch:
    """Which of our modules opened connections, and to what, while it was on."""

    def __init__(self) -> None:
        self.on = False
        self.opened: list[tuple[str, object]] = []

    def __call__(self, event: str, given: tuple[object, ...]) -> None:
        if self.on and event in {"socket.connect", "socket.sendto"}:
            self.opened.append((_opener(sys._getframe(1)), given[1]))


def _opener(frame: FrameType | None) -> str:
    """The innermost of our modules on the stack; "" when there is none."""
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            return path.relative_to(ROOT).as_posix()
        frame = frame.f_back
    return ""


WATCH = Watch()
sys.addaudithook(WATCH)


@contextmanager
def watched() -> Iterator[list[tuple[str, object]]]:
    WATCH.opened, WATCH.on = [], True
    try:
        yield WATCH.opened
    finally:
        WATCH.on = False


def test_the_watch_sees_who_connects() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, watched() as opened:
        here = listener.getsockname()
        socket.create_connection(here).close()
        site = ROOT / "centre" / "somewhere.py"
        code = compile("def f(s, a):\n    s.connect(a)", str(site), "exec")
        names: dict[str, Any] = {}
        exec(code, names)
        with socket.socket() as one:
            names["f"](one, here)
    assert opened == [("", here), ("centre/somewhere.py", here)]


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Internet]:
    """The centre's doors lead into a sandbox."""
    caches = (outside.policy, outside.door, outside.decoder)
    maildir = tmp_path / "mail"
    with Internet(3, clock=lambda: STARTED_AT, maildir=maildir, started_at=STARTED_AT) as net:
        described = net.start_payload()
        monkeypatch.setattr(outside, "sandbox", lambda: described)
        monkeypatch.setattr(clock, "now", lambda: STARTED_AT)
        for one in caches:
            one.cache_clear()
        yield net
        outside.door().close()
        outside.decoder().close()
        for one in caches:
            one.cache_clear()


@pytest.mark.django_db
def test_looks_a_walk_and_a_letter_open_connections_in_the_door_and_the_mail_alone(
    sandbox: Internet,
) -> None:
    script = sandbox.scenario.cases[0]
    case = Case.objects.create(
        reference="\uc5ec\uc6b8-412", opened_at=STARTED_AT, channel="web",
        watch_until=STARTED_AT + timedelta(days=90),
    )  # fmt: skip
    make_working_key(case)
    give_consent(case, "search", now=STARTED_AT)
    for material in script.materials[:2]:
        found = outside.decoder().fingerprint(script.studio.file(material.artwork))
        add_material(case, found, now=STARTED_AT)
    sightings = [add_link(case, url, now=STARTED_AT) for url in script.links[:2]]
    patrol.sync_targets(now=STARTED_AT)
    with watched() as opened:
        seen = [look(one, now=STARTED_AT) for one in sightings]
        looks = len(opened)
        outside.door().close()  # so that the walk dials anew
        outside.door.cache_clear()
        patrol.search_host(case.pk, sandbox.scenario.sources()[0]["host"], now=STARTED_AT)
        letter = EmailMessage()
        letter["From"], letter["To"] = "centre@ansim.test", "nobody@moa.test"
        letter.set_content("A letter.")
        mail.send(letter, smtp=outside.smtp(), envelope_to=("nobody@moa.test",))
    assert any(one.round for one in seen)
    web = [opener for opener, address in opened if isinstance(address, tuple)]
    assert 0 < looks < len(opened)
    assert set(web) <= WATCHED, set(web) - WATCHED
    addresses = {address[0] for _, address in opened if isinstance(address, tuple)}
    assert addresses <= {at[0] for at in sandbox.addresses().values()} | {outside.smtp().host}
    assert web.count("notices/mail.py") == 1
