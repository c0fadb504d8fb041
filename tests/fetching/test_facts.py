"""Facts of the wire: certificates good and bad, addresses, timings, and a page's own refresh."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansim.fetching import Endpoint, NameServiceFailure
from ansim.fetching.facts import TlsFacts

if TYPE_CHECKING:
    from tests.fetching.conftest import World

ISSUER_KEY = ec.generate_private_key(ec.SECP256R1())


def named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(
    host: str, key: ec.EllipticCurvePrivateKey, *, issuer: str = "Test Root", days: tuple[int, int]
) -> x509.Certificate:
    now = datetime.now(UTC)
    own = issuer == host
    return (
        x509.CertificateBuilder(named(issuer), named(host), key.public_key(), 7)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key if own else ISSUER_KEY, hashes.SHA256())
    )


def root() -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(named("Test Root"), named("Test Root"), ISSUER_KEY.public_key(), 1)
        .not_valid_before(now - timedelta(days=900))
        .not_valid_after(now + timedelta(days=900))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ISSUER_KEY, hashes.SHA256())
    )


Serve = Callable[[x509.Certificate, ec.EllipticCurvePrivateKey], list[bytes]]


@pytest.fixture
def serve(world: "World", tmp_path: Path) -> Iterator[Serve]:
    """``serve(certificate, key)``: moa.test answers with them; returns what it is asked."""
    listeners: list[socket.socket] = []

    def begin(shown: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> list[bytes]:
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        both = tmp_path / "both.pem"
        both.write_bytes(pem + shown.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        asked: list[bytes] = []

        def run() -> None:
            while True:
                try:
                    plain, _ = listener.accept()
                except OSError:
                    return
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(plain, server_side=True) as s,
                ):
                    asked.append(s.recv(65536))
                    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        threading.Thread(target=run, daemon=True).start()
        world.names.answers["moa.test"] = [Endpoint("127.0.0.1", listener.getsockname()[1])]
        return asked

    yield begin
    for listener in listeners:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(
        cadata=root().public_bytes(serialization.Encoding.PEM).decode()
    )


def test_a_verified_certificate_is_kept_as_facts(world: "World", serve: Serve) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    shown = certificate("moa.test", key, days=(-1, 30))
    serve(shown, key)
    seen = world.door(tls=trusting()).look("https://moa.test/", vantage="seoul")
    assert seen.status == 200
    assert seen.tls is not None
    assert (seen.tls.version, seen.tls.error) == ("TLSv1.3", "")
    assert (seen.tls.subject, seen.tls.issuer) == ("CN=moa.test", "CN=Test Root")
    assert seen.tls.not_after == shown.not_valid_after_utc.isoformat()
    assert seen.tls.not_before == shown.not_valid_before_utc.isoformat()
    assert seen.tls.sha256 == sha256(shown.public_bytes(serialization.Encoding.DER)).hexdigest()
    assert seen.tls.cipher.startswith("TLS_")
    assert seen.timings is not None
    assert 0 < seen.timings.tls < seen.timings.total


@pytest.mark.parametrize(
    ("host", "issuer", "days", "error"),
    [
        ("moa.test", "Test Root", (-30, -1), "expired"),
        ("moa.test", "Test Root", (1, 30), "not_yet_valid"),
        ("other.test", "Test Root", (-1, 30), "other_host"),
        ("moa.test", "moa.test", (-1, 30), "self_signed"),
        ("moa.test", "Nobody", (-1, 30), "unknown_issuer"),
    ],
)
def test_a_bad_certificate_is_a_fact_and_nothing_is_asked(
    world: "World", serve: Serve, host: str, issuer: str, days: tuple[int, int], error: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    asked = serve(certificate(host, key, issuer=issuer, days=days), key)
    seen = world.door(tls=trusting()).look("https://moa.test/private", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.status) == ("tls_failed", "certificate", None)
    assert seen.tls is not None
    assert seen.tls.error == error
    assert seen.tls.subject == f"CN={host}"
    assert len(seen.tls.sha256) == 64
    assert asked in ([], [b""])
    generic = world.door().look("https://moa.test/", vantage="seoul")
    assert seen.refusal_sentence() != "" != generic.refusal_sentence("ko")


def test_a_handshake_that_never_ends_meets_the_deadline(world: "World") -> None:
    seen = world.door(deadline_seconds=0.3).look("https://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.dns) == ("timed_out", "tls", "noerror")


def test_a_handshake_that_is_none_is_a_fact(world: "World", serve: Serve) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    serve(certificate("moa.test", key, days=(-1, 30)), key)
    old = trusting()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    old.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # the server has no RSA key
    seen = world.door(tls=old).look("https://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("tls_failed", "handshake")
    assert seen.tls == TlsFacts(error="handshake")


def test_names_and_addresses_are_facts(world: "World") -> None:
    dead = [Endpoint("127.0.0.1", 1), *world.here()]
    world.names.answers |= {"two.test": dead, "inside.test": [Endpoint("10.0.0.1", 80)]}
    world.plays("/", b"hello")
    door = world.door()
    two = door.look("http://two.test/", vantage="seoul")
    assert (two.dns, two.resolved, two.peer) == ("noerror", ("127.0.0.1", "127.0.0.1"), "127.0.0.1")
    inside = door.look("http://inside.test/", vantage="seoul")
    assert (inside.reason, inside.resolved) == ("special_address", ("10.0.0.1",))
    gone = door.look("http://gone.test/", vantage="seoul")
    assert (gone.dns, gone.reason, gone.resolved) == ("nxdomain", "nxdomain", ())
    literal = door.look("http://203.1.2.3/", vantage="seoul")
    assert (literal.dns, literal.reason) == ("literal", "special_address")
    assert door.look("mailto:x", vantage="seoul").dns == ""


def test_a_name_service_failure_keeps_its_reason(
    world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_host: str, _port: int) -> list[Endpoint]:
        raise NameServiceFailure("timeout")

    monkeypatch.setattr(world.names, "resolve", silent)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.dns) == ("name_service_failed", "timeout", "timeout")
    assert "in time" in seen.refusal_sentence()


def test_the_time_is_told_apart(world: "World") -> None:
    world.plays("/", b"hello")
    door = world.door()
    first, second = (door.look("http://moa.test/", vantage="seoul").timings for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.connect > 0 == second.connect
    assert first.total >= first.first_byte > 0
    assert (first.tls, first.waited) == (0.0, 0.0)


def refresh(to: str, seconds: str = "0") -> bytes:
    head = f"<html><head><meta http-equiv=refresh content='{seconds};url={to}'></head>"
    return f"{head}<body><p>Please wait a moment.</p></body></html>".encode()


def test_a_page_that_sends_on_is_followed_like_a_redirect(world: "World") -> None:
    world.plays("/1", refresh("/2"))
    world.plays("/2", b"<p>here</p>")
    seen = world.door().look("http://moa.test/1", vantage="seoul")
    assert (seen.final_url, seen.redirects) == ("http://moa.test/2", ("http://moa.test/2",))
    assert world.stage.paths == ["/1", "/2"]


def test_a_refresh_header_is_followed_as_the_element_is(world: "World") -> None:
    world.plays("/1", b"", Refresh="0; url='/2?a=1'")
    world.plays("/2?a=1", b"<p>here</p>", Refresh="0; url=/1")
    world.plays("/in", b"<p>in</p>", Refresh="1; url=http://127.0.0.1/")
    world.plays("/later", b"<p>later</p>", Refresh="30; url=/1")
    world.plays("/odd", b"<p>odd</p>", Refresh="0; url=javascript:alert(1)")
    door = world.door()
    seen = door.look("http://moa.test/1", vantage="seoul")
    assert (seen.final_url, seen.status) == ("http://moa.test/2?a=1", 200)
    refused = door.look("http://moa.test/in", vantage="seoul")
    assert (refused.outcome, refused.reason) == ("refused", "special_address")
    for path in ("later", "odd"):
        stays = door.look(f"http://moa.test/{path}", vantage="seoul")
        assert (stays.outcome, stays.redirects) == ("answered", ())


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("http://127.0.0.1/", "special_address"),
        ("http://169.254.169.254/", "special_address"),
        ("http://inside.test/", "special_address"),
        ("http://localhost/", "special_name"),
        ("http://moa.test:22/", "port"),
        ("http://eve@moa.test/", "userinfo"),
    ],
)
def test_where_a_page_sends_us_is_gated(world: "World", to: str, reason: str) -> None:
    world.names.answers["inside.test"] = [Endpoint("10.1.2.3", 80)]
    world.plays("/", refresh(to))
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", reason)
    assert len(world.stage.requests) == 1


def test_a_page_that_loads_itself_again_is_the_answer(world: "World") -> None:
    world.plays("/live", refresh("/live", "5"))
    world.plays("/ping", refresh("/pong"))
    world.plays("/pong", refresh("/ping"))
    door = world.door(max_redirects=3)
    for path, asked in (("live", 1), ("ping", 2)):
        world.stage.requests.clear()
        seen = door.look(f"http://moa.test/{path}", vantage="seoul")
        assert (seen.outcome, seen.status) == ("answered", 200)
        assert len(world.stage.requests) == asked


def test_an_error_page_that_leads_home_stays_an_error(world: "World") -> None:
    world.plays("/gone", refresh("/"), "404 Not Found")
    world.plays("/", b"<p>home</p>")
    seen = world.door().look("http://moa.test/gone", vantage="seoul")
    assert (seen.status, seen.redirects) == (404, ())


def test_an_endless_chain_of_refreshes_ends(world: "World") -> None:
    for number in range(9):
        world.plays(f"/{number}", refresh(f"/{number + 1}"))
    seen = world.door(max_redirects=4).look("http://moa.test/0", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", "redirect_limit")
    assert len(world.stage.requests) == 5


def test_the_scorer_reads_in_passing(world: "World") -> None:
    world.plays("/", "<title>모아</title><p>정원 이야기</p>".encode())

    def score(title: str, text: str) -> tuple[tuple[str, float], ...]:
        return (("w1", 1.0 if title == "모아" and "정원" in text else 0.0),)

    seen = world.door().look("http://moa.test/", vantage="seoul", score=score)
    assert seen.page is not None
    assert seen.page.scores == (("w1", 1.0),)
    assert "정원" not in repr(seen)
