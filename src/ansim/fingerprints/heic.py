"""HEIC: the photographs of phones, through libheif.

The reader is called here alone and never registered with Pillow, so that nothing else can come to
open such files. Rotation, mirroring, cropping and the grid of tiles are libheif's work; it also
brings 10 and 12 bits down to 8. A burst or a live photograph is its primary picture.
"""

import io
from typing import Final

import numpy as np
from PIL import Image
from pillow_heif import open_heif

from ansim.fingerprints.errors import Undecodable
from ansim.fingerprints.headers import picture_items
from ansim.fingerprints.pdq import Pixels
from ansim.fingerprints.rgb import to_rgb

_BRANDS_NEEDED: Final = {b"mif1", b"heic", b"heix", b"heim", b"heis"}
_FIRST_COMPATIBLE: Final = 16


class Heic:
    """One opened file: nothing is decoded before ``pixels``."""

    def __init__(self, data: bytes) -> None:
        """Read the header. Raises libheif's errors (ValueError, RuntimeError, OSError...)."""
        if not picture_items(data):
            raise Undecodable(format="HEIC")
        opened = open_heif(io.BytesIO(_branded(data)), remove_stride=False)
        self._image = opened[opened.primary_index]
        self.size: tuple[int, int] = self._image.size

    def pixels(self) -> Pixels:
        """The picture the right way up, uint8[height, width, 3], transparency on white."""
        image = self._image
        stored = np.frombuffer(image.data, np.uint8)
        width, height = image.size
        rows = stored[: height * image.stride].reshape(height, image.stride)
        channels = len(image.mode)
        packed = rows[:, : width * channels].reshape(height, width, channels)
        if image.mode == "RGB":
            # A copy always: the compiled hashing is made for arrays that may be written to.
            return np.array(packed)
        if image.mode == "L":
            return np.repeat(packed, 3, axis=2)
        return to_rgb(Image.fromarray(np.ascontiguousarray(packed), image.mode))


def _branded(data: bytes) -> bytes:
    """The file under its own brand: some servers store it under that of a video."""
    end = int.from_bytes(data[:4], "big")
    starts = range(_FIRST_COMPATIBLE, min(end, len(data)) - 3, 4)
    if not starts or any(data[at : at + 4] in _BRANDS_NEEDED for at in starts):
        return data
    brands = b"mif1" + b"heic" * (len(starts) - 1)
    return data[:8] + b"heic" + data[12:16] + brands + data[16 + len(brands) :]
