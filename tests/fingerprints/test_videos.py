"""Videos: one frame a second, decoded in memory within limits."""

from collections.abc import Callable

import pytest

from ansim.fingerprints import Limits, MediaError, TooManyPixels, Undecodable, fingerprint_bytes

Video = Callable[..., bytes]


def _distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize(
    ("form", "codec", "name"),
    [("mp4", "libx264", "MP4"), ("webm", "libvpx", "WEBM"), ("avi", "mpeg4", "AVI")],
)
def test_a_video_has_one_frame_a_second(form: str, codec: str, name: str, video: Video) -> None:
    found = fingerprint_bytes(video(3.0, form, codec))
    assert (found.kind, found.format, found.width, found.height) == ("video", name, 256, 192)
    assert [round(frame.seconds) for frame in found.frames] == [0, 1, 2]
    assert found.dihedral == ()
    best = max(found.frames, key=lambda frame: frame.quality)
    assert (found.pdq, found.quality) == (best.pdq, best.quality)
    assert not found.truncated


def test_a_video_of_one_frame_has_one_fingerprint(video: Video) -> None:
    assert len(fingerprint_bytes(video(0.1)).frames) == 1


def test_a_worse_copy_has_near_frames(video: Video) -> None:
    good, poor = fingerprint_bytes(video(3.0)), fingerprint_bytes(video(3.0, crf=35))
    pairs = zip(good.frames, poor.frames, strict=True)
    assert max(_distance(one.pdq, other.pdq) for one, other in pairs) <= 31
    assert good.sha256 != poor.sha256


def test_frames_and_seconds_are_capped(video: Video) -> None:
    data = video(4.0)
    few = fingerprint_bytes(data, Limits(max_frames=2))
    short = fingerprint_bytes(data, Limits(max_seconds_of_video=2))
    assert (len(few.frames), few.truncated) == (2, True)
    assert (len(short.frames), short.truncated) == (3, True)


def test_an_expensive_video_is_sampled_at_its_key_frames(video: Video) -> None:
    data = video(4.0, g="20")
    cheap = fingerprint_bytes(data, Limits(max_decoded_pixels=256 * 192 * 30))
    assert [frame.seconds for frame in cheap.frames] == [0.0, 2.0]


def test_large_frames_are_refused_from_the_header(video: Video) -> None:
    with pytest.raises(TooManyPixels):
        fingerprint_bytes(video(0.5), Limits(max_pixels=256 * 192 - 1))


def test_a_cut_off_video_is_refused_or_marked(video: Video) -> None:
    index_last = video(3.0)
    with pytest.raises(Undecodable):
        fingerprint_bytes(index_last[: len(index_last) // 2])
    streamed = video(3.0, "webm", "libvpx")
    found = fingerprint_bytes(streamed[: len(streamed) * 2 // 3])
    assert 1 <= len(found.frames) <= 3


@pytest.mark.parametrize("form", ["mp4", "avi"])
def test_damaged_videos_are_fingerprinted_or_refused_and_nothing_else(
    form: str, video: Video
) -> None:
    data = video(0.4, form, "mpeg4")
    for start in range(0, len(data), max(1, len(data) // 40)):
        damaged = data[:start] + b"\xff" * 24 + data[start + 24 :]
        try:
            fingerprint_bytes(damaged)
        except MediaError:
            continue
