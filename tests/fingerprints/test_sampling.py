"""Which packets are left out, going by their own headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.fingerprints.sampling import Packet, plan, reader_of

OPENS, OTHER, LEAF = Packet(opens=True), Packet(opens=False), Packet(False, unreferenced=True)


def _avcc(*units: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


H264 = reader_of("h264", b"\x01\x64\x00\x1f\xff")
HEVC = reader_of("hevc", b"\x01" + b"\0" * 20 + b"\x03")


@pytest.mark.parametrize(
    ("units", "packet"),
    [
        ((b"\x65\x88",), OPENS),
        ((b"\x06\x05", b"\x65\x88"), OPENS),
        ((b"\x41\x9a",), OTHER),
        ((b"\x01\x9e",), LEAF),
        ((b"\x01\x9e", b"\x41\x9e"), OTHER),
        ((b"\x65\x88", b"\x41\x9a"), OTHER),
        ((b"\x67\x64", b"\x68\xee", b"\x65\x88"), Packet(opens=True, settings=True)),
        ((b"\x06\x05",), OTHER),
        ((), OTHER),
    ],
)
def test_h264_headers(units: tuple[bytes, ...], packet: Packet) -> None:
    assert H264(_avcc(*units)) == packet
    started = reader_of("h264", None)
    assert started(b"".join(b"\0\0\0\1" + unit + b"\xff\xff" for unit in units)) == packet


@pytest.mark.parametrize(
    ("unit", "packet"),
    [
        (b"\x26\x01", OPENS),
        (b"\x2a\x01", OTHER),
        (b"\x02\x01", OTHER),
        (b"\x00\x01", LEAF),
        (b"\x00\x02", Packet(False, unreferenced=True, layer=1)),
        (b"\x12\x02", Packet(False, layer=1)),
        (b"\x42\x01", Packet(False, settings=True)),
    ],
)
def test_hevc_headers(unit: bytes, packet: Packet) -> None:
    assert HEVC(_avcc(unit)) == packet


def test_vp8_and_vp9_headers() -> None:
    vp8, vp9 = reader_of("vp8", b""), reader_of("vp9", b"")
    assert vp8(b"\x10") == OPENS
    assert vp8(b"\x11") == OTHER
    assert vp8(b"\x01") == Packet(False, shown=False)
    assert vp9(b"\x82\x49") == OPENS
    assert vp9(b"\x86\x49") == OTHER
    assert vp9(b"\x84\x49") == Packet(False, shown=False)
    assert vp9(b"\x84\xc9") == OTHER
    assert vp9(b"\x88\x49") == vp9(b"\xb0\x49") == OTHER
    assert reader_of("mpeg4", b"") is None


@given(st.binary(max_size=80), st.binary(max_size=30), st.sampled_from(["h264", "hevc", "vp9"]))
def test_no_bytes_break_a_reader(data: bytes, extradata: bytes, codec: str) -> None:
    assert isinstance(reader_of(codec, extradata)(data), Packet)
    assert isinstance(reader_of("vp8", None)(data), Packet)


def test_the_tail_of_a_group_and_leaves_are_left_out() -> None:
    packets = [OPENS, OTHER, LEAF, OTHER, LEAF, OPENS, OTHER, OTHER]
    stamps = [0, 2, 1, 4, 3, 5, 6, 7]
    found = plan(stamps, packets, step=3, end=100)
    # Shown third and sixth: the leaf at place 4, and place 6.
    assert found.kept == {0: 0, 3: 3, 6: 6}
    assert found.send == (0, 1, 3, 4, 5, 6)
    assert not found.cut
    assert plan(stamps, packets, step=3, end=6).kept == {0: 0, 3: 3}
    assert plan(stamps, packets, step=3, end=6).cut
    assert found.is_kept_to([0, 2, 3, 4, 5, 6])
    assert not found.is_kept_to([0, 2, 4, 3, 5, 6])
    assert not found.is_kept_to([0, 2, 3, 4, 5])


def test_settings_and_lower_layers_are_sent() -> None:
    low = Packet(False, unreferenced=True)
    high = Packet(False, unreferenced=True, layer=1)
    settings = Packet(False, unreferenced=True, layer=1, settings=True)
    found = plan(range(6), [OPENS, low, high, OTHER, settings, low], step=10, end=100)
    assert found.send == (0, 4)
    found = plan(range(6), [OPENS, low, high, OTHER, settings, low], step=5, end=100)
    assert found.send == (0, 1, 3, 4, 5)


@pytest.mark.parametrize("stamps", [[], [3, 3]])
def test_stamps_that_tell_nothing_make_no_plan(stamps: list[int]) -> None:
    assert plan(stamps, [OTHER] * len(stamps), step=1, end=9) is None


@given(
    st.lists(st.sampled_from([OPENS, OTHER, LEAF]), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
    st.integers(1, 9),
)
def test_all_that_a_kept_frame_may_need_is_sent(
    packets: list[Packet], chance: object, step: int
) -> None:
    stamps = chance.sample(range(1000), len(packets))
    found = plan(stamps, packets, step, end=1000)
    sent = set(found.send)
    assert sorted(found.kept.values()) == list(range(0, len(packets), step))
    for place, stamp in enumerate(stamps):
        if stamp not in found.kept:
            continue
        assert place in sent
        start = max((n for n in range(place + 1) if packets[n].opens), default=0)
        assert all(n in sent for n in range(start, place) if not packets[n].unreferenced)
