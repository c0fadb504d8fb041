"""The drill on a real centre: real worker, real files, real keys; a thief learns nothing."""

import json
import os
import subprocess
import sys

import pytest


def run(*arguments: str, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANSIM_")}
    return subprocess.run(
        [sys.executable, "-m", "ansim", "--lang=en", "drill", "theft", *arguments],
        env={**clean, **environment}, input=given, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip


def test_a_thief_of_everything_learns_nothing_and_the_night_work_goes_on() -> None:
    done = run("--json")
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["finds"] == []
    assert said["looked_for"] == 11
    # The server's key opens working data, links among them, and nothing else.
    assert said["links"] > 0
    assert said["opened"] > 0
    assert said["closed"] > 5
    assert said["closed_wraps"] > 0
    assert said["files"] > 10
    assert said["secrets"] > 3


def test_a_home_with_a_telling_file_is_found_out(tmp_path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "notes.txt").write_text("she is called Hana Dorazy")
    done = run("--home", str(tmp_path), given="Hana Dorazy\nsomething else\n")
    assert done.returncode == 1
    assert "FOUND line 1: notes.txt" in done.stdout
    assert "Hana" not in done.stdout


@pytest.mark.parametrize(
    ("given", "said"), [("", "nothing to look for"), ("\n \n", "nothing to look for")]
)
def test_no_words_is_no_proof(tmp_path, given: str, said: str) -> None:
    (tmp_path / "keys").mkdir()
    done = run("--home", str(tmp_path), given=given)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_folder_that_is_no_centre_is_named(tmp_path) -> None:
    done = run("--home", str(tmp_path / "none"), given="x\n")
    assert done.returncode == 1
    assert "no data folder" in done.stderr


def test_no_demo_is_raised_in_production() -> None:
    done = run(ANSIM_MODE="production")
    assert done.returncode == 1
    assert "ANSIM_MODE" in done.stderr
