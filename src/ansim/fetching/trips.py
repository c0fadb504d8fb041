"""What one look knows so far, and the Observation that it becomes however it ends."""

import re
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ansim.fetching.facts import Timings, TlsFacts
from ansim.fetching.http1 import Head
from ansim.fetching.observations import KEPT_HEADERS, Observation
from ansim.fetching.pages import PageFeatures
from ansim.fetching.policy import Vantage
from ansim.fetching.refusals import Outcome
from ansim.fetching.transport import Connection, Deadline
from ansim.fingerprints import Fingerprint

Expected = Literal["page", "media", "any"]

_KEPT_VALUE = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOST_HEADERS = 24


@dataclass(slots=True)
class Trip:
    """One look under way. ``rate`` slows its turns down; ``override`` is why robots are not asked.

    ``resolving``, ``waited``, ``connect``, ``handshake`` and ``first_byte`` are seconds.
    """

    url: str
    vantage: Vantage
    expect: Expected
    deadline: Deadline
    final_url: str
    rate: float | None = None
    override: str = ""
    started: float = field(default_factory=time.monotonic)
    redirects: list[str] = field(default_factory=list)
    peer: str = ""
    resolved: tuple[str, ...] = ()
    dns: str = ""
    tls: TlsFacts | None = None
    robots: str = ""
    head: Head | None = None
    bytes_read: int = 0
    page: PageFeatures | None = None
    fingerprint: Fingerprint | None = None
    media_error: str = ""
    resolving: float = 0.0
    waited: float = 0.0
    connect: float = 0.0
    handshake: float = 0.0
    first_byte: float = 0.0

    def begin_hop(self, href: str) -> None:
        """Go on to ``href``: what was learnt of the last hop's answer is no longer the answer."""
        self.final_url = href
        self.head = None
        self.page = None
        self.tls = None
        self.peer = ""
        self.bytes_read = 0
        self.connect = self.handshake = self.first_byte = 0.0

    def note_connection(self, connection: Connection) -> None:
        """Keep the facts of the connection that is asked now."""
        self.peer = connection.route.endpoint.address
        self.tls = connection.tls
        if not connection.used:
            self.connect = connection.connect_seconds
            self.handshake = connection.tls_seconds

    def observation(self, at: datetime, outcome: Outcome, reason: str) -> Observation:
        """What the look brought back; holds no bytes of a page or of media."""
        head = self.head
        headers = () if head is None else head.headers
        total = time.monotonic() - self.started
        kept = ((name, _shown(value)) for name, value in headers if name in KEPT_HEADERS)
        return Observation(
            url=self.url,
            final_url=self.final_url,
            vantage=self.vantage.name,
            country=self.vantage.country,
            at=at,
            seconds=round(total, 4),
            outcome=outcome,
            reason=reason,
            status=None if head is None else head.status,
            redirects=tuple(self.redirects),
            peer=self.peer,
            content_type="" if head is None else _shown(head.get("content-type")),
            bytes_read=self.bytes_read,
            headers=tuple(kept)[:_MOST_HEADERS],
            page=self.page,
            fingerprint=self.fingerprint,
            resolved=self.resolved,
            dns=self.dns,
            tls=self.tls,
            timings=Timings(
                resolve=round(self.resolving, 4),
                waited=round(self.waited, 4),
                connect=round(self.connect, 4),
                tls=round(self.handshake, 4),
                first_byte=round(self.first_byte, 4),
                total=round(total, 4),
            ),
            robots=self.robots,
            robots_reason=self.override,
        )


def _shown(value: str) -> str:
    """A header's value to be kept: control characters as blanks (RFC 9110, 5.5), and not too long."""
    return _CONTROL.sub(" ", value[:_KEPT_VALUE])
