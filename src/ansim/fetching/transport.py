"""The one place of the program that opens a socket to the web.

A connection goes to exactly the endpoint that the gate passed, and to nothing else: no name is
looked up here, no proxy is asked, and the peer is checked again once it has answered.
"""

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from ipaddress import ip_address

from ansim.fetching.refusals import FetchFailed
from ansim.fetching.resolving import Endpoint

RECEIVE_BYTES = 64 * 1024
IDLE_SECONDS = 15.0
MAX_IDLE = 64


class Deadline:
    """The moment when a look ends, whatever is still missing."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, always positive.

        Raises:
            FetchFailed: the time is up.

        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise FetchFailed("timed_out", "deadline")
        return left


@dataclass(frozen=True, slots=True)
class Route:
    """What makes two connections interchangeable."""

    endpoint: Endpoint
    source_address: str | None
    tls_name: str | None
    host_header: str


@dataclass(slots=True)
class Connection:
    """One open socket with the bytes read from it and not yet used.

    ``busy`` while an answer has not been read to its end: such a connection serves no other look.
    """

    route: Route
    socket: socket.socket
    pending: bytearray = field(default_factory=bytearray)
    busy: bool = False
    idle_since: float = 0.0

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of ``data`` (raises FetchFailed)."""
        self.busy = True
        try:
            self.socket.settimeout(deadline.remaining())
            self.socket.sendall(data)
        except TimeoutError as error:
            raise FetchFailed("timed_out", "send") from error
        except OSError as error:
            raise FetchFailed("connect_failed", "reset") from error

    def receive(self, deadline: Deadline) -> bytes:
        """Some bytes, or none at the end of the stream (raises FetchFailed)."""
        if self.pending:
            data = bytes(self.pending)
            self.pending.clear()
            return data
        return self._receive_from_socket(deadline)

    def fill(self, deadline: Deadline) -> bool:
        """Read more into ``pending``; False at the end of the stream (raises FetchFailed)."""
        data = self._receive_from_socket(deadline)
        self.pending += data
        return bool(data)

    def _receive_from_socket(self, deadline: Deadline) -> bytes:
        try:
            self.socket.settimeout(deadline.remaining())
            return self.socket.recv(RECEIVE_BYTES)
        except TimeoutError as error:
            raise FetchFailed("timed_out", "receive") from error
        except ssl.SSLError as error:
            raise FetchFailed("tls_failed", "stream") from error
        except OSError as error:
            raise FetchFailed("connect_failed", "reset") from error

    def close(self) -> None:
        """Close the socket; closing twice is harmless."""
        with contextlib.suppress(OSError):
            self.socket.close()


def dial(route: Route, deadline: Deadline, tls: ssl.SSLContext) -> Connection:
    """Connect to the route's endpoint and nowhere else.

    Raises:
        FetchFailed: connect_failed, tls_failed or timed_out.

    """
    family = socket.AF_INET6 if ":" in route.endpoint.address else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_STREAM)
    try:
        plain.settimeout(deadline.remaining())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if route.source_address is not None:
            plain.bind((route.source_address, 0))
        plain.connect((route.endpoint.address, route.endpoint.port))
        _check_peer(plain, route.endpoint)
        if route.tls_name is None:
            return Connection(route, plain)
        plain.settimeout(deadline.remaining())
        return Connection(route, tls.wrap_socket(plain, server_hostname=route.tls_name))
    except (FetchFailed, OSError) as error:
        plain.close()
        raise _dial_failure(error) from error


def _check_peer(connected: socket.socket, endpoint: Endpoint) -> None:
    """Make sure that nothing on this machine has sent the connection elsewhere."""
    peer = ip_address(connected.getpeername()[0])
    if peer != ip_address(endpoint.address):
        raise FetchFailed("connect_failed", "peer")


def _dial_failure(error: FetchFailed | OSError) -> FetchFailed:
    if isinstance(error, FetchFailed):
        return error
    # SSLError is an OSError, and a handshake that runs out of time is a TimeoutError.
    if isinstance(error, TimeoutError):
        return FetchFailed("timed_out", "connect")
    if isinstance(error, ssl.SSLCertVerificationError):
        return FetchFailed("tls_failed", "certificate")
    if isinstance(error, ssl.SSLError):
        return FetchFailed("tls_failed", "handshake")
    if isinstance(error, ConnectionRefusedError):
        return FetchFailed("connect_failed", "refused")
    if isinstance(error, ConnectionResetError):
        return FetchFailed("connect_failed", "reset")
    return FetchFailed("connect_failed", "unreachable")


class Pool:
    """Idle connections, kept for looks that would dial exactly the same route. Thread-safe."""

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self, route: Route) -> Connection | None:
        """An idle connection for ``route``, or None."""
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            expired = [idle for idle in self._idle if idle.idle_since < oldest]
            self._idle = [idle for idle in self._idle if idle.idle_since >= oldest]
            found = next((idle for idle in reversed(self._idle) if idle.route == route), None)
            if found is not None:
                self._idle = [idle for idle in self._idle if idle is not found]
        for connection in expired:
            connection.close()
        return found

    def put(self, connection: Connection) -> None:
        """Keep a connection whose last answer was read to its end."""
        connection.idle_since = time.monotonic()
        with self._lock:
            surplus = [connection] if self._closed else self._idle[: -MAX_IDLE + 1]
            if not self._closed:
                self._idle = [*self._idle[-MAX_IDLE + 1 :], connection]
        for old in surplus:
            old.close()

    def close(self) -> None:
        """Close all idle connections and keep no more."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
