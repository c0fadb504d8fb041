"""The loops that look for frames and for emptiness, compiled; alternates.py has the same in numpy."""

import numpy as np
from numpy.typing import NDArray

from ansim.compiling import kernel
from ansim.fingerprints.kernels import BLOCK, Bytes, Floats, Whole


@kernel
def shares_of(
    lines: Bytes, window: Whole, side: int, count: int, step: int, colour: Whole, tolerance: int
) -> NDArray[np.float64]:
    """For each of ``count`` lines from a side inwards the share of pixels that have ``colour``.

    ``lines`` and ``window`` as in ``block_of``. ``side``: 0 top, 1 bottom, 2 left, 3 right. Every
    ``step``-th pixel is looked at; each of its three colours may be ``tolerance`` off.
    """
    top, left, height, width = window
    lying, far = side // 2, side % 2
    across = height if lying else width
    last = (width if lying else height) - 1
    shares = np.empty(count, np.float64)
    for k in range(count):
        same = seen = 0
        for place in range(0, across, step):
            deep = last - k if far else k
            row, column = (place, deep) if lying else (deep, place)
            near = True
            for c in range(3):
                near = (
                    near
                    and abs(int(lines[top + row, 3 * (left + column) + c]) - colour[c]) <= tolerance
                )
            same += near
            seen += 1
        shares[k] = same / seen
    return shares


@kernel
def outer_of(
    lines: Bytes, window: Whole, side: int, step: int, tolerance: int
) -> tuple[Whole, float]:
    """The median colour of the outermost line of a side, and the share of pixels that have it.

    Arguments as in ``shares_of``.
    """
    top, left, height, width = window
    lying, far = side // 2, side % 2
    across = height if lying else width
    deep = ((width if lying else height) - 1) * far
    count = (across + step - 1) // step
    values = np.empty((3, count), np.int64)
    for k in range(count):
        row, column = (k * step, deep) if lying else (deep, k * step)
        for c in range(3):
            values[c, k] = lines[top + row, 3 * (left + column) + c]
    colour = np.empty(3, np.int64)
    for c in range(3):
        ordered = np.sort(values[c])
        colour[c] = (ordered[(count - 1) // 2] + ordered[count // 2]) // 2
    same = 0
    for k in range(count):
        near = True
        for c in range(3):
            near = near and abs(values[c, k] - colour[c]) <= tolerance
        same += near
    return colour, same / count


@kernel
def line_steps_of(block: Floats) -> tuple[Whole, Whole]:
    """The whole-number gradients of a 64 x 64 block, summed: 63 columns across, 63 rows down."""
    across, down = np.zeros(BLOCK - 1, np.int64), np.zeros(BLOCK - 1, np.int64)
    scale = np.float32(100 / 255)
    for i in range(BLOCK):
        for j in range(BLOCK - 1):
            across[j] += int(abs(block[i, j] - block[i, j + 1]) * scale)
            down[j] += int(abs(block[j, i] - block[j + 1, i]) * scale)
    return across, down


def warm_up() -> None:
    """Compile each kernel, or load it from the disk, for the arrays that it is called with."""
    lines = np.zeros((5, 15), np.uint8)
    lines.flags.writeable = False
    window = np.array((0, 0, 5, 5))
    shares_of(lines, window, 0, 1, 1, window, 0)
    outer_of(lines, window, 0, 1, 0)
    line_steps_of(np.zeros((BLOCK, BLOCK), np.float32))
