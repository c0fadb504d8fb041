"""A scripted server on loopback, a resolver with known answers, and a door between them."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Network

import pytest

from ansim.errors import AnsimError
from ansim.fetching import Door, Endpoint, FetchPolicy, NameNotFound, NameServiceFailure, Vantage
from ansim.fingerprints import Fingerprint

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
Play = bytes | Callable[[socket.socket], None]


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    named = {"Content_Type": "text/html; charset=utf-8", "Content_Length": str(len(body))}
    for name, value in (named | headers).items():
        if value:
            lines.append(f"{name.replace('_', '-')}: {value}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Stage:
    """A server that plays a scripted answer for each path."""

    def __init__(self) -> None:
        self.plays: dict[str, Play] = {}
        self.requests: list[bytes] = []
        self.connections: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]

    def close(self) -> None:
        # shutdown wakes the accepting thread, close alone does not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()
        self._thread.join(1)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, peer = self._listener.accept()
                self.connections.append(peer[0])
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            waiting = b""
            while True:
                while b"\r\n\r\n" not in waiting:
                    data = connection.recv(65536)
                    if not data:
                        return
                    waiting += data
                request, _, waiting = waiting.partition(b"\r\n\r\n")
                self.requests.append(request)
                play = self.plays.get(request.split(b" ")[1].decode(), answer(status="404 No"))
                if callable(play):
                    play(connection)
                    return
                connection.sendall(play)
                if b"Content-Length" not in play and b"chunked" not in play:
                    return


@dataclass
class KnownNames:
    """A resolver whose answers are written down; a list of lists is answered one by one."""

    answers: dict[str, list[Endpoint] | str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    later: dict[str, list[Endpoint]] = field(default_factory=dict)

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        del port
        self.asked.append(host)
        known = self.answers.get(host, "nxdomain")
        if known == "nxdomain":
            raise NameNotFound
        if isinstance(known, str):
            raise NameServiceFailure
        if host in self.later:
            self.answers[host] = self.later.pop(host)
        return known


class NotAPicture(AnsimError):
    code = "not_media"


def fake_fingerprint(data: bytes) -> Fingerprint:
    """A stand-in for the decoder: any body that ends in b"good" is a picture."""
    if not data.endswith(b"good"):
        raise NotAPicture
    digest = sha256(data).hexdigest()
    return Fingerprint("picture", digest, 100, digest[:32], digest[:40], digest, 8, 8, "JPEG")


@dataclass
class World:
    stage: Stage
    names: KnownNames
    policy: FetchPolicy
    doors: list[Door] = field(default_factory=list)
    noon: datetime = NOON

    def plays(self, path: str, body: bytes = b"", status: str = "200 OK", **headers: str) -> None:
        """Script an ordinary answer; a header of "" is left out."""
        self.stage.plays[path] = answer(body, status, **headers)

    def redirects(self, path: str, to: str, status: str = "302 Found") -> None:
        self.stage.plays[path] = answer(b"", status, Location=to)

    def door(self, **changes: object) -> Door:
        policy = replace(self.policy, **changes)  # type: ignore[arg-type]
        self.doors.append(Door(policy, fake_fingerprint, now=lambda: NOON))
        return self.doors[-1]

    def here(self) -> list[Endpoint]:
        return [Endpoint("127.0.0.1", self.stage.port)]


@pytest.fixture
def world() -> Iterator[World]:
    stage = Stage()
    names = KnownNames()
    policy = FetchPolicy(
        resolver=names,
        vantages=(Vantage("seoul", "KR"), Vantage("berlin", "DE", "127.78.0.2")),
        permitted_networks=(IPv4Network("127.0.0.1/32"),),
        deadline_seconds=5.0,
        per_host_rate=None,
        obey_robots=False,
    )
    built = World(stage, names, policy)
    names.answers["moa.test"] = built.here()
    yield built
    for door in built.doors:
        door.close()
    stage.close()
