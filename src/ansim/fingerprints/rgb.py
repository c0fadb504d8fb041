"""Pillow's pictures of any mode as 8-bit RGB pixels, in little memory.

Strip by strip, because a picture of fifty million pixels converted whole would need several copies
of itself.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ansim.fingerprints.pdq import Pixels

_STRIP_PIXELS: Final = 1 << 20
_WHITE: Final = 255
_WITH_ALPHA: Final = {"RGBA", "LA", "PA", "RGBa", "La"}
_DEEPEST_16: Final = 65535
_DEEP_TO_SHALLOW: Final = 257
"""65535 / 255."""


def to_rgb(image: Image.Image) -> Pixels:
    """The picture as uint8[height, width, 3].

    Transparency is put on white, as a page shows it. (The usual tools around the reference drop
    the alpha channel, so the colours below it, which nobody sees, decide; on opaque pictures both
    are the same.) Palettes and CMYK are converted by Pillow; greys of 16 or 32 bits and floating
    point are brought down by their nominal range.
    """
    width, height = image.size
    rgb = np.empty((height, width, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // max(1, width))
    scale = _scale(image, rows)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(height, top + rows)))
        rgb[top : top + rows] = _shallow(strip, scale) if scale else np.asarray(_plain(strip))
    return rgb


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        picture = image.convert("RGBA")
        white = Image.new("RGBA", picture.size, (_WHITE, _WHITE, _WHITE, _WHITE))
        return Image.alpha_composite(white, picture).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _scale(image: Image.Image, rows: int) -> float:
    """What one unit of a deep grey counts in 8 bits; 0 for all other modes."""
    if image.mode.startswith("I;16"):
        return 1 / _DEEP_TO_SHALLOW
    if image.mode not in {"I", "F"}:
        return 0.0
    width, height = image.size
    top = max(
        (
            float(_finite(image.crop((0, at, width, min(height, at + rows)))).max(initial=0.0))
            for at in range(0, height, rows)
        ),
        default=0.0,
    )
    if image.mode == "F" and top <= 1.0:
        return float(_WHITE)
    if top > _DEEPEST_16:
        return 1 / _DEEP_TO_SHALLOW / (_DEEPEST_16 + 2)
    return 1 / _DEEP_TO_SHALLOW if top > _WHITE else 1.0


def _finite(image: Image.Image) -> NDArray[np.float32]:
    values = np.asarray(image)
    if image.mode == "I":
        # Pillow keeps unsigned numbers of 32 bits in signed ones.
        values = values.view(np.uint32)
    values = values.astype(np.float32)
    values[~np.isfinite(values)] = 0
    return values


def _shallow(image: Image.Image, scale: float) -> Pixels:
    grey = np.clip(_finite(image) * np.float32(scale), 0, _WHITE).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
