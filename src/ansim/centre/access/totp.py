"""Codes of an authenticator app: RFC 6238 with SHA-1, six digits and steps of thirty seconds.

That is what every app speaks. The system's clock counts here and not the centre's: the app on
somebody's phone knows nothing of a sandbox that skips a fortnight.
"""

import base64
import secrets
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

import qrcode
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from django.conf import settings

PERIOD: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
# A phone's clock may be one step behind or ahead (RFC 6238, 5.2).
DRIFT: Final = 1
NONCE_BYTES: Final = 12
GROUP: Final = 4


def new_secret() -> bytes:
    """A fresh secret of 160 bits, the length that RFC 4226 recommends."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(moment: float) -> int:
    """The step of a moment in seconds since 1970."""
    return int(moment) // PERIOD


def code_of(secret: bytes, step: int) -> str:
    """The six digits of a step."""
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303  # nosec B303 -- RFC 6238


def step_of_code(secret: bytes, typed: str, moment: float, after: int) -> int | None:
    """The step whose code was ``typed``, within DRIFT of ``moment`` and later than ``after``.

    None when it is no code of now, or one that was taken before (``after``: the last one taken).
    """
    digits = "".join(typed.split())
    if not digits.isascii() or not digits.isdigit() or len(digits) != DIGITS:
        return None
    here, found = step_at(moment), None
    for step in range(here - DRIFT, here + DRIFT + 1):
        if bytes_eq(code_of(secret, step).encode(), digits.encode()) and step > after:
            found = step
    return found


def grouped(secret: bytes) -> str:
    """The secret as people type it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def address(secret: bytes, username: str, issuer: str) -> str:
    """The ``otpauth://`` address that a QR code carries (Google Authenticator's key format)."""
    query = urlencode(
        {"secret": base64.b32encode(secret).decode(), "issuer": issuer}, quote_via=quote
    )
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{query}"


def qr_path(text: str) -> tuple[int, str]:
    """A QR code of ``text``: its width in modules, quiet zone included, and an SVG path."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    runs = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return len(rows), "".join(runs)


def seal_secret(secret: bytes, factor: UUID) -> bytes:
    """The secret as stored: readable with the server's secrets, and only in its own row."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_lid()).encrypt(nonce, secret, factor.bytes)


def open_secret(box: bytes, factor: UUID) -> bytes:
    """The secret of a stored box. Raises cryptography's InvalidTag when it was moved or changed."""
    return AESGCM(_lid()).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], factor.bytes)


def _lid() -> bytes:
    return HKDFExpand(SHA256(), 32, b"ansim totp secret 1").derive(settings.SECRETS.cookie_secret)
