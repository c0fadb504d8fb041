"""``ansim bank`` and banks in ``ansim match``: from lists to files and back, with every change."""

import json
from pathlib import Path

import pytest
import typer
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from ansim.cli import bank, match
from ansim.matching import read_bank
from ansim.vault import ServerSecrets

app = typer.Typer()
app.command()(match.match)
app.add_typer(bank.app, name="bank")

A, B, C = "a1" * 32, "b2" * 32, "c3" * 32
NEAR_A = f"{int(A, 16) ^ 0b11:064x}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ANSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "ANSIM_HOME"):
        monkeypatch.delenv(name, raising=False)
    Path("list.csv").write_text(f"key,pdq\na,{A}\nb,{B}\n", encoding="utf-8")
    return tmp_path


def _run(*arguments: str, status: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result


def _records(*arguments: str, status: int = 0) -> list[dict[str, object]]:
    result = _run(*arguments, "--json", status=status)
    return [json.loads(line) for line in result.stdout.splitlines()]


def _one(*arguments: str, status: int = 0) -> dict[str, object]:
    [record] = _records(*arguments, status=status)
    return record


def test_a_list_becomes_a_bank_file_that_can_be_changed() -> None:
    facts = _one("bank", "import", "list.csv", "h.bank", "--name", "hunted", "--owner", "us")
    assert (facts["items"], facts["active"], facts["version"], facts["sealed"]) == (2, 2, 1, False)
    told = _one("bank", "withdraw", "h.bank", "a", "--reason", "asked", "--by", "jeong")
    assert (told["state"], told["reason"], told["by"]) == ("withdrawn", "asked", "jeong")
    assert _one("bank", "dispute", "h.bank", "b", "--reason", "an ad")["state"] == "opinion_against"
    facts = _one("bank", "info", "h.bank", "--check")
    assert (facts["withdrawn"], facts["opinion_against"], facts["checked"]) == (1, 1, True)
    assert _records("match", "--bank", "h.bank", NEAR_A, status=1) == []
    found = _one("match", "--bank", "h.bank", B)
    assert found == {"query": B, "item": "b", "distance": 0, "disputed": True}
    _one("bank", "reinstate", "h.bank", "a")
    assert _one("match", "--bank", "h.bank", NEAR_A)["distance"] == 2
    _one("bank", "withdraw", "h.bank", "a")
    assert _one("bank", "compact", "h.bank", "--forget-withdrawn")["items"] == 1
    assert bytes.fromhex(A) not in Path("h.bank").read_bytes()
    assert "nobody" in str(_one("bank", "withdraw", "h.bank", "nobody", status=1)["error"])


def test_importing_again_brings_the_bank_up_to_date() -> None:
    _one("bank", "import", "list.csv", "h.bank", "--name", "hunted")
    _one("bank", "withdraw", "h.bank", "a")
    Path("list.csv").write_text(f"key,pdq\na,{A}\nb,{C}\nc,{B}\n", encoding="utf-8")
    facts = _one("bank", "import", "list.csv", "h.bank", "--owner", "us")
    assert (facts["added"], facts["replaced"], facts["kept_withdrawn"]) == (1, 1, 1)
    assert (facts["name"], facts["owner"], facts["items"]) == ("hunted", "us", 3)
    Path("list.csv").write_text("key,pdq\nd,xyz\n", encoding="utf-8")
    before = Path("h.bank").read_bytes()
    assert "Line 2" in str(_one("bank", "import", "list.csv", "h.bank", status=1)["error"])
    assert Path("h.bank").read_bytes() == before


@pytest.mark.parametrize("shape", ["csv", "jsonl", "threatexchange", "ncmec"])
def test_every_shape_goes_out_and_comes_in(shape: str) -> None:
    _run("bank", "import", "list.csv", "h.bank")
    assert _one("bank", "export", "h.bank", "--shape", shape, "--to", "out.txt")["items"] == 2
    facts = _one("bank", "import", "out.txt", "again.bank")
    assert (facts["shape"], facts["items"], facts["with_pdq"]) == (shape, 2, 2)
    assert _one("match", "--bank", "again.bank", NEAR_A)["distance"] == 2
    wrong = "ncmec" if shape != "ncmec" else "jsonl"
    assert _one("bank", "import", "out.txt", "no.bank", "--shape", wrong, status=1)["error"]
    assert not Path("no.bank").exists()


def test_what_an_export_leaves_out_and_an_import_passes_over_is_told() -> None:
    Path("more.csv").write_text(f"key,pdq,sha1\na,{A},{'0' * 40}\n", encoding="utf-8")
    _run("bank", "import", "more.csv", "h.bank")
    result = _run("bank", "export", "h.bank", "--shape", "threatexchange")
    assert "sha1 (1)" in result.stderr
    assert result.stdout.startswith("signal_type,signal_str")
    Path("tx.txt").write_text(f"pdq {A}\ntrend_query x\n", encoding="utf-8")
    facts = _one("bank", "import", "tx.txt", "tx.bank")
    assert facts["passed_over"] == {"signal type trend_query": 1}
    assert read_bank(_run("bank", "export", "h.bank", "--json").stdout.encode()).items


def test_pictures_are_added_under_keys_that_tell_nothing() -> None:
    Path("pictures/inner").mkdir(parents=True)
    Image.fromarray(data.coffee()).resize((300, 200)).save("pictures/inner/minji.png")
    Path("pictures/note.txt").write_text("not a picture", encoding="utf-8")
    _run("bank", "import", "list.csv", "h.bank")
    facts = _one("bank", "add", "h.bank", "pictures", "--label", "cup")
    assert (facts["added"], facts["already_there"]) == (1, 0)
    assert b"minji" not in Path("h.bank").read_bytes()
    assert _one("bank", "add", "h.bank", "pictures")["already_there"] == 1
    found = _records("match", "--bank", "h.bank", "pictures")
    assert [one["item"] for one in found] == facts["keys"]
    failed, told = _records("bank", "add", "h.bank", "none.jpg", status=1)
    assert (failed["path"], told["added"]) == ("none.jpg", 0)


def test_several_banks_and_a_bank_of_queries() -> None:
    _run("bank", "import", "list.csv", "one.bank", "--name", "one")
    Path("two.csv").write_text(f"key,pdq\nx,{NEAR_A}\n", encoding="utf-8")
    _run("bank", "import", "two.csv", "queries.bank")
    found = _records("match", "--bank", "one.bank", "--bank", "two.csv", A)
    assert [(one["bank"], one["item"], one["distance"]) for one in found] == [
        ("one", "a", 0),
        ("two", "x", 2),
    ]
    assert _one("match", "--bank", "one.bank", "queries.bank") == {
        "query": "x",
        "item": "a",
        "distance": 2,
    }


def test_banks_are_sealed_where_the_centre_has_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ANSIM_HOME" in str(
        _one("bank", "import", "list.csv", "s.bank", "--sealed", status=1)["error"]
    )
    monkeypatch.setenv("ANSIM_HOME", str(Path("home").resolve()))
    assert _one("bank", "import", "list.csv", "no-centre.bank")["sealed"] is False
    assert not Path("home").exists()
    ServerSecrets.load_or_create(Path("home/keys"))
    assert _one("bank", "import", "list.csv", "s.bank")["sealed"] is True
    assert _one("bank", "import", "list.csv", "o.bank", "--open")["sealed"] is False
    assert bytes.fromhex(A) not in Path("s.bank").read_bytes()
    assert _one("match", "--bank", "s.bank", NEAR_A)["item"] == "a"
    ServerSecrets.load_or_create(Path("other/keys"))
    monkeypatch.setenv("ANSIM_HOME", str(Path("other").resolve()))
    for command in (("info", "s.bank"), ("withdraw", "s.bank", "a"), ("export", "s.bank")):
        assert "sealed" in _run("bank", *command, status=1).stderr


