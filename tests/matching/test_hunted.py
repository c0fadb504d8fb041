"""What counts as the hunted material."""

import hashlib
from dataclasses import replace

import pytest

from ansim.fingerprints import Alternate, Fingerprint, FrameFingerprint
from ansim.matching import BestMatch, HuntedFingerprint, HuntedIndex, MalformedHash, best_distance
from ansim.matching.hashes import packed, turned


def _hash(seed: int, flipped: int = 0) -> str:
    """Far from every other seed's; ``flipped`` bits away from its own seed's."""
    number = int.from_bytes(hashlib.sha256(bytes([seed])).digest(), "big")
    return f"{number ^ ((1 << flipped) - 1):064x}"


def _picture(
    pdq: str, *, quality: int = 100, sha256: str = "a" * 64, alternates: tuple[Alternate, ...] = ()
) -> Fingerprint:
    return Fingerprint("picture", pdq, quality, "0" * 32, "0" * 40, sha256, 10, 10, "PNG",
                       dihedral=(pdq,), alternates=alternates)  # fmt: skip


def _frames(*hashes: str, quality: int = 100) -> tuple[FrameFingerprint, ...]:
    return tuple(FrameFingerprint(float(i), one, quality) for i, one in enumerate(hashes))


def _video(frames: tuple[FrameFingerprint, ...], sha256: str = "a" * 64) -> Fingerprint:
    return Fingerprint("video", frames[0].pdq, frames[0].quality, "0" * 32, "0" * 40, sha256,
                       10, 10, "MP4", frames=frames)  # fmt: skip


def _hunted(key: str, pdq: str, **rest: object) -> HuntedFingerprint:
    fields = {"kind": "picture", "quality": 100, "sha256": "b" * 64} | rest
    return HuntedFingerprint(key=key, pdq=pdq, **fields)


def test_a_picture_matches_up_to_31_bits_and_no_further() -> None:
    hunted = [_hunted("one", _hash(0x0F))]
    assert best_distance(_picture(_hash(0x0F, 31)), hunted) == BestMatch("one", 31, exact=False)
    assert best_distance(_picture(_hash(0x0F, 32)), hunted) is None


def test_the_same_file_is_exact_whatever_its_quality() -> None:
    hunted = [_hunted("near", _hash(0x0F)), _hunted("same", _hash(0xF0), sha256="c" * 64)]
    flat = _picture(_hash(0x0F), quality=3, sha256="c" * 64)
    assert best_distance(flat, hunted) == BestMatch("same", 0, exact=True)
    good = _picture(_hash(0x0F), sha256="c" * 64)
    assert [best.key for best in HuntedIndex(hunted).match(good)] == ["same", "near"]


@pytest.mark.parametrize(("ours", "theirs"), [(49, 100), (100, 49)])
def test_flat_pictures_match_nothing_on_either_side(ours: int, theirs: int) -> None:
    hunted = [_hunted("one", _hash(1), quality=theirs)]
    assert best_distance(_picture(_hash(1), quality=ours), hunted) is None
    assert best_distance(_picture(_hash(1), quality=50), [_hunted("one", _hash(1), quality=50)])


def test_a_turned_copy_matches_a_turned_fingerprint() -> None:
    hunted = [_hunted("one", _hash(0x0F), dihedral=(_hash(0x0F), _hash(0x33), _hash(0x55)))]
    assert best_distance(_picture(_hash(0x55, 4)), hunted) == BestMatch("one", 4, exact=False)


def test_a_list_without_turned_fingerprints_is_searched_with_turned_queries() -> None:
    found = Fingerprint("picture", _hash(0x0F), 100, "0" * 32, "0" * 40, "a" * 64, 9, 9, "PNG",
                        dihedral=(_hash(0x0F), _hash(0x33)))  # fmt: skip
    assert best_distance(found, [_hunted("one", _hash(0x33, 2))]) == BestMatch(
        "one", 2, exact=False
    )


def test_the_second_fingerprint_of_a_small_copy_counts() -> None:
    small = _picture(_hash(0x0F, 40), alternates=(Alternate("small_copy", _hash(0x0F, 6), 90),))
    assert best_distance(small, [_hunted("one", _hash(0x0F))]) == BestMatch("one", 6, exact=False)


