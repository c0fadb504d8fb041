"""Hash lists as others keep them: which shape a list has, reading it, writing one.

Shapes: ``csv`` and ``jsonl`` (ours, and plain lists of hashes), ``threatexchange``, ``ncmec``
(hash-sharing XML) and ``vpdq`` (one video's frames). Nothing is dropped in silence: entries that
cannot be used are counted under their kind in ``Received.passed_over``.

Pickled indexes and states of other tools are refused: reading a pickle runs the code in it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ansim.matching.banks import DIGITS, Bank, BankItem, bank_text, item_of, read_bank
from ansim.matching.errors import MalformedBank, OneVideoOnly
from ansim.matching.exchange_ncmec import ncmec_text, read_ncmec
from ansim.matching.exchange_received import Received
from ansim.matching.exchange_signals import read_signals, signals_text
from ansim.matching.exchange_vpdq import read_vpdq, vpdq_text
from ansim.matching.tables import column_of, delimiter_of, digest_of, with_lines

Shape = Literal["csv", "jsonl", "threatexchange", "ncmec", "vpdq"]
SHAPES: Final[tuple[Shape, ...]] = ("csv", "jsonl", "threatexchange", "ncmec", "vpdq")

_VPDQ_LINE: Final = re.compile(r"\d+,\d+,[0-9a-fA-F]{64},[0-9.]+\s*\Z")
_VPDQ_FRAME: Final = re.compile(r"[0-9a-fA-F]{64},\d+,[0-9.]+\Z")
_SIGNAL_LINE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]+ +\S")
# A line of a list without a header: "#..." (no header of ours), or a hash, in hex or an MD5 in
# base64, with whatever stands behind it ("hash,quality", "hash  file" as of md5sum).
_REMARK: Final = re.compile(r"[ \t]*#(?! ansim-bank )")
_BARE_HASH: Final = re.compile(
    r"""["'\s]*((?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32}|[A-Za-z0-9+/]{22}==))["']?"""
    r"""(?=[\s,;|]|\Z)[\s;|,]*(.*)"""
)
_SHA256_NAME: Final = re.compile(r"sha[-_]?256", re.IGNORECASE)
_HALF_PAIR: Final = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]"
)
"""Half of a surrogate pair, as JSON can spell it: no text, and no file can keep it."""
# Python's pickles and arrays that may hold some; zip (also of spreadsheets), gzip, zstd, old
# spreadsheets, bzip2, 7z.
_PICKLES: Final = (b"\x80", b"\x93NUMPY")
_PACKED: Final = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"\xd0\xcf\x11\xe0",
    b"BZh",
    b"7z\xbc",
)
_SIGNALS_FILE: Final = re.compile(r"simple\.[^.]+\.te\Z")
_DIGEST_OF: Final = {64: "pdq", 40: "sha1", 32: "md5", 24: "md5"}


@dataclass(frozen=True, slots=True)
class Written:
    """An exported list; ``left_out`` counts what the shape cannot hold."""

    text: str
    left_out: dict[str, int] = field(default_factory=dict)


def shape_of(data: bytes, name: str = "") -> Shape:
    """The shape of a list by its content, and where that is not enough by its file's name.

    Raises MalformedBank for what is no text at all.
    """
    text = _text(data)
    start = text.lstrip()
    first = start.partition("\n")[0].strip()
    if start.startswith("<"):
        return "ncmec"
    if start.startswith(("{", "[")):
        return _shape_of_json(start, first)
    if _VPDQ_LINE.match(first):
        return "vpdq"
    header = {column_of(cell) for cell in first.split(delimiter_of(first))}
    if "signal_type" in header or _SIGNALS_FILE.search(name):
        return "threatexchange"
    if header & {*DIGITS, "hash"} or _is_bare(text):
        return "csv"
    if "," not in first and _SIGNAL_LINE.match(first):
        return "threatexchange"
    return "csv"


