"""A WARC of pictures through ``ansim sweep``: processes, a local Ray cluster, a kill, and a peer.

    python bench/sweep.py [--quick] [--pictures 20000] [--hashes 20000]

The pictures are made (soft colours, shapes, grain), 320 to 1024 pixels on the longer side, JPEG,
PNG and WebP; one in a hundred is an altered copy of one of 50 pictures in the bank. The archive
lies in a temporary folder that is removed afterwards. The peer is what people write: warcio's
iterator, the declared type, Pillow, ``pdqhash`` and a brute-force comparison, in one process,
nothing confined, nothing kept of what is done. Figures are pictures a second of the whole command,
with its start; memory is that of all its processes together, each page counted once (PSS).
"""

import argparse
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ansim.fingerprints import fingerprint_bytes
from ansim.sweeping.planning import RANGE

ORIGINALS = 50
RADIUS = 31
GUESSING = "2, --cropped"
ALTERATIONS = ("JPEG quality 40", "60 % of the size", "cropped by 4 %", "watermarked")


def picture(seed: int) -> Image.Image:
    chance = np.random.default_rng([9, seed])
    longer = int(chance.integers(320, 1025))
    size = (longer, round(longer * chance.uniform(0.55, 1)))[:: chance.choice([1, -1])]
    coarse = chance.integers(0, 256, (*chance.integers(5, 26, 2), 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(int(chance.integers(2, 9))):
        x, y = chance.uniform(0, 0.8, 2) * size
        wide, high = chance.uniform(0.05, 0.5, 2) * size
        colour = tuple(int(one) for one in chance.integers(0, 256, 3))
        draw.ellipse((x, y, x + wide, y + high), fill=colour)
    return image


def altered(image: Image.Image, way: str) -> bytes:
    if way == "JPEG quality 40":
        return encoded(image, "JPEG", quality=40)
    if way == "60 % of the size":
        image = image.resize((round(image.width * 0.6), round(image.height * 0.6)))
    elif way == "cropped by 4 %":
        image = image.crop((0, 0, round(image.width * 0.96), image.height))
    else:
        draw = ImageDraw.Draw(image)
        draw.text((image.width * 0.55, image.height * 0.9), "example watermark", "white")
    return encoded(image, "JPEG", quality=85)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def file_of(job: tuple[int, int | None, str]) -> bytes:
    """A picture's file; a copy of original ``job[1]`` altered in the way ``job[2]`` if it is one."""
    number, original, way = job
    if original is not None:
        return altered(picture(original), way)
    chance = np.random.default_rng([8, number])
    form = chance.choice(["JPEG", "PNG", "WEBP"], p=[0.8, 0.1, 0.1])
    options = {"JPEG": {"quality": int(chance.integers(70, 93))}, "PNG": {"compress_level": 3},
               "WEBP": {"quality": 80, "method": 0}}  # fmt: skip
    return encoded(picture(1_000_000 + number), form, **options[form])


def make(folder: Path, count: int, hashes: int) -> dict[str, str]:
    """The archive and the bank; which address has a copy, altered in which way."""
    chance = np.random.default_rng(4)
    places = chance.permutation(count)[: count // 100]
    planted = {int(place): ALTERATIONS[n % 4] for n, place in enumerate(places)}
    jobs = [
        (number, int(chance.integers(ORIGINALS)) if number in planted else None,
         planted.get(number, ""))
        for number in range(count)
    ]  # fmt: skip
    truth = {}
    with (
        folder.joinpath("crawl.warc.gz").open("wb") as file,
        ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool,
    ):
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(pool.map(file_of, jobs, chunksize=64)):
            url = f"https://host{number % 97}.example/{number}"
            if number in planted:
                truth[url] = planted[number]
            head = StatusAndHeaders("200 OK", [("Content-Type", "image/jpeg")], protocol="HTTP/1.1")
            writer.write_record(writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=head))  # fmt: skip
    with folder.joinpath("bank.csv").open("w") as file:
        file.write("key,pdq\n")
        for number in range(ORIGINALS):
            found = fingerprint_bytes(encoded(picture(number), "PNG"))
            file.write(f"original-{number},{found.pdq}\n")
        for number in range(hashes):
            file.write(f"other-{number},{chance.bytes(32).hex()}\n")
    return truth


class Memory:
    """The most that a process and all below it held at once, in MB; looked at ten times a second."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.most = 0.0
        self._process = process
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while self._process.poll() is None:
            self.most = max(self.most, sum(map(_held, _family(self._process.pid))) / 1024)
            time.sleep(0.1)

    def peak(self) -> float:
        self._thread.join()
        return self.most


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def start(folder: Path, out: str, *more: str) -> subprocess.Popen[bytes]:
    call = [sys.executable, "-m", "ansim", "sweep", str(folder / "crawl.warc.gz"),
            "--bank", str(folder / "bank.csv"), "--out", str(folder / out),
            "--state", str(folder / "state"), *more]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(call, cwd=folder, **quiet)


def ours(folder: Path, out: str, *more: str) -> tuple[float, float, float]:
    """Seconds, MB and processor seconds of one sweep; the last without what Ray started."""
    started, before = time.perf_counter(), processor_seconds()
    process = start(folder, out, *more)
    memory = Memory(process)
    if process.wait():
        sys.exit(f"ansim sweep failed: {more}")
    return time.perf_counter() - started, memory.peak(), processor_seconds() - before


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def killed_and_resumed(folder: Path, parts: int) -> tuple[int, bytes]:
    """Kill -9 with a third of the parts done, then the same command; how many were done then."""
    process = start(folder, "resumed.jsonl", "--workers", "2")
    done = 0
    while done * 3 < parts and process.poll() is None:
        files = list(folder.glob("state/*.sweep"))
        done = files[0].read_bytes().count(b"\n") if files else 0
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ours(folder, "resumed.jsonl", "--workers", "2")
    return done, (folder / "resumed.jsonl").read_bytes()


def peer(folder: Path) -> tuple[float, float, set[str]]:
    """Seconds, processor seconds, and the addresses that it finds."""
    import pdqhash

    bank = np.array([np.frombuffer(bytes.fromhex(line.split(",")[1]), np.uint64)
                     for line in (folder / "bank.csv").read_text().splitlines()[1:]])  # fmt: skip
    started, before, hits = time.perf_counter(), time.process_time(), set()
    with (folder / "crawl.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            kind = record.http_headers and record.http_headers.get_header("Content-Type", "")
            if record.rec_type != "response" or not kind.startswith("image/"):
                continue
            image = Image.open(io.BytesIO(record.content_stream().read())).convert("RGB")
            vector, _ = pdqhash.compute(np.asarray(image))
            apart = np.bitwise_count(bank ^ np.packbits(vector).view(np.uint64)).sum(axis=1)
            if (apart <= RADIUS).any():
                hits.add(record.rec_headers.get_header("WARC-Target-URI"))
    return time.perf_counter() - started, time.process_time() - before, hits


def found_in(path: Path) -> set[str]:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    return {one["url"] for one in records if "url" in one}


def judged(name: str, hits: set[str], truth: dict[str, str]) -> None:
    right = hits & truth.keys()
    print(f"  {name:<22} recall {len(right) / len(truth):6.1%}   "
          f"precision {len(right) / max(1, len(hits)):6.1%}", end="")  # fmt: skip
    got, all_of = Counter(truth[url] for url in right), Counter(truth.values())
    print("   " + ", ".join(f"{way} {got[way]}/{all_of[way]}" for way in ALTERATIONS))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,000 pictures")
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--hashes", type=int, default=20_000, help="unrelated hashes in the bank")
    given = parser.parse_args()
    count = 1000 if given.quick else given.pictures
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truth = make(folder, count, given.hashes)
        size = (folder / "crawl.warc.gz").stat().st_size
        print(f"{count:,} pictures, {size / 1e6:,.0f} MB, {len(truth)} planted; "
              f"{len(os.sched_getaffinity(0))} cores; bank of {given.hashes + ORIGINALS:,}")  # fmt: skip
        seconds: dict[str, float] = {}
        ways = {"1 process": ("--workers", "1"), "2 processes": ("--workers", "2"),
                "Ray, 2 actors": ("--workers", "2", "--engine", "ray"),
                GUESSING: ("--workers", "2", "--cropped")}  # fmt: skip
        for way, more in ways.items():
            seconds[way], held, worked = ours(folder, f"{way}.jsonl", *more)
            each = f"{worked / count * 1000:>8.1f} ms of processor each" if "Ray" not in way else ""
            print(f"  {way:<22}{count / seconds[way]:>8,.0f} pictures a second"
                  f"{held:>8,.0f} MB at most{each}", flush=True)  # fmt: skip
        taken, worked, theirs = peer(folder)
        print(f"  {'peer, 1 process':<22}{count / taken:>8,.0f} pictures a second"
              f"{'':>19}{worked / count * 1000:>8.1f} ms of processor each")  # fmt: skip
        print(f"  2 processes against 1: {seconds['1 process'] / seconds['2 processes']:.2f}; "
              f"1 process against the peer: {taken / seconds['1 process']:.2f}; "
              f"2 against the peer: {taken / seconds['2 processes']:.2f}")  # fmt: skip
        whole = [(folder / f"{way}.jsonl").read_bytes() for way in ways if way != GUESSING]
        print(f"  outcomes of all engines byte-identical: {len(set(whole)) == 1}")
        done, resumed = killed_and_resumed(folder, -(-size // RANGE))
        print(f"  killed with {done} parts done and resumed: the same bytes: {resumed == whole[0]}")
        judged("ansim sweep", found_in(folder / "1 process.jsonl"), truth)
        judged("with --cropped", found_in(folder / f"{GUESSING}.jsonl"), truth)
        judged("peer", theirs, truth)


if __name__ == "__main__":
    main()
