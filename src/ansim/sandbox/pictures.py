"""Ordinary pictures with nothing in them: patterns, and samples that scikit-image ships.

A picture is named by a :class:`Picture` and painted from that name alone, so no file is ever
stored: the same seed and name give the same pixels. Two pictures with the same ``style`` share
the family of pattern and the palette and nothing else; these are the innocent look-alikes.
"""

import functools
import importlib.resources
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ansim.sandbox.chance import dice, field
from ansim.sandbox.errors import SamplePicturesMissing

Plane = NDArray[np.float32]
"""One value a pixel, height x width, about 0..1."""

# No picture of a person is in this list, and none may be added.
SAMPLES: Final = (
    "brick.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "moon.png",
    "motorcycle_left.png",
    "rocket.jpg",
)

# Those with so much structure that a small mark on them does not move the fingerprint. Only these
# are ever hunted, and they never stand in an innocent post.
HUNTABLE_SAMPLES: Final = (
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "horse.png",
    "motorcycle_left.png",
)

SHAPES: Final = ((4, 3), (3, 2), (16, 9), (3, 4), (1, 1), (5, 4))


@dataclass(frozen=True, slots=True)
class Picture:
    """The name of a picture. ``style`` decides family and palette; "" means its own."""

    key: str
    style: str = ""
    sample: str = ""


@dataclass(frozen=True, slots=True)
class _Canvas:
    """What a painter gets: the size, its own random field and a way to name more of them."""

    width: int
    height: int
    name: tuple[object, ...]

    def rng(self, what: str) -> np.random.Generator:
        return field(*self.name, what)

    def cloud(self, what: str, *, grain: int = 3, octaves: int = 5, fall: float = 0.62) -> Plane:
        """Fractal noise in 0..1: octaves of random grids, each ``fall`` as strong as the last."""
        rng = self.rng(what)
        total = np.zeros((self.height, self.width), np.float32)
        weight = 1.0
        for octave in range(octaves):
            cells = grain * 2**octave
            grid = rng.random((cells + 1, cells + 1), np.float32)
            layer = Image.fromarray(grid).resize(
                (self.width, self.height),
                Image.Resampling.BILINEAR if octave else Image.Resampling.BICUBIC,
            )
            total += weight * np.asarray(layer, np.float32)
            weight *= fall
        return _stretched(total)

    def axes(self) -> tuple[Plane, Plane]:
        """The coordinates x and y in 0..1, broadcastable."""
        x = np.linspace(0, 1, self.width, dtype=np.float32)[None, :]
        y = np.linspace(0, 1, self.height, dtype=np.float32)[:, None]
        return x, y


def _stretched(plane: Plane) -> Plane:
    low, high = float(plane.min()), float(plane.max())
    return ((plane - low) / max(high - low, 1e-6)).astype(np.float32)


def _greys(picture: Image.Image) -> Plane:
    return np.asarray(picture, np.float32) / np.float32(255)


def _landscape(canvas: _Canvas) -> Plane:
    """Ridges one behind the other under a clouded sky."""
    x, y = canvas.axes()
    plane = (0.75 + 0.25 * canvas.cloud("sky", grain=2)) * (1 - 0.35 * y)
    cloud = canvas.cloud("ground", grain=5, octaves=3)
    rng = canvas.rng("ridges")
    for ridge in range(5):
        waves = rng.uniform(1.5, 9, 5)
        phases = rng.uniform(0, 6.28, 5)
        heights = rng.uniform(0.01, 0.07, 5)
        crest = 0.22 + 0.16 * ridge + rng.uniform(-0.05, 0.05)
        for wave, phase, height in zip(waves, phases, heights, strict=True):
            crest = crest + height * np.sin(6.28 * wave * x + phase)
        shade = float(rng.uniform(0.15, 0.85))
        ground = shade + 0.30 * (np.roll(cloud, 37 * ridge, axis=1) - 0.5)
        plane = np.where(y > crest, ground, plane)
    return plane.astype(np.float32)


