"""Decoding strangers' media in a process of its own.

A decoder is the likeliest part to have a hole, so it runs where there is nothing to take: no
secrets in its environment, no file or socket to open, a bound on memory and time. The bytes go
over a pipe and nowhere else.

How long a file may take follows from what its header announces and from its length, in processor
time (``ansim.fingerprints.patience``): about two seconds for a small file, whatever it claims.
A video is cut short a little before that; any other file is refused.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from types import TracebackType
from typing import ClassVar, Final, Self

from ansim import fingerprints
from ansim.errors import AnsimError
from ansim.fingerprints import Fingerprint, Limits, MediaError, TooManyBytes

_MAX_ANSWER: Final = 4 * 1024 * 1024
_START_SECONDS: Final = 30.0
_CHUNK: Final = 1024 * 1024
_HEAD_BYTES: Final = 4
_OUT_OF_TIME: Final = {-signal.SIGPROF, -signal.SIGXCPU}
"""How a child ends that has used up its processor time."""

_INHERITED: Final = ("PATH", "PYTHONPATH", "NUMBA_CACHE_DIR", "ANSIM_KERNELS")
_FILES_PER_CHILD: Final = 5000
"""A fresh process after so many files: libraries of codecs leak."""

_REFUSALS: Final = {
    kind.__name__: kind
    for kind in vars(fingerprints).values()
    if isinstance(kind, type) and issubclass(kind, MediaError)
}


class DecodeTimeout(AnsimError):
    """Decoding one file took longer than the deadline; its process was ended."""

    code: ClassVar[str] = "decode_timeout"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Reading this file took more than {seconds} seconds. "
        "Give a smaller copy, or a shorter part of the video.",
        "ko": "파일을 읽는 데 {seconds}초가 넘게 걸렸습니다. "
        "더 작은 사본이나 영상의 일부를 넣어 주세요.",
    }


class DecoderDied(AnsimError):
    """The decoding process ended in the middle of a file (a crash, or its memory limit)."""

    code: ClassVar[str] = "decoder_died"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file made the reading process stop. Save it again as JPEG or MP4 and retry.",
        "ko": "이 파일을 읽던 작업이 멈췄습니다. JPEG나 MP4로 다시 저장한 뒤 해 주세요.",
    }


class DecoderUnavailable(AnsimError):
    """The decoding process cannot be started at all."""

    code: ClassVar[str] = "decoder_unavailable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The process that reads pictures cannot start. Run 'ansim doctor' on the server.",
        "ko": "사진을 읽는 작업을 시작할 수 없습니다. 서버에서 'ansim doctor'를 실행해 주세요.",
    }


class Decoder:
    """One long-lived confined child; started at the first file, and again after every end.

    ``deadline_seconds`` bounds one file from the first byte sent to the answer, even where its
    length would allow it more; ``memory`` is what the child may fill, in bytes; ``searching`` as of
    ``fingerprint_bytes``. Safe to share between threads: files go one after another.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        deadline_seconds: float = 20.0,
        *,
        memory: int = 1024**3,
        searching: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._deadline = deadline_seconds
        self._memory = memory
        self._searching = searching
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._files = 0
        self._confinement: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """The decoder itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child; a later ``fingerprint`` starts another one."""
        with self._lock:
            self._stop()

    @property
    def child_pid(self) -> int | None:
        """The process id of the running child, for monitoring; None when there is none."""
        child = self._child
        return None if child is None else child.pid

    @property
    def confinement(self) -> tuple[str, ...]:
        """What holds the running child: "limits", "landlock", "seccomp"; () when there is none.

        The last two depend on the kernel (ansim.fingerprints.locking).
        """
        return () if self._child is None else self._confinement

    def start(self) -> int:
        """Start the child where none runs, ahead of its first file; its process id."""
        with self._lock:
            return self._running().pid

    def fingerprint(self, data: bytes) -> Fingerprint:
        """As ``ansim.fingerprints.fingerprint_bytes``, in the child.

        Raises the same errors, and DecodeTimeout, DecoderDied or DecoderUnavailable.
        """
        if len(data) > self._limits.max_bytes:
            raise TooManyBytes(size=len(data), limit=self._limits.max_bytes)
        with self._lock:
            child = self._running()
            self._files += 1
            started = time.monotonic()
            try:
                answer = _exchange(child, data, self._deadline)
            except DecoderDied:
                self._stop()
                if child.returncode in _OUT_OF_TIME:
                    raise DecodeTimeout(seconds=f"{time.monotonic() - started:.1f}") from None
                raise
            except BaseException:
                # Whatever cut the exchange off, this child's pipes are out of step.
                self._stop()
                raise
        return _read(answer)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid():
            # After a fork the pipes belong to the other process.
            self._child, self._owner = None, os.getpid()
        if self._files >= _FILES_PER_CHILD:
            self._stop()
        if self._child is not None and self._child.poll() is not None:
            self._stop()
        if self._child is None:
            self._child = self._start()
            self._files = 0
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        settings = {
            "limits": asdict(self._limits),
            "deadline_seconds": self._deadline,
            "searching": self._searching,
            "memory": self._memory,
            "parent": os.getpid(),
        }
        command = [sys.executable, "-P", "-m", "ansim.fingerprints.child", json.dumps(settings)]
        try:
            child = subprocess.Popen(  # noqa: S603  our own interpreter and module
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_bare_environment(),
                bufsize=0,
            )
        except OSError:
            raise DecoderUnavailable from None
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        self._child = child
        try:
            ready = json.loads(_receive(child, time.monotonic() + _START_SECONDS))
            self._confinement = tuple(ready["confinement"])
        except (DecoderDied, TimeoutError, ValueError, KeyError, TypeError):
            self._stop()
            raise DecoderUnavailable from None
        return child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None or self._owner != os.getpid():
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


