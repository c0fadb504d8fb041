"""robots.txt (RFC 9309), remembered per vantage point and origin."""

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from protego import Protego

KEEP_SECONDS = 3600.0
KEEP_UNAVAILABLE_SECONDS = 300.0
MAX_BYTES = 512 * 1024
MAX_ORIGINS = 5_000
MAX_KEPT_BYTES = 64 * 1024 * 1024
LONGEST_CRAWL_DELAY = 10.0
"""Crawl-delay is obeyed up to this (seconds): it is no part of RFC 9309, and a removal is confirmed
only by several looks in one round."""

_AGENT = re.compile(r"\s*(?:user-agent|useragent|user\s+agent)(?:\s*:|\s)([^#]*)", re.IGNORECASE)
_NOBODY = "nobody-whom-we-know"
_RULE = re.compile(r"\s*(?:dis?s?al|diasl|allow|crawl|request|visit)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What a host allows. ``parsed`` None: everything, or nothing when ``unavailable``.

    ``size``: the bytes that it holds in memory, about.
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


def read_rules(status: int, body: bytes, user_agent: str) -> RobotsRules:
    """The rules that an answer for /robots.txt means for us (RFC 9309 section 2.3.1)."""
    if status >= 500 or status == 429:  # noqa: PLR2004 - "unreachable": stay out
        return RobotsRules(unavailable=True)
    if not 200 <= status < 300:  # noqa: PLR2004 - "unavailable": no rules
        return RobotsRules()
    lines = _for_us(body.decode("utf-8", "replace").splitlines(), user_agent.lower())
    return RobotsRules(Protego.parse("\n".join(lines)), size=sum(map(_cost, lines)))


def _for_us(lines: list[str], agent: str) -> list[str]:
    """The file without what is said to other programs, all of which get one name.

    The parser keeps a group's rules once for each of its programs: a file of half a megabyte with
    as many names as rules would fill gigabytes. ``agent``: our own name in lower case.
    """
    named = [None if (found := _AGENT.match(line)) is None else _name(found[1]) for line in lines]
    different = dict.fromkeys(name for name in named if name)
    best = max(different, key=lambda name: _fit(name, agent), default="")
    known = {"*", best} if _fit(best, agent) else {"*"}
    kept: list[str] = []
    ours = ended = False
    for line, name in zip(lines, named, strict=True):
        if name is not None:
            ours, ended = (ours and not ended) or name in known, False
            kept.append(f"User-agent: {name if name in known or not name else _NOBODY}")
        elif _RULE.match(line):
            ended = True
            kept += [line] if ours else []
        elif line.strip():
            kept.append(line)
    return [line for line, before in zip(kept, ["", *kept], strict=False) if line != before]


def _name(value: str) -> str:
    """A program's name as it is compared: a star behind it, or inside of it, says nothing."""
    name = value.strip().lower()
    return name if name == "*" else name.replace("*", "").strip()


def _fit(name: str, agent: str) -> int:
    """How closely a name fits ours, 0: not at all. It counts from the beginning of a word on."""
    at = agent.find(name) if name else -1
    while at > 0 and (agent[at - 1].isalnum() or agent[at - 1] in "-_"):
        at = agent.find(name, at + 1)
    return len(name) if at >= 0 else 0


def _cost(line: str) -> int:
    """The bytes that a line of rules takes in memory once it is parsed, about."""
    return (350 + len(line) + 80 * line.count("*")) * (2 if "$" in line else 1)


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
