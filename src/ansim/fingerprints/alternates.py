"""Further fingerprints of one picture, for what people do to copies: shrink, frame, caption.

They are additional and marked as such: a search asks with the plain PDQ and with these. A picture
that is neither small nor framed has none.

*Small copies.* PDQ of a copy of 256 pixels or fewer often drifts away from its original's, because
the tent of a large picture weighs its pixels finer. So the copy is read as the large picture that
it may come from: the rows of the large one's matrix are folded onto the copy's pixels, once for an
enlargement to 1024 pixels by cubic splines and once to 2048 pixels as plain squares. Of 73 ordinary
pictures shrunk to 150 and 128 pixels and re-encoded at JPEG quality 75, 0.80 and 0.90 lie within 31
bits of the original by plain PDQ, and 1.00 and 0.96 with these two.

*Nothing in a frame.* A frame lifts the quality of an empty picture, and framed empty pictures are
alike. What is within a frame is kept with its low quality, and a picture of which little is left
without its eight strongest lines each way is marked as bare: ``matching.looks`` matches neither.

*Frames.* A bar, border or strip ends in a straight edge across the whole picture, which a dark
sky or a plain background does not. Only such edges are cut at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ansim.compiling import COMPILED
from ansim.fingerprints import frame_kernels
from ansim.fingerprints.pdq import (
    BLOCK,
    Floats,
    Part,
    PdqResult,
    Pixels,
    capped,
    lines_of,
    pdq,
    pdq_of_block,
    pdq_reduced,
    tent,
    turned,
    window_of,
)
from ansim.fingerprints.values import Alternate, AlternateReason

SMALL_SIDE: Final = 256
"""Pixels: up to this longer side a copy's plain PDQ often drifts out of the usual radius."""

MIN_QUALITY: Final = 50
"""Small copies below it are left out: their bits hang on noise. What is within a frame is kept, so
that no match is made where there is next to nothing in it (``matching.looks``)."""

LEAST_SUBSTANCE: Final = 20
"""Of 435 ordinary pictures of quality 50 and more two in a hundred have less; of nearly empty ones
in borders, bars and phone screens nine in ten or more."""

_STRONG_LINES: Final = 8
_SPLINE: Final = 2
_SQUARES: Final = 0
_LUMA: Final = (0.299, 0.587, 0.114)

_MOST_CROPS: Final = 4
_SMALLEST_CROP: Final = 0.25
"""Share of the area that a crop must keep."""

_DEEPEST: Final = 0.45
"""Share of the side that one bar may take."""

_SAMPLES: Final = 128
"""Pixels looked at in each line."""

_TOLERANCE: Final = 24
"""Distance from the bar's colour, per channel, that JPEG noise may cause."""

_BAR: Final = 0.97
_PICTURE: Final = 0.5
_CAPTION: Final = 0.5
"""Shares of a line in the bar's colour: a bar has at least the first, a picture's first lines at
most the second, and the lines of a captioned strip on average at least the third."""

_EDGE: Final = 0.012
"""Share of the side within which the bar must give way to the picture (JPEG blurs the edge)."""

_LEAST_EDGE: Final = 6
_SMALLEST_FRAMED: Final = 136
"""Pixels: on smaller sides an edge cannot be told from a steep slope."""


@dataclass(frozen=True, slots=True)
class _Side:
    """How many lines of a side to cut off, and whether text was among them."""

    lines: int = 0
    captioned: bool = False


def alternates_of(
    rgb: Pixels, plain: PdqResult, turn: int = 1, *, reduced: bool = False
) -> tuple[Alternate, ...]:
    """The alternates of a picture whose PDQ is ``plain``.

    ``rgb``: uint8[height, width, 3] as stored, or decoded at ``reduced`` size; ``turn``: its EXIF
    orientation, 1 to 8.
    """
    found = {plain.pdq: None}
    kept = _of_bare(plain)
    for one in (*_of_small_copy(rgb, turn), *_of_crops(rgb, turn, reduced=reduced)):
        if one.pdq not in found and (one.quality >= MIN_QUALITY or one.reason != "small_copy"):
            found[one.pdq] = None
            kept.append(one)
    return tuple(kept)


def _of_bare(plain: PdqResult) -> list[Alternate]:
    """What says that next to nothing is left of a picture without its strongest lines."""
    if plain.block is None or plain.quality < MIN_QUALITY:
        return []
    left = substance(plain.block)
    return [Alternate("bare", plain.pdq, left)] if left < LEAST_SUBSTANCE else []


