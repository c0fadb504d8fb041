"""Bank files: what is written is read again, and a wrong line is named with its mend."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansim.fingerprints import FrameFingerprint
from ansim.matching import (
    Bank,
    BankItem,
    MalformedBank,
    UnknownBankFormat,
    bank_text,
    read_bank,
    write_bank,
)

PDQ = "ab" * 32


def _hashes(digits: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=digits, max_size=digits)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_FRAMES = st.builds(
    FrameFingerprint,
    seconds=st.floats(0, 1e6, allow_nan=False),
    pdq=_hashes(64),
    quality=st.integers(0, 100),
)
_ITEMS = st.builds(
    BankItem,
    key=_TEXTS.filter(bool),
    kind=st.sampled_from(["picture", "video"]),
    pdq=_hashes(64),
    quality=st.integers(0, 100),
    md5=st.just("") | _hashes(32),
    sha1=st.just("") | _hashes(40),
    sha256=st.just("") | _hashes(64),
    frames=st.lists(_FRAMES, max_size=3).map(tuple),
    labels=st.lists(_TEXTS, max_size=3).map(tuple),
)
_BANKS = st.builds(
    Bank,
    name=_TEXTS, owner=_TEXTS, purpose=_TEXTS, terms=_TEXTS, origin=_TEXTS,
    items=st.lists(_ITEMS, max_size=4, unique_by=lambda item: item.key).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(bank=_BANKS)
def test_a_bank_survives_its_file(form: str, bank: Bank) -> None:
    assert read_bank(bank_text(bank, form).encode()) == bank  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_bank_is_written_whole_and_told_by_its_ending(ending: str, tmp_path: Path) -> None:
    bank = Bank(name="n", owner="o", items=(BankItem("k", pdq=PDQ, labels=("a, b", '"c"')),))
    path = tmp_path / f"hunted.{ending}"
    write_bank(bank, path)
    assert read_bank(path) == bank
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    with pytest.raises(UnknownBankFormat):
        write_bank(bank, tmp_path / "hunted.xls")


def test_a_plain_list_from_elsewhere_is_a_bank(tmp_path: Path) -> None:
    path = tmp_path / "partner.csv"
    path.write_bytes(
        b"\xef\xbb\xbfHash,note\r\n" + PDQ.upper().encode() + b",from a partner\r\n\r\n"
    )
    bank = read_bank(path)
    assert bank.name == "partner"
    assert bank.items == (BankItem("line-2", pdq=PDQ),)
    lines = json.dumps({"sha256": PDQ}) + "\n\n" + json.dumps({"key": "b", "md5": "0" * 32})
    assert [item.key for item in read_bank(lines.encode()).items] == ["line-1", "b"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (b"", 1, "empty"),
        (b"  \n", 1, "empty"),
        (b"pdq\n" + PDQ.encode() + b"\n\xff\xfe", 3, "encoding"),
        (b"a,b\n1,2\n", 1, "columns"),
        (b"# ansim-bank {}\na,b\n1,2\n", 2, "columns"),
        (b"pdq\nxyz\n", 2, "pdq"),
        (b"pdq\n" + PDQ.encode() + b",1\n", 2, "cells"),
        (b"# ansim-bank {}\npdq,quality\n" + PDQ.encode() + b",101\n", 3, "quality"),
        (b"key,pdq\na," + PDQ.encode() + b"\na," + PDQ.encode() + b"\n", 3, "duplicate"),
        (b"key,pdq\na,\n", 2, "no_hash"),
        (b"pdq,frames\n" + PDQ.encode() + b',"[{}]"\n', 2, "frames"),
        (b"pdq,labels\n" + PDQ.encode() + b",oops\n", 2, "labels"),
        (b'pdq\n"' + PDQ.encode(), 2, "csv"),
        (b'{"bank": 5}\n', 1, "bank"),
        (b'{"bank": {}}\n{"pdq": 5}\n', 2, "pdq"),
        (b'{"bank": {}}\n[1]\n', 2, "json"),
        (b'{"bank": {}}\n{"pdq"\n', 2, "json"),
        (b'{"md5": "00"}\n', 1, "md5"),
        (b'{"pdq": "' + PDQ.encode() + b'", "kind": "poem"}\n', 1, "kind"),
        (b'{"pdq": "' + PDQ.encode() + b'", "key": 7}\n', 1, "key"),
        (b'{"pdq": "' + PDQ.encode() + b'", "quality": true}\n', 1, "quality"),
        (b'{"a":' * 100_000, 1, "json"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named_with_its_mend(text: bytes, line: int, problem: str) -> None:
    with pytest.raises(MalformedBank) as error:
        read_bank(text)
    assert (error.value.line, error.value.problem) == (line, problem)
    assert f"Line {line} " in error.value.sentence("en")
    assert f"{line}번째 줄" in error.value.sentence("ko")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_bank_or_a_named_line(data: bytes) -> None:
    with contextlib.suppress(MalformedBank):
        assert len(read_bank(data).items) <= len(data)
