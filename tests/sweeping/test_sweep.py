"""Sweeps from inputs to hits: order, damage, folders."""

import os
from pathlib import Path

import pytest

from ansim.sweeping import measure, plan
from ansim.sweeping.errors import InputMissing, NotAnArchive, OldArchive
from ansim.sweeping.parts import Batch, Hit, Trouble
from ansim.sweeping.planning import Refused
from ansim.sweeping.working import Worker
from tests.sweeping.archives import (
    CAT,
    CATS,
    CUP,
    CUP_AGAIN,
    chunked,
    crawl,
    packed,
    picture,
    record,
)
from tests.sweeping.inside import Inside, found, summed, swept, told


def test_hits_have_their_place_address_and_distance(archive: Path, worker: Worker) -> None:
    said = swept([archive], Inside(worker))
    hits = [(url, hit.item, hit.distance, hit.exact) for _, _, _, url, hit in found(said)]
    assert [hit[0] for hit in hits] == [f"https://x{n}.example/{n}" for n in (5, 23, 31)]
    assert hits[0][1:] == ("cup", 0, True)
    assert 0 < hits[2][2] <= 31
    offset = found(said)[0][1]
    assert archive.read_bytes()[offset : offset + 2] == b"\x1f\x8b"
    total = summed(said)
    assert (total.records, total.media, total.other, total.skipped) == (121, 40, 40, 41)


@pytest.mark.parametrize("form", ["plain", "one", "zstd", "zstd-dictionary"])
def test_every_way_of_packing_gives_the_same_hits(
    form: str, archive: Path, worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "crawl.warc"
    path.write_bytes(packed(crawl(), form))
    mine = [(url, hit.sha256) for *_, url, hit in found(swept([path], Inside(worker)))]
    assert mine == [(url, hit.sha256) for *_, url, hit in found(swept([archive], Inside(worker)))]


def test_order_does_not_depend_on_who_is_quick(archive: Path, worker: Worker) -> None:
    expected = swept([archive], Inside(worker, 1))
    for seed in range(4):
        assert swept([archive], Inside(worker, 1 + 2 * seed, seed)) == expected


def test_a_range_that_began_in_a_nested_archive_is_read_again(
    worker: Worker, tmp_path: Path
) -> None:
    inner = packed([*crawl(12), *(record(CATS[0][:900]) for _ in range(60))], "plain")
    path = tmp_path / "nested.warc"
    path.write_bytes(record(b"a") + record(inner, kind="resource") + record(CUP, "https://x/cup"))
    engine = Inside(worker, 4)
    [hit] = found(swept([path], engine))
    assert hit[3] == "https://x/cup"
    assert len(engine.given) > len(set(engine.given))


def test_a_file_that_comes_again_in_a_part_is_decoded_once(worker: Worker, tmp_path: Path) -> None:
    path = tmp_path / "same.warc"
    small = picture(CAT.resize((64, 64)))
    path.write_bytes(packed([record(small), record(b"x"), record(small), record(small)], "plain"))
    total = summed(swept([path], Inside(worker)))
    assert (total.media, total.repeated) == (3, 2)


def test_folders_have_files_and_archives_and_what_is_no_media(
    archive: Path, worker: Worker, tmp_path: Path
) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "deep.warc.gz").write_bytes(archive.read_bytes())
    (tmp_path / "b" / "unnamed").write_bytes(archive.read_bytes())
    (tmp_path / "cup.txt").write_bytes(CUP_AGAIN)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "z.jpg").write_bytes(CUP[:3000])
    (tmp_path / "empty").write_bytes(b"")
    said = swept([tmp_path], Inside(worker))
    hits = [one for one in found(said) if isinstance(one[-1], Hit)]
    assert [Path(str(one[0])).name for one in hits] == ["cup.txt"] + ["deep.warc.gz"] * 3 + [
        "unnamed"
    ] * 3
    assert summed(said).other == 2 + 2 * 40
    assert measure([tmp_path]) == sum(path.stat().st_size for path in tmp_path.rglob("*.*")) + (
        archive.stat().st_size
    )


def test_a_file_that_comes_or_goes_changes_one_batch(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}").write_bytes(b"x")
    before = {part.key for part in plan([tmp_path]) if isinstance(part, Batch)}
    (tmp_path / "150").unlink()
    after = {part.key for part in plan([tmp_path]) if isinstance(part, Batch)}
    assert len(before) > 4
    assert len(before - after) <= 2


