"""Items of bank files, and where a test's bank lies."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ansim.fingerprints import FrameFingerprint
from ansim.matching import Bank, BankItem

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = b"k" * 32
ABOUT = Bank("hunted", "Our centre", "removal", "shared with nobody", "tests")


def digits_of(seed: object, digits: int = 64) -> str:
    return f"{random.Random(str(seed)).getrandbits(4 * digits):0{digits}x}"


def bank_item(key: str, *, frames: int = 0, labels: tuple[str, ...] = ()) -> BankItem:
    return BankItem(
        key=key,
        kind="video" if frames else "picture",
        pdq=digits_of(key),
        quality=90,
        sha256=digits_of(("sha256", key)),
        md5="" if frames else digits_of(("md5", key), 32),
        frames=tuple(
            FrameFingerprint(n + 0.25, digits_of((key, n)), 50 + n) for n in range(frames)
        ),
        labels=labels,
    )


ITEMS = (
    bank_item("a", labels=("beach", '쉼표, "따옴표"')),
    bank_item("clip", frames=3),
    BankItem("digest only", sha1="1" * 40),
    BankItem("zeros", pdq="0" * 64, quality=0, md5="0" * 32),
    BankItem("\0", pdq="f" * 64),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hunted.bank"
