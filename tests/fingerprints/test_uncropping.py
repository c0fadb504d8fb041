"""A copy with a strip cut off is found by what it may have been cut from."""

import io
from itertools import product

import numpy as np
import pytest
from PIL import Image
from skimage import data

from ansim.fingerprints import Fingerprint, fingerprint_bytes
from ansim.fingerprints.errors import MalformedFingerprint
from ansim.fingerprints.pdq import pdq
from ansim.fingerprints.uncropping import uncropped
from ansim.fingerprints.values import MOST_UNCROPPED

PHOTOS = (data.astronaut, data.coffee, data.chelsea, data.rocket)


def away(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def cut(image: Image.Image, left: float, top: float, right: float, bottom: float) -> bytes:
    """The picture without these shares of its sides, as a JPEG."""
    wide, high = image.size
    box = (wide * left, high * top, wide * (1 - right), high * (1 - bottom))
    buffer = io.BytesIO()
    image.crop(tuple(map(round, box))).save(buffer, "JPEG", quality=80)  # type: ignore[arg-type]
    return buffer.getvalue()


LOST = (
    (0.025, 0.025, 0.025, 0.025), (0, 0, 0.05, 0), (0, 0, 0, 0.05), (0.04, 0, 0, 0), (0, 0.04, 0, 0)
)  # fmt: skip


def test_cut_copies_come_near_their_originals_again():
    plain, guessed = [], []
    for photo, lost in product(PHOTOS, LOST):
        image = Image.fromarray(photo())
        original = pdq(np.asarray(image)).pdq
        copy = fingerprint_bytes(cut(image, *lost), searching=True)
        plain.append(away(copy.pdq, original))
        guessed.append(min(away(one, original) for one in copy.uncropped))
    assert sum(one <= 31 for one in plain) <= 2
    assert sum(one <= 31 for one in guessed) >= 18


def test_other_pictures_stay_as_far_apart_as_unlike_pictures_are():
    originals = [pdq(np.asarray(photo())) for photo in PHOTOS]
    for one in originals:
        for other in originals:
            if one is not other:
                assert min(away(guess, other.pdq) for guess in uncropped(one)) > 60


def test_only_who_searches_is_given_them_and_nobody_for_an_empty_picture():
    image = Image.fromarray(data.coffee())
    assert fingerprint_bytes(cut(image, 0, 0, 0, 0)).uncropped == ()
    assert len(fingerprint_bytes(cut(image, 0, 0, 0, 0), searching=True).uncropped) > 15
    plain = Image.new("RGB", (300, 200), "white")
    assert fingerprint_bytes(cut(plain, 0, 0, 0, 0), searching=True).uncropped == ()


def test_they_travel_as_json_and_no_more_of_them_than_there_can_be():
    found = fingerprint_bytes(cut(Image.fromarray(data.coffee()), 0, 0, 0, 0), searching=True)
    record = found.to_json()
    assert Fingerprint.from_json(record) == found
    with pytest.raises(MalformedFingerprint):
        Fingerprint.from_json(record | {"uncropped": ["0" * 64] * (MOST_UNCROPPED + 1)})
    assert "uncropped" not in fingerprint_bytes(cut(Image.fromarray(data.cat()), 0, 0, 0, 0)).to_json()