def test_named_inputs_that_fail_are_told_and_the_others_done(
    archive: Path, worker: Worker, tmp_path: Path
) -> None:
    old = tmp_path / "old.arc.gz"
    old.write_bytes(b"filedesc://old.arc 0.0.0.0 20260101 text/plain 5\n")
    junk = tmp_path / "junk.warc.gz"
    junk.write_bytes(os.urandom(5000))
    text = tmp_path / "a.txt"
    text.write_text("no picture")
    inputs = [tmp_path / "none.warc", old, junk, text, archive]
    all_told = told(inputs, Inside(worker))
    errors = [trouble.error for one in all_told for trouble in one.result.troubles]
    assert errors == ["InputMissing", "OldArchive", "NotAnArchive", "NotMedia"]
    assert [one.done for one in all_told[:5]] == [False, False, False, True, True]
    assert sum(len(one.result.hits) for one in all_told) == 3
    refused = [one.error for one in plan(inputs) if isinstance(one, Refused)]
    assert [type(one) for one in refused] == [InputMissing, OldArchive, NotAnArchive]


def test_damaged_archives_are_told_by_place_and_read_on(worker: Worker, tmp_path: Path) -> None:
    records = crawl(10)
    data = bytearray(packed(records, "gzip"))
    start = len(packed(records[:9], "gzip"))
    data[start + 40 : start + 80] = bytes(40)
    path = tmp_path / "damaged.warc.gz"
    path.write_bytes(data[:-500])
    said = swept([path], Inside(worker))
    troubles = [one for one in found(said) if isinstance(one[-1], Trouble)]
    assert [(one[1] in {start, len(packed(records[:-1], "gzip"))}) for one in troubles
            if one[-1].error in {"Broken", "CutShort"}] == [True, True]  # fmt: skip
    assert len([one for one in found(said) if isinstance(one[-1], Hit)]) == 1
    head = tmp_path / "head.warc.gz"
    head.write_bytes(bytes(100) + data[100:])
    assert len([one for one in found(swept([head], Inside(worker)))
                if isinstance(one[-1], Hit)]) == 1  # fmt: skip


def test_bodies_revisits_and_unknown_encodings(worker: Worker, tmp_path: Path) -> None:
    records = [
        record(chunked(CUP), "https://x/1", head=b"Transfer-Encoding: chunked\r\n"),
        record(CUP, "https://x/2", "resource"),
        record(b"HTTP/1.1 200 OK\r\n\r\n", "https://x/3", "revisit"),
        record(b"abc", "https://x/4", head=b"Content-Encoding: br\r\n"),
        record(CUP, "https://x/5", "metadata"),
        record(b"", "https://x/6"),
    ]
    path = tmp_path / "kinds.warc"
    path.write_bytes(packed(records, "plain"))
    said = swept([path], Inside(worker))
    assert [one[3] for one in found(said)] == ["https://x/1", "https://x/2"]
    total = summed(said)
    assert (total.revisits, total.packed, total.skipped, total.other) == (1, 1, 1, 1)


def test_media_under_a_wrong_encoding_are_seen_and_first_segments_told(
    worker: Worker, tmp_path: Path
) -> None:
    first = record(CUP[:9000], "https://x/2")
    first = first.replace(b"Content-Length", b"WARC-Segment-Number: 1\r\nContent-Length", 1)
    page = record(b"<html>", "https://x/3")
    records = [
        record(CUP, "https://x/1", head=b"Content-Encoding: br\r\n"),  # unpacked by the crawler
        first,
        record(CUP[9000:], "https://x/2", "continuation"),
        page.replace(b"Content-Length", b"WARC-Segment-Number: 1\r\nContent-Length", 1),
    ]
    path = tmp_path / "odd.warc"
    path.write_bytes(packed(records, "plain"))
    said = swept([path], Inside(worker))
    hits = [one for one in found(said) if isinstance(one[-1], Hit)]
    troubles = [one for one in found(said) if isinstance(one[-1], Trouble)]
    assert [one[3] for one in hits] == ["https://x/1"]
    assert [(one[1], one[-1].error) for one in troubles] == [(len(records[0]), "InSegments")]
    assert summed(said).packed == 0


def test_a_folder_that_cannot_be_read_is_told(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cup.jpg").write_bytes(CUP)
    scan = os.scandir

    def closed(path: str) -> object:
        if Path(path).name in {"a", "c"}:
            raise PermissionError(13, "closed", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    assert measure([tmp_path]) == len(CUP)
    said = found(swept([tmp_path], Inside(worker)))
    told = [Path(str(one[0])).name for one in said if isinstance(one[-1], Trouble)]
    assert told == ["a", "c"]
    assert [Path(str(one[0])).parent.name for one in said if isinstance(one[-1], Hit)] == ["b"]


def test_a_record_whose_header_cannot_be_read_is_told(worker: Worker, tmp_path: Path) -> None:
    heavy = record(CUP, head=b"X: " + b"y" * 2_000_000 + b"\r\n")
    path = tmp_path / "crawl.warc"
    path.write_bytes(heavy + record(CUP_AGAIN))
    total = summed(swept([path], Inside(worker)))
    assert (total.media, total.other, total.damaged) == (1, 0, 1)
