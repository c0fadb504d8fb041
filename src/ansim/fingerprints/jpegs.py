"""JPEG, the most common format, decoded several times faster and to the very same pixels.

``simplejpeg`` and Pillow both bring libjpeg-turbo. Asked for the accurate transform and the smooth
upsampling they give equal pixels; ``simplejpeg`` writes them straight into one buffer that is
used again for the next picture. It gets only what both surely read alike: 8-bit greyscale or
YCbCr, baseline, extended or progressive, without a single warning. All else is Pillow's.
"""

import threading
from dataclasses import dataclass
from typing import Final

import numpy as np
import simplejpeg  # type: ignore[import-untyped]  # it has stubs, but does not say so
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

REDUCED_SIDE: Final = 512
"""Pixels that the shorter side keeps at least when a JPEG is decoded at reduced size."""

_LEAST_BYTES: Final = 8 * 1024 * 1024
_KEPT_BYTES: Final = 64 * 1024 * 1024
_SAMPLINGS: Final = {"444", "422", "420", "440", "411", "441", "Gray"}
_COLOURS: Final = {"YCbCr": 3, "Gray": 1}
_START_OF_SCAN: Final = 0xDA
_FRAMES: Final = range(0xC0, 0xD0)
_PLAIN_FRAMES: Final = {0xC0, 0xC1, 0xC2}
_NOT_FRAMES: Final = {0xC4, 0xC8, 0xCC}
_ALONE: Final = {0x01, *range(0xD0, 0xD9)}
_FACTORS: Final = (8, 4, 2)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the frame header of a JPEG says. ``kind`` is its marker's second byte."""

    kind: int
    bits: int
    height: int
    width: int
    components: int


class _Buffer(threading.local):
    """One buffer a thread, as large as the largest picture so far."""

    def __init__(self) -> None:
        self.bytes = np.empty(0, np.uint8)

    def of(self, size: int) -> Pixels:
        if size > _KEPT_BYTES:
            return np.empty(size, np.uint8)
        if len(self.bytes) < size:
            # numpy asks for huge pages from 4 MiB on, which spares the processor's address cache.
            self.bytes = np.empty(max(size, _LEAST_BYTES), np.uint8)
        return self.bytes


_BUFFER: Final = _Buffer()


def decode(data: bytes, size: tuple[int, int], *, reduced: bool = False) -> Pixels | None:
    """The stored RGB pixels (height, width, 3), or None: then Pillow decides.

    ``size`` is (width, height) as Pillow read it from the header; what disagrees with it is left
    to Pillow. ``reduced`` decodes at 1/2, 1/4 or 1/8, the smallest that leaves both sides at
    REDUCED_SIDE pixels or more. The pixels lie in a buffer that this thread's next call overwrites.
    """
    frame = _frame(data)
    if frame is None or (frame.width, frame.height) != size or not _is_plain(frame):
        return None
    factor = _factor(frame) if reduced else 1
    height, width = -(-frame.height // factor), -(-frame.width // factor)
    try:
        if not _same_reading(data, frame):
            return None
        pixels: Pixels = simplejpeg.decode_jpeg(
            data,
            "RGB",
            fastdct=False,
            fastupsample=False,
            min_height=height if factor > 1 else 0,
            min_width=width if factor > 1 else 0,
            buffer=_BUFFER.of(height * width * 3),
            strict=True,
        )
    except ValueError:
        # Damaged, cut short or unusual: Pillow says which, or reads what can be read.
        return None
    return pixels if pixels.shape == (height, width, 3) else None


def _is_plain(frame: _Frame) -> bool:
    return (
        frame.kind in _PLAIN_FRAMES
        and frame.bits == 8  # noqa: PLR2004  bits a sample
        and frame.components in _COLOURS.values()
        and min(frame.height, frame.width) > 0
    )


def _same_reading(data: bytes, frame: _Frame) -> bool:
    """Whether the decoder, too, reads the header as greyscale or YCbCr of that size."""
    height, width, colours, sampling = simplejpeg.decode_jpeg_header(data, strict=True)
    return (
        (height, width) == (frame.height, frame.width)
        and _COLOURS.get(colours) == frame.components
        and sampling in _SAMPLINGS
    )


def _factor(frame: _Frame) -> int:
    shorter = min(frame.height, frame.width)
    return next((factor for factor in _FACTORS if shorter // factor >= REDUCED_SIDE), 1)


def _frame(data: bytes) -> _Frame | None:
    """The only frame header before the first scan, None when there is none, or more than one."""
    found, at = None, 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004  every marker begins so
        kind = data[at + 1]
        if kind == 0xFF:  # noqa: PLR2004  a fill byte
            at += 1
            continue
        if kind in _ALONE:
            at += 2
            continue
        if kind == _START_OF_SCAN:
            return found
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if kind in _FRAMES and kind not in _NOT_FRAMES:
            body = data[at + 4 : at + 2 + length]
            if found is not None or len(body) < 6:  # noqa: PLR2004  bytes of a frame header
                return None
            found = _Frame(
                kind,
                body[0],
                int.from_bytes(body[1:3], "big"),
                int.from_bytes(body[3:5], "big"),
                body[5],
            )
        at += 2 + length
    return None
