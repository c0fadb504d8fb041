"""``ansim sweep`` at the command line."""

import json
import os
import sys
from collections.abc import Iterator
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from ansim.cli import sweep
from ansim.cli.app import app
from ansim.fingerprints import fingerprint_bytes
from ansim.sweeping import Settings
from ansim.sweeping.parts import Batch, Counts
from ansim.sweeping.parts import Result as PartResult
from ansim.sweeping.working import Worker
from tests.sweeping.archives import CUP, CUP_AGAIN, crawl, packed, record
from tests.sweeping.inside import Inside


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("ANSIM_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANSIM_HOME", str(tmp_path / "home"))
    Path("crawl.warc.gz").write_bytes(packed(crawl(), "gzip"))
    Path("pictures").mkdir()
    Path("pictures/cup.jpg").write_bytes(CUP_AGAIN)
    Path("pictures/notes.txt").write_text("no picture")
    found = fingerprint_bytes(CUP)
    record = {"key": "the-cup", "pdq": found.pdq, "sha256": found.sha256}
    Path("hunted.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same, with the worker in this process."""
    with Worker(Settings(partial(sweep.open_banks, ("hunted.jsonl",)))) as worker:
        monkeypatch.setattr(sweep, "LocalEngine", lambda _settings, _count: Inside(worker, 2))
        yield folder


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sweep", "--bank", "hunted.jsonl", *arguments])


def _records(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("folder")
def test_json_has_an_object_for_each_hit_and_a_summary() -> None:
    result = _run("--json", "--workers", "2", "crawl.warc.gz", "pictures")
    *hits, last = _records(result.stdout)
    assert result.exit_code == 0, result.output
    assert list(hits[0]) == [
        "archive", "offset", "url", "sha256", "bank", "item", "distance", "exact",
    ]  # fmt: skip
    assert [one.get("url") for one in hits] == [
        "https://x5.example/5", "https://x23.example/23", "https://x31.example/31", None,
    ]  # fmt: skip
    assert hits[3]["path"] == "pictures/cup.jpg"
    assert {(one["bank"], one["item"]) for one in hits} == {("hunted", "the-cup")}
    summary = last["summary"]
    assert summary | {"hits": 4, "media": 41, "unread": 0, "damaged": 0} == summary
    assert not list(Path("home/sweeps").iterdir())


@pytest.mark.usefixtures("inside")
def test_people_get_lines_and_a_sentence_in_their_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("cut.warc.gz").write_bytes(Path("crawl.warc.gz").read_bytes()[:-900])
    monkeypatch.setenv("ANSIM_LANG", "ko")
    result = _run("--workers", "1", "cut.warc.gz", "none.warc")
    assert "https://x31.example/31  the-cup" in result.stdout
    assert "레코드 중간에서 끝납니다" in result.stderr
    assert "none.warc: 이 경로에 파일이나 폴더가 없습니다" in result.stderr
    assert "3건이 일치했습니다" in result.stderr
    assert result.exit_code == 1
    assert len(list(Path("home/sweeps").iterdir())) == 1
    again = _run("--workers", "1", "cut.warc.gz", "none.warc")
    assert "멈춘 작업을 이어서 합니다" in again.stderr
    assert again.stdout == result.stdout
    fresh = _run("--workers", "1", "--fresh", "cut.warc.gz", "none.warc")
    assert "멈춘 작업" not in fresh.stderr
    assert fresh.stdout == result.stdout


@pytest.mark.usefixtures("inside")
def test_the_out_file_says_what_it_is_and_is_nobody_elses() -> None:
    result = _run("--json", "--workers", "1", "--out", "found.jsonl", "crawl.warc.gz")
    assert result.exit_code == 0
    out = Path("found.jsonl")
    about, *hits, last = _records(out.read_text())
    assert out.stat().st_mode & 0o777 == 0o600
    assert "working data" in about["sweep"]["note"]
    assert len(hits) == 3
    assert _records(result.stdout) == [last]
    assert not list(Path.cwd().glob(".*.part"))
    missing = _run("--workers", "1", "--out", "no/where.jsonl", "crawl.warc.gz")
    assert missing.exit_code == 1
    assert "--out" in missing.stderr


@pytest.mark.usefixtures("inside")
def test_ctrl_c_keeps_what_is_done_and_writes_no_half_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(self: Inside) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Inside, "take", stop)
    result = _run("--workers", "1", "--out", "found.jsonl", "crawl.warc.gz")
    assert result.exit_code == 130
    assert "goes on from here" in result.stderr
    assert not list(Path.cwd().glob("*found*"))
    assert not list(Path.cwd().glob(".*.part"))


@pytest.mark.usefixtures("folder")
def test_bad_usage_is_2_and_a_missing_bank_one_sentence() -> None:
    assert _run("--ray-address", "auto", "crawl.warc.gz").exit_code == 2
    assert _run("--engine", "spark", "crawl.warc.gz").exit_code == 2
    assert _run("--workers", "-1", "crawl.warc.gz").exit_code == 2
    assert _run().exit_code == 2
    result = CliRunner().invoke(app, ["sweep", "--bank", "no.bank", "--json", "crawl.warc.gz"])
    assert result.exit_code == 1
    assert set(json.loads(result.stdout)) == {"path", "error"}
    assert "Example: ansim sweep" in CliRunner().invoke(app, ["sweep", "--help"]).stdout


@pytest.mark.usefixtures("inside")
def test_names_and_addresses_of_strangers_do_no_harm() -> None:
    Path("odd").mkdir()
    Path("odd/a\nb\x1b[31m.jpg").write_bytes(CUP)
    Path(os.fsdecode(b"odd/\xff.jpg")).write_bytes(CUP)
    Path("odd.warc").write_bytes(record(CUP, "https://x.example/\x1b]0;x\x07"))
    told = _run("--workers", "1", "odd", "odd.warc")
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert "odd/a\\nb\\x1b[31m.jpg  the-cup" in told.stdout
    result = _run("--json", "--workers", "1", "odd")
    assert [os.fsencode(str(one["path"])) for one in _records(result.stdout)[:2]] == [
        b"odd/a\nb\x1b[31m.jpg", b"odd/\xff.jpg",
    ]  # fmt: skip
    assert _run("--workers", "1", "--out", "odd.jsonl", "odd").exit_code == 0
    assert [*_records(Path("odd.jsonl").read_text())[1:3]] == _records(result.stdout)[:2]


@pytest.mark.parametrize("out", ["", "/", "pictures", "crawl.warc.gz", "./hunted.jsonl", "link"])
@pytest.mark.usefixtures("inside")
def test_the_out_file_is_never_a_folder_an_input_or_a_bank(out: str) -> None:
    Path("link").symlink_to("crawl.warc.gz")
    before = Path("crawl.warc.gz").read_bytes(), Path("hunted.jsonl").read_bytes()
    result = _run("--workers", "1", "--out", out, "crawl.warc.gz")
    assert result.exit_code == 1
    assert "--out" in result.stderr
    assert (Path("crawl.warc.gz").read_bytes(), Path("hunted.jsonl").read_bytes()) == before


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_sweep_shows_its_rate_and_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, plain = _Terminal(), StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(sys, "stdout", plain)
    monkeypatch.setenv("TERM", "xterm")
    part = Batch("k", ("a",), walked=True, size=500_000)
    with sweep._watched(1_000_000) as done:
        done(part, PartResult(Counts(media=40)), False)
        sys.stdout.write('{"a": 1}\n')
    assert "50 %" in screen.getvalue()
    assert "pictures/s" in screen.getvalue()
    assert plain.getvalue() == '{"a": 1}\n'


def test_the_state_lies_with_the_centre_or_with_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIM_HOME", "/centre")
    assert sweep._state_folder() == Path("/centre/sweeps")
    monkeypatch.delenv("ANSIM_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", "/mine")
    assert sweep._state_folder() == Path("/mine/ansim/sweeps")
    assert os.environ["XDG_STATE_HOME"] == "/mine"


@pytest.mark.usefixtures("folder")
def test_a_copy_with_a_strip_cut_off_is_a_hit_when_guesses_are_wanted() -> None:
    with Image.open(BytesIO(CUP)) as cup:
        strip = round(cup.width * 0.05)
        cup.crop((0, 0, cup.width - strip, cup.height)).save("pictures/cut.png")
    plain = _records(_run("--json", "--workers", "1", "pictures").stdout)
    guessed = _records(_run("--json", "--workers", "1", "--cropped", "pictures").stdout)
    assert [one["path"] for one in plain[:-1]] == ["pictures/cup.jpg"]
    assert [(one["path"], one.get("guessed")) for one in guessed[:-1]] == [
        ("pictures/cup.jpg", None), ("pictures/cut.png", True),
    ]  # fmt: skip


@pytest.mark.usefixtures("inside")
def test_records_that_could_not_be_unpacked_are_no_clean_end() -> None:
    coded = record(b"\x0b\x02\x80nothing that is read\x03", head=b"Content-Encoding: br\r\n")
    Path("packed.warc").write_bytes(packed([coded], "plain"))
    result = _run("--json", "packed.warc")
    assert _records(result.stdout)[-1]["summary"]["packed"] == 1  # type: ignore[index]
    assert result.exit_code == 1
