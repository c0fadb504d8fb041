"""Videos: vPDQ from bytes in memory, decoded through FFmpeg's libraries.

vPDQ is the PDQ of every ``step``-th frame, ``step`` being the whole frames in a second of the
stream's average rate; frame ``n`` stands at ``n / rate`` seconds. The pixels are converted as the
published ``vpdq`` 0.2.5 has them converted (BT.601 whatever the stream says, no resizing), so the
hashes are the same bits. Two things differ on purpose: a turned video is hashed the right way up
(``vpdq`` hashes the pixels as they are stored), and a song's cover is not taken for the video.

Only what the kept frames need is decoded (see ``sampling``): on one thread that takes less
processor time than decoding everything would. Sound is left alone.

Source: https://github.com/facebook/ThreatExchange/tree/main/vpdq
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

import av
import numpy as np
from av.container import InputContainer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from ansim.fingerprints import patience, sampling
from ansim.fingerprints.errors import NotMedia, TooManyPixels, Undecodable
from ansim.fingerprints.pdq import Pixels, pdq
from ansim.fingerprints.sniff import FileKind
from ansim.fingerprints.values import FrameFingerprint, Limits

VideoPacket: TypeAlias = "av.Packet[VideoStream]"

# PyAV raises its own tree of errors, and Python's own where FFmpeg's numbers have a twin.
_FAULTS: Final = (av.error.FFmpegError, ValueError, OSError, OverflowError)
_USUAL_RATE: Final = 30.0
"""Frames a second to reckon with where the header names none."""
_MOST_STEP: Final = 240
"""No camera films faster; a rate beyond it is a lie that would keep one frame of a whole video."""
_MOST_PACKETS: Final = 100_000
"""Looked at before decoding: ten minutes at 166 frames a second."""
_CHANNELS: Final = 3


@dataclass(slots=True)
class Film:
    """The kept frames of a video in time, the first one's size in pixels, and whether it is whole.

    ``truncated``: limits or damage ended it early.
    """

    frames: list[FrameFingerprint] = field(default_factory=list)
    width: int = 0
    height: int = 0
    truncated: bool = False


class _Wrong(Exception):
    """A signal: the plan did not fit the stream, so all of it must be decoded."""


def film(data: bytes, kind: FileKind, limits: Limits) -> Film:
    """The fingerprints of the frames that ``limits.video_sampling`` keeps, at least one.

    Raises TooManyPixels from the header, NotMedia for sound without pictures, Undecodable.
    """
    options = {"max_pixels": str(limits.max_pixels)}
    try:
        container = av.open(io.BytesIO(data), mode="r", format=kind.reader, options=options)
    except _FAULTS:
        raise Undecodable(format=kind.name) from None
    with closing(container):
        stream = _picture_stream(container)
        context: VideoCodecContext | None = stream.codec_context
        if context is None:
            # No decoder goes by the name that the file gives.
            raise Undecodable(format=kind.name)
        if context.width * context.height > limits.max_pixels:
            raise TooManyPixels(width=context.width, height=context.height, limit=limits.max_pixels)
        context.thread_count = 1
        made = _Reading(container, stream, limits, len(data), kind).film()
    if not made.frames:
        raise Undecodable(format=kind.name)
    return made


def _picture_stream(container: InputContainer) -> VideoStream:
    for stream in container.streams.video:
        # A song's cover is a "video" of one attached picture.
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise NotMedia


class _Reading:
    """One stream being read: chooses the way of decoding and holds to the limits."""

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        limits: Limits,
        size: int,
        kind: FileKind,
    ) -> None:
        self._stream = stream
        self._context: VideoCodecContext = stream.codec_context
        self._limits = limits
        self._size = size
        self._kind = kind
        self._broken = False
        self._source = self._packets(container)
        self._announced = _announced_frames(container, stream, limits)
        rate = stream.average_rate or stream.base_rate
        self._rate = float(rate) if rate else _USUAL_RATE
        self._unit = float(stream.time_base or 0)
        self._step = min(max(1, int(self._rate)), _MOST_STEP)
        self._convert = VideoReformatter()

    def film(self) -> Film:
        """The video by the sampling that was asked for, or by key frames where that is too much."""
        pixels = self._context.width * self._context.height
        most = self._limits.max_decoded_pixels / max(1, pixels)
        # Recordings made in a browser name no length.
        frames = self._announced or self._limits.max_seconds_of_video * self._rate
        patience.announce(self._kind, pixels * frames, self._size)
        way = self._limits.video_sampling
        if way == "second":
            read, all_of_them = self._read_ahead()
            plan = self._plan(read) if all_of_them else None
            if plan is not None and len(plan.send) <= most:
                try:
                    return self._planned(read, plan)
                except _Wrong:
                    self._context.flush_buffers()
            if (len(read) if plan is not None else self._announced) <= most:
                return self._whole(chain(read, self._source), self._step)
            return self._keys(chain(read, self._source))
        if way == "every" and self._announced <= most:
            return self._whole(self._source, 1)
        return self._keys(self._source)

    def _packets(self, container: InputContainer) -> Iterator[VideoPacket]:
        """The stream's packets; a broken end ends them."""
        try:
            # An empty packet would tell the decoder that the video has ended.
            yield from (packet for packet in container.demux(self._stream) if packet.size)
        except _FAULTS:
            self._broken = True

    def _read_ahead(self) -> tuple[list[VideoPacket], bool]:
        """The packets, and whether that is all: hostile files repeat theirs for ever."""
        read, size = [], 0
        for packet in self._source:
            read.append(packet)
            size += packet.size
            if len(read) == _MOST_PACKETS or size > self._size:
                return read, False
        return read, not self._broken

    def _plan(self, read: list[VideoPacket]) -> sampling.Plan | None:
        """None when the packets do not tell what is needed."""
        reader = sampling.reader_of(self._context.name, self._context.extradata)
        if reader is None or any(packet.is_corrupt or packet.is_discard for packet in read):
            return None
        stamps = [packet.pts for packet in read if packet.pts is not None]
        if len(stamps) < len(read) or (self._context.reorder_depth and stamps == sorted(stamps)):
            # Frames are shown in another order than they come in, and AVI does not say in which.
            return None
        heads = [reader(bytes(packet)) for packet in read]
        seconds = int(self._limits.max_seconds_of_video * self._rate) + 1
        end = min(seconds, self._limits.max_frames * self._step)
        return sampling.plan(stamps, heads, self._step, end)

    def _planned(self, read: list[VideoPacket], plan: sampling.Plan) -> Film:
        made, stamps = Film(truncated=plan.cut), []
        for frame in self._decoded((read[place] for place in plan.send), strict=True):
            if frame.pts is None:
                raise _Wrong
            stamps.append(frame.pts)
            number = plan.kept.get(frame.pts)
            if number is None:
                continue
            if frame.is_corrupt:
                raise _Wrong
            if not self._keep(made, frame, number / self._rate):
                return made
        if self._broken:
            made.truncated = True
            return made
        if not plan.is_kept_to(stamps):
            raise _Wrong
        return made

    def _whole(self, packets: Iterable[VideoPacket], step: int) -> Film:
        """Every frame decoded, one of ``step`` kept."""
        made, start, decoded = Film(), None, 0
        for number, frame in enumerate(self._decoded(packets)):
            seconds = self._time(frame, number / self._rate)
            start = seconds if start is None else start
            decoded += frame.width * frame.height
            late = seconds - start > self._limits.max_seconds_of_video
            if late or decoded > self._limits.max_decoded_pixels:
                made.truncated = True
                return made
            if number % step == 0 and not self._keep(made, frame, number / self._rate):
                return made
        made.truncated = self._broken
        return made

    def _keys(self, packets: Iterable[VideoPacket]) -> Film:
        """Key frames alone, at most one in each second of the video's own clock."""
        made, start, due, decoded = Film(), None, 0, 0
        for frame in self._decoded(packet for packet in packets if packet.is_keyframe):
            seconds = self._time(frame, float(due))
            start = seconds if start is None else start
            clock = max(0.0, seconds - start)
            decoded += frame.width * frame.height
            if decoded > self._limits.max_decoded_pixels:
                made.truncated = True
                return made
            if clock >= due:
                due = int(clock) + 1
                if not self._keep(made, frame, clock):
                    return made
        made.truncated = self._broken
        return made

    def _decoded(
        self, packets: Iterable[VideoPacket], *, strict: bool = False
    ) -> Iterator[VideoFrame]:
        """What comes out; a damaged packet is passed over, or is _Wrong when ``strict``."""
        for packet in chain(packets, (None,)):
            if patience.is_over():
                self._broken = True
                return
            try:
                frames = self._context.decode(packet)
            except _FAULTS:
                if strict:
                    raise _Wrong from None
                continue
            yield from frames

    def _time(self, frame: VideoFrame, otherwise: float) -> float:
        """Seconds by the video's own clock; the last frames of a video know no unit of theirs."""
        return otherwise if frame.pts is None else frame.pts * self._unit

    def _keep(self, made: Film, frame: VideoFrame, seconds: float) -> bool:
        """Add the frame's fingerprint; False when the limits allow no more."""
        most = self._limits.max_frames
        if self._limits.video_sampling == "every":
            most *= self._step
        if seconds > self._limits.max_seconds_of_video or len(made.frames) == most:
            made.truncated = True
            return False
        if frame.width * frame.height > self._limits.max_pixels:
            raise TooManyPixels(
                width=frame.width, height=frame.height, limit=self._limits.max_pixels
            )
        rgb = _upright(_rgb(frame, self._convert), frame.rotation)
        if not made.frames:
            made.height, made.width = rgb.shape[:2]
        found = pdq(rgb)
        made.frames.append(FrameFingerprint(round(seconds, 3), found.pdq, found.quality))
        return True


def _announced_frames(container: InputContainer, stream: VideoStream, limits: Limits) -> float:
    """How many frames there are to decode, going by the header."""
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / av.time_base
    return min(seconds, limits.max_seconds_of_video) * float(stream.average_rate or _USUAL_RATE)


def _rgb(frame: VideoFrame, convert: VideoReformatter) -> Pixels:
    """The pixels, shape (height, width, 3), as ``vpdq`` has them converted; no copy is made."""
    full = frame.format.name.startswith("yuvj")
    picture = convert.reformat(
        frame,
        format="rgb24",
        src_colorspace=Colorspace.ITU601,
        dst_colorspace=Colorspace.ITU601,
        src_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        threads=1,
    )
    plane = picture.planes[0]
    lines: Pixels = np.frombuffer(memoryview(plane), np.uint8)
    lines = lines.reshape(picture.height, plane.line_size)
    return lines[:, : picture.width * _CHANNELS].reshape(picture.height, picture.width, _CHANNELS)


def _upright(rgb: Pixels, degrees: int) -> Pixels:
    """The right way up: phones store turned frames with a display matrix."""
    quarter_turns = round(degrees / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, quarter_turns)) if quarter_turns else rgb
