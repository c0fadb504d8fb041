"""One sealed field: AES-256-GCM, bound to the table, column, row and case where it belongs.

Layout: version (1 byte), key id (16), nonce (12), ciphertext with tag (text + 16).
"""

import secrets
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ansim.vault.errors import MalformedBox, WrongKey
from ansim.vault.keys import KEY_ID_BYTES, CaseKey

VERSION = 1
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = 1 + KEY_ID_BYTES


@dataclass(frozen=True, slots=True)
class Aad:
    """Where a sealed field belongs. A box copied to any other place does not open."""

    table: str
    column: str
    row: UUID | str
    case: UUID | str

    def encode(self) -> bytes:
        """Unambiguous bytes: each part is preceded by its length."""
        parts = (part.encode() for part in (self.table, self.column, str(self.row), str(self.case)))
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def seal(key: CaseKey, text: bytes, aad: Aad) -> bytes:
    """``text`` as a box of ``len(text) + 45`` bytes.

    The nonce is random: 2^32 boxes under one case key keep a collision below 2^-32 (NIST SP
    800-38D, 8.3), far above what a case holds.
    """
    head = bytes([VERSION]) + key.id
    nonce = secrets.token_bytes(NONCE_BYTES)
    return head + nonce + AESGCM(key.secret).encrypt(nonce, text, head + aad.encode())


def key_id_of(box: bytes) -> bytes:
    """The id (16 bytes) of the key that sealed ``box``. Raises MalformedBox."""
    if len(box) < HEAD_BYTES + NONCE_BYTES + TAG_BYTES or box[0] != VERSION:
        raise MalformedBox
    return box[1:HEAD_BYTES]


def open_sealed(key: CaseKey, box: bytes, aad: Aad) -> bytes:
    """The text inside ``box``.

    Raises MalformedBox (not a box), WrongKey (another key, a changed box, another place).
    """
    if key_id_of(box) != key.id:
        raise WrongKey
    nonce_end = HEAD_BYTES + NONCE_BYTES
    try:
        return AESGCM(key.secret).decrypt(
            box[HEAD_BYTES:nonce_end], box[nonce_end:], box[:HEAD_BYTES] + aad.encode()
        )
    except InvalidTag as error:
        raise WrongKey from error
