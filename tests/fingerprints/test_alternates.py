"""Small, framed and captioned copies get further fingerprints; other pictures get none."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ansim.fingerprints import (
    Alternate,
    Fingerprint,
    MalformedFingerprint,
    alternates,
    fingerprint_bytes,
)
from ansim.fingerprints.alternates import alternates_of, crops, line_shares, substance
from ansim.fingerprints.pdq import Part, pdq

Pixels = NDArray[np.uint8]
Encode = Callable[..., bytes]


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def framed(rgb: Pixels, sides: tuple[int, int, int, int], colour: tuple[int, ...]) -> Image.Image:
    top, bottom, left, right = sides
    height, width = rgb.shape[:2]
    image = Image.new("RGB", (width + left + right, height + top + bottom), colour)
    image.paste(Image.fromarray(rgb), (left, top))
    return image


def nearest(found: Fingerprint, original: str, *reasons: str) -> int:
    """The distance of the nearest alternate that has one of the reasons; 256 without any."""
    distances = (distance(one.pdq, original) for one in found.alternates if one.reason in reasons)
    return min(distances, default=256)


FRAMES = {
    "black bars above and below": ((70, 70, 0, 0), (0, 0, 0), "letterbox"),
    "black bars left and right": ((0, 0, 120, 120), (0, 0, 0), "letterbox"),
    "a narrow white border": ((12, 12, 12, 12), (255, 255, 255), "border"),
    "a wide red border": ((80, 80, 80, 80), (200, 20, 40), "border"),
    "an instant photograph": ((20, 110, 20, 20), (250, 248, 240), "border"),
    "one bar below": ((0, 90, 0, 0), (0, 0, 0), "border"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_a_framed_copy_is_found_by_what_is_inside(
    name: str, photos: dict[str, Pixels], encoded: Encode
) -> None:
    sides, colour, reason = FRAMES[name]
    for photo in ("coffee", "chelsea", "gravel"):
        original = pdq(photos[photo])
        image = framed(photos[photo], sides, colour)
        for quality in (40, 75):
            found = fingerprint_bytes(encoded(image, "JPEG", quality=quality))
            assert nearest(found, original.pdq, reason) <= 31
    assert distance(found.pdq, original.pdq) > 31


@pytest.mark.parametrize("where", ["above", "below", "both"])
def test_a_captioned_copy_is_found_by_its_picture(
    where: str, photos: dict[str, Pixels], encoded: Encode
) -> None:
    for photo in ("coffee", "chelsea"):
        rgb, strip = photos[photo], 90
        above, below = (strip * (where in {side, "both"}) for side in ("above", "below"))
        image = framed(rgb, (above, below, 0, 0), (255, 255, 255))
        for used, top in ((above, 0), (below, image.height - strip)):
            if used:
                ImageDraw.Draw(image).text(
                    (20, top + 25), "WHEN THE CAT ASKS", "black", ImageFont.load_default(32)
                )
        found = fingerprint_bytes(encoded(image, "JPEG", quality=75))
        assert nearest(found, pdq(rgb).pdq, "strip") <= 20


def test_a_frame_within_a_frame_is_taken_off_too(photos: dict[str, Pixels]) -> None:
    inner = np.asarray(framed(photos["coffee"], (60, 60, 0, 0), (0, 0, 0)))
    outer = np.asarray(framed(inner, (30, 30, 30, 30), (255, 255, 255)))
    parts = crops(outer)
    assert [reason for reason, _ in parts] == ["border", "letterbox"]
    assert parts[1][1] == Part(90, 30, 400, 600)


def test_pictures_without_a_frame_have_no_crop(
    photos: dict[str, Pixels], patterns: dict[str, Pixels]
) -> None:
    down = np.linspace(0, 60, 400).astype(np.uint8)
    evening = np.repeat(np.repeat(down[:, None, None], 600, 1), 3, 2)
    hill = 300 + (40 * np.sin(np.arange(600) / 60)).astype(int)
    night = np.where((np.arange(400)[:, None] > hill)[..., None], 120, 4).astype(np.uint8)
    night = np.ascontiguousarray(np.broadcast_to(night, (400, 600, 3)))
    product = np.full((400, 600, 3), 255, np.uint8)
    product[100:300, 200:400] = photos["brick"][:200, :200]
    made = {"evening": evening, "night": night, "product": product}
    flat = {name: rgb for name, rgb in patterns.items() if "chess" not in name}
    assert [name for name, rgb in (photos | made | flat).items() if crops(rgb)] == []


def test_crops_that_leave_little_or_nothing_are_not_made(photos: dict[str, Pixels]) -> None:
    tiny = np.ascontiguousarray(photos["coffee"][:100, :100])
    assert crops(np.asarray(framed(tiny, (200, 200, 200, 200), (0, 0, 0)))) == []
    plain = np.asarray(framed(np.full((200, 300, 3), 90, np.uint8), (60, 60, 0, 0), (0, 0, 0)))
    found = alternates_of(plain, pdq(plain))
    assert [(one.reason, one.quality) for one in found] == [("letterbox", 0)]


def test_a_screen_around_nothing_is_marked_as_bare(photos: dict[str, Pixels]) -> None:
    screen = np.full((640, 360, 3), 245, np.uint8)
    screen[120:500, 14:346] = 18
    result = pdq(screen)
    assert result.quality >= 50
    assert "bare" in [one.reason for one in alternates_of(screen, result)]
    for name, rgb in photos.items():
        assert "bare" not in [one.reason for one in alternates_of(rgb, pdq(rgb))], name


def test_a_turned_framed_copy_is_found_too(coffee: Pixels, encoded: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = framed(coffee, (70, 70, 0, 0), (0, 0, 0)).transpose(Image.Transpose.ROTATE_90)
    found = fingerprint_bytes(encoded(stored, "JPEG", exif=exif))
    assert nearest(found, pdq(coffee).pdq, "letterbox") <= 8


@pytest.mark.parametrize("side", [256, 200, 150])
def test_small_copies_are_found_where_plain_ones_are_lost(
    side: int, photos: dict[str, Pixels], encoded: Encode
) -> None:
    lost = 0
    for rgb in photos.values():
        large = Image.fromarray(rgb).resize((1024, 768), Image.Resampling.LANCZOS)
        small = large.resize((side, side * 3 // 4), Image.Resampling.LANCZOS)
        found = fingerprint_bytes(encoded(small, "JPEG", quality=75))
        original = pdq(np.asarray(large)).pdq
        lost += distance(found.pdq, original) > 31
        assert [one.reason for one in found.alternates] == ["small_copy", "small_copy"]
        assert nearest(found, original, "small_copy") <= 31
    assert lost > 0


@pytest.mark.parametrize("side", range(4))
def test_numpy_counts_the_same_shares(side: int, coffee: Pixels) -> None:
    part, colour = Part(5, 9, 300, 411), np.array((60, 40, 30))
    for count, step in ((50, 3), (1000, 1)):
        shares = [
            line_shares(coffee, part, side, count, step, colour, compiled=way)
            for way in (True, False)
        ]
        assert np.array_equal(*shares)
        assert 0 < shares[0].mean() < 1


def test_alternates_survive_json_and_wrong_ones_are_named(coffee: Pixels, encoded: Encode) -> None:
    found = fingerprint_bytes(encoded(framed(coffee, (70, 70, 0, 0), (0, 0, 0))))
    assert found.alternates[0] == Alternate("letterbox", found.alternates[0].pdq, 100)
    record = found.to_json()
    assert Fingerprint.from_json(record) == found
    good = {"reason": "border", "pdq": "0" * 64, "quality": 3}
    for wrong in (
        ["0" * 64], [{**good, "reason": "poem"}], [{**good, "reason": ["border"]}],
        [{**good, "pdq": "0"}], [{**good, "quality": 101}], "border", [None],
    ):  # fmt: skip
        with pytest.raises(MalformedFingerprint) as error:
            Fingerprint.from_json({**record, "alternates": wrong})
        assert "alternates" in str(error.value)


@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_compiled_looks_at_lines_are_those_of_numpy(
    side: int, step: int, coffee: Pixels
) -> None:
    part = Part(3, 5, 300, 417)
    (fast, near), (plain, there) = (
        alternates._outer(coffee, part, side, step, compiled=way) for way in (True, False)
    )
    assert fast.tolist() == plain.tolist()
    assert near == pytest.approx(there)
    block = np.asarray(coffee[:64, :64, 0], np.float32)
    assert substance(block, compiled=True) == substance(block, compiled=False) > 0
