"""One request of a look: where to dial, whose turn it is, and the answer's head."""

import math
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ansim.fetching.addresses import may_dial
from ansim.fetching.codings import ACCEPTED
from ansim.fetching.egress import EgressFailed
from ansim.fetching.http1 import Head, read_body, read_head
from ansim.fetching.policy import FetchPolicy
from ansim.fetching.pool import Pool
from ansim.fetching.rates import LONGEST_PENALTY, Turns
from ansim.fetching.refusals import AskedToWait, FetchFailed, RateLimited, SpecialAddress
from ansim.fetching.resolving import Endpoint, NameNotFound, NameServiceFailure
from ansim.fetching.sniffing import SNIFF_BYTES
from ansim.fetching.transport import Connection, Deadline, Route, dial
from ansim.fetching.trips import Trip
from ansim.fetching.urls import Target

LONGEST_WAIT = 15.0
_MOST_DIALS = 3
_MOST_RESOLVED = 16
_DRAIN_SECONDS = 0.5
_ACCEPT = "text/html,application/xhtml+xml,image/*;q=0.9,video/*;q=0.9,*/*;q=0.8"
# What a busy answer without Retry-After is taken to ask for, in seconds.
_BUSY_SECONDS = {429: 60.0, 503: 30.0}


class Caller:
    """Sends the requests of all looks through one door. Thread-safe."""

    def __init__(
        self,
        policy: FetchPolicy,
        tls: ssl.SSLContext,
        turns: Turns,
        sleep: Callable[[float], None],
    ) -> None:
        self._policy = policy
        self._tls = tls
        self._turns = turns
        self._sleep = sleep
        self._pool = Pool()

    def close(self) -> None:
        """Close idle connections."""
        self._pool.close()

    def endpoints(self, trip: Trip, target: Target) -> list[Endpoint]:
        """Where the target may be dialled: asked once, and refused if any answer is special."""
        permitted = self._policy.permitted_networks
        if target.literal is not None:
            trip.dns, trip.resolved = "literal", (str(target.literal),)
            # A literal never profits from a sandbox's exception; parse_target refused special ones.
            if permitted or not may_dial(str(target.literal), ()):
                raise SpecialAddress
            return [Endpoint(str(target.literal), target.port)]
        endpoints = self._resolve(trip, target)
        if not all(may_dial(endpoint.address, permitted) for endpoint in endpoints):
            raise SpecialAddress
        return endpoints

    def _resolve(self, trip: Trip, target: Target) -> list[Endpoint]:
        started = time.monotonic()
        trip.resolved = ()
        try:
            endpoints = self._policy.resolver.resolve(target.host, target.port)
        except NameNotFound:
            trip.dns = "nxdomain"
            raise
        except NameServiceFailure as failure:
            trip.dns = failure.reason
            raise
        finally:
            trip.resolving += time.monotonic() - started
        if not endpoints:
            trip.dns = "no_address"
            raise NameServiceFailure(trip.dns)
        trip.dns = "noerror"
        trip.resolved = tuple(endpoint.address for endpoint in endpoints[:_MOST_RESOLVED])
        return endpoints

    def wait_turn(self, trip: Trip, target: Target, rate: float | None = None) -> None:
        """Wait until the host may be asked again; ``rate`` slows it down (looks a second).

        Raises:
            AskedToWait, RateLimited: that would be too long.

        """
        now = time.time()
        slower = min((one for one in (rate, trip.rate) if one), default=None)
        wait = self._turns.reserve(target.host, now, LONGEST_WAIT, rate=slower)
        if wait is None:
            if self._turns.waits_until(target.host) - now > LONGEST_WAIT:
                raise AskedToWait
            raise RateLimited
        if wait > 0:
            trip.waited += wait
            self._sleep(wait)
            # Our own politeness is not the site's slowness.
            trip.deadline.extend(wait)

    def ready_in(self, target: Target, *rates: float | None) -> float:
        """Seconds until ``wait_turn`` with the slowest of ``rates`` would not wait."""
        slower = min((one for one in rates if one), default=None)
        return self._turns.ready_in(target.host, time.time(), rate=slower)

    def request(
        self, trip: Trip, target: Target, endpoints: list[Endpoint]
    ) -> tuple[Connection, Head]:
        """Send the request to the first endpoint that accepts it, and read the answer's head."""
        try:
            return self._first_answer(trip, target, endpoints)
        except FetchFailed as failure:
            if trip.vantage.proxy is not None and failure.outcome == "connect_failed":
                raise EgressFailed from failure
            raise

    def _first_answer(
        self, trip: Trip, target: Target, endpoints: list[Endpoint]
    ) -> tuple[Connection, Head]:
        place = trip.vantage
        bound = place.source_address if place.proxy is None else None
        usable = [
            Route(
                endpoint,
                place.source_address,
                target.host.removesuffix(".") if target.scheme == "https" else None,
                target.host_header,
                place.proxy,
            )
            for endpoint in endpoints
            if bound is None or (":" in bound) == (":" in endpoint.address)
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
                trip.peer, trip.tls, failure = route.endpoint.address, error.tls, error
                if error.outcome == "connect_failed":
                    continue
                raise
            return connection, self._exchange(trip, connection, target)
        raise failure

    def _exchange(self, trip: Trip, connection: Connection, target: Target) -> Head:
        request = (
            f"GET {target.request_path} HTTP/1.1\r\n"
            f"Host: {target.host_header}\r\n"
            f"User-Agent: {self._policy.user_agent}\r\n"
            f"Accept: {_ACCEPT}\r\n"
            "Accept-Language: ko,en;q=0.8,*;q=0.5\r\n"
            f"Accept-Encoding: {ACCEPTED}\r\n\r\n"
        )
        trip.note_connection(connection)
        connection.used = True
        started = time.monotonic()
        try:
            connection.send(request.encode("ascii"), trip.deadline)
            head = read_head(
                connection, trip.deadline, self._policy.max_header_bytes, self._policy.max_headers
            )
        except FetchFailed:
            connection.close()
            raise
        trip.first_byte = time.monotonic() - started
        self._heed(target, head)
        return head

    def _heed(self, target: Target, head: Head) -> None:
        """Remember what the host says about when to come back."""
        if not self._policy.honour_waits or head.status not in _BUSY_SECONDS:
            return
        now = time.time()
        seconds = retry_after(head.get("retry-after"), now)
        if seconds is None and self._policy.per_host_rate is not None:
            seconds = _BUSY_SECONDS[head.status]
        if seconds:
            self._turns.penalise(target.host, now + min(seconds, LONGEST_PENALTY))

    def drain(self, trip: Trip, connection: Connection, head: Head) -> None:
        """Read a redirect's small body, so that its connection can serve the next hop.

        Browsers go on without it: one that does not come must not hide where the redirect leads.
        """
        if not head.all("content-length") and not head.all("transfer-encoding"):
            return
        patience = Deadline(min(_DRAIN_SECONDS, trip.deadline.remaining() / 2))
        total = 0
        try:
            for piece in read_body(connection, patience, head):
                total += len(piece)
                if total > SNIFF_BYTES * 16:
                    return
        except FetchFailed:
            return
        connection.busy = False

    def finish(self, connection: Connection, head: Head) -> None:
        """Keep the connection for another look, or close it."""
        if head.reusable and not connection.busy and not connection.pending:
            self._pool.put(connection)
        else:
            connection.close()


def retry_after(value: str, now: float) -> float | None:
    """The seconds that a Retry-After header asks for (RFC 9110 10.2.3); None when it says nothing.

    ``now`` is the system's clock in seconds; a date in the past asks for nothing (0.0).
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:10])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        seconds = (aware - datetime.fromtimestamp(now, UTC)).total_seconds()
    except OverflowError:
        return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
