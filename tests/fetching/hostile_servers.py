"""A hostile internet on this machine: sites that play tricks, and listeners that nobody may reach.

Every connection is counted by the address that it came in at. The site's addresses play the tricks
of ``hostile_targets.py``; a connection at any other address is a failure of the door.
"""

import contextlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from ansim.fetching import Endpoint, NameNotFound

MEBIBYTE = 1024 * 1024
MOST_SENT = 192 * MEBIBYTE
"""What one trick may send at most, so that a broken door does not fill the machine."""

_LINGER_NONE = struct.pack("ii", 1, 0)
_GREETING_BYTES = 16_384


class Wire:
    """The hostile end of one connection; counts what it gets rid of."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self.socket = connection
        self.sent = 0
        self._stopping = stopping

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)
        self.sent += len(data)

    def drip(self, data: bytes, every: float = 0.02) -> None:
        """Some bytes at a time for as long as the other end bears it."""
        for place in range(len(data)):
            self.send(data[place : place + 1])
            if self._stopping.wait(every):
                return

    def endless(self, data: bytes) -> None:
        while self.sent < MOST_SENT and not self._stopping.is_set():
            self.send(data)

    def silence(self, seconds: float = 30.0) -> None:
        """Say nothing until the other end has gone."""
        self.socket.settimeout(0.1)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._stopping.is_set():
            try:
                if not self.socket.recv(4096):
                    return
            except TimeoutError:
                continue

    def reset(self) -> None:
        """End with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        self.socket.close()


Play = bytes | Callable[[Wire], None]


@dataclass
class Names:
    """A resolver whose answers are written down, one after another; the last is repeated.

    "SITE" stands for the address of the hostile site. ``ports`` says where the site's ports of the
    web are to be found on this machine.
    """

    site: str
    ports: Mapping[int, int]
    answers: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        known = self.answers.get(host)
        if known is None:
            raise NameNotFound
        turn = min(self.asked[host], len(known) - 1)
        self.asked[host] += 1
        where = self.ports.get(port, port)
        return [Endpoint(self.site if one == "SITE" else one, where) for one in known[turn]]


class HostileInternet:
    """Listeners at ``addresses``, each at a port for http and one for https.

    ``site`` is the one address that may be reached. ``ports`` (0, 0) takes free ones, the same for
    all addresses. ``plays`` is what the site does for each path, ``greetings`` what it does before
    any request at its https port, by the server name in the hello.
    """

    def __init__(
        self, addresses: Sequence[str], site: str, ports: tuple[int, int] = (0, 0)
    ) -> None:
        self.site = site
        self.plays: dict[str, Play] = {}
        self.greetings: dict[bytes, Play] = {}
        self.contacts: list[str] = []
        self.visits: list[str] = []
        self.sent: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listeners: list[socket.socket] = []
        self.http = self._listen(addresses, ports[0], secure=False)
        self.https = self._listen(addresses, ports[1], secure=True)

    def names(self) -> Names:
        return Names(self.site, {80: self.http, 443: self.https})

    def close(self) -> None:
        self._stopping.set()
        for one in [*self._listeners, *self._open]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(2)

    def _listen(self, addresses: Sequence[str], port: int, *, secure: bool) -> int:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with contextlib.ExitStack() as stack:
                listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family is socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                try:
                    listener.bind((address, port))
                except OSError:
                    if family is socket.AF_INET6:  # a machine without IPv6
                        continue
                    raise
                listener.listen(256)
                stack.pop_all()
            port = listener.getsockname()[1]
            self._listeners.append(listener)
            self._start(self._accept, listener, secure)
        return port

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket, secure: bool) -> None:
        with contextlib.suppress(OSError):
            while not self._stopping.is_set():
                connection, _ = listener.accept()
                self._open.add(connection)
                self._start(self._serve, connection, secure)

    def _serve(self, connection: socket.socket, secure: bool) -> None:
        with contextlib.suppress(OSError), connection:
            here = _plain(connection.getsockname()[0])
            if here != self.site:
                self.contacts.append(here)
                return
            wire = Wire(connection, self._stopping)
            play, name = self._greeting(wire) if secure else self._requested(wire)
            self.visits.append(name)
            try:
                if isinstance(play, bytes):
                    wire.send(play)
                else:
                    play(wire)
            finally:
                self.sent[name] += wire.sent
                self._open.discard(connection)

    def _requested(self, wire: Wire) -> tuple[Play, str]:
        waiting = b""
        wire.socket.settimeout(10)
        while b"\r\n\r\n" not in waiting:
            data = wire.socket.recv(65_536)
            if not data:
                raise OSError
            waiting += data
        path = waiting.split(b" ", 2)[1].decode()
        missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        return self.plays.get(path, missing), path

    def _greeting(self, wire: Wire) -> tuple[Play, str]:
        wire.socket.settimeout(10)
        hello = wire.socket.recv(_GREETING_BYTES)
        for name, play in self.greetings.items():
            if name in hello:
                return play, name.decode()
        return b"", ""


def _plain(address: str) -> str:
    """An address as a listener of both families gives it, without its IPv6 coat."""
    parsed = ip_address(address.partition("%")[0])
    inner = getattr(parsed, "ipv4_mapped", None)
    return str(inner or parsed)


@contextlib.contextmanager
def loopback() -> Iterator[HostileInternet]:
    """The hostile internet on loopback: its site, and forbidden neighbours at the same ports."""
    forbidden = ("127.0.0.1", "127.0.0.2", "127.1.1.1", "::1")
    internet = HostileInternet(("127.77.0.1", *forbidden), "127.77.0.1")
    try:
        yield internet
    finally:
        internet.close()
