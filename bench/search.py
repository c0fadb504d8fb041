"""Exact search within 31 bits: ours beside every exact peer, in one run.

    python bench/search.py                  100,000, 1 million and 10 million hashes (about 20 minutes)
    python bench/search.py --quick          100,000 only
    python bench/search.py --scale          cost against the number of hashes, 10^4 .. 10^8
    python bench/search.py --skew           flat and equal hashes

Each index is built in a process of its own, one after another, over the same random hashes, and
asked for neighbours planted at every distance from 0 to 31; a peer that misses one is not exact and is
marked so. Figures are medians of three; a peer too slow for 10,000 queries at once is given as many as
it answers in about ten seconds. Needs faiss-cpu and threatexchange for the peers; one that
is not installed is left out, in a line.
"""

import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

RADIUS = 31
BATCH = 10_000
PATIENCE = 10.0
MULTI_HASH = {
    "16x16": (16, 16, 1),
    "13x19": (13, 19, 2),
    "12x21": (12, 21, 2),
    "11x23": (11, 23, 2),
}
SYSTEMS = [
    "ansim",
    "faiss flat",
    *(f"faiss multi-hash {name}" for name in MULTI_HASH),
    "threatexchange",
]

Ask = Callable[[Any], list[tuple[int, int]]]


def hashes_of(count: int) -> Any:
    return np.random.default_rng(1).integers(0, 256, (count, 32), dtype=np.uint8)


def planted(hashes: Any, count: int) -> tuple[Any, Any]:
    """Queries, and the items that they were made from by changing 0 to 31 bits."""
    random = np.random.default_rng(2)
    items = random.integers(0, len(hashes), count)
    queries = np.unpackbits(hashes[items], axis=1)
    for number in range(count):
        queries[number, random.choice(256, number % 32, replace=False)] ^= 1
    return np.packbits(queries, axis=1), items


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def ours(hashes: Any) -> tuple[Ask, dict[str, float]]:
    from ansim.matching.index import HashIndex

    known = HashIndex.build(hashes)
    facts = {"bytes": known.nbytes / len(hashes)}
    with TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "index"
        known.save(path)
        started = time.perf_counter()
        HashIndex.open(path)
        facts["open"] = time.perf_counter() - started

    def ask(queries: Any) -> list[tuple[int, int]]:
        found = known.search(queries, RADIUS)
        return [(found.query, found.item)]

    return ask, facts


def faiss_index(name: str, hashes: Any) -> tuple[Ask, dict[str, float]]:
    import faiss

    before = resident()
    if name == "flat":
        index = faiss.IndexBinaryFlat(256)
    else:
        tables, bits, flips = MULTI_HASH[name.rpartition(" ")[2]]
        index = faiss.IndexBinaryMultiHash(256, tables, bits)
        index.nflip = flips
    index.add(hashes)

    def ask(queries: Any) -> list[tuple[int, int]]:
        limits, _, items = index.range_search(queries, RADIUS + 1)
        return [(np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64))), items)]

    return ask, {"bytes": (resident() - before) / len(hashes)}


def threatexchange(hashes: Any) -> tuple[Ask, dict[str, float]]:
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex

    before = resident()
    index = PDQIndex.build((row.tobytes().hex(), number) for number, row in enumerate(hashes))

    def ask(queries: Any) -> list[tuple[int, int]]:
        query, item = [], []
        for number, row in enumerate(queries):
            found = [match.metadata for match in index.query(row.tobytes().hex())]
            query += [number] * len(found)
            item += found
        return [(np.array(query), np.array(item))]

    return ask, {"bytes": (resident() - before) / len(hashes)}


def rate(ask: Ask, queries: Any, batch: int) -> tuple[float, int]:
    """Median queries a second in batches of ``batch``, and how many were asked each time."""
    started = time.perf_counter()
    warm = queries[: min(batch, 50)]
    ask(warm)
    one = (time.perf_counter() - started) / len(warm)
    asked = min(len(queries), max(batch if batch < BATCH else 100, int(PATIENCE / 3 / one)))
    batch = min(batch, asked)
    asked -= asked % batch
    times = []
    for _ in range(3):
        started = time.perf_counter()
        for first in range(0, asked, batch):
            ask(queries[first : first + batch])
        times.append(time.perf_counter() - started)
    return asked / statistics.median(times), batch


def measure(system: str, count: int) -> dict[str, Any]:
    hashes = hashes_of(count)
    queries, items = planted(hashes, BATCH)
    started = time.perf_counter()
    if system == "ansim":
        ask, facts = ours(hashes)
    elif system == "threatexchange":
        ask, facts = threatexchange(hashes)
    else:
        ask, facts = faiss_index(system.removeprefix("faiss "), hashes)
    facts["build"] = time.perf_counter() - started
    if system == "ansim":
        from ansim.matching.index import HashIndex

        started = time.perf_counter()
        HashIndex.build(hashes)
        facts["build"] = time.perf_counter() - started
    rates = {size: rate(ask, queries, size) for size in (1, 100, BATCH)}
    some = min(1000, max(64, int(rates[100][0] * PATIENCE / 32) * 32))
    found = {
        pair for a, b in ask(queries[:some]) for pair in zip(a.tolist(), b.tolist(), strict=True)
    }
    recall = sum((number, int(items[number])) in found for number in range(some)) / some
    return {"system": system, "rates": rates, "recall": recall, **facts}


