"""Reading WARC files: members, records and bodies, whole and damaged."""

import gzip
import io
import tracemalloc
from collections.abc import Iterator

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.sweeping.errors import Broken, UnknownEncoding
from ansim.sweeping.members import Form, Shell, form_of, is_old_archive
from ansim.sweeping.records import Damage, Record, Walk, url_at
from tests.sweeping.archives import CUP, chunked, crawl, deflated, packed, record

FORMS = ["plain", "gzip", "one", "zstd", "zstd-dictionary", "zstd-packed"]
RECORDS = crawl(12)

Seen = tuple[str, int, str, str, bytes | None]


def shell_of(data: bytes, form: Form | None = None) -> Shell:
    file = io.BytesIO(data)
    found = form or form_of(file)
    assert found is not None
    return Shell(file, found)


def walked(walk: Walk) -> Iterator[Seen]:
    for one in walk:
        if isinstance(one, Damage):
            yield ("damage", one.offset, type(one.broken).__name__, "", None)
        else:
            yield ("record", one.offset, one.kind, one.url, body(one))


def body(one: Record) -> bytes | None:
    try:
        return b"".join(one.body())
    except Broken:
        return None


def whole(data: bytes, form: Form | None = None) -> list[Seen]:
    shell = shell_of(data, form)
    return list(walked(Walk(shell, 0, shell.size, 0)))


def in_ranges(data: bytes, length: int, form: Form | None = None) -> list[Seen]:
    """As the coordinator reads: each range by itself, again where it did not fit."""
    shell = shell_of(data, form)
    seen: list[Seen] = []
    reached: int | None = 0
    for low in range(0, shell.size, length):
        high = min(low + length, shell.size)
        if reached is not None and reached >= high:
            continue
        walk = Walk(shell, low, high, None if low else 0)
        found = list(walked(walk))
        if reached is not None and walk.first != reached:
            walk = Walk(shell, low, high, reached)
            found = list(walked(walk))
        seen += found
        reached = walk.reached
    return seen


@pytest.mark.parametrize("form", FORMS)
def test_every_way_of_packing_gives_the_same_records(form: str) -> None:
    expected = whole(packed(RECORDS, "plain"))
    found = whole(packed(RECORDS, form))
    assert len(expected) == len(RECORDS)
    assert [one[2:] for one in found] == [one[2:] for one in expected]
    assert found[-1][4] == RECORDS[-1].partition(b"\r\n\r\n")[2].partition(b"\r\n\r\n")[2][:-4]


