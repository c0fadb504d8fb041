"""The only door to the web: a URL becomes an Observation, guarded at every hop."""

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Literal

from ansim.errors import AnsimError
from ansim.fetching.addresses import may_dial
from ansim.fetching.http1 import Head, decoded, read_body, read_head
from ansim.fetching.observations import KEPT_HEADERS, Observation
from ansim.fetching.pages import PageFeatures, page_features
from ansim.fetching.policy import FetchPolicy, Vantage
from ansim.fetching.rates import HostRates
from ansim.fetching.refusals import (
    FetchFailed,
    Outcome,
    RateLimited,
    RedirectLimit,
    Refused,
    RobotsDisallow,
    RobotsUnavailable,
    SpecialAddress,
    UnknownVantage,
)
from ansim.fetching.resolving import Endpoint, NameNotFound, NameServiceFailure
from ansim.fetching.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from ansim.fetching.robots import RobotsCache, RobotsRules, read_rules
from ansim.fetching.sniffing import SNIFF_BYTES, body_kind
from ansim.fetching.transport import Connection, Deadline, Pool, Route, dial
from ansim.fetching.urls import Target, parse_target
from ansim.fingerprints import Fingerprint

Expected = Literal["page", "media", "any"]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_LONGEST_WAIT = 10.0
_MOST_DIALS = 3
_ACCEPT = "text/html,application/xhtml+xml,image/*;q=0.9,video/*;q=0.9,*/*;q=0.8"
_KEPT_VALUE = 300


@dataclass(slots=True)
class _Trip:
    """What one look knows so far; becomes the Observation however the look ends."""

    url: str
    vantage: Vantage
    expect: Expected
    deadline: Deadline
    final_url: str
    redirects: list[str] = field(default_factory=list)
    peer: str = ""
    head: Head | None = None
    bytes_read: int = 0
    page: PageFeatures | None = None
    fingerprint: Fingerprint | None = None
    media_error: str = ""


