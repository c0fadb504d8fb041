"""Pictures with next to nothing in them: what thousands of unrelated files on the web look like."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from ordinary import Picture, letters
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Pixels = NDArray[np.uint8]
Chance = np.random.Generator


def flat_pictures(count: int, longer: int = 400, seed: int = 2) -> Iterator[Picture]:
    """``count`` of each kind, no two the same. ``source`` is the kind."""
    for kind, make in _KINDS.items():
        for number in range(count):
            chance = np.random.default_rng([seed, number, sum(kind.encode())])
            size = (round(longer * (1, 0.75, 0.5625)[number % 3]), longer)
            yield Picture(f"{kind} {number}", kind, make(chance, size))


def _solid(chance: Chance, size: tuple[int, int]) -> Pixels:
    return np.full((*size, 3), chance.integers(0, 256, 3), np.uint8)


def _slope(chance: Chance, size: tuple[int, int]) -> Pixels:
    """One colour running into another in a chance direction."""
    down, across = np.mgrid[: size[0], : size[1]] / max(size)
    angle = chance.uniform(0, 2 * np.pi)
    way = np.cos(angle) * down + np.sin(angle) * across
    way = (way - way.min()) / (way.max() - way.min())
    start, end = chance.integers(0, 256, (2, 3))
    return np.round(start + (end - start) * way[..., None]).astype(np.uint8)


def _spot(chance: Chance, size: tuple[int, int]) -> Pixels:
    """Light in the middle or somewhere, dark towards the corners."""
    down, across = np.mgrid[: size[0], : size[1]] / max(size)
    y, x = chance.uniform(0.2, 0.8, 2)
    light = np.exp(-((down - y) ** 2 + (across - x) ** 2) / chance.uniform(0.05, 0.6))
    return np.round(light[..., None] * chance.integers(60, 256, 3)).astype(np.uint8)


def _nearly_black(chance: Chance, size: tuple[int, int]) -> Pixels:
    """A frame of a film that fades out: a picture at a few per cent of its light, with grain."""
    coarse = chance.integers(0, 256, (int(chance.integers(5, 30)), 20, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    dark = np.asarray(image) * chance.uniform(0.01, 0.06)
    return np.round(dark + chance.uniform(0, 3, dark.shape)).astype(np.uint8)


def _dark_noise(chance: Chance, size: tuple[int, int]) -> Pixels:
    return np.clip(chance.normal(6, chance.uniform(1, 6), (*size, 3)), 0, 255).astype(np.uint8)


def _noise(chance: Chance, size: tuple[int, int]) -> Pixels:
    return chance.integers(0, 256, (*size, 3), dtype=np.uint8)


def _few_words(chance: Chance, size: tuple[int, int]) -> Pixels:
    """A line or two of small text on a plain ground: "this content is not available"."""
    light = bool(chance.integers(2))
    ground = tuple(int(c) for c in chance.integers(225, 256, 3)) if light else (20, 20, 22)
    image = Image.new("RGB", (size[1], size[0]), ground)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size[0] * chance.uniform(0.02, 0.05))
    for line in range(int(chance.integers(1, 3))):
        place = (size[1] * chance.uniform(0.1, 0.5), size[0] * (0.4 + 0.08 * line))
        draw.text(place, letters(chance, int(chance.integers(1, 5))), (90, 90, 90), font)
    return np.asarray(image)


def _one_thing(chance: Chance, size: tuple[int, int]) -> Pixels:
    """A sign, a button or a blob on a plain ground."""
    ground, colour = (tuple(int(c) for c in one) for one in chance.integers(0, 256, (2, 3)))
    image = Image.new("RGB", (size[1], size[0]), ground)
    high, wide = chance.uniform(0.05, 0.35, 2) * size
    y, x = (chance.uniform(0.3, 0.6, 2) * size) - (high / 2, wide / 2)
    draw = ImageDraw.Draw(image)
    (draw.ellipse, draw.rectangle)[int(chance.integers(2))]((x, y, x + wide, y + high), fill=colour)
    return np.asarray(image)


def _horizon(chance: Chance, size: tuple[int, int]) -> Pixels:
    """Sky above sea: two slopes that meet, with a little grain."""
    line = int(size[0] * chance.uniform(0.3, 0.7))
    sky, sea, low = chance.integers(60, 256, (3, 3))
    rows = np.empty((size[0], 3))
    rows[:line] = np.linspace(sky, (sky + low) / 2, line)
    rows[line:] = np.linspace(sea, sea * 0.7, size[0] - line)
    grain = chance.normal(0, chance.uniform(0, 4), (*size, 1))
    return np.clip(rows[:, None] + grain, 0, 255).astype(np.uint8)


def _out_of_focus(chance: Chance, size: tuple[int, int]) -> Pixels:
    """A few soft lights, as behind a finger on the lens."""
    coarse = chance.integers(40, 220, (3, 4, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.asarray(image.filter(ImageFilter.GaussianBlur(max(size) / 12)))


def _bars(chance: Chance, size: tuple[int, int]) -> Pixels:
    """Test card: vertical stripes of equal width."""
    colours = chance.integers(0, 256, (int(chance.integers(3, 9)), 3), dtype=np.uint8)
    across = np.arange(size[1]) * len(colours) // size[1]
    return np.broadcast_to(colours[across], (*size, 3)).copy()


_KINDS: dict[str, Callable[[Chance, tuple[int, int]], Pixels]] = {
    "solid colour": _solid,
    "slope of colour": _slope,
    "spot of light": _spot,
    "nearly black frame": _nearly_black,
    "dark noise": _dark_noise,
    "white noise": _noise,
    "few words on plain ground": _few_words,
    "one thing on plain ground": _one_thing,
    "sky and sea": _horizon,
    "out of focus": _out_of_focus,
    "test card": _bars,
}