def test_sentences_come_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    _run("bank", "import", "list.csv", "h.bank")
    raw = bytearray(Path("h.bank").read_bytes())
    raw[70] ^= 1
    Path("h.bank").write_bytes(raw)
    Path("index.pickle").write_bytes(b"\x80\x04N.")
    monkeypatch.setenv("ANSIM_LANG", "ko")
    for command, word in (
        (("info", "h.bank"), "손상"), (("import", "index.pickle", "x.bank"), "pickle"),
        (("info", "none.bank"), "경로"), (("withdraw", "list.csv", "a"), "뱅크 파일이 아닙니다"),
        (("import", "list.csv", "x.xls"), ".bank"), (("import", "none", "x.bank"), "경로"),
        (("import", "list.csv", "no/such/x.bank"), "폴더"),
        (("export", "list.csv", "--shape", "vpdq"), "vPDQ"),
    ):  # fmt: skip
        assert word in _run("bank", *command, status=1).stderr


@pytest.mark.parametrize(
    "command",
    ["import", "export", "info", "add", "withdraw", "dispute", "reinstate", "compact"],
)
def test_every_help_has_an_example(command: str) -> None:
    result = _run("bank", command, "--help")
    assert f"Example: ansim bank {command} " in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [("import", "list.csv"), ("import", "list.csv", "x.bank", "--shape", "xls"), ("withdraw", "b"),
     ("export",), ("nonsense",)],
)  # fmt: skip
def test_bad_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    _run("bank", *arguments, status=2)
