"""Files as an attacker or a bad disk would make them: mutants of ordinary files, by a seed.

Used by test_hostile.py with few mutants and by bench/hostile.py with thousands. Ordinary pictures
and patterns only; the files that are built by hand are in hostile_crafted.py.
"""

import io
import random
from collections.abc import Callable, Iterator
from functools import cache

import av
import numpy as np
import pillow_heif
from PIL import Image
from skimage import data

_SIZE = (120, 88)
_EXTREMES = (0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_HEAD = 700


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def heic(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, **options)
    return buffer.getvalue()


def video(form: str, codec: str, *, frames: int = 30, **options: str) -> bytes:
    width, height = _SIZE
    picture = data.coffee()
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=form, options=options) as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            frame = np.ascontiguousarray(picture[number : number + height, number : number + width])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(stream.encode())
    return buffer.getvalue()


@cache
def bases() -> dict[str, bytes]:
    """One small healthy file of every kind that is read."""
    image = Image.fromarray(data.coffee()).resize(_SIZE)
    turns = (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180)
    moved = [image.transpose(turn) for turn in turns]
    # Pillow leaves settings of the encoder on the pictures that it saves.
    copies = [one.copy() for one in moved]
    grey = np.asarray(image.convert("L"))
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    turned = Image.Exif()
    turned[0x0112] = 6
    moving = {"save_all": True, "append_images": moved, "duration": 400}
    return {
        "jpeg": encode(image, "JPEG", exif=turned),
        "jpeg progressive": encode(image, "JPEG", progressive=True),
        "jpeg cmyk": encode(image.convert("CMYK"), "JPEG"),
        "jpeg several": encode(image, "MPO", save_all=True, append_images=copies),
        "png": encode(image, "PNG", exif=turned),
        "png palette": encode(image.quantize(16), "PNG", transparency=3),
        "png deep": encode(deep, "PNG"),
        "png moving": encode(image, "PNG", **moving),
        "gif moving": encode(image, "GIF", **moving),
        "webp": encode(image, "WEBP", exif=turned),
        "webp lossless": encode(image.convert("RGBA"), "WEBP", lossless=True),
        "webp moving": encode(image, "WEBP", **moving),
        "avif": encode(image, "AVIF"),
        "avif moving": encode(image, "AVIF", **moving),
        "heic": heic(image, quality=60),
        "heic grid": heic(image.resize((160, 160)), quality=60, tile_size=64),
        "tiff": encode(image, "TIFF"),
        "tiff lzw": encode(image, "TIFF", compression="tiff_lzw"),
        "tiff jpeg": encode(image, "TIFF", compression="jpeg"),
        "tiff pages": encode(image, "TIFF", save_all=True, append_images=moved),
        "bmp": encode(image, "BMP"),
        "jpeg2000": encode(image, "JPEG2000"),
        "mp4": video("mp4", "libx264"),
        "mp4 in pieces": video("mp4", "libx264", movflags="frag_keyframe+empty_moov"),
        "mp4 hevc": video("mp4", "libx265", frames=6),
        "webm": video("webm", "libvpx-vp9"),
        "mkv": video("matroska", "mpeg4"),
        "avi": video("avi", "mpeg4"),
        "flv": video("flv", "flv1"),
        "ts": video("mpegts", "mpeg2video"),
        "mpeg": video("mpeg", "mpeg1video"),
        "mpeg bare": video("mpeg1video", "mpeg1video"),
        "asf": video("asf", "msmpeg4v3"),
        "ogg": video("ogg", "libvpx"),
    }


def _flip(healthy: bytes, chance: random.Random) -> bytes:
    changed = bytearray(healthy)
    for _ in range(chance.randint(1, 24)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _head(healthy: bytes, chance: random.Random) -> bytes:
    """Bytes of the header set at random."""
    changed = bytearray(healthy)
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(min(_HEAD, len(changed)))] = chance.randrange(256)
    return bytes(changed)


def _number(healthy: bytes, chance: random.Random) -> bytes:
    """An extreme number where a length, a size or a count may be."""
    changed = bytearray(healthy)
    width = chance.choice((1, 2, 4, 4, 8))
    number = chance.choice(_EXTREMES).to_bytes(8, "big")[-width:]
    if chance.random() < 0.5:
        number = number[::-1]
    near_end = chance.random() < 0.3
    at = chance.randrange(min(_HEAD, len(changed) - 8))
    at = len(changed) - 8 - at if near_end else at
    changed[at : at + width] = number
    return bytes(changed)


def _cut(healthy: bytes, chance: random.Random) -> bytes:
    return healthy[: chance.randrange(len(healthy))]


def _block(healthy: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(healthy))
    return start, min(len(healthy), start + chance.randint(1, 600))


def _swap(healthy: bytes, chance: random.Random) -> bytes:
    (one, end), (two, last) = sorted((_block(healthy, chance), _block(healthy, chance)))
    if end > two:
        return healthy[:one] + healthy[one:end][::-1] + healthy[end:]
    return healthy[:one] + healthy[two:last] + healthy[end:two] + healthy[one:end] + healthy[last:]


def _drop(healthy: bytes, chance: random.Random) -> bytes:
    start, end = _block(healthy, chance)
    return healthy[:start] + healthy[end:]


def _repeat(healthy: bytes, chance: random.Random) -> bytes:
    start, end = _block(healthy, chance)
    return healthy[:end] + healthy[start:end] * chance.choice((1, 10, 300)) + healthy[end:]


def _blank(healthy: bytes, chance: random.Random) -> bytes:
    start, end = _block(healthy, chance)
    return healthy[:start] + bytes([chance.choice((0, 255))]) * (end - start) + healthy[end:]


def _splice(healthy: bytes, chance: random.Random) -> bytes:
    """Two files in one: the head of one kind and the body of another."""
    other = bases()[chance.choice(sorted(bases()))]
    return healthy[: chance.randrange(len(healthy))] + other[chance.randrange(len(other)) :]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _head, _number, _number, _cut, _swap, _drop, _repeat, _blank, _splice,
)  # fmt: skip


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """``count`` named mutants, of every kind of file in turn."""
    chance = random.Random(seed)
    healthy = list(bases().items())
    for number in range(count):
        name, content = healthy[number % len(healthy)]
        way = _WAYS[number // len(healthy) % len(_WAYS)]
        yield f"{name}:{way.__name__[1:]}:{number}", way(content, chance)
