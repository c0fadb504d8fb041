"""What happens to a picture on its way through the web: some ninety alterations, as files' bytes.

Every alteration takes the picture and a source of chance and gives back an encoded file. Shares are
of the side unless a comment says of the area.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import frames
import numpy as np
from frames import BLACK, GREEN, WHITE
from ordinary import encoded, letters
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Chance = np.random.Generator
Make = Callable[[Image.Image, Chance], Image.Image | bytes]

SIDES = (256, 200, 150, 128, 100)
"""Longer sides, in pixels, of the copies in the section on small copies."""
HEIC_QUALITY = 50


@dataclass(frozen=True, slots=True)
class Alteration:
    """``reversed``: the altered file is the one that is hunted and the clean one is found."""

    group: str
    name: str
    make: Make
    reversed: bool = False

    def apply(self, image: Image.Image, chance: Chance) -> bytes:
        """The altered picture as a file: JPEG of quality 85 unless the alteration says another."""
        made = self.make(image, chance)
        return made if isinstance(made, bytes) else encoded(made, quality=85)


def alterations() -> list[Alteration]:
    """All of them, grouped as the table prints them."""
    return [Alteration(group, name, make) for group, name, make in _all()] + [
        Alteration("hunted was altered", name, make, reversed=True) for name, make in _reversed()
    ]


def _all() -> list[tuple[str, str, Make]]:
    rows: list[tuple[str, str, Make]] = []
    rows += [("JPEG quality", str(q), partial(_jpeg, quality=q)) for q in (95, 75, 50, 30, 20, 10)]
    rows += [("other codec", name, partial(_codec, **how)) for name, how in _CODECS.items()]
    rows += [
        ("resized to", f"{share:.0%}", partial(_scaled, share=share))
        for share in (2, 0.75, 0.5, 0.25, 0.1)
    ]
    rows += [
        ("resized to", "90 % of the width", partial(_stretched, share=0.9)),
        ("resized to", "70 % of the width", partial(_stretched, share=0.7)),
    ]
    rows += [("small copy", f"{side} px", partial(_small, side=side, quality=75)) for side in SIDES]
    rows += [
        ("cropped all round", f"{share:.0%}", partial(_cropped, share=share, at=0.5))
        for share in (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    ]
    rows += [
        ("cropped one side", f"{share:.0%}", partial(_cropped, share=share, at=0.0))
        for share in (0.02, 0.05, 0.1)
    ]
    rows += _framed()
    rows += _marked()
    rows += _turned()
    rows += _toned()
    rows += _mixed()
    return rows


def _framed() -> list[tuple[str, str, Make]]:
    borders = (("white", WHITE), ("black", BLACK), ("coloured", GREEN))
    rows: list[tuple[str, str, Make]] = [
        ("border", f"{share:.0%} {name}", partial(frames.border, share=share, colour=colour))
        for share, (name, colour) in (
            (0.01, borders[0]), (0.02, borders[0]), (0.05, borders[0]), (0.1, borders[0]),
            (0.05, borders[1]), (0.05, borders[2]),
        )
    ]  # fmt: skip
    return [
        *rows,
        ("bars", "top and bottom, 12 % each", partial(frames.bars, share=0.12, upright=True)),
        ("bars", "top and bottom, 25 % each", partial(frames.bars, share=0.25, upright=True)),
        ("bars", "left and right, 25 % each", partial(frames.bars, share=0.25, upright=False)),
        ("meme strip", "white above", partial(frames.strip, colour=WHITE, above=True)),
        ("meme strip", "black below", partial(frames.strip, colour=BLACK, above=False)),
        ("meme strip", "white above and below", frames.two_strips),
        ("screenshot", "phone, picture in the middle", frames.phone),
        ("screenshot", "phone, full width", frames.phone_bars),
        ("screenshot", "window on a page", frames.window),
        ("collage", "one of two, side by side", partial(frames.collage, columns=2, rows=1)),
        ("collage", "one of four", partial(frames.collage, columns=2, rows=2)),
    ]


def _marked() -> list[tuple[str, str, Make]]:
    return [
        ("text on it", "caption of one line", partial(_caption, lines=1)),
        ("text on it", "captions above and below", partial(_caption, lines=2)),
        ("watermark", "small, in a corner", _corner_mark),
        ("watermark", "tiled over all of it", _tiled_mark),
        ("covered", "sticker on 5 % of the area", partial(_sticker, share=0.05)),
        ("covered", "sticker on 10 % of the area", partial(_sticker, share=0.10)),
        ("covered", "middle pixelated, 10 % of the area", partial(_pixelated, share=0.10)),
    ]


def _turned() -> list[tuple[str, str, Make]]:
    turn = Image.Transpose
    ways = (
        ("mirrored", turn.FLIP_LEFT_RIGHT), ("upside down mirror", turn.FLIP_TOP_BOTTOM),
        ("by 90°", turn.ROTATE_90), ("by 180°", turn.ROTATE_180), ("by 270°", turn.ROTATE_270),
    )  # fmt: skip
    rows: list[tuple[str, str, Make]] = [
        ("turned", name, partial(_transposed, way=way)) for name, way in ways
    ]
    rows.append(("turned", "by its EXIF tag alone", _by_tag))
    rows += [
        ("turned", f"by {degrees}°, corners black", partial(_rotated, degrees=degrees))
        for degrees in (1, 2, 5)
    ]
    return rows


def _toned() -> list[tuple[str, str, Make]]:
    ways: tuple[tuple[str, str, type, float], ...] = (
        ("brightness", "60 %", ImageEnhance.Brightness, 0.6),
        ("brightness", "140 %", ImageEnhance.Brightness, 1.4),
        ("contrast", "50 %", ImageEnhance.Contrast, 0.5),
        ("contrast", "150 %", ImageEnhance.Contrast, 1.5),
        ("colour", "grey", ImageEnhance.Color, 0.0),
        ("colour", "saturated 200 %", ImageEnhance.Color, 2.0),
        ("sharpness", "200 %", ImageEnhance.Sharpness, 2.0),
    )
    rows: list[tuple[str, str, Make]] = [
        (group, name, partial(_enhanced, how=how, factor=factor))
        for group, name, how, factor in ways
    ]
    return [
        *rows,
        ("brightness", "gamma 0.5", partial(_gamma, power=0.5)),
        ("brightness", "gamma 2", partial(_gamma, power=2.0)),
        ("colour", "sepia", _sepia),
        ("colour", "hue turned by 60°", _hue),
        ("sharpness", "blurred, 0.4 % of the side", partial(_blurred, share=0.004)),
        ("noise", "deviation 10", partial(_noisy, deviation=10)),
        ("noise", "deviation 30", partial(_noisy, deviation=30)),
    ]


def _mixed() -> list[tuple[str, str, Make]]:
    return [
        ("together", "forwarded five times", _forwarded),
        ("together", "crop 3 %, watermark, 640 px, quality 60", _reposted),
        ("together", "mirrored, border 5 %, quality 50", _disguised),
    ]


def _reversed() -> list[tuple[str, Make]]:
    """Asked for from a screenshot or a thumbnail, because that is all that the person has."""
    return [
        ("thumbnail of 128 px", partial(_small, side=128, quality=75)),
        ("5 % white border", partial(frames.border, share=0.05, colour=WHITE)),
        ("black bars, 25 % each", partial(frames.bars, share=0.25, upright=True)),
        ("meme strip above", partial(frames.strip, colour=WHITE, above=True)),
        ("phone screenshot, full width", frames.phone_bars),
        ("mirrored", partial(_transposed, way=Image.Transpose.FLIP_LEFT_RIGHT)),
    ]


_CODECS: dict[str, dict[str, object]] = {
    "WebP, quality 50": {"form": "WEBP", "quality": 50},
    "AVIF, quality 50": {"form": "AVIF", "quality": 50, "speed": 9},
    "HEIC, quality 50": {"form": "HEIF", "quality": HEIC_QUALITY},
    "PNG": {"form": "PNG", "compress_level": 1},
    "GIF of 64 colours": {"form": "GIF", "colours": 64},
    "PNG of 16 colours": {"form": "PNG", "colours": 16, "compress_level": 1},
    "JPEG, CMYK": {"form": "JPEG", "mode": "CMYK"},
}


def _jpeg(image: Image.Image, _: Chance, *, quality: int) -> bytes:
    return encoded(image, quality=quality)


def _codec(
    image: Image.Image, _: Chance, *, form: str, colours: int = 0, mode: str = "RGB", **how: object
) -> bytes:
    if form == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    picture = image.quantize(colours) if colours else image.convert(mode)
    return encoded(picture, form, **how)


def _scaled(image: Image.Image, _: Chance, *, share: float) -> Image.Image:
    return image.resize(frames.scaled_size(image, share), Image.Resampling.LANCZOS)


def _stretched(image: Image.Image, _: Chance, *, share: float) -> Image.Image:
    return image.resize(_sized(image, share, 1), Image.Resampling.LANCZOS)


def _sized(image: Image.Image, wide: float, high: float) -> tuple[int, int]:
    return max(1, round(image.width * wide)), max(1, round(image.height * high))


def _small(image: Image.Image, _: Chance, *, side: int, quality: int) -> bytes:
    share = side / max(image.size)
    return encoded(
        image.resize(frames.scaled_size(image, share), Image.Resampling.LANCZOS), quality=quality
    )


def _cropped(image: Image.Image, _: Chance, *, share: float, at: float) -> Image.Image:
    """``share`` of each axis goes; ``at`` 0.5 takes it from both ends, 0 from right and bottom."""
    left, top = image.width * share * at, image.height * share * at
    right, bottom = left + image.width * (1 - share), top + image.height * (1 - share)
    return image.crop((round(left), round(top), round(right), round(bottom)))


def _caption(image: Image.Image, chance: Chance, *, lines: int) -> Image.Image:
    """White letters with a black edge, a ninth of the height, as memes have them."""
    made, size = image.copy(), image.height / 9
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(size)
    for top in (image.height * 0.86, image.height * 0.02)[:lines]:
        text = letters(chance, 4).upper()
        place = (image.width * 0.04, top)
        edge = max(1, round(size / 15))
        draw.text(place, text, WHITE, font, stroke_width=edge, stroke_fill=BLACK)
    return made


def _corner_mark(image: Image.Image, chance: Chance) -> Image.Image:
    made, size = image.convert("RGBA"), image.height / 18
    layer = Image.new("RGBA", image.size, (255, 255, 255, 0))
    place = (image.width * 0.7, image.height * 0.92)
    font = ImageFont.load_default(size)
    ImageDraw.Draw(layer).text(place, letters(chance, 2), (255, 255, 255, 170), font)
    return Image.alpha_composite(made, layer).convert("RGB")


def _tiled_mark(image: Image.Image, chance: Chance) -> Image.Image:
    made, size = image.convert("RGBA"), image.height / 14
    layer = Image.new("RGBA", image.size, (255, 255, 255, 0))
    draw, text = ImageDraw.Draw(layer), letters(chance, 2)
    font = ImageFont.load_default(size)
    for y in np.arange(0, image.height, size * 3):
        for x in np.arange(-image.width * 0.1 * (y % 2), image.width, size * 8):
            draw.text((x, y), text, (255, 255, 255, 90), font)
    return Image.alpha_composite(made, layer).convert("RGB")


def _sticker(image: Image.Image, chance: Chance, *, share: float) -> Image.Image:
    made, side = image.copy(), (image.width * image.height * share / np.pi) ** 0.5
    x = chance.uniform(side, image.width - side)
    y = chance.uniform(side, image.height - side)
    draw = ImageDraw.Draw(made)
    draw.ellipse((x - side, y - side, x + side, y + side), fill=(255, 205, 60))
    for eye in (-0.35, 0.35):
        draw.circle((x + eye * side, y - 0.2 * side), side * 0.12, fill=BLACK)
    return made


def _pixelated(image: Image.Image, _: Chance, *, share: float) -> Image.Image:
    made, part = image.copy(), share**0.5
    wide, high = _sized(image, part, part)
    place = ((image.width - wide) // 2, (image.height - high) // 2)
    middle = image.crop((*place, place[0] + wide, place[1] + high))
    coarse = middle.resize((8, 8), Image.Resampling.BOX)
    made.paste(coarse.resize((wide, high), Image.Resampling.NEAREST), place)
    return made


def _transposed(image: Image.Image, _: Chance, *, way: Image.Transpose) -> Image.Image:
    return image.transpose(way)


def _by_tag(image: Image.Image, _: Chance) -> bytes:
    """Pixels stored lying down, with the tag that says how to turn them upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(image.transpose(Image.Transpose.ROTATE_90), quality=85, exif=exif)


