"""Loopback servers, names and a door with three vantage points for the corpus."""

import asyncio
import contextlib
import datetime as dt
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansim.fetching import Door, Endpoint, FetchPolicy, NameNotFound, NameServiceFailure, Vantage
from tests.verdicts.situations.pictures import printed

VANTAGES = (
    Vantage("seoul", "KR", "127.78.0.1"),
    Vantage("frankfurt", "DE", "127.78.0.2"),
)
COUNTRIES = {vantage.source_address: vantage.country for vantage in VANTAGES}
Cut = Literal["reset", "hang up"]
START = dt.datetime(2026, 11, 2, 3, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: ``path`` is decoded and has the query; ``step`` is the round's number."""

    host: str
    path: str
    country: str
    step: int


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


Answer = Reply | Cut
Play = Callable[[Ask], Answer]
NameState = Literal["", "nxdomain", "servfail", "refusing"]


@dataclass
class Web:
    """Every site of the corpus behind two listeners, plain and TLS."""

    play: Play = lambda _: Reply(404)
    names: Callable[[str, int], NameState] = lambda _host, _step: ""
    certificates: dict[str, str] = field(default_factory=dict)
    step: int = 0
    requests: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._authority = _Authority()
        self.plain = self._listen(None)
        self.secure = self._listen(self._tls())
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.closed = free.getsockname()[1]

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        state = self.names(host, self.step)
        if state == "nxdomain":
            raise NameNotFound
        if state == "servfail":
            raise NameServiceFailure
        if state == "refusing":
            return [Endpoint("127.0.0.1", self.closed)]
        return [Endpoint("127.0.0.1", self.secure if port == 443 else self.plain)]

    def door(self) -> Door:
        policy = FetchPolicy(
            resolver=self,
            vantages=VANTAGES,
            permitted_networks=(IPv4Network("127.0.0.0/8"),),
            deadline_seconds=5.0,
            obey_robots=False,
            per_host_rate=None,
            honour_waits=False,
            tls=self._authority.trusting(),
        )
        return Door(policy, printed, now=lambda: START)

    def _tls(self) -> ssl.SSLContext:
        outer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.load(outer, "expired.test", "expired")

        def choose(socket_: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
            manner = self.certificates.get(name or "", "good")
            socket_.context = self._authority.context(name or "none.test", manner)

        outer.sni_callback = choose  # type: ignore[assignment]
        return outer

    def _listen(self, tls: ssl.SSLContext | None) -> int:
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        return int(server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                self.requests += 1
                answer = self.play(self._asked(head, writer.get_extra_info("peername")[0]))
                if not isinstance(answer, Reply):
                    _cut(writer, answer)
                    return
                writer.write(_encoded(answer))
                await writer.drain()
        writer.close()

    def _asked(self, head: str, peer: str) -> Ask:
        lines = head.split("\r\n")
        host = next(line[5:].strip() for line in lines if line.lower().startswith("host:"))
        path = unquote(lines[0].split(" ")[1])
        return Ask(host.partition(":")[0].lower(), path, COUNTRIES.get(peer, "KR"), self.step)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _encoded(reply: Reply) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(reply.body)}"]
    lines += [f"{name}: {value}" for name, value in (("Content-Type", reply.kind), *reply.headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8") + reply.body


def _cut(writer: asyncio.StreamWriter, how: str) -> None:
    if how == "reset":
        found = writer.get_extra_info("socket")
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class _Authority:
    """A root of our own, and good and bad certificates under it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._folder = tempfile.TemporaryDirectory(prefix="situations-")
        self._made: dict[tuple[str, str], ssl.SSLContext] = {}
        self._root = self._issue("root.test", self._key, authority=True)

    def trusting(self) -> ssl.SSLContext:
        pem = self._root.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def context(self, name: str, manner: str) -> ssl.SSLContext:
        if (name, manner) not in self._made:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.load(context, name, manner)
            self._made[name, manner] = context
        return self._made[name, manner]

    def load(self, context: ssl.SSLContext, name: str, manner: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        named = "other.test" if manner == "wrong name" else name
        signer = key if manner == "self-signed" else self._key
        leaf = self._issue(named, key, signer=signer, expired=manner == "expired")
        path = Path(self._folder.name) / "leaf.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(path)

    def _issue(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        signer: ec.EllipticCurvePrivateKey | None = None,
        authority: bool = False,
        expired: bool = False,
    ) -> x509.Certificate:
        today = dt.datetime.now(dt.UTC)
        issuer = name if authority or signer is key else "root.test"
        until = today - dt.timedelta(days=1) if expired else today + dt.timedelta(days=30)
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=60))
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(signer or key, hashes.SHA256())
        )
