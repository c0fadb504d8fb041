import contextlib
import gzip
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansim.fetching import Endpoint, Observation, UnknownVantage

if TYPE_CHECKING:
    from tests.fetching.conftest import World

JPEG = b"\xff\xd8\xff\xe0" + b"\x01" * 600 + b"good"
PAGE = b"<html><title>Moa</title><body><p>A quiet page about gardens.</p><img src=/a.jpg></body>"


def test_an_ordinary_look_dials_the_resolved_endpoint_and_keeps_the_host(world: "World") -> None:
    world.plays("/p?q=1", PAGE, Server="nginx", Set_Cookie="secret=1")
    seen = world.door().look("http://MOA.test/p?q=1#part", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.status) == ("answered", "", 200)
    assert seen.at == world.noon
    assert seen.final_url == "http://moa.test/p?q=1"
    assert seen.peer == "127.0.0.1"
    assert seen.headers == (("server", "nginx"),)
    assert seen.page is not None
    assert seen.page.media == ("http://moa.test/a.jpg",)
    request = world.stage.requests[0]
    assert request.startswith(b"GET /p?q=1 HTTP/1.1\r\nHost: moa.test\r\n")
    assert world.names.asked == ["moa.test"]


def test_a_vantage_binds_its_own_source_address(world: "World") -> None:
    world.door().look("http://moa.test/", vantage="berlin")
    assert world.stage.connections == ["127.78.0.2"]
    with pytest.raises(UnknownVantage, match="berlin"):
        world.door().look("http://moa.test/", vantage="mars")


def test_connections_are_reused_and_a_stale_one_is_replaced(world: "World") -> None:
    world.plays("/p", PAGE)
    world.plays("/last", PAGE, Content_Length="")  # the server closes after it
    door = world.door()
    for path in ("p", "p", "last", "p"):
        assert door.look(f"http://moa.test/{path}", vantage="seoul").status == 200
    assert len(world.stage.connections) == 2
    door.look("http://moa.test/p", vantage="berlin")
    assert len(world.stage.connections) == 3


def test_rebinding_between_two_hops_is_refused(world: "World") -> None:
    world.names.later["moa.test"] = [Endpoint("127.0.0.2", world.stage.port)]
    world.redirects("/", "/again")
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", "special_address")
    assert world.stage.paths == ["/"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", "special_address"),
        ("http://169.254.169.254/", "special_address"),
        ("//[::1]/", "special_address"),
        ("http://inside.test/", "special_address"),
        ("file:///etc/passwd", "bad_scheme"),
        ("http://a@moa.test/", "userinfo"),
        ("//@moa.test/", "userinfo"),
        ("http://moa.test:22/", "port"),
        ("/\\127.0.0.1/", "backslash"),
        ("http://localhost/", "special_name"),
        ("http://[::", "malformed"),
    ],
)
def test_a_redirect_is_gated_like_a_link(world: "World", location: str, reason: str) -> None:
    world.names.answers["inside.test"] = [Endpoint("10.1.2.3", 80)]
    world.redirects("/", location)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", reason)
    assert len(world.stage.requests) == 1


def test_redirects_are_followed_and_counted(world: "World") -> None:
    world.redirects("/1", "/2", "301 Moved")
    world.redirects("/2", "http://moa.test/한")
    world.plays("/%ED%95%9C", PAGE)
    world.redirects("/loop", "loop")
    seen = world.door().look("http://moa.test/1", vantage="seoul")
    assert seen.redirects == ("http://moa.test/2", "http://moa.test/%ED%95%9C")
    assert seen.final_url == "http://moa.test/%ED%95%9C"
    assert len(world.stage.connections) == 1
    looped = world.door(max_redirects=3).look("http://moa.test/loop", vantage="seoul")
    assert (looped.outcome, looped.reason) == ("refused", "redirect_limit")
    assert world.stage.paths.count("/loop") == 4


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
        slowly(b"", b"HTTP/1.1 302 Go\r\nLocation: /\r\nContent-Length: 9\r\n\r\n"),
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


