"""Videos: one frame a second from bytes in memory, through FFmpeg's libraries."""

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ansim.fingerprints.errors import NotMedia, TooManyPixels, Undecodable
from ansim.fingerprints.pdq import Pixels
from ansim.fingerprints.pictures import CutShort, Shot
from ansim.fingerprints.sniff import FileKind
from ansim.fingerprints.values import Limits

# PyAV raises its own tree of errors, and Python's own where FFmpeg's numbers have a twin.
_FAULTS: Final = (av.error.FFmpegError, ValueError, OSError, OverflowError)
_USUAL_RATE: Final = 30.0
"""Frames a second to reckon with where the header names none."""


def shots(data: bytes, kind: FileKind, limits: Limits) -> Iterator[Shot]:
    """One frame a second, at least one.

    Raises TooManyPixels from the header, NotMedia for sound without pictures, Undecodable, and
    CutShort after the last frame that the limits or damage allow.
    """
    options = {"max_pixels": str(limits.max_pixels)}
    try:
        container = av.open(io.BytesIO(data), mode="r", format=kind.reader, options=options)
    except _FAULTS:
        raise Undecodable(format=kind.name) from None
    with closing(container):
        stream = _picture_stream(container)
        context = stream.codec_context
        if context.width * context.height > limits.max_pixels:
            raise TooManyPixels(width=context.width, height=context.height, limit=limits.max_pixels)
        context.thread_count = 1
        if _announced_pixels(container, stream, limits) > limits.max_decoded_pixels:
            context.skip_frame = "NONKEY"
        yield from _one_a_second(container, stream, limits)


def _picture_stream(container: InputContainer) -> VideoStream:
    for stream in container.streams.video:
        # A song's cover is a "video" of one attached picture.
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    raise NotMedia


def _announced_pixels(container: InputContainer, stream: VideoStream, limits: Limits) -> float:
    """How many pixels decoding every frame would cost, going by the header."""
    if stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / av.time_base
    rate = float(stream.average_rate or _USUAL_RATE)
    context = stream.codec_context
    return min(seconds, limits.max_seconds_of_video) * rate * context.width * context.height


def _one_a_second(container: InputContainer, stream: VideoStream, limits: Limits) -> Iterator[Shot]:
    start: float | None = None
    due, decoded = 0.0, 0
    for number, frame in enumerate(_decoded(container, stream)):
        seconds = frame.time if frame.time is not None else number / _USUAL_RATE
        start = seconds if start is None else start
        clock = max(0.0, seconds - start)
        decoded += frame.width * frame.height
        if clock > limits.max_seconds_of_video or decoded > limits.max_decoded_pixels:
            raise CutShort
        if frame.width * frame.height > limits.max_pixels:
            raise TooManyPixels(width=frame.width, height=frame.height, limit=limits.max_pixels)
        if clock >= due:
            due = float(int(clock) + 1)
            yield Shot(clock, _pixels(frame), animated=True)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """All frames that can be decoded; a damaged packet is passed over, a broken end ends it."""
    try:
        for packet in container.demux(stream):
            yield from _of_packet(packet)
    except _FAULTS:
        raise CutShort from None


def _of_packet(packet: "av.Packet[VideoStream]") -> Iterator[VideoFrame]:
    try:
        frames = packet.decode()
    except _FAULTS:
        return
    yield from (frame for frame in frames if isinstance(frame, VideoFrame))


def _pixels(frame: VideoFrame) -> Pixels:
    """RGB the right way up: phones store turned frames with a display matrix."""
    rgb = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    quarter_turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, quarter_turns)) if quarter_turns else rgb
