"""Nearly empty pictures never match by their looks, and what other programs lose is found here."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps
from skimage import data

from ansim.fingerprints import Alternate, Fingerprint, fingerprint_bytes
from ansim.matching import (
    MIN_QUALITY,
    RADIUS,
    BestMatch,
    HuntedFingerprint,
    HuntedIndex,
    best_distance,
)
from ansim.matching.index import HashIndex

Pixels = NDArray[np.uint8]

EQUAL = (1, 2, 3, 4, 5, 8, 9, 16, 17)


def _file(picture: Pixels | Image.Image, form: str = "JPEG", **options: object) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def _bits(ours: str, other: str) -> int:
    return (int(ours, 16) ^ int(other, 16)).bit_count()


def _hunted(*found: Fingerprint) -> list[HuntedFingerprint]:
    return [HuntedFingerprint.of(str(number), one) for number, one in enumerate(found)]


def _solid() -> Iterator[Image.Image]:
    for colour in ("white", "black", "#7f7f7f", "#204080", "red", "#fdfdf0"):
        yield Image.new("RGB", (320, 240), colour)


def _slopes() -> Iterator[Image.Image]:
    across = np.linspace(0, 1, 320)[None, :, None]
    for start, end in combinations(((250, 240, 230), (10, 60, 90), (120, 120, 120)), 2):
        rows = np.asarray(start) + (np.asarray(end) - np.asarray(start)) * across
        yield Image.fromarray(np.repeat(rows, 240, axis=0).round().astype(np.uint8))


def _dark_noise() -> Iterator[Image.Image]:
    for seed in range(4):
        noise = np.random.default_rng(seed).normal(4, 3, (240, 320, 3))
        yield Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


def _few_words() -> Iterator[Image.Image]:
    for text in ("Not available", "Sign in to see this", "404", "Content was removed", "loading"):
        image = Image.new("RGB", (640, 480), "white")
        ImageDraw.Draw(image).text((270, 235), text, "gray")
        yield image


def _one_thing() -> Iterator[Image.Image]:
    for side, colour in ((26, "navy"), (27, "teal"), (28, "purple"), (29, "brown")):
        image = Image.new("RGB", (400, 300), "white")
        box = (200 - side, 150 - side, 200 + side, 150 + side)
        ImageDraw.Draw(image).ellipse(box, fill=colour)
        yield image


def _dark_photos() -> Iterator[Image.Image]:
    for name in ("camera", "coins", "moon", "coffee"):
        picture = getattr(data, name)()
        yield Image.fromarray((picture * 0.03).astype(np.uint8)).convert("RGB")


def _framed() -> Iterator[Image.Image]:
    """A frame gives them a quality of 100 and the looks of one another."""
    for image in (*_solid(), *_dark_noise(), *_slopes()):
        for colour in ("white", "#101012"):
            yield ImageOps.expand(image, (0, 40, 0, 40), colour)
            yield ImageOps.expand(image, 16, colour)


def _screenshots() -> Iterator[Image.Image]:
    for number, image in enumerate((*_solid(), *_dark_noise())):
        screen = ImageOps.expand(image.resize((320, 480)), (0, 30, 0, 30), "#f5f5f7")
        draw = ImageDraw.Draw(screen)
        draw.text((12, 8), f"{number}:27", "black")
        draw.text((270, 8), f"{90 - number}%", "black")
        yield screen


FLAT = {
    "solid": _solid,
    "slopes": _slopes,
    "dark noise": _dark_noise,
    "few words": _few_words,
    "one thing": _one_thing,
    "dark photos": _dark_photos,
}
IN_FRAMES = {"framed": _framed, "screenshots": _screenshots}
"""Their quality is high, and within the frame there is nothing."""


@pytest.fixture(scope="module")
def flat() -> dict[str, list[Fingerprint]]:
    """Different files of each kind: as JPEG, and as a smaller PNG of the same picture."""
    made = {}
    for kind, pictures in (FLAT | IN_FRAMES).items():
        images = list(pictures())
        files = [_file(image, quality=70) for image in images]
        smaller = images if kind in IN_FRAMES else [one.resize((280, 210)) for one in images]
        files += [_file(image, "PNG") for image in smaller]
        made[kind] = [fingerprint_bytes(one) for one in files]
    return made


@pytest.mark.parametrize("kind", FLAT | IN_FRAMES)
def test_flat_pictures_match_neither_one_another_nor_their_own_copies(
    flat: dict[str, list[Fingerprint]], kind: str
) -> None:
    found = flat[kind]
    if kind in FLAT:
        assert all(one.quality < MIN_QUALITY for one in found)
    for ours, other in permutations(found, 2):
        if ours.sha256 != other.sha256:
            assert best_distance(ours, _hunted(other)) is None


def test_without_the_limit_they_would_match(flat: dict[str, list[Fingerprint]]) -> None:
    """Else the test above would show nothing."""
    for kind in ("few words", "one thing", *IN_FRAMES):
        originals = flat[kind][: len(flat[kind]) // 2]
        near = [_bits(a.pdq, b.pdq) for a, b in combinations(originals, 2)]
        assert min(near) <= RADIUS, kind


def test_flat_pictures_match_nothing_among_all_kinds_and_ordinary_ones(
    flat: dict[str, list[Fingerprint]],
) -> None:
    every = [one for found in flat.values() for one in found]
    photos = [fingerprint_bytes(_file(getattr(data, name)())) for name in ("astronaut", "chelsea")]
    index = HuntedIndex(_hunted(*every, *photos))
    for one in every:
        assert all(best.exact for best in index.match(one))
        assert one.quality >= MIN_QUALITY or index.near(one.pdq) == []


def test_the_same_flat_file_still_matches_exactly(flat: dict[str, list[Fingerprint]]) -> None:
    for found in flat.values():
        assert best_distance(found[0], _hunted(found[0])) == BestMatch("0", 0, exact=True)


def test_black_frames_of_a_film_match_no_black_picture_and_no_other_film() -> None:
    black = Image.new("RGB", (320, 240))
    dark = [Image.new("RGB", (320, 240), (level, level, level)) for level in (1, 2, 3)]
    still = fingerprint_bytes(_file(black))
    films = [
        fingerprint_bytes(
            _file(first, "GIF", save_all=True, append_images=dark, duration=1000, loop=0)
        )
        for first in (black, Image.new("RGB", (320, 240), (9, 9, 9)))
    ]
    assert all(film.kind == "video" for film in films)
    for ours, other in permutations((*films, still), 2):
        assert best_distance(ours, _hunted(other)) is None


def test_a_hash_of_no_bits_in_a_list_of_bare_hashes_finds_no_flat_picture(
    flat: dict[str, list[Fingerprint]],
) -> None:
    """Lists give no quality, so the one found has to be looked at."""
    listed = [
        HuntedFingerprint(key=digit, kind="picture", pdq=digit * 64, quality=100) for digit in "0f"
    ]
    for found in flat.values():
        assert all(best_distance(one, listed) is None for one in found)


def _with(whole: Fingerprint, quality: int, *alternates: Alternate) -> Fingerprint:
    return replace(whole, quality=quality, alternates=alternates, sha256="e" * 64)


@pytest.mark.parametrize("reason", ["letterbox", "border", "strip"])
def test_the_whole_does_not_count_where_a_frame_holds_next_to_nothing(reason: str) -> None:
    """All screenshots of a black film are alike, and their quality is 100."""
    whole = fingerprint_bytes(_file(data.coffee()))
    hunted = _hunted(_with(whole, 100))
    empty = Alternate(reason, "0" * 64, MIN_QUALITY - 1)
    small = Alternate("small_copy", whole.pdq, 100)
    assert best_distance(replace(whole, sha256="f" * 64), hunted) is not None
    other = replace(_with(whole, 100, empty, small), sha256="f" * 64)
    assert best_distance(other, hunted) is None
    assert best_distance(replace(whole, sha256="f" * 64), _hunted(_with(whole, 100, empty))) is None


@pytest.mark.parametrize(("quality", "found"), [(MIN_QUALITY, True), (MIN_QUALITY - 1, False)])
def test_what_is_within_a_frame_counts_unless_one_within_it_is_empty(
    quality: int, found: bool
) -> None:
    """A screenshot without its bars still shows its signs: the empty middle decides."""
    inner = fingerprint_bytes(_file(data.chelsea()))
    whole = fingerprint_bytes(_file(data.coffee()))
    border, strip = Alternate("border", inner.pdq, 100), Alternate("strip", "0" * 64, quality)
    assert bool(best_distance(_with(whole, 100, border, strip), _hunted(inner))) is found
    assert bool(best_distance(_with(whole, 9, border, strip), _hunted(inner))) is found


# What other programs lose. bench/peers_faults.py shows that they do.


def _rows(count: int, seed: int = 3) -> NDArray[np.uint8]:
    one = np.random.default_rng(seed).integers(0, 256, (1, 32), dtype=np.uint8)
    return np.repeat(one, count, axis=0)


@pytest.mark.parametrize("count", EQUAL)
def test_equal_hashes_are_all_found_in_an_index_that_was_saved_and_opened(
    tmp_path: Path, count: int
) -> None:
    rows = _rows(count)
    built = HashIndex.build(rows)
    built.save(tmp_path / "equal.index")
    for index in (built, HashIndex.open(tmp_path / "equal.index")):
        found = index.search(rows[:1], radius=RADIUS)
        assert found.item.tolist() == list(range(count))
        assert found.distance.tolist() == [0] * count
        assert len(index.search(~rows[:1], radius=RADIUS)) == 0


@pytest.mark.parametrize("count", EQUAL)
def test_equal_hunted_things_are_all_found(count: int) -> None:
    found = fingerprint_bytes(_file(data.coffee()))
    copy = fingerprint_bytes(_file(data.coffee(), quality=60))
    matches = HuntedIndex(_hunted(*[found] * count)).match(copy)
    assert [best.key for best in matches] == [str(number) for number in range(count)]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_turned_by_its_tag_matches_both_ways(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    straight = fingerprint_bytes(_file(data.chelsea(), quality=90))
    turned = fingerprint_bytes(_file(data.chelsea(), quality=90, exif=exif))
    for ours, other in ((straight, turned), (turned, straight)):
        match = best_distance(ours, _hunted(other))
        assert match is not None
        assert match.distance <= RADIUS


@pytest.mark.parametrize(
    ("mode", "form", "save"),
    [
        ("CMYK", "JPEG", {"quality": 95}),
        ("CMYK", "TIFF", {}),
        ("P", "PNG", {}),
        ("L", "PNG", {}),
        ("LA", "PNG", {}),
        ("RGBA", "PNG", {}),
    ],
)
def test_other_colour_modes_come_within_two_bits_of_the_same_picture_in_rgb(
    mode: str, form: str, save: dict[str, object]
) -> None:
    image = Image.fromarray(data.coffee())
    other = image.quantize(256) if mode == "P" else image.convert(mode)
    found = fingerprint_bytes(_file(other, form, **save))
    same = fingerprint_bytes(_file(other.convert("RGB"), "PNG"))
    assert _bits(found.pdq, same.pdq) <= 2
    assert best_distance(found, _hunted(fingerprint_bytes(_file(image, "PNG")))) is not None


def test_inverted_ink_of_photo_editors_is_no_negative() -> None:
    """Adobe stores CMYK JPEGs inverted; read as they stand they are 254 bits off."""
    image = Image.fromarray(data.coffee())
    found = fingerprint_bytes(_file(image.convert("CMYK"), quality=95))
    assert _bits(found.pdq, fingerprint_bytes(_file(image, "PNG")).pdq) <= 2


@pytest.mark.parametrize("read", [HuntedIndex.match, lambda index, one: index.near(one.pdq)])
def test_an_index_of_one_hunted_picture_finds_it(
    read: Callable[[HuntedIndex, Fingerprint], list[BestMatch]],
) -> None:
    found = fingerprint_bytes(_file(data.coffee()))
    copy = fingerprint_bytes(_file(data.coffee(), quality=50))
    assert [best.key for best in read(HuntedIndex(_hunted(found)), copy)] == ["0"]
