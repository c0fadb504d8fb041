"""The headers of every address of the site, as nobody, as staff, as the person of a case."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import Morsel
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ansim.centre.access import services
from ansim.centre.access.roles import roles

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)")
LOADED = re.compile(r"<(?:script|link rel=\"stylesheet\")[^>]*>")
NONCE = re.compile(r"'nonce-([\w-]{20,})'")
PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
SAMPLES = {"uuid": str(uuid4()), "int": "1", "str": "ko", "slug": "x", "path": "x", None: "x"}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield "/" + PART.sub(lambda part: SAMPLES[part["kind"]], route)
        else:
            yield from routes(entry, route)


ADDRESSES = sorted(set(routes()) | {"/nowhere", "/staff/nowhere"})


def keeps_to_itself(answer: HttpResponse, said: str) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'"), said
    assert "unsafe" not in policy, said
    assert "require-trusted-types-for 'script'" in policy, said
    assert "frame-ancestors 'none'" in policy, said
    assert "http" not in policy, said
    assert headers["X-Content-Type-Options"] == "nosniff", said
    assert headers["X-Frame-Options"] == "DENY", said
    assert headers["X-Robots-Tag"] == "noindex, nofollow", said
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, said
    for name in ("Opener-Policy", "Resource-Policy"):
        assert headers[f"Cross-Origin-{name}"] == "same-origin", said
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp", said
    assert "camera=()" in headers["Permissions-Policy"], said
    assert "no-store" in headers["Cache-Control"], said
    assert "Server" not in headers, said
    # A cookie that is being cleared carries nothing any more.
    for cookie in (one for one in answer.cookies.values() if one.value):
        assert flags(cookie) == {"httponly", "samesite", "path"}, f"{said} {cookie.key}"
    if "html" in headers.get("Content-Type", ""):
        page = answer.content.decode()
        nonce = NONCE.search(policy)
        assert nonce, said
        assert not INLINE.search(page), said
        assert all(f'nonce="{nonce[1]}"' in tag for tag in LOADED.findall(page)), said


def flags(cookie: Morsel[str]) -> set[str]:
    found = {name for name in ("httponly", "samesite") if cookie[name]}
    return found | ({"path"} if cookie["path"] == "/" and not cookie["domain"] else set())


def every(client: Client) -> None:
    for address in ADDRESSES:
        for method in (client.get, client.post, client.options, client.head):
            answer = method(address)
            assert answer.status_code < 500, f"{method.__name__} {address}"
            keeps_to_itself(answer, f"{method.__name__} {address}")


def test_there_is_something_to_look_at() -> None:
    assert len(ADDRESSES) > 50


def test_every_address_for_somebody_unknown() -> None:
    every(Client(raise_request_exception=False))


@pytest.mark.parametrize("role", sorted(roles().roles))
def test_every_address_for_staff(role: str) -> None:
    from tests.centre.doors import let_in

    mina = services.create_staff("mina", "still water runs deep", "박미나", "Mina Park", role)
    client = Client(raise_request_exception=False)
    for address in ADDRESSES:
        # Some addresses end the session, or say that the key is not held.
        let_in(client, mina)
        for method in (client.get, client.post):
            answer = method(address)
            assert answer.status_code < 500, address
            keeps_to_itself(answer, f"{method.__name__} {address}")


def test_a_nonce_is_used_once() -> None:
    seen = {NONCE.search(Client().get("/").headers["Content-Security-Policy"])[1] for _ in range(20)}
    assert len(seen) == 20


def test_a_static_file_has_a_policy_of_its_own() -> None:
    answer = Client().get(f"{settings.STATIC_URL}ansim/exit.js")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "nonce" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


IN_PRODUCTION = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", verbosity=0, interactive=False)
from django.test import Client
site = Client(headers={"host": "localhost"})
plain = site.get("/")
print("plain", plain.status_code, plain.headers.get("Location"))
for address in ("/", "/staff/sign-in", "/code", "/lang/en", "/nowhere", "/exit", "/report/1"):
    answer = site.get(address, secure=True)
    print("hsts", answer.headers.get("Strict-Transport-Security"))
    for cookie in answer.cookies.values():
        print("cookie", cookie.key, bool(cookie["secure"]), cookie["path"], cookie["domain"])
print("host", site.get("/", secure=True, headers={"host": "evil.test"}).status_code)
"""


def test_production_binds_everything_to_https(tmp_path) -> None:
    environment = {**os.environ, "ANSIM_HOME": str(tmp_path / "home"), "ANSIM_MODE": "production",
                   "DJANGO_SETTINGS_MODULE": "ansim.centre.settings", "PYTHONWARNINGS": "ignore"}  # fmt: skip
    environment.pop("ANSIM_HTTPS", None)
    environment.pop("ANSIM_DATABASE", None)
    done = subprocess.run(
        [sys.executable, "-c", IN_PRODUCTION], env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["plain", "301", "https://localhost/"]
    lasting = [line[1:] for line in lines if line[0] == "hsts"]
    assert lasting
    assert all(int(one[0].removeprefix("max-age=").rstrip(";")) >= 31_536_000 for one in lasting)
    cookies = [line[1:] for line in lines if line[0] == "cookie"]
    assert cookies
    for name, secure, path, *domain in cookies:
        # Clearing needs Secure too: a browser ignores a __Host- cookie without it.
        assert name.startswith("__Host-"), name
        assert (secure, path, domain) == ("True", "/", []), name
    assert lines[-1] == ["host", "400"]