def _read(answer: bytes) -> Fingerprint:
    """The child's answer; checked, because the child has read hostile bytes."""
    try:
        record = json.loads(answer)
    except ValueError:
        raise DecoderDied from None
    found = record.get("fingerprint")
    if isinstance(found, dict):
        return Fingerprint.from_json(found)
    refusal = _REFUSALS.get(str(record.get("error")), MediaError)
    values = record.get("values")
    raise refusal(**values if isinstance(values, dict) else {})


def _bare_environment() -> dict[str, str]:
    """What the child needs to find its modules, and no secret of the server."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "NUMBA_NUM_THREADS": "1",
        # Memory given back at once, and none kept apart for threads: the child has little.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "1048576",
        "MKL_NUM_THREADS": "1",
    }


def _exchange(child: subprocess.Popen[bytes], data: bytes, seconds: float) -> bytes:
    """Send one file, get its answer. Raises DecodeTimeout or DecoderDied."""
    until = time.monotonic() + seconds
    try:
        _send(child, len(data).to_bytes(8, "big"), until)
        _send(child, data, until)
        return _receive(child, until)
    except TimeoutError:
        raise DecodeTimeout(seconds=f"{seconds:g}") from None


def _send(child: subprocess.Popen[bytes], data: bytes, until: float) -> None:
    pipe = child.stdin
    if pipe is None:
        raise DecoderDied
    rest = memoryview(data)
    while rest:
        _wait(pipe.fileno(), selectors.EVENT_WRITE, until)
        try:
            rest = rest[os.write(pipe.fileno(), rest[:_CHUNK]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError:
            raise DecoderDied from None


def _receive(child: subprocess.Popen[bytes], until: float) -> bytes:
    length = int.from_bytes(_read_exactly(child, _HEAD_BYTES, until), "big")
    if length > _MAX_ANSWER:
        raise DecoderDied
    return _read_exactly(child, length, until)


def _read_exactly(child: subprocess.Popen[bytes], length: int, until: float) -> bytes:
    pipe = child.stdout
    if pipe is None:
        raise DecoderDied
    data = bytearray()
    while len(data) < length:
        _wait(pipe.fileno(), selectors.EVENT_READ, until)
        try:
            part = os.read(pipe.fileno(), length - len(data))
        except BlockingIOError:
            continue
        if not part:
            raise DecoderDied
        data += part
    return bytes(data)


def _wait(descriptor: int, event: int, until: float) -> None:
    """Until the pipe is ready. Raises TimeoutError at ``until`` (monotonic seconds)."""
    with selectors.PollSelector() as selector:
        selector.register(descriptor, event)
        if not selector.select(max(0.0, until - time.monotonic())):
            raise TimeoutError
