"""Ordinary pictures and moving patterns; nothing here shows a person."""

import io
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

Pixels = NDArray[np.uint8]


def _rgb(picture: NDArray[np.generic]) -> Pixels:
    if picture.dtype == bool:
        picture = picture.astype(np.uint8) * 255
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    return np.ascontiguousarray(picture[..., :3], np.uint8)


@pytest.fixture(scope="session")
def coffee() -> Pixels:
    return _rgb(data.coffee())


@pytest.fixture(scope="session")
def photos() -> dict[str, Pixels]:
    """Sample photographs of things, animals and textures, at their own sizes."""
    names = ("coffee", "chelsea", "brick", "grass", "gravel", "coins", "moon", "page", "text")
    return {name: _rgb(getattr(data, name)()) for name in names}


@pytest.fixture(scope="session")
def patterns() -> dict[str, Pixels]:
    """Pictures on which rounding decides: flat, symmetric, tiny, noisy, steep."""
    chance = np.random.default_rng(7)
    made: dict[str, Pixels] = {}
    for size in ((5, 5), (7, 200), (63, 65), (64, 64), (129, 128), (333, 517), (640, 1001)):
        down, across = np.mgrid[: size[0], : size[1]]
        chess = ((down // 8 + across // 8) % 2 * 255).astype(np.uint8)
        slope = np.linspace(0, 255, size[1]).astype(np.uint8)[None, :].repeat(size[0], 0)
        waves = (127 + 100 * np.sin(down / 17) * np.cos(across / 11)).astype(np.uint8)
        made |= {
            f"flat {size}": np.full((*size, 3), 77, np.uint8),
            f"chess {size}": _rgb(chess),
            f"slope {size}": _rgb(slope),
            f"waves {size}": np.stack([waves, waves // 2, 255 - waves], axis=2),
            f"noise {size}": chance.integers(0, 256, (*size, 3), dtype=np.uint8),
        }
    return made


@pytest.fixture(scope="session")
def encoded() -> Callable[..., bytes]:
    def encode(picture: Pixels | Image.Image, form: str = "PNG", **options: object) -> bytes:
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        buffer = io.BytesIO()
        image.save(buffer, form, **options)
        return buffer.getvalue()

    return encode


def _moving(coffee: Pixels, frames: int, size: tuple[int, int]) -> Iterator[Pixels]:
    width, height = size
    for number in range(frames):
        shift = number * 150 // max(1, frames - 1)
        yield coffee[shift : shift + height, 2 * shift : 2 * shift + width]


@pytest.fixture(scope="session")
def video(coffee: Pixels) -> Callable[..., bytes]:
    """A pan over a photograph: ``video(seconds, form, codec, crf, rate, size)`` -> bytes."""

    def make(
        seconds: float = 3.0,
        form: str = "mp4",
        codec: str = "libx264",
        *,
        crf: int = 20,
        rate: int = 10,
        size: tuple[int, int] = (256, 192),
        **options: str,
    ) -> bytes:
        buffer = io.BytesIO()
        with av.open(buffer, "w", format=form) as out:
            stream = out.add_stream(codec, rate=rate, options={"crf": str(crf), **options})
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for rgb in _moving(coffee, round(seconds * rate), size):
                out.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
            out.mux(stream.encode())
        return buffer.getvalue()

    return make
