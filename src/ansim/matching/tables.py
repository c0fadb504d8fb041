"""What lists from elsewhere call their columns, what stands between their cells, and on which line.

Everybody who keeps hashes has names of their own for the same few columns, and spreadsheets of
many countries write semicolons for commas.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Final

_HASH: Final = re.compile(
    r"(?:hash|photo|image|file)?(pdq|md5|sha1|sha256)(?:hash|hex|digest|sum|checksum)?"
)
_ALIASES: Final = {
    "id": "key",
    "hash": "hash",
    "hashvalue": "hash",
    "qualityscore": "quality",
    "pdqquality": "quality",
    "hashtype": "signal_type",
    "signaltype": "signal_type",
    "hashalgorithm": "signal_type",
    "algorithm": "signal_type",
}
_DELIMITERS: Final = ",;\t|"
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,]*")


def column_of(name: str) -> str:
    """What a column is, by its header: "MD5 Hash", "sha-256", "pdq_hash" are md5, sha256, pdq.

    A name that is not known comes back in lower case, without the blanks around it.
    """
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    found = _HASH.fullmatch(plain)
    return found[1] if found else _ALIASES.get(plain, name.strip().lower())


def with_lines(text: str) -> str:
    """The text with line feeds, where it only has the line ends of an old Mac."""
    return text if "\n" in text else text.replace("\r", "\n")


def delimiter_of(header: str) -> str:
    """What stands between the cells: that which gives the header most names, a comma of equals."""
    return max(_DELIMITERS, key=header.count)


def told_delimiter(line: str) -> str:
    """The delimiter that a spreadsheet's first line names ("sep=;"), or ""."""
    found = _SEPARATOR.match(line.strip())
    return found[1] if found else ""


def digest_of(text: str, digits: int) -> str:
    """A digest of so many hex digits, in lower case, as hex or as base64; "" where it is neither."""
    if len(text) == digits:
        return text.lower() if re.fullmatch(r"[0-9a-fA-F]+", text) else ""
    if len(text) != 4 * -(-digits // 6):
        return ""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if 2 * len(raw) == digits else ""


def records_of(text: str, start: int) -> Iterator[tuple[int, object]]:
    """(line, record) of each in the JSON array whose "[" stands at ``start``; the text is JSON."""
    decoder = json.JSONDecoder()
    line, at = text.count("\n", 0, start) + 1, start + 1
    while True:
        between = _BETWEEN.match(text, at)
        further = between.end() if between else at
        line += text.count("\n", at, further)
        if text[further : further + 1] in {"]", ""}:
            return
        record, at = decoder.raw_decode(text, further)
        yield line, record
        line += text.count("\n", further, at)
