"""Pictures and animations: from bytes to RGB pixels the right way up."""

import io
import struct
import warnings
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from ansim.fingerprints.errors import TooManyPixels, Undecodable
from ansim.fingerprints.pdq import Pixels
from ansim.fingerprints.sniff import FileKind
from ansim.fingerprints.values import Limits

# What Pillow's readers raise on damaged files, found by feeding them mutated ones.
DECODING_FAULTS: Final = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    AssertionError,
    struct.error,
    zlib.error,
)

_ANIMATED: Final = {"GIF", "WEBP", "PNG", "AVIF"}
_ORIENTATION_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITE: Final = 255
_SHORTEST_FRAME: Final = 0.02
"""Seconds. Browsers show shorter frames of an animation for a tenth of a second."""


class CutShort(Exception):
    """A signal, not an error: the limits or damage ended a video before its end."""


@dataclass(slots=True)
class Shot:
    """One RGB picture, seconds from the start (0 for a still one), more of them or not."""

    seconds: float
    rgb: Pixels
    animated: bool


def shots(data: bytes, kind: FileKind, limits: Limits) -> Iterator[Shot]:
    """The still picture, or one frame a second of an animation.

    Raises TooManyPixels from the header, before anything is decoded, Undecodable, and CutShort
    after the last frame that the limits allow.
    """
    with _quiet_reading(kind):
        image = _open(data, kind, limits)
        animated = kind.reader in _ANIMATED and getattr(image, "n_frames", 1) > 1
        if not animated:
            yield Shot(0.0, np.asarray(to_rgb(upright(image))), animated=False)
            return
    yield from _frames(image, kind, limits)


def _open(data: bytes, kind: FileKind, limits: Limits) -> Image.Image:
    readers = ["JPEG", "MPO"] if kind.reader == "JPEG" else [kind.reader]
    try:
        image = Image.open(io.BytesIO(data), formats=readers)
    except Image.DecompressionBombError as bomb:
        raise TooManyPixels(width="?", height="?", limit=limits.max_pixels) from bomb
    _check_size(image, limits)
    return image


def _check_size(image: Image.Image, limits: Limits) -> None:
    width, height = image.size
    if width * height > limits.max_pixels:
        raise TooManyPixels(width=width, height=height, limit=limits.max_pixels)


def _frames(image: Image.Image, kind: FileKind, limits: Limits) -> Iterator[Shot]:
    """One frame a second; the clock of an animation is the sum of its frames' durations."""
    clock, due, decoded, number = 0.0, 0.0, 0, 0
    count = getattr(image, "n_frames", 1)
    while number < count and clock < limits.max_seconds_of_video:
        rgb = None
        with _quiet_reading(kind):
            image.seek(number)
            _check_size(image, limits)
            image.load()
            shown_for = float(image.info.get("duration") or 0) / 1000
            if clock >= due:
                rgb = np.asarray(to_rgb(image))
        if rgb is not None:
            yield Shot(clock, rgb, animated=True)
            due = float(int(clock) + 1)
        decoded += image.width * image.height
        if decoded > limits.max_decoded_pixels:
            raise CutShort
        clock += shown_for if shown_for >= _SHORTEST_FRAME else 0.1
        number += 1
    if number < count:
        raise CutShort


@contextmanager
def _quiet_reading(kind: FileKind) -> Generator[None]:
    """Turn a reader's many faults into Undecodable and keep its warnings to itself.

    The message of the fault is dropped, because it may quote the file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except DECODING_FAULTS:
            raise Undecodable(format=kind.name) from None


def upright(image: Image.Image) -> Image.Image:
    """The picture turned the way its EXIF orientation says that it is to be looked at."""
    image.load()
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except DECODING_FAULTS:
        orientation = None
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def to_rgb(image: Image.Image) -> Image.Image:
    """Eight-bit RGB: transparency on white, palettes, CMYK and 16-bit pictures converted."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep_grey(image)
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        picture = image.convert("RGBA")
        white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, picture).convert("RGB")
    return image.convert("RGB")


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and floating-point greys brought down to 8 bits by their nominal range."""
    values = np.asarray(image).astype(np.float32)
    values[~np.isfinite(values)] = 0
    top = float(values.max(initial=0.0))
    if image.mode == "F" and top <= 1.0:
        values *= _WHITE
    elif image.mode.startswith("I;16") or top > _WHITE:
        values /= 257
    return Image.fromarray(np.clip(values, 0, _WHITE).astype(np.uint8)).convert("RGB")
