"""PDQ has the same bits and the same quality as ``pdqhash`` for the same pixels."""

import numpy as np
import pdqhash
import pytest
from numpy.typing import NDArray
from PIL import Image

from ansim.fingerprints.pdq import pdq

Pixels = NDArray[np.uint8]


def _peer(rgb: Pixels) -> tuple[str, int, tuple[str, ...]]:
    bits, quality = pdqhash.compute(rgb)
    turned, _ = pdqhash.compute_dihedral(rgb)
    return _hex(bits), quality, tuple(_hex(part) for part in turned)


def _hex(bits: NDArray[np.int64]) -> str:
    return np.packbits(bits.astype(bool)).tobytes().hex()


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _differing(pictures: dict[str, Pixels]) -> list[str]:
    differing = []
    for name, rgb in pictures.items():
        ours = pdq(rgb)
        if (ours.pdq, ours.quality, ours.dihedral) != _peer(rgb):
            differing.append(name)
    return differing


def test_photographs_of_many_sizes_have_the_bits_and_quality_of_the_peer(
    photos: dict[str, Pixels],
) -> None:
    sizes = ((37, 41), (64, 64), (100, 77), (129, 128), (333, 517), (1024, 768))
    resized = {
        f"{name} {size}": np.array(Image.fromarray(rgb).resize(size))
        for name, rgb in photos.items()
        for size in sizes
    }
    assert len(photos | resized) > 60
    assert _differing(photos | resized) == []


def test_pictures_on_which_rounding_decides_have_the_bits_of_the_peer(
    patterns: dict[str, Pixels],
) -> None:
    assert _differing(patterns) == []


def test_a_large_picture_has_the_bits_of_the_peer(coffee: Pixels) -> None:
    large = np.array(Image.fromarray(coffee).resize((3000, 2001)))
    assert _differing({"large": large}) == []


def test_below_five_pixels_there_is_no_fingerprint() -> None:
    result = pdq(np.full((4, 900, 3), 200, np.uint8))
    assert (result.pdq, result.quality) == ("0" * 64, 0)


def test_the_eight_turned_fingerprints_are_those_of_the_turned_pixels(coffee: Pixels) -> None:
    square = np.array(Image.fromarray(coffee).resize((513, 513)))
    turned = (
        square,
        np.rot90(square),
        np.rot90(square, 2),
        np.rot90(square, 3),
        square[::-1],
        square[:, ::-1],
        square.transpose(1, 0, 2),
        np.rot90(square, 2).transpose(1, 0, 2),
    )
    result = pdq(square)
    for one, pixels in zip(result.dihedral, turned, strict=True):
        assert _distance(one, pdq(np.ascontiguousarray(pixels)).pdq) <= 4
    far = [_distance(result.pdq, one) for one in result.dihedral[1:]]
    assert min(far) > 80


def test_any_layout_in_memory_gives_the_same_bits(coffee: Pixels) -> None:
    assert pdq(np.asfortranarray(coffee)) == pdq(coffee)


@pytest.mark.parametrize("shape", [(10, 10), (10, 10, 4)])
def test_other_shapes_are_a_mistake_of_the_caller(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="RGB"):
        pdq(np.zeros(shape, np.uint8))
