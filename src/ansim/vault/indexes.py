"""Blind indexes: finding a record by a value without keeping the value.

A keyed digest (HMAC-SHA-256, with a key of its own for each field from HKDF) of the value in one
canonical form. It tells whoever has no key nothing, and whoever has the database which rows are
equal; so it is only for values that are rare and that people look up: telephone, e-mail, link.
"""

import re
import unicodedata
from typing import Final

import ada_url
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ansim.vault.errors import MalformedPhone
from ansim.vault.keys import KEY_BYTES, require_length

COUNTRY: Final = "82"
# E.164, 6: fifteen digits at most; shorter than six is an extension, not a number.
MIN_DIGITS, MAX_DIGITS = 6, 15
PHONE_SIGNS: Final = re.compile(r"[\s().\-/‐‑‒–—―−ー－]+")


def blind_index(key: bytes, field: str, value: str) -> bytes:
    """The index (32 bytes) of ``value`` under ``key`` (32 bytes).

    ``phone`` is taken to E.164 (Korea where no country is given), ``email`` to NFKC in lower case,
    ``url`` to the WHATWG form; other fields are compared as they are.
    Raises MalformedKey, MalformedPhone.
    """
    require_length(key, KEY_BYTES)
    subkey = HKDFExpand(SHA256(), KEY_BYTES, b"ansim blind index 1 " + field.encode()).derive(key)
    mac = HMAC(subkey, SHA256())
    mac.update(canonical(field, value).encode())
    return mac.finalize()


def canonical(field: str, value: str) -> str:
    """The one form of a value that its index is made from. Raises MalformedPhone."""
    if field == "phone":
        return canonical_phone(value)
    if field == "email":
        return unicodedata.normalize("NFKC", value).strip().lower()
    if field == "url" and ada_url.check_url(value):
        return str(ada_url.normalize_url(value))
    return value


def canonical_phone(typed: str) -> str:
    """A telephone number as E.164: ``+821012345678``. Raises MalformedPhone.

    Full-width digits, spaces, brackets, dots and every kind of hyphen are tolerated.
    """
    plain = PHONE_SIGNS.sub("", unicodedata.normalize("NFKC", typed))
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    abroad = plain.startswith(("+", "00"))
    digits = plain.removeprefix("+") if plain.startswith("+") else plain.removeprefix("00")
    if not re.fullmatch(r"[0-9]+", digits):
        raise MalformedPhone
    if abroad:
        # +82 010 is how many people write it; the trunk zero is not dialled from abroad.
        if digits.startswith(f"{COUNTRY}0"):
            digits = COUNTRY + digits[len(COUNTRY) + 1 :]
    else:
        digits = COUNTRY + digits.removeprefix("0")
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise MalformedPhone
    return f"+{digits}"
