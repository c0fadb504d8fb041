"""Videos against videos: shares on both sides, as published, and folded."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.matching.hashes import packed, turned
from ansim.matching.videos import FOLD, Frames, VideoIndex

CHANCE = np.random.default_rng(11)


def _random(count: int) -> np.ndarray:
    return CHANCE.integers(0, 256, (count, 32), dtype=np.uint8)


def _moved(hashes: np.ndarray, bits: int) -> np.ndarray:
    """Each hash with its first ``bits`` bits flipped."""
    mask = np.packbits(np.arange(256) < bits)
    return hashes ^ mask


def _distance(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.bitwise_count(one ^ other).sum())


def _pairs(index: VideoIndex, queries: Frames, **least: float) -> dict:
    found = index.search(queries, **least)
    keys = zip(found.query.tolist(), found.video.tolist(), strict=True)
    return dict(
        zip(keys, zip(found.query_share.tolist(), found.video_share.tolist(), strict=True),
            strict=True)
    )  # fmt: skip


def _published(query: list[bytes], video: list[bytes], radius: int) -> tuple[float, float]:
    """``threatexchange`` 1.2.17, extensions/vpdq/vpdq_brute_matcher.py, on good frames."""
    sides = [[np.frombuffer(one, np.uint8) for one in dict.fromkeys(side)] for side in
             (query, video)]  # fmt: skip
    shares = []
    for one, other in (sides, sides[::-1]):
        hits = sum(any(_distance(a, b) <= radius for b in other) for a in one)
        shares.append(hits / len(one) if one else 0.0)
    return shares[0], shares[1]


def test_shares_are_of_the_frames_of_each_side() -> None:
    clip = _random(10)
    longer = np.concatenate([_random(30), _moved(clip, 31)])
    index = VideoIndex.build([_random(20), longer, _moved(clip, 32)])
    assert _pairs(index, Frames.of([clip])) == {(0, 1): (1.0, 0.25)}
    assert _pairs(index, Frames.of([clip]), index_share=0.3) == {}
    assert _pairs(index, Frames.of([longer])) == {(0, 1): (1.0, 1.0)}
    half = np.concatenate([clip[:4], _random(6)])
    assert _pairs(index, Frames.of([half])) == {}
    assert _pairs(index, Frames.of([half]), query_share=0.4) == {(0, 1): (0.4, 0.1)}


@pytest.mark.parametrize("side", [0, 1])
def test_nearly_flat_frames_count_on_neither_side(side: int) -> None:
    flat, good = _random(6), _random(4)
    video = np.concatenate([flat, good])
    quality = np.array([49] * 6 + [50] * 4)
    mixed = Frames.of([video], [quality])
    assert mixed.sizes.tolist() == [4]
    other = Frames.of([np.concatenate([flat, _random(1)]), good])
    query, indexed = (mixed, other) if side else (other, mixed)
    found = _pairs(VideoIndex(indexed), query)
    assert found == {((0, 1) if side else (1, 0)): (1.0, 1.0)}


def test_a_video_without_good_frames_matches_nothing() -> None:
    empty = Frames.of([_random(3), _random(0)], [np.zeros(3, int), np.zeros(0, int)])
    assert len(VideoIndex(empty)) == 2
    assert len(VideoIndex(empty).search(Frames.of([_random(3)]))) == 0
    assert len(VideoIndex.build([_random(3)]).search(empty)) == 0
    assert len(VideoIndex.build([]).search(Frames.of([]))) == 0


def test_qualities_must_fit_the_frames() -> None:
    with pytest.raises(ValueError, match="quality"):
        Frames.of([_random(3)], [np.zeros(2, int)])


def test_a_still_scene_weighs_as_much_as_one_frame() -> None:
    scene, others = _random(1), _random(4)
    still = np.concatenate([_moved(scene, bits) for bits in (0, FOLD, 3, FOLD)])
    frames = Frames.of([np.concatenate([others[:2], still, others[2:]])])
    assert frames.counts.tolist() == [1, 1, 4, 1, 1]
    assert np.array_equal(frames.hashes[2], scene[0])


def test_slow_change_is_not_folded_into_one_frame() -> None:
    start = _random(1)
    slow = np.concatenate([_moved(start, bits) for bits in range(0, 60, 3)])
    kept = Frames.of([slow]).hashes
    assert [_distance(start[0], one) for one in kept] == [0, 9, 18, 27, 36, 45, 54]


def test_folding_ends_where_a_video_ends() -> None:
    same = np.repeat(_random(1), 3, axis=0)
    frames = Frames.of([same, same, _random(0), same])
    assert frames.owners.tolist() == [0, 1, 3]
    assert frames.sizes.tolist() == [1, 1, 0, 1]


def test_a_title_that_many_share_makes_no_match() -> None:
    title = _random(1)
    videos = [np.concatenate([_moved(title, n % 5), _random(9)]) for n in range(400)]
    index = VideoIndex.build(videos)
    queries = [np.concatenate([title, _random(9)]), _moved(videos[7], 20)]
    assert _pairs(index, Frames.of(queries)) == {(1, 7): (1.0, 1.0)}
    assert len(index.search(Frames.of(queries), query_share=0.1)) == 400 + 400


def test_many_queries_are_searched_in_batches() -> None:
    videos = [_random(30) for _ in range(90)]
    found = VideoIndex.build(videos).search(Frames.of(videos))
    assert found.query.tolist() == found.video.tolist() == list(range(90))


frames_of_few = st.lists(st.integers(0, 7), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(frames_of_few, max_size=4),
    st.lists(frames_of_few, max_size=4),
    st.integers(0, 40),
    st.sampled_from([0.0, 0.5, 0.8, 1.0]),
    st.sampled_from([0.0, 0.5]),
)
def test_unfolded_shares_are_the_published_ones(
    queries: list, videos: list, radius: int, query_share: float, index_share: float
) -> None:
    """Hashes 0..6 bits from one another and far ones, so that radii and repeats matter."""
    base = np.random.default_rng(5).integers(0, 256, (2, 32), dtype=np.uint8)
    known = [_moved(base[n // 6], 12 * (n % 6)) for n in range(8)]
    made = [[np.array([known[n] for n in one], np.uint8).reshape(-1, 32) for one in side]
            for side in (queries, videos)]  # fmt: skip
    index = VideoIndex.build(made[1], fold=0)
    found = _pairs(index, Frames.of(made[0], fold=0), radius=radius,
                   query_share=query_share, index_share=index_share)  # fmt: skip
    expected = {}
    for q, query in enumerate(made[0]):
        for v, video in enumerate(made[1]):
            shares = _published([one.tobytes() for one in query],
                                [one.tobytes() for one in video], radius)  # fmt: skip
            if shares[0] > 0 and shares[0] >= query_share and shares[1] >= index_share:
                expected[q, v] = shares
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 10))
def test_folding_is_what_one_walk_through_the_video_does(moves: list, fold: int) -> None:
    base = np.random.default_rng(6).integers(0, 256, 32, dtype=np.uint8)
    hashes = np.array([_moved(base, bits) for bits in moves], np.uint8).reshape(-1, 32)
    kept: list[np.ndarray] = []
    first = None
    for one in hashes:
        if first is None or _distance(first, one) > fold:
            first = one
            if not any(np.array_equal(one, other) for other in kept):
                kept.append(one)
    frames = Frames.of([hashes], fold=fold)
    assert np.array_equal(frames.hashes, np.array(kept, np.uint8).reshape(-1, 32))
    assert frames.counts.sum() == len(hashes)


def test_turned_hashes_are_near_those_of_the_turned_pictures() -> None:
    from skimage import data

    from ansim.fingerprints.pdq import pdq

    for picture in (data.astronaut(), data.coffee(), data.chelsea()):
        exact = packed(pdq(np.ascontiguousarray(picture)).dihedral)
        guessed = turned(exact[:1])
        assert np.array_equal(guessed[0], exact[:1])
        assert np.array_equal(guessed[6], exact[6:7])
        assert max(_distance(guessed[n, 0], exact[n]) for n in range(8)) <= 28
    assert turned(exact[:0]).shape == (8, 0, 32)
