"""Workers as actors of a Ray cluster: this machine's own for the time of a sweep, or one that runs.

Only paths go out and only results come back, never a byte of a picture, so nothing of one can get
into Ray's object store and onto its disk. Every machine must see the archives and banks under the
same paths. Ray's own reports of use are switched off.
"""

import contextlib
import logging
import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from ansim.errors import AnsimError
from ansim.sweeping.engines import ATTEMPTS, Answer
from ansim.sweeping.errors import BankUnreadable, RayMissing, RayUnreachable, WorkerLost
from ansim.sweeping.parts import Part, Result, Trouble
from ansim.sweeping.troubles import trouble_of
from ansim.sweeping.working import Settings, Worker

_PREFIX: Final = "ansim-ray-"
_KNOCK_SECONDS: Final = 5.0
_PRIVATE: Final = {
    # On loopback; by its name this is for other systems, and it works on every one.
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    # Whoever reaches a cluster without a token can run code on it.
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": secrets.token_hex(32),
    # As quick as the processes of ``local``; Ray would have its workers stand back (nice 15).
    "RAY_worker_niceness": "0",
}


def forget_dead() -> None:
    """Remove the folders, logs and sockets of Ray, that killed sweeps left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        try:
            mine = folder.stat().st_uid == os.getuid()
            if mine and owner.isdigit():
                os.kill(int(owner), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _require_listener(address: str) -> None:
    """Knock where an address has a port: Ray itself would try for minutes. Raises OSError."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isascii() and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), _KNOCK_SECONDS).close()


class _Actor:
    """A worker on some machine of the cluster."""

    def __init__(self, settings: Settings) -> None:
        self._worker: Worker | None = None
        with contextlib.suppress(AnsimError, OSError):
            self._worker = Worker(settings)

    def do(self, part: Part) -> Result | Trouble:
        if self._worker is None:
            return trouble_of(BankUnreadable())
        return self._worker.do(part)


class RayEngine:
    """``workers`` actors with one processor each.

    ``address`` of a running cluster, such as "auto" or "ray://head:10001"; "" starts one on this
    machine, on loopback and behind a token, that ends with the sweep. ``workers`` 0: one for each processor.
    Raises RayMissing.
    """

    def __init__(self, settings: Settings, workers: int = 0, address: str = "") -> None:
        self._before = dict(os.environ)
        os.environ |= {"RAY_USAGE_STATS_ENABLED": "0"} | ({} if address else _PRIVATE)
        try:
            import ray
            from ray._private import worker
        except ImportError:
            raise RayMissing from None
        # Ray prints its complaints among the results; a lost worker is told by its part.
        worker.print_to_stdstream = lambda *_, **__: None
        self._ray: Any = ray
        self.slots = workers
        self._address = address
        self._settings = settings
        self._folder = ""
        self._free: list[Any] = []
        self._out: dict[Any, tuple[int, Part, Any]] = {}
        self._deaths: dict[int, int] = {}

    def __enter__(self) -> Self:
        """Reach the cluster or start one, and start the actors. Raises RayUnreachable."""
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        try:
            if self._address:
                _require_listener(self._address)
                self._ray.init(address=self._address, **quiet)
            else:
                self._start_own(quiet)
        except (ConnectionError, RuntimeError, OSError, ValueError):
            self._end()
            raise RayUnreachable from None
        # An actor beyond the cluster's processors would never start, nor its part ever be done.
        processors = max(1, int(self._ray.cluster_resources().get("CPU", 1)))
        self.slots = min(self.slots or processors, processors)
        self._kind = self._ray.remote(num_cpus=1, max_restarts=0)(_Actor)
        self._free = [self._kind.remote(self._settings) for _ in range(self.slots)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the actors, and the cluster if it was started here."""
        for actor in [*self._free, *(actor for _, _, actor in self._out.values())]:
            self._ray.kill(actor)
        self._end()

    def give(self, number: int, part: Part) -> None:
        """Have a part done by a free actor."""
        actor = self._free.pop()
        self._out[actor.do.remote(part)] = (number, part, actor)

    def take(self) -> Answer:
        """The next answer. Raises BankUnreadable when an actor cannot even start."""
        while True:
            [done], _ = self._ray.wait(list(self._out), num_returns=1)
            number, part, actor = self._out.pop(done)
            try:
                answer = self._ray.get(done)
            except self._ray.exceptions.RayActorError:
                pass
            else:
                if isinstance(answer, Trouble) and answer.error == BankUnreadable.__name__:
                    raise BankUnreadable
                self._free.append(actor)
                self._deaths.pop(number, None)
                return number, answer
            self._free.append(self._kind.remote(self._settings))
            self._deaths[number] = self._deaths.get(number, 0) + 1
            if self._deaths[number] >= ATTEMPTS:
                return number, trouble_of(WorkerLost())
            self.give(number, part)

    def _start_own(self, quiet: dict[str, Any]) -> None:
        # Ray's paths of sockets must be short, so not below the user's own folder.
        forget_dead()
        self._folder = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-")
        self.slots = self.slots or len(os.sched_getaffinity(0))
        self._ray.init(
            num_cpus=self.slots, include_dashboard=False, _temp_dir=self._folder, **quiet
        )

    def _end(self) -> None:
        self._ray.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("RAY_USAGE_STATS_ENABLED", *_PRIVATE):
            os.environ.pop(name, None)
            if name in self._before:
                os.environ[name] = self._before[name]
