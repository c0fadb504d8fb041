"""Banks: sets of fingerprints with a purpose and an owner, and the files they travel in.

Two formats hold the same. JSON Lines: a first line ``{"bank": {...}}``, then one item a line. CSV:
a first line ``# ansim-bank {...}``, a header, then one item a line, with ``frames`` and ``labels``
as JSON in their cells. The first line may be missing, and a CSV needs no more than one column of
hashes, so that lists from elsewhere can be read as they come.
"""

import csv
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from ansim.fingerprints import FrameFingerprint, Kind, MalformedFingerprint
from ansim.fingerprints.values import DIGEST_DIGITS, PDQ_DIGITS, frames_from_json
from ansim.matching.errors import MalformedBank, UnknownBankFormat
from ansim.matching.tables import (
    column_of,
    delimiter_of,
    digest_of,
    records_of,
    told_delimiter,
    with_lines,
)

Format = Literal["csv", "jsonl"]
State = Literal["active", "withdrawn", "opinion_against"]
STATES: Final[tuple[State, ...]] = ("active", "withdrawn", "opinion_against")

_FIRST_LINE: Final = "# ansim-bank "
_COLUMNS: Final = (
    "key", "kind", "pdq", "quality", "md5", "sha1", "sha256", "frames", "labels",
)  # fmt: skip
_ANY_HASH: Final = "hash"
_BY_LENGTH: Final = {32: "md5", 40: "sha1", 64: "pdq", 24: "md5", 28: "sha1"}
"""What a hash in a column that is only called "hash" must be, by its digits (24, 28: base64)."""

_STATE_COLUMNS: Final = ("state", "since", "by", "reason")
ABOUT: Final = ("name", "owner", "purpose", "terms", "origin")
DIGITS: Final = DIGEST_DIGITS | {"pdq": PDQ_DIGITS}
LONGEST_KEY: Final = 200
_BEST_QUALITY: Final = 100


@dataclass(frozen=True, slots=True)
class BankItem:
    """One item; hashes in lower-case hex, "" for those that are not known.

    ``quality`` 0..100 is taken as 100 where a list names none, because lists hold good ones.
    ``state``: a withdrawn item never matches; one with an opinion against it does, marked so.
    ``since`` (ISO 8601), ``by`` and ``reason`` say when, by whom and why it came to that state.
    """

    key: str
    kind: Kind = "picture"
    pdq: str = ""
    quality: int = 100
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    frames: tuple[FrameFingerprint, ...] = ()
    labels: tuple[str, ...] = ()
    state: State = "active"
    since: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bank:
    """A set of fingerprints: whose, what for, under which terms, where it came from."""

    name: str = ""
    owner: str = ""
    purpose: str = ""
    terms: str = ""
    origin: str = ""
    items: tuple[BankItem, ...] = ()

    def about(self) -> dict[str, str]:
        """The bank without its items: name, owner, purpose, terms, origin."""
        return {name: getattr(self, name) for name in ABOUT}


def read_bank(source: Path | str | bytes, format: Format | None = None) -> Bank:  # noqa: A002
    """Read a bank from a file or from bytes; the format is told by the content if not given.

    Raises MalformedBank with the line and how to mend it, and OSError for the file itself.
    """
    raw = source if isinstance(source, bytes) else Path(source).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise MalformedBank(line=line, problem="encoding") from None
    text = with_lines(text)
    if not text.strip():
        raise MalformedBank(line=1, problem="empty")
    if format is None:
        format = "jsonl" if text.lstrip().startswith(("{", "[")) else "csv"  # noqa: A001
    about, records = _from_jsonl(text) if format == "jsonl" else _from_csv(text)
    items: dict[str, BankItem] = {}
    for line, record in records:
        item = item_of(record, line)
        if item.key in items:
            raise MalformedBank(line=line, problem="duplicate")
        items[item.key] = item
    if not isinstance(source, bytes):
        about.setdefault("name", Path(source).stem)
    return Bank(**about, items=tuple(items.values()))