def test_two_videos_match_when_most_frames_of_the_shorter_do() -> None:
    seeds = (0x00, 0x0F, 0x33, 0x55, 0x3C)
    long = _frames(*(_hash(seed) for seed in (*seeds, 0x5A, 0x66, 0x69)))
    hunted = [_hunted("clip", long[0].pdq, kind="video", frames=long)]
    four_of_five = _frames(*(_hash(seed, 7) for seed in seeds[:4]), _hash(0x96, 100))
    three_of_five = _frames(*(_hash(seed) for seed in seeds[:3]), _hash(0x96, 100), _hash(1, 90))
    assert best_distance(_video(four_of_five), hunted) == BestMatch("clip", 7, exact=False)
    assert best_distance(_video(three_of_five), hunted) is None
    # The other way round: the hunted clip is the shorter one.
    clip = [_hunted("clip", four_of_five[0].pdq, kind="video", frames=four_of_five)]
    assert best_distance(_video(long), clip) == BestMatch("clip", 7, exact=False)


def test_one_shared_frame_shown_for_long_is_not_the_clip() -> None:
    clip = _frames(*(_hash(seed) for seed in (0x00, 0x0F, 0x33, 0x55, 0x3C)))
    hunted = [_hunted("clip", clip[0].pdq, kind="video", frames=clip)]
    assert best_distance(_video(_frames(*[_hash(0x0F)] * 9)), hunted) is None


def test_flat_frames_do_not_count_in_a_video() -> None:
    shown = _frames(_hash(0x0F), _hash(0x33))
    black = _frames(_hash(0x00), quality=0)
    hunted = [_hunted("clip", _hash(0x0F), kind="video", frames=shown + black)]
    assert best_distance(_video(black), hunted) is None
    assert best_distance(_video(shown + black * 5), hunted) == BestMatch("clip", 0, exact=False)


def test_a_still_of_a_video_matches_both_ways() -> None:
    frames = _frames(_hash(0x0F), _hash(0x33), _hash(0x55))
    clip = [_hunted("clip", frames[0].pdq, kind="video", frames=frames)]
    assert best_distance(_picture(_hash(0x33, 5)), clip) == BestMatch("clip", 5, exact=False)
    still = [_hunted("still", _hash(0x55, 3))]
    assert best_distance(_video(frames), still) == BestMatch("still", 3, exact=False)


def test_a_frame_or_bars_around_either_picture_are_no_hiding_place() -> None:
    inner = Alternate("border", _hash(0x0F, 3), 60)
    framed = _picture(_hash(0x33), alternates=(inner,))
    assert best_distance(framed, [_hunted("one", _hash(0x0F))]) == BestMatch("one", 3, exact=False)
    hunted = HuntedFingerprint.of("one", framed)
    assert best_distance(_picture(_hash(0x0F), sha256="c" * 64), [hunted]) == BestMatch(
        "one", 3, exact=False
    )


@pytest.mark.parametrize(("quality", "found"), [(49, False), (50, True)])
def test_an_alternate_counts_by_its_own_quality(quality: int, found: bool) -> None:
    inner = (Alternate("letterbox", _hash(0x0F), quality),)
    dark = _picture(_hash(0x33), quality=9, alternates=inner)
    assert bool(best_distance(dark, [_hunted("one", _hash(0x0F))])) is found
    assert best_distance(dark, [_hunted("dark", _hash(0x33))]) is None
    hunted = [_hunted("dark", _hash(0x33), quality=9, alternates=inner)]
    assert bool(best_distance(_picture(_hash(0x0F)), hunted)) is found
    assert best_distance(_picture(_hash(0x33)), hunted) is None


@pytest.mark.parametrize("turn", range(8))
def test_a_video_that_was_turned_throughout_matches(turn: int) -> None:
    frames = _frames(*(_hash(seed) for seed in range(5)))
    copies = turned(packed([frame.pdq for frame in frames]))[turn]
    copy = _video(_frames(*(one.tobytes().hex() for one in copies)))
    hunted = [_hunted("clip", frames[0].pdq, kind="video", frames=frames)]
    assert best_distance(copy, hunted) == BestMatch("clip", 0, exact=False)


