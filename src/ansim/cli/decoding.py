"""Fingerprints of many files with all cores: one confined decoder for each, answers in order."""

import contextlib
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Final, Self

from ansim.cli.terminal import read_bytes
from ansim.errors import AnsimError
from ansim.fetching.confined import Decoder
from ansim.fingerprints import Fingerprint, Limits

LIMITS: Final = Limits()
_AHEAD: Final = 4
"""Files that are read ahead for each decoder: enough to keep it busy, little enough to hold."""

Answer = tuple[Path, Fingerprint | AnsimError]


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


class Decoders:
    """Several confined decoders, each with a thread that feeds it."""

    def __init__(self, count: int | None = None, limits: Limits = LIMITS) -> None:
        self._count = count or cores()
        self._all = [Decoder(limits) for _ in range(self._count)]
        self._free: SimpleQueue[Decoder] = SimpleQueue()
        for decoder in self._all:
            self._free.put(decoder)
        self._pool = ThreadPoolExecutor(self._count)

    def __enter__(self) -> Self:
        """The decoders themselves."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all of them; at once when something cut the work short."""
        if kind is not None:
            for decoder in self._all:
                # A busy decoder holds its lock until its answer; without its child it gives up.
                if (child := decoder.child_pid) is not None:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
        self._pool.shutdown(cancel_futures=True)
        for decoder in self._all:
            decoder.close()

    def fingerprints(self, paths: Iterable[Path]) -> Iterator[Answer]:
        """Each file's fingerprint, or what is wrong with it, in the order given."""
        waiting: deque[tuple[Path, Future[Fingerprint | AnsimError]]] = deque()
        for path in paths:
            waiting.append((path, self._pool.submit(self._one, path)))
            if len(waiting) >= self._count * _AHEAD:
                done, future = waiting.popleft()
                yield done, future.result()
        for done, future in waiting:
            yield done, future.result()

    def of_bytes(self, data: bytes) -> Fingerprint:
        """One fingerprint. Raises as ``Decoder.fingerprint``."""
        decoder = self._free.get()
        try:
            return decoder.fingerprint(data)
        finally:
            self._free.put(decoder)

    def _one(self, path: Path) -> Fingerprint | AnsimError:
        try:
            return self.of_bytes(read_bytes(path, LIMITS.max_bytes))
        except AnsimError as error:
            return error
