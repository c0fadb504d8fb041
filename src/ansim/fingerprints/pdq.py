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

Each step exists twice: compiled (``kernels.py``) and in numpy, with the same answers.

Source: Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
2019, sections on PDQ.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.compiling import COMPILED
from ansim.fingerprints import kernels

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Bands = tuple[NDArray[np.int64], Floats]

BLOCK: Final = 64
FREQUENCIES: Final = 16
MIN_SIDE: Final = 5
"""Below this many pixels on a side PDQ defines no fingerprint: all zero bits, quality 0."""

TURNS: Final = (0, 3, 6, 5, 4, 2, 1, 7)
"""Where the eight turned hashes, in the reference's order, stand among those of ``hashes_of``."""

FACTORS: Final = (2, 4, 8)
"""By these a JPEG can be decoded smaller."""

# EXIF orientation: are rows and columns swapped, after being read backwards (rows, columns)?
_EXIF: Final = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
SWAPPING: Final = frozenset(turn for turn, (swapped, *_) in _EXIF.items() if swapped)
"""The EXIF orientations that exchange height and width."""

_COLOURS: Final = (3,)
_LUMA: Final = (0.299, 0.587, 0.114)
# How far the reference's rounding noise may move the gap between two of the 16 x 16 frequencies,
# and a gradient step of the quality (in percent of white), up to 512 pixels. Beyond, the noise grows
# with the root of the longer side, as a walk of so many roundings does: on photos, noise and steep
# patterns no frequency moved by more than 8.5e-4 at 512, 1.4e-3 at 1,024, 2.3e-3 at 4,000 and 2.9e-3
# at 6,000 pixels, and no step by more than 2e-4 to 4e-4. Over 5,424 pictures chosen to be hard
# (periodic colours, stripes, flat ones, thin strips; 8 to 20,000 pixels) the largest gap at which a
# bit differed was 6e-4 up to 512 and 2.3e-3 at 4,000, and the largest move of a step 1e-3 and 4e-3.
_GAP_NOISE: Final = 3e-3
_STEP_NOISE: Final = 2e-3
_NOISE_SIDE: Final = 512


@dataclass(frozen=True, slots=True)
class PdqResult:
    """One picture's PDQ: 64 hex digits, quality 0..100, and the eight turned fingerprints.

    ``dihedral`` is in the reference's order: as it is, turned by 90, 180 and 270 degrees
    anticlockwise, mirrored top to bottom, mirrored left to right, mirrored about the main
    diagonal, mirrored about the other diagonal. The first is ``pdq``. ``replayed`` says that the
    reference's own order of operations had to decide. ``block`` is the picture's 64 x 64 luminance,
    None where there is no fingerprint.
    """

    pdq: str
    quality: int
    dihedral: tuple[str, ...]
    replayed: bool = False
    block: Floats | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Part:
    """A rectangle of a picture, in pixels."""

    top: int
    left: int
    height: int
    width: int

    def of(self, rgb: Pixels) -> Pixels:
        """That part of ``rgb``, without copying."""
        return rgb[self.top : self.top + self.height, self.left : self.left + self.width]


def pdq(
    rgb: Pixels, part: Part | None = None, *, turn: int = 1, compiled: bool = COMPILED
) -> PdqResult:
    """PDQ of an RGB picture, or of a part of it.

    ``rgb`` has shape (height, width, 3), dtype uint8, any layout in memory. ``turn`` is the EXIF
    orientation (1 to 8) by which the stored pixels are to be looked at: the matrices are turned,
    not the pixels. Raises ValueError for another shape or type, because that is a mistake of the
    caller. ``compiled`` False takes the way in numpy.
    """
    if rgb.shape[2:] != _COLOURS or rgb.dtype != np.uint8:
        message = f"an RGB picture of uint8 is needed, not {rgb.dtype} {rgb.shape}"
        raise ValueError(message)
    part = part or Part(0, 0, *rgb.shape[:2])
    if part.height < MIN_SIDE or part.width < MIN_SIDE:
        nothing = "0" * 64
        return PdqResult(nothing, 0, (nothing,) * 8)
    block = _turned_block(rgb, (part.height, part.width), part, turn, compiled=compiled)
    growth = max(1.0, max(part.height, part.width) / _NOISE_SIDE) ** 0.5
    quality, hashes, gap = _read(block, _STEP_NOISE * growth, compiled=compiled)
    replayed = quality is None or gap < _GAP_NOISE * growth
    if replayed:
        upright = turned(part.of(rgb), turn)
        quality, hashes, _ = _read(_replayed(upright, compiled=compiled), 0.0, compiled=compiled)
        if upright.shape[:2] == (BLOCK, BLOCK):
            # Such a picture the reference takes as it is, but not when it turns it.
            _, unfiltered, _ = _read(_luma(upright), 0.0, compiled=compiled)
            hashes = (unfiltered[0], *hashes[1:])
    return PdqResult(hashes[0], quality or 0, hashes, replayed, block)