class Door:
    """Looks at links under one policy. Thread-safe; one look takes at most the policy's deadline.

    Robots rules, rates and idle connections are shared by all looks through the same door.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        fingerprint: Callable[[bytes], Fingerprint],
        *,
        now: Callable[[], datetime],
    ) -> None:
        """``fingerprint`` gets a media body and may raise AnsimError; ``now`` gives aware UTC."""
        self._policy = policy
        self._fingerprint = fingerprint
        self._now = now
        self._vantages = {vantage.name: vantage for vantage in policy.vantages}
        self._tls = policy.tls or ssl.create_default_context()
        self._pool = Pool()
        self._robots = RobotsCache()
        self._rates = HostRates(policy.per_host_rate, policy.burst)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def look(self, url: str, *, vantage: str, expect: Expected = "any") -> Observation:
        """Open ``url`` as seen from ``vantage`` and say what came of it.

        ``expect`` only decides what an unmarked binary body is taken for. What the world does,
        and every refusal, is in the Observation; nothing of it is raised.

        Raises:
            UnknownVantage: the policy has no vantage point of this name.

        """
        try:
            place = self._vantages[vantage]
        except KeyError:
            raise UnknownVantage(name=vantage, known=", ".join(self._vantages)) from None
        at = self._now()
        started = time.monotonic()
        trip = _Trip(url, place, expect, Deadline(self._policy.deadline_seconds), final_url=url)
        outcome: Outcome = "answered"
        reason = ""
        try:
            self._walk(trip)
            reason = trip.media_error
        except Refused as refusal:
            outcome, reason = "refused", refusal.code
        except FetchFailed as failure:
            outcome, reason = failure.outcome, failure.reason
        except NameNotFound:
            outcome, reason = "name_not_found", "nxdomain"
        except NameServiceFailure:
            outcome, reason = "name_service_failed", "name_service"
        return _observation(trip, at, time.monotonic() - started, outcome, reason)

    def _walk(self, trip: _Trip) -> None:
        """Follow the link to its last answer."""
        target = parse_target(trip.url, self._policy.allowed_ports)
        for _ in range(self._policy.max_redirects + 1):
            trip.final_url = target.href
            trip.head = None
            endpoints = self._endpoints(target)
            if self._policy.obey_robots:
                self._ask_robots(trip, target, endpoints)
            self._wait_turn(trip, target)
            connection, head = self._request(trip, target, endpoints)
            trip.head = head
            trip.peer = connection.route.endpoint.address
            try:
                location = head.get("location") if head.status in _REDIRECTS else ""
                if not location:
                    self._take_body(trip, connection, head)
                    return
                self._drain(trip, connection, head)
            finally:
                self._finish(connection, head)
            target = parse_target(location, self._policy.allowed_ports, base=target.href)
            trip.redirects.append(target.href)
        raise RedirectLimit

    def _endpoints(self, target: Target) -> list[Endpoint]:
        """Where the target may be dialled: asked once, and refused if any answer is special."""
        permitted = self._policy.permitted_networks
        if target.literal is not None:
            # A literal never profits from a sandbox's exception; parse_target refused special ones.
            if permitted or not may_dial(str(target.literal), ()):
                raise SpecialAddress
            return [Endpoint(str(target.literal), target.port)]
        endpoints = self._policy.resolver.resolve(target.host, target.port)
        if not endpoints:
            raise NameServiceFailure
        if not all(may_dial(endpoint.address, permitted) for endpoint in endpoints):
            raise SpecialAddress
        return endpoints

    def _request(
        self, trip: _Trip, target: Target, endpoints: list[Endpoint]
    ) -> tuple[Connection, Head]:
        """Send the request to the first endpoint that accepts it."""
        source = trip.vantage.source_address
        usable = [
            Route(
                endpoint,
                source,
                target.host.removesuffix(".") if target.scheme == "https" else None,
                target.host_header,
            )
            for endpoint in endpoints
            if source is None or (":" in source) == (":" in endpoint.address)
        ]
        failure = FetchFailed("connect_failed", "address_family")
        for route in usable[:_MOST_DIALS]:
            idle = self._pool.take(route)
            if idle is not None:
                try:
                    return idle, self._exchange(trip, idle, target)
                except FetchFailed as stale:
                    # An idle connection may have been closed meanwhile; only then ask again.
                    if stale.outcome != "connect_failed":
                        raise
            try:
                connection = dial(route, trip.deadline, self._tls)
            except FetchFailed as error:
                failure = error
                if error.outcome == "connect_failed":
                    continue
                raise
            return connection, self._exchange(trip, connection, target)
        raise failure

    def _exchange(self, trip: _Trip, connection: Connection, target: Target) -> Head:
        request = (
            f"GET {target.request_path} HTTP/1.1\r\n"
            f"Host: {target.host_header}\r\n"
            f"User-Agent: {self._policy.user_agent}\r\n"
            f"Accept: {_ACCEPT}\r\n"
            "Accept-Language: ko,en;q=0.8,*;q=0.5\r\n"
            "Accept-Encoding: gzip\r\n\r\n"
        )
        try:
            connection.send(request.encode("ascii"), trip.deadline)
            return read_head(connection, trip.deadline, self._policy.max_header_bytes)
        except FetchFailed:
            connection.close()
            raise

    def _take_body(self, trip: _Trip, connection: Connection, head: Head) -> None:
        """Read the body by its kind, within its limit; media goes to the fingerprinter alone."""
        pieces = decoded(_capped(read_body(connection, trip.deadline, head), self._wire_cap), head)
        start, rest = _peek(pieces)
        content_type = head.get("content-type")
        kind = body_kind(content_type, start, expect_media=trip.expect == "media")
        limit = self._policy.max_media_bytes if kind == "media" else self._policy.max_page_bytes
        body = bytearray()
        for piece in chain((start,), rest):
            body += piece
            trip.bytes_read = len(body)
            if len(body) > limit:
                raise FetchFailed("too_large", f"{kind}_bytes")
        connection.busy = False
        if kind == "page":
            trip.page = page_features(bytes(body), content_type, trip.final_url)
            return
        try:
            trip.fingerprint = self._fingerprint(bytes(body))
        except AnsimError as error:
            trip.media_error = f"media:{error.code}"

    def _drain(self, trip: _Trip, connection: Connection, head: Head) -> None:
        """Read a redirect's small body, so that its connection can serve the next hop."""
        if not head.all("content-length") and not head.all("transfer-encoding"):
            return
        total = 0
        try:
            for piece in read_body(connection, trip.deadline, head):
                total += len(piece)
                if total > SNIFF_BYTES * 16:
                    return
        except FetchFailed as failure:
            if failure.outcome == "timed_out":
                raise
            return
        connection.busy = False

    def _finish(self, connection: Connection, head: Head) -> None:
        if head.reusable and not connection.busy and not connection.pending:
            self._pool.put(connection)
        else:
            connection.close()

    def _ask_robots(self, trip: _Trip, target: Target, endpoints: list[Endpoint]) -> None:
        """Refuse what robots.txt disallows; a host that cannot be reached fails here already."""
        key = (trip.vantage.name, target.origin)
        rules = self._robots.get(key, time.monotonic())
        if rules is None:
            rules = self._fetch_robots(trip, target, endpoints)
            self._robots.put(key, rules, time.monotonic())
        if rules.unavailable:
            raise RobotsUnavailable
        if not rules.allows(target.href, self._policy.user_agent):
            raise RobotsDisallow

    def _fetch_robots(self, trip: _Trip, page: Target, endpoints: list[Endpoint]) -> RobotsRules:
        target = parse_target("/robots.txt", self._policy.allowed_ports, base=page.href)
        for _ in range(self._policy.max_redirects + 1):
            connection, head = self._request(trip, target, endpoints)
            try:
                location = head.get("location") if head.status in _REDIRECTS else ""
                if not location:
                    return read_rules(head.status, self._robots_body(trip, connection, head))
                self._drain(trip, connection, head)
            finally:
                self._finish(connection, head)
            try:
                target = parse_target(location, self._policy.allowed_ports, base=target.href)
                endpoints = self._endpoints(target)
            except (Refused, NameNotFound, NameServiceFailure):
                break
        # RFC 9309 2.3.1.2: rules that redirects lead nowhere are no rules.
        return RobotsRules()

    def _robots_body(self, trip: _Trip, connection: Connection, head: Head) -> bytes:
        body = bytearray()
        for piece in decoded(
            _capped(read_body(connection, trip.deadline, head), MAX_ROBOTS_BYTES), head
        ):
            body += piece
            if len(body) > MAX_ROBOTS_BYTES:
                return bytes(body[:MAX_ROBOTS_BYTES])
        connection.busy = False
        return bytes(body)

    def _wait_turn(self, trip: _Trip, target: Target) -> None:
        longest = min(_LONGEST_WAIT, trip.deadline.remaining())
        wait = self._rates.reserve(target.host, time.monotonic(), longest)
        if wait is None:
            raise RateLimited
        if wait:
            time.sleep(wait)

    @property
    def _wire_cap(self) -> int:
        return max(self._policy.max_media_bytes, self._policy.max_page_bytes)


def _capped(wire: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The wire's pieces until they are more than ``most`` bytes: bounds what decodes to nothing."""
    total = 0
    for piece in wire:
        total += len(piece)
        if total > most + SNIFF_BYTES:
            raise FetchFailed("too_large", "wire_bytes")
        yield piece


def _peek(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Enough of a body to tell what it is, and the rest of it."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start) >= SNIFF_BYTES:
            break
    return start, pieces


def _observation(
    trip: _Trip, at: datetime, seconds: float, outcome: Outcome, reason: str
) -> Observation:
    head = trip.head
    headers = () if head is None else head.headers
    return Observation(
        url=trip.url,
        final_url=trip.final_url,
        vantage=trip.vantage.name,
        country=trip.vantage.country,
        at=at,
        seconds=round(seconds, 4),
        outcome=outcome,
        reason=reason,
        status=None if head is None else head.status,
        redirects=tuple(trip.redirects),
        peer=trip.peer,
        content_type="" if head is None else head.get("content-type")[:_KEPT_VALUE],
        bytes_read=trip.bytes_read,
        headers=tuple((k, v[:_KEPT_VALUE]) for k, v in headers if k in KEPT_HEADERS)[:20],
        page=trip.page,
        fingerprint=trip.fingerprint,
    )
