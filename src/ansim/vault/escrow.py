"""The offline escrow key on paper: whole, or as three shares of which any two open it.

Shares are Shamir's (1979) over GF(2^8) with the polynomial of AES, byte by byte: the secret is the
value at 0 of a random line, share n its value at n. One share alone tells nothing at all. On
paper each is a line of Crockford's base 32 in groups of four, which has no I, L, O and U to be
misread, with a checksum that finds what was mistyped before anything is tried.

Whole key: kind 0x45, set (4 bytes), key (32), checksum (4).
Share: kind 0x53, set (4), number (1), share (32), checksum (4). The set is the same in all parts of
one key, so that shares of different keys are told apart.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ansim.vault.errors import MistypedKey, MixedShares, SameShare, ShareMissing
from ansim.vault.keys import KEY_BYTES, public_key_of, require_length

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MEANT: Final = str.maketrans("OIL", "011")
KEY_KIND, SHARE_KIND = 0x45, 0x53
SET_BYTES, SUM_BYTES = 4, 4
GROUP: Final = 4
NEEDED, SHARES = 2, 3
AES_POLYNOMIAL: Final = 0x11B


@dataclass(frozen=True, slots=True)
class Part:
    """What one typed line holds: the whole key (``number`` 0) or one share of it."""

    set_id: bytes
    number: int
    secret: bytes = field(repr=False)


def show_key(private: bytes) -> str:
    """An escrow private key as a line to write down. Raises MalformedKey."""
    require_length(private, KEY_BYTES)
    return _line(bytes([KEY_KIND]) + _set_of(private) + private)


def split_key(private: bytes) -> list[str]:
    """An escrow private key as three lines of which any two give it back. Raises MalformedKey."""
    require_length(private, KEY_BYTES)
    slope = secrets.token_bytes(KEY_BYTES)
    head = bytes([SHARE_KIND]) + _set_of(private)
    lines = []
    for number in range(1, SHARES + 1):
        share = bytes(a ^ _times(b, number) for a, b in zip(private, slope, strict=True))
        lines.append(_line(head + bytes([number]) + share))
    return lines


def read_part(typed: str) -> Part:
    """One line as it was typed. Raises MistypedKey.

    Spaces, hyphens, small letters, full-width letters, and O, I, L for 0 and 1 are tolerated.
    """
    clean = unicodedata.normalize("NFKC", typed).upper().translate(MEANT)
    letters = "".join(
        char
        for char in clean
        if not char.isspace() and unicodedata.category(char) not in {"Pd", "Cf"}
    )
    if not letters or any(char not in ALPHABET for char in letters):
        raise MistypedKey
    raw = _from_letters(letters)
    body, checksum = raw[:-SUM_BYTES], raw[-SUM_BYTES:]
    if _checksum(body) != checksum or _line(body).replace(" ", "") != letters:
        raise MistypedKey
    share = len(body) == 1 + SET_BYTES + 1 + KEY_BYTES and body[0] == SHARE_KIND
    whole = len(body) == 1 + SET_BYTES + KEY_BYTES and body[0] == KEY_KIND
    if not (whole or (share and 1 <= body[1 + SET_BYTES] <= SHARES)):
        raise MistypedKey
    number = body[1 + SET_BYTES] if share else 0
    return Part(body[1 : 1 + SET_BYTES], number, body[-KEY_BYTES:])


def join_parts(lines: Sequence[str]) -> bytes:
    """The escrow private key (32 bytes) from the whole key, or from two of its shares.

    Raises MistypedKey, ShareMissing (one share alone), SameShare (one share twice), MixedShares.
    """
    parts = [read_part(line) for line in lines if line.strip()]
    whole = [part for part in parts if part.number == 0]
    if len({part.set_id for part in parts}) > 1:
        raise MixedShares
    if whole:
        private = whole[0].secret
    elif len(parts) < NEEDED:
        raise ShareMissing
    else:
        first = parts[0]
        other = next((part for part in parts if part.number != first.number), None)
        if other is None:
            raise SameShare(number=first.number)
        private = _at_zero(first, other)
    # Also finds a share that was put together by somebody who knew how to make a checksum.
    if _set_of(private) != parts[0].set_id:
        raise MixedShares
    return private


def _at_zero(one: Part, two: Part) -> bytes:
    """The value at 0 of the line through two points, byte by byte."""
    # Lagrange's weights; in GF(2^8) subtraction is exclusive or.
    across = _inverse(one.number ^ two.number)
    weight_one, weight_two = _times(two.number, across), _times(one.number, across)
    return bytes(
        _times(a, weight_one) ^ _times(b, weight_two)
        for a, b in zip(one.secret, two.secret, strict=True)
    )


def _times(left: int, right: int) -> int:
    """Product in GF(2^8)."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= AES_POLYNOMIAL
        right >>= 1
    return product


def _inverse(value: int) -> int:
    """The inverse in GF(2^8): the 254th power."""
    result = 1
    for _ in range(254):
        result = _times(result, value)
    return result


def _set_of(private: bytes) -> bytes:
    return hashlib.sha256(b"ansim escrow set 1" + public_key_of(private)).digest()[:SET_BYTES]


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(b"ansim escrow line 1" + body).digest()[:SUM_BYTES]


def _line(body: bytes) -> str:
    raw = body + _checksum(body)
    letters = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (letters * 5 - len(raw) * 8)
    text = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(letters)))
    return " ".join(text[start : start + GROUP] for start in range(0, letters, GROUP))


def _from_letters(letters: str) -> bytes:
    number = 0
    for char in letters:
        number = number << 5 | ALPHABET.index(char)
    size = len(letters) * 5 // 8
    return (number >> len(letters) * 5 - size * 8).to_bytes(size, "big")
