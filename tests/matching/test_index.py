"""Ours against a plain comparison of everything with everything."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numpy.typing import NDArray

from ansim import compiling
from ansim.matching import bands, index
from ansim.matching.bands import Buckets, allowances, by_bands, by_bands_in_numpy, scan_in_numpy
from ansim.matching.errors import DamagedIndex, NewerIndex
from ansim.matching.index import HashIndex

Hashes = NDArray[np.uint8]
EXAMPLES = int(os.environ.get("ANSIM_EXAMPLES", "100"))
"""How many random sets: ANSIM_EXAMPLES=10000 for a long run."""


def random_hashes(count: int, seed: int = 0) -> Hashes:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def flipped(hash_: Hashes, bits: int, seed: int) -> Hashes:
    changed = np.unpackbits(hash_)
    changed[np.random.default_rng(seed).choice(256, bits, replace=False)] ^= 1
    return np.packbits(changed)


def brute(hashes: Hashes, queries: Hashes, radius: int) -> list[tuple[int, int, int]]:
    found = []
    for number, query in enumerate(queries):
        apart = np.unpackbits(hashes ^ query, axis=1).sum(axis=1, dtype=np.int64)
        found += [(number, int(item), int(apart[item])) for item in np.flatnonzero(apart <= radius)]
    return found


def rows(matches: index.Matches) -> list[tuple[int, int, int]]:
    return list(
        zip(matches.query.tolist(), matches.item.tolist(), matches.distance.tolist(), strict=True)
    )


def crowd(seed: int, count: int) -> Hashes:
    """Hashes as a real bank has them: strangers, near copies, equal ones, flat ones."""
    random = np.random.default_rng(seed)
    strangers = random.integers(0, 256, (count, 32), dtype=np.uint8)
    copies = strangers[random.integers(0, count, count)].copy()
    for copy in copies:
        for _ in range(int(random.integers(0, 70))):
            bit = int(random.integers(0, 256))
            copy[bit // 8] ^= 1 << bit % 8
    flat = np.zeros((count, 32), np.uint8)
    flat[:, : int(random.integers(1, 32))] = random.integers(0, 2, (count, 1), dtype=np.uint8)
    return np.concatenate([strangers, copies, copies[: count // 2], flat])


@pytest.fixture(scope="module")
def hundred_thousand() -> tuple[Hashes, HashIndex]:
    hashes = random_hashes(100_000)
    return hashes, HashIndex.build(hashes)


def test_every_neighbour_from_0_to_31_bits_away_is_found(
    hundred_thousand: tuple[Hashes, HashIndex],
) -> None:
    hashes, known = hundred_thousand
    queries = np.stack([flipped(hashes[bits * 7], bits, bits) for bits in range(32)])
    assert rows(known.search(queries)) == [(bits, bits * 7, bits) for bits in range(32)]


@pytest.mark.parametrize("radius", [0, 1, 15, 16, 17, 30, 31, 32, 47, 48, 63, 64, 100, 255])
def test_every_radius_is_exact(radius: int) -> None:
    hashes = crowd(radius, 100)
    queries = np.concatenate([hashes[::9], random_hashes(3, 9)])
    expected = brute(hashes, queries, radius)
    assert rows(HashIndex.build(hashes).search(queries, radius)) == expected
    if radius > 64:
        return
    buckets = Buckets.build(hashes)
    sampled = with_samples(hashes, buckets)
    ways = [by_bands, by_bands_in_numpy] if compiling.COMPILED else [by_bands_in_numpy]
    for way in ways:
        for each in (buckets, sampled):
            found = way(hashes, each, queries, radius, allowances(radius))
            assert sorted(zip(*(c.tolist() for c in found), strict=True)) == expected
    found = scan_in_numpy(hashes, queries, radius)
    assert sorted(zip(*(c.tolist() for c in found), strict=True)) == expected


def with_samples(hashes: Hashes, buckets: Buckets) -> Buckets:
    keys = hashes.view("<u2")
    after = [keys[buckets.ids[band], (band + 1) % 16] for band in range(16)]
    return Buckets(buckets.starts, buckets.ids, np.stack(after))


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(1, 60),
    radius=st.integers(0, 64),
    withdrawn=st.integers(0, 40),
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_random_sets_with_duplicates_and_withdrawals(
    seed: int, count: int, radius: int, withdrawn: int
) -> None:
    hashes = crowd(seed, count)
    random = np.random.default_rng(seed)
    queries = np.concatenate([hashes[random.integers(0, len(hashes), 5)], random_hashes(2, seed)])
    gone = random.integers(0, len(hashes), withdrawn)
    known = HashIndex.build(hashes)
    known.withdraw(gone)
    expected = [row for row in brute(hashes, queries, radius) if row[1] not in set(gone.tolist())]
    assert rows(known.search(queries, radius)) == expected
    allowed = allowances(radius)
    for each in (Buckets.build(hashes), with_samples(hashes, Buckets.build(hashes))):
        found = by_bands(hashes, each, queries, radius, allowed)
        kept = sorted(zip(*(c.tolist() for c in found), strict=True))
        assert [row for row in kept if row[1] not in set(gone.tolist())] == expected


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 16, 17, 1000])
def test_equal_items_are_all_found_also_after_saving(count: int, tmp_path: Path) -> None:
    hashes = np.repeat(random_hashes(1), count, axis=0)
    known = HashIndex.build(hashes)
    known.save(tmp_path / "x")
    for each in (known, HashIndex.open(tmp_path / "x")):
        assert each.search(hashes[:1]).item.tolist() == list(range(count))


def test_a_crowd_of_equal_and_flat_hashes_is_searched_exactly() -> None:
    random = random_hashes(40_000)
    flat = np.zeros((60_000, 32), np.uint8)
    flat[:, 0] = np.arange(60_000) % 256
    hashes = np.concatenate([random, flat])
    known = HashIndex.build(hashes)
    queries = np.concatenate([random[:3], flat[:2], np.full((1, 32), 255, np.uint8)])
    assert rows(known.search(queries, 4)) == brute(hashes, queries, 4)


def test_one_thread_or_many_give_the_same(hundred_thousand: tuple[Hashes, HashIndex]) -> None:
    hashes, known = hundred_thousand
    queries = hashes[:500] ^ np.uint8(1)
    alone = rows(known.search(queries, 40, threads=1))
    assert alone == rows(known.search(queries, 40, threads=3))
    assert len(alone) >= 500


class Library(RuleBasedStateMachine):
    """Adding, withdrawing, saving in any order, against a list."""

    def __init__(self) -> None:
        super().__init__()
        self.known = HashIndex()
        self.hashes = np.empty((0, 32), np.uint8)
        self.gone: set[int] = set()

    @rule(seed=st.integers(0, 1000), count=st.integers(0, 40))
    def add(self, seed: int, count: int) -> None:
        more = random_hashes(count, seed)
        numbers = self.known.add(more)
        assert numbers.tolist() == list(range(len(self.hashes), len(self.hashes) + count))
        self.hashes = np.concatenate([self.hashes, more])

    @rule(picks=st.lists(st.integers(0, 10_000), max_size=4), back=st.booleans())
    def withdraw(self, picks: list[int], back: bool) -> None:
        numbers = {pick % len(self.hashes) for pick in picks} if len(self.hashes) else set()
        if back:
            self.known.restore(list(numbers))
            self.gone -= numbers
        else:
            self.known.withdraw(list(numbers))
            self.gone |= numbers

    @rule()
    def save_and_open(self) -> None:
        path = Path(os.environ["ANSIM_HOME"]) / f"index-{os.getpid()}"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.known.note = "the state of today"
        self.known.save(path)
        self.known = HashIndex.open(path)
        assert self.known.note == "the state of today"

    @invariant()
    def agrees(self) -> None:
        assert len(self.known) == len(self.hashes) - len(self.gone)
        queries = np.concatenate([self.hashes[-3:], random_hashes(1, 77)])
        expected = [row for row in brute(self.hashes, queries, 90) if row[1] not in self.gone]
        assert rows(self.known.search(queries, 90)) == expected


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 70 and more, so that a few dozen hashes go through all that a million do."""
    monkeypatch.setattr(index, "BUCKETS_FROM", 70)
    monkeypatch.setattr(bands, "_SAMPLES_FROM", 200)


