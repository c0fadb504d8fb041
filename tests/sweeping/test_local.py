"""Processes of a sweep: killed, replaced, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ansim.sweeping import Settings, plan
from ansim.sweeping.errors import WorkerLost
from ansim.sweeping.local import LocalEngine
from ansim.sweeping.parts import Range, Result, Trouble
from ansim.sweeping.state import State
from ansim.sweeping.working import Worker
from tests.sweeping.archives import crawl, packed
from tests.sweeping.inside import Inside, cups, lines, swept, told


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in path.read_text().split()] if path.exists() else []


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _wait_until(true: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.002)


def test_a_killed_sweep_loses_nothing_doubles_nothing_and_leaves_nobody(
    worker: Worker, tmp_path: Path
) -> None:
    archive = tmp_path / "crawl.warc.gz"
    archive.write_bytes(packed(crawl(150), "gzip"))
    expected = swept([archive], Inside(worker))
    call = [sys.executable, "-m", "tests.sweeping.inside", str(tmp_path), str(archive)]
    process = subprocess.Popen(call, cwd=Path(__file__).parents[2])
    state = tmp_path / "kill.sweep"
    _wait_until(lambda: state.exists() and state.read_bytes().count(b"\n") >= 3)
    family = _children(process.pid)
    family += [grandchild for one in family for grandchild in _children(one)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert family
    _wait_until(lambda: all(_gone(one) for one in family))
    engine = Inside(worker)
    with State(tmp_path, "kill") as again:
        done = len(again)
        assert done >= 3
        assert swept([archive], engine, again) == expected
    parts = [one for one in plan([archive], length=30_000) if isinstance(one, Range)]
    assert len(engine.given) == len(parts) - done
    assert done < len(parts)


def test_busy_workers_end_with_a_killed_sweep(archive: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    call = [sys.executable, "-m", "tests.sweeping.inside", str(archive)]
    environment = os.environ | {"STUCK": str(begun)}
    process = subprocess.Popen(call, cwd=Path(__file__).parents[2], env=environment)
    _wait_until(begun.exists)
    family = _children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert family
    _wait_until(lambda: all(_gone(one) for one in family))


class Deadly(LocalEngine):
    """Kills whoever has the second part, twice."""

    def __init__(self) -> None:
        super().__init__(Settings(cups), 1)
        self.deaths = [2, 2]

    def take(self) -> tuple[int, Result | Trouble]:
        self._kill()
        return super().take()

    def _receive(self, one: object) -> tuple[int, Result | Trouble] | None:
        answer = super()._receive(one)
        if answer is None:
            self._kill()
        return answer

    def _kill(self) -> None:
        for one in self._all:
            if one.number in self.deaths and one.part is not None and one.ready:
                self.deaths.remove(one.number)
                one.process.kill()


def test_a_worker_that_dies_is_replaced_and_its_part_tried_once_more(
    archive: Path, worker: Worker
) -> None:
    expected = told([archive], Inside(worker))
    with Deadly() as engine:
        mine = told([archive], engine)
    assert not engine.deaths
    assert [one.error for one in mine[1].result.troubles] == [WorkerLost.__name__]
    assert [one.done for one in mine[:3]] == [True, False, True]
    del mine[1], expected[1]
    assert [lines(one) for one in mine] == [lines(one) for one in expected]
