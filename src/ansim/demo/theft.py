"""What somebody learns who steals everything that lies on the server.

The thief has the database with its journal, every file of the data folder (mail, logs, backups)
and the server's keys, knows this program's source, and has no password, no receipt code and no
escrow key. They read every byte, unwrap every key that a server secret opens, and decrypt without
minding seals and places (AES-GCM without its tag is counter mode: NIST SP 800-38D, 6.5).
"""

import base64
import binascii
import gzip
import itertools
import json
import re
import sqlite3
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from ansim.vault import CaseKey, VaultError, blind_index, unwrap

KEY_BYTES: Final = 32
HEAD: Final = 17
NONCE: Final = 12
TAG: Final = 16
PHONE: Final = re.compile(r"[\d\s().+-]{7,}")
ENCODED: Final = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
HEXED: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){24,}")
LINK: Final = re.compile(rb"https?://[^\s\"'<>\\]+")
LARGEST_FILE: Final = 512 * 1024 * 1024
INDEXED: Final = ("phone", "email", "name")
# A shorter run of bytes is found everywhere by chance.
SHORTEST: Final = 5
SHORTEST_CODED: Final = 8
PIECE: Final = 12


@dataclass(frozen=True, slots=True)
class Find:
    """A planted word that the thief has: which, and where."""

    word: str
    where: str


@dataclass(slots=True)
class Loot:
    """What the thief made of it all.

    ``finds`` must be empty. ``links`` are the addresses that the server's key opens: working
    data, which the night's work needs.
    """

    files: int = 0
    bytes: int = 0
    rows: int = 0
    secrets: int = 0
    keys: int = 0
    closed_wraps: int = 0
    opened: int = 0
    closed: int = 0
    finds: list[Find] = field(default_factory=list)
    links: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Row:
    """One value of the database: where it lies, and its bytes."""

    where: str
    value: bytes


def forms_of(word: str) -> frozenset[bytes]:
    """The ways in which a word may lie in a file: encodings, escapings, a number's digits."""
    spoken = {word, *(unicodedata.normalize(form, word) for form in ("NFC", "NFD", "NFKC"))}
    spoken |= {one.lower() for one in spoken} | {one.upper() for one in spoken}
    if PHONE.fullmatch(word):
        digits = re.sub(r"\D", "", word)
        spoken |= {digits, digits.removeprefix("0"), f"+82{digits.removeprefix('0')}"}
    forms: set[bytes] = set()
    for one in spoken:
        plain = one.encode()
        forms |= {plain, one.encode("utf-16-le"), one.encode("utf-16-be")}
        forms |= {json.dumps(one)[1:-1].encode(), quote(one).encode(), quote(quote(one)).encode()}
        forms |= {plain.hex().encode(), plain.hex().upper().encode()}
        forms |= set(_base64_forms(plain))
        with suppress(UnicodeEncodeError):
            forms.add(one.encode("cp949"))
    return frozenset(one for one in forms if len(one) >= SHORTEST)