def endless(start: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return play


EMPTY_MEMBER = gzip.compress(b"", mtime=0)
OK = b"HTTP/1.1 200 OK\r\n"
FLOODS = {
    "body": endless(OK + b"\r\n", b"x" * 60000),
    "chunks": endless(
        OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"
    ),
    "headers": endless(OK, b"X-Flood: yes\r\n" * 4000),
    "one header": endless(OK + b"X: ", b"x" * 60000),
    "interim": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 4000),
    "empty gzip": endless(OK + b"Content-Encoding: gzip\r\n\r\n", EMPTY_MEMBER * 3000),
}


@pytest.mark.parametrize("name", FLOODS)
def test_endless_answers_are_cut_off(world: "World", name: str) -> None:
    world.stage.plays["/"] = FLOODS[name]
    door = world.door(max_page_bytes=200_000, max_media_bytes=200_000)
    seen = door.look("http://moa.test/", vantage="seoul")
    assert seen.outcome == ("broken" if name == "interim" else "too_large")
    assert seen.bytes_read < 300_000


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_compression_bomb_is_not_inflated(world: "World", coding: str) -> None:
    zeros = b"\0" * (48 * 1024 * 1024)
    bomb = gzip.compress(zeros, 1) if coding == "gzip" else zlib.compress(zeros, 1)
    world.plays("/", bomb, Content_Encoding=coding)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("too_large", "page_bytes")
    assert seen.bytes_read < 3 * 1024 * 1024 + 100_000


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", "status_line"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            "content_length",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "content_length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk_size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n", "chunk_end"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", "transfer_encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", "content_encoding"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", "compressed_data"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "interim"),
        (b"HTTP/1.1 200", "head"),
    ],
)
def test_broken_answers_are_broken_and_no_more(world: "World", raw: bytes, reason: str) -> None:
    world.stage.plays["/"] = lambda connection: connection.sendall(raw)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("broken", reason)


def test_chunks_gzip_members_and_early_hints_are_read(world: "World") -> None:
    body = gzip.compress(PAGE[:30]) + gzip.compress(PAGE[30:])
    chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(c), c) for c in (body[:7], body[7:]))
    world.stage.plays["/"] = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
        b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunks
        + b"0\r\nTrailer: x\r\n\r\n"
    )
    door = world.door()
    for _ in range(2):
        seen = door.look("http://moa.test/", vantage="seoul")
        assert seen.bytes_read == len(PAGE)
    assert len(world.stage.connections) == 1


def test_what_the_world_does_is_an_outcome(world: "World") -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    port = dead.getsockname()[1]
    dead.close()
    world.names.answers |= {
        "servfail.test": "servfail",
        "closed.test": [Endpoint("127.0.0.1", port)],
        "empty.test": [],
        "six.test": [Endpoint("fd00::1", 80)],  # the vantage has no IPv6 address
    }
    world.stage.plays["/hangup"] = lambda connection: connection.close()
    networks = (*world.policy.permitted_networks, IPv6Network("fd00::/8"))
    door = world.door(permitted_networks=networks)
    found = {
        url: door.look(url, vantage="berlin").outcome
        for url in (
            "http://gone.test/",
            "http://servfail.test/",
            "http://empty.test/",
            "http://closed.test/",
            "http://moa.test/hangup",
            "http://six.test/",
        )
    }
    assert list(found.values()) == [
        "name_not_found",
        "name_service_failed",
        "name_service_failed",
        "connect_failed",
        "connect_failed",
        "connect_failed",
    ]


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


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("image/jpeg", JPEG, "media"),
        ("application/octet-stream", JPEG, "media"),
        ("text/html", JPEG, "media"),
        ("", JPEG, "media"),
        ("video/mp4", b"\0\0\0\x18ftypmp42" + b"good", "media"),
        ("image/jpeg", b"no picture at all, good", "media"),
        ("image/jpeg", PAGE, "page"),
        ("image/svg+xml", b"<svg></svg>", "page"),
        ("application/octet-stream", b"unknown bytes", "page"),
    ],
)
def test_media_is_known_by_its_bytes(
    world: "World", content_type: str, body: bytes, kind: str
) -> None:
    world.plays("/f", body, Content_Type=content_type)
    seen = world.door().look("http://moa.test/f", vantage="seoul")
    assert (seen.fingerprint is not None) == (kind == "media")
    assert (seen.page is not None) == (kind == "page")


