"""The confined process that decodes strangers' files: ``python -m ansim.fingerprints.child``.

It reads requests from standard input, answers on standard output and ends when its input ends.
Before the first request it gives up everything that it does not need: opening files and sockets
(no free descriptor is left, and Landlock and seccomp forbid it where the kernel has them; see
locking.py), writing files, core dumps, new privileges, new processes, endless memory and time.

A request is 8 bytes of length (big-endian) and the file's bytes; an answer is 4 bytes of length
and JSON: ``{"fingerprint": {...}}`` or ``{"error": code, "values": {...}}``.
"""

import ctypes
import importlib
import io
import json
import os
import pkgutil
import resource
import signal
import struct
import sys
from typing import BinaryIO, Final

import av
import numpy as np
import pillow_heif
from PIL import AvifImagePlugin, Image

from ansim.fingerprints import frame_kernels, kernels, locking, patience
from ansim.fingerprints.errors import MediaError
from ansim.fingerprints.hashing import fingerprint_bytes
from ansim.fingerprints.values import Limits

REQUEST_HEAD: Final = struct.Struct(">Q")
ANSWER_HEAD: Final = struct.Struct(">I")

CODE_BYTES: Final = 160 * 1024 * 1024
"""What the programme's own files may fill of the memory; it was measured at under 120 MB."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PR_SET_NO_NEW_PRIVS: Final = 38


def main(arguments: list[str]) -> None:
    """Serve until the input ends. ``arguments``: one JSON object of settings."""
    settings = json.loads(arguments[0])
    limits = Limits(**settings["limits"])
    requests, answers = _take_pipes()
    _end_with(settings["parent"])
    _warm_up()
    _answer(answers, {"ready": True, "confinement": _confine(settings["memory"])})
    while (data := _receive(requests, limits.max_bytes)) is not None:
        patience.begin(settings["deadline_seconds"], _end_after)
        _answer(answers, _look(data, limits, searching=settings["searching"]))


def _look(data: bytes, limits: Limits, *, searching: bool) -> dict[str, object]:
    try:
        found = fingerprint_bytes(data, limits, searching=searching)
        return {"fingerprint": found.to_json()}
    except MediaError as error:
        return {"error": type(error).__name__, "values": error.values}


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under private numbers, so that nothing a library prints can mix in."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return requests, answers


def _end_with(parent: int) -> None:
    """End when the parent process is gone, even if it was killed while this one is busy."""

    def parent_died(_number: int, _frame: object) -> None:
        # The signal comes when the *thread* that started this process ends, so look who is left.
        if os.getppid() != parent:
            os._exit(0)

    signal.signal(signal.SIGUSR1, parent_died)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGUSR1)
    if os.getppid() != parent:
        os._exit(0)


def _warm_up() -> None:
    """Load the readers and their lazily imported parts while files can still be opened."""
    Image.init()
    kernels.warm_up()
    frame_kernels.warm_up()
    # More threads would each take stack and buffers out of the memory that is allowed.
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    pillow_heif.options.DECODE_THREADS = 1
    plain = Image.fromarray(np.zeros((8, 8, 3), np.uint8))
    lab = Image.new("LAB", (8, 8))
    for name in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "JPEG2000"):
        buffer = io.BytesIO()
        (lab if name == "TIFF" else plain).save(buffer, name)
        fingerprint_bytes(buffer.getvalue())
    pillow_heif.libheif_info()
    av.VideoFrame(16, 16, "yuv420p").to_ndarray(format="rgb24")
    # PyAV imports some of its parts only when a file has a stream of that kind.
    for part in pkgutil.walk_packages(av.__path__, "av."):
        if not part.name.endswith("__main__"):
            importlib.import_module(part.name)


def _confine(memory: int) -> list[str]:
    """Give up what is not needed; the kinds of confinement that this machine has."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # All memory that is written to counts as data on Linux; the rest is the programme's own code.
    data = max(0, memory - CODE_BYTES)
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    kinds = ["limits"]
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if locking.lock_files():
        kinds.append("landlock")
    _leave_no_descriptor()
    if locking.lock_calls():
        kinds.append("seccomp")
    return kinds


def _leave_no_descriptor() -> None:
    """Close what was inherited and set the limit so that not one more can be opened."""
    highest = 5
    os.closerange(highest, 1024)
    free = [number for number in range(highest) if not _is_open(number)]
    for number in free:
        os.dup2(0, number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, highest))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def _end_after(seconds: float) -> None:
    """Processor time from now; past it the kernel ends this process, whatever it is doing."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _receive(requests: BinaryIO, most: int) -> bytes | None:
    head = _read_exactly(requests, REQUEST_HEAD.size)
    if len(head) < REQUEST_HEAD.size:
        return None
    (length,) = REQUEST_HEAD.unpack(head)
    if length > most:
        return None
    data = _read_exactly(requests, length)
    return bytes(data) if len(data) == length else None


def _read_exactly(source: BinaryIO, length: int) -> bytearray:
    data = bytearray(length)
    view, done = memoryview(data), 0
    while done < length:
        count = os.readv(source.fileno(), [view[done:]])
        if count == 0:
            break
        done += count
    view.release()
    del data[done:]
    return data


def _answer(answers: BinaryIO, answer: dict[str, object]) -> None:
    body = json.dumps(answer).encode()
    whole = memoryview(ANSWER_HEAD.pack(len(body)) + body)
    while whole:
        whole = whole[os.write(answers.fileno(), whole) :]


if __name__ == "__main__":
    main(sys.argv[1:])
