"""Sweeps from inputs to hits: order, resuming, damage, folders."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.sweeping import Counts, Settings, measure, plan
from ansim.sweeping.errors import (
    InputMissing,
    NotAnArchive,
    OldArchive,
    StateBusy,
    StateUnwritable,
    WorkerLost,
)
from ansim.sweeping.local import LocalEngine
from ansim.sweeping.parts import Batch, Hit, Range, Result, Trouble
from ansim.sweeping.planning import Refused
from ansim.sweeping.state import State
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
from tests.sweeping.inside import Inside, cups, lines, swept, told


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Settings(cups)) as one:
        yield one


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawl") / "crawl.warc.gz"
    path.write_bytes(packed(crawl(), "gzip"))
    return path


def found(said: list[object]) -> list[tuple[object, ...]]:
    return [one for one in said if isinstance(one, tuple)]


def summed(said: list[object]) -> Counts:
    total = Counts()
    for one in said:
        if isinstance(one, Counts):
            total.add(one)
    return total


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


# Resuming


def test_a_resumed_sweep_tells_the_same_and_does_only_the_rest(
    archive: Path, worker: Worker, tmp_path: Path
) -> None:
    expected = swept([archive], Inside(worker))
    every = Inside(worker)
    with State(tmp_path, "one") as state:
        swept([archive], every, state)
    kept = (tmp_path / "one.sweep").read_bytes()
    cut = len(kept) * 2 // 3
    (tmp_path / "one.sweep").write_bytes(kept[:cut])
    engine = Inside(worker)
    with State(tmp_path, "one") as state:
        done = len(state)
        assert 0 < done < len(every.given)
        assert swept([archive], engine, state) == expected
    assert len(engine.given) == len(every.given) - done
    with State(tmp_path, "one") as state:
        assert swept([archive], Inside(worker, 1), state) == expected
        state.remove()
    assert not list(tmp_path.iterdir())


def test_the_state_file_tells_nobody_anything(
    archive: Path, worker: Worker, tmp_path: Path
) -> None:
    with State(tmp_path / "state", "one") as state:
        swept([archive], Inside(worker), state)
        text = state.path.read_bytes()
    assert b"https" not in text
    assert archive.name.encode() not in text
    assert state.path.stat().st_mode & 0o777 == 0o600
    assert state.path.parent.stat().st_mode & 0o777 == 0o700


def test_another_archive_under_the_same_name_is_not_taken_for_done(
    archive: Path, worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "changing.warc"
    path.write_bytes(packed([record(CATS[0])], "plain"))
    with State(tmp_path / "state", "one") as state:
        assert not found(swept([path], Inside(worker), state))
        path.write_bytes(packed([record(CUP)], "plain"))
        assert len(found(swept([path], Inside(worker), state))) == 1


results = st.builds(
    Result,
    counts=st.builds(Counts, records=st.integers(0, 99), unread=st.integers(0, 9)),
    hits=st.lists(st.builds(
        Hit, st.integers(0, 2**40), st.integers(0, 3), st.just("ab" * 32), st.integers(0, 2),
        st.text(max_size=9), st.integers(0, 255), st.booleans(), st.booleans()), max_size=3),
    troubles=st.lists(st.builds(
        Trouble, st.integers(0, 2**40), st.integers(0, 3), st.just("Broken"),
        st.just((("size", "3"),))), max_size=2),
    first=st.none() | st.integers(0, 2**40),
    reached=st.none() | st.integers(0, 2**40),
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from("abcdef"), results), max_size=8), st.data())
@settings(max_examples=60, deadline=None)
def test_a_torn_or_damaged_state_loses_only_the_lines_that_it_hit(
    added: list[tuple[str, Result]], draw: st.DataObject
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with State(folder, "s") as state:
            ends = []
            for key, result in added:
                state.add(key, result)
                ends.append(state.path.stat().st_size)
        data = bytearray(state.path.read_bytes())
        cut = draw.draw(st.integers(0, len(data)))
        del data[cut:]
        whole = [one for one, end in zip(added, ends, strict=True) if end <= cut]
        state.path.write_bytes(data)
        with State(folder, "s") as again:
            last = dict(whole)
            assert len(again) == len(last)
            assert all(again.get(key) == result for key, result in last.items())
            again.add("new", Result(first=3))
        data = bytearray(state.path.read_bytes())
        data[draw.draw(st.integers(0, len(data) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
        state.path.write_bytes(data)
        with State(folder, "s") as again:
            for key in ["new", *last]:
                got = again.get(key)
                assert got is None or got in [Result(first=3), *(one for _, one in whole)]


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with State(tmp_path, "one") as state:
        state.add("a", Result())
        with pytest.raises(StateBusy):
            State(tmp_path, "one")
    with State(tmp_path, "one", fresh=True) as state:
        assert not len(state)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StateUnwritable):
        State(tmp_path / "file", "one")


# Processes


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in path.read_text().split()] if path.exists() else []


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until(true: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_a_killed_sweep_loses_nothing_doubles_nothing_and_leaves_nobody(
    worker: Worker, tmp_path: Path
) -> None:
    archive = tmp_path / "crawl.warc.gz"
    archive.write_bytes(packed(crawl(150), "gzip"))
    expected = swept([archive], Inside(worker))
    call = [sys.executable, "-m", "tests.sweeping.inside", str(tmp_path), str(archive)]
    process = subprocess.Popen(call, cwd=Path(__file__).parents[2])
    state = tmp_path / "kill.sweep"
    _wait_until(lambda: state.exists() and state.read_bytes().count(b"\n") >= 3)
    family = _children(process.pid)
    family += [grandchild for one in family for grandchild in _children(one)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert family
    _wait_until(lambda: all(_gone(one) for one in family))
    engine = Inside(worker)
    with State(tmp_path, "kill") as again:
        done = len(again)
        assert done >= 3
        assert swept([archive], engine, again) == expected
    parts = [one for one in plan([archive], length=30_000) if isinstance(one, Range)]
    assert len(engine.given) == len(parts) - done
    assert done < len(parts)


def test_busy_workers_end_with_a_killed_sweep(archive: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    call = [sys.executable, "-m", "tests.sweeping.inside", str(archive)]
    environment = os.environ | {"STUCK": str(begun)}
    process = subprocess.Popen(call, cwd=Path(__file__).parents[2], env=environment)
    _wait_until(begun.exists)
    family = _children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert family
    _wait_until(lambda: all(_gone(one) for one in family))


class Deadly(LocalEngine):
    """Kills whoever has the second part, twice."""

    def __init__(self) -> None:
        super().__init__(Settings(cups), 1)
        self.deaths = [2, 2]

    def take(self) -> tuple[int, Result | Trouble]:
        self._kill()
        return super().take()

    def _receive(self, one: object) -> tuple[int, Result | Trouble] | None:
        answer = super()._receive(one)
        if answer is None:
            self._kill()
        return answer

    def _kill(self) -> None:
        for one in self._all:
            if one.number in self.deaths and one.part is not None and one.ready:
                self.deaths.remove(one.number)
                one.process.kill()


def test_a_worker_that_dies_is_replaced_and_its_part_tried_once_more(
    archive: Path, worker: Worker
) -> None:
    expected = told([archive], Inside(worker))
    with Deadly() as engine:
        mine = told([archive], engine)
    assert not engine.deaths
    assert [one.error for one in mine[1].result.troubles] == [WorkerLost.__name__]
    assert [one.done for one in mine[:3]] == [True, False, True]
    del mine[1], expected[1]
    assert [lines(one) for one in mine] == [lines(one) for one in expected]
