"""Argon2id: what makes guessing a password or a receipt code expensive."""

import unicodedata
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from argon2.low_level import Type, hash_secret_raw

AT_ONCE: Final = 2
# Each derivation holds its whole memory while it runs: a flood of guesses waits in line instead of
# taking the machine's memory.
_turns = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class KdfProfile:
    """The cost of one guess: passes, memory in KiB, lanes."""

    time_cost: int
    memory_kib: int
    lanes: int

    def derive(self, secret: bytes, salt: bytes, length: int = 32) -> bytes:
        """``length`` bytes from ``secret`` (Argon2id, RFC 9106); ``salt`` has 16 bytes.

        At most two at once in a process; others wait for their turn.
        """
        with _turns:
            return hash_secret_raw(
                secret=secret,
                salt=salt,
                time_cost=self.time_cost,
                memory_cost=self.memory_kib,
                parallelism=self.lanes,
                hash_len=length,
                type=Type.ID,
            )


KDF = KdfProfile(time_cost=3, memory_kib=64 * 1024, lanes=4)
"""RFC 9106, section 4, second recommended option."""

LIGHT_KDF = KdfProfile(time_cost=1, memory_kib=64, lanes=1)
"""For tests only: a guess costs nothing."""


def password_bytes(password: str) -> bytes:
    """The bytes of a password; Hangul typed as jamo and as syllables is the same (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode()
