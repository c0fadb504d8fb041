"""Case keys, and wrapping them for the people and machines that may open the case."""

import secrets
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from ansim.vault.errors import MalformedKey, WrongKey

KEY_BYTES = 32
KEY_ID_BYTES = 16
WRAP_VERSION = 1


@dataclass(frozen=True, slots=True)
class CaseKey:
    """A symmetric key of one case: ``id`` (16 bytes, public) and ``secret`` (32 bytes)."""

    id: bytes
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse keys of the wrong size at the door (MalformedKey)."""
        require_length(self.id, KEY_ID_BYTES)
        require_length(self.secret, KEY_BYTES)

    @classmethod
    def new(cls) -> Self:
        """A fresh random key with a fresh random id."""
        return cls(secrets.token_bytes(KEY_ID_BYTES), secrets.token_bytes(KEY_BYTES))

    @classmethod
    def for_subject(cls, which: str, subject: UUID) -> Self:
        """A fresh key whose id says what it is for: ``which`` kind of key of which case or bank.

        The id is a keyed digest of both under the secret, so that a wrap that was put into
        another row shows itself (``belongs_to``) before anything is sealed with the wrong key.
        """
        secret = secrets.token_bytes(KEY_BYTES)
        return cls(_bound_id(secret, which, subject), secret)

    def belongs_to(self, which: str, subject: UUID) -> bool:
        """Whether ``for_subject`` made this key for the same kind and subject."""
        return bytes_eq(self.id, _bound_id(self.secret, which, subject))


def _bound_id(secret: bytes, which: str, subject: UUID) -> bytes:
    mac = HMAC(secret, SHA256())
    mac.update(b"ansim key id 1" + subject.bytes + which.encode())
    return mac.finalize()[:KEY_ID_BYTES]


def require_length(data: bytes, expected: int) -> None:
    """Raise MalformedKey unless ``data`` has ``expected`` bytes."""
    if len(data) != expected:
        raise MalformedKey(expected=expected, found=len(data))


def new_key_pair() -> tuple[bytes, bytes]:
    """A fresh X25519 pair: (private, public), 32 bytes each."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


def public_key_of(private: bytes) -> bytes:
    """The X25519 public key (32 bytes) of a private key. Raises MalformedKey."""
    require_length(private, KEY_BYTES)
    return bytes(PrivateKey(private).public_key)


def wrap_for(public_key: bytes, key: CaseKey) -> bytes:
    """``key`` readable only by the holder of ``public_key``'s private half (97 bytes).

    libsodium's anonymous sealed box (X25519, XSalsa20-Poly1305); the id travels inside, so that a
    wrapped key cannot be passed off as another one. Raises MalformedKey.
    """
    require_length(public_key, KEY_BYTES)
    try:
        return SealedBox(PublicKey(public_key)).encrypt(bytes([WRAP_VERSION]) + key.id + key.secret)
    except CryptoError as error:  # a low-order point: not a key that anyone holds
        raise WrongKey from error


def unwrap(private_key: bytes, wrapped: bytes) -> CaseKey:
    """The case key inside ``wrapped``. Raises MalformedKey, WrongKey."""
    require_length(private_key, KEY_BYTES)
    try:
        plain = SealedBox(PrivateKey(private_key)).decrypt(wrapped)
    except (CryptoError, ValueError, TypeError) as error:
        raise WrongKey from error
    return key_in_wrap(plain)


def key_in_wrap(plain: bytes) -> CaseKey:
    """The key that an opened wrap holds. Raises WrongKey when it holds something else."""
    if len(plain) != 1 + KEY_ID_BYTES + KEY_BYTES or plain[0] != WRAP_VERSION:
        raise WrongKey
    return CaseKey(plain[1 : 1 + KEY_ID_BYTES], plain[1 + KEY_ID_BYTES :])
