"""Signals as facebook/ThreatExchange and its relatives write them to files.

Read: the command line's CSV (``signal_type,signal_str,collab,category,tags``), its printed lines
and its local files (``pdq <hash>``), its ``simple.<TYPE>.te`` rows, JSON of the threat_updates
and threat_descriptors endpoints, StopNCII's FetchHashes answer, and JSON objects that name
``signal_type`` and the signal. Written: the CSV.

A signal is one hash, so an item is one hash too; its key is made of both and the same signal seen
twice is one item. The files are plain text, so the library itself is needed for its sample
signals only (``sample``).
"""

import csv
import hashlib
import importlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ansim.matching.banks import Bank, BankItem, State, item_of
from ansim.matching.errors import ExchangeMissing, MalformedBank
from ansim.matching.exchange_received import Received
from ansim.matching.exchange_vpdq import frames_of_json, video, vpdq_signal
from ansim.matching.tables import column_of, delimiter_of, records_of

_COLUMNS: Final = ("signal_type", "signal_str", "collab", "category", "tags")
_TYPES: Final = {
    "pdq": ("picture", "pdq"),
    "hash_pdq": ("picture", "pdq"),
    "imagepdq": ("picture", "pdq"),
    "video_md5": ("video", "md5"),
    "hash_video_md5": ("video", "md5"),
    "videomd5": ("video", "md5"),
    "hash_md5": ("picture", "md5"),
    "photo_md5": ("picture", "md5"),
    "hash_sha1": ("picture", "sha1"),
    "hash_sha256": ("picture", "sha256"),
    "video_sha256": ("video", "sha256"),
    "hash_video_sha256": ("video", "sha256"),
    "md5": ("picture", "md5"),
    "sha1": ("picture", "sha1"),
    "sha256": ("picture", "sha256"),
    "vpdq": ("video", "vpdq"),
    "video_vpdq": ("video", "vpdq"),
}
_MD5_OF_VIDEO: Final = "media_type_video"
_SIGNAL_NAMES: Final = ("signal_str", "content", "signal", "indicator", "raw_indicator",
                        "hashValue", "hash", "value")  # fmt: skip
_LISTS: Final = ("hashRecords", "data")
_AGAINST: Final = {"NEGATIVE_CLASS", "NON_MALICIOUS", "FALSE_POSITIVE", "DISPUTED", "NOTBLOCKED"}
_FILE: Final = re.compile(r"simple\.([^.]+)\.te\Z")
_SAMPLES: Final = ("pdq.signal.PdqSignal", "md5.VideoMD5Signal")


@dataclass(frozen=True, slots=True)
class _Signal:
    """One signal of any of the files; ``gone``: its owner took it back."""

    kind: str
    text: str
    line: int
    tags: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()
    gone: bool = False


@dataclass(slots=True)
class _Gathered:
    items: dict[str, BankItem] = field(default_factory=dict)
    gone: dict[str, None] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)

    def take(self, signal: _Signal) -> None:
        """Make an item of it; what comes later about the same signal is added to it."""
        known = _TYPES.get(signal.kind.lower()) or _TYPES.get(column_of(signal.kind))
        if known is None:
            what = f"signal type {signal.kind}" if signal.kind else "entry without a signal type"
            self.passed[what] += 1
            return
        kind, name = known
        if _MD5_OF_VIDEO in signal.tags:
            kind = "video"
        key = _key_of(signal.kind.lower() if name == "vpdq" else f"{kind}_{name}", signal.text)
        if signal.gone:
            self.gone[key] = None
            self.items.pop(key, None)
            return
        self.gone.pop(key, None)
        item = _item(key, kind, name, signal)
        before = self.items.get(key)
        if before is not None:
            labels = tuple(dict.fromkeys((*before.labels, *item.labels)))
            item = replace(before if before.state != "active" else item, labels=labels)
        self.items[key] = item


def read_signals(text: str, name: str = "") -> Received:
    """Read any of the files; ``name`` is the file's. Raises MalformedBank with the line."""
    gathered = _Gathered()
    for signal in _signals(text, name):
        gathered.take(signal)
    items = tuple(gathered.items.values())
    return Received(Bank(items=items), tuple(gathered.gone), dict(gathered.passed))


