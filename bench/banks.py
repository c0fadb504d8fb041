"""Bank files: writing, opening, searching and changing them, beside threatexchange's index files.

    python bench/banks.py [--quick] [--items 1000000 10000000] [--peer-items 1000000]

Opening is timed with the file in the page cache, as medians of several runs. The peer's index is
the one that its command line pickles; a machine without ``threatexchange`` skips it.
"""

import argparse
import pickle
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from ansim.matching import Bank
from ansim.matching.bankfile import BankFile, index_path
from ansim.matching.bankfile_search import BankIndex

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"k" * 32
QUERIES = 1000


def timed(act: Callable[[], object], runs: int = 1) -> float:
    """Seconds, the median of ``runs``."""
    seconds = []
    for _ in range(runs):
        started = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def row(what: str, seconds: float, note: str = "") -> None:
    print(f"  {what:<52}{seconds:>10.3f} s  {note}", flush=True)


def ours(items: int, folder: Path) -> None:
    chance = np.random.default_rng(1)
    hashes = chance.integers(0, 256, (items, 32), dtype=np.uint8)
    queries = hashes[chance.integers(0, items, QUERIES)].copy()
    queries[:, 0] ^= 7
    keys = [f"item-{number}" for number in range(items)]
    path = folder / f"{items}.bank"
    bank = BankFile.create(path, Bank("bench"), now=NOW)
    print(f"\nansim, {items:,} items")
    row("write, one transaction", timed(lambda: bank.add_hashes(hashes, keys, now=NOW)))
    size = path.stat().st_size
    row("open", timed(lambda: BankFile.open(path), 5), f"{size / items:.0f} bytes an item on disk")
    row(
        "open and read every hash",
        timed(lambda: [one.hashes.sum() for one in BankFile.open(path).segments], 3),
    )
    row("verify every byte", timed(lambda: BankFile.open(path).verify(), 3))
    row("first search: index built and kept", timed(lambda: BankIndex(BankFile.open(path))))
    note = f"{index_path(path).stat().st_size / items:.0f} bytes an item"
    row("open with the kept index", timed(lambda: BankIndex(BankFile.open(path)), 3), note)
    index = BankIndex(BankFile.open(path))
    hits = index.search(queries)
    found = timed(partial(index.search, queries), 3)
    row(f"search {QUERIES} at radius 31", found, f"{QUERIES / found:,.0f} a second")
    print(f"  planted neighbours found: {len({hit.query for hit in hits})} of {QUERIES}")
    row("withdraw one item", timed(lambda: bank.withdraw([keys[5]], now=NOW)))
    row("add one item", timed(lambda: bank.add_hashes(hashes[:1] ^ 255, ["new"], now=NOW)))
    row("open with the index, one item behind", timed(lambda: BankIndex(BankFile.open(path)), 3))
    row("compact", timed(lambda: bank.compact(now=NOW)))
    path.unlink()
    sealed = folder / "sealed.bank"
    bank = BankFile.create(sealed, Bank("bench"), now=NOW, server_key=KEY, sealed=True)
    row("write, sealed", timed(lambda: bank.add_hashes(hashes, keys, now=NOW)))
    row("open and search one, sealed (no index is kept)",
        timed(lambda: BankIndex(BankFile.open(sealed, server_key=KEY)).search(queries[:1])))  # fmt: skip
    sealed.unlink()


def peer(items: int, folder: Path) -> None:
    try:
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex
    except ImportError:
        print("\nthreatexchange is not installed: its figures are left out")
        return
    chance = np.random.default_rng(1)
    hashes = [row.tobytes().hex() for row in chance.integers(0, 256, (items, 32), dtype=np.uint8)]
    print(f"\nthreatexchange PDQIndex, {items:,} items")
    built: list[PDQIndex] = []
    row("build", timed(lambda: built.append(PDQIndex.build((h, n) for n, h in enumerate(hashes)))))
    path = folder / "peer.pickle"
    row("save", timed(lambda: path.write_bytes(pickle.dumps(built[0]))))
    row("open", timed(lambda: pickle.loads(path.read_bytes()), 3),
        f"{path.stat().st_size / items:.0f} bytes an item")  # fmt: skip
    asked = hashes[: QUERIES // 10]
    found = timed(lambda: [built[0].query(digits) for digits in asked])
    row(f"search {len(asked)} at radius 31", found, f"{len(asked) / found:,.0f} a second")
    path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="100,000 items")
    parser.add_argument("--items", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--peer-items", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for items in [100_000] if given.quick else given.items:
            ours(items, Path(folder))
        peer(100_000 if given.quick else given.peer_items, Path(folder))


if __name__ == "__main__":
    main()