def write_bank(bank: Bank, path: Path | str, format: Format | None = None) -> None:  # noqa: A002
    """Write a bank, whole or not at all; the format is told by the name's ending if not given.

    Raises UnknownBankFormat, and OSError for the file itself.
    """
    target = Path(path)
    format = format or format_of(target)  # noqa: A001
    text = bank_text(bank, format)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".bank-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def bank_text(bank: Bank, format: Format) -> str:  # noqa: A002
    """What ``write_bank`` writes, as one string."""
    return _to_jsonl(bank) if format == "jsonl" else _to_csv(bank)


def format_of(path: Path) -> Format:
    """The format that the file's name ends in. Raises UnknownBankFormat."""
    endings: dict[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
    found = endings.get(path.suffix.lower())
    if found is None:
        raise UnknownBankFormat
    return found


def _to_jsonl(bank: Bank) -> str:
    lines = [json.dumps({"bank": bank.about()})]
    for item in bank.items:
        record = asdict(item)
        if not _has_history(item):
            for name in _STATE_COLUMNS:
                del record[name]
        lines.append(json.dumps(record))
    return "\n".join(lines) + "\n"


def _to_csv(bank: Bank) -> str:
    out = io.StringIO(newline="")
    out.write(_FIRST_LINE + json.dumps(bank.about()) + "\r\n")
    told = _STATE_COLUMNS if any(map(_has_history, bank.items)) else ()
    writer = csv.DictWriter(out, _COLUMNS + told, extrasaction="ignore")
    writer.writeheader()
    for item in bank.items:
        row = asdict(item)
        row["frames"] = json.dumps(row["frames"]) if item.frames else ""
        row["labels"] = json.dumps(row["labels"]) if item.labels else ""
        writer.writerow(row)
    return out.getvalue()


def _has_history(item: BankItem) -> bool:
    return item.state != "active" or bool(item.since or item.by or item.reason)


_Records = Iterator[tuple[int, Mapping[str, object]]]


class _LineReader(Protocol):
    """What ``csv.reader`` gives back; it has no public name."""

    line_num: int

    def __next__(self) -> list[str]: ...


def _from_jsonl(text: str) -> tuple[dict[str, str], _Records]:
    def records() -> _Records:
        for number, line in enumerate(lines, start=1):
            if line.strip() and not (number == 1 and first):
                yield number, _named(_object(line, number))

    if text.lstrip().startswith("["):
        return {}, _of_array(text)
    lines = text.split("\n")
    first = "bank" in _object(lines[0], 1) if lines[0].strip() else False
    about = _about(_object(lines[0], 1)["bank"]) if first else {}
    return about, records()


def _of_array(text: str) -> _Records:
    """The objects of one JSON list."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedBank(line=1, problem="json") from None
    for number, (line, record) in enumerate(records_of(text, text.index("[")), start=1):
        if not isinstance(record, dict):
            raise MalformedBank(line=line, problem="json")
        # All of them may stand on one line.
        yield line, {"key": f"item-{number}"} | _named(record)


def _named(record: dict[str, object]) -> dict[str, object]:
    """The record under our own names, which win where it has both; others' keys may be numbers."""
    named = {column_of(name): value for name, value in record.items()}
    if type(named.get("key")) is int:
        named["key"] = str(named["key"])
    return named | record


def _from_csv(text: str) -> tuple[dict[str, str], _Records]:
    def records() -> _Records:
        for row in _rows(reader, skipped):
            line = reader.line_num + skipped
            if not any(row):
                continue
            if len(row) > len(columns):
                raise MalformedBank(line=line, problem="cells")
            cells: dict[str, object] = dict(zip(columns, row, strict=False))
            for name in ("frames", "labels"):
                if cells.get(name):
                    cells[name] = _json_cell(str(cells[name]), line, name)
            yield line, cells

    about, skipped, delimiter = {}, 0, ""
    while text.startswith("#") or (not delimiter and told_delimiter(text.partition("\n")[0])):
        first, _, text = text.partition("\n")
        skipped += 1
        delimiter = delimiter or told_delimiter(first)
        if first.startswith(_FIRST_LINE):
            about = _about(_object(first.removeprefix(_FIRST_LINE), skipped))
    delimiter = delimiter or delimiter_of(text.partition("\n")[0])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter)
    columns = [column_of(name) for name in next(_rows(reader, skipped), [])]
    if not set(columns) & {_ANY_HASH, *DIGITS}:
        raise MalformedBank(line=1 + skipped, problem="columns")
    return about, records()


