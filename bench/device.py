"""Fingerprints made in a browser beside those of ``ansim fingerprint``, on the same files.

    python bench/device.py [--side 640] [--copies 6] [--large 4000]

Real Chromium (set ANSIM_CHROMIUM where it has another name), more than 200 ordinary pictures as PNG,
JPEG, WebP, AVIF, GIF and BMP. Bits that differ, as a histogram: on the same decoded pixels (what the
browser's canvas gave, hashed by ``ansim.fingerprints.pdq``), and on the same file.
"""

import argparse
import base64
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from device_page import Device, served
from picture_files import picture_files
from theatre import chromium

from ansim.fingerprints import fingerprint_bytes
from ansim.fingerprints.pdq import pdq

MOST_ON_PIXELS, MOST_ON_FILE = 2, 8
MOST_READ_BACK = 1_500_000


def bits(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def on_pixels(device, number, made):
    """Bits between the browser's hash and ours of the pixels that its canvas gave."""
    if made["width"] * made["height"] > MOST_READ_BACK:
        return None
    seen = device.rgb(number)
    rgb = np.frombuffer(base64.b64decode(seen["text"]), np.uint8)
    return bits(made["pdq"], pdq(rgb.reshape(seen["height"], seen["width"], 3)).pdq)


def line(name, counts):
    shown = "  ".join(f"{bits}: {counts[bits]}" for bits in sorted(counts))
    print(f"{name:>24}  {sum(counts.values()):>4} pictures   bits: number   {shown}")


def run(device, files, folder):
    paths = []
    for number, one in enumerate(files):
        paths.append(folder / f"{number}")
        paths[-1].write_bytes(one.data)
    device.choose(paths)
    made = device.numbers(len(files))
    pixels, file_bits, forms, wrong, times = Counter(), Counter(), defaultdict(Counter), [], []
    for number, (one, found) in enumerate(zip(files, made, strict=True)):
        if "problem" in found:
            wrong.append((one.form, found["problem"]))
            continue
        ours = fingerprint_bytes(one.data)
        if (ours.sha256, ours.width, ours.height) != (
            found["sha256"], found["width"], found["height"],
        ):  # fmt: skip
            wrong.append((one.form, "another digest or size"))
        same = on_pixels(device, number, found)
        if same is not None:
            pixels[same] += 1
        off = bits(ours.pdq, found["pdq"])
        file_bits[off] += 1
        forms[one.form][off] += 1
        times.append((found["width"] * found["height"], found["ms"]))
    line("same decoded pixels", pixels)
    line("same file", file_bits)
    for form in sorted(forms):
        line(form, forms[form])
    return pixels, file_bits, wrong, times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=640)
    parser.add_argument("--copies", type=int, default=6)
    parser.add_argument("--large", type=int, default=4000)
    given = parser.parse_args()
    files = list(picture_files(side=given.side, copies=given.copies, large=given.large))
    with (
        tempfile.TemporaryDirectory() as folder,
        served() as address,
        sync_playwright() as driver,
        driver.chromium.launch(**chromium()) as browser,
    ):
        device = Device(browser.new_page(), address)
        pixels, file_bits, wrong, times = run(device, files, Path(folder))
    for size in sorted({size for size, _ in times if size > 5_000_000 or size == times[0][0]}):
        spent = median(ms for one, ms in times if one == size)
        print(f"{size / 1e6:.1f} megapixels: {spent:.0f} ms with SHA-256 and decoding")
    for one in wrong + device.heard:
        print("!", one)
    fine = max(pixels) <= MOST_ON_PIXELS and max(file_bits) <= MOST_ON_FILE and not wrong
    print("within 2 bits on pixels and 8 on files" if fine else "NOT within 2 and 8 bits")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
