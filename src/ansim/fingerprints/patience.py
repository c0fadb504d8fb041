"""How much processor time one file may take: enough for honest work, and no more.

Every file may take BASE_SECONDS. What its header announces adds to that, because fifty million
pixels or ten minutes of video honestly need longer; but an announcement costs a hostile file
nothing, so the addition is also bounded by the file's own length. A small file is therefore never
read for much longer than BASE_SECONDS, whatever it claims to be.

Readers call ``announce`` once the header is known and ask ``is_over`` between the frames of a
moving picture, which they then cut short. Outside a confined child nobody has called ``begin``
and there is no bound.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ansim.fingerprints.sniff import FileKind

BASE_SECONDS: Final = 1.6
"""Processor seconds that any file may take; with sending and answering, it stays below two."""

_SOFT_SHARE: Final = 0.75
"""Of the time allowed: then a moving picture is cut short, so that what was read still counts."""

# Pixels and bytes a second at the slowest: a fifth or less of what one processor of 2020 reads.
_VIDEO: Final = (100_000_000, 250_000)
_PICTURE: Final = (20_000_000, 4_000_000)
_SLOW_PICTURE: Final = (5_000_000, 500_000)
_SLOW_READERS: Final = {"JPEG2000", "AVIF", "HEIF"}


@dataclass(slots=True)
class _Allowance:
    most: float
    arm: Callable[[float], None]
    started: float
    seconds: float


_now: list[_Allowance] = []


def seconds_for(kind: FileKind, pixels: float, size: int) -> float:
    """Processor seconds for a file of ``size`` bytes announcing ``pixels`` (over all frames)."""
    rates = _VIDEO
    if kind.family == "picture":
        rates = _SLOW_PICTURE if kind.reader in _SLOW_READERS else _PICTURE
    return BASE_SECONDS + min(pixels / rates[0], size / rates[1])


def begin(most: float, arm: Callable[[float], None]) -> None:
    """Start one file. ``most``: seconds never to exceed.

    ``arm(seconds)`` is called now, and again at each announcement: it has this process ended when
    it has used so many more seconds of processor time.
    """
    seconds = min(most, BASE_SECONDS)
    _now[:] = [_Allowance(most, arm, time.process_time(), seconds)]
    arm(seconds)


def end() -> None:
    """Bound nothing any longer."""
    _now.clear()


def announce(kind: FileKind, pixels: float, size: int) -> None:
    """What the header says of the work: ``pixels`` over all frames, ``size`` bytes of the file."""
    for allowance in _now:
        allowance.seconds = min(allowance.most, seconds_for(kind, pixels, size))
        used = time.process_time() - allowance.started
        allowance.arm(max(0.001, allowance.seconds - used))


def is_over() -> bool:
    """Whether a moving picture should be cut short now."""
    return any(
        time.process_time() - allowance.started > _SOFT_SHARE * allowance.seconds
        for allowance in _now
    )
