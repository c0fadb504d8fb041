"""Idle connections, kept for looks that would dial exactly the same route."""

import select
import threading
import time
from collections import OrderedDict

from ansim.fetching.transport import Connection, Route

IDLE_SECONDS = 15.0
MAX_IDLE = 256


class Pool:
    """Idle connections by route, the longest idle first to go. Thread-safe."""

    def __init__(self) -> None:
        self._idle: OrderedDict[int, Connection] = OrderedDict()
        self._by_route: dict[Route, list[Connection]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def take(self, route: Route) -> Connection | None:
        """An idle connection for ``route``, or None."""
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            expired = []
            while self._idle and next(iter(self._idle.values())).idle_since < oldest:
                expired.append(self._drop(next(iter(self._idle.values()))))
            same = self._by_route.get(route)
            found = self._drop(same[-1]) if same else None
        if found is not None and _has_news(found):
            expired.append(found)
            found = None
        for connection in expired:
            connection.close()
        return found

    def put(self, connection: Connection) -> None:
        """Keep a connection whose last answer was read to its end."""
        connection.idle_since = time.monotonic()
        surplus = None
        with self._lock:
            if self._closed:
                surplus = connection
            else:
                if len(self._idle) >= MAX_IDLE:
                    surplus = self._drop(next(iter(self._idle.values())))
                self._idle[id(connection)] = connection
                self._by_route.setdefault(connection.route, []).append(connection)
        if surplus is not None:
            surplus.close()

    def close(self) -> None:
        """Close all idle connections and keep no more."""
        with self._lock:
            self._closed = True
            idle = list(self._idle.values())
            self._idle.clear()
            self._by_route.clear()
        for connection in idle:
            connection.close()

    def _drop(self, connection: Connection) -> Connection:
        del self._idle[id(connection)]
        same = [one for one in self._by_route[connection.route] if one is not connection]
        if same:
            self._by_route[connection.route] = same
        else:
            del self._by_route[connection.route]
        return connection


def _has_news(idle: Connection) -> bool:
    """Whether something came in unasked: the end, or bytes that would pass for the next answer."""
    waiting = select.poll()
    waiting.register(idle.socket, select.POLLIN)
    return bool(waiting.poll(0))
