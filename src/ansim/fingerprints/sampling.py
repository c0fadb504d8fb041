"""Which packets of a video must be decoded so that the kept frames come out bit for bit.

Of thirty frames one is kept, and most of the others serve nobody. Two rules of the formats
themselves say which, so that leaving packets out changes no bit of what is kept:

- Nothing after the last kept frame of a closed group is needed: the next group begins with a
  picture that makes the decoder forget all before it (H.264 and HEVC: IDR; VP8, VP9: key frame).
- A picture that its own header calls unreferenced is needed only when it is kept itself (H.264:
  ``nal_ref_idc`` 0; HEVC: a sub-layer non-reference picture of the highest layer).

Sources: ITU-T H.264 (7.3.1, 7.4.1), ITU-T H.265 (7.3.1.2, 7.4.2.2), RFC 6386 (9.1), the VP9
bitstream specification (6.2). Other codecs are decoded whole.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

Units = Iterator[bytes]

_START_CODE: Final = b"\0\0\1"
_H264_SLICES: Final = range(1, 6)
_H264_IDR: Final = 5
_H264_SETTINGS: Final = (7, 8, 13, 15)
_HEVC_PICTURES: Final = range(32)
_HEVC_IDR: Final = (19, 20)
_HEVC_SETTINGS: Final = (32, 33, 34)
_HEVC_LAST_SUBLAYER_KIND: Final = 14
_AVCC_LENGTH_AT: Final = 4
_HVCC_LENGTH_AT: Final = 21
_VP9_PROFILE: Final = 0x30
_VP9_SHOWN_AGAIN: Final = 0x08
_VP9_SEVERAL: Final = 0xC0


@dataclass(frozen=True, slots=True)
class Packet:
    """What a packet's own header tells.

    ``opens``: the decoder forgets all before it. ``unreferenced``: no picture of its own layer or
    of a lower one refers to it. ``shown``: a frame comes out of it. ``settings``: it carries
    parameters that later pictures may be decoded with, so it is never left out.
    """

    opens: bool
    unreferenced: bool = False
    layer: int = 0
    shown: bool = True
    settings: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """``send``: places of the packets to decode, in their order. ``kept``: time stamp -> number.

    Each packet of ``send`` gives one frame with the packet's time stamp; where it does not, the
    plan was wrong (``is_kept_to``) and the video must be decoded whole. ``cut``: frames beyond the
    end that was asked for are left out.
    """

    send: tuple[int, ...]
    kept: dict[int, int]
    stamps: frozenset[int]
    cut: bool = False

    def is_kept_to(self, stamps: Sequence[int]) -> bool:
        """Whether exactly the expected frames came out, in the order of time."""
        return list(stamps) == sorted(self.stamps)


def plan(stamps: Sequence[int], packets: Sequence[Packet], step: int, end: int) -> Plan | None:
    """How to decode every ``step``-th frame before ``end``, None where the stamps cannot tell.

    ``stamps``: presentation time stamps in decoding order; ``packets``: of the same length.
    """
    times = {place: stamp for place, stamp in enumerate(stamps) if packets[place].shown}
    if not times or len(set(times.values())) != len(times):
        return None
    in_time = sorted(times, key=times.__getitem__)
    numbers = {in_time[number]: number for number in range(0, min(end, len(in_time)), step)}
    top = max(packet.layer for packet in packets)
    send: list[int] = []
    for group in _groups(packets):
        last = max((place for place in group if place in numbers), default=-1)
        for place in group:
            packet = packets[place]
            serves = place <= last and (not packet.unreferenced or packet.layer < top)
            if serves or place in numbers or packet.settings:
                send.append(place)
    return Plan(
        tuple(send),
        {times[place]: number for place, number in numbers.items()},
        frozenset(times[place] for place in send if place in times),
        cut=len(numbers) * step < len(in_time),
    )


def _groups(packets: Sequence[Packet]) -> Iterator[range]:
    start = 0
    for place, packet in enumerate(packets):
        if packet.opens and place > start:
            yield range(start, place)
            start = place
    yield range(start, len(packets))


def reader_of(codec: str, extradata: bytes | None) -> Callable[[bytes], Packet] | None:
    """What reads the headers of this codec's packets, None where the video is decoded whole.

    ``extradata`` is the codec's record of the container: it says how units are delimited.
    """
    record = extradata or b""
    if codec == "h264":
        return _nal_reader(_h264, record, _AVCC_LENGTH_AT)
    if codec == "hevc":
        return _nal_reader(_hevc, record, _HVCC_LENGTH_AT)
    return {"vp8": _vp8, "vp9": _vp9}.get(codec)


def _nal_reader(
    read: Callable[[Units], Packet], record: bytes, length_at: int
) -> Callable[[bytes], Packet]:
    """Units come with their length in front (MP4, Matroska) or after start codes (transport)."""
    if len(record) > length_at and record[0] == 1:
        size = (record[length_at] & 3) + 1
        return lambda data: read(_sized_units(data, size))
    return lambda data: read(_started_units(data))


def _sized_units(data: bytes, size: int) -> Units:
    """The first two bytes of each unit."""
    place = 0
    while place + size < len(data):
        length = int.from_bytes(data[place : place + size], "big")
        place += size
        yield data[place : place + 2]
        place += length


def _started_units(data: bytes) -> Units:
    place = data.find(_START_CODE)
    while place >= 0:
        yield data[place + 3 : place + 5]
        place = data.find(_START_CODE, place + 3)


def _h264(units: Units) -> Packet:
    heads = [unit[0] for unit in units if unit]
    slices = [head for head in heads if head & 31 in _H264_SLICES]
    return Packet(
        opens=bool(slices) and all(first & 31 == _H264_IDR for first in slices),
        unreferenced=bool(slices) and not any(first & 0x60 for first in slices),
        settings=any(head & 31 in _H264_SETTINGS for head in heads),
    )


def _hevc(units: Units) -> Packet:
    # Two bytes: 1 bit nought, 6 bits type, 6 bits layer of a scalable stream, 3 bits time layer + 1.
    heads = [(unit[0] >> 1 & 63, (unit[1] & 7) - 1) for unit in units if len(unit) > 1]
    pictures = [(kind, layer) for kind, layer in heads if kind in _HEVC_PICTURES]
    return Packet(
        opens=bool(pictures) and all(kind in _HEVC_IDR for kind, _ in pictures),
        unreferenced=bool(pictures)
        and all(kind % 2 == 0 and kind <= _HEVC_LAST_SUBLAYER_KIND for kind, _ in pictures),
        layer=max((layer for _, layer in pictures), default=0),
        settings=any(kind in _HEVC_SETTINGS for kind, _ in heads),
    )


def _vp8(data: bytes) -> Packet:
    first = data[0] if data else 0
    return Packet(opens=bool(data) and not first & 0x01, shown=bool(first & 0x10))


def _vp9(data: bytes) -> Packet:
    """From the first byte: mark (2 bits), profile (2), shown again, not key, shown, resilient."""
    first = data[0] if data else 0
    if not data or first & _VP9_PROFILE == _VP9_PROFILE or first & _VP9_SHOWN_AGAIN:
        # Profile 3 moves the bits; a frame that is shown again is not decoded.
        return Packet(opens=False)
    several = data[-1] & 0xE0 == _VP9_SEVERAL
    return Packet(opens=not first & 0x04, shown=several or bool(first & 0x02))
