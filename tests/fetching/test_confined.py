"""The confined decoder: same answers, same refusals, and nothing survives it."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image
from skimage import data

from ansim.fetching.confined import Decoder, DecoderDied, DecoderUnavailable, DecodeTimeout
from ansim.fingerprints import (
    Limits,
    NotMedia,
    TooManyBytes,
    TooManyPixels,
    TooMuchMemory,
    Undecodable,
    fingerprint_bytes,
)
from ansim.fingerprints.child import CODE_BYTES

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def _encoded(form: str, size: tuple[int, int] = (160, 120)) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(data.coffee()).resize(size)
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(buffer)
    else:
        image.save(buffer, form)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as running:
        yield running


def _gone(pid: int) -> bool:
    """Waits for a process to end: no Python object is left that could tell."""
    for _ in range(100):
        try:
            state = (
                Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            )
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


_FORMS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF", "TIFF", "BMP", "MPO", "JPEG2000"]


@pytest.mark.parametrize("form", _FORMS)
def test_the_child_gives_the_same_fingerprint(form: str, decoder: Decoder) -> None:
    picture = _encoded(form)
    assert decoder.fingerprint(picture) == fingerprint_bytes(picture)


def test_a_tiled_photograph_of_a_phone_needs_no_file_either(decoder: Decoder) -> None:
    buffer = io.BytesIO()
    image = Image.fromarray(data.coffee()).resize((256, 192))
    pillow_heif.from_pillow(image).save(buffer, tile_size=64)
    assert decoder.fingerprint(buffer.getvalue()) == fingerprint_bytes(buffer.getvalue())


def test_processor_time_follows_the_file_and_ends_the_child() -> None:
    slow = _encoded("JPEG2000", (3000, 3000))
    with Decoder(deadline_seconds=0.02) as decoder:
        decoder.start()
        with pytest.raises(DecodeTimeout) as error:
            decoder.fingerprint(slow)
    assert error.value.sentence("ko") != error.value.sentence("en")


def test_a_child_that_used_up_its_time_is_a_timeout_and_no_crash() -> None:
    with Decoder() as decoder:
        child = decoder.start()
        os.kill(child, signal.SIGSTOP)
        os.kill(child, signal.SIGPROF)
        killer = threading.Timer(0.05, os.kill, (child, signal.SIGCONT))
        killer.start()
        with pytest.raises(DecodeTimeout):
            decoder.fingerprint(_encoded("PNG"))
        killer.join()
        assert decoder.fingerprint(_encoded("PNG")).format == "PNG"


def test_refusals_cross_the_pipe_with_their_sentences(decoder: Decoder) -> None:
    decoder.fingerprint(_encoded("PNG"))
    child = decoder.child_pid
    for refusal, media in ((NotMedia, b"hello"), (Undecodable, _encoded("PNG")[:500])):
        with pytest.raises(refusal) as error:
            decoder.fingerprint(media)
        with pytest.raises(refusal) as same:
            fingerprint_bytes(media)
        assert error.value.sentence("ko") == same.value.sentence("ko")
    assert decoder.child_pid == child


def test_limits_reach_the_child() -> None:
    picture = _encoded("PNG")
    with Decoder(Limits(max_pixels=100)) as small, pytest.raises(TooManyPixels):
        small.fingerprint(picture)
    with Decoder(Limits(max_bytes=100)) as short:
        with pytest.raises(TooManyBytes):
            short.fingerprint(picture)
        assert short.child_pid is None


def test_threads_share_one_decoder(decoder: Decoder) -> None:
    pictures = [_encoded("PNG", (64 + number, 64)) for number in range(8)]
    expected = [fingerprint_bytes(picture) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(decoder.fingerprint, pictures * 3)) == expected * 3


def test_a_killed_child_is_replaced(decoder: Decoder) -> None:
    picture = _encoded("PNG")
    expected = decoder.fingerprint(picture)
    child = decoder.child_pid
    assert child is not None
    os.kill(child, signal.SIGKILL)
    _gone(child)
    assert decoder.fingerprint(picture) == expected
    assert decoder.child_pid != child


def test_a_child_that_hangs_meets_the_deadline_and_the_next_file_a_new_child() -> None:
    picture = _encoded("PNG")
    with Decoder(deadline_seconds=0.3) as decoder:
        decoder.fingerprint(picture)
        child = decoder.child_pid
        assert child is not None
        os.kill(child, signal.SIGSTOP)
        for media in (picture, bytes(4 * 1024 * 1024)):
            with pytest.raises(DecodeTimeout) as error:
                decoder.fingerprint(media)
            assert "0.3" in str(error.value)
            assert _gone(child)
            decoder.fingerprint(picture)
            child = decoder.child_pid
            assert child is not None
            os.kill(child, signal.SIGSTOP)


def test_a_child_that_dies_over_a_file_is_one_clear_error() -> None:
    picture = _encoded("PNG")
    with Decoder() as decoder:
        decoder.fingerprint(picture)
        child = decoder.child_pid
        assert child is not None
        os.kill(child, signal.SIGSTOP)
        killer = threading.Timer(0.05, os.kill, (child, signal.SIGKILL))
        killer.start()
        with pytest.raises(DecoderDied):
            decoder.fingerprint(picture)
        killer.join()
        decoder.fingerprint(picture)


@linux
def test_too_little_memory_is_one_clear_error_and_the_next_file_goes_on() -> None:
    small, large = _encoded("PNG"), _encoded("JPEG", (6000, 4000))
    with Decoder() as decoder:
        status = Path(f"/proc/{_pid(decoder)}/status").read_text(encoding="utf-8")
    used = int(status.split("VmData:")[1].split()[0]) * 1024
    with Decoder(memory=used + CODE_BYTES + 40_000_000) as decoder:
        with pytest.raises(TooMuchMemory):
            decoder.fingerprint(large)
        assert decoder.fingerprint(small) == fingerprint_bytes(small)


def test_a_child_that_cannot_start_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with Decoder() as decoder, pytest.raises(DecoderUnavailable):
        decoder.fingerprint(_encoded("PNG"))


@linux
def test_the_child_can_open_nothing_and_knows_no_secret(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIM_SECRET", "do-not-inherit")
    with Decoder() as fresh:
        fresh.fingerprint(_encoded("PNG"))
        process = Path(f"/proc/{fresh.child_pid}")
        limits = (process / "limits").read_text(encoding="utf-8")
        # Not dumpable: where the tests do not run as root, this cannot even be read.
        if os.geteuid() == 0:
            assert b"do-not-inherit" not in (process / "environ").read_bytes()
            opened = len(list((process / "fd").iterdir()))
            assert f"Max open files            {opened} " in limits
    for line in ("Max file size             0 ", "Max core file size        0 "):
        assert line in limits
    assert "NoNewPrivs:\t1" in Path(f"/proc/{_pid(decoder)}/status").read_text(encoding="utf-8")


def _pid(decoder: Decoder) -> int:
    decoder.fingerprint(_encoded("PNG"))
    assert decoder.child_pid is not None
    return decoder.child_pid


# A bystander holds the pipe open where asked to, so that the pipe's end cannot end the child.
_PARENT = """
import os, signal, subprocess, sys
from ansim.fetching.confined import Decoder
decoder = Decoder()
decoder.fingerprint(sys.stdin.buffer.read())
bystander = 0
if sys.argv[1] == "held":
    os.set_inheritable(decoder._child.stdin.fileno(), True)
    bystander = subprocess.Popen(["sleep", "30"], close_fds=False, stdout=2).pid
print(decoder.child_pid, bystander, flush=True)
signal.pause()
"""


@linux
@pytest.mark.parametrize("pipe", ["held", "closed"])
def test_the_child_ends_when_its_parent_is_killed(pipe: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, pipe], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(_encoded("PNG"))
    parent.stdin.close()
    child, bystander = (int(part) for part in parent.stdout.readline().split())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        assert _gone(child)
    finally:
        if bystander:
            os.kill(bystander, signal.SIGKILL)


@linux
def test_the_child_outlives_the_thread_that_started_it() -> None:
    picture = _encoded("PNG")
    with Decoder() as decoder:
        first = threading.Thread(target=decoder.fingerprint, args=(picture,))
        first.start()
        first.join()
        child = decoder.child_pid
        decoder.fingerprint(picture)
        assert decoder.child_pid == child


def test_a_closed_decoder_leaves_no_process() -> None:
    decoder = Decoder()
    child = _pid(decoder)
    decoder.close()
    assert decoder.child_pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
