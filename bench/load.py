"""Sustained load through the door: many hosts, each far away, none asked more often than it may be.

    python bench/load.py [--seconds 60] [--hosts 200] [--latency 0.1] [--workers 64] [--quick]

The hosts are loopback addresses of one server process, which shares this machine's processors; each
answers after ``latency`` seconds with a page of about 15 kB, and one time in six with a JPEG, which is
hashed in the confined child. The policy is that of production (one look a second and host, a burst of
four, jitter, robots.txt obeyed); only the name service and the permitted network are the bench's own.
Politeness is measured at the servers, with their clocks: no host may see more than its bucket gives.
Exit status 1 when anything is not met.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from ipaddress import ip_network
from itertools import count, pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from ansim.fetching import Door, Endpoint, production_policy
from ansim.fetching.confined import Decoder
from ansim.fetching.crew import Crew, Job, Looked

MOST_RSS, LEAST_RATE = 500 * 1024**2, 150.0
WARM_UP = 8.0
TOLERANCE = 0.05
"""Seconds by which a server may see a request sooner after another than the door sent it."""

PICTURES = 6
_NETWORK = "127.88.0.0/16"


def address(number: int) -> str:
    return f"127.88.{number // 250}.{number % 250 + 1}"


def page(number: int) -> bytes:
    """About 15 kB of HTML as boards have it: posts with links, small pictures and words."""
    dice = random.Random(number)
    rows = []
    for row in range(92):
        words = " ".join(
            dice.choice(("river", "garden", "stone", "달빛", "나무", "quiet", "path"))
            for _ in range(9)
        )
        rows.append(
            f'<li class="post"><a href="/p/{dice.randrange(10**6)}">{words}</a>'
            f'<img src="/i/{row}.jpg" alt=""><span class="by">{dice.randrange(10**5)}</span></li>'
        )
    head = f"<title>Board {number}</title><meta charset=utf-8><link rel=stylesheet href=/a.css>"
    return f"<!doctype html><html><head>{head}</head><body><ul>{''.join(rows)}</ul></body></html>".encode()


def picture(number: int) -> bytes:
    """A JPEG of 640 × 480: waves, so that it has something to hash."""
    rows, columns = np.mgrid[0:480, 0:640]
    waves = (
        np.sin(rows / (9 + number))
        + np.cos(columns / (17 + number))
        + np.sin((rows + columns) / 31)
    )
    shades = np.stack(
        [waves * 40 + 128, waves[::-1] * 40 + 120, waves[:, ::-1] * 40 + 110], axis=-1
    )
    file = BytesIO()
    Image.fromarray(shades.astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


def answered(body: bytes, kind: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nServer: b\r\n\r\n"
    return head.encode() + body


class Host(asyncio.Protocol):
    """One connection to one host; keeps when each request came."""

    def __init__(
        self, latency: float, answers: dict[str, list[bytes]], seen: dict[str, list[float]]
    ) -> None:
        self.latency, self.answers, self.seen = latency, answers, seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.here = transport.get_extra_info("sockname")[0]

    def data_received(self, data: bytes) -> None:
        path = data[4 : data.index(b" ", 4)]
        self.seen.setdefault(self.here, []).append(time.monotonic())
        kind = (
            "robots" if path == b"/robots.txt" else "picture" if path.startswith(b"/i") else "page"
        )
        choice = self.answers[kind]
        answer = choice[len(self.seen[self.here]) % len(choice)]
        asyncio.get_running_loop().call_later(self.latency, self._answer, answer)

    def _answer(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(hosts: int, latency: float) -> None:
    """All hosts at one port, until a line comes in; then what they saw goes out as JSON."""
    loop = asyncio.get_running_loop()
    seen: dict[str, list[float]] = {}
    answers = {
        "robots": [answered(b"User-agent: *\nDisallow: /private/\n", "text/plain")],
        "page": [answered(page(number), "text/html; charset=utf-8") for number in range(20)],
        "picture": [answered(picture(number), "image/jpeg") for number in range(20)],
    }
    make = partial(Host, latency, answers, seen)
    first = await loop.create_server(make, address(0), 0, backlog=64)
    port = first.sockets[0].getsockname()[1]
    others = [await loop.create_server(make, address(n), port, backlog=64) for n in range(1, hosts)]
    print(json.dumps({"port": port, "servers": 1 + len(others)}), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"seen": seen, "cpu": used.ru_utime + used.ru_stime}), flush=True)


class Known:
    """The name service of the bench: host n is address n."""

    def __init__(self, port: int) -> None:
        self.port = port

    def resolve(self, host: str, port: int) -> list[Endpoint]:
        del port
        return [Endpoint(address(int(host[1:].partition(".")[0])), self.port)]


def jobs(hosts: int, until: list[float]) -> Iterator[Job]:
    """One look after another, at every host in turn, until the time is up."""
    for number in count():
        if time.monotonic() > until[0]:
            return
        kind = "i" if number // hosts % PICTURES == PICTURES - 1 else "p"
        yield Job(f"http://h{number % hosts}.test/{kind}/{number}", "here")


@dataclass
class Tally:
    """What the door brought back."""

    ended: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def take(self, looked: Looked) -> None:
        seen = looked.observation
        self.ended.append(time.monotonic())
        self.seconds.append(seen.seconds)
        self.outcomes[f"{seen.outcome} {seen.status or ''} {seen.reason}".strip()] += 1
        self.kinds["picture" if seen.fingerprint else "page" if seen.page else "neither"] += 1


def too_soon(times: list[float], rate: float, burst: int) -> int:
    """How many requests of one host came before its bucket had a turn for them."""
    full_at, early = 0.0, 0
    for moment in times:
        full_at = max(full_at, moment)
        if full_at - moment > (burst - 1) / rate + TOLERANCE:
            early += 1
        full_at += 1 / rate
    return early


def most_within(times: list[float], seconds: float) -> int:
    """The most requests in any window of so many seconds."""
    first, most = 0, 0
    for last, moment in enumerate(times):
        while times[first] <= moment - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def peak(pid: int | str) -> int:
    text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.partition("VmHWM:")[2].split()[0]) * 1024


def processor(pid: int | str) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def report(tally: Tally, told: dict, asked: argparse.Namespace, spent: dict[str, float]) -> bool:
    """Print the figures. Whether all is met."""
    policy = production_policy()
    rate, burst = policy.per_host_rate or 1.0, policy.burst
    begun = tally.ended[0]
    steady = [
        moment
        for moment in tally.ended
        if begun + WARM_UP <= moment <= begun + WARM_UP + asked.seconds
    ]
    sustained = len(steady) / asked.seconds
    slices = Counter(int((moment - begun - WARM_UP) // 10) for moment in steady)
    walls = sorted(tally.seconds)
    by_host = list(told["seen"].values())
    gaps = [later - sooner for times in by_host for sooner, later in pairwise(times[burst * 4 :])]
    early = sum(too_soon(times, rate, burst) for times in by_host)
    print(f"looks {len(walls)}: {dict(tally.kinds)}; {dict(tally.outcomes)}")
    print(
        f"sustained {sustained:.1f} looks/s over {asked.seconds:g} s; each 10 s: "
        + " ".join(f"{slices[n] / 10:.0f}" for n in sorted(slices))
    )
    print(
        f"seconds of a look: median {walls[len(walls) // 2]:.3f}, p95 {walls[int(len(walls) * 0.95)]:.3f}, "
        f"longest {walls[-1]:.2f} (waiting for a turn included)"
    )
    print(f"requests at the servers {sum(map(len, by_host))}, hosts {len(by_host)}")
    print(
        f"most requests of one host in any 1 s: {max(most_within(t, 1.0) for t in by_host)}, "
        f"in any 10 s: {max(most_within(t, 10.0) for t in by_host)} "
        f"(its bucket gives {burst} at once and {rate:g} a second)"
    )
    print(
        f"gaps at one host after the first burst: median {statistics.median(gaps):.2f} s, least {min(gaps):.3f} s"
    )
    print(
        f"processor, of one: door {spent['door'] / spent['wall']:.2f}, child {spent['child'] / spent['wall']:.2f}, "
        f"servers {told['cpu'] / spent['wall']:.2f}; {spent['door'] / len(walls) * 1000:.2f} ms a look in the door"
    )
    print(
        f"memory: door {spent['rss'] / 1024**2:.0f} MiB, child {spent['child_rss'] / 1024**2:.0f} MiB"
    )
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"load a processor: {load:.1f}\n")
    checks = {
        f"at least {LEAST_RATE:g} looks/s, sustained": sustained >= LEAST_RATE,
        "no request before its host's bucket had a turn": early == 0,
        "every host was asked": len(by_host) == asked.hosts,
        "every look answered": set(tally.outcomes) == {"answered 200"},
        "memory at most 500 MiB, door and child together": spent["rss"] + spent["child_rss"]
        <= MOST_RSS,
    }
    for what, met in checks.items():
        print(f"{'met    ' if met else 'NOT MET'}  {what}")
    return all(checks.values())


def measure(server: subprocess.Popen[str], asked: argparse.Namespace) -> bool:
    """Load the door for the time asked, then ask the servers what they saw."""
    port = json.loads(server.stdout.readline())["port"]
    policy = replace(
        production_policy(),
        resolver=Known(port),
        permitted_networks=(ip_network(_NETWORK),),
        vantages=(replace(production_policy().vantages[0], name="here"),),
    )
    tally = Tally()
    with Decoder() as decoder:
        child = decoder.start()
        door = Door(policy, decoder.fingerprint, now=partial(datetime.now, UTC))
        started, used, by_child = time.monotonic(), time.process_time(), processor(child)
        until = [started + WARM_UP + asked.seconds + 1]
        for looked in Crew(door, asked.workers).run(jobs(asked.hosts, until)):
            tally.take(looked)
            if len(tally.ended) % 500 == 0 and sys.stderr.isatty():
                print(f"\r{len(tally.ended)} looks", end="", file=sys.stderr)
        spent = {
            "wall": time.monotonic() - started,
            "door": time.process_time() - used,
            "child": processor(child) - by_child,
            "rss": peak("self"),
            "child_rss": peak(child),
        }
        door.close()
    server.stdin.write("\n")
    server.stdin.flush()
    return report(tally, json.loads(server.stdout.readline()), asked, spent)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.1)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--quick", action="store_true", help="10 seconds")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.hosts, asked.latency))
        return 0
    if asked.quick:
        asked.seconds = 10.0
    command = [
        sys.executable,
        __file__,
        "--serve",
        "--hosts",
        str(asked.hosts),
        "--latency",
        str(asked.latency),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            return 0 if measure(server, asked) else 1
        finally:
            server.terminate()


if __name__ == "__main__":
    sys.exit(main())
