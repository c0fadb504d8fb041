"""Opening many wraps and boxes in one go: what a search in free text does.

The same bytes as ``unwrap`` and ``open_sealed`` in half the time: a private key's public half, a
case's cipher and its part of the AAD are made once and not for every wrap and box.
"""

from collections.abc import Callable
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from ansim.vault.envelope import HEAD_BYTES, NONCE_BYTES, key_id_of
from ansim.vault.errors import WrongKey
from ansim.vault.keys import KEY_BYTES, CaseKey, key_in_wrap, require_length

NONCE_END = HEAD_BYTES + NONCE_BYTES


def unwrapper(private_key: bytes) -> Callable[[bytes], CaseKey]:
    """A function from a wrap to the key inside, for one private key (32 bytes).

    Raises MalformedKey; the function raises WrongKey.
    """
    require_length(private_key, KEY_BYTES)
    decrypt = SealedBox(PrivateKey(private_key)).decrypt

    def opened(wrapped: bytes) -> CaseKey:
        try:
            plain = decrypt(wrapped)
        except (CryptoError, ValueError, TypeError) as error:
            raise WrongKey from error
        return key_in_wrap(plain)

    return opened


class Reader:
    """Opens the boxes of one case, whichever row and column of ``table`` they belong to."""

    def __init__(self, key: CaseKey, case: UUID | str) -> None:
        """``key``: the case's key; ``case``: its id, as the boxes are bound to it."""
        self._id, self._decrypt = key.id, AESGCM(key.secret).decrypt
        self._case = _part(str(case))

    def open(self, box: bytes, table: str, column: str, row: UUID | str) -> bytes:
        """The text of a box. Raises MalformedBox, WrongKey."""
        if key_id_of(box) != self._id:
            raise WrongKey
        place = _part(table) + _part(column) + _part(str(row)) + self._case
        try:
            return self._decrypt(box[HEAD_BYTES:NONCE_END], box[NONCE_END:], box[:HEAD_BYTES] + place)
        except InvalidTag as error:
            raise WrongKey from error


def _part(text: str) -> bytes:
    """As ``Aad.encode`` writes each of its parts."""
    raw = text.encode()
    return len(raw).to_bytes(4, "big") + raw
