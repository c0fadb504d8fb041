"""``ansim fingerprint``, ``match`` and ``bank`` at the command line."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

import pytest
import typer
from PIL import Image
from skimage import data
from typer.testing import CliRunner, Result

from ansim.cli import bank, decoding, fingerprint, language, match, terminal
from ansim.matching import read_bank

app = typer.Typer()
app.command()(fingerprint.fingerprint)
app.command()(match.match)
app.add_typer(bank.app, name="bank")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ANSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    coffee = Image.fromarray(data.coffee())
    coffee.save("coffee.png")
    coffee.resize((450, 300)).save("copy.jpg", quality=70)
    coffee.transpose(Image.Transpose.ROTATE_90).save("turned.png")
    Image.fromarray(data.chelsea()).save("cat.jpg")
    Path("letter.txt").write_text("Dear centre\n", encoding="utf-8")
    Path("empty.png").write_bytes(b"")
    return tmp_path


@pytest.fixture
def hunted(folder: Path) -> Path:
    [record] = _records(_run("fingerprint", "--json", "coffee.png"))
    path = folder / "hunted.jsonl"
    path.write_text(json.dumps({"key": "the-cup", **record}) + "\n", encoding="utf-8")
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _records(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("folder")
def test_fingerprint_prints_one_object_a_file_and_failures_in_their_place() -> None:
    result = _run("fingerprint", "--json", "coffee.png", "letter.txt", "none.png", "empty.png")
    found, *failed = _records(result)
    assert result.exit_code == 1
    assert {"path", "kind", "pdq", "quality", "md5", "sha1", "sha256", "frames"} <= set(found)
    assert [one["path"] for one in failed] == ["letter.txt", "none.png", "empty.png"]
    assert all(set(one) == {"path", "error"} for one in failed)
    assert len({one["error"] for one in failed}) == 3
    assert _run("fingerprint", "--json", "coffee.png").exit_code == 0


@pytest.mark.usefixtures("folder")
def test_people_get_a_table_and_errors_in_their_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_LANG", "ko")
    result = _run("fingerprint", "coffee.png", "letter.txt")
    assert "coffee.png" in result.stdout
    assert "사진이나 영상 파일이 아닙니다" in result.stderr
    assert result.exit_code == 1


@pytest.mark.usefixtures("folder")
def test_folders_are_walked_in_order_and_what_is_no_media_is_passed_over() -> None:
    Path("deep/er").mkdir(parents=True)
    for name in ("deep/z.png", "deep/er/b.jpg", "deep/a.png"):
        Image.fromarray(data.camera()).resize((64, 64)).save(name)
    Path("deep/notes.txt").write_text("no picture", encoding="utf-8")
    result = _run("fingerprint", "--json", "deep", "coffee.png")
    assert [one["path"] for one in _records(result)] == [
        "deep/a.png",
        "deep/z.png",
        "deep/er/b.jpg",
        "coffee.png",
    ]
    assert "Passed over 1 files" in result.stderr
    assert result.exit_code == 0, result.output
    alone = _run("fingerprint", "--json", "--no-recursive", "--jobs", "1", "deep")
    assert len(_records(alone)) == 2
    assert _records(alone) == _records(result)[:2]
    Path("hollow").mkdir()
    [told] = _records(_run("fingerprint", "--json", "hollow"))
    assert told["path"] == "hollow"


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_run_shows_its_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    clock = iter(range(100))
    assert list(terminal.watched(iter("abc"), 3, clock=lambda: next(clock))) == ["a", "b", "c"]
    assert "/3" in screen.getvalue()
    assert "/s" in screen.getvalue()
    quick = _Terminal()
    monkeypatch.setattr(sys, "stderr", quick)
    assert list(terminal.watched(iter("abc"), 3, clock=lambda: 0.0)) == ["a", "b", "c"]
    assert not quick.getvalue()


def test_ctrl_c_ends_the_decoders_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children: list[int | None] = []

    class Watched(decoding.Decoders):
        def fingerprints(self, paths: Iterable[Path]) -> Iterator[decoding.Answer]:
            for answer in super().fingerprints(paths):
                yield answer
                children.extend(decoder.child_pid for decoder in self._all)
                raise KeyboardInterrupt

    monkeypatch.setattr(fingerprint, "Decoders", Watched)
    result = _run("fingerprint", "--json", *["coffee.png"] * 30)
    assert result.exit_code == 130
    assert "Traceback" not in result.output
    assert len(_records(result)) == 1
    for child in filter(None, children):
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


def test_a_copy_and_a_turned_copy_match_and_another_picture_does_not(hunted: Path) -> None:
    result = _run("match", "--bank", str(hunted), "--json", "copy.jpg", "turned.png", "cat.jpg")
    copy, turned = _records(result)
    assert (copy["query"], copy["item"]) == ("copy.jpg", "the-cup")
    assert (turned["query"], turned["item"]) == ("turned.png", "the-cup")
    assert result.exit_code == 0
    nothing = _run("match", "--bank", str(hunted), "--json", "cat.jpg")
    assert (nothing.stdout, nothing.exit_code) == ("", 1)


def test_hashes_match_alone_and_from_a_text_file(hunted: Path) -> None:
    pdq = read_bank(hunted).items[0].pdq
    near = f"{int(pdq, 16) ^ 0b111:064x}"
    Path("hashes.txt").write_text(f"{near}\n\n{'0' * 64}\n", encoding="utf-8")
    expected = {"query": near, "item": "the-cup", "distance": 3}
    assert _records(_run("match", "--bank", str(hunted), "--json", near)) == [expected]
    assert _records(_run("match", "--bank", str(hunted), "--json", "hashes.txt")) == [expected]
    assert _run("match", "--bank", str(hunted), "--radius", "2", near).exit_code == 1
    Path("hashes.txt").write_text(f"{near}\nnot a hash\n", encoding="utf-8")
    bad = _run("match", "--bank", str(hunted), "--json", "hashes.txt")
    assert "number 2" in str(_records(bad)[0]["error"])
    assert bad.exit_code == 1


def test_an_input_that_fails_makes_the_status_1_even_beside_a_match(hunted: Path) -> None:
    result = _run("match", "--bank", str(hunted), "--json", "copy.jpg", "letter.txt")
    matched, failed = _records(result)
    assert (matched["item"], failed["path"]) == ("the-cup", "letter.txt")
    assert result.exit_code == 1


def test_a_bank_goes_in_and_out_unchanged(hunted: Path) -> None:
    given = _run("bank", "import", str(hunted), "bank.csv", "--name", "cups", "--owner", "us",
                 "--json")  # fmt: skip
    [facts] = _records(given)
    assert given.exit_code == 0
    assert (facts["name"], facts["owner"], facts["items"], facts["pictures"]) == (
        "cups",
        "us",
        1,
        1,
    )
    exported = _run("bank", "export", "bank.csv", "--format", "jsonl", "--to", "out.jsonl")
    assert exported.exit_code == 0
    assert read_bank(Path("out.jsonl")) == read_bank(Path("bank.csv"))
    assert read_bank(_run("bank", "export", "bank.csv").stdout.encode()).name == "cups"
    assert _records(_run("bank", "info", "--json", "out.jsonl"))[0]["with_pdq"] == 1


@pytest.mark.usefixtures("folder")
def test_a_wrong_bank_names_its_line_and_writes_nothing() -> None:
    Path("bad.csv").write_text("pdq\nxyz\n", encoding="utf-8")
    for command in (("import", "bad.csv", "out.csv"), ("info", "bad.csv"), ("export", "bad.csv")):
        result = _run("bank", *command)
        assert result.exit_code == 1
        assert "Line 2" in result.stderr
        assert "Traceback" not in result.output
    assert not Path("out.csv").exists()
    assert _run("match", "--bank", "none.csv", "0" * 64).exit_code == 1
    Path("good.csv").write_text("pdq\n" + "ab" * 32 + "\n", encoding="utf-8")
    assert _run("bank", "import", "good.csv", "no/such/folder.csv").exit_code == 1
    assert _run("bank", "import", "good.csv", "out.xls").exit_code == 1


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments", [("fingerprint",), ("match", "coffee.png"), ("fingerprint", "--no", "x"),
                  ("match", "--bank", "b.csv", "--radius", "257", "x")]
)  # fmt: skip
def test_bad_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    assert _run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    "command", ["fingerprint", "match", "bank import", "bank export", "bank info"]
)
def test_every_help_has_an_example(command: str) -> None:
    result = _run(*command.split(), "--help")
    assert f"Example: ansim {command} " in " ".join(result.stdout.split())


def test_the_language_is_korean_when_the_reader_says_so() -> None:
    assert language.current({"ANSIM_LANG": "ko"}) == "ko"
    assert language.current({"LANG": "ko_KR.UTF-8"}) == "ko"
    assert language.current({"ANSIM_LANG": "en", "LANG": "ko_KR.UTF-8"}) == "en"
    assert language.current({}) == "en"
