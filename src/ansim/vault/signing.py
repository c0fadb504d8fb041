"""Signatures of the centre (Ed25519): certificates and backups that anybody can check later.

A signature is 81 bytes: version (1), key id (16) and the 64 bytes
of RFC 8032. It covers a purpose too, so that a signed backup is never taken for a certificate.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ansim.vault.errors import BadSignature
from ansim.vault.keys import KEY_BYTES, KEY_ID_BYTES, require_length

VERSION: Final = 1
SIGNATURE_BYTES: Final = 64


def verify_key_of(seed: bytes) -> bytes:
    """The public half (32 bytes) of a signing seed (32 bytes). Raises MalformedKey."""
    require_length(seed, KEY_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def signing_key_id(public: bytes) -> bytes:
    """The id (16 bytes) of a public signing key."""
    return hashlib.sha256(b"ansim signing key 1" + public).digest()[:KEY_ID_BYTES]


def sign(seed: bytes, purpose: str, data: bytes) -> bytes:
    """A signature (81 bytes) of ``data`` for one ``purpose``. Raises MalformedKey."""
    require_length(seed, KEY_BYTES)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_covered(purpose, data))
    return bytes([VERSION]) + signing_key_id(verify_key_of(seed)) + signature


def verify(public: bytes, purpose: str, data: bytes, signature: bytes) -> None:
    """Raise BadSignature unless ``public``'s owner signed ``data`` for ``purpose``."""
    require_length(public, KEY_BYTES)
    head = bytes([VERSION]) + signing_key_id(public)
    if len(signature) != len(head) + SIGNATURE_BYTES or not signature.startswith(head):
        raise BadSignature
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature[len(head) :], _covered(purpose, data)
        )
    except (InvalidSignature, ValueError) as error:
        raise BadSignature from error


def _covered(purpose: str, data: bytes) -> bytes:
    name = purpose.encode()
    return b"ansim signature 1" + len(name).to_bytes(4, "big") + name + data
