"""Hashing from JPEG bytes on one core: ours, pdqhash and threatexchange side by side.

    python bench/hashing.py [--quick]

Medians of one run, in milliseconds. The pictures go through one after another as in a folder,
then through the next one's hands, round after round, so that a busy machine slows all alike. ``all`` is ``fingerprint_bytes`` whole: header, pixels, PDQ with its
eight turns, quality, three digests, and the search for frames. The peers give PDQ and quality.
"""

import argparse
import hashlib
import io
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import mean, median
from typing import Any

import numpy as np
from ordinary import Pixels, photos
from PIL import Image

from ansim.fingerprints import Limits, fingerprint_bytes, jpegs
from ansim.fingerprints.alternates import crops
from ansim.fingerprints.hashing import _digests
from ansim.fingerprints.kernels import warm_up
from ansim.fingerprints.pdq import pdq

SIZES = ((512, 512), (1024, 1024), (4000, 3000))
NAMES = ("astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "retina")
SAMPLINGS = ("4:2:0", "4:4:4")
TARGETS = {512: 2.5, 1024: 6.0, 4000: 10.0}
MOST_REST = 0.20
Work = Callable[[bytes], object]


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def hex_of(bits: np.ndarray) -> str:
    return np.packbits(bits.astype(bool)).tobytes().hex()


def by_pillow(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def peers() -> dict[str, Work]:
    """The peers that are installed, decoding as their own documents do."""
    found: dict[str, Work] = {}
    try:
        import pdqhash

        found["pdqhash"] = lambda data: pdqhash.compute(np.asarray(Image.open(io.BytesIO(data))))
        from threatexchange.signal_type.pdq.signal import PdqSignal

        found["threatexchange"] = PdqSignal.hash_from_bytes
    except ImportError as missing:
        print(f"skipped: {missing.name} is not installed")
    return found


def files(size: tuple[int, int], names: tuple[str, ...]) -> list[bytes]:
    made = []
    for photo in photos():
        if photo.name not in names:
            continue
        image = Image.fromarray(photo.rgb).resize(size, Image.Resampling.BICUBIC)
        for sampling in SAMPLINGS:
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=90, subsampling=sampling)
            made.append(buffer.getvalue())
    return made


def parts(data: bytes, size: tuple[int, int]) -> dict[str, float]:
    """Where our time goes."""
    rgb = jpegs.decode(data, size)
    if rgb is None:
        sys.exit("the fast decoder refused a plain JPEG")
    return {
        "hash": milliseconds(lambda: pdq(rgb)),
        "digests": milliseconds(lambda: _digests(data)),
        "frames": milliseconds(lambda: crops(rgb)),
        "Pillow's decode": milliseconds(lambda: by_pillow(data)),
        "md5 alone": milliseconds(lambda: hashlib.md5(data, usedforsecurity=False)),
    }


def share_of_the_rest(data: bytes) -> float:
    """The share of one picture's time that is not decoding, both taken by the same clock."""
    within = []
    decode = jpegs.decode

    def timed(*given: Any, **named: Any) -> Pixels | None:
        start = time.perf_counter()
        try:
            return decode(*given, **named)
        finally:
            within.append((time.perf_counter() - start) * 1000)

    jpegs.decode = timed
    try:
        whole = milliseconds(lambda: fingerprint_bytes(data))
    finally:
        jpegs.decode = decode
    return 1 - sum(within) / whole


def bench(
    size: tuple[int, int], names: tuple[str, ...], rounds: int, others: dict[str, Work]
) -> bool:
    works: dict[str, Work] = {"ours, all": fingerprint_bytes, **others}
    limits = Limits(reduced=True)
    works["ours, reduced"] = lambda data: fingerprint_bytes(data, limits)
    times: dict[str, list[float]] = {}
    equal = replayed = 0
    distances = []
    samples = files(size, names)
    for data in samples:
        ours, pixels = fingerprint_bytes(data), by_pillow(data)
        replayed += pdq(pixels).replayed
        reduced = fingerprint_bytes(data, limits)
        distances.append((int(ours.pdq, 16) ^ int(reduced.pdq, 16)).bit_count())
        if "pdqhash" in others:
            bits, quality = others["pdqhash"](data)
            equal += (hex_of(bits), quality) == (ours.pdq, ours.quality)
    works["decode"] = lambda data: jpegs.decode(data, size)
    for _ in range(rounds):
        for name, work in works.items():
            spent = [milliseconds(partial(work, data)) for data in samples]
            times.setdefault(name, []).extend(spent)
        for data in samples:
            for name, each in parts(data, size).items():
                times.setdefault(name, []).append(each)
    shares = [share_of_the_rest(data) for data in samples for _ in range(rounds)]
    return report(size, {name: median(spent) for name, spent in times.items()}, others, median(shares),
                  f"bits and quality as pdqhash {equal} of {len(samples)}, replayed {replayed}; "
                  f"reduced: mean {mean(distances):.1f}, at most {max(distances)} bits off")  # fmt: skip


def report(
    size: tuple[int, int], spent: dict[str, float], others: dict[str, Work], rest: float, notes: str
) -> bool:
    print(f"\n{size[0]} x {size[1]}: {notes}")
    ours = spent["ours, all"]
    for name, value in spent.items():
        print(f"  {name:<18}{value:9.2f} ms {1000 / value:9.1f}/s {value / ours:8.2f} x ours")
    print(f"  all but decoding: {rest:.0%} of our time, the median picture's (hash {spent['hash'] / ours:.0%}, digests "
          f"{spent['digests'] / ours:.0%}, frames {spent['frames'] / ours:.0%})")  # fmt: skip
    met = True
    for name in others:
        ratio = spent[name] / ours
        met &= ratio >= TARGETS[size[0]]
        verdict = "met" if ratio >= TARGETS[size[0]] else "NOT MET"
        print(f"  against {name}: {ratio:.1f} x, aim {TARGETS[size[0]]} x: {verdict}")
    if size[0] == max(TARGETS):
        met &= rest <= MOST_REST
        print(
            f"  all but decoding at most {MOST_REST:.0%}: {'met' if rest <= MOST_REST else 'NOT MET'}"
        )
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two pictures, three rounds")
    quick = parser.parse_args().quick
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    warm_up()
    others = peers()
    names, rounds = (NAMES[:2], 3) if quick else (NAMES, 7)
    met = [bench(size, names, max(3, rounds * 1000 // size[0] // 2), others) for size in SIZES]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