def parts_of(text: str) -> list[str]:
    """A long text and its pieces: an excerpt tells as much as the whole."""
    if len(text) < PIECE * 2:
        return [text]
    starts = range(0, len(text) - PIECE + 1, PIECE // 2)
    return [text, *(text[start : start + PIECE] for start in starts)]


def _base64_forms(plain: bytes) -> Iterator[bytes]:
    """The stable middle of ``plain`` in base64, at each of the three places it may start."""
    for skip in range(3):
        cut = base64.b64encode(b"\0" * skip + plain)
        middle = cut[-(-skip * 8 // 6) : len(cut) - 4]
        if len(middle) >= SHORTEST_CODED:
            yield middle
            yield middle.replace(b"+", b"-").replace(b"/", b"_")


class Thief:
    """Reads loot for ``words``; nothing here uses the centre's own code to read its data."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = {
            word: frozenset().union(*(forms_of(part) for part in parts_of(word)))
            for word in words
            if word.strip()
        }
        self.loot = Loot()
        self.secrets: list[bytes] = []
        self.keys: dict[bytes, bytes] = {}
        self.guesses: dict[bytes, str] = {}

    def rob(self, files: Iterable[Path], rows: Iterable[Row], keys: Path) -> Loot:
        """Everything at once: ``files`` and ``rows`` of the database, with the ``keys`` folder."""
        self._take_secrets(keys)
        taken = list(rows)
        self.loot.rows = len(taken)
        self._unwrap(taken)
        for row in taken:
            self._read(row.value, row.where)
            self._decrypt(row.value, row.where)
            self._guess(row)
        for path in files:
            self._file(path)
        self.loot.finds = list(dict.fromkeys(self.loot.finds))
        return self.loot

    def _take_secrets(self, keys: Path) -> None:
        found: set[bytes] = set()
        for path in (one for one in keys.rglob("*") if one.is_file()):
            data = path.read_bytes()
            for piece in {data, data.strip(), *ENCODED.findall(data), *HEXED.findall(data)}:
                found |= {one for one in (piece, *_decoded(piece)) if len(one) == KEY_BYTES}
        self.secrets = sorted(found)
        self.loot.secrets = len(self.secrets)

    def _unwrap(self, rows: list[Row]) -> None:
        size = 1 + 16 + KEY_BYTES + 48
        for row in rows:
            if len(row.value) != size:
                continue
            key = self._opened_wrap(row.value)
            if key is None:
                self.loot.closed_wraps += 1
            else:
                self.keys[key.id] = key.secret
        self.loot.keys = len(self.keys)

    def _opened_wrap(self, wrapped: bytes) -> CaseKey | None:
        for secret in self.secrets:
            try:
                return unwrap(secret, wrapped)
            except VaultError:
                continue
        return None

    def _decrypt(self, value: bytes, where: str) -> None:
        """Every box whose key the thief has; seal and place are not asked."""
        for box in (value, *_decoded(value)):
            if len(box) < HEAD + NONCE + TAG:
                continue
            secret = self.keys.get(box[1:HEAD])
            if secret is None:
                self.loot.closed += box[0] == 1 and len(box) > HEAD + NONCE + TAG
                self._try_secrets(box, where)
                continue
            self.loot.opened += 1
            text = _counter(secret, box[HEAD : HEAD + NONCE], box[HEAD + NONCE : -TAG])
            self._read(text, f"{where}, decrypted")
            self.loot.links |= {one.decode("utf-8", "replace") for one in LINK.findall(text)}

    def _try_secrets(self, box: bytes, where: str) -> None:
        """The server's own secrets as keys, at the places where a nonce may begin."""
        for secret, start in itertools.product(self.secrets, (0, 1, HEAD)):
            text = _counter(secret, box[start : start + NONCE], box[start + NONCE : -TAG])
            self._read(text, f"{where}, decrypted with a server secret")

    def _guess(self, row: Row) -> None:
        """A digest of a guessed word under a server secret: would it tell who is here?"""
        if len(row.value) not in {32, 64}:
            return
        digest = row.value if len(row.value) == KEY_BYTES else _unhexed(row.value)
        word = self._guesses().get(digest)
        if word is not None:
            self.loot.finds.append(Find(word, f"{row.where}, by guessing"))

    def _guesses(self) -> dict[bytes, str]:
        """Every digest of a planted word that a key in the thief's hands makes."""
        if not self.guesses:
            held = {*self.secrets, *self.keys.values()}
            for word, secret in itertools.product(self.words, held):
                self.guesses |= dict.fromkeys(_digests(secret, word), word)
        return self.guesses

    def _file(self, path: Path) -> None:
        if path.stat().st_size > LARGEST_FILE:
            raise OSError(path)
        data = path.read_bytes()
        self.loot.files += 1
        self.loot.bytes += len(data)
        self._read(data, path.name)
        for piece in ENCODED.findall(data):
            for one in _decoded(piece):
                self._read(one, f"{path.name}, decoded")

    def _read(self, data: bytes, where: str) -> None:
        for one in (data, *_inflated(data)):
            for word, forms in self.words.items():
                if any(form in one for form in forms):
                    self.loot.finds.append(Find(word, where))


def _counter(secret: bytes, nonce: bytes, text: bytes) -> bytes:
    if len(nonce) != NONCE:
        return b""
    return Cipher(AES(secret), CTR(nonce + b"\0\0\0\2")).decryptor().update(text)


def _decoded(piece: bytes) -> list[bytes]:
    found = []
    padded = piece + b"=" * (-len(piece) % 4)
    for turned in (padded, padded.replace(b"-", b"+").replace(b"_", b"/")):
        try:
            found.append(base64.b64decode(turned, validate=True))
        except (binascii.Error, ValueError):
            continue
    return [*found, *filter(None, [_unhexed(piece)])]


def _unhexed(piece: bytes) -> bytes:
    try:
        return binascii.unhexlify(piece)
    except (binascii.Error, ValueError):
        return b""


def _inflated(data: bytes) -> list[bytes]:
    """What lies inside when ``data`` is a zlib or gzip stream."""
    try:
        if data[:2] in {b"x\x9c", b"x\x01", b"x\xda"}:
            return [zlib.decompressobj().decompress(data)]
        if data[:2] == b"\x1f\x8b":
            return [gzip.decompress(data)]
    except (zlib.error, OSError, EOFError):
        pass
    return []


def _digests(secret: bytes, word: str) -> set[bytes]:
    """What ``word`` would look like in an index, plain or blind, under ``secret``."""
    mac = HMAC(secret, SHA256())
    mac.update(word.encode())
    found = {mac.finalize()}
    for name in INDEXED:
        try:
            found.add(blind_index(secret, name, word))
        except VaultError:
            continue
    return found


def sqlite_rows(path: Path) -> Iterator[Row]:
    """Every value of every table of a copied SQLite file (with its journal beside it)."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type='table'").fetchall()
        for (table,) in tables:
            cursor = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # nosec B608 -- its own names
            columns = [one[0] for one in cursor.description]
            yield from _values(table, columns, cursor)


def connected_rows() -> Iterator[Row]:
    """Every value of every table that the centre's own connection sees (PostgreSQL)."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # nosec B608 -- its own names
            columns = [one[0] for one in cursor.description or ()]
            yield from _values(table, columns, cursor.fetchall())


def _values(table: str, columns: list[str], rows: Iterable[Sequence[Any]]) -> Iterator[Row]:
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            if isinstance(value, str):
                yield Row(f"{table}.{column}", value.encode())
            elif isinstance(value, bytes | memoryview):
                yield Row(f"{table}.{column}", bytes(value))
            elif isinstance(value, dict | list):
                yield Row(f"{table}.{column}", json.dumps(value, ensure_ascii=False).encode())
