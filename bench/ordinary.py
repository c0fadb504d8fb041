"""Ordinary pictures for the benchmarks: sample photographs that packages ship, and patterns.

Nothing is downloaded and nothing shows more than what scikit-image ships in its own package.
"""

import io
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skimage
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]

# motorcycle_right shows the same as motorcycle_left; the rest of the folder is tiny or a diagram.
PHOTOS = (
    "astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "clock_motion.png",
    "coffee.png", "coins.png", "color.png", "grass.png", "gravel.png", "horse.png",
    "hubble_deep_field.jpg", "ihc.png", "logo.png", "moon.png", "motorcycle_left.png", "page.png",
    "retina.jpg", "rocket.jpg", "text.png",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """``source`` says which photograph or pattern it was cut from or made by."""

    name: str
    source: str
    rgb: Pixels


def photos() -> Iterator[Picture]:
    """The sample photographs at their own sizes, transparency on white."""
    folder = Path(skimage.__file__).parent / "data"
    for name in PHOTOS:
        with Image.open(folder / name) as image:
            coloured = image.convert("RGBA")
            white = Image.new("RGBA", coloured.size, "white")
            rgb = np.asarray(Image.alpha_composite(white, coloured).convert("RGB"))
        yield Picture(name.partition(".")[0], name, rgb)


def tiles(parts: int, smallest: int = 48) -> Iterator[Picture]:
    """Each photograph cut into ``parts`` x ``parts`` regions that share no pixel.

    Regions with a side of fewer than ``smallest`` pixels are left out.
    """
    for photo in photos():
        height, width = (side // parts for side in photo.rgb.shape[:2])
        if min(height, width) < smallest:
            continue
        for row in range(parts):
            for column in range(parts):
                part = photo.rgb[row * height : (row + 1) * height]
                cut = part[:, column * width : (column + 1) * width]
                yield Picture(f"{photo.name} {parts}:{row},{column}", photo.source, cut)


def patterns(count: int, longer: int, seed: int = 1) -> Iterator[Picture]:
    """``count`` made pictures of each kind, with ``longer`` pixels on the longer side."""
    for number in range(count):
        for name, make in _MAKERS.items():
            chance = np.random.default_rng([seed, number, len(name), sum(name.encode())])
            shorter = round(longer * (1, 0.75, 0.667, 0.5625)[number % 4])
            size = (shorter, longer) if number % 3 else (longer, shorter)
            yield Picture(f"{name} {number}", f"{name} {number}", make(chance, size))


def enlarged(rgb: Pixels, longer: int) -> Pixels:
    """The picture brought to ``longer`` pixels on its longer side."""
    factor = longer / max(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def encoded(picture: Pixels | Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The bytes of a file that holds the picture (JPEG of quality 90 unless told)."""
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, form, **({"quality": 90} | options if form == "JPEG" else options))
    return buffer.getvalue()


def letters(chance: np.random.Generator, words: int) -> str:
    """Chance words, so that no two texts are the same."""
    alphabet = np.array(list(string.ascii_letters))
    return " ".join("".join(chance.choice(alphabet, chance.integers(2, 10))) for _ in range(words))


def _plasma(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """Clouds: noise whose strength falls with its frequency, coloured, as landscapes have it."""
    down = np.fft.fftfreq(size[0])[:, None] * size[0]
    across = np.fft.rfftfreq(size[1])[None, :] * size[1]
    falling = np.maximum(np.hypot(down, across), 1.0) ** -chance.uniform(1.2, 2.2)
    planes = []
    common = chance.normal(size=falling.shape) + 1j * chance.normal(size=falling.shape)
    for _ in range(3):
        own = chance.normal(size=falling.shape) + 1j * chance.normal(size=falling.shape)
        plane = np.fft.irfft2((common + 0.5 * own) * falling, size)
        low, high = np.percentile(plane, (1, 99))
        planes.append(np.clip((plane - low) / (high - low) * 255, 0, 255))
    return np.stack(planes, axis=2).astype(np.uint8)


def _cells(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """Coloured cells around chance points, each with a little light and shade."""
    points = chance.uniform(0, 1, (int(chance.integers(12, 60)), 2)) * size
    colours = chance.integers(0, 256, (len(points), 3))
    down, across = np.mgrid[: size[0], : size[1]].astype(np.float32)
    nearest = np.full(size, np.inf, np.float32)
    owner = np.zeros(size, np.intp)
    for number, (y, x) in enumerate(points):
        away = (down - np.float32(y)) ** 2 + (across - np.float32(x)) ** 2
        closer = away < nearest
        nearest[closer], owner[closer] = away[closer], number
    shade = np.sqrt(nearest)[..., None] * 0.6
    return np.clip(colours[owner] - shade, 0, 255).astype(np.uint8)


def _shapes(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """Overlapping shapes before a slope of light, slightly blurred, as things on a table."""
    start, end = chance.integers(0, 256, (2, 3))
    slope = np.linspace(0, 1, size[1])[None, :, None]
    ground = np.broadcast_to(start + (end - start) * slope, (*size, 3)).astype(np.uint8)
    image = Image.fromarray(np.ascontiguousarray(ground))
    draw = ImageDraw.Draw(image)
    for _ in range(int(chance.integers(8, 30))):
        y, x = chance.uniform(-0.1, 1.0, 2) * size
        high, wide = chance.uniform(0.05, 0.5, 2) * size
        colour = tuple(int(c) for c in chance.integers(0, 256, 3))
        kind = (draw.ellipse, draw.rectangle)[int(chance.integers(2))]
        kind((x, y, x + wide, y + high), fill=colour)
    soft = image.filter(ImageFilter.GaussianBlur(max(size) / 400))
    noise = chance.normal(0, 4, (*size, 1))
    return np.clip(np.asarray(soft) + noise, 0, 255).astype(np.uint8)


def _writing(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """A page with a heading, a picture's place and lines of text."""
    image = Image.new(
        "RGB", (size[1], size[0]), tuple(int(c) for c in chance.integers(200, 256, 3))
    )
    draw = ImageDraw.Draw(image)
    y = size[0] * 0.05
    while y < size[0] * 0.95:
        points = float(chance.choice([0.02, 0.03, 0.05, 0.1])) * size[0]
        if chance.random() < 0.2:
            box = (
                size[1] * chance.uniform(0, 0.5),
                y,
                size[1] * chance.uniform(0.6, 1),
                y + 5 * points,
            )
            draw.rectangle(box, fill=tuple(int(c) for c in chance.integers(0, 200, 3)))
            y += 5.4 * points
            continue
        font = ImageFont.load_default(points)
        draw.text(
            (size[1] * 0.05, y), letters(chance, int(chance.integers(1, 9))), (20, 20, 30), font
        )
        y += points * chance.uniform(1.1, 2.5)
    return np.asarray(image)


def _waves(chance: np.random.Generator, size: tuple[int, int]) -> Pixels:
    """A handful of waves of different lengths and directions, with grain."""
    down, across = np.mgrid[: size[0], : size[1]] / max(size)
    total = np.zeros(size)
    for _ in range(int(chance.integers(3, 9))):
        y, x, phase = *chance.normal(0, 25, 2), chance.uniform(0, 6)
        total += chance.uniform(0.3, 1) * np.sin(y * down + x * across + phase)
    grain = chance.normal(0, 6, size)
    grey = np.clip(127 + 60 * total / total.std() + grain, 0, 255)
    tint = chance.uniform(0.6, 1.0, 3)
    return (grey[..., None] * tint).astype(np.uint8)


_MAKERS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Pixels]] = {
    "plasma": _plasma,
    "cells": _cells,
    "shapes": _shapes,
    "writing": _writing,
    "waves": _waves,
}
