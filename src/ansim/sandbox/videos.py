"""Short real videos: three painted scenes, each slowly moved through, as MP4 or WebM."""

import io
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

import av
import numpy as np
from PIL import Image

from ansim.sandbox.copies import Alteration, encode, reworked
from ansim.sandbox.pictures import Picture, paint

RATE: Final = 8
"""Frames a second."""
CUTS: Final = (0.0, 1.5, 3.5, 5.0)
"""Seconds at which scenes begin, and the end. Never a whole second: samplers that take a frame
a second then take it from the middle of a scene, whichever way they round."""
SIZE: Final = (384, 288)


def scenes(seed: int, key: str) -> list[Image.Image]:
    """The three pictures that the video ``key`` moves through."""
    wide = (SIZE[0] * 9 // 8, SIZE[1] * 9 // 8)
    return [
        paint(seed, Picture(f"{key}/scene{n}")).resize(wide, Image.Resampling.BILINEAR)
        for n in range(len(CUTS) - 1)
    ]


def frames(seed: int, key: str) -> Iterator[Image.Image]:
    """Every frame of the video in order, 384 x 288 px."""
    painted = scenes(seed, key)
    room = (painted[0].width - SIZE[0], painted[0].height - SIZE[1])
    for number in range(round(CUTS[-1] * RATE)):
        at = number / RATE
        scene = max(i for i, cut in enumerate(CUTS) if cut <= at)
        # A tenth of the room in each second, so that neighbouring frames hardly differ.
        shift = (at - CUTS[scene]) / 10
        left, top = round(room[0] * shift), round(room[1] * shift)
        yield painted[scene].crop((left, top, left + SIZE[0], top + SIZE[1]))


def poster(seed: int, key: str, change: Alteration) -> bytes:
    """The still picture that a video board shows before the video plays."""
    chosen = int(2.0 * RATE)
    picture = next(frame for n, frame in enumerate(frames(seed, key)) if n == chosen)
    return encode(picture, replace(change, format="JPEG", quality=82))


def film(seed: int, key: str, change: Alteration) -> bytes:
    """The video file. One thread and no dates inside, so the same name gives the same bytes."""
    buffer = io.BytesIO()
    mp4 = change.format == "MP4"
    # Whole macroblocks: 4:2:0 needs even sides, and odd scalings would leave a green border.
    width, height = (round(side * change.scale / 16) * 16 for side in SIZE)
    with av.open(
        buffer, "w", format="mp4" if mp4 else "webm", options={"fflags": "+bitexact"}
    ) as container:
        stream = container.add_stream("libx264" if mp4 else "libvpx", rate=RATE)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, RATE)
        stream.codec_context.thread_count = 1
        stream.options = (
            {"crf": str(change.quality), "preset": "veryfast"}
            if mp4
            else {
                "crf": str(change.quality // 2),
                "b": "900k",
                "deadline": "realtime",
                "cpu-used": "8",
            }
        )
        for number, picture in enumerate(frames(seed, key)):
            still = reworked(picture, replace(change, scale=1.0)).resize(
                (width, height), Image.Resampling.BILINEAR
            )
            colours = av.VideoFrame.from_ndarray(np.asarray(still), format="rgb24")
            # On one thread: the threaded conversion is not the same twice.
            frame = colours.reformat(format="yuv420p", threads=1)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()
