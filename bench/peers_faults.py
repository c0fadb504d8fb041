"""What other programs lose without a word, and what Ansim makes of the same input.

    python bench/peers_faults.py [--json]

Peers: ``threatexchange`` (its PDQ index of faiss, saved and loaded, and its hashing of files) and
``faiss`` alone. Peers that are not installed are said so in one line. Exit status 1 when Ansim loses
something too. tests/matching/test_flat.py holds Ansim to it.
"""

import argparse
import io
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from ordinary import encoded
from PIL import Image
from skimage import data

from ansim.fingerprints import fingerprint_bytes
from ansim.matching import RADIUS, HuntedFingerprint, best_distance
from ansim.matching.index import HashIndex

COUNTS = (1, 2, 3, 4, 5, 8, 9, 16, 17)
NEAR_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Told:
    """``right``: Ansim gives what is expected."""

    case: str
    expected: str
    ansim: str
    peer: str
    right: bool


def equal_items() -> Iterator[Told]:
    """So many items of one hash, saved, loaded, searched by that hash."""
    one = np.random.default_rng(5).integers(0, 256, (1, 32), dtype=np.uint8)
    for count in COUNTS:
        ours = _of_ours(np.repeat(one, count, axis=0), one)
        peers = [("threatexchange", _of_threatexchange), ("faiss", _of_faiss)]
        said = [f"{name} {find(one, count)}" for name, find in peers if find_spec(name) is not None]
        yield Told(
            f"{count} equal, saved and loaded", str(count), str(ours),
            ", ".join(said), ours == count,
        )  # fmt: skip


def _of_ours(rows: NDArray[np.uint8], query: NDArray[np.uint8]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "equal.index"
        HashIndex.build(rows).save(path)
        return len(HashIndex.open(path).search(query, radius=RADIUS))


def _of_threatexchange(one: NDArray[np.uint8], count: int) -> int:
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex

    digits, buffer = one.tobytes().hex(), io.BytesIO()
    index: PDQIndex[int] = PDQIndex()
    for number in range(count):
        index.add(digits, number)
    index.serialize(buffer)
    buffer.seek(0)
    return len(PDQIndex.deserialize(buffer).query(digits))


def _of_faiss(one: NDArray[np.uint8], count: int) -> int:
    """The index below that of threatexchange: multi-index hashing with 16 bands and 1 flip."""
    import faiss

    index = faiss.IndexBinaryMultiHash(256, 16, 16)
    index.nflip = 1
    index.add(np.repeat(one, count, axis=0))
    loaded = faiss.deserialize_index_binary(faiss.serialize_index_binary(index))
    limits, _, _ = loaded.range_search(one, RADIUS + 1)
    return int(limits[1])


def files() -> Iterator[Told]:
    """The same photograph as differently written files: bits between each and the plain one."""
    image = Image.fromarray(data.coffee())
    plain = encoded(image, quality=90)
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = image.transpose(Image.Transpose.ROTATE_90)
    cases = {
        "turned by its EXIF tag": encoded(lying, quality=90, exif=exif),
        "JPEG in CMYK": encoded(image.convert("CMYK"), quality=90),
    }
    for case, file in cases.items():
        yield _bits_told(case, file, plain)
    palette = image.quantize(256)
    as_rgb = encoded(palette.convert("RGB"), "PNG")
    yield _bits_told("PNG with a palette", encoded(palette, "PNG"), as_rgb)


def _bits_told(case: str, file: bytes, same: bytes) -> Told:
    found, plain = fingerprint_bytes(file), fingerprint_bytes(same)
    bits = _bits(found.pdq, plain.pdq)
    matched = best_distance(found, [HuntedFingerprint.of("it", plain)]) is not None
    said = "not installed"
    if find_spec("threatexchange") is not None:
        from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes

        said = f"threatexchange {_bits(pdq_from_bytes(file)[0], pdq_from_bytes(same)[0])} bits"
    right = bits <= NEAR_ENOUGH and matched
    return Told(case, f"≤ {NEAR_ENOUGH} bits", f"{bits} bits", said, right)


def _bits(ours: str, other: str) -> int:
    return (int(ours, 16) ^ int(other, 16)).bit_count()


def main() -> int:
    """All cases, one line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="one object a case")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for name in ("threatexchange", "faiss"):
        if find_spec(name) is None:
            print(f"{name} is not installed and left out", file=sys.stderr)
    parts: tuple[Callable[[], Iterator[Told]], ...] = (equal_items, files)
    told = [one for part in parts for one in part()]
    if not options.json:
        print(f"{'case':<28}{'expected':>10}{'Ansim':>10}   peers")
    for one in told:
        line = f"{one.case:<28}{one.expected:>10}{one.ansim:>10}   {one.peer}"
        print(json.dumps(asdict(one)) if options.json else line)
    return int(not all(one.right for one in told))


if __name__ == "__main__":
    sys.exit(main())
