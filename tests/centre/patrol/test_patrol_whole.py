"""A small patrol from end to end: copies are found, nothing of a picture stays, nobody looks."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture(scope="module")
def patrol() -> ModuleType:
    """The benchmark as a module; it and its sisters import one another by their bare names."""
    sys.path.insert(0, str(BENCH))
    try:
        spec = importlib.util.spec_from_file_location("bench_patrol", BENCH / "patrol.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCH))
    return module


@pytest.fixture(scope="module")
def told() -> dict:
    """What a patrol of 3 sites with 168 pictures and 15 copies tells."""
    small = ["--pictures", "168", "--sites", "3", "--copies", "15", "--json"]
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ANSIM_", "DJANGO_", "PYTEST_"))
    }
    done = subprocess.run(
        [sys.executable, str(BENCH / "patrol.py"), *small],
        capture_output=True, text=True, env=clean, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr[-3000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_every_site_is_walked_and_every_picture_hashed(told) -> None:
    assert told["failures"] == 0
    assert told["requests"]["pictures"] >= told["pictures"] == 168
    assert all("Ansim" in agent for agent in told["agents"])


def test_plain_copies_are_found_and_nothing_else_is(told) -> None:
    assert told["false"] == 0
    plain = ("JPEG quality", "other codec", "resized to")
    for name, (hits, _near, count) in told["recall"].items():
        if name.startswith(plain):
            assert hits == count, name
    assert told["found"] >= 11


def test_what_is_found_is_reported_without_anybody_looking(told) -> None:
    assert told["requests_by_kind"] == {"platform": told["found"], "police": told["found"]}
    assert told["records"] == told["records_in_custody"] == told["found"]
    assert told["sent"] == told["letters"] == 2 * told["found"]
    assert told["views"] == 0
    shown = [act for act in told["acts_of_staff"] if act.endswith(("shown", "read", "revealed"))]
    assert shown == []


def test_no_byte_of_a_picture_is_left_in_any_file(told) -> None:
    assert told["files"] > 0
    assert told["file_bytes"] > 100_000
    assert (told["media_runs_at_rest"], told["media_headers_at_rest"]) == (0, 0)


def test_a_run_of_bytes_is_found_wherever_it_lies(patrol) -> None:
    run = bytes(range(40, 56))
    known = patrol.Runs([run, b"another run here"])
    for before in range(9):
        assert known.count(b"x" * before + run + b"end") == 1
    assert known.count(run[:-1] + b"?" + run[1:]) == 0
    assert known.count(b"") == 0