def _rotated(image: Image.Image, _: Chance, *, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC)


def _enhanced(image: Image.Image, _: Chance, *, how: type, factor: float) -> Image.Image:
    made: Image.Image = how(image).enhance(factor)
    return made


def _gamma(image: Image.Image, _: Chance, *, power: float) -> Image.Image:
    curve: Sequence[int] = [round(255 * (value / 255) ** power) for value in range(256)]
    return image.point([*curve] * 3)


def _sepia(image: Image.Image, _: Chance) -> Image.Image:
    return ImageOps.colorize(ImageOps.grayscale(image), (40, 20, 0), (255, 240, 200))


def _hue(image: Image.Image, _: Chance) -> Image.Image:
    hue, *others = image.convert("HSV").split()
    turned = hue.point([(value + 43) % 256 for value in range(256)])
    return Image.merge("HSV", (turned, *others)).convert("RGB")


def _blurred(image: Image.Image, _: Chance, *, share: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(max(image.size) * share))


def _noisy(image: Image.Image, chance: Chance, *, deviation: float) -> Image.Image:
    noise = chance.normal(0, deviation, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


def _forwarded(image: Image.Image, chance: Chance) -> Image.Image:
    """Through five programs: each shrinks a little and encodes again."""
    for quality in (80, 70, 75, 60, 70):
        with Image.open(io.BytesIO(encoded(image, quality=quality))) as opened:
            image = opened.convert("RGB")
        image = _scaled(image, chance, share=0.93)
    return image


def _reposted(image: Image.Image, chance: Chance) -> bytes:
    made = _corner_mark(_cropped(image, chance, share=0.03, at=0.3), chance)
    return encoded(_scaled(made, chance, share=640 / max(made.size)), quality=60)


def _disguised(image: Image.Image, chance: Chance) -> bytes:
    made = frames.border(ImageOps.mirror(image), chance, share=0.05, colour=WHITE)
    return encoded(made, quality=50)
