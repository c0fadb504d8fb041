"""Ordinary pictures in every form in which somebody may have one: sample photographs and patterns."""

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, PngImagePlugin
from skimage import data

Pixels = NDArray[np.uint8]
ORIENTATION = 0x0112
COLOURED = ("astronaut", "chelsea", "coffee", "rocket")
GREY = ("camera", "coins", "moon", "page", "text")


@dataclass(frozen=True)
class PictureFile:
    """``form``: how it is stored. ``exact``: any reader must give the very same pixels."""

    form: str
    data: bytes
    exact: bool = False


def picture_files(*, side: int, copies: int, large: int = 0) -> Iterator[PictureFile]:
    """Every form of every picture, with ``side`` pixels on the longer side.

    ``copies``: how many patterns of each kind beside the photographs. ``large``: the longer side of
    a few large ones as well, 0 for none.
    """
    pictures = [fit(rgb, side) for rgb in photos()]
    pictures += [pattern for number in range(copies) for pattern in patterns(side, number)]
    for number, rgb in enumerate(pictures):
        yield from _plain(rgb)
        yield from _unusual(rgb, number)
    for rgb in pictures[: len(COLOURED)]:
        yield from _turned(rgb)
        yield from _small(rgb)
    for rgb in list(photos())[:2] if large else []:
        yield from _large(np.asarray(Image.fromarray(rgb).resize((large, large * 3 // 4))))


def photos() -> Iterator[Pixels]:
    """Photographs that scikit-image ships, as uint8[height, width, 3]."""
    for name in COLOURED:
        yield getattr(data, name)()
    for name in GREY:
        yield np.repeat(getattr(data, name)()[..., None], 3, axis=2)


def fit(rgb: Pixels, longer: int) -> Pixels:
    """The picture with ``longer`` pixels on its longer side."""
    image = Image.fromarray(rgb)
    scale = longer / max(image.size)
    size = tuple(max(1, round(one * scale)) for one in image.size)
    return np.asarray(image.resize((size[0], size[1]), Image.Resampling.LANCZOS))


def patterns(side: int, number: int) -> Iterator[Pixels]:
    """Waves, squares and noise."""
    chance = np.random.default_rng(number)
    height, width = side * 3 // 4, side
    y, x = np.mgrid[:height, :width]
    a, b = chance.uniform(0.01, 0.1, 2)
    wave = 127 + 120 * np.sin(a * x + b * y + 3 * np.sin(b * x))
    yield np.stack([wave, wave[::-1], wave[:, ::-1]], axis=2).astype(np.uint8)
    blocks = chance.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    yield np.asarray(Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST))
    noise = chance.integers(0, 256, (height // 4, width // 4, 3), dtype=np.uint8)
    yield np.asarray(Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC))


def _plain(rgb: Pixels) -> Iterator[PictureFile]:
    image = Image.fromarray(rgb)
    yield PictureFile("png", saved(image, "PNG"), exact=True)
    yield PictureFile("jpeg 4:2:0", saved(image, "JPEG", quality=80))
    yield PictureFile("jpeg 4:4:4", saved(image, "JPEG", quality=92, subsampling=0))
    yield PictureFile("webp", saved(image, "WEBP", quality=80))


def _unusual(rgb: Pixels, number: int) -> Iterator[PictureFile]:
    """Rarer forms, a few for each picture."""
    image, grey = Image.fromarray(rgb), Image.fromarray(rgb).convert("L")
    deep = np.asarray(grey).astype(np.uint16) * 257
    profile = strange_profile()
    forms = [
        lambda: PictureFile("jpeg progressive", saved(image, "JPEG", progressive=True)),
        lambda: PictureFile("jpeg grey", saved(grey, "JPEG", quality=85)),
        lambda: PictureFile("png grey", saved(grey, "PNG"), exact=True),
        lambda: PictureFile("png 16-bit grey", saved(Image.fromarray(deep), "PNG")),
        lambda: PictureFile("png 16-bit colour", deep_png(rgb)),
        lambda: PictureFile("png palette", saved(image.quantize(64), "PNG"), exact=True),
        lambda: PictureFile("png transparent", saved(see_through(image), "PNG")),
        lambda: PictureFile("webp transparent", saved(see_through(image), "WEBP", lossless=True)),
        lambda: PictureFile("webp lossless", saved(image, "WEBP", lossless=True), exact=True),
        lambda: PictureFile("jpeg profile", saved(image, "JPEG", icc_profile=profile)),
        lambda: PictureFile("png profile", saved(image, "PNG", icc_profile=profile), exact=True),
        lambda: PictureFile("png gamma", saved(image, "PNG", pnginfo=gamma()), exact=True),
        lambda: PictureFile("gif", saved(image.quantize(256), "GIF"), exact=True),
        lambda: PictureFile("bmp", saved(image, "BMP"), exact=True),
        lambda: PictureFile("avif", saved(image, "AVIF", quality=80)),
    ]
    for step in range(5):
        yield forms[(5 * number + step) % len(forms)]()


def _turned(rgb: Pixels) -> Iterator[PictureFile]:
    for orientation in range(2, 9):
        image = Image.fromarray(rgb)
        exif = image.getexif()
        exif[ORIENTATION] = orientation
        for form in ("JPEG", "PNG", "WEBP"):
            yield PictureFile(f"{form.lower()} turned", saved(image, form, exif=exif))


def _small(rgb: Pixels) -> Iterator[PictureFile]:
    for side in (60, 64, 96, 128, 256):
        image = Image.fromarray(fit(rgb, side))
        yield PictureFile("jpeg small", saved(image, "JPEG", quality=75))
        yield PictureFile("png small", saved(image, "PNG"), exact=True)


def _large(rgb: Pixels) -> Iterator[PictureFile]:
    image = Image.fromarray(rgb)
    yield PictureFile("jpeg large", saved(image, "JPEG", quality=80))
    yield PictureFile("png large", saved(image, "PNG", compress_level=1), exact=True)
    yield PictureFile("webp large", saved(image, "WEBP", quality=75, method=0))


def saved(image: Image.Image, form: str, **how: object) -> bytes:
    """The picture's file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **how)
    return buffer.getvalue()


def see_through(image: Image.Image) -> Image.Image:
    """The same, fading out to the right."""
    width, height = image.size
    fade = np.repeat(np.linspace(255, 0, width).astype(np.uint8)[None], height, axis=0)
    faded = image.convert("RGBA")
    faded.putalpha(Image.fromarray(fade))
    return faded


def strange_profile() -> bytes:
    """A colour profile in which red is blue, so that whoever applies it shows so."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmpp").replace(b"bXYZ", b"rXYZ").replace(b"tmpp", b"bXYZ")


def gamma() -> PngImagePlugin.PngInfo:
    """A PNG's word about its gamma, here a linear one."""
    words = PngImagePlugin.PngInfo()
    words.add(b"gAMA", struct.pack(">I", 100_000))
    return words


def deep_png(rgb: Pixels) -> bytes:
    """A PNG of 16 bits a colour, which Pillow does not write."""
    height, width = rgb.shape[:2]
    deep = (rgb.astype(np.uint16) * 257).astype(">u2").reshape(height, -1)
    lines = b"".join(b"\0" + line.tobytes() for line in deep)
    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
