"""A staff member's key pair; the private half lies in a box that their password opens.

Box: version (1), time cost (1), memory in KiB (4), lanes (1), salt (16), nonce (12), ciphertext
with tag (48). The cost is stored, so that raising it later leaves old boxes readable.
"""

import secrets
import struct
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ansim.vault.errors import MalformedBox, WrongPassword
from ansim.vault.keys import KEY_BYTES, new_key_pair, require_length
from ansim.vault.stretch import KDF, KdfProfile, password_bytes

VERSION = 1
HEAD = struct.Struct(">BBIB16s")
NONCE_BYTES = 12
BOX_BYTES = HEAD.size + NONCE_BYTES + KEY_BYTES + 16
# A damaged box must not make the server spend gigabytes on one sign-in.
MAX_TIME_COST, MAX_MEMORY_KIB, MAX_LANES = 10, 1024 * 1024, 16
MIN_MEMORY_KIB_PER_LANE = 8


@dataclass(frozen=True, slots=True)
class StaffKeys:
    """``public`` (32 bytes) and ``private_box`` (83 bytes), both as stored."""

    public: bytes
    private_box: bytes = field(repr=False)


def new_staff_keys(password: str, kdf: KdfProfile = KDF) -> StaffKeys:
    """A fresh pair whose private half only ``password`` opens."""
    private, public = new_key_pair()
    return StaffKeys(public, rebox_staff_key(private, password, kdf))


def rebox_staff_key(private: bytes, new_password: str, kdf: KdfProfile = KDF) -> bytes:
    """The same private key in a box for ``new_password``. Raises MalformedKey."""
    require_length(private, KEY_BYTES)
    salt = secrets.token_bytes(16)
    head = HEAD.pack(VERSION, kdf.time_cost, kdf.memory_kib, kdf.lanes, salt)
    nonce = secrets.token_bytes(NONCE_BYTES)
    lid = AESGCM(kdf.derive(password_bytes(new_password), salt))
    return head + nonce + lid.encrypt(nonce, private, head)


def open_staff_key(private_box: bytes, password: str) -> bytes:
    """The private key (32 bytes). Raises MalformedBox, WrongPassword."""
    if len(private_box) != BOX_BYTES:
        raise MalformedBox
    head = private_box[: HEAD.size]
    version, time_cost, memory_kib, lanes, salt = HEAD.unpack(head)
    if version != VERSION:
        raise MalformedBox
    lid = AESGCM(checked_cost(time_cost, memory_kib, lanes).derive(password_bytes(password), salt))
    nonce_end = HEAD.size + NONCE_BYTES
    try:
        return lid.decrypt(private_box[HEAD.size : nonce_end], private_box[nonce_end:], head)
    except InvalidTag as error:
        raise WrongPassword from error


def checked_cost(time_cost: int, memory_kib: int, lanes: int) -> KdfProfile:
    """The cost that a stored box states. Raises MalformedBox when no box of ours states it."""
    if (
        not 1 <= time_cost <= MAX_TIME_COST
        or not 1 <= lanes <= MAX_LANES
        or not MIN_MEMORY_KIB_PER_LANE * lanes <= memory_kib <= MAX_MEMORY_KIB
    ):
        raise MalformedBox
    return KdfProfile(time_cost, memory_kib, lanes)
