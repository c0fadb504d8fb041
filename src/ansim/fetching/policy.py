"""What the door may do, from where, and how much of it."""

import os
import ssl
from dataclasses import dataclass, field

from ansim import __version__
from ansim.fetching.addresses import Network
from ansim.fetching.resolving import Resolver, SystemResolver

MEBIBYTE = 1024 * 1024
USER_AGENT = f"Ansim/{__version__} (victim support; verifies removal requests)"


@dataclass(frozen=True, slots=True)
class Vantage:
    """A place from which a link is looked at.

    ``country`` is an ISO 3166-1 code; ``source_address`` binds the local end of each connection.
    """

    name: str
    country: str
    source_address: str | None = None


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """The limits of every look.

    ``permitted_networks`` is for a sandbox alone: when set, the resolver may name addresses in them
    and no others. An IP address in a URL is never permitted by it. ``per_host_rate`` is looks a
    second at one host (None: no limit), ``burst`` how many may come at once. ``tls`` replaces the
    system's trusted roots (tests and sandboxes).
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
    user_agent: str = USER_AGENT
    obey_robots: bool = True
    per_host_rate: float | None = 1.0
    burst: int = 4
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def production_policy() -> FetchPolicy:
    """The policy of a centre: public web only, this machine as the one vantage point.

    ``ANSIM_COUNTRY`` names the country that the machine stands in (default KR).
    """
    here = Vantage("here", os.environ.get("ANSIM_COUNTRY", "KR"))
    return FetchPolicy(resolver=SystemResolver(), vantages=(here,))
