"""robots.txt (RFC 9309), remembered per vantage point and origin."""

import threading
from dataclasses import dataclass

from protego import Protego

KEEP_SECONDS = 3600.0
KEEP_UNAVAILABLE_SECONDS = 300.0
MAX_BYTES = 512 * 1024
MAX_ORIGINS = 5_000


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What a host allows. ``parsed`` None: everything, or nothing when ``unavailable``."""

    parsed: Protego | None = None
    unavailable: bool = False

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether a program of this name may open ``url``."""
        if self.parsed is None:
            return not self.unavailable
        return bool(self.parsed.can_fetch(url, user_agent))


def read_rules(status: int, body: bytes) -> RobotsRules:
    """The rules that an answer for /robots.txt means (RFC 9309 section 2.3.1)."""
    if status >= 500 or status == 429:  # noqa: PLR2004 - "unreachable": stay out
        return RobotsRules(unavailable=True)
    if not 200 <= status < 300:  # noqa: PLR2004 - "unavailable": no rules
        return RobotsRules()
    return RobotsRules(Protego.parse(body.decode("utf-8", "replace")))


class RobotsCache:
    """Rules by key with the moment when they expire. Thread-safe."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], tuple[float, RobotsRules]] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str], moment: float) -> RobotsRules | None:
        """The rules under ``key`` (vantage, origin) if they are fresh at ``moment`` (seconds)."""
        with self._lock:
            expires, rules = self._rules.get(key, (0.0, None))
        return rules if moment < expires else None

    def put(self, key: tuple[str, str], rules: RobotsRules, moment: float) -> None:
        """Remember ``rules`` from ``moment`` on."""
        keep = KEEP_UNAVAILABLE_SECONDS if rules.unavailable else KEEP_SECONDS
        with self._lock:
            if len(self._rules) >= MAX_ORIGINS:
                self._rules.pop(next(iter(self._rules)))
            self._rules[key] = (moment + keep, rules)
