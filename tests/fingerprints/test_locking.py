"""The locks around the decoding child: what it may not do any more, and that it still decodes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from skimage import data

from ansim.fetching.confined import Decoder, DecoderUnavailable
from ansim.fingerprints import fingerprint_bytes
from ansim.fingerprints.locking import _MACHINES, _program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="locks of the Linux kernel")

# Everything is tried in a process of its own that has put the lock on itself.
_LOCKED = """
import ctypes, json, mmap, os, socket, sys, threading
from ansim.fingerprints import locking
held = {"files": locking.lock_files, "calls": locking.lock_calls}[sys.argv[1]]()
libc = ctypes.CDLL(None, use_errno=True)
outcomes = {}
for what in json.loads(sys.argv[2]):
    try:
        outcomes[what] = ["done", str(eval(what))]
    except OSError as error:
        outcomes[what] = ["refused", error.errno]
print(json.dumps([held, outcomes]), flush=True)
os._exit(0)
"""
EPERM, EACCES = 1, 13

NEVER_NEEDED = (
    "socket.socket()",
    "socket.socket(socket.AF_UNIX)",
    "socket.socketpair()",
    "os.open('/etc/hostname', os.O_RDONLY)",
    "os.open('/tmp/ansim-never', os.O_CREAT | os.O_RDWR)",
    "os.stat('/etc')",
    "os.fork()",
    "os.execv('/bin/true', ['/bin/true'])",
    "os.kill(os.getppid(), 0)",
    "os.dup(0)",
    "os.pipe()",
    "os.memfd_create('x')",
    "os.unlink('/tmp/ansim-never')",
    "os.chdir('/')",
    "os.setuid(0)",
    "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
)
# ptrace, process_vm_readv, bpf, mount, unshare, io_uring_setup, perf_event_open, keyctl
_NUMBERS = (101, 310, 321, 165, 272, 425, 298, 250)
if os.uname().machine == "aarch64":
    _NUMBERS = (117, 270, 280, 40, 97, 425, 241, 219)
OTHER_PROCESSES = tuple(
    f"(libc.syscall({number}, 0, 0, 0, 0, 0), ctypes.get_errno())" for number in _NUMBERS
)
STILL_NEEDED = (
    "[t.start() or t.join() for t in [threading.Thread(target=len, args=('',)) for _ in '12']]",
    "len(bytearray(9**7))",
    "os.write(1, b'')",
    "len(os.urandom(8))",
)
FILES = (
    "os.open('/etc/hostname', os.O_RDONLY)",
    "os.open('/tmp/ansim-never', os.O_CREAT | os.O_RDWR)",
    "os.listdir('/')",
    "os.execv('/bin/true', ['/bin/true'])",
)

Outcomes = dict[str, list[object]]


def tried(lock: str, *whats: str) -> Outcomes:
    """What became of each, by its words; skips where the kernel has no such lock."""
    run = subprocess.run(
        [sys.executable, "-c", _LOCKED, lock, json.dumps(whats)],
        capture_output=True,
        text=True,
        check=True,
    )
    held, outcomes = json.loads(run.stdout)
    if not held:
        pytest.skip(f"this kernel cannot lock {lock}")
    found: Outcomes = outcomes
    return found


@pytest.fixture(scope="module")
def seccomp() -> Outcomes:
    return tried("calls", *NEVER_NEEDED, *OTHER_PROCESSES, *STILL_NEEDED)


@pytest.fixture(scope="module")
def landlock() -> Outcomes:
    return tried("files", *FILES)


@pytest.mark.parametrize("what", NEVER_NEEDED)
def test_seccomp_refuses_what_decoding_never_needs(what: str, seccomp: Outcomes) -> None:
    assert seccomp[what] == ["refused", EPERM]


@pytest.mark.parametrize("what", OTHER_PROCESSES)
def test_seccomp_refuses_the_ways_into_other_processes(what: str, seccomp: Outcomes) -> None:
    assert seccomp[what] == ["done", f"(-1, {EPERM})"]


@pytest.mark.parametrize("what", STILL_NEEDED)
def test_threads_memory_chance_and_an_open_pipe_still_work(what: str, seccomp: Outcomes) -> None:
    assert seccomp[what][0] == "done"


@pytest.mark.parametrize("what", FILES)
def test_landlock_alone_refuses_files(what: str, landlock: Outcomes) -> None:
    assert landlock[what] == ["refused", EACCES]


@pytest.mark.usefixtures("landlock", "seccomp")
def test_the_child_says_what_holds_it() -> None:
    with Decoder() as decoder:
        assert not decoder.confinement
        pid = decoder.start()
        assert decoder.confinement == ("limits", "landlock", "seccomp")
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        assert "Seccomp:\t2" in status
    assert not decoder.confinement


def test_a_child_that_does_not_say_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansim.fetching.confined._receive", lambda *_: b'{"ready": true}')
    with Decoder() as decoder, pytest.raises(DecoderUnavailable):
        decoder.start()


def video(codec: str, container: str, pixels: str = "yuv420p") -> bytes:
    """Half a second of a moving sample picture."""
    buffer = io.BytesIO()
    astronaut = data.astronaut()  # type: ignore[no-untyped-call]
    frame = np.asarray(Image.fromarray(astronaut).resize((320, 240)))
    with av.open(buffer, "w", format=container) as out:
        stream = out.add_stream(codec, rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 240, pixels
        for step in range(6):
            moved = av.VideoFrame.from_ndarray(np.roll(frame, 8 * step, axis=1), format="rgb24")
            out.mux(stream.encode(moved))
        out.mux(stream.encode())
    return buffer.getvalue()


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


@pytest.mark.parametrize(
    ("codec", "container"),
    [
        ("libx264", "mp4"),
        ("libx265", "mp4"),
        ("libvpx", "webm"),
        ("libvpx-vp9", "webm"),
        ("libsvtav1", "mp4"),
        ("mpeg4", "avi"),
        ("mpeg2video", "mpegts"),
        ("flv1", "flv"),
        ("wmv2", "asf"),
        ("mjpeg", "matroska"),
    ],
)
def test_videos_of_all_codecs_decode_behind_the_locks(
    decoder: Decoder, codec: str, container: str
) -> None:
    try:
        film = video(codec, container, "yuvj420p" if codec == "mjpeg" else "yuv420p")
    except (ValueError, av.FFmpegError):
        pytest.skip(f"this PyAV cannot write {codec}")
    assert decoder.fingerprint(film) == fingerprint_bytes(film)


@pytest.mark.parametrize("machine", sorted(_MACHINES))
def test_every_jump_of_the_filter_lands_inside_it(machine: str) -> None:
    steps = _program(_MACHINES[machine])
    assert len(steps) < 4096
    for at, (operation, jump_if, jump_else, _) in enumerate(steps):
        if operation & 0x07 == 0x05:
            assert at + 1 + max(jump_if, jump_else) < len(steps)
            assert max(jump_if, jump_else) < 256
    assert steps[-1] == (0x06, 0, 0, 0x00050000 | EPERM)