class TestLibrary(Library.TestCase):
    settings = settings(max_examples=12, stateful_step_count=10, deadline=None)


@pytest.mark.parametrize("count", [64, 128])
def test_a_changed_or_shortened_file_is_refused(count: int, tmp_path: Path) -> None:
    path = tmp_path / "x"
    HashIndex.build(random_hashes(count)).save(path)
    whole = path.read_bytes()
    end = whole.rindex(HashIndex.build(random_hashes(count)).hashes()[-1].tobytes()) + 32
    places = [*range(0, min(end, 300), 9), *np.linspace(300, end - 1, 25, dtype=int).tolist()]
    for place in places:
        path.write_bytes(whole[:place])
        with pytest.raises(DamagedIndex):
            HashIndex.open(path)
    table_end = 20 + int.from_bytes(whole[12:16], "little")
    for place in places:
        if table_end <= place < table_end + 64:
            continue  # what fills up to the next multiple of 64 means nothing
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        with pytest.raises((DamagedIndex, NewerIndex)):
            HashIndex.open(path)


def test_a_save_that_fails_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    HashIndex.build(random_hashes(10)).save(path)
    monkeypatch.setattr(os, "fsync", broken_disk)
    with pytest.raises(OSError, match="no space"):
        HashIndex.build(random_hashes(99)).save(path)
    assert len(HashIndex.open(path)) == 10


