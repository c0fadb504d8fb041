"""PDQ, the perceptual fingerprint that platforms, hotlines and StopNCII exchange.

PDQ shrinks a picture's luminance to 64 x 64 with a tent filter, keeps 16 x 16 low frequencies of
its cosine transform and writes one bit for each: above the median or not. The tent filter (two
box filters along each axis, then decimation) is linear and separable, so the 64 x 64 block is
``P(height) @ luma @ P(width).T`` with two narrow-banded matrices that depend on the sizes alone.
That touches each pixel once instead of eight times.

The reference (``pdqhash`` 0.2.8, PDQ 2017) adds up in single precision with running sums, so its
last digits carry rounding noise. Where a bit or the quality hangs on those digits (flat pictures,
exactly symmetric patterns), the reference's own order of operations is replayed instead. The
result is therefore the same bits and the same quality for the same RGB pixels.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
2019, sections on PDQ.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]

BLOCK: Final = 64
FREQUENCIES: Final = 16
MIN_SIDE: Final = 5
"""Below this many pixels on a side PDQ defines no fingerprint: all zero bits, quality 0."""

_COLOURS: Final = (3,)
_LUMA: Final = (0.299, 0.587, 0.114)
# How far the reference's rounding noise may move the gap between two of the 16 x 16 frequencies,
# and a gradient step of the quality. Measured on pictures of 40 to 15 million pixels (2e-4 and
# 7e-4, no growth with size), with room to spare.
_GAP_NOISE: Final = 3e-3
_STEP_NOISE: Final = 1.5e-3


@dataclass(frozen=True, slots=True)
class PdqResult:
    """One picture's PDQ: 64 hex digits, quality 0..100, and the eight turned fingerprints.

    ``dihedral`` is in the reference's order: as it is, turned by 90, 180 and 270 degrees
    anticlockwise, mirrored top to bottom, mirrored left to right, mirrored about the main
    diagonal, mirrored about the other diagonal. The first is ``pdq``.
    """

    pdq: str
    quality: int
    dihedral: tuple[str, ...]


def pdq(rgb: Pixels) -> PdqResult:
    """PDQ of an RGB picture.

    ``rgb`` has shape (height, width, 3), dtype uint8, any layout in memory. Raises ValueError for
    another shape or type, because that is a mistake of the caller.
    """
    if rgb.shape[2:] != _COLOURS or rgb.dtype != np.uint8:
        message = f"an RGB picture of uint8 is needed, not {rgb.dtype} {rgb.shape}"
        raise ValueError(message)
    height, width = rgb.shape[:2]
    if height < MIN_SIDE or width < MIN_SIDE:
        nothing = "0" * 64
        return PdqResult(nothing, 0, (nothing,) * 8)
    block = _block_by_matrices(rgb)
    frequencies = _cosine_transform(block)
    quality = _sure_quality(block, _STEP_NOISE)
    if quality is None or _smallest_gap(frequencies) < _GAP_NOISE:
        block = _block_by_replay(_luma(rgb))
        frequencies = _cosine_transform(block)
        quality = _quality(block)
    turned = tuple(_hex(part) for part in _dihedral(frequencies))
    return PdqResult(turned[0], quality, turned)


@lru_cache(maxsize=256)
def _tent(length: int) -> tuple[tuple[int, Floats], ...]:
    """The 64 rows of P(length): for each the first pixel it reads and its weights.

    Each box of ``window`` pixels reaches (window-1)//2 to the left and window//2 to the right, is
    cut off at the borders and divided by what is left of it; it is passed over twice, then 64
    samples are taken at the middles of 64 equal parts.
    """
    window = (length + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    rows = []
    for i in range(BLOCK):
        centre = int((i + 0.5) * length / BLOCK)
        first, last = max(0, centre - left), min(length - 1, centre + right)
        start = max(0, first - left)
        weights = np.zeros(min(length, last + right + 1) - start)
        for j in range(first, last + 1):
            a, b = max(0, j - left), min(length - 1, j + right)
            weights[a - start : b + 1 - start] += 1.0 / (b + 1 - a)
        rows.append((start, (weights / (last + 1 - first)).astype(np.float32)))
    return tuple(rows)


@lru_cache(maxsize=64)
def _tent_dense(length: int) -> Floats:
    """P(length) as a dense (64, length) matrix."""
    dense = np.zeros((BLOCK, length), np.float32)
    for i, (start, weights) in enumerate(_tent(length)):
        dense[i, start : start + len(weights)] = weights
    return dense


def _block_by_matrices(rgb: Pixels) -> Floats:
    """The 64 x 64 luminance block as two products, reading each band of rows once."""
    height, width = rgb.shape[:2]
    bands = np.empty((BLOCK, width * 3), np.float32)
    for i, (start, weights) in enumerate(_tent(height)):
        rows = rgb[start : start + len(weights)].reshape(len(weights), width * 3)
        np.dot(weights, rows.astype(np.float32), out=bands[i])
    # The colours are mixed after the shrinking down, on 64 rows instead of all of them.
    luma = bands.reshape(BLOCK, width, 3) @ np.array(_LUMA, np.float32)
    block: Floats = luma @ _tent_dense(width).T
    return block


def _luma(rgb: Pixels) -> Floats:
    """Luminance as the reference computes it: in double precision, rounded to single."""
    red, green, blue = _LUMA
    luma = np.empty(rgb.shape[:2], np.float32)
    for i, row in enumerate(rgb):
        luma[i] = row[:, 0] * red + row[:, 1] * green + row[:, 2] * blue
    return luma


def _block_by_replay(luma: Floats) -> Floats:
    """The 64 x 64 block with the reference's single-precision running sums, step for step."""
    height, width = luma.shape
    for _ in range(2):
        luma = np.ascontiguousarray(_box_down(np.ascontiguousarray(luma.T), width).T)
        luma = _box_down(luma, height)
    rows = ((np.arange(BLOCK) + 0.5) * height / BLOCK).astype(int)
    columns = ((np.arange(BLOCK) + 0.5) * width / BLOCK).astype(int)
    block: Floats = luma[np.ix_(rows, columns)]
    return block


