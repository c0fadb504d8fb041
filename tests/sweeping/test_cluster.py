"""Sweeps on a real Ray cluster on loopback."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansim.sweeping import Settings, Told
from ansim.sweeping.errors import BankUnreadable, RayMissing, RayUnreachable
from ansim.sweeping.parts import Part
from ansim.sweeping.working import Worker
from tests.sweeping.archives import crawl, packed
from tests.sweeping.inside import Inside, cups, lines, told

_REQUIRED = "ray" in os.environ.get("ANSIM_TEST_REQUIRE", "")

pytestmark = [
    pytest.mark.xdist_group("ray"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.skipif(
        not _REQUIRED and importlib.util.find_spec("ray") is None,
        reason="Ray is not installed (the extra 'ray').",
    ),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crawl") / "crawl.warc.gz"
    path.write_bytes(packed(crawl(120), "gzip"))
    return path


@pytest.fixture(scope="module")
def expected(archive: Path) -> Iterator[list[object]]:
    with Worker(Settings(cups)) as worker:
        yield _said(told([archive], Inside(worker)))


def _said(all_told: list[Told]) -> list[object]:
    return [said for one in all_told for said in lines(one)]


def no_banks() -> list[object]:
    raise FileNotFoundError


def test_a_cluster_gives_what_this_machine_gives(
    archive: Path,
    expected: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """And again with one of its machines lost, and says so when no bank can be opened."""
    from ansim.sweeping.cluster import RayEngine

    class Losing(RayEngine):
        """Kills the process of the first part that it gives."""

        lost = 0

        def give(self, number: int, part: Part) -> None:
            if not self.lost:
                self.lost = pid = self._ray.get(self._free[-1].__ray_call__.remote(_pid))
                os.kill(pid, signal.SIGKILL)
            super().give(number, part)

    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with Losing(Settings(cups), 2) as engine:
        folder = Path(engine._folder)
        assert folder.is_dir()
        assert _said(told([archive], engine)) == expected
        assert engine.lost
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
        assert os.environ["RAY_AUTH_MODE"] == "token"
        address = engine._ray.get_runtime_context().gcs_address
        assert address.startswith("127.0.0.1:")
        for actor in engine._free:
            engine._ray.kill(actor)
        engine.slots, engine._free = 1, [engine._kind.remote(Settings(no_banks))]
        with pytest.raises(BankUnreadable):
            told([archive], engine)
    assert not folder.exists()
    assert "RAY_AUTH_TOKEN" not in os.environ
    assert "A worker died" not in capfd.readouterr().out


def _pid(_actor: object) -> int:
    return os.getpid()


def test_what_killed_sweeps_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansim.sweeping.cluster import forget_dead

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"ansim-ray-{dead.pid}-a", f"ansim-ray-{os.getpid()}-b", "ansim-ray-x-c"):
        (tmp_path / name).mkdir()
    forget_dead()
    assert sorted(path.name[-1] for path in tmp_path.iterdir()) == ["b", "c"]


def test_without_ray_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansim.sweeping.cluster import RayEngine

    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayMissing) as caught:
        RayEngine(Settings(cups))
    assert "pip install 'ansim[ray]'" in caught.value.sentence("ko")


def test_a_cluster_that_is_not_there_is_told_at_once() -> None:
    from ansim.sweeping.cluster import RayEngine

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    started = time.monotonic()
    for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
        with pytest.raises(RayUnreachable), RayEngine(Settings(cups), address=address):
            pass
    assert time.monotonic() - started < 20
