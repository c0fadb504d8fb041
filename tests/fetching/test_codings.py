"""Content codings: undone while they stream, bounded, and refused where nobody asked for them."""

import gzip
import tracemalloc
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ansim.fetching.codings import ACCEPTED, decoded
from ansim.fetching.http1 import Head
from ansim.fetching.refusals import FetchFailed

if TYPE_CHECKING:
    from tests.fetching.conftest import World

PAGE = b"<html><title>Moa</title><body>" + b"<p>A quiet page about gardens.</p>" * 300


def zstd(data: bytes, level: int = 3) -> bytes:
    return zstandard.ZstdCompressor(level=level).compress(data)


def head(*codings: str) -> Head:
    return Head(200, tuple(("content-encoding", coding) for coding in codings), reusable=True)


def pieces(data: bytes, size: int = 1000) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("zstd", zstd)])
@given(body=st.binary(max_size=5000), size=st.integers(1, 700))
def test_what_was_packed_comes_back(
    coding: str, pack: Callable[[bytes], bytes], body: bytes, size: int
) -> None:
    wire = iter(pieces(pack(body), size))
    assert b"".join(decoded(wire, head(coding))) == body


def test_the_door_asks_for_what_it_reads(world: "World") -> None:
    assert ACCEPTED == "gzip, zstd"
    frames = zstd(PAGE[:5000]) + zstd(PAGE[5000:])
    world.plays("/", frames, Content_Encoding="zstd")
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.bytes_read) == ("answered", len(PAGE))
    assert b"\r\nAccept-Encoding: gzip, zstd\r\n" in world.stage.requests[0] + b"\r\n"


def test_a_zstd_bomb_is_not_unpacked(world: "World") -> None:
    bomb = zstd(bytes(1024 * 1024 * 1024), 1)
    assert len(bomb) < 200_000
    world.plays("/", bomb, Content_Encoding="zstd")
    door = world.door()
    tracemalloc.start()
    seen = door.look("http://moa.test/", vantage="seoul")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (seen.outcome, seen.reason) == ("too_large", "page_bytes")
    assert seen.bytes_read < 3 * 1024 * 1024 + 100_000
    assert peak < 20 * 1024 * 1024


def test_a_window_larger_than_the_standard_allows_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    wide = packer.compress(bytes(20_000_000)) + packer.flush()
    with pytest.raises(FetchFailed) as failure:
        list(decoded(iter(pieces(wide)), head("zstd")))
    assert (failure.value.outcome, failure.value.reason) == ("broken", "compressed_data")


def test_endless_empty_frames_pay_for_their_wire(world: "World") -> None:
    world.plays("/", zstd(b"") * 60_000, Content_Encoding="zstd")
    door = world.door(max_page_bytes=200_000, max_media_bytes=200_000)
    seen = door.look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("too_large", "wire_bytes")


@pytest.mark.parametrize(
    "codings",
    [("br",), ("gzip", "gzip"), ("gzip, zstd",), ("zstd", "identity", "gzip"), ("compress",)],
)
def test_codings_that_nobody_asked_for_are_refused(codings: tuple[str, ...]) -> None:
    with pytest.raises(FetchFailed) as failure:
        list(decoded(iter([b"x"]), head(*codings)))
    assert failure.value.reason == "content_encoding"


@given(st.binary(max_size=400), st.sampled_from(["gzip", "zstd", "deflate"]))
def test_any_bytes_are_read_or_broken(data: bytes, coding: str) -> None:
    found = "compressed_data"
    try:
        list(decoded(iter(pieces(data, 50)), head(coding)))
    except FetchFailed as failure:
        found = failure.reason
    assert found == "compressed_data"


def test_too_many_headers_are_a_flood(world: "World") -> None:
    world.stage.plays["/"] = (
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300 + b"Content-Length: 0\r\n\r\n"
    )
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("too_large", "header_count")
    assert world.door(max_headers=400).look("http://moa.test/", vantage="seoul").status == 200


