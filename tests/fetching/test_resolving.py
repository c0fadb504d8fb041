"""The system's resolver against real name servers on loopback."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from ansim.fetching import Endpoint, NameNotFound, NameServiceFailure, SystemResolver
from ansim.fetching.resolving import MalformedNameServer

Zone = dict[tuple[str, str], list[str]]
NX, BROKEN, REFUSED, SILENT = "nxdomain", "servfail", "refused", "silent"


@dataclass
class NameServer:
    """Answers from ``zone`` ((name, type) -> records), or in one ``manner`` to everything."""

    address: str
    port: int
    zone: Zone = field(default_factory=dict)
    manner: str = ""
    truncates: bool = False
    questions: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind((self.address, self.port))
        self._tcp = socket.create_server((self.address, self.port))
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def close(self) -> None:
        for listener in (self._udp, self._tcp):
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                wire, peer = self._udp.recvfrom(4096)
                if not wire:
                    return
                if reply := self._reply(wire, tcp=False):
                    self._udp.sendto(reply, peer)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._tcp.accept()
                with contextlib.suppress(OSError), connection:
                    wire = connection.recv(4096)
                    reply = self._reply(wire[2:], tcp=True)
                    connection.sendall(len(reply).to_bytes(2, "big") + reply)

    def _reply(self, wire: bytes, *, tcp: bool) -> bytes:
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = str(question.name), question.rdtype.name
        self.questions.append(f"{name} {kind}")
        if self.manner == SILENT:
            return b""
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if self.truncates and not tcp:
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        if self.manner:
            codes = {NX: dns.rcode.NXDOMAIN, BROKEN: dns.rcode.SERVFAIL}
            reply.set_rcode(codes.get(self.manner, dns.rcode.REFUSED))
            return reply.to_wire()
        self._fill(reply, name, kind)
        return reply.to_wire()

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        for _ in range(20):
            if records := self.zone.get((name, kind)):
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *records))
                return
            alias = self.zone.get((name, "CNAME"))
            if not alias:
                if not any(known == name for known, _ in self.zone):
                    reply.set_rcode(dns.rcode.NXDOMAIN)
                return
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *alias))
            name = alias[0]


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.51", 0))
        return int(probe.getsockname()[1])


Start = Callable[..., tuple[SystemResolver, list[NameServer]]]


@pytest.fixture
def start() -> Iterator[Start]:
    """``start(zone or manner, ...)``: one name server for each, and a resolver that asks them."""
    running: list[NameServer] = []

    def begin(
        *servers: Zone | str, truncates: bool = False
    ) -> tuple[SystemResolver, list[NameServer]]:
        port = free_port()
        for number, server in zip(itertools.count(51), servers, strict=False):
            zone, manner = ({}, server) if isinstance(server, str) else (server, "")
            running.append(NameServer(f"127.0.0.{number}", port, zone, manner, truncates))
        addresses = [server.address for server in running]
        lifetime = 0.5 if SILENT in servers else 3.0
        return SystemResolver(addresses, lifetime=lifetime, port=port), running

    yield begin
    for server in running:
        server.close()


MOA: Zone = {
    ("moa.test.", "A"): ["203.0.113.5", "203.0.113.6"],
    ("moa.test.", "AAAA"): ["2001:db8::5"],
    ("www.moa.test.", "CNAME"): ["edge.cdn.test."],
    ("edge.cdn.test.", "CNAME"): ["moa.test."],
    ("gone.moa.test.", "CNAME"): ["deleted.cdn.test."],
    ("mail.moa.test.", "MX"): ["10 moa.test."],
    ("four.test.", "A"): ["203.0.113.7"],
    ("six.test.", "AAAA"): ["2001:db8::7"],
    ("loop.test.", "CNAME"): ["loop.test."],
}


def addresses(found: list[Endpoint]) -> list[str]:
    return [endpoint.address for endpoint in found]


@pytest.mark.parametrize("truncates", [False, True])
def test_all_addresses_of_both_kinds(start: Start, *, truncates: bool) -> None:
    resolver, _ = start(MOA, truncates=truncates)
    found = resolver.resolve("moa.test", 443)
    assert sorted(addresses(found)) == ["2001:db8::5", "203.0.113.5", "203.0.113.6"]
    assert {endpoint.port for endpoint in found} == {443}
    assert addresses(found)[-1] == "2001:db8::5"
    assert addresses(resolver.resolve("four.test.", 80)) == ["203.0.113.7"]
    assert addresses(resolver.resolve("six.test", 80)) == ["2001:db8::7"]


def test_aliases_are_followed(start: Start) -> None:
    resolver, _ = start(MOA)
    assert "203.0.113.5" in addresses(resolver.resolve("www.moa.test", 80))


def reason(resolver: SystemResolver, host: str) -> str:
    try:
        resolver.resolve(host, 80)
    except NameNotFound:
        return NX
    except NameServiceFailure as failure:
        return failure.reason
    return "found"


@pytest.mark.parametrize(
    ("servers", "expected"),
    [
        ((MOA, MOA), NX),
        ((MOA, SILENT, MOA), NX),
        ((BROKEN, MOA, MOA), NX),
        # One server alone never proves it.
        ((MOA,), "nxdomain_once"),
        ((MOA, BROKEN), "nxdomain_once"),
        ((MOA, SILENT), "nxdomain_once"),
        # A filter that denies everything loses against a server that knows.
        ((NX, {("absent.test.", "A"): ["203.0.113.9"]}), "found"),
        ((BROKEN, {("absent.test.", "A"): ["203.0.113.9"]}), "found"),
        ((BROKEN, BROKEN), BROKEN),
        ((SILENT,), "timeout"),
        ((BROKEN, SILENT), "timeout"),
        ((REFUSED, REFUSED), "refused"),
        (({("absent.test.", "MX"): ["10 moa.test."]},), "no_address"),
    ],
)
def test_what_the_servers_say_together(
    start: Start, servers: tuple[Zone | str, ...], expected: str
) -> None:
    resolver, _ = start(*servers)
    assert reason(resolver, "absent.test") == expected


def test_an_alias_of_nothing_is_not_a_name_that_does_not_exist(start: Start) -> None:
    resolver, _ = start(MOA, MOA)
    assert reason(resolver, "gone.moa.test") == "dangling"
    assert reason(resolver, "mail.moa.test") == "no_address"
    assert reason(resolver, "deleted.cdn.test") == NX
    assert reason(resolver, "loop.test") in {"no_address", "servfail"}


def test_odd_names_are_no_crash(start: Start) -> None:
    resolver, servers = start(MOA, MOA)
    for host in ("a" * 64 + ".test", "a..test", ".".join(["a" * 60] * 5)):
        assert reason(resolver, host) == "no_address"
    assert servers[0].questions == []


def test_no_search_list_and_no_second_question_for_one_look(start: Start) -> None:
    resolver, servers = start(MOA)
    resolver.resolve("moa.test", 80)
    assert servers[0].questions == ["moa.test. A", "moa.test. AAAA"]


def test_a_rebinding_server_is_asked_once_for_a_hop(start: Start) -> None:
    zone: Zone = {("moa.test.", "A"): ["203.0.113.5"]}
    resolver, _ = start(zone)
    first = resolver.resolve("moa.test", 80)
    zone["moa.test.", "A"] = ["127.0.0.1"]
    assert addresses(first) == ["203.0.113.5"]
    assert addresses(resolver.resolve("moa.test", 80)) == ["127.0.0.1"]


def test_a_server_named_twice_is_one_server(start: Start) -> None:
    _, servers = start(MOA)
    twice = SystemResolver([servers[0].address] * 2, lifetime=0.4, port=servers[0].port)
    assert reason(twice, "absent.test") == "nxdomain_once"


@pytest.mark.parametrize("entry", ["dns.test", "https://dns.test/dns-query", "127.0.0.1:53", ""])
def test_a_name_server_is_an_address(entry: str) -> None:
    with pytest.raises(MalformedNameServer) as error:
        SystemResolver(["127.0.0.1", entry])
    assert "ANSIM_NAMESERVERS" in error.value.sentence("ko")


def test_a_machine_without_name_servers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_self: object, _file: str) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr("dns.resolver.Resolver.read_resolv_conf", none)
    assert reason(SystemResolver(), "moa.test") == "no_servers"
