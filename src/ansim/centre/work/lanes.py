"""Lanes: threads that run the jobs which mostly wait for other people's servers.

A look or a walk asks politely: it waits its turn at a host, often for seconds, a walk for hours.
Nothing else is to wait with it, least of all a notice that may leave. So these jobs have queues of
their own and each queue some lanes beside the worker's main thread. A worker that ends does not
wait for its lanes: their jobs are adopted by the next one, and a walk goes on where it stood.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from django.db import DatabaseError, close_old_connections, connections

from ansim.errors import AnsimError

log = logging.getLogger(__name__)

LOOKS: Final = "looks"
WALKS: Final = "walks"
QUEUES: Final = (LOOKS, WALKS)


class Lanes:
    """``run_one(queue)`` claims and runs one job of a queue; False when none waits."""

    def __init__(
        self, run_one: Callable[[str], bool], widths: Mapping[str, int], *, interval: float
    ) -> None:
        """``widths``: lanes for each queue; ``interval``: seconds between looks for work."""
        self._run_one, self._widths, self._interval = run_one, dict(widths), interval
        self._end = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Open the lanes. They end with the process, whatever they are at."""
        for queue, width in self._widths.items():
            for number in range(width):
                name = f"{queue}-{number + 1}"
                thread = threading.Thread(target=self._go, args=(queue,), name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def end(self, *, patience: float) -> bool:
        """Begin no more jobs; wait ``patience`` seconds in all. Whether all lanes are empty."""
        self._end.set()
        share = patience / max(len(self._threads), 1)
        for thread in self._threads:
            thread.join(share)
        return not any(thread.is_alive() for thread in self._threads)

    def _go(self, queue: str) -> None:
        try:
            while not self._end.is_set():
                if not self._turn(queue):
                    self._end.wait(self._interval)
        finally:
            connections.close_all()

    def _turn(self, queue: str) -> bool:
        """One job; a database that is away for a moment does not close the lane."""
        try:
            close_old_connections()
            return self._run_one(queue)
        except (DatabaseError, AnsimError) as error:
            log.exception("a lane could not go on (%s)", type(error).__name__)
            return False
