"""robots.txt (RFC 9309), remembered per vantage point and origin."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from protego import Protego

KEEP_SECONDS = 3600.0
KEEP_UNAVAILABLE_SECONDS = 300.0
MAX_BYTES = 512 * 1024
MAX_ORIGINS = 5_000
MAX_KEPT_BYTES = 16 * 1024 * 1024
LONGEST_CRAWL_DELAY = 10.0
"""Crawl-delay is obeyed up to this (seconds): it is no part of RFC 9309, and a removal is confirmed
only by several looks in one round."""


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What a host allows. ``parsed`` None: everything, or nothing when ``unavailable``.

    ``size``: the bytes of the file.
    """

    parsed: Protego | None = None
    unavailable: bool = False
    size: int = 0

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether a program of this name may open ``url``."""
        if self.parsed is None:
            return not self.unavailable
        return bool(self.parsed.can_fetch(url, user_agent))

    def rate(self, user_agent: str) -> float | None:
        """Looks a second that Crawl-delay asks for, None without one."""
        delay = None if self.parsed is None else self.parsed.crawl_delay(user_agent)
        if not delay or not delay > 0:
            return None
        return 1.0 / min(float(delay), LONGEST_CRAWL_DELAY)


def read_rules(status: int, body: bytes) -> RobotsRules:
    """The rules that an answer for /robots.txt means (RFC 9309 section 2.3.1)."""
    if status >= 500 or status == 429:  # noqa: PLR2004 - "unreachable": stay out
        return RobotsRules(unavailable=True)
    if not 200 <= status < 300:  # noqa: PLR2004 - "unavailable": no rules
        return RobotsRules()
    return RobotsRules(Protego.parse(body.decode("utf-8", "replace")), size=len(body))


class RobotsCache:
    """Rules by key with the moment when they expire. Thread-safe; bounded in number and bytes."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], tuple[float, RobotsRules]] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self._asking: dict[tuple[str, str], threading.Event] = {}

    def get(self, key: tuple[str, str], moment: float) -> RobotsRules | None:
        """The rules under ``key`` (vantage, origin) if they are fresh at ``moment`` (seconds)."""
        with self._lock:
            expires, rules = self._rules.get(key, (0.0, None))
        return rules if moment < expires else None

    def put(self, key: tuple[str, str], rules: RobotsRules, moment: float) -> None:
        """Remember ``rules`` from ``moment`` on."""
        keep = KEEP_UNAVAILABLE_SECONDS if rules.unavailable else KEEP_SECONDS
        with self._lock:
            self._drop(key)
            while self._rules and (
                len(self._rules) >= MAX_ORIGINS or self._bytes + rules.size > MAX_KEPT_BYTES
            ):
                self._drop(next(iter(self._rules)))
            self._rules[key] = (moment + keep, rules)
            self._bytes += rules.size

    def _drop(self, key: tuple[str, str]) -> None:
        _, rules = self._rules.pop(key, (0.0, RobotsRules()))
        self._bytes -= rules.size

    @contextlib.contextmanager
    def asking(self, key: tuple[str, str], patience: float) -> Iterator[None]:
        """Be the only one who asks for the rules of ``key``, after ``patience`` seconds at most."""
        with self._lock:
            others = self._asking.get(key)
            mine = self._asking.setdefault(key, threading.Event())
        if others is not None:
            others.wait(patience)
        try:
            yield
        finally:
            if others is None:
                with self._lock:
                    del self._asking[key]
                mine.set()
