"""Hostile, malformed and cut-off files through the confined decoder: a clear error or the hash.

bench/hostile.py does the same with thousands, and measures time and memory.
"""

import sys
import warnings
from pathlib import Path

import pytest

from ansim.errors import AnsimError
from ansim.fetching.confined import Decoder, DecoderDied
from ansim.fingerprints import Undecodable, fingerprint_bytes, patience
from ansim.fingerprints.sniff import FileKind
from tests.fingerprints.hostile_crafted import crafted
from tests.fingerprints.hostile_files import bases, mutants

_QUICK = ("heif", "ebml", "others", "bmp", "jpeg")
_SLOW = ("49 million", "100,000", "endless", "8 MB", "tiny", "scans of", "archive", "fill", "jumps")
_VIDEO = FileKind("video", "MP4", "mov")
_PICTURE = FileKind("picture", "PNG", "PNG")


def _files() -> list[tuple[str, bytes]]:
    """Those made by hand that are quick to read, and mutants of every kind."""
    by_hand = [file for file in crafted(*_QUICK) if not any(word in file[0] for word in _SLOW)]
    return by_hand + list(mutants(3 * len(bases()), 7))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hostile_files_are_refused_clearly_or_hashed_rightly() -> None:
    files = _files()
    assert len(files) >= 130
    with Decoder() as decoder:
        for name, content in files:
            try:
                found = decoder.fingerprint(content)
            except DecoderDied:
                pytest.fail(f"{name} ended the child")
            except AnsimError as error:
                sentences = {error.sentence("en"), error.sentence("ko")}
                assert len(sentences) == 2, name
                assert not any("{" in sentence for sentence in sentences), name
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert fingerprint_bytes(content) == found, name
        status = Path(f"/proc/{decoder.start()}/status").read_text(encoding="utf-8")
        assert int(status.split("VmHWM:")[1].split()[0]) <= 1024**2


def test_a_small_file_gets_little_time_whatever_it_announces() -> None:
    assert patience.seconds_for(_PICTURE, 5e7, 2000) < patience.BASE_SECONDS + 0.01
    assert patience.seconds_for(_VIDEO, 5e9, 20_000) < patience.BASE_SECONDS + 0.1
    assert patience.seconds_for(_VIDEO, 5e9, 30_000_000) > 20
    assert patience.seconds_for(_PICTURE, 12e6, 4_000_000) > patience.BASE_SECONDS + 0.5


def test_an_animation_out_of_time_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fingerprint_bytes(bases()["gif moving"])
    monkeypatch.setattr(patience, "is_over", lambda: True)
    part = fingerprint_bytes(bases()["gif moving"])
    assert (whole.truncated, part.truncated) == (False, True)
    assert len(part.frames) == 1


def test_the_clock_is_armed_at_once_and_again_when_the_header_is_known() -> None:
    armed: list[float] = []
    try:
        patience.begin(20.0, armed.append)
        patience.announce(_VIDEO, 1e9, 1_000_000)
        assert armed[0] == patience.BASE_SECONDS
        assert armed[0] + 3 < armed[1] < armed[0] + 4.01
        assert not patience.is_over()
        patience.begin(0.0, armed.append)
        assert patience.is_over()
    finally:
        patience.end()


def test_what_stands_before_the_frame_of_a_jpeg_is_bounded() -> None:
    healthy = bases()["jpeg"]
    for filling in (b"\xff" * 100_000, b"\xff\xfe\0\2" + bytes(100_000)):
        with pytest.raises(Undecodable):
            fingerprint_bytes(healthy[:2] + filling + healthy[2:])
    assert fingerprint_bytes(healthy[:2] + b"\xff" * 9 + healthy[2:]).quality > 0
