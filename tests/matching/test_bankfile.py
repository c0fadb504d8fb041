"""Bank files: items, their states and history, and compaction, whoever else reads."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ansim.matching import Bank, BankItem
from ansim.matching import bankfile_changes as changes
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import BankBusy, BankExists, BankWrongKey, KeyTaken, NoSuchKey
from tests.matching.bankfiles import ABOUT, ITEMS, KEY, NOW, bank_item


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
    for items in ([bank_item("a")], [bank_item("new"), bank_item("new")]):
        with pytest.raises(KeyTaken):
            bank.add(items, now=NOW)
        assert path.read_bytes() == before
    changed = bank_item("a", frames=2)
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
    bank.add([bank_item(f"x{n}", frames=n % 3) for n in range(20)], now=NOW)
    bank.add([bank_item("x3", frames=1)], now=NOW, replacing=True)
    bank.withdraw(["x4", "a"], now=NOW, reason="asked")
    bank.dispute(["x5", "clip"], now=NOW)
    before = bank.bank()
    facts = bank.bank_id, bank.version, bank.generation
    bank.compact(now=NOW)
    assert (bank.bank_id, bank.version) == (facts[0], facts[1] + 1)
    assert bank.generation != facts[2]
    assert sorted(bank.bank().items, key=str) == sorted(before.items, key=str)
    secret = bytes.fromhex(bank_item("x4").pdq)
    assert (secret in path.read_bytes()) != sealed
    bank.compact(now=NOW, forget_withdrawn=True)
    assert secret not in path.read_bytes()
    kept = [item for item in before.items if item.state != "withdrawn"]
    reopened = BankFile.open(path, server_key=KEY)
    reopened.verify()
    assert sorted(reopened.items(), key=str) == sorted(kept, key=str)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_sealed_bank_shows_nothing_and_needs_its_key(path: Path) -> None:
    items = (bank_item("a secret key", labels=("a label",)),)
    BankFile.create(path, replace(ABOUT, items=items), now=NOW, server_key=KEY, sealed=True)
    raw = path.read_bytes()
    for text in (b"a secret key", b"a label", b"Our centre", bytes.fromhex(items[0].pdq)):
        assert text not in raw
    for wrong in (None, b"j" * 32):
        with pytest.raises(BankWrongKey) as error:
            BankFile.open(path, server_key=wrong)
        assert "ANSIM_HOME" in error.value.sentence("en")
        assert "ANSIM_HOME" in error.value.sentence("ko")


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
    bank.add([bank_item("late")], now=NOW)
    with pytest.raises(KeyTaken):
        other.add([bank_item("late")], now=NOW)
    hashes = reader.segments[0].hashes.copy()
    bank.compact(now=NOW, forget_withdrawn=True)
    assert np.array_equal(reader.segments[0].hashes, hashes)


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
        item = replace(bank_item(key, frames=frames), quality=len(self.model))
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
        BankFile.open(self.path).add([bank_item("torn")], now=NOW)
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
