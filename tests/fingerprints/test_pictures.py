"""From a picture's bytes to its fingerprint, and one clear refusal for everything else."""

import hashlib
import random
import struct
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from ansim.fingerprints import (
    EmptyFile,
    Fingerprint,
    Limits,
    MalformedFingerprint,
    MediaError,
    NotMedia,
    TooManyBytes,
    TooManyPixels,
    Undecodable,
    UnsupportedFormat,
    fingerprint_bytes,
)
from ansim.fingerprints.pdq import pdq

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _png_header(width: int, height: int, rows: int) -> bytes:
    """A one-bit PNG that announces any size and holds ``rows`` empty rows, well compressed."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(rows * (width // 8 + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_picture_has_its_pixels_pdq_its_files_digests_and_its_size(
    coffee: Pixels, encoded: Encode
) -> None:
    data = encoded(coffee)
    found = fingerprint_bytes(data)
    assert (found.kind, found.format, found.width, found.height) == ("picture", "PNG", 600, 400)
    assert (found.pdq, found.quality) == (pdq(coffee).pdq, pdq(coffee).quality)
    assert found.dihedral[0] == found.pdq
    assert len(set(found.dihedral)) == 8
    assert found.frames == ()
    assert found.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert found.sha1 == hashlib.sha1(data, usedforsecurity=False).hexdigest()
    assert found.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF", "BMP", "TIFF", "GIF", "JPEG2000"])
def test_every_format_of_one_picture_has_nearly_one_fingerprint(
    form: str, coffee: Pixels, encoded: Encode
) -> None:
    found = fingerprint_bytes(encoded(coffee, form))
    assert found.format == form
    assert found.kind == "picture"
    assert distance(found.pdq, pdq(coffee).pdq) <= 8


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_turned_by_its_exif_tag_has_the_upright_fingerprint(
    orientation: int, coffee: Pixels, encoded: Encode
) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = Image.fromarray(coffee).transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = fingerprint_bytes(encoded(stored, "PNG", exif=exif))
    assert found.pdq == pdq(coffee).pdq
    assert (found.width, found.height) == (600, 400)


def test_other_colour_modes_are_brought_to_rgb_first(coffee: Pixels, encoded: Encode) -> None:
    image, plain = Image.fromarray(coffee), pdq(coffee).pdq
    cmyk = fingerprint_bytes(encoded(image.convert("CMYK"), "JPEG", quality=95))
    palette = fingerprint_bytes(encoded(image.quantize(256)))
    grey = np.asarray(image.convert("L"))
    deep = fingerprint_bytes(encoded(Image.fromarray(grey.astype(np.uint16) * 257)))
    shallow = fingerprint_bytes(encoded(Image.fromarray(grey)))
    assert distance(cmyk.pdq, plain) <= 4
    assert distance(palette.pdq, plain) <= 8
    assert (deep.pdq, deep.quality) == (shallow.pdq, shallow.quality)


def test_transparent_parts_are_white(coffee: Pixels, encoded: Encode) -> None:
    alpha = np.full((*coffee.shape[:2], 1), 255, np.uint8)
    alpha[:150, :220] = 0
    on_white = coffee.copy()
    on_white[:150, :220] = 255
    found = fingerprint_bytes(encoded(np.concatenate([coffee, alpha], axis=2)))
    assert found.pdq == pdq(on_white).pdq


def test_an_animation_is_a_video_of_one_frame_a_second(coffee: Pixels, encoded: Encode) -> None:
    frames = [Image.fromarray(coffee[i : i + 200, i : i + 300]) for i in range(0, 100, 10)]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=250)
        found = fingerprint_bytes(data)
        assert (found.kind, found.format, found.dihedral) == ("video", form, ())
        assert [frame.seconds for frame in found.frames] == [0.0, 1.0, 2.0]
        assert found.quality == max(frame.quality for frame in found.frames)
        assert distance(found.frames[1].pdq, pdq(np.array(frames[4])).pdq) <= 16
        assert len(fingerprint_bytes(data, Limits(max_frames=2)).frames) == 2
        assert fingerprint_bytes(data, Limits(max_frames=2)).truncated


def test_a_small_copy_gets_a_second_fingerprint_that_finds_its_original(
    photos: dict[str, Pixels], encoded: Encode
) -> None:
    plain_lost = 0
    for rgb in photos.values():
        large = Image.fromarray(rgb).resize((1024, 768), Image.Resampling.LANCZOS)
        small = large.resize((200, 150), Image.Resampling.LANCZOS)
        found = fingerprint_bytes(encoded(small, "JPEG", quality=75))
        original = pdq(np.array(large)).pdq
        plain_lost += distance(found.pdq, original) > 31
        assert (
            min(
                distance(one, original)
                for one in (found.pdq, *(one.pdq for one in found.alternates))
            )
            <= 31
        )
    assert plain_lost > 0
    assert fingerprint_bytes(encoded(large)).alternates == ()


def test_a_pixel_bomb_is_refused_from_its_header() -> None:
    bomb = _png_header(10_000, 10_000, 10_000)
    assert len(bomb) < 20_000
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for data in (bomb, _png_header(60_000, 60_000, 1), _png_header(2**31 - 1, 2**31 - 1, 0)):
            with pytest.raises(TooManyPixels) as refusal:
                fingerprint_bytes(data)
    assert refusal.value.code == "too_many_pixels"


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", EmptyFile),
        (b"Dear centre, please find attached\n", NotMedia),
        (b"<html><body>not found</body></html>", NotMedia),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", NotMedia),
        (b"#EXTM3U\nfile:///etc/passwd\n", NotMedia),
        (b"\x00" * 4096, NotMedia),
        (b"\xff\xd8\xff", Undecodable),
        (b"GIF89a", Undecodable),
        (b"\x89PNG\r\n\x1a\n", Undecodable),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", Undecodable),
        (b"\xff\x0a" + bytes(100), UnsupportedFormat),
        (b"8BPS" + bytes(100), UnsupportedFormat),
        (b"BMW is a maker of cars, not a picture.", NotMedia),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp41", Undecodable),
        (b"\x1aE\xdf\xa3", Undecodable),
        (b"RIFF\x00\x00\x00\x00AVI ", Undecodable),
    ],
)
def test_what_is_no_picture_gets_one_sentence_in_both_languages(
    data: bytes, refusal: type[MediaError]
) -> None:
    with pytest.raises(refusal) as error:
        fingerprint_bytes(data)
    for language in ("en", "ko"):
        sentence = error.value.sentence(language)
        assert sentence.endswith(".")
        assert "{" not in sentence
    assert error.value.sentence("en") != error.value.sentence("ko")


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooManyBytes):
        fingerprint_bytes(b"\xff\xd8\xff" + bytes(100), Limits(max_bytes=50))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF"])
def test_damaged_files_are_fingerprinted_or_refused_and_nothing_else(
    form: str, coffee: Pixels, encoded: Encode
) -> None:
    data = encoded(np.ascontiguousarray(coffee[:60, :80]), form)
    with pytest.raises(MediaError):
        fingerprint_bytes(data[: len(data) // 20])
    chance = random.Random(3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(60):
            damaged = bytearray(data)
            for _ in range(chance.randint(1, 12)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            try:
                fingerprint_bytes(bytes(damaged))
            except MediaError:
                continue


@given(st.binary(max_size=300))
def test_bytes_at_random_are_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(MediaError):
        fingerprint_bytes(data)


def test_a_fingerprint_survives_json_and_wrong_records_are_named(
    coffee: Pixels, encoded: Encode
) -> None:
    found = fingerprint_bytes(encoded(coffee))
    record = found.to_json()
    assert Fingerprint.from_json(record) == found
    wrong: dict[str, object] = {
        "kind": "poem", "pdq": "G" * 64, "quality": 101, "md5": "", "sha256": None,
        "width": True, "format": "<b>", "frames": [{}], "dihedral": ["00"],
    }  # fmt: skip
    for field, value in wrong.items():
        with pytest.raises(MalformedFingerprint) as error:
            Fingerprint.from_json({**record, field: value})
        assert field in str(error.value)