def _box_down(values: Floats, length: int) -> Floats:
    """One box filter along the first axis: add the pixel ahead, then take off the one behind."""
    window = (length + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    out = np.empty_like(values)
    total = np.zeros(values.shape[1], np.float32)
    for ahead in range(right):
        total += values[ahead]
    for i in range(length):
        if i + right < length:
            total += values[i + right]
        if i - left - 1 >= 0:
            total -= values[i - left - 1]
        count = min(length - 1, i + right) - max(0, i - left) + 1
        np.divide(total, np.float32(count), out=out[i])
    return out


@lru_cache(maxsize=1)
def _cosines() -> Floats:
    """Rows 1..16 of the 64-point DCT-II matrix, shape (16, 64)."""
    i = np.arange(1, FREQUENCIES + 1)[:, None]
    j = np.arange(BLOCK)[None, :]
    scale = float(np.float32(np.sqrt(2.0 / BLOCK)))
    cosines: Floats = (scale * np.cos(np.pi / 2 / BLOCK * i * (2 * j + 1))).astype(np.float32)
    return cosines


def _cosine_transform(block: Floats) -> Floats:
    """16 x 16 low frequencies, summed term after term in single precision as the reference does."""
    cosines = _cosines()
    half = np.zeros((FREQUENCIES, BLOCK), np.float32)
    for k in range(BLOCK):
        half += cosines[:, k, None] * block[k]
    out = np.zeros((FREQUENCIES, FREQUENCIES), np.float32)
    for k in range(BLOCK):
        out += half[:, k, None] * cosines[:, k]
    return out


def _quality(block: Floats, shift: float = 0.0) -> int:
    """The reference's image-domain quality: whole-number gradients summed, over 90, at most 100.

    ``shift`` is added to every gradient step before it is cut to a whole number.
    """
    total = 0
    for steps in (block[:-1] - block[1:], block[:, :-1] - block[:, 1:]):
        percent = np.abs(steps * np.float32(100) / np.float32(255)) + np.float32(shift)
        total += int(np.maximum(percent, 0).astype(np.int32).sum())
    return min(100, total // 90)


def _sure_quality(block: Floats, noise: float) -> int | None:
    """The quality, or None when rounding noise of ``noise`` a gradient step could change it."""
    low, high = _quality(block, -noise), _quality(block, noise)
    return low if low == high else None


def _dihedral(a: Floats) -> tuple[Floats, ...]:
    """The frequencies of the eight turned pictures: sign changes and transpositions of one."""
    odd = np.arange(FREQUENCIES) % 2
    sign = np.where(odd, 1, -1).astype(np.float32)
    rows, columns = sign[:, None], sign[None, :]
    return (
        a,
        (a * columns).T,
        a * rows * columns,
        (a * rows).T,
        a * rows,
        a * columns,
        a.T,
        (a * rows * columns).T,
    )


def _smallest_gap(frequencies: Floats) -> float:
    """How near the eight medians come to flipping a bit: the gap between rank 128 and 129."""
    half = FREQUENCIES * FREQUENCIES // 2
    flat = np.stack([part.ravel() for part in _dihedral(frequencies)])
    middle = np.partition(flat, (half - 1, half), axis=1)
    return float((middle[:, half] - middle[:, half - 1]).min())


def _hex(frequencies: Floats) -> str:
    """64 hex digits: bit 255 (row 15, column 15) first, as ``pdqhash`` prints them."""
    flat = frequencies.ravel()
    half = len(flat) // 2
    median = np.partition(flat, half - 1)[half - 1]
    return np.packbits((flat > median)[::-1]).tobytes().hex()
