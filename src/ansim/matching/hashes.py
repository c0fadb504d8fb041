"""PDQ hashes as arrays: from hex digits, and turned or mirrored without the picture."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.matching.errors import MalformedHash

Hashes = NDArray[np.uint8]

_HASH: Final = re.compile(r"[0-9a-fA-F]{64}\Z")
_SIDE: Final = 16


def is_pdq(text: str) -> bool:
    """Whether the text is a PDQ fingerprint: 64 hex digits and nothing else."""
    return _HASH.match(text) is not None


def packed(digits: Sequence[str]) -> Hashes:
    """Hashes of 64 hex digits each as uint8[n, 32].

    Raises MalformedHash, which names the position from 1, for anything else.
    """
    for number, text in enumerate(digits, start=1):
        if not is_pdq(text):
            raise MalformedHash(number=number)
    return np.frombuffer(bytes.fromhex("".join(digits)), np.uint8).reshape(-1, 2 * _SIDE)


def turned(hashes: Hashes) -> Hashes:
    """About the hashes of the same pictures turned and mirrored: uint8[8, n, 32], as given first.

    The order is that of ``ansim.fingerprints.pdq``. A bit says whether a frequency is above the
    median, and turning a picture exchanges rows with columns and changes signs. So the bits are
    exchanged exactly; where the sign changes the bit is flipped, which is right but for the
    frequencies between the median and its negative: 7 bits of 256 on ordinary pictures, 28 at
    most. That is for frames of videos, of which only the plain hash is kept.
    """
    # Bit 255 comes first in the bytes; here bit 0 is row 0, column 0.
    bits = np.unpackbits(hashes, axis=1)[:, ::-1].reshape(-1, _SIDE, _SIDE)
    odd = (np.arange(_SIDE) % 2 == 0).astype(np.uint8)
    rows, columns = bits ^ odd[:, None], bits ^ odd
    both = rows ^ odd
    eight = (
        bits,
        columns.swapaxes(1, 2),
        both,
        rows.swapaxes(1, 2),
        rows,
        columns,
        bits.swapaxes(1, 2),
        both.swapaxes(1, 2),
    )
    flat = np.stack(eight).reshape(len(eight), len(hashes), _SIDE * _SIDE)
    return np.packbits(flat[:, :, ::-1], axis=2)
