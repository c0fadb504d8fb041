"""The fast JPEG decoder gives Pillow's pixels, or nothing and leaves the file to Pillow."""

import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ansim.fingerprints import Limits, fingerprint_bytes, jpegs
from ansim.fingerprints.pdq import pdq

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]

RESTART = {"restart_marker_blocks": 3}
OPTIONS = [
    {"quality": 75, "subsampling": "4:2:0"},
    {"quality": 100, "subsampling": "4:4:4"},
    {"quality": 10, "subsampling": "4:2:2"},
    {"quality": 1, "subsampling": "4:2:0", "optimize": True},
    {"quality": 90, "subsampling": "4:2:0", "progressive": True},
    {"quality": 60, "subsampling": "4:4:4", "progressive": True, **RESTART},
    {"quality": 80, "subsampling": "4:2:0", **RESTART},
]


def by_pillow(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def decoded(data: bytes) -> Pixels | None:
    return jpegs.decode(data, Image.open(io.BytesIO(data)).size)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("size", [(600, 400), (37, 41), (8, 8), (1, 1), (17, 3), (255, 2)])
def test_colour_and_grey_pictures_have_pillows_pixels(
    options: dict[str, object], size: tuple[int, int], coffee: Pixels, encoded: Encode
) -> None:
    image = Image.fromarray(coffee).resize(size)
    grey = {name: value for name, value in options.items() if name != "subsampling"}
    for data in (encoded(image, "JPEG", **options), encoded(image.convert("L"), "JPEG", **grey)):
        found = decoded(data)
        assert found is not None
        assert np.array_equal(found, by_pillow(data))


def test_what_could_be_read_otherwise_is_left_to_pillow(coffee: Pixels, encoded: Encode) -> None:
    image = Image.fromarray(coffee)
    plain = encoded(image, "JPEG", quality=80)
    frame = plain.index(b"\xff\xc0")
    arithmetic, twelve_bit, lossless = (bytearray(plain) for _ in range(3))
    arithmetic[frame + 1] = 0xC9
    lossless[frame + 1] = 0xC3
    twelve_bit[frame + 4] = 12
    second = plain[frame : frame + 2 + int.from_bytes(plain[frame + 2 : frame + 4], "big")]
    cases = {
        "CMYK": encoded(image.convert("CMYK"), "JPEG"),
        "RGB kept": encoded(image, "JPEG", keep_rgb=True),
        "arithmetic": bytes(arithmetic),
        "lossless": bytes(lossless),
        "12 bit": bytes(twelve_bit),
        "two frames": plain[:frame] + second + plain[frame:],
        "cut off": plain[: len(plain) // 2],
        "no end": plain[:-2],
        "no picture": plain[:300],
        "empty": b"",
        "no frame": b"\xff\xd8\xff\xd9",
    }
    read = [name for name, data in cases.items() if jpegs.decode(data, image.size) is not None]
    assert read == []
    assert jpegs.decode(plain, (599, 400)) is None
    assert jpegs.decode(plain, image.size) is not None


def test_damaged_files_give_pillows_pixels_or_nothing(coffee: Pixels, encoded: Encode) -> None:
    small = Image.fromarray(coffee).resize((90, 60))
    chance, read = random.Random(5), 0
    for options in (OPTIONS[0], OPTIONS[4], OPTIONS[6]):
        data = encoded(small, "JPEG", **options)
        for _ in range(150):
            damaged = bytearray(data)
            damaged[chance.randrange(2, len(damaged))] = chance.randrange(256)
            found = jpegs.decode(bytes(damaged), small.size)
            if found is not None:
                read += 1
                assert np.array_equal(found, by_pillow(bytes(damaged)))
    assert read > 50


def test_reduced_pictures_keep_512_pixels_and_all_others_are_full(
    coffee: Pixels, encoded: Encode
) -> None:
    sides = {}
    for size in ((600, 400), (1023, 1023), (1030, 1500), (2049, 3000), (4100, 4200)):
        image = Image.fromarray(coffee).resize(size, Image.Resampling.NEAREST)
        reduced = jpegs.decode(encoded(image, "JPEG"), size, reduced=True)
        assert reduced is not None
        sides[size] = reduced.shape[:2]
    assert sides == {
        (600, 400): (400, 600),
        (1023, 1023): (1023, 1023),
        (1030, 1500): (750, 515),
        (2049, 3000): (750, 513),
        (4100, 4200): (525, 513),
    }


def test_a_fingerprint_of_reduced_pixels_is_near_and_says_the_full_size(
    coffee: Pixels, encoded: Encode
) -> None:
    image = Image.fromarray(coffee).resize((1501, 1101), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(image, "JPEG", quality=90, exif=exif)
    full, reduced = fingerprint_bytes(data), fingerprint_bytes(data, Limits(reduced=True))
    assert (reduced.width, reduced.height) == (full.width, full.height) == (1101, 1501)
    assert (int(full.pdq, 16) ^ int(reduced.pdq, 16)).bit_count() <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_turned_by_its_tag_has_the_upright_fingerprint(
    orientation: int, coffee: Pixels, encoded: Encode
) -> None:
    undo = (None, 0, 3, 1, 5, 2, 6, 4)[orientation - 1]
    image = Image.fromarray(coffee)
    stored = image if undo is None else image.transpose(Image.Transpose(undo))
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = fingerprint_bytes(encoded(stored, "JPEG", quality=100, subsampling=0, exif=exif))
    assert (int(found.pdq, 16) ^ int(pdq(coffee).pdq, 16)).bit_count() <= 2
    assert (found.width, found.height) == (600, 400)


def test_one_buffer_serves_one_picture_after_another(coffee: Pixels, encoded: Encode) -> None:
    large = encoded(coffee, "JPEG")
    small = encoded(np.ascontiguousarray(coffee[:100, :50]), "JPEG")
    first = fingerprint_bytes(large)
    assert fingerprint_bytes(small).pdq != first.pdq
    assert fingerprint_bytes(large) == first
