"""What a copy may suffer and still be found: our recall beside that of ``pdqhash``.

    python bench/robustness.py [--quick] [--json] [--chance-only] [--recall-only]

Ordinary pictures (samples that scikit-image ships, disjoint regions of them, patterns; any two more
than 60 bits apart) are hunted. Each is altered in some ninety ways. Ours is ``fingerprint_bytes`` and
``HuntedIndex``, as the centre uses them. The peers are ``pdqhash`` 0.2.8 on Pillow's RGB pixels, as
its page shows: the plain hash against the plain hash, and against the eight hashes of
``compute_dihedral``. Recall is the share of pictures found; a copy that our quality limit refuses
counts as lost. A second part counts false matches (see chances.py). Exit status 1 when the promises on
small copies are broken.
"""

import argparse
import io
import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pool
from statistics import median

import numpy as np
import pdqhash
import pillow_heif
from alterations import Alteration, alterations
from chances import told_chances
from numpy.typing import NDArray
from ordinary import Picture, encoded, enlarged, patterns, photos, tiles
from PIL import Image

from ansim.fingerprints import Fingerprint, fingerprint_bytes
from ansim.matching import MIN_QUALITY, RADIUS, HuntedFingerprint, HuntedIndex

RADII = (8, 16, 24, 31, 40, 48, 64)
FARTHEST = RADII[-1]
APART = 60
PROMISED = {"small copy 150 px": 0.99, "small copy 128 px": 0.94}
LONGER, QUICK_LONGER = 640, 512
MOST, QUICK_MOST = 110, 26

Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Base:
    """A hunted picture: ours and the peer's eight hashes, shape (8, 256)."""

    picture: Picture
    ours: Fingerprint
    peer: Bits


@dataclass(frozen=True, slots=True)
class Copy:
    """What one alteration made of one base; ``peer`` has shape (8, 256), plain first."""

    ours: Fingerprint
    peer: Bits


@dataclass(slots=True)
class Row:
    """Distances of one alteration, one a base; None stands for "farther than 64 bits"."""

    name: str
    ours: list[int | None] = field(default_factory=list)
    plain: list[int | None] = field(default_factory=list)
    dihedral: list[int | None] = field(default_factory=list)
    refused: int = 0
    false: int = 0


def candidates(longer: int, *, quick: bool) -> Iterator[Picture]:
    """Photographs, their regions and patterns, ``longer`` pixels on the longer side."""
    for picture in (*photos(), *tiles(2, smallest=150), *tiles(3, smallest=150)):
        yield Picture(picture.name, picture.source, enlarged(picture.rgb, longer))
    yield from patterns(2 if quick else 8, longer)


def chosen(longer: int, *, quick: bool) -> list[Base]:
    """Bases good enough to be hunted by their looks, any two more than APART bits apart."""
    kept: list[Base] = []
    for picture in candidates(longer, quick=quick):
        hashes, quality = pdqhash.compute_dihedral(picture.rgb)
        peer = np.array(hashes, np.uint8)
        if quality < MIN_QUALITY:
            continue
        if all((one.peer != peer[0]).sum(axis=1).min() > APART for one in kept):
            kept.append(Base(picture, fingerprint_bytes(encoded(picture.rgb, "BMP")), peer))
    every = len(kept) / min(len(kept), QUICK_MOST if quick else MOST)
    return [kept[int(number * every)] for number in range(int(len(kept) / every))]


def copies(job: tuple[int, Picture]) -> list[Copy]:
    """Every alteration of one picture."""
    number, picture = job
    pillow_heif.register_heif_opener()
    image = Image.fromarray(picture.rgb)
    made = []
    for place, how in enumerate(alterations()):
        data = how.apply(image, np.random.default_rng([number, place]))
        with Image.open(io.BytesIO(data)) as opened:
            rgb = np.asarray(opened.convert("RGB"))
        hashes = pdqhash.compute_dihedral(rgb)[0] if how.reversed else [pdqhash.compute(rgb)[0]] * 8
        made.append(Copy(fingerprint_bytes(data), np.array(hashes, np.uint8)))
    return made


