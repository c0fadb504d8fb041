"""One token bucket per host, shared by all cases: politeness, not speed, is the limit."""

import threading

MAX_HOSTS = 10_000


class HostRates:
    """Reserves a moment for the next look at a host."""

    def __init__(self, rate: float | None, burst: int) -> None:
        """``rate``: looks a second at one host (None: unlimited); ``burst``: how many at once."""
        self._rate = rate
        self._burst = max(1, burst)
        self._ready: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, host: str, moment: float, longest: float) -> float | None:
        """Seconds to wait before the look, or None when it would be more than ``longest``.

        ``moment`` is any monotonic clock in seconds. A refusal reserves nothing. The bucket is kept
        as the moment when it would be full again (generic cell rate algorithm, ITU-T I.371).
        """
        if self._rate is None:
            return 0.0
        step = 1.0 / self._rate
        with self._lock:
            if len(self._ready) > MAX_HOSTS:
                self._ready = {name: at for name, at in self._ready.items() if at > moment}
            full_at = max(self._ready.get(host, moment), moment)
            wait = max(0.0, full_at - moment - step * (self._burst - 1))
            if wait > longest:
                return None
            self._ready[host] = full_at + step
            return wait
