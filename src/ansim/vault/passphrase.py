"""Files for people: sealed under a passphrase (exports, key backups), opened anywhere.

Layout: magic (8 bytes), time cost (1), memory in KiB (4), lanes (1), salt (16), nonce (12), then
AES-256-GCM under a key from Argon2id. The head is bound to the content; the cost is stored, so
that raising it later leaves old files readable.
"""

import secrets
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ansim.vault.errors import MalformedBox, WrongPassword
from ansim.vault.staff import NONCE_BYTES, checked_cost
from ansim.vault.stretch import KDF, KdfProfile, password_bytes

MAGIC: Final = b"ANSIMPW1"
HEAD: Final = struct.Struct(">8sBIB16s")
TAG_BYTES: Final = 16


def seal_for_passphrase(data: bytes, passphrase: str, kdf: KdfProfile = KDF) -> bytes:
    """``data`` as a file that only ``passphrase`` opens (58 bytes longer)."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(NONCE_BYTES)
    head = HEAD.pack(MAGIC, kdf.time_cost, kdf.memory_kib, kdf.lanes, salt)
    lid = AESGCM(kdf.derive(password_bytes(passphrase), salt))
    return head + nonce + lid.encrypt(nonce, data, head)


def open_with_passphrase(box: bytes, passphrase: str) -> bytes:
    """What ``seal_for_passphrase`` sealed.

    Raises MalformedBox (not such a file, cut short), WrongPassword (or a changed file).
    """
    nonce_end = HEAD.size + NONCE_BYTES
    if len(box) < nonce_end + TAG_BYTES:
        raise MalformedBox
    head = box[: HEAD.size]
    magic, time_cost, memory_kib, lanes, salt = HEAD.unpack(head)
    if magic != MAGIC:
        raise MalformedBox
    lid = AESGCM(
        checked_cost(time_cost, memory_kib, lanes).derive(password_bytes(passphrase), salt)
    )
    try:
        return lid.decrypt(box[HEAD.size : nonce_end], box[nonce_end:], head)
    except InvalidTag as error:
        raise WrongPassword from error
