"""Ordinary sample pictures: what is hunted, copies of it, and other pictures."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image
from skimage import data

from ansim.fingerprints import Fingerprint, fingerprint_bytes
from ansim.matching import HuntedFingerprint, HuntedIndex

HUNTED = ("astronaut", "coffee", "rocket", "camera")
OTHERS = ("chelsea", "coins", "text", "page")


@lru_cache(maxsize=16)
def sample(name: str) -> Image.Image:
    return Image.fromarray(getattr(data, name)()).convert("RGB").resize((256, 192))


@lru_cache(maxsize=64)
def original(name: str) -> bytes:
    return _jpeg(sample(name), 92)


@lru_cache(maxsize=256)
def copy(name: str, way: int) -> bytes:
    """A copy as sites make them: re-encoded, made smaller, or enlarged."""
    picture = sample(name)
    width = (256, 200, 160, 320)[way % 4]
    return _jpeg(picture.resize((width, width * 3 // 4)), (60, 75, 85)[way % 3])


@lru_cache(maxsize=64)
def variant(name: str) -> bytes:
    """A crop that is no match any more and still shows the same."""
    picture = sample(name)
    for left in range(8, 60, 4):
        cut = _jpeg(picture.crop((left, left * 3 // 4, 256, 192)), 85)
        if not hunted(name).match(printed(cut)) and hunted(name).match(printed(cut), 60):
            return cut
    raise LookupError(name)


@lru_cache(maxsize=64)
def placeholder(seed: int) -> bytes:
    """What a host puts in a removed picture's place: shapes on a plain ground."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return _jpeg(Image.fromarray(small).resize((240, 180), Image.Resampling.BICUBIC), 90)


@lru_cache(maxsize=8)
def hunted(name: str) -> HuntedIndex:
    return HuntedIndex([HuntedFingerprint.of(name, printed(original(name)))])


@lru_cache(maxsize=512)
def printed(body: bytes) -> Fingerprint:
    """The fingerprint, made once for each file: the corpus serves few files many times."""
    return fingerprint_bytes(body)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