def test_media_that_cannot_be_read_says_so_and_nothing_of_it_is_kept(world: "World") -> None:
    world.plays("/f", JPEG[:-4] + b"bad", Content_Type="image/jpeg")
    seen = world.door().look("http://moa.test/f", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.fingerprint) == ("answered", "media:not_media", None)
    expected = world.door().look("http://moa.test/f", vantage="seoul", expect="media")
    assert expected.reason == "media:not_media"
    assert "\\x01" not in repr(seen)


def test_robots_are_obeyed_asked_once_and_fail_closed(world: "World") -> None:
    robots = b"User-agent: *\nDisallow: /private/\n"
    world.plays("/robots.txt", robots)
    world.plays("/", PAGE)
    door = world.door(obey_robots=True)
    refused = door.look("http://moa.test/private/1", vantage="seoul")
    assert (refused.outcome, refused.reason) == ("refused", "robots")
    assert door.look("http://moa.test/", vantage="seoul").status == 200
    assert world.stage.paths == ["/robots.txt", "/"]
    world.plays("/robots.txt", b"", "503 Busy")
    closed = world.door(obey_robots=True).look("http://moa.test/", vantage="seoul")
    assert (closed.outcome, closed.reason) == ("refused", "robots_unavailable")
    world.plays("/robots.txt", b"", "404 No")
    assert world.door(obey_robots=True).look("http://moa.test/", vantage="seoul").status == 200
    world.redirects("/robots.txt", "http://169.254.169.254/")
    assert world.door(obey_robots=True).look("http://moa.test/", vantage="seoul").status == 200


def test_a_host_that_is_gone_is_not_hidden_behind_its_robots(world: "World") -> None:
    seen = world.door(obey_robots=True).look("http://gone.test/", vantage="seoul")
    assert seen.outcome == "name_not_found"


def test_too_many_looks_at_one_host_are_refused_not_queued_forever(world: "World") -> None:
    door = world.door(per_host_rate=0.01, burst=2)
    reasons = [door.look("http://moa.test/", vantage="seoul").reason for _ in range(3)]
    assert reasons == ["", "", "rate"]
    assert len(world.stage.requests) == 2


def test_an_observation_survives_json(world: "World") -> None:
    world.plays("/p", PAGE, Age="3")
    world.plays("/f", JPEG)
    door = world.door()
    for url in ("http://moa.test/p", "http://moa.test/f", "file:///x", "http://gone.test/"):
        seen = door.look(url, vantage="seoul")
        assert Observation.from_json(seen.to_json()) == seen
    slim = door.look("http://moa.test/p", vantage="seoul").slim()
    assert slim.page is not None
    assert (slim.page.media, slim.page.media_count) == ((), 1)


def test_a_look_at_a_page_costs_little(world: "World") -> None:
    rows = b"".join(b"<li><a href=/p/%d>Post %d of the day</a>" % (n, n) for n in range(60))
    world.plays("/p", PAGE + rows)
    door = world.door()
    door.look("http://moa.test/p", vantage="seoul")
    started = time.thread_time()
    for _ in range(20):
        door.look("http://moa.test/p", vantage="seoul")
    assert (time.thread_time() - started) / 20 < 0.006  # 3 ms is the aim; room for a busy machine


def test_the_head_has_a_limit_of_its_own(world: "World") -> None:
    world.plays("/", PAGE, X_Long="x" * 5000)
    short = world.door(max_header_bytes=4096).look("http://moa.test/", vantage="seoul")
    assert (short.outcome, short.reason) == ("too_large", "headers")
    assert world.door().look("http://moa.test/", vantage="seoul").status == 200