def signals_text(bank: Bank) -> tuple[str, dict[str, int]]:
    """The CSV of ``threatexchange dataset --csv``, and what it cannot hold, counted."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    left: Counter[str] = Counter()
    for item in bank.items:
        if item.state == "withdrawn":
            left["withdrawn item"] += 1
            continue
        category = "POSITIVE_CLASS" if item.state == "active" else "NEGATIVE_CLASS"
        tags = " ".join(label.replace(" ", "_") for label in item.labels)
        for kind, signal in _signals_of(item, left):
            writer.writerow((kind, signal, bank.name, category, tags))
    return out.getvalue(), dict(left)


def sample() -> Bank:
    """The example signals that come with the ``threatexchange`` library.

    Raises ExchangeMissing when the extra ``exchange`` is not installed.
    """
    gathered = _Gathered()
    for path in _SAMPLES:
        module, _, name = path.rpartition(".")
        try:
            found: Any = importlib.import_module(f"threatexchange.signal_type.{module}")
        except ImportError:
            raise ExchangeMissing from None
        kind = getattr(found, name)
        for text in kind.get_examples():
            gathered.take(_Signal(kind.get_name(), text, 1))
    return Bank(name="sample", origin="threatexchange", items=tuple(gathered.items.values()))


def _signals_of(item: BankItem, left: Counter[str]) -> Iterator[tuple[str, str]]:
    if item.frames:
        yield "vpdq", vpdq_signal(item)
    elif item.pdq and item.kind == "picture":
        yield "pdq", item.pdq
    for name in ("md5", "sha256"):
        if digest := getattr(item, name):
            if item.kind == "video":
                yield f"video_{name}", digest
            else:
                left[f"{name} of a picture"] += 1
    if item.sha1:
        left["sha1"] += 1


def _item(key: str, kind: str, name: str, signal: _Signal) -> BankItem:
    if name == "vpdq":
        frames = frames_of_json(signal.text, signal.line)
        if not frames:
            raise MalformedBank(line=signal.line, problem="signal")
        item = replace(video(key, frames), labels=signal.tags)
    else:
        record = {"key": key, "kind": kind, name: signal.text, "labels": list(signal.tags)}
        item = item_of(record, signal.line)
    against = [told for told in signal.opinions if told.upper().replace(" ", "_") in _AGAINST]
    if not against:
        return item
    state: State = "opinion_against"
    return replace(item, state=state, reason=", ".join(against))


def _key_of(kind: str, text: str) -> str:
    """Short and always the same for the same signal."""
    clean = text.strip().lower()
    if kind.endswith("vpdq"):
        clean = hashlib.sha256(clean.encode()).hexdigest()[:32]
    return f"{kind}-{clean}"[:200]


def _signals(text: str, name: str) -> Iterator[_Signal]:
    start = text.lstrip()
    if start.startswith(("{", "[")):
        yield from _of_json(text)
    elif found := _FILE.search(name):
        yield from _of_rows(text, found[1])
    elif "signal_type" in {column_of(n) for n in re.split(r"[,;\t|]", text.partition("\n")[0])}:
        yield from _of_csv(text)
    else:
        yield from _of_lines(text)


def _of_csv(text: str) -> Iterator[_Signal]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter_of(first))
    try:
        columns = [column_of(name) for name in next(reader)]
        for row in reader:
            if not any(row):
                continue
            cells = dict(zip(columns, row, strict=False))
            signal = next((cells[n] for n in _SIGNAL_NAMES if cells.get(n)), "")
            yield _Signal(
                cells.get("signal_type", ""), signal, reader.line_num,
                tuple(cells.get("tags", "").split()), (cells.get("category", ""),),
            )  # fmt: skip
    except csv.Error:
        raise MalformedBank(line=reader.line_num, problem="csv") from None


def _of_rows(text: str, kind: str) -> Iterator[_Signal]:
    """``signal[, id], descriptor, added_on, tags`` without a header; the name has the type."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                tags = tuple(row[-1].split()) if len(row) > 1 else ()
                yield _Signal(kind, row[0], reader.line_num, tags, tags)
    except csv.Error:
        raise MalformedBank(line=reader.line_num, problem="csv") from None


def _of_lines(text: str) -> Iterator[_Signal]:
    for number, line in enumerate(text.split("\n"), start=1):
        kind, _, rest = line.strip().partition(" ")
        if not kind:
            continue
        # A JSON signal holds spaces; whatever follows any other one is about it.
        signal = rest[: rest.rfind("]") + 1] if rest.startswith("[") else rest.partition(" ")[0]
        if not signal:
            raise MalformedBank(line=number, problem="signal")
        yield _Signal(kind, signal, number, (), tuple(rest[len(signal) :].split()))


def _of_json(text: str) -> Iterator[_Signal]:
    for line, record in _records(text):
        if not isinstance(record, dict):
            raise MalformedBank(line=line, problem="json")
        kind = next((record[n] for n in ("signal_type", "signalType", "type") if n in record), "")
        signal = next((record[n] for n in _SIGNAL_NAMES if record.get(n)), "")
        if not isinstance(signal, str):
            signal = json.dumps(signal)
        about = _descriptors(record)
        yield _Signal(
            str(kind), signal, line, tuple(_tags(about)), tuple(_opinions(about)), _is_gone(record)
        )


def _records(text: str) -> Iterator[tuple[int, object]]:
    """The records of one document, or of one object a line."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError):
                    raise MalformedBank(line=number, problem="json") from None
        return
    start = text.find("[") if isinstance(found, list) else -1
    if isinstance(found, dict):
        name = next((n for n in _LISTS if n in found), "")
        place = re.search(rf'"{name}"\s*:\s*\[', text) if name else None
        start = place.end() - 1 if place else -1
        found = found[name] if name else [found]
    if not isinstance(found, list):
        raise MalformedBank(line=1, problem="shape")
    # By the text again, for the lines; where a list of that name lies deeper, too, without them.
    lines = [line for line, _ in records_of(text, start)] if start >= 0 else []
    if len(lines) != len(found):
        lines = [1] * len(found)
    yield from zip(lines, found, strict=True)


def _descriptors(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The record itself and the descriptors or feedbacks inside it."""
    inner = record.get("descriptors") or {}
    data = inner.get("data") if isinstance(inner, dict) else inner
    parts = [record, *_listed(data), *_listed(record.get("CSPFeedbacks"))]
    return [part for part in parts if isinstance(part, dict)]


def _tags(about: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in about:
        tags = part.get("tags") or ()
        if isinstance(tags, dict):
            tags = [tag.get("text") for tag in _listed(tags.get("data")) if isinstance(tag, dict)]
        if isinstance(tags, str):
            tags = tags.split()
        yield from (tag for tag in _listed(tags) if isinstance(tag, str))


def _opinions(about: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for part in about:
        for name in ("category", "status", "feedbackValue"):
            if isinstance(part.get(name), str):
                yield part[name]


def _is_gone(record: Mapping[str, Any]) -> bool:
    return bool(record.get("should_delete")) or record.get("hashStatus") in {
        "Withdrawn",
        "Deleted",
    }


def _listed(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
