"""Pictures and animations: from bytes to RGB pixels the right way up.

The right way up is the way a viewer shows the picture: the orientation of EXIF (JPEG, PNG, WebP,
TIFF, AVIF) or of the container (HEIC, AVIF) is carried out on the pixels before they are hashed, so
that a photograph turned by its tag, and a copy that was turned for good, have one fingerprint. The
usual tools around the reference hash the stored pixels instead.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from ansim.fingerprints import headers, jpegs, patience
from ansim.fingerprints.errors import (
    TooManyPixels,
    TooMuchWork,
    Undecodable,
    UnsupportedFormat,
)
from ansim.fingerprints.heic import Heic
from ansim.fingerprints.pdq import Pixels, turned
from ansim.fingerprints.rgb import to_rgb
from ansim.fingerprints.sniff import FileKind
from ansim.fingerprints.values import Limits

# What Pillow's readers raise on damaged files, found by feeding them mutated ones.
DECODING_FAULTS: Final = (
    Image.DecompressionBombError,
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

# Pillow's readers called by name: no other one can be reached, and the size is checked before
# Pillow's own, vaguer, check.
_READERS: Final[dict[str, Callable[..., ImageFile.ImageFile]]] = {
    "JPEG": JpegImagePlugin.jpeg_factory,
    "PNG": PngImagePlugin.PngImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "JPEG2000": Jpeg2KImagePlugin.Jpeg2KImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_ANIMATED: Final = {"GIF", "WEBP", "PNG", "AVIF"}
_MOST_PIXELS: Final = {"JPEG2000": 30_000_000, "WEBP": 30_000_000}
"""Their libraries take 16 bytes a pixel and more, and do not always say that memory ran out."""

_AVIF_BRANDS: Final = {b"avif", b"avis"}
_ORIENTATION_TAG: Final = 0x0112
_SHORTEST_FRAME: Final = 0.02
"""Seconds. Browsers show shorter frames of an animation for a tenth of a second."""

_EIGHT_BITS: Final = 8
_JPEG_PROCESSES: Final = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
"""Baseline, extended, progressive, and the latter two with arithmetic coding."""

_SEQUENTIAL: Final = {0xC0, 0xC1, 0xC9}

_TIFF_BITS, _TIFF_SAMPLES, _TIFF_PLANAR, _TIFF_NUMBER_FORMAT = 258, 277, 284, 339
_TIFF_PLANES_APART: Final = 2
_TIFF_SIGNED, _TIFF_FLOATING = 2, 3
_MOST_SCANS: Final = 200
"""A progressive JPEG has about ten; each one is a walk over the whole picture."""

_SCAN: Final = b"\xff\xda"
_END_OF_JPEG: Final = b"\xff\xd9"
_ROWS_NEEDED: Final = 0.1
"""Share of a cut-off picture's rows that must have been read."""

_COLUMNS_LOOKED_AT: Final = 128


class CutShort(Exception):
    """A signal, not an error: the limits or damage ended a video before its end."""


@dataclass(slots=True)
class Shot:
    """One RGB picture, seconds from the start (0 for a still one), more of them or not.

    ``truncated`` marks a still picture of which the end is missing. ``turn`` is the EXIF
    orientation by which ``rgb`` is still to be turned, ``stored`` the full (height, width) of a
    picture of which ``rgb`` was decoded at reduced size.
    """

    seconds: float
    rgb: Pixels
    animated: bool
    truncated: bool = False
    turn: int = 1
    stored: tuple[int, int] | None = None


def shots(data: bytes, kind: FileKind, limits: Limits) -> Iterator[Shot]:
    """The still picture, or one frame a second of an animation.

    Raises TooManyPixels from the header, before anything is decoded, UnsupportedFormat for
    flavours that would be read wrongly, TooMuchWork, Undecodable, and CutShort after the last
    frame that the limits allow.
    """
    _check_announced(data, kind, limits)
    with _quiet_reading(kind):
        picture = _open(data, kind)
        _check_size(picture.size, kind, limits)
        frames = _frame_count(picture, kind)
        patience.announce(kind, picture.size[0] * picture.size[1] * frames, len(data))
        still = _still(data, picture, kind, limits) if frames == 1 else None
    if still is not None:
        yield still
    elif isinstance(picture, Image.Image):
        yield from _frames(picture, kind, limits)


def _check_announced(data: bytes, kind: FileKind, limits: Limits) -> None:
    """Refuse by the header alone what a decoder must not even open."""
    size = None
    if kind.reader == "WEBP":
        size = headers.webp_size(data)
    elif kind.reader in {"AVIF", "HEIF"}:
        size = headers.largest_item(data)
    elif kind.reader == "JPEG":
        size = _check_jpeg(data)
    elif kind.reader == "TIFF":
        _check_tiff(headers.tiff_tags(data))
    if size is not None:
        _check_size(size, kind, limits)


def _check_jpeg(data: bytes) -> tuple[int, int]:
    frame = headers.jpeg_frame(data)
    if frame is None:
        raise Undecodable(format="JPEG")
    if frame.precision != _EIGHT_BITS:
        raise UnsupportedFormat(format=f"{frame.precision}-bit JPEG")
    if frame.process not in _JPEG_PROCESSES:
        raise UnsupportedFormat(format="Lossless JPEG")
    if not _in_one_scan(data, frame) and data.count(_SCAN) > _MOST_SCANS:
        raise TooMuchWork(format="JPEG")
    return frame.width, frame.height


def _in_one_scan(data: bytes, frame: headers.JpegFrame) -> bool:
    """Whether the first scan has all there is, as usual; the file is not walked through then.

    One that only looks so costs what it costs until its time is up.
    """
    scan = data.find(_SCAN)
    return frame.process in _SEQUENTIAL and data[scan + 4 : scan + 5] == bytes([frame.components])


