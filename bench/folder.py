"""A folder of small pictures through ``ansim fingerprint``: one decoder, all cores, and a peer.

    python bench/folder.py [--quick] [--pictures 10000] [--runs 3]

The pictures are crops of ordinary sample pictures with noise, JPEG, 200 to 500 pixels wide. The
peer is ``pdqhash`` after Pillow in plain processes, without digests, turned hashes or a confined
child. Figures are pictures a second, medians of the runs; starting the command is part of ours.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from skimage import data

SAMPLES = ("astronaut", "camera", "chelsea", "coffee", "rocket", "coins")


def make(folder: Path, count: int) -> None:
    chance = np.random.default_rng(5)
    sources = [Image.fromarray(getattr(data, name)()).convert("RGB") for name in SAMPLES]
    for number in range(count):
        source = sources[number % len(sources)]
        width, height = (int(chance.integers(200, min(500, side))) for side in source.size)
        left, top = (int(chance.integers(0, side - part + 1))
                     for side, part in zip(source.size, (width, height), strict=True))  # fmt: skip
        part = source.crop((left, top, left + width, top + height))
        folder.joinpath(f"{number % 100:02d}").mkdir(exist_ok=True)
        part.save(folder / f"{number % 100:02d}" / f"{number}.jpg", quality=80)


def command(folder: Path, jobs: int) -> float:
    started = time.perf_counter()
    call = [
        sys.executable,
        "-m",
        "ansim",
        "fingerprint",
        "--json",
        "--jobs",
        str(jobs),
        str(folder),
    ]
    with tempfile.TemporaryFile() as out:
        subprocess.run(call, check=True, stdout=out)
    return time.perf_counter() - started


def peer_one(path: Path) -> int:
    import pdqhash

    return int(pdqhash.compute(np.asarray(Image.open(path).convert("RGB")))[1])


def peer(folder: Path, jobs: int) -> float:
    paths = sorted(folder.rglob("*.jpg"))
    started = time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(peer_one, paths, chunksize=64))
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="500 pictures, one run")
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    count, runs = (500, 1) if given.quick else (given.pictures, given.runs)
    cores = len(os.sched_getaffinity(0))
    ways = {"ansim fingerprint": command}
    try:
        import pdqhash  # noqa: F401

        ways["pdqhash with Pillow"] = peer
    except ImportError:
        print("pdqhash is not installed: its figures are left out")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, count)
        print(f"{count:,} pictures, {cores} cores")
        seconds = {(way, jobs): [] for way in ways for jobs in (1, cores)}
        for _ in range(runs):
            for (way, jobs), taken in seconds.items():
                taken.append(ways[way](folder, jobs))
    for (way, jobs), taken in seconds.items():
        rate = count / median(taken)
        print(f"  {way:<22}{jobs:>3} at once {rate:>9,.0f} pictures a second")


if __name__ == "__main__":
    main()
