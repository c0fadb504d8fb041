"""What a picture announces of itself, read without any decoder.

Some decoders set aside memory for the announced size when they are opened; these sizes are
therefore read here first. Nothing here fails on damaged bytes: what cannot be read is None, and the
decoder then says what is wrong.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_FRAME_MARKERS: Final = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN: Final = 0xDA
_MARKERS_ALONE: Final = {0x01, *range(0xD0, 0xD9)}
_MARKER: Final = re.compile(
    rb"[^\xff]{0,1000}(?:\xff\x00[^\xff]{0,1000}){0,100}\xff{1,1000}[^\xff\x00]"
)
"""Some cameras write a few bytes between their segments, and any number of them may be 0xFF."""

_MOST_SEGMENTS: Final = 200_000
_MOST_BOXES: Final = 256
_MOST_META: Final = 4 * 1024 * 1024
_MOST_TAGS: Final = 512
_MOST_VALUES: Final = 16
"""Longer lists are addresses of strips, which say nothing of the kind of picture."""

_TIFF_NUMBERS: Final = {1: "B", 3: "H", 4: "L", 16: "Q"}
_WEBP_LOSSLESS_SIGN: Final = 0x2F


@dataclass(frozen=True, slots=True)
class JpegFrame:
    """The frame header of a JPEG: ``process`` is the marker's low byte (0xC0 baseline...)."""

    process: int
    precision: int
    width: int
    height: int
    components: int


def jpeg_frame(data: bytes) -> JpegFrame | None:
    """The first frame header; None where there is none before the first scan.

    None, too, where so much stands before it that reading it byte by byte, as decoders do, would
    take seconds.
    """
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.match(data, at)
        if found is None:
            return None
        at, marker = found.end(), data[found.end() - 1]
        if marker in _MARKERS_ALONE:
            continue
        if marker in _FRAME_MARKERS and at + 8 <= len(data):
            precision, height, width, components = struct.unpack_from(">BHHB", data, at + 2)
            return JpegFrame(marker, precision, width, height, components)
        if marker == _START_OF_SCAN:
            return None
        at += max(2, int.from_bytes(data[at : at + 2], "big"))
    return None


def tiff_tags(data: bytes) -> dict[int, int]:
    """The first directory of a TIFF or BigTIFF: each tag's largest value, whole numbers only."""
    order = "<" if data[:2] == b"II" else ">"
    large = data[2:4] in {b"+\0", b"\0+"}
    offset, count, entry = ("Q", "Q", "HHQ8s") if large else ("L", "H", "HHL4s")
    tags: dict[int, int] = {}
    try:
        (at,) = struct.unpack_from(order + offset, data, 8 if large else 4)
        (entries,) = struct.unpack_from(order + count, data, at)
        at += struct.calcsize(order + count)
        for _ in range(min(entries, _MOST_TAGS)):
            tag, kind, length, value = struct.unpack_from(order + entry, data, at)
            at += struct.calcsize(order + entry)
            if kind not in _TIFF_NUMBERS or not 0 < length <= _MOST_VALUES:
                continue
            values = f"{order}{length}{_TIFF_NUMBERS[kind]}"
            if struct.calcsize(values) > len(value):
                (where,) = struct.unpack(order + offset, value)
                tags[tag] = max(struct.unpack_from(values, data, where))
            else:
                tags[tag] = max(struct.unpack_from(values, value))
    except (struct.error, OverflowError):
        return tags
    return tags


def webp_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a WebP's canvas."""
    kind, body = data[12:16], data[20:30]
    if len(body) < 10:  # noqa: PLR2004  the longest of the three headers
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L" and body[0] == _WEBP_LOSSLESS_SIGN:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The outermost boxes of an ISO media file (MP4, HEIC, AVIF): type, start and end of body."""
    at = 0
    for _ in range(_MOST_BOXES):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        end = len(data) if size == 0 else at + size
        if end < at + head:
            return
        yield kind, at + head, min(end, len(data))
        at = end


def is_cut_off(data: bytes) -> bool:
    """Whether the last box of an ISO media file goes on beyond the end of the bytes."""
    at, last = 0, 0
    for _, _, end in boxes(data):
        at, last = end, at
    size = int.from_bytes(data[last : last + 4], "big")
    if size == 1:
        size = int.from_bytes(data[last + 8 : last + 16], "big")
    return last + size > at if size else False


def picture_items(data: bytes) -> bytes:
    """The body of the box that describes still pictures (HEIC, AVIF); empty where there is none."""
    for kind, start, end in boxes(data):
        # A song's or a film's "meta" box has another handler.
        if kind == b"meta" and b"pict" in data[start : start + 64]:
            return data[start : min(end, start + _MOST_META)]
    return b""


def largest_item(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of the largest picture that a HEIC or AVIF file announces."""
    items, at, sizes = picture_items(data), 0, []
    while (at := items.find(b"ispe", at)) >= 0 and at + 16 <= len(items):
        sizes.append(struct.unpack_from(">II", items, at + 8))
        at += 16
    return max(sizes, key=lambda size: size[0] * size[1], default=None)
