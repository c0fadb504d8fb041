"""Published reference hashes, restated as data: no peer and no download is needed to check them."""

from pathlib import Path

import numpy as np
import pytest
import skimage
from numpy.typing import NDArray
from PIL import Image

from ansim.fingerprints.pdq import pdq

Pixels = NDArray[np.uint8]

# ``pdqhash`` 0.2.8 on the stored pixels of the sample pictures that scikit-image ships.
SAMPLES = {
    "astronaut.png": ("2d6b1af3a956c529e79ca3d2526fa834d4196c81cedd04de0a26b855fc99b724", 100),
    "brick.png": ("bed7058ba2005a4b071bb8a4cc6278789fbc02cfcd30d1d73fa71673c67945d2", 100),
    "camera.png": ("dc9c9d3b746978f888f40ce6e5c3f70f7266623e8d989cb99f21f2010841e1c7", 100),
    "chelsea.png": ("5feb5321f01da156898e2bf629a5d3438412cdbd23f48942464526315db33ffd", 100),
    "clock_motion.png": ("26cc3ccc933373334c34d778acc94cccb326f3394c932666934cd99d25337674", 34),
    "coffee.png": ("8c629e779a663698b9a33866c026726c21a679f61eb6e1f8c79ba7e23c8299e0", 100),
    "coins.png": ("8ee552196df86aa552b514e6e505e0319aeb1aaea4a5d935dd4a675a1a56a555", 100),
    "grass.png": ("4d9744ef90f2838aad0cc467c8d3a1f626c43658a77772688de65daa09c38bb7", 100),
    "gravel.png": ("175218961ce0d0e173a59bdf48d052f73a3c1632c4927712365efbbe569c8177", 100),
    "moon.png": ("131645cde366d981e1e371b264d8b25b9e4d13771d8c4f366d946ca57133d0c9", 83),
    "page.png": ("965b26d62ed3636b192ccdddcc91d88c3925812979849815e37b1cce4732a6fb", 100),
    "text.png": ("f46721c01b1bd9936bb5cde6660a8a12430c6c9d25d95e47cbe2a6b89d6e6786", 100),
}
# The same tool's eight turns of astronaut.png, in its order.
TURNS = (
    "2d6b1af3a956c529e79ca3d2526fa834d4196c81cedd04de0a26b855fc99b724",
    "3da7e51dad47bd78e16e670c4e2943fe4c7219cbf30992499ab254c2e6182d19",
    "783ab059fc236f83b2c90978073a029e814cc62b9ba8ae745f7352ffa9cc1d8e",
    "68f24fb3701217d2a41bcda6197cc9541927b361865c38e3cfa77a68b24d87b3",
    "0d6be50ca85632d6c79c5c29506f57c9d4199376c6ddfb210a2607aafc9948db",
    "783a4fa6fc23907cb2c9f687073afd61814c39d49b88518b5f73ed00a9cce271",
    "3da71ae2ad474287e16e98f34e29bc014c72e634d3096db69ab22b3de618d2e6",
    "68f2b04cf812e82db43b32591b7c16ab19274c9ea67cc71ccfe70197b34d784c",
)
# Examples that ``threatexchange`` 1.2.17 publishes of one photograph of a bridge in eleven versions
# (pdq/data/bridge-mods). The pictures may not be kept here; what holds between them can be checked.
BRIDGES = (
    "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22",
    "f8f8f0cee0f4a84f06370a2a038f63f0b36e26d596621e1d33e6b39c4e9c9b22",
    "f8f8f0cee0f4a84f0637022a038f67f0b36e26d596621e1d33e6b39c4e9c9b22",
    "f8f8f0cee0f4a84f06370a2a068f67f0b36e26d596621e1d33e6339c4e9c9b22",
    "f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596221e1d33e6b39c4e9c9b22",
    "f8f8f0cee0f4a84f0e370a22038f67f0b36e2ed596221e1d33e6b39c4a9c9b22",
    "d8f8f0cec0f4a84f8e370a22038f67f0b36a2ed597231e1d72e6b39c4a9c9b22",
    "f8f8f0cee0f4a84f06370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22",
    "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22",
    "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22",
    "d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22",
    "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22",
)


def stored(name: str) -> Pixels:
    with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("compiled", [True, False])
def test_the_sample_pictures_have_the_published_tools_hashes(*, compiled: bool) -> None:
    names = list(SAMPLES) if compiled else ["coins.png", "moon.png", "clock_motion.png"]
    results = {name: pdq(stored(name), compiled=compiled) for name in names}
    found = {name: (result.pdq, result.quality) for name, result in results.items()}
    assert found == {name: SAMPLES[name] for name in names}


def test_the_eight_turns_are_the_published_tools_turns() -> None:
    assert pdq(stored("astronaut.png")).dihedral == TURNS


def test_published_versions_of_one_picture_match_and_ours_do_not_match_them() -> None:
    numbers = [int(digits, 16) for digits in BRIDGES]
    assert max((one ^ other).bit_count() for one in numbers for other in numbers) <= 31
    assert {number.bit_count() for number in numbers} <= set(range(120, 137))
    ours = [int(digits, 16) for digits, _ in SAMPLES.values()]
    assert min((one ^ other).bit_count() for one in numbers for other in ours) > 80
