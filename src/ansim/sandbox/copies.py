"""What happens to a picture or a video on its way through the web: copies, mildly altered.

The alterations are those that sites and sharers make without meaning to hide anything: another
format, a smaller size, a hair's breadth cut off, a name written into the corner. They are mild
on purpose: the fingerprints of copies stay far within the matching radius, which a test measures.
"""

import io
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from ansim.sandbox.chance import dice

Format = Literal["JPEG", "WEBP", "PNG", "MP4", "WEBM"]

CONTENT_TYPES: Final[dict[Format, str]] = {
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "PNG": "image/png",
    "MP4": "video/mp4",
    "WEBM": "video/webm",
}
SUFFIXES: Final[dict[Format, str]] = {
    "JPEG": "jpg",
    "WEBP": "webp",
    "PNG": "png",
    "MP4": "mp4",
    "WEBM": "webm",
}
SHORTEST_LONG_SIDE: Final = 320
"""No copy is smaller than this many pixels on its long side."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """How a copy differs from what it was made of.

    ``scale`` is of both sides; ``crop`` the share cut off each axis in all (half at either end);
    ``light`` and ``contrast`` are factors; ``mark`` is a text in the corner, ``logo`` a badge.
    """

    format: Format = "JPEG"
    quality: int = 92
    scale: float = 1.0
    crop: float = 0.0
    light: float = 1.0
    contrast: float = 1.0
    mark: str = ""
    logo: bool = False
    mirrored: bool = False


def altered(seed: int, key: str, *, video: bool = False) -> Alteration:
    """The alteration of the copy ``key``: format and size always, and often one thing more."""
    chance = dice(seed, "alteration", key)
    extra = chance.choice(("none", "none", "crop", "mark", "logo", "light", "mirror"))
    if video:
        return Alteration(
            format=chance.choice(("MP4", "WEBM")),
            quality=chance.randint(24, 30),
            scale=chance.choice((0.75, 0.875, 1.0)),
            mark="@pado" if extra == "mark" else "",
            light=chance.uniform(0.94, 1.06) if extra == "light" else 1.0,
        )
    return Alteration(
        format=chance.choice(("JPEG", "JPEG", "JPEG", "WEBP", "WEBP", "PNG")),
        quality=chance.randint(45, 90),
        scale=chance.uniform(0.5, 0.9),
        crop=chance.uniform(0.003, 0.008) if extra == "crop" else 0.0,
        light=chance.uniform(0.93, 1.07) if extra == "light" else 1.0,
        contrast=chance.uniform(0.93, 1.07) if extra == "light" else 1.0,
        mark=chance.choice(("@byeol_photo", "moa.test", "© 2026 nalgae"))
        if extra == "mark"
        else "",
        logo=extra == "logo",
        mirrored=extra == "mirror",
    )


def reworked(picture: Image.Image, change: Alteration) -> Image.Image:
    """The pixels of the copy, before it is encoded."""
    width, height = picture.size
    if change.mirrored:
        picture = ImageOps.mirror(picture)
    if change.crop:
        left, top = round(width * change.crop / 2), round(height * change.crop / 2)
        picture = picture.crop((left, top, width - left, height - top))
    scale = max(change.scale, SHORTEST_LONG_SIDE / max(picture.size))
    if scale < 1.0:
        size = (round(picture.width * scale), round(picture.height * scale))
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    if change.light != 1.0:
        picture = ImageEnhance.Brightness(picture).enhance(change.light)
    if change.contrast != 1.0:
        picture = ImageEnhance.Contrast(picture).enhance(change.contrast)
    if change.mark or change.logo:
        picture = picture.copy()
        _sign(picture, change)
    return picture


def _sign(picture: Image.Image, change: Alteration) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    if change.mark:
        draw.text((width * 0.03, height * 0.93), change.mark, fill="white", font_size=height // 26)
    if change.logo:
        # Half transparent, as sites do it: a solid badge on a quiet picture moves the fingerprint.
        radius = min(width, height) / 34
        badge = Image.new("RGBA", (round(2 * radius), round(2 * radius)))
        pen = ImageDraw.Draw(badge)
        pen.ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=(190, 200, 206, 110))
        half = radius / 2
        pen.polygon(((half, 3 * half), (3 * half, 3 * half), (radius, half)), (60, 170, 110, 140))
        picture.paste(badge, (round(width - 2.6 * radius), round(height - 2.6 * radius)), badge)


def encode(picture: Image.Image, change: Alteration) -> bytes:
    """The file's bytes of a still picture; the same pixels give the same bytes."""
    buffer = io.BytesIO()
    match change.format:
        case "PNG":
            picture.save(buffer, "PNG", compress_level=1)
        case "WEBP":
            picture.save(buffer, "WEBP", quality=change.quality, method=0)
        case _:
            picture.save(buffer, "JPEG", quality=change.quality)
    return buffer.getvalue()