def broken_disk(_number: int) -> None:
    message = "no space left"
    raise OSError(message)


@pytest.mark.parametrize("radius", [-1, 256])
def test_a_radius_beyond_the_hash_is_refused(radius: int) -> None:
    with pytest.raises(ValueError, match="radius"):
        HashIndex.build(random_hashes(3)).search(random_hashes(1), radius)


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 31), np.uint8), np.zeros(32, np.uint8), np.zeros((2, 32), np.int64)]
)
def test_other_shapes_and_types_are_refused(wrong: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match="uint8"):
        HashIndex.build(wrong)


def test_items_that_never_were_cannot_be_withdrawn() -> None:
    known = HashIndex.build(random_hashes(3))
    for wrong in (3, -1):
        with pytest.raises(IndexError):
            known.withdraw([wrong])


def test_nothing_in_and_nothing_asked() -> None:
    empty = np.empty((0, 32), np.uint8)
    assert rows(HashIndex.build(empty).search(random_hashes(2))) == []
    assert rows(HashIndex.build(random_hashes(2)).search(empty)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"ANSIM_KERNELS": "numpy"},
        {"NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": "+popcnt,+sse4.2"},
    ],
)
def test_other_processors_and_no_compiler_give_the_same_answers(
    change: dict[str, str], tmp_path: Path
) -> None:
    hashes = random_hashes(40_000, 5)
    queries = hashes[:30].copy()
    queries[:, 3] ^= 7
    queries[5:, 20] ^= 255
    np.savez(tmp_path / "asked", hashes=hashes, queries=queries)
    program = (
        "import sys, numpy as np\n"
        "from ansim.matching.index import HashIndex\n"
        "asked = np.load(sys.argv[1])\n"
        "found = HashIndex.build(asked['hashes']).search(asked['queries'])\n"
        "print(found.query.tolist(), found.item.tolist(), found.distance.tolist())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "asked.npz")],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), **change},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = HashIndex.build(hashes).search(queries)
    assert len(found) == len(queries)
    columns = (found.query.tolist(), found.item.tolist(), found.distance.tolist())
    assert done.stdout.strip() == " ".join(map(str, columns))
