"""Whether a host's robots.txt lets a look go on; asked once, and remembered."""

import time

from ansim.fetching.bodies import capped
from ansim.fetching.calling import Caller
from ansim.fetching.codings import decoded
from ansim.fetching.http1 import Head, read_body
from ansim.fetching.policy import FetchPolicy
from ansim.fetching.refusals import Refused, RobotsDisallow, RobotsUnavailable
from ansim.fetching.resolving import Endpoint, NameNotFound, NameServiceFailure
from ansim.fetching.robots import MAX_BYTES, RobotsCache, RobotsRules, read_rules
from ansim.fetching.transport import Connection
from ansim.fetching.trips import Trip
from ansim.fetching.urls import Target, parse_target


class RobotsGate:
    """Asks for robots.txt through the same caller as the look, so that it is guarded alike."""

    def __init__(self, policy: FetchPolicy, caller: Caller) -> None:
        self._policy = policy
        self._caller = caller
        self._cache = RobotsCache()

    def check(self, trip: Trip, target: Target, endpoints: list[Endpoint]) -> float | None:
        """The looks a second that the host asks for (None: it does not say).

        A host that cannot be reached fails here already.

        Raises:
            RobotsDisallow, RobotsUnavailable: stay out.

        """
        rules = self._rules(trip, target, endpoints)
        if rules.unavailable:
            raise RobotsUnavailable
        agent = self._policy.user_agent
        if not rules.allows(target.href, agent):
            trip.robots = "disallowed"
            raise RobotsDisallow
        trip.robots = "none" if rules.parsed is None else "allowed"
        return rules.rate(agent)

    def known_rate(self, vantage: str, target: Target) -> float | None:
        """The looks a second that the host asks for, where its rules are remembered."""
        rules = self._cache.get((vantage, target.origin), time.monotonic())
        return None if rules is None else rules.rate(self._policy.user_agent)

    def _rules(self, trip: Trip, target: Target, endpoints: list[Endpoint]) -> RobotsRules:
        key = (trip.vantage.name, target.origin)
        rules = self._cache.get(key, time.monotonic())
        if rules is not None:
            return rules
        with self._cache.asking(key, trip.deadline.remaining()):
            rules = self._cache.get(key, time.monotonic())
            if rules is None:
                rules = self._fetch(trip, target, endpoints)
                self._cache.put(key, rules, time.monotonic())
        return rules

    def _fetch(self, trip: Trip, page: Target, endpoints: list[Endpoint]) -> RobotsRules:
        caller = self._caller
        target = parse_target("/robots.txt", self._policy.allowed_ports, base=page.href)
        for _ in range(self._policy.max_redirects + 1):
            caller.wait_turn(trip, target)
            connection, head = caller.request(trip, target, endpoints)
            try:
                location = head.location
                if not location:
                    body = self._body(trip, connection, head)
                    return read_rules(head.status, body, self._policy.user_agent)
                caller.drain(trip, connection, head)
            finally:
                caller.finish(connection, head)
            try:
                target = parse_target(location, self._policy.allowed_ports, base=target.href)
                endpoints = caller.endpoints(trip, target)
            except (Refused, NameNotFound, NameServiceFailure):
                break
        # RFC 9309 2.3.1.2: rules that redirects lead nowhere are no rules.
        return RobotsRules()

    def _body(self, trip: Trip, connection: Connection, head: Head) -> bytes:
        body = bytearray()
        # RFC 9309 2.5: of a longer file the beginning is what counts.
        wire = capped(read_body(connection, trip.deadline, head), 2 * MAX_BYTES)
        for piece in decoded(wire, head):
            body += piece
            if len(body) > MAX_BYTES:
                return bytes(body[:MAX_BYTES])
        connection.busy = False
        return bytes(body)
