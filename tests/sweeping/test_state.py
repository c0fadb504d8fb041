"""What a sweep remembers: resumed without loss, and telling nobody anything."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.sweeping import Counts
from ansim.sweeping.errors import StateBusy, StateUnwritable
from ansim.sweeping.parts import Hit, Result, Trouble
from ansim.sweeping.state import State
from ansim.sweeping.working import Worker
from tests.sweeping.archives import CATS, CUP, packed, record
from tests.sweeping.inside import Inside, found, swept


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