def substance(block: Floats, *, compiled: bool = COMPILED) -> int:
    """Quality of a 64 x 64 block that remains without the eight strongest steps across and down.

    A frame, a horizon or a line of text around nothing has its gradients in a few lines; a picture
    has them everywhere.
    """
    if compiled:
        across, down = frame_kernels.line_steps_of(block)
    else:
        scale = np.float32(100 / 255)
        across = (np.abs(block[:, :-1] - block[:, 1:]) * scale).astype(np.int64).sum(axis=0)
        down = (np.abs(block[:-1] - block[1:]) * scale).astype(np.int64).sum(axis=1)
    across.sort()
    down.sort()
    return capped(int(across[:-_STRONG_LINES].sum() + down[:-_STRONG_LINES].sum()))


def _of_small_copy(rgb: Pixels, turn: int) -> Iterator[Alternate]:
    if max(rgb.shape[:2]) > SMALL_SIDE:
        return
    luma = turned(rgb, turn) @ np.array(_LUMA)
    for longer, spread in ((1024, _SPLINE), (2048, _SQUARES)):
        scale = longer / max(luma.shape)
        height, width = (max(BLOCK, round(side * scale)) for side in luma.shape)
        rows = folded(luma.shape[0], height, spread)
        columns = folded(luma.shape[1], width, spread)
        result = pdq_of_block((rows @ luma @ columns.T).astype(np.float32))
        yield Alternate("small_copy", result.pdq, result.quality)


