"""A private key under the secret of a passkey (WebAuthn PRF), so that no password is asked.

Box: version (1), nonce (12), ciphertext with tag (48). The key of the lid comes from the PRF
output by HKDF; it is random already, so nothing needs stretching.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ansim.vault.errors import MalformedBox, WrongKey
from ansim.vault.keys import KEY_BYTES, require_length

VERSION: Final = 1
NONCE_BYTES: Final = 12
BOX_BYTES: Final = 1 + NONCE_BYTES + KEY_BYTES + 16


def box_key_under(secret: bytes, private: bytes) -> bytes:
    """``private`` (32 bytes) in a box (61 bytes) that ``secret`` (32 bytes) opens.

    Raises MalformedKey.
    """
    require_length(private, KEY_BYTES)
    nonce = secrets.token_bytes(NONCE_BYTES)
    return bytes([VERSION]) + nonce + _lid(secret).encrypt(nonce, private, bytes([VERSION]))


def open_box_under(secret: bytes, box: bytes) -> bytes:
    """The private key in ``box``. Raises MalformedKey, MalformedBox, WrongKey."""
    if len(box) != BOX_BYTES or box[0] != VERSION:
        raise MalformedBox
    try:
        return _lid(secret).decrypt(box[1 : 1 + NONCE_BYTES], box[1 + NONCE_BYTES :], box[:1])
    except InvalidTag as error:
        raise WrongKey from error


def _lid(secret: bytes) -> AESGCM:
    require_length(secret, KEY_BYTES)
    return AESGCM(HKDF(SHA256(), KEY_BYTES, None, b"ansim passkey box 1").derive(secret))
