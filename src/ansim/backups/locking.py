"""The content of a key backup: sealed under a key of its own, which several locks can open."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ansim.backups.errors import NoLock
from ansim.vault import (
    Aad,
    CaseKey,
    VaultError,
    open_sealed,
    open_with_passphrase,
    seal,
    seal_for_passphrase,
    unwrap,
    wrap_for,
)

BOX, LOCKS = "keys.box", "locks.json"
PLACE = Aad("backup", "keys", "-", "-")


@dataclass(frozen=True, slots=True)
class Lock:
    """What may open a key backup: a passphrase (or none), and escrow public keys by name."""

    passphrase: str | None = None
    escrow: Mapping[str, bytes] | None = None


def lock_content(content: bytes, lock: Lock) -> list[tuple[str, bytes]]:
    """The two files of a key backup: the sealed content, and its key for each lock."""
    key = CaseKey.new()
    plain = key.id + key.secret
    locks: dict[str, object] = {
        "escrow": {
            name: _text(wrap_for(public, key)) for name, public in (lock.escrow or {}).items()
        }
    }
    if lock.passphrase:
        locks["passphrase"] = _text(seal_for_passphrase(plain, lock.passphrase))
    return [(BOX, seal(key, content, PLACE)), (LOCKS, json.dumps(locks, indent=2).encode())]


def open_content(box: bytes, locks: bytes, passphrase: str) -> bytes:
    """The content of a key backup, opened by its passphrase. Raises NoLock."""
    try:
        plain = open_with_passphrase(_bytes(json.loads(locks)["passphrase"]), passphrase)
        return open_sealed(CaseKey(plain[:16], plain[16:]), box, PLACE)
    except (VaultError, KeyError, ValueError) as error:
        raise NoLock from error


def open_with_escrow(box: bytes, locks: bytes, private: bytes) -> bytes:
    """The content of a key backup, opened by an escrow private key (32 bytes). Raises NoLock."""
    try:
        wraps = [_bytes(one) for one in json.loads(locks)["escrow"].values()]
    except (KeyError, ValueError) as error:
        raise NoLock from error
    for wrap in wraps:
        try:
            return open_sealed(unwrap(private, wrap), box, PLACE)
        except VaultError:
            # Another holder's lock.
            continue
    raise NoLock


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
