"""Videos: vPDQ's frames, decoded in memory within limits."""

import io
import struct
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest

from ansim.fingerprints import (
    Fingerprint,
    Limits,
    MediaError,
    TooManyPixels,
    Undecodable,
    fingerprint_bytes,
    sampling,
    videos,
)
from ansim.fingerprints.pdq import pdq

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
    enough = fingerprint_bytes(data, Limits(max_decoded_pixels=256 * 192 * 30))
    assert [frame.seconds for frame in enough.frames] == [0.0, 1.0, 2.0, 3.0]
    cheap = fingerprint_bytes(data, Limits(max_decoded_pixels=256 * 192 * 8))
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


def _frames(found: Fingerprint) -> list[tuple[float, str, int]]:
    return [(frame.seconds, frame.pdq, frame.quality) for frame in found.frames]


def _published(data: bytes, *, every: bool = False) -> list[tuple[float, str, int]]:
    """vPDQ as its authors' program does it: all frames decoded, one of so many hashed."""
    kept = []
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        step = 1 if every else max(1, int(stream.average_rate))
        for number, frame in enumerate(container.decode(stream)):
            if number % step == 0:
                rgb = frame.to_ndarray(
                    format="rgb24", src_colorspace="ITU601", dst_colorspace="ITU601"
                )
                found = pdq(rgb)
                seconds = round(number / float(stream.average_rate), 3)
                kept.append((seconds, found.pdq, found.quality))
    return kept


KINDS = {
    "H.264": ("mp4", "libx264", {}),
    "H.264, many groups": ("mp4", "libx264", {"g": "7"}),
    "H.264, open groups": ("mp4", "libx264", {"x264-params": "open-gop=1:keyint=12"}),
    "H.264 for broadcast": ("mpegts", "libx264", {"g": "12"}),
    "H.264 without times": ("avi", "libx264", {}),
    "H.264, no reordering": ("matroska", "libx264", {"bf": "0"}),
    "H.264, interlaced": ("mp4", "libx264", {"flags": "+ildct+ilme"}),
    "HEVC": ("mp4", "libx265", {"x265-params": "log-level=none:keyint=14"}),
    "HEVC, layers": (
        "mp4", "libx265",
        {"x265-params": "log-level=none:temporal-layers=2:open-gop=0:keyint=14"},
    ),
    "VP8, hidden frames": ("webm", "libvpx", {"auto-alt-ref": "1", "lag-in-frames": "9", "b": "200k"}),
    "VP9": ("webm", "libvpx-vp9", {"g": "12", "cpu-used": "8", "deadline": "realtime"}),
    "MPEG-4": ("avi", "mpeg4", {"bf": "2"}),
    "MPEG-2": ("mpegts", "mpeg2video", {"bf": "2"}),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
def test_leaving_packets_out_changes_no_bit(name: str, video: Video) -> None:
    form, codec, options = KINDS[name]
    data = video(3.5, form, codec, size=(128, 96), **options)
    assert _frames(fingerprint_bytes(data)) == _published(data)


def test_every_frame_is_kept_when_asked(video: Video) -> None:
    data = video(1.5, size=(128, 96))
    every = fingerprint_bytes(data, Limits(video_sampling="every"))
    assert _frames(every) == _published(data, every=True)
    assert len(every.frames) == 15
    # The limit on frames then counts seconds, and is not silently a shorter video.
    short = fingerprint_bytes(data, Limits(video_sampling="every", max_frames=1))
    assert (len(short.frames), short.truncated) == (10, True)


def test_key_frames_alone_at_most_one_a_second(video: Video) -> None:
    data = video(4.0, g="3", size=(128, 96))
    key = fingerprint_bytes(data, Limits(video_sampling="key"))
    assert [frame.seconds for frame in key.frames] == [0.0, 1.2, 2.1, 3.0]
    every = dict(zip(range(40), _published(data, every=True), strict=True))
    assert _frames(key) == [every[number] for number in (0, 12, 21, 30)]
    assert not key.truncated


def test_the_second_of_a_broken_rate_is_the_published_one(video: Video) -> None:
    data = video(3.0, rate=Fraction(24000, 1001), size=(64, 48))
    found = fingerprint_bytes(data)
    assert [frame.seconds for frame in found.frames] == [0.0, 0.959, 1.919, 2.878]


def _packets(data: bytes) -> tuple[list[int], list[sampling.Packet]]:
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        read = sampling.reader_of(context.name, context.extradata)
        packets = [packet for packet in container.demux(stream) if packet.size]
        return [packet.pts for packet in packets], [read(bytes(packet)) for packet in packets]


def test_less_than_half_is_decoded(video: Video) -> None:
    plan = sampling.plan(*_packets(video(6.0, rate=30, size=(64, 48))), step=30, end=10**6)
    assert len(plan.kept) == 6
    assert len(plan.send) < 90


def test_a_plan_that_does_not_fit_is_given_up(
    video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = video(3.0, size=(64, 48))
    right = _frames(fingerprint_bytes(data))
    made = sampling.plan

    def lying(*given: object) -> sampling.Plan:
        plan = made(*given)
        return sampling.Plan(plan.send, plan.kept, plan.stamps | {10**9})

    monkeypatch.setattr(sampling, "plan", lying)
    assert _frames(fingerprint_bytes(data)) == right
    monkeypatch.setattr(sampling, "plan", made)
    monkeypatch.setattr(videos, "_MOST_PACKETS", 5)
    assert _frames(fingerprint_bytes(data)) == right


def test_a_turned_video_is_hashed_the_right_way_up(video: Video) -> None:
    data = video(2.0, size=(96, 128))
    # The display matrix stands 40 bytes into the track header: a quarter turn clockwise.
    place = data.index(b"tkhd") + 4 + 40
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    turned = data[:place] + quarter + data[place + len(quarter) :]
    found, plain = fingerprint_bytes(turned), fingerprint_bytes(data)
    assert (found.width, found.height) == (128, 96)
    with av.open(io.BytesIO(data)) as container:
        first = next(container.decode(video=0)).to_ndarray(format="rgb24")
    clockwise = pdq(np.ascontiguousarray(np.rot90(first, -1))).pdq
    assert _distance(found.frames[0].pdq, clockwise) <= 4
    assert _distance(found.frames[0].pdq, plain.frames[0].pdq) > 60


def test_the_colours_that_a_stream_claims_change_nothing(coffee: np.ndarray) -> None:
    made = []
    for space in (None, 1):
        buffer = io.BytesIO()
        with av.open(buffer, "w", format="mp4") as out:
            stream = out.add_stream("libx264", rate=5)
            stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
            if space:
                stream.codec_context.colorspace = space
            for shift in range(6):
                frame = av.VideoFrame.from_ndarray(
                    coffee[shift : shift + 96, :128].copy(), format="rgb24"
                ).reformat(format="yuv420p")
                out.mux(stream.encode(frame))
            out.mux(stream.encode())
        made.append(_frames(fingerprint_bytes(buffer.getvalue())))
    assert made[0] == made[1]