def in_own_process(*arguments: str) -> dict[str, Any] | None:
    done = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"  {arguments}: not measured ({done.stderr.strip().splitlines()[-1:]})")
        return None
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def compare(count: int) -> None:
    print(f"\n{count:,} hashes, radius {RADIUS}; queries a second in batches of 1, 100, {BATCH:,}")
    print(f"{'':24}{'1':>9}{'100':>9}{'10,000':>9}{'recall':>8}{'bytes':>8}{'build s':>9}")
    best: dict[str, list[float]] = {}
    for system in SYSTEMS:
        needs = system.split()[0]
        if importlib.util.find_spec(needs) is None:
            print(f"  {needs} is not installed: left out")
            continue
        facts = in_own_process("--one", system, str(count))
        if facts is None:
            continue
        rates = [facts["rates"][size][0] for size in ("1", "100", str(BATCH))]
        print(f"{system:24}" + "".join(f"{r:9,.0f}" for r in rates), end="")
        print(f"{facts['recall']:8.4f}{facts['bytes']:8.0f}{facts['build']:9.1f}", end="")
        print(f"   open from disk {facts['open']:.2f} s" if "open" in facts else "", flush=True)
        if facts["recall"] == 1:
            best[system] = rates
    mine = best.pop("ansim", None)
    if mine is None or not best:
        return
    exact = {name: rates for name, rates in best.items() if name != "threatexchange"}
    for place, batch in enumerate(("1", "100", f"{BATCH:,}")):
        line = f"batch {batch:>6}:"
        if exact:
            name = max(exact, key=lambda one: exact[one][place])
            line += f" {mine[place] / exact[name][place]:6.1f} x the best exact peer ({name})"
        if "threatexchange" in best:
            line += f", {mine[place] / best['threatexchange'][place]:7.1f} x threatexchange"
        print(line)


def scale() -> None:
    print(f"\nOurs against the number of hashes: radius {RADIUS}, batches of {BATCH:,}")
    print(f"{'hashes':>12}{'us a query':>12}{'exponent':>10}{'bytes':>8}{'build s':>9}")
    before = None
    for count in (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000):
        facts = in_own_process("--ours", str(count))
        if facts is None:
            print(f"{count:12,}   does not fit into this machine's memory")
            return
        cost = facts["seconds"] / BATCH * 1e6
        exponent = f"{math.log10(cost / before):10.2f}" if before else f"{'':10}"
        print(
            f"{count:12,}{cost:12.1f}{exponent}{facts['bytes']:8.0f}{facts['build']:9.1f}",
            flush=True,
        )
        before = cost


def ours_alone(count: int) -> dict[str, float]:
    from ansim.matching.index import HashIndex

    hashes = hashes_of(count)
    queries, _ = planted(hashes, BATCH)
    started = time.perf_counter()
    known = HashIndex.build(hashes)
    build = time.perf_counter() - started
    del hashes
    known.search(queries[:200])
    times = []
    for _ in range(3):
        started = time.perf_counter()
        known.search(queries)
        times.append(time.perf_counter() - started)
    bytes_each = known.nbytes / count
    return {"seconds": statistics.median(times), "bytes": bytes_each, "build": build}


def skew() -> None:
    """A million hashes, part of them flat or equal; what strangers and flat queries cost."""
    from ansim.matching.index import HashIndex

    count = 1_000_000
    print(f"\n{count:,} hashes of which a share is skewed: microseconds a query, batches of 1,000")
    print(f"{'':44}{'strangers':>11}{'skewed':>11}{'matches a skewed query':>24}")
    random = hashes_of(count)
    strangers = np.random.default_rng(3).integers(0, 256, (1000, 32), dtype=np.uint8)
    near_flat = np.zeros((count, 32), np.uint8)
    near_flat[:, ::3] = random[:, ::3]
    equal = np.repeat(random[:1], count, axis=0)
    cases = {
        "none": random,
        "3 in 10 with two of three bytes zero": np.where(
            np.arange(count)[:, None] % 10 < 3, near_flat, random
        ),
        "all with two of three bytes zero": near_flat,
        "1 in 100 equal": np.where(np.arange(count)[:, None] % 100 == 0, equal, random),
        "all equal": equal,
    }
    for name, hashes in cases.items():
        known = HashIndex.build(hashes)
        few = 5 if name == "all equal" else 100
        skewed = np.where(np.arange(few)[:, None] >= 0, hashes[:few], 0).astype(np.uint8)
        if "equal" in name:
            skewed = equal[:few]
        costs = []
        for queries in (strangers, skewed):
            known.search(queries[:2])
            started = time.perf_counter()
            found = known.search(queries)
            costs.append((time.perf_counter() - started) / len(queries) * 1e6)
        print(f"{name:44}{costs[0]:11.1f}{costs[1]:11.1f}{len(found) / few:24,.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="100,000 hashes only")
    parser.add_argument("--scale", action="store_true", help="ours alone, 10^4 to 10^8 hashes")
    parser.add_argument("--skew", action="store_true", help="flat and equal hashes")
    parser.add_argument("--sizes", type=float, nargs="+", default=[1e5, 1e6, 1e7])
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--ours", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one[0], int(chosen.one[1]))))
    elif chosen.ours:
        print(json.dumps(ours_alone(chosen.ours)))
    elif chosen.scale:
        scale()
    elif chosen.skew:
        skew()
    else:
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for size in [1e5] if chosen.quick else chosen.sizes:
            compare(int(size))
        if not chosen.quick:
            scale()
            skew()


if __name__ == "__main__":
    main()
