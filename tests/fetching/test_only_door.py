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
ANY_MODULE = "(any module)"
NETWORK = frozenset(
    (
        ANY_MODULE, "_socket", "_ssl", "aiodns", "aiohttp", "aioquic", "aiosmtplib", "aiosmtpd", "anyio",
        "asyncore", "asyncssh", "asyncpg", "boto3", "botocore", "curl_cffi", "cv2", "datasets",
        "dns", "django.core.mail", "elasticsearch", "ensurepip", "eventlet", "fsspec", "ftplib",
        "gevent", "git", "grpc", "h2", "http.client", "http.server", "httpcore", "httplib2",
        "httpx", "huggingface_hub", "imageio", "imap_tools", "imaplib", "kafka",
        "logging.handlers", "lxml", "mechanize", "multiprocessing.connection",
        "multiprocessing.managers", "niquests", "nntplib", "pandas", "paramiko", "pika", "pip",
        "playwright", "poplib", "pycares", "pycurl", "pymongo", "pyppeteer", "ray", "redis",
        "requests", "scrapy", "selenium", "skimage.io", "smtplib", "socket", "socketserver",
        "socks", "ssl", "telnetlib", "threatexchange.exchanges", "torch.hub", "tornado",
        "transformers", "treq", "trio", "twisted", "urllib.request", "urllib.robotparser",
        "urllib3", "warcio.capture_http", "webbrowser", "websocket", "websockets", "whois",
        "whoisit", "wsgiref", "xml.sax", "xmlrpc", "zmq",
    )
)  # fmt: skip

# Programs that would fetch on our behalf.
PROGRAMS = frozenset(
    (
        "aria2c", "curl", "dig", "ffmpeg", "ffprobe", "git", "nc", "ncat", "netcat",
        "nslookup", "openssl", "ping", "rsync", "scp", "sftp", "socat", "ssh", "telnet", "wget",
        "xdg-open", "yt-dlp",
    )
)  # fmt: skip
# Calls that run a line of a shell, in which nobody can see what is run.
SHELLS = frozenset(("create_subprocess_shell", "getoutput", "getstatusoutput", "popen", "system"))

