"""Blocks of a bank file: nothing is half done, whatever happens to the writer or the bytes."""

import os
import random
import signal
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from ansim.matching import bankfile_blocks as blocks
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import BankDamaged, BankFileError, BankTooNew, NotABankFile
from tests.matching.bankfiles import ABOUT, ITEMS, KEY, NOW, bank_item


def _two_states(path: Path) -> tuple[bytes, bytes]:
    """The file before and after its last transaction."""
    bank = BankFile.create(path, replace(ABOUT, items=ITEMS[:2]), now=NOW)
    before = path.read_bytes()
    bank.add([bank_item("late", frames=1)], now=NOW)
    return before, path.read_bytes()


def test_a_file_cut_at_any_byte_of_its_last_change_is_as_before_it(path: Path) -> None:
    before, after = _two_states(path)
    for end in range(len(after) - 1, len(before) - 1, -1):
        os.truncate(path, end)
        bank = BankFile.open(path)
        assert bank.version == 1, end
        assert list(bank.items()) == list(ITEMS[:2])
    bank.add([bank_item("next")], now=NOW)
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
    bank.add([bank_item("next")], now=NOW)
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
        bank.add([bank_item("next")], now=NOW)
        # What the dead writer was making anew lies open no longer than until the next change.
        assert [file.name for file in path.parent.iterdir()] == [path.name]
        done += 1
    assert done == 3
