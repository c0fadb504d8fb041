"""Bank files: nothing is lost or half done, whatever happens to the writer or to the bytes."""

import os
import random
import signal
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ansim.fingerprints import FrameFingerprint
from ansim.matching import Bank, BankItem
from ansim.matching import bankfile_blocks as blocks
from ansim.matching import bankfile_changes as changes
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import (
    BankBusy,
    BankDamaged,
    BankExists,
    BankFileError,
    BankTooNew,
    BankWrongKey,
    KeyTaken,
    NoSuchKey,
    NotABankFile,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"k" * 32
ABOUT = Bank("hunted", "Our centre", "removal", "shared with nobody", "tests")


def _digits(seed: object, digits: int = 64) -> str:
    return f"{random.Random(str(seed)).getrandbits(4 * digits):0{digits}x}"


def _item(key: str, *, frames: int = 0, labels: tuple[str, ...] = ()) -> BankItem:
    return BankItem(
        key=key,
        kind="video" if frames else "picture",
        pdq=_digits(key),
        quality=90,
        sha256=_digits(("sha256", key)),
        md5="" if frames else _digits(("md5", key), 32),
        frames=tuple(FrameFingerprint(n + 0.25, _digits((key, n)), 50 + n) for n in range(frames)),
        labels=labels,
    )


ITEMS = (
    _item("a", labels=("beach", '쉼표, "따옴표"')),
    _item("clip", frames=3),
    BankItem("digest only", sha1="1" * 40),
    BankItem("zeros", pdq="0" * 64, quality=0, md5="0" * 32),
    BankItem("\0", pdq="f" * 64),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hunted.bank"


@pytest.mark.parametrize("sealed", [False, True])
def test_what_goes_in_comes_out_with_its_state_and_history(path: Path, *, sealed: bool) -> None:
    bank = BankFile.create(
        path, replace(ABOUT, items=ITEMS), now=NOW, server_key=KEY, sealed=sealed
    )
    assert (bank.sealed, bank.version, len(bank)) == (sealed, 1, len(ITEMS))
    bank.withdraw(["a"], now=NOW, reason="consent withdrawn", by="jeong")
    bank.dispute(["clip", "zeros"], now=NOW, reason="an advertisement")
    bank.reinstate(["zeros"], now=NOW, by="jeong")
    again = BankFile.open(path, server_key=KEY)
    since = NOW.isoformat()
    assert again.bank().about() == ABOUT.about()
    assert again.item("a") == replace(
        ITEMS[0], state="withdrawn", since=since, by="jeong", reason="consent withdrawn"
    )
    assert again.item("clip").state == "opinion_against"
    assert again.item("digest only") == ITEMS[2]
    assert [told[0] for told in again.history("zeros")] == ["opinion_against", "active"]
    assert again.version == 4
    again.verify()
    # A bank that was read is written to another file with all that is known of it.
    copy = BankFile.create(path.with_name("copy.bank"), again.bank(), now=NOW)
    assert copy.bank() == again.bank()


def test_a_key_stands_for_one_item(path: Path) -> None:
    bank = BankFile.create(path, Bank(items=ITEMS), now=NOW)
    before = path.read_bytes()
    for items in ([_item("a")], [_item("new"), _item("new")]):
        with pytest.raises(KeyTaken):
            bank.add(items, now=NOW)
        assert path.read_bytes() == before
    changed = _item("a", frames=2)
    bank.add([changed], now=NOW, replacing=True)
    assert bank.item("a") == changed
    assert len(bank) == len(ITEMS)
    for act in (bank.withdraw, bank.dispute, bank.reinstate):
        with pytest.raises(NoSuchKey):
            act(["a", "nobody"], now=NOW)
    assert bank.item("a").state == "active"
    with pytest.raises(BankExists):
        BankFile.create(path, Bank(), now=NOW)


def test_many_hashes_are_added_as_an_array(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_MOST_HASHES", 100)
    hashes = np.random.default_rng(1).integers(0, 256, (250, 32), dtype=np.uint8)
    bank = BankFile.create(path, ABOUT, now=NOW)
    bank.add_hashes(hashes, [f"h{n}" for n in range(250)], now=NOW, quality=np.full(250, 77, "u1"))
    assert [segment.count for segment in bank.segments] == [100, 100, 50]
    assert bank.item("h249") == BankItem("h249", pdq=hashes[249].tobytes().hex(), quality=77)
    assert np.array_equal(np.concatenate([s.hashes for s in bank.segments]), hashes)
    assert not bank.segments[0].hashes.flags.owndata  # mapped, not copied
    with pytest.raises(KeyTaken):
        bank.add_hashes(hashes[:1], ["h7"], now=NOW)


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("worth_copying", [1, 1000])
def test_compaction_keeps_what_counts(
    path: Path, monkeypatch: pytest.MonkeyPatch, worth_copying: int, *, sealed: bool
) -> None:
    monkeypatch.setattr(changes, "_WORTH_COPYING", worth_copying)
    bank = BankFile.create(path, ABOUT, now=NOW, server_key=KEY, sealed=sealed)
    bank.add(ITEMS, now=NOW)
    bank.add([_item(f"x{n}", frames=n % 3) for n in range(20)], now=NOW)
    bank.add([_item("x3", frames=1)], now=NOW, replacing=True)
    bank.withdraw(["x4", "a"], now=NOW, reason="asked")
    bank.dispute(["x5", "clip"], now=NOW)
    before = bank.bank()
    facts = bank.bank_id, bank.version, bank.generation
    bank.compact(now=NOW)
    assert (bank.bank_id, bank.version) == (facts[0], facts[1] + 1)
    assert bank.generation != facts[2]
    assert sorted(bank.bank().items, key=str) == sorted(before.items, key=str)
    secret = bytes.fromhex(_item("x4").pdq)
    assert (secret in path.read_bytes()) != sealed
    bank.compact(now=NOW, forget_withdrawn=True)
    assert secret not in path.read_bytes()
    kept = [item for item in before.items if item.state != "withdrawn"]
    reopened = BankFile.open(path, server_key=KEY)
    reopened.verify()
    assert sorted(reopened.items(), key=str) == sorted(kept, key=str)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_sealed_bank_shows_nothing_and_needs_its_key(path: Path) -> None:
    items = (_item("a secret key", labels=("a label",)),)
    BankFile.create(path, replace(ABOUT, items=items), now=NOW, server_key=KEY, sealed=True)
    raw = path.read_bytes()
    for text in (b"a secret key", b"a label", b"Our centre", bytes.fromhex(items[0].pdq)):
        assert text not in raw
    for wrong in (None, b"j" * 32):
        with pytest.raises(BankWrongKey) as error:
            BankFile.open(path, server_key=wrong)
        assert "ANSIM_HOME" in error.value.sentence("en")
        assert "ANSIM_HOME" in error.value.sentence("ko")


def _two_states(path: Path) -> tuple[bytes, bytes]:
    """The file before and after its last transaction."""
    bank = BankFile.create(path, replace(ABOUT, items=ITEMS[:2]), now=NOW)
    before = path.read_bytes()
    bank.add([_item("late", frames=1)], now=NOW)
    return before, path.read_bytes()


def test_a_file_cut_at_any_byte_of_its_last_change_is_as_before_it(path: Path) -> None:
    before, after = _two_states(path)
    for end in range(len(after) - 1, len(before) - 1, -1):
        os.truncate(path, end)
        bank = BankFile.open(path)
        assert bank.version == 1, end
        assert list(bank.items()) == list(ITEMS[:2])
    bank.add([_item("next")], now=NOW)
    assert [item.key for item in BankFile.open(path).items()] == ["a", "clip", "next"]


def test_garbage_after_the_last_commit_is_passed_over_and_cut_off(path: Path) -> None:
    before, after = _two_states(path)
    chance = random.Random(7)
    for _ in range(200):
        end = chance.randrange(len(before), len(after) - 64)
        path.write_bytes(after[:end] + chance.randbytes(chance.randrange(1, 500)))
        bank = BankFile.open(path)
        assert (bank.version, len(bank)) == (1, 2)
    path.write_bytes(after + b"\1" * 5000)
    bank.add([_item("next")], now=NOW)
    assert BankFile.open(path).version == 3
    assert path.stat().st_size == blocks.walk(path.read_bytes()).end


def test_a_commit_stands_for_its_very_blocks(path: Path) -> None:
    """Blocks that are whole, and are not those that were committed."""
    _, after = _two_states(path)
    block = next(one for one in blocks.walk(after).blocks if one.transaction == 2)
    other = bytes(255 - byte for byte in after[block.start : block.start + block.length])
    raw = bytearray(after)
    raw[block.place : block.start] = replace(block, total=zlib.crc32(other)).head()
    raw[block.start : block.start + block.length] = other
    path.write_bytes(raw)
    with pytest.raises(BankDamaged):
        BankFile.open(path)


@pytest.mark.parametrize("sealed", [False, True])
def test_no_changed_byte_goes_unseen(path: Path, *, sealed: bool) -> None:
    bank = BankFile.create(
        path, replace(ABOUT, items=ITEMS), now=NOW, server_key=KEY, sealed=sealed
    )
    bank.withdraw(["a"], now=NOW)
    right, raw = bank.bank(), path.read_bytes()
    chance = random.Random(3)
    for place in chance.sample(range(len(raw)), 300):
        changed = bytearray(raw)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        found = _opened(path)
        # Unseen only in the filling between blocks, or in the last commit, which then never was.
        assert found is None or found.bank() == right or found.version == 1


def _opened(path: Path) -> BankFile | None:
    """The bank, every byte of it checked; None when it is refused with a sentence."""
    try:
        bank = BankFile.open(path, server_key=KEY)
        bank.verify()
    except BankFileError as error:
        return None if error.sentence("ko") != error.sentence("en") else pytest.fail("no Korean")
    return bank


def test_damage_before_a_later_commit_is_not_taken_for_a_torn_end(path: Path) -> None:
    before, after = _two_states(path)
    path.write_bytes(after[:70] + b"\xff" + after[71:])
    with pytest.raises(BankDamaged) as error:
        BankFile.open(path)
    assert "byte 64" in error.value.sentence("en")
    assert len(path.read_bytes()) == len(after)
    assert len(before) < len(after)


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", NotABankFile), (b"pdq\n", NotABankFile), (b"ANSIMBNK", BankDamaged)],
)
def test_other_files_are_refused(path: Path, data: bytes, error: type[Exception]) -> None:
    path.write_bytes(data)
    with pytest.raises(error):
        BankFile.open(path)


def test_a_newer_format_is_told_as_such(path: Path) -> None:
    BankFile.create(path, ABOUT, now=NOW)
    raw = bytearray(path.read_bytes())
    raw[8] = 2
    path.write_bytes(blocks._summed(bytes(raw[:64])) + raw[64:])
    with pytest.raises(BankTooNew):
        BankFile.open(path)


def test_one_writes_and_the_others_read(path: Path) -> None:
    bank = BankFile.create(path, replace(ABOUT, items=ITEMS), now=NOW)
    reader = BankFile.open(path)
    with bank._writing(), pytest.raises(BankBusy):
        BankFile.open(path).withdraw(["a"], now=NOW)
    bank.withdraw(["a"], now=NOW)
    assert reader.item("a").state == "active"
    reader.refresh()
    assert reader.item("a").state == "withdrawn"
    # A reader that is behind sees the newest state before it writes.
    other = BankFile.open(path)
    bank.add([_item("late")], now=NOW)
    with pytest.raises(KeyTaken):
        other.add([_item("late")], now=NOW)
    hashes = reader.segments[0].hashes.copy()
    bank.compact(now=NOW, forget_withdrawn=True)
    assert np.array_equal(reader.segments[0].hashes, hashes)


_WRITER = """
import os, sys
from datetime import UTC, datetime
from ansim.matching import Bank, BankItem
from ansim.matching.bankfile import BankFile
bank = BankFile.open(sys.argv[1])
print("ready", flush=True)
for n in range(100000):
    bank.add([BankItem(f"{n}-{k}", pdq=f"{n:064x}") for k in range(5)], now=datetime(2026, 1, 1, tzinfo=UTC))
    print(n, flush=True)
    if n % 7 == 6:
        bank.compact(now=datetime(2026, 1, 1, tzinfo=UTC))
"""


def test_a_killed_writer_leaves_all_that_it_had_finished(path: Path) -> None:
    BankFile.create(path, ABOUT, now=NOW)
    chance = random.Random(5)
    done = 0
    for after in (1, 4, 9):
        path.unlink()
        BankFile.create(path, ABOUT, now=NOW)
        child = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert child.stdout
        lines = [child.stdout.readline() for _ in range(1 + after)]
        # Spin a little, so that it dies at another point each time.
        sum(range(chance.randrange(200_000)))
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.readlines()
        child.wait()
        finished = int(lines[-1]) + 1
        bank = BankFile.open(path)
        bank.verify()
        count = len(bank)
        # Told as finished, or finished just before it could be told.
        assert count in {5 * finished, 5 * finished + 5}
        assert [item.key for item in bank.items()] == [
            f"{n}-{k}" for n in range(count // 5) for k in range(5)
        ]
        bank.add([_item("next")], now=NOW)
        # What the dead writer was making anew lies open no longer than until the next change.
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        done += 1
    assert done == 3


def test_what_a_dead_compaction_left_is_removed(path: Path) -> None:
    bank = BankFile.create(path, ABOUT, now=NOW)
    for name in (f".{path.name}-abcdefgh.draft", "other.bank"):
        path.with_name(name).write_bytes(path.read_bytes())
    bank.add(ITEMS, now=NOW)
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name, "other.bank"]


_KEYS = st.sampled_from([f"key {n}" for n in range(8)])


class BankMachine(RuleBasedStateMachine):
    """A bank file against a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "a.bank"
        self.bank = BankFile.create(self.path, ABOUT, now=NOW, server_key=KEY)
        self.model: dict[str, BankItem] = {}

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(key=_KEYS, frames=st.integers(0, 2), replacing=st.booleans())
    def add(self, key: str, frames: int, *, replacing: bool) -> None:
        item = replace(_item(key, frames=frames), quality=len(self.model))
        if key in self.model and not replacing:
            with pytest.raises(KeyTaken):
                self.bank.add([item], now=NOW)
            return
        self.bank.add([item], now=NOW, replacing=replacing)
        self.model.pop(key, None)
        self.model[key] = item

    @rule(
        keys=st.sets(_KEYS, min_size=1, max_size=3),
        act=st.sampled_from(["withdraw", "dispute", "reinstate"]),
    )
    def change(self, keys: set[str], act: str) -> None:
        states = {"withdraw": "withdrawn", "dispute": "opinion_against", "reinstate": "active"}
        if keys <= set(self.model):
            getattr(self.bank, act)(keys, now=NOW, by=act)
            for key in keys:
                self.model[key] = replace(
                    self.model[key], state=states[act], since=NOW.isoformat(), by=act
                )
        else:
            with pytest.raises(NoSuchKey):
                getattr(self.bank, act)(keys, now=NOW, by=act)

    @rule()
    def reopen(self) -> None:
        self.bank = BankFile.open(self.path, server_key=KEY)

    @rule(forget=st.booleans())
    def compact(self, *, forget: bool) -> None:
        self.bank.compact(now=NOW, forget_withdrawn=forget)
        if forget:
            self.model = {k: v for k, v in self.model.items() if v.state != "withdrawn"}

    @rule(part=st.floats(0, 1, exclude_max=True))
    def tear(self, part: float) -> None:
        """A change that never came to its end."""
        whole = self.path.read_bytes()
        BankFile.open(self.path).add([_item("torn")], now=NOW)
        torn = self.path.read_bytes()
        end = len(whole) + int(part * (len(torn) - len(whole)))
        self.path.write_bytes(torn[:end])
        self.bank = BankFile.open(self.path, server_key=KEY)

    @precondition(lambda self: self.model)
    @rule()
    def verify(self) -> None:
        self.bank.verify()

    @invariant()
    def same(self) -> None:
        assert {item.key: item for item in self.bank.items()} == self.model
        assert len(self.bank) == len(self.model)


TestBankMachine = BankMachine.TestCase
TestBankMachine.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
