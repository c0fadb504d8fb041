"""The receipt code: twenty digits that are a person's only way back to their case.

The code is never stored. One costly derivation (Argon2id, salted from the server's pepper) gives
a root; from it come, independently, a lookup value that finds the case and an X25519 pair, so
that the holder of a code is just another holder of a key. The stored lookup tells nothing about
the private key. The split follows SecureDrop's source codenames (filesystem id and key).
"""

import secrets
import unicodedata
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ansim.vault.errors import MalformedCode
from ansim.vault.keys import KEY_BYTES, public_key_of, require_length
from ansim.vault.stretch import KDF, KdfProfile

DIGITS = 20
GROUP = 4


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What a code opens: ``lookup`` and ``public`` are stored, ``private`` never is."""

    lookup: bytes
    private: bytes = field(repr=False)
    public: bytes


def new_receipt_code() -> str:
    """Twenty random digits (66 bits)."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def show(code: str) -> str:
    """The code in groups of four, as people read it: ``4821 0937 5516 2840 7713``."""
    plain = plain_code(code)
    return " ".join(plain[start : start + GROUP] for start in range(0, DIGITS, GROUP))


def plain_code(typed: str) -> str:
    """Twenty ASCII digits from what a person typed or pasted.

    Spaces, every kind of hyphen, invisible characters and digits of any script (full-width ones
    of a Korean keyboard among them) are tolerated. Raises MalformedCode.
    """
    digits: list[str] = []
    clean = True
    for char in typed:
        value = unicodedata.decimal(char, None)
        if value is not None:
            digits.append(str(value))
        elif not (
            char.isspace() or unicodedata.category(char) in {"Pd", "Cf", "Pc"} or char == "\u2212"
        ):
            clean = False
    if len(digits) != DIGITS or not clean:
        raise MalformedCode(expected=DIGITS, found=len(digits))
    return "".join(digits)


def receipt_keys(code: str, pepper: bytes, kdf: KdfProfile = KDF) -> ReceiptKeys:
    """The keys of a code as typed. ``pepper``: 32 bytes that only the server has.

    Raises MalformedCode, MalformedKey (pepper).
    """
    require_length(pepper, KEY_BYTES)
    plain = plain_code(code)
    root = kdf.derive(plain.encode(), _keyed(pepper, b"ansim receipt salt 1")[:16])
    # The pepper once more: even a broken Argon2id leaves a derivation keyed by a server secret.
    root = _keyed(pepper, b"ansim receipt root 1" + root)
    private = _expand(root, b"ansim receipt private 1")
    return ReceiptKeys(_expand(root, b"ansim receipt lookup 1"), private, public_key_of(private))


def _keyed(pepper: bytes, message: bytes) -> bytes:
    mac = HMAC(pepper, SHA256())
    mac.update(message)
    return mac.finalize()


def _expand(root: bytes, info: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, info).derive(root)