def read_list(data: bytes, shape: Shape | None = None, name: str = "") -> Received:
    """Read a list of any shape; ``name`` is its file's name. Raises MalformedBank."""
    text = _text(data)
    shape = shape or shape_of(data, name)
    stem = name.rpartition("/")[2].partition(".")[0]
    if shape == "threatexchange":
        received = read_signals(text, name)
    elif shape == "ncmec":
        received = read_ncmec(data)
    elif shape == "vpdq":
        received = read_vpdq(text, stem or "video")
    elif shape == "csv" and _is_bare(text):
        received = Received(_bare_hashes(text, "sha256" if _SHA256_NAME.search(name) else "pdq"))
    else:
        received = Received(read_bank(data, shape))
    bank = received.bank if received.bank.name else replace(received.bank, name=stem)
    return replace(received, bank=bank, shape=shape)


def write_list(bank: Bank, shape: Shape) -> Written:
    """A bank as a list of that shape. Raises OneVideoOnly for ``vpdq`` of more than one video."""
    if shape == "threatexchange":
        return Written(*signals_text(bank))
    if shape == "ncmec":
        return Written(*ncmec_text(bank))
    if shape == "vpdq":
        videos = [item for item in bank.items if item.frames]
        if len(videos) != 1:
            raise OneVideoOnly(count=len(videos))
        others = len(bank.items) - 1
        return Written(vpdq_text(videos[0]), {"item without frames": others} if others else {})
    return Written(bank_text(bank, shape))


def _shape_of_json(start: str, first: str) -> Shape:
    try:
        found = json.loads(first)
    except (ValueError, RecursionError):
        try:
            found = json.loads(start)
        except (ValueError, RecursionError):
            return "jsonl"
    if isinstance(found, list) and found:
        if isinstance(found[0], dict) and _names_a_hash(found[0]):
            return "jsonl"
        frames = isinstance(found[0], str) and _VPDQ_FRAME.match(found[0])
        return "vpdq" if frames else "threatexchange"
    if isinstance(found, dict):
        if {"hashRecords", "signal_type", "signalType", "indicator", "raw_indicator"} & set(found):
            return "threatexchange"
        if isinstance(found.get("data"), list):
            return "threatexchange"
        if found and all(key.isdecimal() for key in found):
            return "vpdq"
    return "jsonl"


def _names_a_hash(record: dict[str, object]) -> bool:
    """Whether an object is an item of ours: it names a kind of hash, and no kind of signal."""
    names = {column_of(name) for name in record}
    return bool(names & set(DIGITS)) and "signal_type" not in names


def _is_bare(text: str) -> bool:
    """Whether the first line that is no remark begins with a hash."""
    lines = (line for line in text.split("\n", 1000) if line.strip() and not _REMARK.match(line))
    return _BARE_HASH.match(next(lines, "")) is not None


def _bare_hashes(text: str, longest: str) -> Bank:
    """Lines of a hash alone, or of ``hash,quality`` or ``hash  file`` with anything after it.

    Such an item's key is its hash: by lines, a hash that comes in front would rename all others.
    ``longest``: what one of 64 digits is.
    """
    items = {item.key: item for item in _bare_items(text.split("\n"), longest)}
    return Bank(items=tuple(items.values()))


def _bare_items(lines: Iterable[str], longest: str) -> Iterable[BankItem]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or _REMARK.match(line):
            continue
        found = _BARE_HASH.match(line)
        digits = found[1] if found else re.split(r"[\s,;|]", line.strip())[0]
        name = _DIGEST_OF.get(len(digits), "pdq")
        name = longest if name == "pdq" else name
        digest = digest_of(digits, DIGITS[name]) or digits.lower()
        record: dict[str, object] = {"key": f"{name}-{digest}"[:200], name: digits}
        quality = re.split(r"[\s,;|]", found[2].strip())[0] if found else ""
        if quality.isdecimal():
            record["quality"] = quality
        yield item_of(record, number)


def _text(data: bytes) -> str:
    if data.startswith(_PICKLES):
        raise MalformedBank(line=1, problem="pickle")
    if data.startswith(_PACKED):
        raise MalformedBank(line=1, problem="packed")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedBank(
            line=data.count(b"\n", 0, error.start) + 1, problem="encoding"
        ) from None
    text = with_lines(text)
    if not text.strip():
        raise MalformedBank(line=1, problem="empty")
    if half := _HALF_PAIR.search(text):
        raise MalformedBank(line=text.count("\n", 0, half.start()) + 1, problem="encoding")
    return text
