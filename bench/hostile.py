"""Thousands of malformed, truncated and hostile files through the confined decoder.

    python bench/hostile.py [--files 2400] [--seed 1] [--quick] [--slowest 10]

Files made by hand (bombs, loops, lies, endless animations) and mutants of one healthy file of
every kind. Each must end in one clear error or in the very hash that the same bytes have without
confinement; none may end the process, take more than two seconds, or more than 1 GB of memory.
The child is replaced where a file used up its processor time; starting it is told apart from
reading. On a busy machine the clock runs on while a file waits for a processor, so processor time
is shown beside it and decides. Exit status 1 when anything is not met.
"""

import argparse
import os
import resource
import sys
import time
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ansim.errors import AnsimError
from ansim.fetching.confined import Decoder, DecoderDied, DecodeTimeout
from ansim.fingerprints import Fingerprint, fingerprint_bytes
from tests.fingerprints.hostile_crafted import crafted
from tests.fingerprints.hostile_files import mutants

MOST_SECONDS, MOST_BYTES, ENOUGH = 2.0, 1024**3, 2000
TICKS = 100
_LONG = 0.25


@dataclass
class Tally:
    """What came of the files so far."""

    outcomes: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    times: list[tuple[float, float, str, str]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    peak: int = 0
    peak_file: str = ""
    wrong: list[str] = field(default_factory=list)
    checked: int = 0


def status(pid: int, name: str) -> int:
    """One number of bytes from the child's status; 0 where it is gone or cannot be read."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    _, _, rest = text.partition(name + ":")
    return int(rest.split()[0]) * 1024 if rest else 0


def processor(pid: int) -> float:
    """Seconds of processor time that the child has used."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / TICKS


def of_the_ended() -> float:
    """Seconds of processor time of all children that have ended."""
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def play(decoder: Decoder, name: str, content: bytes, tally: Tally) -> None:
    """One file, through the child and, where it is read quickly, without it."""
    started = time.monotonic()
    pid = decoder.start()
    tally.starts.append(time.monotonic() - started)
    used, ended = processor(pid), of_the_ended()
    started = time.monotonic()
    found: Fingerprint | None = None
    try:
        found = decoder.fingerprint(content)
        outcome = "fingerprint, cut short" if found.truncated else "fingerprint"
    except AnsimError as error:
        outcome = type(error).__name__
        for language in ("en", "ko"):
            if "{" in error.sentence(language):
                tally.wrong.append(f"{name}: a sentence with a gap")
    wall = time.monotonic() - started
    now = processor(pid) if decoder.child_pid == pid else of_the_ended() - ended
    spent = now - used
    tally.times.append((wall, spent, name, outcome))
    tally.outcomes[name.partition(":")[0]][outcome] += 1
    peak = status(pid, "VmHWM")
    if peak > tally.peak:
        tally.peak, tally.peak_file = peak, name
    if found is not None and wall < _LONG:
        tally.checked += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if fingerprint_bytes(content) != found:
                tally.wrong.append(f"{name}: another hash without confinement")


def report(tally: Tally, slowest: int, enough: int) -> bool:
    """Print the tables. Whether all is met."""
    kinds = Counter()
    print(f"{'kind':28} files  outcomes")
    for group, outcomes in sorted(tally.outcomes.items()):
        kinds += outcomes
        told = ", ".join(f"{count} {what}" for what, count in outcomes.most_common())
        print(f"{group:28} {sum(outcomes.values()):5}  {told}")
    print("\nall:", ", ".join(f"{count} {what}" for what, count in kinds.most_common()))
    print(f"\nslowest {slowest}: wall s, processor s")
    for wall, spent, name, outcome in sorted(tally.times, reverse=True)[:slowest]:
        print(f"{wall:8.2f} {spent:8.2f}  {name}: {outcome}")
    walls = sorted(time[0] for time in tally.times)
    cpu = max(spent for _, spent, _, _ in tally.times)
    begun = sorted(start for start in tally.starts if start > 0.01)
    print(f"\nfiles {len(walls)}, median {walls[len(walls) // 2] * 1000:.1f} ms")
    print(f"longest {walls[-1]:.2f} s wall, {cpu:.2f} s processor")
    print(f"child started {len(begun)} times, median {begun[len(begun) // 2]:.2f} s")
    print(f"most memory {tally.peak / 1024**2:.0f} MiB ({tally.peak_file})")
    print(f"hashes compared with those without confinement: {tally.checked}")
    for wrong in tally.wrong:
        print("WRONG", wrong)
    died = kinds[DecoderDied.__name__]
    checks = {
        f"at least {enough} files": len(walls) >= enough,
        "no crash of the child": died == 0,
        f"no file over {MOST_SECONDS:g} s of processor time": cpu <= MOST_SECONDS,
        "memory at most 1 GiB": 0 < tally.peak <= MOST_BYTES,
        "every hash correct, every error clear": not tally.wrong,
    }
    print(f"\nrefused for time: {kinds[DecodeTimeout.__name__]}")
    for what, met in checks.items():
        print(f"{'met    ' if met else 'NOT MET'}  {what}")
    quick = "met    " if walls[-1] <= MOST_SECONDS else "NOT MET"
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"{quick}  no file over {MOST_SECONDS:g} s by the clock (load a processor: {load:.1f})")
    return all(checks.values())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slowest", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="300 files")
    asked = parser.parse_args()
    wanted, tally = 300 if asked.quick else asked.files, Tally()
    with Decoder() as decoder:
        for name, content in chain(crafted(), mutants(wanted, asked.seed)):
            if len(tally.times) < wanted:
                play(decoder, name, content, tally)
    return 0 if report(tally, asked.slowest, 300 if asked.quick else ENOUGH) else 1


if __name__ == "__main__":
    sys.exit(main())