def _tiling(canvas: _Canvas) -> Plane:
    """Tiles on a bent grid, each with a grey of its own."""
    x, y = canvas.axes()
    rng = canvas.rng("tiles")
    bend_x, bend_y = canvas.cloud("bend-x", octaves=2), canvas.cloud("bend-y", octaves=2)
    columns, rows = rng.integers(5, 10, 2)
    u = (x + 0.35 * (bend_x - 0.5)) * columns
    v = (y + 0.35 * (bend_y - 0.5)) * rows
    greys = rng.random((16, 16), np.float32)
    i, j = np.floor(u).astype(int) % 16, np.floor(v).astype(int) % 16
    joint = (np.minimum(u % 1, v % 1) < 0.06).astype(np.float32)
    return np.asarray(greys[j, i] * (1 - joint) + 0.1 * joint, np.float32)


def _shapes(canvas: _Canvas) -> Plane:
    """Discs, boxes and beams over a gradient."""
    x, y = canvas.axes()
    rng = canvas.rng("shapes")
    slope = rng.uniform(-0.5, 0.5, 2)
    ground = _stretched((slope[0] * x + slope[1] * y + 0.5 * canvas.cloud("g")).astype(np.float32))
    picture = Image.fromarray((ground * 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(22, 34))):
        cx, cy = rng.uniform(0, canvas.width), rng.uniform(0, canvas.height)
        rx, ry = rng.uniform(0.03, 0.16, 2) * canvas.width
        fill = int(rng.integers(0, 256))
        corners = (cx - rx, cy - ry, cx + rx, cy + ry)
        match int(rng.integers(0, 3)):
            case 0:
                draw.ellipse(corners, fill=fill)
            case 1:
                draw.rectangle(corners, fill=fill)
            case _:
                draw.line(corners, fill=fill, width=int(rng.integers(3, 13)))
    return _greys(picture)


def _plot(canvas: _Canvas) -> Plane:
    """A chart: bars, curves and a shaded background."""
    rng = canvas.rng("plot")
    ground = 0.62 + 0.38 * canvas.cloud("paper", grain=3, octaves=4)
    picture = Image.fromarray((ground * 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    bars = int(rng.integers(9, 17))
    step = canvas.width / bars
    for bar in range(bars):
        top = float(rng.uniform(0.1, 0.9)) * canvas.height
        foot = top + float(rng.uniform(0.15, 0.6)) * canvas.height
        fill = int(rng.integers(0, 170))
        draw.rectangle((bar * step + 2, top, (bar + 0.8) * step, foot), fill=fill)
    xs = np.linspace(0, canvas.width, 60)
    for _ in range(4):
        steps = np.cumsum(rng.normal(0, 1, 60))
        heights = (0.5 + 0.1 * (steps - steps.mean())) * canvas.height
        points = [(float(a), float(b)) for a, b in zip(xs, heights, strict=True)]
        draw.line(points, fill=int(rng.integers(0, 256)), width=int(rng.integers(2, 6)))
    return _greys(picture)


def _texture(canvas: _Canvas) -> Plane:
    """Marble: bands bent by noise."""
    x, y = canvas.axes()
    rng = canvas.rng("bands")
    turn, wave = rng.uniform(0, 3.14), rng.uniform(2, 6)
    along = np.cos(turn) * x + np.sin(turn) * y
    veins = np.sin(6.28 * wave * (along + 0.55 * canvas.cloud("warp", octaves=4)))
    return _stretched((veins + 1.3 * canvas.cloud("grain", grain=4)).astype(np.float32))


def _cells(canvas: _Canvas) -> Plane:
    """Cells around random points, as in dried earth."""
    rng = canvas.rng("cells")
    small_w, small_h = canvas.width // 2, canvas.height // 2
    x = np.arange(small_w, dtype=np.float32)[None, :, None]
    y = np.arange(small_h, dtype=np.float32)[:, None, None]
    px = rng.uniform(0, small_w, 46).astype(np.float32)
    py = rng.uniform(0, small_h, 46).astype(np.float32)
    distance = (x - px) ** 2 + (y - py) ** 2
    nearest = np.argmin(distance, axis=2)
    greys = rng.random(46).astype(np.float32)
    edge = np.sqrt(distance.min(axis=2)) / 26
    small = np.clip(greys[nearest] - 0.25 * edge, 0, 1).astype(np.float32)
    size = (canvas.width, canvas.height)
    return np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BILINEAR), np.float32)


