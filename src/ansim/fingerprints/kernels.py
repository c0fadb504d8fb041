"""The loops of PDQ, compiled. ``pdq.py`` says what each computes and has the same in numpy.

Single precision is kept step for step where the reference (``pdqhash``) has it: nothing here may
be reordered or contracted, or bits change.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ansim.compiling import kernel

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Whole = NDArray[np.int64]

BLOCK: Final = 64
FREQUENCIES: Final = 16
_TILE: Final = 12288
_MOST_IN_16_BITS: Final = 65535 // 255
"""The largest sum of weights whose weighted bytes fit into 16 bits."""

_GROUP: Final = 4
"""Rows whose running sums are carried side by side: one alone waits for each addition."""


@kernel
def tent_of(length: int) -> tuple[Whole, Floats]:
    """The 64 rows of the tent matrix for ``length`` pixels: places (64, 2), weights (64, most)."""
    window = (length + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    places = np.zeros((BLOCK, 2), np.int64)
    weights = np.zeros((BLOCK, 2 * window - 1), np.float64)
    for i in range(BLOCK):
        centre = int((i + 0.5) * length / BLOCK)
        first, last = max(0, centre - left), min(length - 1, centre + right)
        start = max(0, first - left)
        places[i, 0], places[i, 1] = start, min(length, last + right + 1) - start
        for j in range(first, last + 1):
            a, b = max(0, j - left), min(length - 1, j + right)
            weights[i, a - start : b + 1 - start] += 1.0 / (b + 1 - a) / (last + 1 - first)
    return places, weights.astype(np.float32)


@kernel
def block_of(
    lines: Bytes, window: Whole, rows: tuple[Whole, Floats], columns: tuple[Whole, Floats]
) -> Floats:
    """The 64 x 64 luminance block of a part of a picture, each of its pixels read once.

    ``lines``: (height, 3 x width) of the whole picture. ``window``: top, left, height, width of
    the part. ``rows`` and ``columns``: for each of 64 the first pixel and the number of pixels,
    (64, 2), and the weights, (64, most).
    """
    width = window[3]
    bands = np.zeros((BLOCK, width * 3), np.float32)
    tile = np.empty(_TILE, np.uint16)
    whole = np.empty(rows[1].shape[1], np.uint16)
    # From below: what the decoder wrote last is still in the processor's cache.
    for i in range(BLOCK - 1, -1, -1):
        unit = _whole_weights(rows[0][i, 1], rows[1][i], whole)
        if unit > 0:
            _add_whole_rows(lines, window, rows[0][i], whole, unit, bands[i], tile)
        else:
            _add_rows(lines, window, rows[0][i], rows[1][i], bands[i])
    luma = np.empty((width, BLOCK), np.float32)
    red, green, blue = np.float32(0.299), np.float32(0.587), np.float32(0.114)
    for i in range(BLOCK):
        band = bands[i]
        for x in range(width):
            luma[x, i] = red * band[3 * x] + green * band[3 * x + 1] + blue * band[3 * x + 2]
    turned = np.zeros((BLOCK, BLOCK), np.float32)
    for j in range(BLOCK):
        first, count = columns[0][j]
        for k in range(count):
            weight = columns[1][j, k]
            for i in range(BLOCK):
                turned[j, i] += weight * luma[first + k, i]
    return turned.T.copy()


@kernel
def _whole_weights(count: int, weights: Floats, whole: NDArray[np.uint16]) -> Any:
    """The weights as multiples of the first, written to ``whole``, and the first; 0 if they are not.

    Away from the borders a tent is 1, 2, 3 ... 3, 2, 1 of a unit.
    """
    unit = weights[0]
    for k in range(count):
        times = weights[k] / unit
        rounded = np.floor(times + np.float32(0.5))
        if abs(times - rounded) > 1e-3 or rounded > _MOST_IN_16_BITS:  # noqa: PLR2004
            return np.float32(0)
        whole[k] = rounded
    return unit


@kernel
def _add_whole_rows(
    lines: Bytes, window: Whole, place: Whole, whole: NDArray[np.uint16], unit: float,
    band: Floats, tile: NDArray[np.uint16],
) -> None:  # fmt: skip
    """As ``_add_rows`` for weights that are whole multiples of ``unit``, exactly and faster.

    Rows are summed in 16 bits, 32 pixels at a time, for as long as the sum must fit.
    """
    first, count, left = window[0] + place[0], place[1], 3 * window[1]
    for start in range(0, len(band), _TILE):
        size = min(_TILE, len(band) - start)
        begin = left + start
        out, sums = band[start : start + size], tile[:size]
        k = 0
        while k < count:
            total, end = np.int64(whole[k]), k + 1
            while end < count and total + whole[end] <= _MOST_IN_16_BITS:
                total += whole[end]
                end += 1
            sums[:] = 0
            while k + 4 <= end:
                one = lines[first + k, begin : begin + size]
                two = lines[first + k + 1, begin : begin + size]
                three = lines[first + k + 2, begin : begin + size]
                four = lines[first + k + 3, begin : begin + size]
                a, b, c, d = whole[k], whole[k + 1], whole[k + 2], whole[k + 3]
                for j in range(size):
                    sums[j] += np.uint16(a * one[j] + b * two[j] + c * three[j] + d * four[j])
                k += 4
            while k < end:
                line = lines[first + k, begin : begin + size]
                weight = whole[k]
                for j in range(size):
                    sums[j] += np.uint16(weight * line[j])
                k += 1
            for j in range(size):
                out[j] += unit * np.float32(sums[j])


@kernel
def _add_rows(lines: Bytes, window: Whole, place: Whole, weights: Floats, band: Floats) -> None:
    """Add the weighted rows of one band, four at a time and a tile that stays in the cache."""
    first, count, left = window[0] + place[0], place[1], 3 * window[1]
    for start in range(0, len(band), _TILE):
        end = min(start + _TILE, len(band))
        out = band[start:end]
        k = 0
        while k + 4 <= count:
            one = lines[first + k, left + start : left + end]
            two = lines[first + k + 1, left + start : left + end]
            three = lines[first + k + 2, left + start : left + end]
            four = lines[first + k + 3, left + start : left + end]
            a, b, c, d = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
            for j in range(end - start):
                out[j] += (a * np.float32(one[j]) + b * np.float32(two[j])) + (
                    c * np.float32(three[j]) + d * np.float32(four[j])
                )
            k += 4
        while k < count:
            line = lines[first + k, left + start : left + end]
            weight = weights[k]
            for j in range(end - start):
                out[j] += weight * np.float32(line[j])
            k += 1


@kernel
def replayed_block(lines: Bytes, window: Whole) -> Floats:
    """The 64 x 64 block by the reference's running sums, in its order, in one walk down.

    What the reference computes and never reads (the last two passes away from the 64 x 64 samples)
    is left out; only a ring of rows is held. ``lines`` and ``window`` as in ``block_of``.
    """
    height, width = window[2], window[3]
    down = (height + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (down - 1) // 2, down // 2
    ring = np.empty((down + 3 * _GROUP, width), np.float32)
    buffers = np.empty((2, _GROUP, width), np.float32)
    column_sums = np.zeros(width, np.float32)
    samples = np.empty((height, BLOCK), np.float32)
    made = 0
    for start in range(0, height, _GROUP):
        end = min(start + _GROUP, height)
        while made < min(height, end + right):
            _make_rows(lines, window, made, ring, buffers)
            made = min(height, made + _GROUP)
        if start == 0:
            for y in range(right):
                _add(column_sums, ring[y])
        for y in range(start, end):
            if y + right < height:
                _add(column_sums, ring[(y + right) % len(ring)])
            if y - left - 1 >= 0:
                _subtract(column_sums, ring[(y - left - 1) % len(ring)])
            count = np.float32(min(height - 1, y + right) - max(0, y - left) + 1)
            row = buffers[0, y - start]
            for x in range(width):
                row[x] = column_sums[x] / count
        _sums_along(buffers[0], buffers[1])
        for y in range(start, end):
            _sample(buffers[1, y - start], samples[y])
    return _sampled_rows(samples, left, right)


@kernel
def _make_rows(lines: Bytes, window: Whole, first: int, ring: Floats, buffers: Floats) -> None:
    """The first pass along up to four rows from ``first``, put into the ring."""
    top, left_edge, height, width = window
    rows = min(_GROUP, height - first)
    for k in range(rows):
        line = lines[top + first + k, 3 * left_edge : 3 * (left_edge + width)]
        luma = buffers[0, k]
        for x in range(width):
            luma[x] = np.float32(
                line[3 * x] * 0.299 + line[3 * x + 1] * 0.587 + line[3 * x + 2] * 0.114
            )
    _sums_along(buffers[0], buffers[1])
    for k in range(rows):
        _divide(buffers[1, k], ring[(first + k) % len(ring)])


@kernel
def _divide(sums: Floats, out: Floats) -> None:
    """Box sums along a row into means: fewer pixels lie in the box at both ends."""
    width = len(sums)
    window = (width + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    whole = np.float32(window)
    for x in range(width):
        out[x] = sums[x] / whole
    for x in range(min(left, width)):
        out[x] = sums[x] / np.float32(min(width - 1, x + right) + 1)
    for x in range(max(0, width - right), width):
        out[x] = sums[x] / np.float32(width - max(0, x - left))


@kernel
def _sums_along(values: Floats, sums: Floats) -> None:
    """Running box sums along four rows: add the pixel ahead, then take off the one behind."""
    width = values.shape[1]
    window = (width + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    a = b = c = d = np.float32(0)
    one, two, three, four = values[0], values[1], values[2], values[3]
    for x in range(-right, width):
        ahead, behind = x + right, x - left - 1
        if ahead < width:
            a += one[ahead]
            b += two[ahead]
            c += three[ahead]
            d += four[ahead]
        if behind >= 0:
            a -= one[behind]
            b -= two[behind]
            c -= three[behind]
            d -= four[behind]
        if x >= 0:
            sums[0, x], sums[1, x], sums[2, x], sums[3, x] = a, b, c, d


@kernel
def _add(total: Floats, row: Floats) -> None:
    for x in range(len(total)):
        total[x] += row[x]


@kernel
def _subtract(total: Floats, row: Floats) -> None:
    for x in range(len(total)):
        total[x] -= row[x]


@kernel
def _sample(sums: Floats, out: Floats) -> None:
    """The 64 columns that are read of the second pass along a row."""
    width = len(sums)
    window = (width + 2 * BLOCK - 1) // (2 * BLOCK)
    left, right = (window - 1) // 2, window // 2
    for j in range(BLOCK):
        x = int((j + 0.5) * width / BLOCK)
        out[j] = sums[x] / np.float32(min(width - 1, x + right) - max(0, x - left) + 1)


@kernel
def _sampled_rows(samples: Floats, left: int, right: int) -> Floats:
    """The second pass down the 64 columns that are read, at the 64 rows that are read."""
    height = len(samples)
    block = np.empty((BLOCK, BLOCK), np.float32)
    total = np.zeros(BLOCK, np.float32)
    for y in range(right):
        _add(total, samples[y])
    y = 0
    for i in range(BLOCK):
        row = int((i + 0.5) * height / BLOCK)
        while y <= row:
            if y + right < height:
                _add(total, samples[y + right])
            if y - left - 1 >= 0:
                _subtract(total, samples[y - left - 1])
            y += 1
        count = np.float32(min(height - 1, row + right) - max(0, row - left) + 1)
        for j in range(BLOCK):
            block[i, j] = total[j] / count
    return block


@kernel
def frequencies_of(block: Floats, cosines: Floats) -> Floats:
    """16 x 16 low frequencies, summed term after term in single precision as the reference does.

    ``block``: (64, 64); ``cosines``: (16, 64), rows 1..16 of the DCT-II matrix.
    """
    half = np.zeros((FREQUENCIES, BLOCK), np.float32)
    for i in range(FREQUENCIES):
        for k in range(BLOCK):
            cosine = cosines[i, k]
            for j in range(BLOCK):
                half[i, j] += cosine * block[k, j]
    turned = cosines.T.copy()
    out = np.zeros((FREQUENCIES, FREQUENCIES), np.float32)
    for i in range(FREQUENCIES):
        for k in range(BLOCK):
            value = half[i, k]
            for j in range(FREQUENCIES):
                out[i, j] += value * turned[k, j]
    return out


@kernel
def steps_of(block: Floats, noise: float) -> tuple[int, int, int]:
    """The sum of whole-number gradients of the block, lowest, as computed and highest.

    ``noise``: how far each gradient step, in percent of white, may be off.
    """
    slack = np.float32(noise)
    low = middle = high = 0
    for i in range(BLOCK):
        for j in range(BLOCK):
            if i:
                step = abs((block[i - 1, j] - block[i, j]) * np.float32(100) / np.float32(255))
                low += int(max(step - slack, np.float32(0)))
                middle += int(step)
                high += int(step + slack)
            if j:
                step = abs((block[i, j - 1] - block[i, j]) * np.float32(100) / np.float32(255))
                low += int(max(step - slack, np.float32(0)))
                middle += int(step)
                high += int(step + slack)
    return low, middle, high


@kernel
def hashes_of(frequencies: Floats, hashes: Bytes) -> float:
    """The eight turned hashes into ``hashes`` (8, 32), and how near they come to another bit.

    That is the smallest gap between the values of rank 128 (the median) and 129.
    """
    count = FREQUENCIES * FREQUENCIES
    signed = np.empty((FREQUENCIES, FREQUENCIES), np.float32)
    nearest = np.inf
    # Each of four sign patterns gives two hashes, one of them read along the columns. Their places
    # in the reference's order: see ``pdq.TURNS``.
    for pattern in range(4):
        across, along = pattern % 2, pattern // 2
        for i in range(FREQUENCIES):
            for j in range(FREQUENCIES):
                flip = (across and j % 2 == 0) != (along and i % 2 == 0)
                signed[i, j] = -frequencies[i, j] if flip else frequencies[i, j]
        ranked = np.sort(signed.ravel())
        median = ranked[count // 2 - 1]
        nearest = min(nearest, float(ranked[count // 2] - median))
        straight, turned = hashes[2 * pattern], hashes[2 * pattern + 1]
        for byte in range(count // 8):
            one = other = 0
            for bit in range(8):
                row, column = divmod(count - 1 - 8 * byte - bit, FREQUENCIES)
                one = 2 * one + (signed[row, column] > median)
                other = 2 * other + (signed[column, row] > median)
            straight[byte] = one
            turned[byte] = other
    return nearest


def warm_up() -> None:
    """Compile each kernel, or load it from the disk, for the arrays that it is called with."""
    lines = np.zeros((5, 15), np.uint8)
    lines.flags.writeable = False
    window = np.array((0, 0, 5, 5))
    bands = tent_of(5)
    block_of(lines, window, bands, bands)
    block = replayed_block(lines, window)
    steps_of(block, 0.0)
    cosines = np.zeros((FREQUENCIES, BLOCK), np.float32)
    hashes_of(frequencies_of(block, cosines), np.empty((8, BLOCK // 2), np.uint8))
