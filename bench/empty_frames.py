"""Nearly empty pictures in frames: a frame lifts their quality and makes them look alike.

    python bench/empty_frames.py [--quick] [--json]

For each frame: how many of the framed ones may match by looks, and how many ordered pairs of them do
match within 31 bits through HuntedIndex, although they have nothing in common but the frame; and, of
ordinary pictures in the same frame, how many are still found by the clean picture.
"""

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import frames
import numpy as np
from flat import flat_pictures
from ordinary import Picture, encoded, patterns, photos, tiles
from PIL import Image

from ansim.fingerprints import Fingerprint, fingerprint_bytes
from ansim.matching import MIN_QUALITY, HuntedFingerprint, HuntedIndex

Frame = Callable[[Image.Image, np.random.Generator], Image.Image]

FRAMES: dict[str, Frame] = {
    "5 % white border": partial(frames.border, share=0.05, colour=frames.WHITE),
    "5 % black border": partial(frames.border, share=0.05, colour=frames.BLACK),
    "black bars, 25 % each": partial(frames.bars, share=0.25, upright=True),
    "meme strip above": partial(frames.strip, colour=frames.WHITE, above=True),
    "phone, picture in the middle": frames.phone,
    "phone, full width": frames.phone_bars,
    "window on a page": frames.window,
}
# Neither is nearly empty: each has a quality of its own.
FULL = {"white noise", "test card"}


@dataclass(frozen=True, slots=True)
class Told:
    """``empty``: how many were framed; ``able`` of them have a quality of 50 or more."""

    frame: str
    empty: int
    able: int
    false: int
    ordinary: int
    found: int


def framed(pictures: Iterator[Picture], frame: Frame) -> list[Fingerprint]:
    """The pictures in the frame, as JPEGs."""
    made = []
    for number, picture in enumerate(pictures):
        image = frame(Image.fromarray(picture.rgb), np.random.default_rng(number))
        made.append(fingerprint_bytes(encoded(image, quality=85)))
    return made


def empty(count: int) -> Iterator[Picture]:
    """Different nearly empty pictures."""
    return (one for one in flat_pictures(count) if one.source not in FULL)


def full(count: int) -> list[tuple[Picture, Fingerprint]]:
    """Ordinary ones with their fingerprints, good enough to be hunted."""
    every = [*photos(), *tiles(2), *patterns(count // 2, 400)]
    clean = [(one, fingerprint_bytes(encoded(one.rgb, "BMP"))) for one in every]
    return [(one, found) for one, found in clean if found.quality >= MIN_QUALITY]


def told(name: str, frame: Frame, count: int, ordinary: list[tuple[Picture, Fingerprint]]) -> Told:
    """One line of the table."""
    found = framed(empty(count), frame)
    index = _index(found)
    false = sum(
        not best.exact and best.key != str(number)
        for number, one in enumerate(found)
        for best in index.match(one)
    )
    clean = _index([one for _, one in ordinary])
    shown = framed((picture for picture, _ in ordinary), frame)
    hits = [str(n) in {best.key for best in clean.match(one)} for n, one in enumerate(shown)]
    able = sum(one.quality >= MIN_QUALITY for one in found)
    return Told(name, len(found), able, false, len(hits), sum(hits))


def _index(found: list[Fingerprint]) -> HuntedIndex:
    return HuntedIndex([HuntedFingerprint.of(str(number), one) for number, one in enumerate(found)])


def main() -> int:
    """All frames, one line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a third of the pictures")
    parser.add_argument("--json", action="store_true", help="one object a frame")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    count = 4 if options.quick else 12
    ordinary = full(count)
    if not options.json:
        print("| frame | empty | quality ≥ 50 | false matches | ordinary found |")
        print("| --- | --- | --- | --- | --- |")
    for name, frame in FRAMES.items():
        one = told(name, frame, count, ordinary)
        line = (
            f"| {name} | {one.empty} | {one.able} | {one.false} | {one.found} of {one.ordinary} |"
        )
        print(json.dumps(asdict(one)) if options.json else line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