def _waves(canvas: _Canvas) -> Plane:
    """Rings from several stones thrown into one pond."""
    x, y = canvas.axes()
    rng = canvas.rng("stones")
    total = 1.6 * canvas.cloud("water", grain=3)
    for _ in range(5):
        cx, cy = rng.uniform(-0.1, 1.1, 2)
        rings, weight = rng.uniform(3, 8), rng.uniform(0.2, 0.6)
        total = total + weight * np.sin(6.28 * rings * np.hypot(x - cx, y - cy))
    return _stretched(total.astype(np.float32))


FAMILIES: Final[tuple[Callable[[_Canvas], Plane], ...]] = (
    _landscape,
    _tiling,
    _shapes,
    _plot,
    _texture,
    _cells,
    _waves,
)


def _coloured(plane: Plane, canvas: _Canvas, palette_name: tuple[object, ...]) -> Image.Image:
    """Map greys to a palette that rises in lightness, so that colours keep the structure."""
    rng = field(*palette_name)
    stops = np.linspace(0, 1, 5)
    lightness = np.array([24, 78, 130, 186, 240], np.float64)
    tint = rng.uniform(-38, 38, (5, 3))
    grain = canvas.cloud("grain", grain=40, octaves=1)
    value = np.clip(np.float32(0.86) * plane + np.float32(0.14) * grain, 0, 1)
    levels = np.arange(256) / 255
    table = [np.interp(levels, stops, lightness + tint[:, c]) for c in range(3)]
    lookup = np.clip(np.stack(table, axis=1), 0, 255).astype(np.uint8)
    picture = Image.fromarray((value * np.float32(255)).astype(np.uint8)).convert("P")
    picture.putpalette(lookup.tobytes())
    return picture.convert("RGB")


@functools.lru_cache(maxsize=len(SAMPLES))
def _sample(name: str) -> Image.Image:
    if name not in SAMPLES:
        raise SamplePicturesMissing
    try:
        data = (importlib.resources.files("skimage") / "data" / name).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise SamplePicturesMissing from error
    picture: Image.Image = Image.open(io.BytesIO(data))
    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    picture = picture.convert("RGB")
    scale = 760 / max(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def paint(seed: int, picture: Picture) -> Image.Image:
    """The pixels of ``picture`` in the world of ``seed``: RGB, long side 640 to 900 px.

    Raises:
        SamplePicturesMissing: a sample picture is asked for and scikit-image is not installed.
    """
    if picture.sample:
        return _sample(picture.sample).copy()
    style = picture.style or picture.key
    chance = dice(seed, "size", picture.key)
    across, down = chance.choice(SHAPES)
    long_side = chance.randint(640, 900)
    scale = long_side / max(across, down)
    size = int(across * scale), int(down * scale)
    # The pattern is drawn at half size and enlarged: four times as fast, and what fingerprints
    # look at is coarser still. The grain is added at full size.
    sketch = _Canvas(size[0] // 2, size[1] // 2, (seed, picture.key))
    family = FAMILIES[dice(seed, "family", style).randrange(len(FAMILIES))]
    plane = Image.fromarray(family(sketch)).resize(size, Image.Resampling.BILINEAR)
    canvas = _Canvas(*size, (seed, picture.key))
    return _coloured(np.asarray(plane, np.float32), canvas, (seed, "palette", style))