def test_a_video_turned_in_parts_is_another_video() -> None:
    frames = _frames(*(_hash(seed) for seed in range(10)))
    mirrored = turned(packed([frame.pdq for frame in frames]))[5]
    mixed = [frame.pdq for frame in frames[:5]] + [one.tobytes().hex() for one in mirrored[5:]]
    hunted = [_hunted("clip", frames[0].pdq, kind="video", frames=frames)]
    assert best_distance(_video(_frames(*mixed)), hunted) is None


def test_a_turned_still_of_a_video_matches() -> None:
    clip = [_hunted("clip", _hash(1), kind="video", frames=_frames(_hash(1), _hash(2)))]
    still = Fingerprint("picture", _hash(7), 100, "0" * 32, "0" * 40, "a" * 64, 9, 9, "PNG",
                        dihedral=(_hash(7), _hash(2, 4)))  # fmt: skip
    assert best_distance(still, clip) == BestMatch("clip", 4, exact=False)


def test_each_of_many_videos_is_judged_by_its_own_frames() -> None:
    """Whichever side is shorter, and whatever stills stand before them in the index."""
    clips = [_frames(*(_hash(seed) for seed in range(n, n + 5))) for n in range(0, 50, 5)]
    stills = [_hunted(f"still {n}", _hash(100 + n)) for n in range(3)]
    films = [
        _hunted(f"clip {n}", "", kind="video", frames=clip + _frames(*[_hash(200)] * 7))
        for n, clip in enumerate(clips)
    ]
    index = HuntedIndex([*films[:4], *stills, *films[4:]])
    for number, clip in enumerate(clips):
        found = index.match(_video(clip))
        assert found == [BestMatch(f"clip {number}", 0, exact=False)]
    long = sum(clips[2:4], ())
    assert index.match(_video(long)) == []
    everything = sum(clips, _frames(*[_hash(200)] * 7))
    assert len(index.match(_video(everything))) == len(films)


def test_many_hunted_things_come_best_first_and_digests_alone_can_be_hunted() -> None:
    index = HuntedIndex(
        [
            _hunted("far", _hash(0x0F, 20)),
            _hunted("close", _hash(0x0F, 2)),
            _hunted("digest", "", sha256="a" * 64),
            _hunted("other", _hash(0xF0)),
        ]
    )
    assert len(index) == 4
    found = index.match(_picture(_hash(0x0F)))
    assert [best.key for best in found] == ["digest", "close", "far"]
    assert [best.key for best in index.match(_picture(_hash(0x0F)), radius=5)] == [
        "digest",
        "close",
    ]
    assert HuntedIndex([]).match(_picture(_hash(1))) == []


def test_a_bare_hash_finds_pdq_neighbours_and_equal_digests() -> None:
    index = HuntedIndex([_hunted("one", _hash(0x0F)), _hunted("two", "", sha256="c" * 64)])
    assert index.near(_hash(0x0F, 9).upper()) == [BestMatch("one", 9, exact=False)]
    assert index.near("c" * 64) == [BestMatch("two", 0, exact=True)]
    with pytest.raises(MalformedHash):
        index.near("hello")


def test_a_guess_is_told_only_of_what_does_not_surely_match() -> None:
    plain, cut, other = _hash(1), _hash(2), _hash(3)
    copy = replace(_picture(plain), uncropped=(cut, other))
    hunted = [
        _hunted("sure", _hash(1, 9)), _hunted("cut", cut), _hunted("near", _hash(1, 40)),
        _hunted("strip", _hash(3, 8)),
    ]  # fmt: skip
    told = [(one.key, one.distance, one.guessed) for one in HuntedIndex(hunted).match(copy, 47)]
    assert told == [
        ("sure", 9, False), ("cut", 0, True), ("strip", 8, True), ("near", 40, False)
    ]  # fmt: skip
    unguessed = HuntedIndex(hunted).match(copy, 47, guessing=False)
    assert [one.key for one in unguessed] == ["sure", "near"]


def test_what_surely_matches_is_not_called_a_guess() -> None:
    copy = replace(_picture(_hash(1)), uncropped=(_hash(1, 9),))
    assert HuntedIndex([_hunted("one", _hash(1, 9))]).match(copy) == [BestMatch("one", 9, exact=False)]


def test_a_nearly_empty_picture_is_never_guessed_at() -> None:
    copy = replace(_picture(_hash(1), quality=20), uncropped=(_hash(2),))
    assert HuntedIndex([_hunted("one", _hash(2))]).match(copy) == []
