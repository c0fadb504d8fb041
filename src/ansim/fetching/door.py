"""The only door to the web: a URL becomes an Observation, guarded at every hop."""

import ssl
import time
from collections.abc import Callable
from datetime import datetime
from itertools import chain

from ansim.errors import AnsimError
from ansim.fetching.bodies import capped, peek
from ansim.fetching.calling import Caller
from ansim.fetching.codings import (
    codings_of,
    decoded,
    is_packed_file,
    type_inside,
    unpacked_file,
)
from ansim.fetching.gates import refresh_of
from ansim.fetching.http1 import Head, read_body
from ansim.fetching.observations import Observation
from ansim.fetching.pages import TextScore, page_features
from ansim.fetching.permission import RobotsGate
from ansim.fetching.policy import FetchPolicy
from ansim.fetching.rates import HostRates, Turns
from ansim.fetching.refusals import FetchFailed, Outcome, RedirectLimit, Refused, UnknownVantage
from ansim.fetching.resolving import NameNotFound, NameServiceFailure
from ansim.fetching.sniffing import body_kind
from ansim.fetching.transport import Connection, Deadline
from ansim.fetching.trips import Expected, Trip
from ansim.fetching.urls import Target, parse_target
from ansim.fingerprints import Fingerprint


class Door:
    """Looks at links under one policy. Thread-safe.

    One look takes at most the policy's deadline and what it waits for the hosts' turns.

    Robots rules, rates and idle connections are shared by all looks through the same door.
    """

    def __init__(
        self,
        policy: FetchPolicy,
        fingerprint: Callable[[bytes], Fingerprint],
        *,
        now: Callable[[], datetime],
        turns: Turns | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``fingerprint`` gets a media body and may raise AnsimError; ``now`` gives aware UTC.

        ``turns`` are those of the hosts (default: this door's own, by the policy's rate); ``sleep``
        waits for them, some seconds.
        """
        self._policy = policy
        self._fingerprint = fingerprint
        self._now = now
        self._vantages = {vantage.name: vantage for vantage in policy.vantages}
        self._tls = policy.tls or ssl.create_default_context()
        own = HostRates(policy.per_host_rate, policy.burst, jitter=policy.rate_jitter)
        self._caller = Caller(policy, self._tls, turns or own, sleep)
        self._robots = RobotsGate(policy, self._caller)

    def close(self) -> None:
        """Close idle connections."""
        self._caller.close()

    def look(
        self,
        url: str,
        *,
        vantage: str,
        expect: Expected = "any",
        score: TextScore | None = None,
        robots_override: str = "",
        rate: float | None = None,
    ) -> Observation:
        """Open ``url`` as seen from ``vantage`` and say what came of it.

        ``expect`` only decides what an unmarked binary body is taken for, and that a gzip file is
        opened where a page is expected. ``score`` reads a page's title and text in passing. ``robots_override`` is the recorded reason why robots.txt is not
        obeyed in this look. ``rate`` slows its turns down (looks a second). What the world does,
        and every refusal, is in the Observation; nothing of it is raised.

        Raises:
            UnknownVantage: the policy has no vantage point of this name.

        """
        try:
            place = self._vantages[vantage]
        except KeyError:
            raise UnknownVantage(name=vantage, known=", ".join(self._vantages)) from None
        at = self._now()
        trip = Trip(
            url,
            place,
            expect,
            Deadline(self._policy.deadline_seconds),
            final_url=url,
            rate=rate,
            override=robots_override,
        )
        outcome, reason = self._outcome(trip, score)
        return trip.observation(at, outcome, reason)

    def ready_in(self, url: str, *, vantage: str, rate: float | None = None) -> float:
        """Seconds until a look at ``url`` would not have to wait for its host's turn.

        0.0 also for a link that is refused anyway. Asks nobody, and reserves nothing.
        """
        try:
            target = parse_target(url, self._policy.allowed_ports)
        except Refused:
            return 0.0
        pace = self._robots.known_rate(vantage, target) if self._policy.obey_robots else None
        return self._caller.ready_in(target, pace, rate)

    def _outcome(self, trip: Trip, score: TextScore | None) -> tuple[Outcome, str]:
        """How the look ended, and why."""
        try:
            self._walk(trip, score)
        except Refused as refusal:
            return "refused", refusal.code
        except FetchFailed as failure:
            return failure.outcome, failure.reason
        except NameNotFound:
            return "name_not_found", "nxdomain"
        except NameServiceFailure as failure:
            return "name_service_failed", failure.reason
        return "answered", trip.media_error

    def _walk(self, trip: Trip, score: TextScore | None) -> None:
        """Follow the link to its last answer."""
        target = parse_target(trip.url, self._policy.allowed_ports)
        seen: set[str] = set()
        for _ in range(self._policy.max_redirects + 1):
            trip.begin_hop(target.href)
            seen.add(target.href)
            location = self._visit(trip, target, score)
            if not location or (trip.page is not None and self._leads_back(location, target, seen)):
                return
            target = parse_target(location, self._policy.allowed_ports, base=target.href)
            trip.redirects.append(target.href)
        raise RedirectLimit

    def _leads_back(self, location: str, base: Target, seen: set[str]) -> bool:
        """Whether a page's own refresh only loads again what was seen: that page is the answer."""
        return parse_target(location, self._policy.allowed_ports, base=base.href).href in seen

    def _visit(self, trip: Trip, target: Target, score: TextScore | None) -> str:
        """One hop: where it sends us on to, or "" for the last answer."""
        caller = self._caller
        endpoints = caller.endpoints(trip, target)
        pace = None
        if trip.override:
            trip.robots = "overridden"
        elif self._policy.obey_robots:
            pace = self._robots.check(trip, target, endpoints)
        caller.wait_turn(trip, target, pace)
        connection, head = caller.request(trip, target, endpoints)
        trip.head = head
        try:
            if not head.location:
                self._take_body(trip, connection, head, score)
                # An error page that leads home by itself is still an error page.
                page = trip.page if head.status // 100 == 2 else None  # noqa: PLR2004
                return "" if page is None else page.refresh or refresh_of(head, target.href)
            caller.drain(trip, connection, head)
        finally:
            caller.finish(connection, head)
        return head.location

    def _take_body(
        self, trip: Trip, connection: Connection, head: Head, score: TextScore | None
    ) -> None:
        """Read the body by its kind, within its limit; media goes to the fingerprinter alone."""
        policy = self._policy
        wire_cap = max(policy.max_media_bytes, policy.max_page_bytes)
        pieces = decoded(capped(read_body(connection, trip.deadline, head), wire_cap), head)
        start, rest = peek(pieces)
        content_type = head.get("content-type")
        if (
            trip.expect == "page"
            and not codings_of(head)  # a gzip file packed again is not unpacked twice
            and is_packed_file(start, content_type, trip.final_url)
        ):
            start, rest = peek(unpacked_file(chain((start,), rest)))
            content_type = type_inside(trip.final_url)
        kind = body_kind(content_type, start, expect_media=trip.expect == "media")
        limit = policy.max_media_bytes if kind == "media" else policy.max_page_bytes
        body = bytearray()
        for piece in chain((start,), rest):
            body += piece
            trip.bytes_read = len(body)
            if len(body) > limit:
                raise FetchFailed("too_large", f"{kind}_bytes")
        connection.busy = False
        if kind == "page":
            trip.page = page_features(bytes(body), content_type, trip.final_url, score=score)
            return
        try:
            trip.fingerprint = self._fingerprint(bytes(body))
        except AnsimError as error:
            trip.media_error = f"media:{error.code}"