@pytest.mark.parametrize("form", FORMS)
def test_ranges_of_any_length_give_what_one_reader_finds(form: str) -> None:
    data = packed(RECORDS, form)
    for length in (997, 20_000, 100_000, len(data)):
        assert in_ranges(data, length) == whole(data)


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_an_archive_inside_a_record_is_no_part_of_the_archive(form: str) -> None:
    """Stored bytes look like members of the outer file, and every range may begin among them."""
    inner = packed(RECORDS[:9], form)
    records = [record(b"first"), record(inner, kind="resource"), record(b"last")]
    data = b"".join(records)
    if form == "gzip":
        data = b"".join(gzip.compress(one, 0, mtime=0) for one in records)
    assert inner[:40] in data
    whole_of_it = whole(data)
    assert [one[3] for one in whole_of_it] == ["https://x.example/a"] * 3
    for length in (500, 2000, 9000):
        assert in_ranges(data, length) == whole_of_it


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["plain", "gzip", "zstd", "one"]), st.data())
def test_whatever_is_cut_or_changed_the_walk_ends_and_ranges_agree(
    form: str, draw: st.DataObject
) -> None:
    data = bytearray(packed(RECORDS[:8], form))
    kind: Form = "gzip" if form == "one" else form  # type: ignore[assignment]
    if draw.draw(st.booleans()):
        del data[draw.draw(st.integers(1, len(data))) :]
    for _ in range(draw.draw(st.integers(0, 3))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    found = whole(bytes(data), kind)
    assert in_ranges(bytes(data), draw.draw(st.integers(300, 60_000)), kind) == found


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_a_cut_archive_gives_what_is_whole_and_says_where_it_ends(form: str) -> None:
    data = packed(RECORDS, form)
    start = len(packed(RECORDS[:-1], form))
    found = whole(data[: start + 200])
    assert [one[0] for one in found].count("record") >= len(RECORDS) - 1
    assert found[-1][:3] == ("damage", start, "CutShort")


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_what_follows_a_damaged_record_is_read(form: str) -> None:
    data = bytearray(packed(RECORDS, form))
    start = len(packed(RECORDS[:4], form))
    data[start : start + 60] = b"\xaa" * 60
    found = whole(bytes(data))
    assert found[4][:3] == ("damage", start, "Broken")
    assert [one[2:] for one in found[5:]] == [one[2:] for one in whole(packed(RECORDS[5:], form))]


@pytest.mark.parametrize(
    ("head", "sent"),
    [
        (b"", CUP),
        (b"Content-Encoding: gzip\r\n", gzip.compress(CUP)),
        (b"content-encoding: X-GZIP\r\n", gzip.compress(CUP)),
        (b"Content-Encoding: deflate\r\n", deflated(CUP, 15)),
        (b"Content-Encoding: deflate\r\n", deflated(CUP, -15)),
        (b"Content-Encoding: zstd\r\n", zstandard.compress(CUP)),
        (b"Content-Encoding: gzip, zstd\r\n", zstandard.compress(gzip.compress(CUP))),
        (b"Transfer-Encoding: chunked\r\n", chunked(CUP)),
        (b"Transfer-Encoding: gzip, chunked\r\n", chunked(gzip.compress(CUP))),
        (b"Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", chunked(gzip.compress(CUP))),
        # Crawlers that keep the body unpacked and the header as it was.
        (b"Transfer-Encoding: chunked\r\n", CUP),
        (b"Content-Encoding: gzip\r\n", CUP),
        (b"Content-Encoding: deflate\r\n", CUP),
        (b"Content-Encoding: zstd\r\n", CUP),
    ],
)
def test_bodies_are_unpacked_as_the_web_packs_them(head: bytes, sent: bytes) -> None:
    [found] = whole(record(sent, head=head))
    assert found[4] == CUP


@given(st.binary(max_size=3000), st.lists(st.integers(1, 900), max_size=6))
@settings(max_examples=50, deadline=None)
def test_any_body_survives_chunks(sent: bytes, sizes: list[int]) -> None:
    [found] = whole(record(chunked(sent, sizes), head=b"Transfer-Encoding: chunked\r\n"))
    assert found[4] == sent


def test_an_encoding_that_is_not_read_is_said() -> None:
    shell = shell_of(record(b"x", head=b"Content-Encoding: br\r\n"))
    one = next(iter(Walk(shell, 0, 10, 0)))
    assert isinstance(one, Record)
    with pytest.raises(UnknownEncoding):
        list(one.body())


BOMB = 48 * 1024 * 1024


@pytest.mark.parametrize("form", ["gzip", "zstd"])
@pytest.mark.parametrize("inside", ["gzip", "zstd", ""])
def test_bombs_come_in_small_pieces(form: str, inside: str) -> None:
    zeros = bytes(BOMB)
    sent = {"gzip": gzip.compress(zeros), "zstd": zstandard.compress(zeros), "": zeros}[inside]
    data = packed([record(sent, head=f"Content-Encoding: {inside}\r\n".encode())], form)
    del zeros, sent
    tracemalloc.start()
    size = 0
    for one in Walk(shell_of(data), 0, len(data), 0):
        assert isinstance(one, Record)
        for piece in one.body():
            assert len(piece) <= 256 * 1024
            size += len(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == BOMB
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize(
    "header",
    [
        b"WARC/1.1\r\nX: " + b"a" * 2_000_000,
        b"WARC/1.1\r\n" + b"A: b\r\n" * 300_000,
        b"WARC/1.1\r\nContent-Length: -5\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: 1e3\r\n\r\n",
        b"WARC/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"WARC/1.1\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.1\r\n",
    ],
)
def test_hostile_headers_are_damage_and_the_next_record_is_found(header: bytes) -> None:
    data = gzip.compress(header) + gzip.compress(record(b"fine"))
    found = whole(data)
    assert [one[0] for one in found] == ["damage", "record"]


def test_claims_beyond_the_end_do_not_have_the_rest_read_over_and_over() -> None:
    one = record(b"a" * 500).replace(b"Content-Length: ", b"Content-Length: 99999")
    found = whole(one * 300)
    assert [entry[0] for entry in found] == ["record", "damage"] * 300
    assert sum(len(entry[4] or b"") for entry in found) < len(one) * 300
    assert in_ranges(one * 300, 4000) == found


def test_endless_http_headers_are_given_up() -> None:
    [found] = whole(record(b"", head=b"A: " + b"b" * 2_000_000 + b"\r\n"))
    assert found[4] is None


def test_an_address_is_read_again_by_its_place() -> None:
    for form in ("gzip", "one", "plain"):
        data = packed(RECORDS, form)
        shell = shell_of(data)
        places = [one for one in Walk(shell, 0, shell.size, 0) if isinstance(one, Record)]
        for one in places[-1], places[3]:
            assert url_at(shell, one.offset, one.number) == one.url
    with pytest.raises(Broken):
        url_at(shell_of(packed(RECORDS, "gzip")), 3, 0)


def test_what_is_no_archive_is_told_by_its_content() -> None:
    assert form_of(io.BytesIO(gzip.compress(b"hello"))) is None
    assert form_of(io.BytesIO(zstandard.compress(b"hello"))) is None
    assert form_of(io.BytesIO(b"\x5d\x2a\x4d\x18\xff\xff\xff\x7f")) is None
    assert form_of(io.BytesIO(b"")) is None
    assert form_of(io.BytesIO(CUP)) is None
    for old in (b"filedesc://x.arc 0.0.0.0", gzip.compress(b"filedesc://x.arc 0.0.0.0")):
        assert is_old_archive(io.BytesIO(old))
    assert not is_old_archive(io.BytesIO(CUP))
