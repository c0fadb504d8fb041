"""vPDQ hashes of one video as facebook/ThreatExchange writes them.

Text: ``frame,quality,hash,seconds`` a line (vpdq's tools). JSON: a list of ``"hash,quality,
seconds"`` (the signal of the threatexchange library), or its older object of frames.
"""

import json
import math
from typing import Final

from ansim.fingerprints import FrameFingerprint, MalformedFingerprint
from ansim.fingerprints.values import frames_from_json
from ansim.matching.banks import LONGEST_KEY, Bank, BankItem
from ansim.matching.errors import MalformedBank
from ansim.matching.exchange_received import Received

_CELLS: Final = 4


def read_vpdq(text: str, key: str) -> Received:
    """One video, under ``key``. Raises MalformedBank with the line."""
    start = text.lstrip()
    frames = frames_of_json(start, 1) if start.startswith(("[", "{")) else _frames_of_lines(text)
    if not frames:
        raise MalformedBank(line=1, problem="empty")
    return Received(Bank(items=(video(key[:LONGEST_KEY], frames),)))


def video(key: str, frames: tuple[FrameFingerprint, ...]) -> BankItem:
    """A video that is known by its frames alone; its own PDQ is its best frame's."""
    best = max(frames, key=lambda frame: frame.quality)
    return BankItem(key, "video", best.pdq, best.quality, frames=frames)


def vpdq_text(item: BankItem) -> str:
    """``frame,quality,hash,seconds`` a line, seconds to the thousandth as vpdq writes them."""
    lines = (
        f"{number},{frame.quality},{frame.pdq},{frame.seconds:.3f}\n"
        for number, frame in enumerate(item.frames)
    )
    return "".join(lines)


def vpdq_signal(item: BankItem) -> str:
    """The JSON list that the threatexchange library takes as a ``vpdq`` signal."""
    return json.dumps([f"{f.pdq},{f.quality},{f.seconds:.3f}" for f in item.frames])


def frames_of_json(text: str, line: int) -> tuple[FrameFingerprint, ...]:
    """The frames of either JSON form. Raises MalformedBank."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedBank(line=line, problem="json") from None
    if isinstance(found, dict):
        records = [found[name] for name in sorted(found, key=_number)]
        if not all(isinstance(record, dict) for record in records):
            raise MalformedBank(line=line, problem="frame")
        cells = [[r.get("hash"), str(r.get("quality")), str(r.get("timestamp"))] for r in records]
    elif isinstance(found, list) and all(isinstance(entry, str) for entry in found):
        cells = [entry.split(",") for entry in found]
    else:
        raise MalformedBank(line=line, problem="frame")
    return tuple(_frame(some, line) for some in cells)


def _frames_of_lines(text: str) -> tuple[FrameFingerprint, ...]:
    frames = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.strip().split(",")
        if len(cells) != _CELLS or not cells[0].isdecimal():
            raise MalformedBank(line=number, problem="frame")
        frames.append(_frame([cells[2], cells[1], cells[3]], number))
    return tuple(frames)


def _frame(cells: list[str], line: int) -> FrameFingerprint:
    """A frame of [hash, quality, seconds]. Raises MalformedBank."""
    try:
        digits, quality, seconds = cells
        record = {"pdq": str(digits).lower(), "quality": int(quality), "seconds": float(seconds)}
        if math.isfinite(record["seconds"]):  # type: ignore[arg-type]
            return frames_from_json([record])[0]
    except (ValueError, MalformedFingerprint):
        pass
    raise MalformedBank(line=line, problem="frame")


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else 0
