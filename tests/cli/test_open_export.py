"""``ansim case open-export``: the file of a case, opened without a centre."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ansim.cli.app import app
from ansim.vault import LIGHT_KDF, seal_for_passphrase

PASSPHRASE = "강가를 오래 걷는다 412"
CONTENT = {"format": "ansim case export 1", "story": "그날 일", "messages": []}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "export.bin"
    plain = json.dumps(CONTENT, ensure_ascii=False).encode()
    path.write_bytes(seal_for_passphrase(plain, PASSPHRASE, LIGHT_KDF))
    return path


def run(file: Path, typed: str, *options: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["case", "open-export", str(file), *options], input=typed)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
def test_the_first_line_opens_it(file: Path, end: str) -> None:
    code, out, _err = run(file, PASSPHRASE + end)
    assert code == 0
    assert json.loads(out) == CONTENT


def test_json_is_one_line(file: Path) -> None:
    _code, out, _err = run(file, PASSPHRASE, "--json")
    assert json.loads(out.strip()) == CONTENT
    assert out.count("\n") == 1


@pytest.mark.parametrize("change", ["wrong", "cut", "other", "gone"])
def test_anything_else_is_one_sentence(file: Path, change: str) -> None:
    typed = "not the passphrase" if change == "wrong" else PASSPHRASE
    if change == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    elif change == "other":
        file.write_bytes(b"no such file")
    elif change == "gone":
        file.unlink()
    code, out, err = run(file, typed)
    assert code == 1
    assert out == ""
    assert err.count("\n") == 1
    assert "export.bin" in err
    assert typed not in err
    code, out, _err = run(file, typed, "--json")
    assert code == 1
    assert set(json.loads(out)) == {"error"}
