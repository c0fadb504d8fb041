"""Names to addresses, once per hop, with "does not exist" told apart from "did not answer"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import dns.exception
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


class NameServiceFailure(AnsimError):
    """The name service failed, timed out, contradicted itself or knows no address."""

    code = "name_service_failed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The name service did not answer for this site. Try again later.",
        "ko": "이 사이트의 이름 서비스(DNS)가 답하지 않았습니다. 나중에 다시 시도해 주세요.",
    }


class Resolver(Protocol):
    """Names the endpoints of a host."""

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """The endpoints to choose from, best first.

        Raises:
            NameNotFound: the name does not exist.
            NameServiceFailure: nobody could tell.

        """


class SystemResolver:
    """The machine's name servers through dnspython; /etc/hosts and search lists are not used.

    NXDOMAIN counts only when two name servers say so, where two are configured: a single one that
    lies or filters must not make a page look removed.
    """

    def __init__(self, nameservers: Sequence[str] = (), *, lifetime: float = 5.0) -> None:
        """``nameservers`` default to the system's; ``lifetime`` is seconds for one question."""
        self._nameservers = tuple(nameservers)
        self._lifetime = lifetime

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        """All A, then all AAAA addresses of ``host`` (see Resolver for the errors)."""
        denials = 0
        servers = self._servers()
        for server in servers:
            try:
                addresses = self._ask(server, host)
            except dns.resolver.NXDOMAIN:
                denials += 1
                if denials == min(2, len(servers)):
                    raise NameNotFound from None
                continue
            except dns.exception.DNSException:
                continue
            if addresses:
                return [Endpoint(address, port) for address in addresses]
        raise NameServiceFailure

    def _servers(self) -> list[dns.resolver.Resolver]:
        try:
            nameservers = self._nameservers or dns.resolver.Resolver().nameservers
        except dns.exception.DNSException as error:
            raise NameServiceFailure from error
        servers = []
        for nameserver in nameservers[:3]:
            server = dns.resolver.Resolver(configure=False)
            server.nameservers = [nameserver]
            server.lifetime = self._lifetime
            servers.append(server)
        return servers

    def _ask(self, server: dns.resolver.Resolver, host: str) -> list[str]:
        name = host.removesuffix(".") + "."
        addresses: list[str] = []
        failure: dns.exception.DNSException | None = None
        for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
            try:
                answer = server.resolve(name, kind, search=False)
            except dns.resolver.NoAnswer:
                continue
            except dns.resolver.NXDOMAIN:
                raise
            except dns.exception.DNSException as error:
                failure = error
                continue
            addresses += [record.address for record in answer]
        if not addresses and failure is not None:
            raise failure
        return addresses
