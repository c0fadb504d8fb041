"""Connections: kept and replaced, deadlines, and only certificates that are trusted."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansim.fetching import Endpoint

if TYPE_CHECKING:
    from tests.fetching.conftest import World
from tests.fetching.samples import PAGE


def test_connections_are_reused_and_a_stale_one_is_replaced(world: "World") -> None:
    world.plays("/p", PAGE)
    world.plays("/last", PAGE, Content_Length="")  # the server closes after it
    door = world.door()
    for path in ("p", "p", "last", "p"):
        assert door.look(f"http://moa.test/{path}", vantage="seoul").status == 200
    assert len(world.stage.connections) == 2
    door.look("http://moa.test/p", vantage="berlin")
    assert len(world.stage.connections) == 3


def slowly(piece: bytes, start: bytes = b"") -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(200):
            connection.sendall(piece)
            time.sleep(0.01)

    return play


@pytest.mark.parametrize(
    "play",
    [
        slowly(b"x", b"HTTP/1.1 200 OK\r\n\r\n"),
        slowly(b"X", b"HTTP/1.1 200 OK\r\nA: "),
        slowly(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        slowly(b""),
    ],
)
def test_a_dripping_server_meets_the_deadline(
    world: "World", play: Callable[[socket.socket], None]
) -> None:
    world.stage.plays["/"] = play
    started = time.monotonic()
    seen = world.door(deadline_seconds=0.3).look("http://moa.test/", vantage="seoul")
    assert seen.outcome == "timed_out"
    # The server would drip for ever; a busy machine may still be late by a little.
    assert time.monotonic() - started < 5


def test_a_plain_server_behind_https_is_a_tls_failure_that_sends_nothing(world: "World") -> None:
    received: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    world.names.answers["moa.test"] = [Endpoint("127.0.0.1", listener.getsockname()[1])]
    seen = world.door().look("https://moa.test/private-path", vantage="seoul")
    thread.join(1)
    listener.close()
    assert (seen.outcome, seen.reason) == ("tls_failed", "handshake")
    assert b"private-path" not in received[0]
    assert b"moa.test" in received[0]  # SNI


def https_stage(world: "World", tls: ssl.SSLContext) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    world.names.answers["moa.test"] = [Endpoint("127.0.0.1", listener.getsockname()[1])]

    def serve() -> None:
        for _ in range(2):
            plain, _ = listener.accept()
            with contextlib.suppress(OSError), tls.wrap_socket(plain, server_side=True) as secure:
                secure.recv(65536)
                secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    threading.Thread(target=serve, daemon=True).start()
    return listener


def test_only_a_certificate_that_the_policy_trusts_is_accepted(
    world: "World", tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "moa.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("moa.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "both.pem").write_bytes(secret + pem)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "both.pem")
    trusting = ssl.create_default_context(cadata=pem.decode())
    listener = https_stage(world, serving)
    stranger = world.door().look("https://moa.test/", vantage="seoul")
    trusted = world.door(tls=trusting).look("https://moa.test/", vantage="seoul")
    listener.close()
    assert (stranger.outcome, stranger.reason) == ("tls_failed", "certificate")
    assert (trusted.outcome, trusted.status, trusted.bytes_read) == ("answered", 200, 2)


def test_a_context_without_verification_is_never_the_default(world: "World") -> None:
    context = world.door()._tls
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
