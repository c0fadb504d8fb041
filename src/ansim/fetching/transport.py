"""The one place of the program that opens a socket to the web.

A connection goes to exactly the endpoint that the gate passed, and to nothing else: no name of a
site is looked up here, a vantage point's proxy is told the address, and the peer is checked again
once it has answered.
"""

import contextlib
import errno
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any

from ansim.fetching.egress import (
    EgressFailed,
    Proxy,
    open_tunnel,
    proxy_endpoints,
    read_proxy,
    same_address,
)
from ansim.fetching.facts import TlsFacts, certificate_error, tls_facts
from ansim.fetching.refusals import FetchFailed
from ansim.fetching.resolving import Endpoint

RECEIVE_BYTES = 64 * 1024

# What this machine, and not the site, did to a connection.
_OWN_FAULTS = frozenset(
    (
        errno.EACCES,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        errno.EMFILE,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENODEV,
        errno.EPERM,
    )
)


class Deadline:
    """The moment when a look ends, whatever is still missing."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Give the look so much longer."""
        self._ends += seconds

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
    proxy: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Connection:
    """One open socket with the bytes read from it and not yet used.

    ``busy`` while an answer has not been read to its end: such a connection serves no other look.
    ``connect_seconds`` and ``tls_seconds`` are what it cost to open; ``used`` once it has served.
    """

    route: Route
    socket: socket.socket
    pending: bytearray = field(default_factory=bytearray)
    busy: bool = False
    idle_since: float = 0.0
    tls: TlsFacts | None = None
    connect_seconds: float = 0.0
    tls_seconds: float = 0.0
    used: bool = False

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
        FetchFailed: connect_failed (``egress`` when this side is at fault), tls_failed, timed_out.

    """
    started = time.monotonic()
    plain = _open(route, deadline)
    connected = time.monotonic()
    if route.tls_name is None:
        return Connection(route, plain, connect_seconds=connected - started)
    secure: ssl.SSLSocket | None = None
    try:
        plain.settimeout(deadline.remaining())
        secure = tls.wrap_socket(
            plain, server_hostname=route.tls_name, do_handshake_on_connect=False
        )
        secure.do_handshake()
        facts = _facts(secure, secure.getpeercert(binary_form=True))
    except (FetchFailed, OSError, ValueError) as error:
        failure = _handshake_failure(error, secure)
        (secure or plain).close()
        raise failure from error
    return Connection(
        route,
        secure,
        tls=facts,
        connect_seconds=connected - started,
        tls_seconds=time.monotonic() - connected,
    )


def _open(route: Route, deadline: Deadline) -> socket.socket:
    """A connected socket to the route's endpoint, or to it through the route's proxy."""
    if route.proxy is None:
        return _open_to(route.endpoint, route.source_address, deadline)
    proxy = read_proxy(route.proxy)
    plain = _open_to_proxy(proxy, route.source_address, deadline)
    try:
        open_tunnel(plain, proxy, route.endpoint, deadline.remaining)
    except FetchFailed:
        plain.close()
        raise
    return plain


def _open_to_proxy(proxy: Proxy, source: str | None, deadline: Deadline) -> socket.socket:
    for endpoint in proxy_endpoints(proxy):
        with contextlib.suppress(FetchFailed):
            return _open_to(endpoint, source, deadline)
    raise EgressFailed


def _open_to(endpoint: Endpoint, source: str | None, deadline: Deadline) -> socket.socket:
    family = socket.AF_INET6 if ":" in endpoint.address else socket.AF_INET
    plain: socket.socket | None = None
    try:
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(deadline.remaining())
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source is not None:
            plain.bind((source, 0))
        plain.connect((endpoint.address, endpoint.port))
        _check_peer(plain, endpoint)
    except (FetchFailed, OSError) as error:
        if plain is not None:
            plain.close()
        raise _connect_failure(error) from error
    return plain


def _check_peer(connected: socket.socket, endpoint: Endpoint) -> None:
    """Make sure that nothing on this machine has sent the connection elsewhere."""
    if not same_address(connected.getpeername()[0], endpoint.address):
        raise FetchFailed("connect_failed", "peer")


def _connect_failure(error: FetchFailed | OSError) -> FetchFailed:
    if isinstance(error, FetchFailed):
        return error
    if isinstance(error, TimeoutError):
        return FetchFailed("timed_out", "connect")
    if isinstance(error, ConnectionRefusedError):
        return FetchFailed("connect_failed", "refused")
    if isinstance(error, ConnectionResetError):
        return FetchFailed("connect_failed", "reset")
    if error.errno in _OWN_FAULTS:
        return EgressFailed()
    return FetchFailed("connect_failed", "unreachable")


def _handshake_failure(
    error: FetchFailed | OSError | ValueError, secure: ssl.SSLSocket | None
) -> FetchFailed:
    if isinstance(error, FetchFailed):
        return error
    # SSLError is an OSError, and a handshake that runs out of time is a TimeoutError.
    if isinstance(error, TimeoutError):
        return FetchFailed("timed_out", "tls")
    if isinstance(error, ConnectionError):
        return FetchFailed("connect_failed", "reset")
    if isinstance(error, ssl.SSLCertVerificationError) and secure is not None:
        shown = _facts(secure, _shown_leaf(secure), certificate_error(error.verify_code))
        return FetchFailed("tls_failed", "certificate", shown)
    # ValueError: the host can be no server name (SNI), such as one that is too long.
    return FetchFailed("tls_failed", "handshake", TlsFacts(error="handshake"))


def _facts(secure: ssl.SSLSocket, leaf: bytes | None, error: str = "") -> TlsFacts:
    cipher = secure.cipher()
    return tls_facts(secure.version() or "", cipher[0] if cipher else "", leaf, error)


def _shown_leaf(secure: ssl.SSLSocket) -> bytes | None:
    """The certificate (DER) that a refused handshake showed, for the record.

    ``getpeercert`` answers only after a handshake. OpenSSL 3 keeps the chain that it refused, and
    Python before 3.13 reaches it through the socket's inner object alone.
    """
    inner: Any = getattr(secure, "_sslobj", None)
    chain = inner.get_unverified_chain() if hasattr(inner, "get_unverified_chain") else None
    return ssl.PEM_cert_to_DER_cert(chain[0].public_bytes()) if chain else None