def pdq_reduced(
    rgb: Pixels, size: tuple[int, int], *, turn: int = 1, compiled: bool = COMPILED
) -> PdqResult:
    """PDQ of a picture of ``size`` (height, width) from its pixels decoded at 1/2, 1/4 or 1/8.

    The matrices are those of the full size, folded onto the reduced pixels, so each of the 64 x 64
    samples stays in its place. Over 20 ordinary pictures as JPEG of quality 80, 4:2:0 and 4:4:4,
    decoded to 512 pixels or more on the shorter side, the bits that differ from the full decode
    were 0.6 on average and 4 at most with 1,024 pixels on the longer side, 0.4 and 4 with 2,048,
    0.35 and 2 with 4,000. Raises ValueError when ``rgb`` is no such reduction.
    """
    if rgb.shape[:2] not in {tuple(-(-side // factor) for side in size) for factor in FACTORS}:
        message = f"{rgb.shape[:2]} is no reduction of {size}"
        raise ValueError(message)
    part = Part(0, 0, *rgb.shape[:2])
    block = _turned_block(rgb, size, part, turn, compiled=compiled)
    return pdq_of_block(block, compiled=compiled)


def turned(rgb: Pixels, turn: int) -> Pixels:
    """The stored pixels the way that EXIF's orientation says to look at them, without copying.

    Values other than 2 to 8 turn nothing. Source: Exif 3.0, tag 274.
    """
    swapped, backwards, mirrored = _EXIF.get(turn, (False, False, False))
    rgb = rgb[:: -1 if backwards else 1, :: -1 if mirrored else 1]
    return rgb.swapaxes(0, 1) if swapped else rgb


def pdq_of_block(block: Floats, *, compiled: bool = COMPILED) -> PdqResult:
    """PDQ of a 64 x 64 luminance block that was made in another way, without any replay."""
    quality, hashes, _ = _read(block, 0.0, compiled=compiled)
    return PdqResult(hashes[0], quality or 0, hashes, block=block)


def block_by(
    rgb: Pixels, rows: Bands, columns: Bands, part: Part, *, compiled: bool = COMPILED
) -> Floats:
    """The 64 x 64 luminance block of ``part``, reading each of its pixels once.

    ``rows`` and ``columns`` give the two matrices, see ``tent``. Colours are mixed after the
    shrinking down, on 64 rows instead of all of them.
    """
    if compiled:
        block: Floats = kernels.block_of(lines_of(rgb), window_of(part), rows, columns)
        return block
    pixels = part.of(rgb)
    bands = np.empty((BLOCK, part.width * 3), np.float32)
    for i, ((first, count), weights) in enumerate(zip(*rows, strict=True)):
        lines = pixels[first : first + count].reshape(count, part.width * 3)
        np.dot(weights[:count], lines.astype(np.float32), out=bands[i])
    luma = bands.reshape(BLOCK, part.width, 3) @ np.array(_LUMA, np.float32)
    dense = np.zeros((BLOCK, part.width), np.float32)
    for i, ((first, count), weights) in enumerate(zip(*columns, strict=True)):
        dense[i, first : first + count] = weights[:count]
    product: Floats = luma @ dense.T
    return product


def _turned_block(
    rgb: Pixels, size: tuple[int, int], part: Part, turn: int, *, compiled: bool
) -> Floats:
    """The block of a picture of stored ``size`` (height, width), of which ``rgb`` may be reduced."""
    swapped, *backwards = _EXIF.get(turn, (False, False, False))
    factor = next(f for f in (1, *FACTORS) if -(-size[0] // f) == part.height)
    rows, columns = (
        _bands(length, factor, back) for length, back in zip(size, backwards, strict=True)
    )
    block = block_by(rgb, rows, columns, part, compiled=compiled)
    return np.ascontiguousarray(block.T) if swapped else block


@lru_cache(maxsize=256)
def _bands(length: int, factor: int, backwards: bool) -> Bands:  # noqa: FBT001  lru_cache
    """P(length), mirrored or not, folded onto pixels of which each covers ``factor``."""
    places, weights = tent(length)
    if factor == 1 and not backwards:
        return places, weights
    folded_places = np.empty_like(places)
    folded = np.zeros((BLOCK, weights.shape[1] // factor + 2), np.float32)
    for i, ((first, count), row) in enumerate(zip(places, weights, strict=True)):
        start = length - first - count if backwards else first
        bins = np.arange(start, start + count) // factor
        np.add.at(folded[i], bins - bins[0], row[:count][::-1] if backwards else row[:count])
        folded_places[i] = bins[0], bins[-1] + 1 - bins[0]
    return folded_places, folded


@lru_cache(maxsize=256)
def tent(length: int) -> Bands:
    """The 64 rows of P(length): for each the first pixel it reads and how many, and their weights.

    Each box of ``window`` pixels reaches (window-1)//2 to the left and window//2 to the right, is
    cut off at the borders and divided by what is left of it; it is passed over twice, then 64
    samples are taken at the middles of 64 equal parts.
    """
    places, weights = kernels.tent_of(length)
    return places, weights


def lines_of(rgb: Pixels) -> Pixels:
    """The picture as the kernels take it: (height, 3 x width), marked as not to be written to.

    So they need to be compiled for one kind of array alone.
    """
    lines = np.ascontiguousarray(rgb).reshape(rgb.shape[0], rgb.shape[1] * 3)
    lines.flags.writeable = False
    return lines


def window_of(part: Part) -> NDArray[np.int64]:
    """The part as the kernels take it."""
    return np.array((part.top, part.left, part.height, part.width), np.int64)


def _read(
    block: Floats, noise: float, *, compiled: bool
) -> tuple[int | None, tuple[str, ...], float]:
    """Quality (None when ``noise`` a gradient step could change it), eight hashes, smallest gap."""
    if compiled:
        low, middle, high = (capped(sum_) for sum_ in kernels.steps_of(block, noise))
        bits = np.empty((8, BLOCK // 2), np.uint8)
        gap = float(kernels.hashes_of(kernels.frequencies_of(block, cosines()), bits))
        digits = bits.tobytes().hex()
        hashes = tuple(digits[BLOCK * i : BLOCK * (i + 1)] for i in TURNS)
    else:
        low, middle, high = (_quality(block, shift) for shift in (-noise, 0.0, noise))
        frequencies = _cosine_transform(block)
        hashes = tuple(_hex(one) for one in _dihedral(frequencies))
        gap = _smallest_gap(frequencies)
    return (middle if low == high else None), hashes, gap


def _replayed(rgb: Pixels, *, compiled: bool) -> Floats:
    """The 64 x 64 block with the reference's single-precision running sums, step for step."""
    if compiled:
        part = Part(0, 0, *rgb.shape[:2])
        block: Floats = kernels.replayed_block(lines_of(rgb), window_of(part))
        return block
    return _block_by_replay(_luma(rgb))


def _luma(rgb: Pixels) -> Floats:
    """Luminance as the reference computes it: in double precision, rounded to single."""
    red, green, blue = _LUMA
    luma = np.empty(rgb.shape[:2], np.float32)
    for i, row in enumerate(rgb):
        luma[i] = row[:, 0] * red + row[:, 1] * green + row[:, 2] * blue
    return luma


def _block_by_replay(luma: Floats) -> Floats:
    """``kernels.replayed_block`` in numpy."""
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
def cosines() -> Floats:
    """Rows 1..16 of the 64-point DCT-II matrix, shape (16, 64)."""
    i = np.arange(1, FREQUENCIES + 1)[:, None]
    j = np.arange(BLOCK)[None, :]
    scale = float(np.float32(np.sqrt(2.0 / BLOCK)))
    waves: Floats = (scale * np.cos(np.pi / 2 / BLOCK * i * (2 * j + 1))).astype(np.float32)
    return waves


def _cosine_transform(block: Floats) -> Floats:
    """16 x 16 low frequencies, summed term after term in single precision as the reference does."""
    waves = cosines()
    half = np.zeros((FREQUENCIES, BLOCK), np.float32)
    for k in range(BLOCK):
        half += waves[:, k, None] * block[k]
    out = np.zeros((FREQUENCIES, FREQUENCIES), np.float32)
    for k in range(BLOCK):
        out += half[:, k, None] * waves[:, k]
    return out


def _quality(block: Floats, shift: float) -> int:
    """The reference's image-domain quality, with ``shift`` added to every gradient step."""
    total = 0
    for steps in (block[:-1] - block[1:], block[:, :-1] - block[:, 1:]):
        percent = np.abs(steps * np.float32(100) / np.float32(255)) + np.float32(shift)
        total += int(np.maximum(percent, 0).astype(np.int32).sum())
    return capped(total)


def capped(steps: int) -> int:
    """Quality from the sum of gradients, cut to whole numbers: over 90, at most 100."""
    return min(100, steps // 90)


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