@lru_cache(maxsize=64)
def folded(length: int, original: int, reach: int) -> NDArray[np.float64]:
    """The 64 rows of P(original), folded onto a copy's ``length`` pixels: (64, length).

    ``reach`` 2 enlarges the copy by cubic splines (Keys 1981, a = -1/2), 0 by plain squares.
    """
    spread = np.zeros((original, length))
    lines = np.arange(original)
    if reach == _SQUARES:
        spread[lines, lines * length // original] = 1.0
    else:
        place = (lines + 0.5) * length / original - 0.5
        for step in range(1 - reach, reach + 1):
            pixel = np.floor(place).astype(int) + step
            np.add.at(spread, (lines, pixel.clip(0, length - 1)), _keys(np.abs(place - pixel)))
    rows = np.zeros((BLOCK, length))
    for i, ((first, count), weights) in enumerate(zip(*tent(original), strict=True)):
        rows[i] = weights[:count] @ spread[first : first + count]
    return rows


def _keys(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of cubic interpolation at ``distance`` pixels, 0 to 2."""
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    return np.where(distance < 1, near, far)


def _of_crops(rgb: Pixels, turn: int, *, reduced: bool) -> Iterator[Alternate]:
    for reason, part in crops(rgb):
        if reduced:
            # Twice is enough: the tent of a still larger picture hardly differs.
            size = (2 * part.height, 2 * part.width)
            result = pdq_reduced(part.of(rgb), size, turn=turn)
        else:
            result = pdq(rgb, part, turn=turn)
        yield Alternate(reason, result.pdq, result.quality)


def crops(rgb: Pixels) -> list[tuple[AlternateReason, Part]]:
    """What lies within the bars, borders and captioned strips of a picture; [] without any.

    Each crop is searched once more for a frame within the frame.
    """
    whole = Part(0, 0, *rgb.shape[:2])
    found: list[tuple[AlternateReason, Part]] = []
    waiting = [whole]
    while waiting and len(found) < _MOST_CROPS:
        for reason, part in _within(rgb, waiting.pop(0)):
            large = part.height * part.width >= _SMALLEST_CROP * whole.height * whole.width
            if large and all(part != other for _, other in found):
                found.append((reason, part))
                waiting.append(part)
    return found[:_MOST_CROPS]


def _within(rgb: Pixels, part: Part) -> Iterator[tuple[AlternateReason, Part]]:
    """The part without its plain bars, and without its captioned strips as well."""
    sides = [_side(rgb, part, side) for side in range(4)]
    top, bottom, *_ = sides
    plain = [_Side() if side.captioned else side for side in sides]
    if any(side.lines for side in plain):
        yield _reason(plain), _cut(part, plain)
    if top.captioned or bottom.captioned:
        yield "strip", _cut(part, [top, bottom, *plain[2:]])
    elif (both := _mirrored(rgb, part, plain)) != plain:
        yield _reason(both), _cut(part, both)


def _mirrored(rgb: Pixels, part: Part, sides: list[_Side]) -> list[_Side]:
    """Bars without an edge, because the picture begins as dark as they are, made like their twins."""
    both = list(sides)
    for side in range(4):
        twin = side ^ 1
        if both[side].lines or not sides[twin].lines:
            continue
        across = part.width if side < 2 else part.height  # noqa: PLR2004  top and bottom
        step = max(1, across // _SAMPLES)
        outer = _inwards(part.of(rgb), twin)[0, ::step]
        colour = np.median(outer, axis=0).astype(np.int64)
        if line_shares(rgb, part, side, sides[twin].lines, step, colour).min() >= _BAR:
            both[side] = sides[twin]
    return both


def _reason(sides: list[_Side]) -> AlternateReason:
    """Two bars opposite each other are a letterbox; anything else is a border."""
    across, along = ([side.lines > 0 for side in pair] for pair in (sides[:2], sides[2:]))
    two = (all(across) and not any(along)) or (all(along) and not any(across))
    return "letterbox" if two else "border"


def _cut(part: Part, sides: list[_Side]) -> Part:
    top, bottom, left, right = (side.lines for side in sides)
    return Part(
        part.top + top,
        part.left + left,
        max(0, part.height - top - bottom),
        max(0, part.width - left - right),
    )


def _side(rgb: Pixels, part: Part, side: int) -> _Side:
    """The bar or strip along a side (0 top, 1 bottom, 2 left, 3 right) that ends in an edge."""
    deep, across = (part.height, part.width) if side < 2 else (part.width, part.height)  # noqa: PLR2004
    edge = max(_LEAST_EDGE, round(_EDGE * deep))
    deepest = int(_DEEPEST * deep)
    if min(deep, across) < _SMALLEST_FRAMED:
        return _Side()
    step = max(1, across // _SAMPLES)
    colour, plain = _outer(rgb, part, side, step)
    if plain < _BAR:
        return _Side()
    lines = _inwards(part.of(rgb), side)[:, ::step]
    share = line_shares(rgb, part, side, deepest + 2 * edge, step, colour)
    ends = np.flatnonzero((share[:-1] >= _BAR) & (share[1:] < _BAR)) + 1
    for end in ends[(ends > edge) & (ends <= deepest)]:
        inside = np.flatnonzero(share[end : end + edge] <= _PICTURE)
        if not len(inside):
            continue
        start = int(end + inside[0])
        if np.mean(share[start : start + 2 * edge]) > _PICTURE:
            continue
        # A gradient leaves the tolerance all at once too, but not within so few lines.
        jump = np.abs(lines[start].astype(np.int16) - lines[end - 1 - edge]).max(axis=1)
        if np.mean(jump > _TOLERANCE // 2) >= _PICTURE and np.mean(share[:end]) >= _CAPTION:
            return _Side(start, captioned=bool((share[:end] < _BAR).any()))
    return _Side()


def _outer(
    rgb: Pixels, part: Part, side: int, step: int, *, compiled: bool = COMPILED
) -> tuple[NDArray[np.int64], float]:
    """``frame_kernels.outer_of``, compiled or in numpy."""
    if compiled:
        return frame_kernels.outer_of(lines_of(rgb), window_of(part), side, step, _TOLERANCE)
    outer = _inwards(part.of(rgb), side)[0, ::step]
    colour = np.median(outer, axis=0).astype(np.int64)
    return colour, float(np.mean(np.abs(outer - colour).max(axis=1) <= _TOLERANCE))


def _inwards(pixels: Pixels, side: int) -> Pixels:
    """A view whose first axis goes inwards from the side."""
    lying = pixels if side < 2 else pixels.swapaxes(0, 1)  # noqa: PLR2004  top and bottom
    return lying[::-1] if side % 2 else lying


def line_shares(
    rgb: Pixels,
    part: Part,
    side: int,
    count: int,
    step: int,
    colour: NDArray[np.int64],
    *,
    compiled: bool = COMPILED,
) -> NDArray[np.float64]:
    """``frame_kernels.shares_of`` of at most the lines that there are, compiled or in numpy."""
    count = min(count, part.height if side < 2 else part.width)  # noqa: PLR2004  top and bottom
    if compiled:
        found: NDArray[np.float64] = frame_kernels.shares_of(
            lines_of(rgb), window_of(part), side, count, step, colour, _TOLERANCE
        )
        return found
    off = np.abs(_inwards(part.of(rgb), side)[:count, ::step] - colour).max(axis=2)
    share: NDArray[np.float64] = (off <= _TOLERANCE).mean(axis=1)
    return share