@given(
    st.lists(st.binary(max_size=60), min_size=1, max_size=5),
    st.binary(max_size=40).filter(lambda data: not data.startswith(b"\x1f")),
    st.integers(1, 50),
)
def test_members_are_read_wherever_the_wire_is_cut_and_what_follows_is_passed_over(
    members: list[bytes], after: bytes, size: int
) -> None:
    packed = b"".join(gzip.compress(one, mtime=0) for one in members) + after
    wire = iter(pieces(packed, size))
    assert b"".join(decoded(wire, head("gzip"))) == b"".join(members)
    assert next(wire, None) is None


GZIPPED = gzip.compress(PAGE, mtime=0)


@pytest.mark.parametrize(
    ("path", "kind", "read"),
    [
        ("/map.xml.gz", "application/gzip", True),
        ("/map.xml", "application/x-gzip", True),
        ("/map.XML.GZ?v=2", "application/octet-stream", True),
        ("/map.xml.gz", "", True),
        ("/map.xml", "application/octet-stream", False),
        ("/map?name=a.gz", "text/xml", False),
    ],
)
def test_a_gzip_file_is_opened_where_a_page_is_expected(
    world: "World", path: str, kind: str, read: bool
) -> None:
    world.plays(path, GZIPPED, Content_Type=kind)
    door = world.door()
    for _ in range(2):
        seen = door.look(f"http://moa.test{path}", vantage="seoul", expect="page")
        assert seen.outcome == "answered"
        assert seen.page is not None
        assert (seen.page.title_digest != "" and seen.bytes_read == len(PAGE)) == read
    assert len(world.stage.connections) == 1
    other = door.look(f"http://moa.test{path}", vantage="seoul", expect="any")
    assert other.bytes_read == len(GZIPPED)


def test_a_gzip_file_that_was_packed_for_the_wire_is_not_unpacked_twice(world: "World") -> None:
    packed = gzip.compress(GZIPPED, mtime=0)
    world.plays("/a.gz", packed, Content_Encoding="gzip", Content_Type="application/gzip")
    seen = world.door().look("http://moa.test/a.gz", vantage="seoul", expect="page")
    assert (seen.outcome, seen.bytes_read) == ("answered", len(GZIPPED))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(bytes(64 * 1024 * 1024), 9, mtime=0), "too_large:page_bytes"),
        (gzip.compress(bytes(1024 * 1024), 9, mtime=0) * 64, "too_large:page_bytes"),
        (gzip.compress(b"", mtime=0) * 60_000, "too_large:gzip_members"),
        (GZIPPED[:30] + bytes(500), "broken:compressed_data"),
    ],
)
def test_a_gzip_file_is_bounded_as_a_gzip_body_is(world: "World", body: bytes, reason: str) -> None:
    world.plays("/coded", body, Content_Encoding="gzip")
    world.plays("/map.xml.gz", body, Content_Type="application/gzip")
    door = world.door()
    coded = door.look("http://moa.test/coded", vantage="seoul", expect="page")
    assert f"{coded.outcome}:{coded.reason}" == reason
    tracemalloc.start()
    seen = door.look("http://moa.test/map.xml.gz", vantage="seoul", expect="page")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert f"{seen.outcome}:{seen.reason}" == reason
    assert seen.bytes_read < 3 * 1024 * 1024 + 100_000
    assert peak < 20 * 1024 * 1024


def test_the_wire_of_a_gzip_file_is_bounded_too(world: "World") -> None:
    world.plays("/map.xml.gz", GZIPPED + bytes(300_000), Content_Type="application/gzip")
    door = world.door(max_page_bytes=200_000, max_media_bytes=200_000)
    seen = door.look("http://moa.test/map.xml.gz", vantage="seoul", expect="page")
    assert (seen.outcome, seen.reason) == ("too_large", "wire_bytes")
