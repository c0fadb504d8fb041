"""Ordinary moving pictures for the benchmarks: pans over sample photographs, cuts, camera noise."""

import io
from collections.abc import Iterator

import av
import numpy as np
from PIL import Image
from skimage import data

SCENE_SECONDS = 4


def frames(seconds: float, rate: int, size: tuple[int, int], seed: int = 0) -> Iterator[np.ndarray]:
    """RGB frames: a new photograph every few seconds, panned over, with a little noise."""
    width, height = size
    chance = np.random.default_rng(seed)
    pictures = (
        data.astronaut(), data.coffee(), data.chelsea(), data.rocket(),
        data.hubble_deep_field(), data.immunohistochemistry(), data.retina(),
    )  # fmt: skip
    noise = chance.integers(-4, 5, (8, height, width, 1), dtype=np.int16)
    scene, large = -1, np.empty(0)
    for number in range(round(seconds * rate)):
        if number // (SCENE_SECONDS * rate) != scene:
            scene = number // (SCENE_SECONDS * rate)
            large = _scene(pictures[chance.integers(len(pictures))], size, chance)
            ways = chance.uniform(0, 1, 4)
        moved = number % (SCENE_SECONDS * rate) / (SCENE_SECONDS * rate)
        across = int((ways[0] * (1 - moved) + ways[1] * moved) * (large.shape[1] - width))
        down = int((ways[2] * (1 - moved) + ways[3] * moved) * (large.shape[0] - height))
        shown = large[down : down + height, across : across + width]
        yield np.clip(shown + noise[number % 8], 0, 255).astype(np.uint8)


def _scene(picture: np.ndarray, size: tuple[int, int], chance: np.random.Generator) -> np.ndarray:
    """A part of the photograph, half as large again as the frame."""
    height, width = picture.shape[:2]
    side = int(min(height, width) * chance.uniform(0.45, 0.95))
    top, left = chance.integers(height - side + 1), chance.integers(width - side + 1)
    part = Image.fromarray(np.ascontiguousarray(picture[top : top + side, left : left + side, :3]))
    return np.asarray(part.resize((size[0] * 3 // 2, size[1] * 3 // 2)), np.int16)


def encoded(
    pictures: Iterator[np.ndarray], rate: int, codec: str = "libx264", form: str = "mp4", **options
) -> bytes:
    """A file of the pictures; ``options`` are the encoder's."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form) as out:
        stream = None
        for rgb in pictures:
            if stream is None:
                stream = out.add_stream(codec, rate=rate, options=options)
                stream.height, stream.width = rgb.shape[:2]
                stream.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return buffer.getvalue()