def _rows(reader: _LineReader, skipped: int) -> Iterator[list[str]]:
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise MalformedBank(line=reader.line_num + skipped, problem="csv") from None


def _object(line: str, number: int) -> dict[str, object]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise MalformedBank(line=number, problem="json") from None
    if not isinstance(record, dict):
        raise MalformedBank(line=number, problem="json")
    return record


def _json_cell(cell: str, line: int, name: str) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        raise MalformedBank(line=line, problem=name) from None


def _about(record: object) -> dict[str, str]:
    if not isinstance(record, dict):
        raise MalformedBank(line=1, problem="bank")
    about = {name: record[name] for name in ABOUT if name in record}
    if not all(isinstance(value, str) for value in about.values()):
        raise MalformedBank(line=1, problem="bank")
    return about


def item_of(record: Mapping[str, object], line: int) -> BankItem:
    """One record of a list as an item, every field checked. Raises MalformedBank."""
    unnamed = record.get(_ANY_HASH)
    if unnamed:
        length = len(unnamed.strip()) if isinstance(unnamed, str) else 0
        # 64 digits may be a PDQ or a SHA-256: where the list tells, it is believed.
        told_type = next((record[n] for n in ("type", "signal_type") if record.get(n)), "")
        named = column_of(str(told_type))
        record = {named if named in DIGITS else _BY_LENGTH.get(length, "pdq"): unnamed, **record}
    hashes = {name: _hash(record.get(name), name, line) for name in DIGITS}
    if not any(hashes.values()):
        raise MalformedBank(line=line, problem="no_hash")
    # A list without keys still has items that can be told apart: by line.
    key = record.get("key") or f"line-{line}"
    if not isinstance(key, str) or len(key) > LONGEST_KEY:
        raise MalformedBank(line=line, problem="key")
    kind = record.get("kind") or "picture"
    if kind not in {"picture", "video"}:
        raise MalformedBank(line=line, problem="kind")
    try:
        frames = frames_from_json(record.get("frames") or [])
    except MalformedFingerprint:
        raise MalformedBank(line=line, problem="frames") from None
    labels = record.get("labels") or []
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise MalformedBank(line=line, problem="labels")
    told = [record.get(name) or "" for name in _STATE_COLUMNS]
    if not all(isinstance(value, str) for value in told) or told[0] not in {"", *STATES}:
        raise MalformedBank(line=line, problem="state")
    state, since, by, reason = map(str, told)
    return BankItem(
        key=key,
        kind="video" if kind == "video" else "picture",
        quality=_quality(record.get("quality"), line),
        frames=frames,
        labels=tuple(labels),
        state=next((known for known in STATES if known == state), "active"),
        since=since,
        by=by,
        reason=reason,
        **hashes,
    )


def _hash(value: object, name: str, line: int) -> str:
    if not value:
        return ""
    text = digest_of(value.strip(), DIGITS[name]) if isinstance(value, str) else ""
    if not text:
        raise MalformedBank(line=line, problem=name)
    return text


def _quality(value: object, line: int) -> int:
    if value is None or value == "":
        return 100
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value.strip()[:4])
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _BEST_QUALITY:
        raise MalformedBank(line=line, problem="quality")
    return value
