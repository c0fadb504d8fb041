"""Pictures set into frames: borders, bars, strips of text, screenshots, collages.

Shares are of the side of the picture unless a comment says otherwise.
"""

import numpy as np
from ordinary import letters
from PIL import Image, ImageDraw, ImageFont, ImageOps

Chance = np.random.Generator
Colour = tuple[int, int, int]

WHITE, BLACK, GREEN = (255, 255, 255), (0, 0, 0), (40, 120, 90)


def border(image: Image.Image, _: Chance, *, share: float, colour: Colour) -> Image.Image:
    return ImageOps.expand(image, round(max(image.size) * share), colour)


def bars(image: Image.Image, _: Chance, *, share: float, upright: bool) -> Image.Image:
    """Each bar is ``share`` of the resulting picture."""
    side = image.height if upright else image.width
    bar = round(side * share / (1 - 2 * share))
    return ImageOps.expand(image, (0, bar, 0, bar) if upright else (bar, 0, bar, 0), BLACK)


def strip(image: Image.Image, chance: Chance, *, colour: Colour, above: bool) -> Image.Image:
    """A strip with two lines of text, 18 % of the picture's height."""
    high = round(image.height * 0.18)
    page = Image.new("RGB", (image.width, image.height + high), colour)
    page.paste(image, (0, high if above else 0))
    draw, ink = ImageDraw.Draw(page), WHITE if colour == BLACK else BLACK
    top = 0 if above else image.height
    for line in range(2):
        place = (image.width * 0.04, top + high * (0.1 + 0.42 * line))
        draw.text(place, letters(chance, 5), ink, ImageFont.load_default(high * 0.32))
    return page


def two_strips(image: Image.Image, chance: Chance) -> Image.Image:
    once = strip(image, chance, colour=WHITE, above=True)
    return strip(once, chance, colour=WHITE, above=False)


def phone(image: Image.Image, chance: Chance) -> Image.Image:
    """A phone's gallery: the picture in the middle of a dark screen with two rows of signs."""
    screen = Image.new("RGB", (image.width, round(image.width * 2.1)), (12, 12, 14))
    room = round(screen.height * 0.8)
    share = min(1.0, room / image.height)
    shown = image.resize(scaled_size(image, share), Image.Resampling.LANCZOS)
    screen.paste(shown, ((screen.width - shown.width) // 2, (screen.height - shown.height) // 2))
    _signs(screen, chance)
    return screen


def phone_bars(image: Image.Image, chance: Chance) -> Image.Image:
    """The picture fills the width between a status bar and a row of buttons (8 % each)."""
    bar = round(image.height * 0.08)
    screen = ImageOps.expand(image, (0, bar, 0, bar), (245, 245, 247))
    _signs(screen, chance, ink=(40, 40, 40), high=bar)
    return screen


def _signs(
    screen: Image.Image, chance: Chance, ink: Colour = (230, 230, 230), high: int = 0
) -> None:
    """A clock and signs at the top, buttons at the bottom."""
    high = high or round(screen.height * 0.04)
    draw, font = ImageDraw.Draw(screen), ImageFont.load_default(high * 0.5)
    clock = f"{chance.integers(24)}:{chance.integers(60):02}"
    draw.text((screen.width * 0.05, high * 0.2), clock, ink, font)
    draw.text((screen.width * 0.8, high * 0.2), f"{chance.integers(100)}%", ink, font)
    middle = screen.height - high / 2
    for place in (0.2, 0.5, 0.8):
        x, size = screen.width * place, high * 0.22
        draw.ellipse((x - size, middle - size, x + size, middle + size), outline=ink, width=2)


def window(image: Image.Image, chance: Chance) -> Image.Image:
    """A browser's window: title bar, then the picture (60 % of the width) among lines of text."""
    page = Image.new("RGB", (round(image.width / 0.6), round(image.height / 0.6)), WHITE)
    draw = ImageDraw.Draw(page)
    bar = round(page.height * 0.06)
    draw.rectangle((0, 0, page.width, bar), fill=(222, 225, 230))
    font = ImageFont.load_default(bar * 0.45)
    draw.text((bar, bar * 0.2), letters(chance, 3), BLACK, font)
    for y in np.arange(bar * 1.5, page.height, bar * 0.7):
        draw.text((page.width * 0.66, y), letters(chance, 4), (60, 60, 60), font)
    page.paste(image, (round(page.width * 0.03), round(bar * 1.8)))
    return page


def collage(image: Image.Image, chance: Chance, *, columns: int, rows: int) -> Image.Image:
    """The picture beside others (chance patterns) with a gap of 1.5 %."""
    gap = round(max(image.size) * 0.015)
    wide, high = image.width + gap, image.height + gap
    page = Image.new("RGB", (columns * wide + gap, rows * high + gap), WHITE)
    for number in range(columns * rows):
        small = chance.integers(0, 256, (5, 7, 3), dtype=np.uint8)
        other = Image.fromarray(small).resize(image.size, Image.Resampling.BICUBIC)
        place = (gap + number % columns * wide, gap + number // columns * high)
        page.paste(other if number else image, place)
    return page


def scaled_size(image: Image.Image, share: float) -> tuple[int, int]:
    return max(1, round(image.width * share)), max(1, round(image.height * share))