# Calls that connect, whatever the module that they are called on.
CONNECTING = frozenset(
    (
        "connect", "connect_ex", "create_connection", "create_datagram_endpoint",
        "fromregex", "genfromtxt", "loadtxt", "open_connection", "open_unix_connection", "sendto",
        "sock_connect", "start_tls", "urlopen", "urlretrieve", "DataSource", "VideoCapture",
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
    "compiling.py": {ANY_MODULE},  # imports a module of our own by a name that it lists
    "fingerprints/child.py": {ANY_MODULE},  # the decoder's modules, ahead of its confinement
}
# Names under which our modules hold streams of bytes.
STREAMS = {"stream", "buffer", "file"}
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
    importers = {"import_module", "__import__"}
    packages = {
        (one.asname or one.name).partition(".")[0]
        for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            importers |= {one.asname for one in node.names if one.name in importers and one.asname}
        elif isinstance(node, ast.Attribute) and dotted(node).partition(".")[0] in packages:
            # "import urllib" is enough where somebody else has imported urllib.request.
            yield dotted(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in importers:
            yield module_of(node.args[0] if node.args else None)


def module_of(node: ast.expr | None) -> str:
    """The module that is imported by a text; one that is only known at work may be any."""
    start = beginning(node)
    sure = isinstance(node, ast.Constant) or (isinstance(node, ast.JoinedStr) and start[-1:] == ".")
    return start if sure else ANY_MODULE


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def beginning(node: ast.expr | None) -> str:
    """The text that an expression surely begins with."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    if isinstance(node, ast.BinOp):
        return beginning(node.left)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def reaches_out(tree: ast.Module) -> set[str]:
    """What in a module can open a connection."""
    found = {name for name in imports_of(tree) if network_names(name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {one.name for one in node.names} & (CONNECTING | SHELLS)
            found |= {"av.open"} if node.module == "av" and _named(node, "open") else set()
        if isinstance(node, ast.Call):
            found |= _of_call(node)
        if isinstance(node, ast.List | ast.Tuple) and node.elts:
            found |= {Path(beginning(node.elts[0])).name} & PROGRAMS
    return found


def _of_call(node: ast.Call) -> set[str]:
    name = called(node)
    found = {name} & {"exec", "eval"} if isinstance(node.func, ast.Name) else set()
    if isinstance(node.func, ast.Attribute):
        if name in CONNECTING and not _is_signal(node.func):
            found.add(name)
        if name in SHELLS and dotted(node.func).startswith(("os.", "subprocess.", "asyncio.")):
            found.add(name)
        if name == "open" and _is_name(node.func.value, "av"):
            given = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "file")]
            found |= {"av.open"} if not given or _may_be_a_name(given[0]) else set()
    if name == "getattr" and len(node.args) > 1:
        found |= {beginning(node.args[1])} & (CONNECTING | NETWORK | SHELLS)
    shell = [one.value for one in node.keywords if one.arg == "shell"]
    if shell and not (isinstance(shell[0], ast.Constant) and shell[0].value is False):
        found.add("shell")
    return found


def _named(node: ast.ImportFrom, name: str) -> bool:
    return any(one.name == name for one in node.names)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_signal(node: ast.Attribute) -> bool:
    """``connect`` of one of Django's signals, or of a database in a file."""
    last = dotted(node.value).rpartition(".")[2]
    known = {"connection_created", "request_finished", "user_logged_in", "sqlite3", "psycopg"}
    return last in known or last.startswith(("post_", "pre_", "m2m_"))


def _may_be_a_name(argument: ast.expr) -> bool:
    """Whether FFmpeg might be given a text, which it would fetch: only streams are surely none."""
    if isinstance(argument, ast.Name):
        return argument.id not in STREAMS
    return not (isinstance(argument, ast.Call) and dotted(argument.func) == "io.BytesIO")


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
        "from asyncio import open_connection\nasync def f():\n    await open_connection('a', 80)",
        "from importlib import import_module as load\nload('requests')",
        "import importlib\ndef f(name):\n    importlib.import_module(name)",
        "import importlib\nimportlib.import_module('urllib' + '.request')",
        "import importlib\nimportlib.import_module(f'socket{x}')",
        "import urllib\ndef f(u):\n    return urllib.request.Request(u)",
        "import http\nhttp.client.HTTPConnection('a')",
        "import subprocess\nsubprocess.run(['/usr/bin/curl', url])",
        "import subprocess\nsubprocess.run('curl ' + url, shell=True)",
        "import os\nos.system('wget x')",
        "import os\nos.popen('x')",
        "from os import system",
        "import asyncio\nasyncio.create_subprocess_shell('x')",
        "import av\ndef f(url):\n    av.open(url)",
        "import av\nav.open(file=url)",
        "import av\nav.open('http://' + host)",
        "import av\nav.open(str(path))",
        "from av import open",
        "import webbrowser",
        "import smtplib",
        "import imaplib",
        "import aiohttp",
        "import logging.handlers",
        "from logging.handlers import HTTPHandler",
        "from lxml import etree",
        "from urllib import robotparser",
        "import numpy as np\nnp.loadtxt(url)",
        "import cv2\ncv2.VideoCapture(url)",
        "exec('import so' + 'cket')",
        "getattr(thing, 'urlopen')(url)",
        "import _socket",
        "import socket as s\ns.create_connection(('a', 80))",
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
        "import av, io\nav.open(io.BytesIO(data), mode='r')",
        "import subprocess\nsubprocess.run([sys.executable, '-m', 'ansim'])",
        "from importlib import import_module\nimport_module('ansim.fetching')",
        "import logging\nlogging.getLogger('a')",
        "getattr(thing, 'name', '')",
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
