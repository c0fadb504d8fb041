"""Names to addresses, once per hop, with "does not exist" told apart from "did not answer"."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import ClassVar, Protocol

import dns.exception
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver

from ansim.errors import AnsimError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to dial: an IP address as text, and a port."""

    address: str
    port: int


class NameNotFound(AnsimError):
    """The name service says that the name does not exist (NXDOMAIN)."""

    code = "name_not_found"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no site of this name. Check the spelling of the link.",
        "ko": "이런 이름의 사이트가 없습니다. 링크의 철자를 확인해 주세요.",
    }


DNS_FAILURES = (
    "servfail",
    "timeout",
    "refused",
    "no_address",
    "nxdomain_once",
    "dangling",
    "no_servers",
    "name_service",
)
"""Why nobody could tell an address: the name servers are broken, silent or refuse us; the name has
no address; only one server denies the name; it is an alias of a name that does not exist; this
machine has no name server; or a resolver that gives no reason."""


class NameServiceFailure(AnsimError):
    """The name service failed, timed out, contradicted itself or knows no address.

    ``reason`` is one of DNS_FAILURES.
    """

    code = "name_service_failed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The name service did not answer for this site. Try again later.",
        "ko": "이 사이트의 이름 서비스(DNS)가 답하지 않았습니다. 나중에 다시 시도해 주세요.",
    }

    def __init__(self, reason: str = "name_service") -> None:
        super().__init__()
        self.reason = reason


class MalformedNameServer(AnsimError):
    """A name server is named by something else than its address."""

    code = "malformed_name_server"
    sentences: ClassVar[dict[str, str]] = {
        "en": "“{entry}” in ANSIM_NAMESERVERS is no IP address. "
        "Write addresses with a space between them, for example 192.0.2.53 192.0.2.54.",
        "ko": "ANSIM_NAMESERVERS의 ‘{entry}’은(는) IP 주소가 아닙니다. "
        "주소를 띄어 쓰세요. 예: 192.0.2.53 192.0.2.54",
    }


class Resolver(Protocol):
    """Names the endpoints of a host."""

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """The endpoints to choose from, best first.

        Raises:
            NameNotFound: the name does not exist.
            NameServiceFailure: nobody could tell.

        """


_MOST_SERVERS = 3
_REREAD_SECONDS = 60.0
_AGREEING = 2


class SystemResolver:
    """The machine's name servers through dnspython; /etc/hosts and search lists are not used.

    A name does not exist only when two name servers say NXDOMAIN about that very name: one that
    lies, filters or stands alone must not make a page look removed.
    """

    def __init__(
        self, nameservers: Sequence[str] = (), *, lifetime: float = 5.0, port: int = 53
    ) -> None:
        """``nameservers``: addresses (default: the system's).

        ``lifetime``: seconds that one of them has for a name, whatever it is asked about it.

        Raises:
            MalformedNameServer: one of them is no address.

        """
        for entry in nameservers:
            if not _is_address(entry):
                raise MalformedNameServer(entry=entry)
        self._nameservers = tuple(dict.fromkeys(nameservers))
        self._lifetime = lifetime
        self._port = port
        self._lock = threading.Lock()
        self._known: tuple[float, list[dns.resolver.Resolver]] = (0.0, [])

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """All A, then all AAAA addresses of ``host`` (see Resolver for the errors).

        The first server that knows an address is believed; where none does, the failure that says
        the least about the site is told: silence before a broken zone before no address.
        """
        denials = 0
        found: list[str] = []
        for server in self._servers():
            try:
                addresses = self._ask(server, host)
            except NameNotFound:
                denials += 1
                if denials == _AGREEING:
                    raise
                continue
            except NameServiceFailure as failure:
                found.append(failure.reason)
                continue
            return [Endpoint(address, port) for address in addresses]
        if denials:
            raise NameServiceFailure("nxdomain_once")
        raise NameServiceFailure(min(found, key=_LEAST_TOLD.index))

    def nameservers(self) -> list[str]:
        """The addresses of the name servers that are asked (three at most).

        Raises:
            NameServiceFailure: there is none.

        """
        if self._nameservers:
            return list(self._nameservers[:_MOST_SERVERS])
        try:
            listed = dns.resolver.Resolver().nameservers
        except dns.exception.DNSException as error:
            raise NameServiceFailure("no_servers") from error
        found = [str(address) for address in dict.fromkeys(listed)][:_MOST_SERVERS]
        if not found:
            raise NameServiceFailure("no_servers")
        return found

    def _servers(self) -> list[dns.resolver.Resolver]:
        """One resolver for each name server; the system's list is read again each minute."""
        with self._lock:
            read_at, known = self._known
            if not known or time.monotonic() - read_at > _REREAD_SECONDS:
                known = [self._server(address) for address in self.nameservers()]
                self._known = (time.monotonic(), known)
            return known

    def _server(self, address: str) -> dns.resolver.Resolver:
        server = dns.resolver.Resolver(configure=False)
        server.port = self._port
        server.nameservers = [address]
        server.lifetime = self._lifetime
        server.timeout = min(2.0, self._lifetime)
        return server

    def _ask(self, server: dns.resolver.Resolver, host: str) -> list[str]:
        """The addresses that one server gives, never none (raises as ``resolve``)."""
        until = time.monotonic() + self._lifetime
        try:
            name = dns.name.from_text(host.removesuffix(".") + ".")
        except dns.exception.DNSException as error:
            raise NameServiceFailure("no_address") from error
        addresses: list[str] = []
        failed = ""
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            left = max(0.001, until - time.monotonic())
            try:
                answer = server.resolve(name, kind, search=False, lifetime=left)
            except dns.resolver.NoAnswer:
                continue
            except dns.resolver.NXDOMAIN as denied:
                if addresses:
                    continue
                if denied.canonical_name != name:
                    # The name itself exists: it is an alias of one that does not.
                    raise NameServiceFailure("dangling") from denied
                raise NameNotFound from denied
            except dns.exception.DNSException as error:
                failed = failed or _reason(error)
                if failed == "timeout":
                    break  # a silent server is not waited for twice
                continue
            addresses += [record.address for record in answer]
        if not addresses:
            raise NameServiceFailure(failed or "no_address")
        return addresses


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


_LEAST_TOLD = ("timeout", "refused", "servfail", "dangling", "no_address")


def _reason(error: dns.exception.DNSException) -> str:
    """The code of DNS_FAILURES for what dnspython raised."""
    if isinstance(error, dns.resolver.NoNameservers):
        answers = [entry[4] for entry in error.kwargs.get("errors", ()) if entry[4] is not None]
        refused = any(answer.rcode() == dns.rcode.REFUSED for answer in answers)
        return "refused" if refused else "servfail"
    if isinstance(error, dns.exception.Timeout):
        return "timeout"
    return "servfail"
