"""Vantage points with a proxy: told an address and never a name, and their faults are their own."""

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from ansim.fetching import Door, Endpoint, Vantage
from ansim.fetching.egress import MalformedProxy, Proxy, read_proxy, same_address

if TYPE_CHECKING:
    from tests.fetching.conftest import World

CONNECT = re.compile(rb"CONNECT ([^ ]+):(\d+) HTTP/1\.1\r\n")


class Tunnel:
    """A CONNECT proxy on loopback; ``answer`` replaces its "200" where set."""

    def __init__(self, answer: bytes = b"") -> None:
        self.heads: list[bytes] = []
        self.answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(4096)
            self.heads.append(head)
            found = CONNECT.match(head)
            if self.answer or found is None:
                client.sendall(self.answer or b"HTTP/1.1 405 No\r\n\r\n")
                return
            with socket.create_connection((found[1].decode(), int(found[2]))) as site:
                client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
                back = threading.Thread(target=self._copy, args=(site, client), daemon=True)
                back.start()
                self._copy(client, site)

    @staticmethod
    def _copy(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def tunnel() -> Iterator[Tunnel]:
    built = Tunnel()
    yield built
    built.close()


def door_through(world: "World", proxy: str) -> Door:
    return world.door(vantages=(Vantage("osaka", "JP", proxy=proxy), Vantage("seoul", "KR")))


def test_the_proxy_hears_the_checked_address_and_the_site_its_name(
    world: "World", tunnel: Tunnel
) -> None:
    world.plays("/p", b"hello")
    door = door_through(world, tunnel.url.replace("//", "//eve:s%40cret@"))
    for _ in range(2):
        seen = door.look("http://moa.test/p", vantage="osaka")
        assert (seen.outcome, seen.status, seen.country) == ("answered", 200, "JP")
        assert seen.peer == "127.0.0.1"
    (head,) = tunnel.heads  # the tunnel is used again
    assert head.startswith(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\n" % world.stage.port)
    assert b"Proxy-Authorization: Basic ZXZlOnNAY3JldA==\r\n" in head
    assert b"moa.test" not in head
    assert b"\r\nHost: moa.test\r\n" in world.stage.requests[0]
    assert b"Proxy-Authorization" not in world.stage.requests[0]
    door.look("http://moa.test/p", vantage="seoul")
    assert len(tunnel.heads) == 1
    assert len(world.stage.connections) == 2  # and never shared with another vantage


def test_what_may_not_be_dialled_is_not_given_to_a_proxy_either(
    world: "World", tunnel: Tunnel
) -> None:
    world.names.answers["inside.test"] = [Endpoint("10.1.2.3", 80)]
    world.redirects("/", "http://inside.test/")
    door = door_through(world, tunnel.url)
    for url in ("http://inside.test/", "http://moa.test/", "http://127.0.0.1/"):
        assert door.look(url, vantage="osaka").reason == "special_address"
    assert len(tunnel.heads) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404 Gone\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"x" * 40_000,
    ],
)
def test_a_broken_proxy_says_nothing_about_the_site(world: "World", answer: bytes) -> None:
    broken = Tunnel(answer)
    seen = door_through(world, broken.url).look("http://moa.test/", vantage="osaka")
    broken.close()
    assert (seen.outcome, seen.reason, seen.status) == ("connect_failed", "egress", None)
    assert "ANSIM_VANTAGES" in seen.refusal_sentence("ko")
    assert world.stage.requests == []


def test_a_way_out_that_is_not_there_is_told_from_a_dead_site(world: "World") -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    port = dead.getsockname()[1]
    dead.close()
    world.names.answers["closed.test"] = [Endpoint("127.0.0.1", port)]
    vantages = (
        Vantage("osaka", "JP", proxy=f"http://127.0.0.1:{port}"),
        Vantage("paris", "FR", proxy="http://proxy.invalid:3128"),
        Vantage("nowhere", "ZZ", "192.0.2.7"),  # not an address of this machine
        Vantage("seoul", "KR"),
    )
    door = world.door(vantages=vantages)
    for name in ("osaka", "paris", "nowhere"):
        seen = door.look("http://moa.test/", vantage=name)
        assert (seen.outcome, seen.reason) == ("connect_failed", "egress")
    assert door.look("http://closed.test/", vantage="seoul").reason == "refused"


def test_a_tunnel_that_breaks_is_no_sign_either(world: "World", tunnel: Tunnel) -> None:
    world.stage.plays["/"] = lambda connection: connection.close()
    door = door_through(world, tunnel.url)
    assert door.look("http://moa.test/", vantage="osaka").reason == "egress"
    assert door.look("http://moa.test/", vantage="seoul").reason == "closed"


def test_a_silent_proxy_meets_the_deadline(world: "World") -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    door = world.door(vantages=(Vantage("osaka", "JP", proxy=proxy),), deadline_seconds=0.3)
    seen = door.look("http://moa.test/", vantage="osaka")
    listener.close()
    assert (seen.outcome, seen.reason) == ("connect_failed", "egress")
    assert seen.seconds < 5


def test_a_proxy_that_drips_meets_the_deadline(world: "World") -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        with contextlib.suppress(OSError):
            client, _ = listener.accept()
            while not over.wait(0.05):
                client.sendall(b"H")

    threading.Thread(target=drip, daemon=True).start()
    proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    door = world.door(vantages=(Vantage("osaka", "JP", proxy=proxy),), deadline_seconds=0.4)
    threading.Timer(6, over.set).start()
    seen = door.look("http://moa.test/", vantage="osaka")
    over.set()
    listener.close()
    assert (seen.outcome, seen.reason) == ("connect_failed", "egress")
    assert seen.seconds < 3


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://10.8.0.2:3128", Proxy("10.8.0.2", 3128)),
        ("http://[fd00::2]:3128/", Proxy("fd00::2", 3128)),
        ("http://eve:pw@squid.lan:3128", Proxy("squid.lan", 3128, "Basic ZXZlOnB3")),
    ],
)
def test_a_proxy_is_read(text: str, proxy: Proxy) -> None:
    assert read_proxy(text) == proxy
    assert "pw" not in repr(Vantage("osaka", "JP", proxy=text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.8.0.2:3128",
        "http://10.8.0.2",
        "http://:3128",
        "https://10.8.0.2:3128",
        "socks5://10.8.0.2:1080",
        "http://10.8.0.2:99999",
        "http://10.8.0.2:3128/path",
        "http://10.8.0.2:3128?x",
        "http://10.8.0.2:0",
        "http://프록시:3128",
        "http://a\r\nb:3128",
    ],
)
def test_what_is_no_proxy_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(MalformedProxy) as error:
        Vantage("osaka", "JP", proxy=text)
    assert "http://" in error.value.sentence("ko")


def test_addresses_are_compared_as_addresses() -> None:
    assert same_address("2001:db8:0::1", "2001:DB8::1")
    assert same_address("fe80::1%eth0", "fe80::1")
    assert not same_address("127.0.0.1", "127.0.0.2")
    assert not same_address("", str(ip_address("127.0.0.1")))