def _check_tiff(tags: dict[int, int]) -> None:
    """Flavours that Pillow refuses as damaged, or reads wrongly without a word."""
    bits, samples = tags.get(_TIFF_BITS, 1), tags.get(_TIFF_SAMPLES, 1)
    numbers = tags.get(_TIFF_NUMBER_FORMAT, 1)
    if bits > _EIGHT_BITS and tags.get(_TIFF_PLANAR, 1) == _TIFF_PLANES_APART and samples > 1:
        raise UnsupportedFormat(format=f"{bits}-bit planar TIFF")
    if numbers == _TIFF_SIGNED and bits == _EIGHT_BITS:
        raise UnsupportedFormat(format="Signed TIFF")
    if numbers == _TIFF_FLOATING and (bits, samples) != (32, 1):
        raise UnsupportedFormat(format=f"{bits}-bit floating-point TIFF")


def _check_size(size: tuple[int, int], kind: FileKind, limits: Limits) -> None:
    width, height = size
    limit = min(limits.max_pixels, _MOST_PIXELS.get(kind.reader, limits.max_pixels))
    if width * height > limit:
        raise TooManyPixels(width=width, height=height, limit=limit)


def _open(data: bytes, kind: FileKind) -> Image.Image | Heic:
    if kind.reader == "HEIF":
        return Heic(data)
    if kind.reader == "AVIF" and data[8:12] not in _AVIF_BRANDS:
        # Stored under the brand of a video or of pictures in general.
        data = data[:8] + b"avif" + data[12:]
    return _READERS[kind.reader](io.BytesIO(data), "")


def _frame_count(picture: Image.Image | Heic, kind: FileKind) -> int:
    """How many frames are announced; 2 for a GIF of more, whose file would have to be read."""
    if isinstance(picture, Heic) or kind.reader not in _ANIMATED:
        return 1
    if isinstance(picture, GifImagePlugin.GifImageFile):
        return 2 if picture.is_animated else 1
    return max(1, getattr(picture, "n_frames", 1))


def _still(data: bytes, picture: Image.Image | Heic, kind: FileKind, limits: Limits) -> Shot:
    if isinstance(picture, Heic):
        rgb, truncated, orientation = picture.pixels(), headers.is_cut_off(data), 1
    else:
        fast = None
        if kind.reader == "JPEG":
            fast = jpegs.decode(data, picture.size, reduced=limits.reduced)
        if fast is not None:
            # Its matrices are turned instead of its pixels, which takes no time.
            turn, stored = orientation_of(picture), (picture.height, picture.width)
            return Shot(0.0, fast, animated=False, turn=turn, stored=stored)
        whole, truncated = _loaded(data, picture, kind)
        # Pillow turns a TIFF itself when it loads it, and then forgets the tag.
        rgb, orientation = to_rgb(whole), orientation_of(picture)
    if truncated and _rows_read(rgb) < _ROWS_NEEDED:
        raise Undecodable(format=kind.name)
    return Shot(0.0, upright(rgb, orientation), animated=False, truncated=truncated)


def _loaded(data: bytes, picture: Image.Image, kind: FileKind) -> tuple[Image.Image, bool]:
    """The decoded picture, as far as its file goes, and whether the file ended too early.

    A missing part is black, or the colour of the last block read.
    """
    try:
        picture.load()
    except (OSError, SyntaxError):
        if kind.reader == "JPEG":
            # With an end, however early, libjpeg gives what it has; progressive ones too.
            ended = _READERS["JPEG"](io.BytesIO(data.rstrip(b"\xff") + _END_OF_JPEG), "")
            ended.load()
            return ended, True
        if not isinstance(picture, ImageFile.ImageFile):
            raise
        # What was read until then is kept, and asked for without reading on.
        picture.tile = []
        return picture.copy(), True
    return picture, False


def _rows_read(rgb: Pixels) -> float:
    """The share of rows that hold more than one colour, looking at some of their pixels."""
    some = rgb[:, :: max(1, rgb.shape[1] // _COLUMNS_LOOKED_AT)]
    return float(np.mean((some != some[:, :1]).any(axis=(1, 2))))


def _frames(image: Image.Image, kind: FileKind, limits: Limits) -> Iterator[Shot]:
    """One frame a second; the clock of an animation is the sum of its frames' durations."""
    clock, due, decoded, number = 0.0, 0.0, 0, 0
    while clock < limits.max_seconds_of_video:
        try:
            with _quiet_reading(kind):
                if not _has_frame(image, number):
                    return
                _check_size(image.size, kind, limits)
                image.load()
                shown_for = float(image.info.get("duration") or 0) / 1000
                rgb = to_rgb(image) if clock >= due else None
        except Undecodable:
            if number == 0:
                raise
            raise CutShort from None
        if rgb is not None:
            yield Shot(clock, rgb, animated=True)
            due = float(int(clock) + 1)
        decoded += image.width * image.height
        if decoded > limits.max_decoded_pixels or patience.is_over():
            raise CutShort
        clock += shown_for if shown_for >= _SHORTEST_FRAME else 0.1
        number += 1
    raise CutShort


def _has_frame(image: Image.Image, number: int) -> bool:
    try:
        image.seek(number)
    except EOFError:
        return False
    return True


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


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 where there is none or it cannot be read."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except DECODING_FAULTS:
        return 1
    return orientation if isinstance(orientation, int) else 1


def upright(rgb: Pixels, orientation: int) -> Pixels:
    """The stored pixels turned the way that EXIF's ``orientation`` (1 to 8) says to look at them.

    Other values turn nothing.
    """
    return np.ascontiguousarray(turned(rgb, orientation))