def measured(bases: Sequence[Base], made: Sequence[Sequence[Copy]]) -> list[Row]:
    """One row an alteration, in their order."""
    clean = HuntedIndex(_hunted([base.ours for base in bases]))
    rows = []
    for place, how in enumerate(alterations()):
        of_all = [copies_of_one[place] for copies_of_one in made]
        row = Row(f"{how.group} {how.name}")
        if how.reversed:
            index = HuntedIndex(_hunted([copy.ours for copy in of_all]))
            found = [base.ours for base in bases]
        else:
            index, found = clean, [copy.ours for copy in of_all]
        for number, (one, base, copy) in enumerate(zip(found, bases, of_all, strict=True)):
            near = {int(best.key): best.distance for best in index.match(one, radius=FARTHEST)}
            row.ours.append(near.pop(number, None))
            row.false += sum(distance <= RADIUS for distance in near.values())
            row.refused += copy.ours.quality < MIN_QUALITY
            _peer(row, how, base, copy)
        rows.append(row)
    return rows


def _hunted(found: Sequence[Fingerprint]) -> list[HuntedFingerprint]:
    return [HuntedFingerprint.of(str(number), one) for number, one in enumerate(found)]


def _peer(row: Row, how: Alteration, base: Base, copy: Copy) -> None:
    hunted, found = (copy.peer, base.peer[0]) if how.reversed else (base.peer, copy.peer[0])
    distances = (hunted != found).sum(axis=1)
    for column, distance in ((row.plain, distances[0]), (row.dihedral, distances.min())):
        column.append(int(distance) if distance <= FARTHEST else None)


def recall(distances: Sequence[int | None], radius: int) -> float:
    """The share found within the radius."""
    return sum(one is not None and one <= radius for one in distances) / len(distances)


def middle(distances: Sequence[int | None]) -> str:
    """The median distance, or that it is more than 64."""
    value = median(FARTHEST + 1 if one is None else one for one in distances)
    return f"> {FARTHEST}" if value > FARTHEST else f"{value:g}"


def told(rows: Sequence[Row]) -> str:
    """The table, in Markdown."""
    others = [radius for radius in RADII if radius != RADIUS]
    lines = [
        "| alteration | **ours, 31** | pdqhash | pdqhash ×8 |"
        + "".join(f" ours, {radius} |" for radius in others)
        + " median ours / pdqhash |",
        "| --- |" + " --- |" * (len(others) + 4),
    ]
    for row in rows:
        shares = [recall(row.ours, RADIUS), recall(row.plain, RADIUS), recall(row.dihedral, RADIUS)]
        shares += [recall(row.ours, radius) for radius in others]
        best, *rest = (_share(one) for one in shares)
        middles = f"{middle(row.ours)} / {middle(row.plain)}"
        lines.append(f"| {row.name} | **{best}** | {' | '.join(rest)} | {middles} |")
    return "\n".join(lines)


def _share(value: float) -> str:
    # Never 1.00 for what is not all, never 0.00 for what is something.
    if 0 < value < 0.005:
        return "< 0.01"
    return "0.99" if 0.99 < value < 1 else f"{value:.2f}".replace("1.00", "1").replace("0.00", "0")


def grouped(rows: Sequence[Row]) -> dict[str, list[tuple[str, Row]]]:
    """The rows of each group with their short names, and all of them as the last group."""
    groups: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for how, row in zip(alterations(), rows, strict=True):
        groups[how.group].append((how.name, row))
    groups["all"] = [pair for pairs in groups.values() for pair in pairs]
    return groups


