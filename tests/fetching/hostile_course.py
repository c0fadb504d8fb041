"""Runs hostile targets through a door and says what went wrong with each."""

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from ansim.fetching import Door, FetchPolicy, Observation, Vantage
from ansim.fingerprints import Fingerprint
from tests.fetching.hostile_servers import MEBIBYTE, HostileInternet, Names, Play
from tests.fetching.hostile_targets import Target

PAGE_CAP, MEDIA_CAP, HEADER_CAP = MEBIBYTE, 8 * MEBIBYTE, 64 * 1024
SLACK = 64 * 1024 + 4096
"""Decoded bytes that may lie beyond a cap when it is noticed: one piece."""

LATE = 1.5
"""Seconds by which a look may overrun its deadline: scheduling on a busy machine."""

SENT_BEYOND = 16 * MEBIBYTE
"""What a server may get rid of beyond a cap: what both ends' socket buffers swallow."""


@dataclass(frozen=True)
class Passed:
    """One target's look, and what was wrong with it (nothing, one hopes)."""

    target: Target
    seen: Observation
    wrong: tuple[str, ...]
    sent: int = 0


class Course:
    """One hostile internet and the doors that are tried on it.

    ``sandbox``: the site's own network is permitted and no other, else the policy of production is
    used without any exception. ``deadline``: seconds for one look; ``caps``: most bytes of a page
    and of media.
    """

    def __init__(
        self,
        internet: HostileInternet,
        fingerprint: Callable[[bytes], Fingerprint],
        *,
        sandbox: bool,
        deadline: float = 12.0,
        caps: tuple[int, int] = (PAGE_CAP, MEDIA_CAP),
    ) -> None:
        self.internet = internet
        self._fingerprint = fingerprint
        self._port = "" if internet.http == 80 else f":{internet.http}"
        self._lock = threading.Lock()
        self._policy = FetchPolicy(
            resolver=internet.names(),
            vantages=(Vantage("seoul", "KR"),),
            permitted_networks=(ip_network(f"{internet.site}/32"),) if sandbox else (),
            # The listeners' own ports: with the gate open, these targets would be answered.
            allowed_ports=tuple({80, 443, internet.http, internet.https}),
            max_page_bytes=caps[0],
            max_media_bytes=caps[1],
            max_header_bytes=HEADER_CAP,
            deadline_seconds=deadline,
            per_host_rate=None,
            obey_robots=False,
            tls=ssl.create_default_context(),
        )

    def run(self, targets: list[Target], *, at_once: int = 1) -> list[Passed]:
        """All of them, in order or ``at_once`` beside each other."""
        if at_once == 1:
            return [self.look(target) for target in targets]
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(self.look, targets))

    def look(self, target: Target) -> Passed:
        """One target through a door of its own."""
        names = self.internet.names()
        names.answers = {"moa.test": (("SITE",),), **target.answers}
        url = self._placed(target.url)
        host = urlsplit(url).hostname or "" if target.plays or target.greeting else ""
        with self._lock:
            for path, play in target.plays.items():
                self.internet.plays[path] = self._with_port(play)
            if target.greeting is not None:
                self.internet.greetings[host.encode()] = target.greeting
        door = self._door(names, robots=target.robots)
        try:
            seen = door.look(url, vantage="seoul")
        finally:
            door.close()
        sent = self.internet.sent[urlsplit(url).path] if target.plays else 0
        return Passed(target, seen, tuple(self._wrong(target, seen, names)), sent)

    def door(self, answers: dict[str, tuple[tuple[str, ...], ...]]) -> Door:
        """A door for several looks; the name service knows ``answers``."""
        names = self.internet.names()
        names.answers = dict(answers)
        return self._door(names)

    def _door(self, names: Names, *, robots: bool = False) -> Door:
        policy = replace(self._policy, resolver=names, obey_robots=robots)
        return Door(policy, self._fingerprint, now=partial(datetime.now, UTC))

    def _wrong(self, target: Target, seen: Observation, names: Names) -> list[str]:
        wrong = []
        ends = (seen.outcome, f"{seen.outcome}:{seen.reason}")
        if not set(ends) & set(target.expected):
            wrong.append(f"{ends[1]}, not {' or '.join(target.expected)}")
        if seen.seconds > self._policy.deadline_seconds + LATE:
            wrong.append(f"took {seen.seconds:.1f} s")
        policy = self._policy
        cap = policy.max_media_bytes if seen.page is None else policy.max_page_bytes
        if seen.bytes_read > cap + SLACK:
            wrong.append(f"{seen.bytes_read} bytes were unpacked")
        if seen.outcome != "answered":
            said = {seen.refusal_sentence(language) for language in ("ko", "en")}
            if len(said) != len(("ko", "en")) or min(map(len, said)) < len("Try again."):
                wrong.append("has no clear sentence")
        if seen.peer not in {"", self.internet.site}:
            wrong.append(f"reached {seen.peer}")
        if target.asked is not None:
            asked = names.asked[urlsplit(target.url).hostname or ""]
            if asked != target.asked:
                wrong.append(f"asked the name service {asked} times, not {target.asked}")
        return wrong

    def _placed(self, url: str) -> str:
        return url.replace("{port}", self._port)

    def _with_port(self, play: Play) -> Play:
        return play.replace(b"{port}", self._port.encode()) if isinstance(play, bytes) else play


def peak_memory(pid: int | str = "self") -> int:
    """The most bytes of memory that a process has held since ``forget_peak``, or its start."""
    return _status(pid, "VmHWM")


def held_memory(pid: int | str = "self") -> int:
    """The bytes of memory that a process holds now."""
    return _status(pid, "VmRSS")


def forget_peak(pid: int | str = "self") -> None:
    """Let the peak begin anew (Linux: "5" to clear_refs)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def _status(pid: int | str, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.partition(f"{name}:")[2].split()[0]) * 1024
