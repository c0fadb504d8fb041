"""The ordeal: the worker is killed again and again while the story is played.

Afterwards the same notices must have left, each once, as in a story that nobody disturbed:
``notices_digest`` of both runs is equal.
"""

import hashlib
import json
import random
import re
import signal
import threading
import time
from pathlib import Path

from ansim.demo.stage import Stage

REFERENCE = re.compile(r"R-[0-9A-Z]{5}")
# A killed worker needs about a second to start, and the longest walks take as long: a life that
# is always shorter than a job would prove nothing but patience.
LONGEST_LIFE = 1.6


class Killer:
    """Ends the worker with SIGKILL at random points of its life, a given number of times."""

    def __init__(self, stage: Stage, kills: int, seed: int) -> None:
        self.stage, self.wanted, self.done = stage, kills, 0
        self._chance = random.Random(seed)  # noqa: S311 -- chance for a drill, not a secret
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._kill, daemon=True)

    def start(self) -> None:
        """Begin killing."""
        self._thread.start()

    def stop(self) -> None:
        """End, whether or not all kills were done."""
        self._over.set()
        self._thread.join()

    def _kill(self) -> None:
        while self.done < self.wanted and not self._over.is_set():
            worker = self.stage.worker
            if worker is None or worker.poll() is not None or not self._lives(worker.pid):
                time.sleep(0.005)
                continue
            time.sleep(self._chance.uniform(0, LONGEST_LIFE))
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                self.done += 1

    def _lives(self, pid: int) -> bool:
        """Whether that process has announced itself as a worker, so that it is at work."""
        try:
            locks = [lock.read_text() for lock in Path(self.stage.home, "run").glob("*.lock")]
        except FileNotFoundError:
            # A dead worker's lock was just cleared away.
            return False
        return str(pid) in locks


def notices_digest() -> str:
    """SHA-256 (hex) over every request's content and fate, without its random reference."""
    from ansim.centre.removal.models import Request

    rows = []
    for one in Request.objects.select_related("sighting"):
        mended = REFERENCE.sub("R-", f"{one.subject}\n{one.body}")
        times = (one.drafted_at, one.approved_at, one.sent_at, one.received_at, one.closed_at)
        rows.append(
            [
                one.sighting.url.partition("#")[0], one.recipient, one.why, one.rung, one.state,
                one.ending, one.sighting.verdict, mended, *(str(moment) for moment in times),
            ]
        )  # fmt: skip
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()
