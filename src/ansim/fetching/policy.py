"""What the door may do, from where, and how much of it."""

import os
import ssl
from dataclasses import dataclass, field

from ansim import __version__
from ansim.fetching.addresses import Network
from ansim.fetching.egress import read_proxy
from ansim.fetching.resolving import Resolver, SystemResolver

MEBIBYTE = 1024 * 1024
USER_AGENT = f"Ansim/{__version__} (victim support; verifies removal requests)"


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place from which a link is looked at.

    ``country`` is an ISO 3166-1 code; ``source_address`` binds the local end of each connection;
    ``proxy`` is an egress proxy, ``http://[user:password@]host:port`` (see egress.py).

    Raises:
        MalformedProxy: ``proxy`` is not of that form.

    """

    name: str
    country: str
    source_address: str | None = None
    proxy: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a proxy that cannot be read before anything is looked at."""
        if self.proxy is not None:
            read_proxy(self.proxy)


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """The limits of every look.

    ``permitted_networks`` is for a sandbox alone: when set, the resolver may name addresses in them
    and no others. An IP address in a URL is never permitted by it. ``per_host_rate`` is looks a
    second at one host (None: no limit), ``burst`` how many may come at once, and ``rate_jitter``
    the longest extra wait as a share of the time between two looks. ``honour_waits``: a host that
    answers 429 or 503 is left alone for as long as its Retry-After says, and where it says nothing
    for a moment (with a ``per_host_rate`` only). ``tls`` replaces the system's trusted roots (tests
    and sandboxes).
    """

    resolver: Resolver
    vantages: tuple[Vantage, ...]
    permitted_networks: tuple[Network, ...] = ()
    allowed_ports: tuple[int, ...] = (80, 443)
    max_page_bytes: int = 3 * MEBIBYTE
    max_media_bytes: int = 64 * MEBIBYTE
    deadline_seconds: float = 20.0
    max_redirects: int = 5
    max_header_bytes: int = 64 * 1024
    max_headers: int = 256
    user_agent: str = USER_AGENT
    obey_robots: bool = True
    per_host_rate: float | None = 1.0
    burst: int = 4
    rate_jitter: float = 0.25
    honour_waits: bool = True
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def production_policy() -> FetchPolicy:
    """The policy of a centre: public web only, this machine as the one vantage point.

    ``ANSIM_COUNTRY`` names the country that the machine stands in (default KR);
    ``ANSIM_NAMESERVERS`` the addresses of the name servers to ask (default: the system's).
    """
    here = Vantage("here", os.environ.get("ANSIM_COUNTRY", "KR"))
    servers = os.environ.get("ANSIM_NAMESERVERS", "").split()
    return FetchPolicy(resolver=SystemResolver(servers), vantages=(here,))
