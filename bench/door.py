"""The door against its table of hostile targets, on an internet that is all ours.

    python bench/door.py [--quick] [--loopback]

On Linux the programme moves into a network of its own (``unshare``), in which every address of the
world, public and special, is this machine, with listeners on ports 80 and 443. There the policy is that
of production without any exception: the hostile site lives at a public address, and a connection to any
other address is counted at the listening sockets. Where that is not to be had (or with --loopback),
the site lives on loopback, and other loopback addresses are the forbidden ones.

For each family: targets, those that ended wrongly, connections to forbidden addresses, answers that
passed a cap, the longest look, the most memory of the door above its start, and the reasons given.
Exit status 1 when anything is not met.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ansim.fetching import production_policy
from ansim.fetching.confined import Decoder
from tests.fetching import hostile_floods, hostile_plays
from tests.fetching.hostile_course import (
    SENT_BEYOND,
    Course,
    Passed,
    forget_peak,
    held_memory,
    peak_memory,
)
from tests.fetching.hostile_servers import MEBIBYTE, HostileInternet, loopback
from tests.fetching.hostile_targets import Target, gate

SITE = "93.184.215.14"
FORBIDDEN = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.0.1", "::1", "fd00:ec2::254")
PRODUCTION = production_policy()
CAPS = (PRODUCTION.max_page_bytes, PRODUCTION.max_media_bytes)
LEAST_TARGETS, MOST_MEMORY, MOST_CHILD = 300, 256 * MEBIBYTE, 1024 * MEBIBYTE
SLOW_DEADLINE, DEADLINE = 2.0, PRODUCTION.deadline_seconds
_INSIDE = "ANSIM_BENCH_NETWORK"
_MAKE_WORLD = (
    "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo"
)


def own_network() -> list[str] | None:
    """The command that runs this programme in a network of its own; None where there is none."""
    unshare, shell, ip = (shutil.which(name) for name in ("unshare", "sh", "ip"))
    if not (unshare and shell and ip):
        return None
    inside = [unshare, "--map-root-user", "--net", shell, "-c"]
    try:
        tried = subprocess.run([*inside, _MAKE_WORLD], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return [*inside, f'{_MAKE_WORLD} && exec "$@"', shell] if tried.returncode == 0 else None


@contextmanager
def world() -> Iterator[HostileInternet]:
    """Listeners at every address there is, on the ports of the web."""
    internet = HostileInternet(("::",), SITE, (80, 443))
    try:
        yield internet
    finally:
        internet.close()


def prove(internet: HostileInternet, addresses: tuple[str, ...]) -> None:
    """Knock at forbidden addresses ourselves: a listener that counts nothing would prove nothing."""
    for address in addresses:
        socket.create_connection((address, internet.http), timeout=5).close()
    until = time.monotonic() + 5
    while len(internet.contacts) < len(addresses) and time.monotonic() < until:
        time.sleep(0.01)
    if sorted(internet.contacts) != sorted(addresses):
        sys.exit(f"The listeners do not count: {internet.contacts}")
    internet.contacts.clear()


def families(*, quick: bool) -> Iterator[tuple[str, list[Target]]]:
    """The table in its families, in order."""
    everything = gate()
    for make in (
        hostile_plays.quick,
        hostile_plays.slow,
        hostile_floods.endless,
        hostile_floods.bombs,
        hostile_floods.polyglots,
        hostile_floods.rules,
    ):
        everything += make()
    everything += hostile_floods.pictures(all_of_them=not quick)
    found: dict[str, list[Target]] = defaultdict(list)
    for target in everything:
        found[target.family].append(target)
    return iter(found.items())


def past_caps(passed: Passed) -> bool:
    """Whether more was unpacked or taken from the server than the policy allows."""
    most = CAPS[0] if passed.seen.page else CAPS[1]
    return passed.seen.bytes_read > most + MEBIBYTE or passed.sent > CAPS[1] + SENT_BEYOND


def play(internet: HostileInternet, decoder: Decoder, *, sandbox: bool, quick: bool) -> bool:
    """Run the table and print it. Whether all is met."""
    print(f"{'family':28} targets wrong inside past caps longest s  memory MiB  outcomes")
    total, wrong, past, inside, peak, longest = 0, [], 0, 0, 0, 0.0
    for family, targets in families(quick=quick):
        slow = family.startswith("slow")
        course = Course(
            internet, decoder.fingerprint, sandbox=sandbox,
            deadline=SLOW_DEADLINE if slow else DEADLINE, caps=CAPS,
        )  # fmt: skip
        forget_peak()
        before, contacts = held_memory(), len(internet.contacts)
        passed = course.run(targets, at_once=8 if slow else 1)
        memory = peak_memory() - before
        faults = [f"{family}: {one.target.what}: {what}" for one in passed for what in one.wrong]
        time.sleep(0.05)  # a connection is counted by the listener's own thread
        reached = len(internet.contacts) - contacts
        beyond, slowest = sum(map(past_caps, passed)), max(one.seen.seconds for one in passed)
        ends = Counter(f"{one.seen.outcome}:{one.seen.reason}".rstrip(":") for one in passed)
        told = ", ".join(f"{times} {what}" for what, times in ends.most_common(5))
        told += f", and {len(ends) - 5} others" if len(ends) > 5 else ""
        print(
            f"{family:28} {len(passed):7} {len(faults):5} {reached:6} {beyond:9} {slowest:9.2f} "
            f"{memory / MEBIBYTE:11.1f}  {told}"
        )
        total, past, inside = total + len(passed), past + beyond, inside + reached
        peak, wrong = max(peak, memory), wrong + faults
        longest = max(longest, slowest - SLOW_DEADLINE if slow else slowest - DEADLINE)
    for fault in wrong:
        print("WRONG", fault)
    child = peak_memory(decoder.start())
    print(
        f"\n{total} targets; connections at other addresses {inside}"
        f"{' ' + str(Counter(internet.contacts)) if inside else ''}; at the hostile site {len(internet.visits)}"
    )
    print(
        f"memory: the door {held_memory() / MEBIBYTE:.0f} MiB, at most {peak / MEBIBYTE:.0f} MiB more in a family; "
        f"the decoding child at most {child / MEBIBYTE:.0f} MiB"
    )
    checks = {
        f"at least {LEAST_TARGETS} targets": total >= LEAST_TARGETS,
        "no connection to a forbidden address": inside == 0,
        "no answer past its caps": past == 0,
        "every look within its deadline (and 1.5 s)": longest <= 1.5,
        "each with its right outcome and a sentence in both languages": not wrong,
        f"the door's memory grew by at most {MOST_MEMORY // MEBIBYTE} MiB": peak <= MOST_MEMORY,
        f"the child took at most {MOST_CHILD // MEBIBYTE} MiB": child <= MOST_CHILD,
    }
    for what, met in checks.items():
        print(f"{'met    ' if met else 'NOT MET'}  {what}")
    return all(checks.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="only pictures that lie in their headers"
    )
    parser.add_argument("--loopback", action="store_true", help="do not make a network of its own")
    asked = parser.parse_args()
    inside = bool(os.environ.get(_INSIDE))
    command = None if inside or asked.loopback else own_network()
    if command is not None:
        environment = {**os.environ, _INSIDE: "1"}
        again = [*command, sys.executable, str(Path(__file__).resolve()), *sys.argv[1:]]
        return subprocess.run(again, env=environment, check=False).returncode
    print(
        "The policy of production, in a network in which every address is ours.\n"
        if inside
        else "On loopback, with the site's own network permitted and no other.\n"
    )
    with world() if inside else loopback() as internet, Decoder() as decoder:
        decoder.start()
        prove(internet, FORBIDDEN if inside else ("127.0.0.1", "127.0.0.2"))
        return 0 if play(internet, decoder, sandbox=not inside, quick=asked.quick) else 1


if __name__ == "__main__":
    sys.exit(main())