def short(rows: Sequence[Row]) -> str:
    """As docs/matching.md keeps it: one line a group, recall at 31 of each of its alterations."""
    lines = [
        "| | alterations | **ours** | pdqhash | pdqhash ×8 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for group, pairs in grouped(rows).items():
        if group == "all":
            continue
        cells = [
            " · ".join(_share(recall(getattr(row, column), RADIUS)) for _, row in pairs)
            for column in ("ours", "plain", "dihedral")
        ]
        names = " · ".join(name for name, _ in pairs)
        ours, plain, dihedral = cells
        again = "same" if dihedral == plain else dihedral
        lines.append(f"| {group} | {names} | **{ours}** | {plain} | {again} |")
    return "\n".join(lines)


def by_group(rows: Sequence[Row]) -> str:
    """Recall over each group of alterations at each radius, ours and in brackets pdqhash ×8."""
    lines = [
        "| group |" + "".join(f" ≤ {radius} |" for radius in RADII),
        "| --- |" + " --- |" * len(RADII),
    ]
    for name, pairs in grouped(rows).items():
        cells = []
        for radius in RADII:
            ours, peer = (
                _share(recall([one for _, row in pairs for one in getattr(row, column)], radius))
                for column in ("ours", "dihedral")
            )
            cells.append(f"{ours} ({peer})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def broken(rows: Sequence[Row]) -> list[str]:
    """The promises that are not kept."""
    return [
        f"{row.name}: recall {recall(row.ours, RADIUS):.3f}, promised {PROMISED[row.name]}"
        for row in rows
        if row.name in PROMISED and recall(row.ours, RADIUS) < PROMISED[row.name]
    ]


def run_recall(options: argparse.Namespace) -> list[str]:
    """Measure and print the first part; the broken promises."""
    longer = options.longer or (QUICK_LONGER if options.quick else LONGER)
    bases = chosen(longer, quick=options.quick)
    made = []
    with Pool(options.processes) as pool:
        jobs = [(number, base.picture) for number, base in enumerate(bases)]
        for number, of_one in enumerate(pool.imap(copies, jobs), start=1):
            made.append(of_one)
            print(f"\r{number} of {len(jobs)} pictures", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    rows = measured(bases, made)
    if options.json:
        for row in rows:
            record = {
                "alteration": row.name, "pictures": len(bases), "refused": row.refused,
                "false": row.false, "median": middle(row.ours),
                "ours": {radius: recall(row.ours, radius) for radius in RADII},
                "pdqhash": {radius: recall(row.plain, radius) for radius in RADII},
                "pdqhash_dihedral": {radius: recall(row.dihedral, radius) for radius in RADII},
                "distances": {"ours": row.ours, "plain": row.plain, "dihedral": row.dihedral},
                "missed": [
                    base.picture.name
                    for base, one in zip(bases, row.ours, strict=True)
                    if one is None or one > RADIUS
                ],
            }  # fmt: skip
            print(json.dumps(record))
    else:
        print(f"{len(bases)} pictures, {longer} px on the longer side\n\n{told(rows)}\n")
        print(f"{short(rows)}\n\n{by_group(rows)}")
        refused = {row.name: row.refused for row in rows if row.refused}
        print(
            f"\nFalse matches within {RADIUS} between these pictures: {sum(r.false for r in rows)}"
        )
        print(f"Copies below quality {MIN_QUALITY}: {refused or 'none'}\n")
    return broken(rows)


def main() -> int:
    """Both parts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="26 pictures of 512 px, fewer pairs")
    parser.add_argument("--json", action="store_true", help="one object an alteration")
    parser.add_argument("--longer", type=int, help="pixels on the longer side of the hunted ones")
    parser.add_argument("--processes", type=int, default=1, help="for making the copies")
    parser.add_argument("--recall-only", action="store_true", help="without the false matches")
    parser.add_argument("--chance-only", action="store_true", help="the false matches alone")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    bad = [] if options.chance_only else run_recall(options)
    if not options.recall_only:
        print(told_chances(quick=options.quick, as_json=options.json))
    for sentence in bad:
        print(f"NOT MET: {sentence}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
