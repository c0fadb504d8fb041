"""Copies stay near their originals for the fingerprint, everything else stays far."""

from collections.abc import Iterator

import pytest

from ansim.fingerprints import fingerprint_bytes
from ansim.matching import HuntedFingerprint, best_distance
from ansim.sandbox import Scenario, build
from ansim.sandbox.copies import Alteration
from ansim.sandbox.pictures import SAMPLES, Picture
from ansim.sandbox.studio import Artwork, Studio
from tests.sandbox.conftest import STARTED_AT

NEAR, FAR = 26, 60


def hashes(scenario: Scenario, artwork: Artwork) -> list[int]:
    """All eight turned fingerprints of a picture."""
    return [int(h, 16) for h in fingerprint_bytes(scenario.studio.file(artwork)).dihedral]


def copies(scenario: Scenario) -> Iterator[tuple[str, Artwork]]:
    for post in scenario.world.all_posts():
        for file in post.files:
            if file.hunted and file.artwork.kind == "picture" and post.planted:
                yield post.planted.material, file.artwork


@pytest.mark.parametrize("seed", range(1, 13))
def test_pictures_keep_wide_margins(seed: int) -> None:
    scenario = build(seed, STARTED_AT)
    planted = list(copies(scenario))[:6]
    wanted = {key for key, _ in planted}
    materials = [m for case in scenario.cases for m in case.materials] + list(scenario.bank)
    known = {m.key: hashes(scenario, m.artwork) for m in materials if m.key in wanted}
    for key, artwork in planted:
        found = fingerprint_bytes(scenario.studio.file(artwork))
        assert found.quality >= FAR
        assert max(found.width, found.height) >= 320
        nearest = min((int(found.pdq, 16) ^ h).bit_count() for h in known[key])
        assert nearest <= NEAR, artwork
    alike = [
        file.artwork
        for post in scenario.world.all_posts()
        for file in post.files
        if file.artwork.picture.style and file.artwork.kind == "picture"
    ]
    for artwork in alike[:3]:
        found = fingerprint_bytes(scenario.studio.file(artwork))
        distance = min(
            (int(found.pdq, 16) ^ h).bit_count() for turned in known.values() for h in turned
        )
        assert distance > FAR, artwork


def test_films_and_their_posters_match_in_both_encodings() -> None:
    scenario = build(1, STARTED_AT)
    film = scenario.cases[0].materials[-1]
    hunted = [HuntedFingerprint.of("film", fingerprint_bytes(scenario.studio.file(film.artwork)))]
    shown = [
        file.artwork
        for post in scenario.world.all_posts()
        for file in post.files
        if post.planted and post.planted.material == film.key and file.hunted
    ]
    assert {artwork.kind for artwork in shown} == {"video", "poster"}
    assert {a.change.format for a in shown if a.kind == "video"} == {"MP4", "WEBM"}
    for artwork in shown:
        best = best_distance(fingerprint_bytes(scenario.studio.file(artwork)), hunted)
        assert best is not None
        assert best.distance <= NEAR


def test_samples_hold_no_people_and_have_structure() -> None:
    assert not {"astronaut.png", "camera.png", "lfw_subset.npy"} & set(SAMPLES)
    for sample in SAMPLES:
        artwork = Artwork("picture", Picture(sample, sample=sample), Alteration())
        assert fingerprint_bytes(Studio(1).file(artwork)).quality >= FAR
