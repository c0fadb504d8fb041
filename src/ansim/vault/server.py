"""The secrets of one installation, in files that only its account can read.

The server key opens working keys. It is a ring: ``server_key``, ``server_key.2``, ... of which the
last is the active one, that new keys are wrapped for, and older ones still open what was wrapped
for them until a rotation has gone through (``add_server_key``, ``remove_server_key``).
"""

import base64
import hashlib
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from ansim.vault.errors import SecretMissing, SecretsTooOpen
from ansim.vault.keys import KEY_BYTES, public_key_of

FIRST_NAMES: Final = ("receipt_pepper", "cookie_secret", "django_secret_key")
# What a folder of the first version did not have; it is given them once.
LATER_NAMES: Final = ("blind_secret", "signing_key")
SERVER_KEY: Final = "server_key"
VERSION_NAME: Final = "version"
VERSION: Final = b"2\n"
RING: Final = re.compile(r"server_key(?:\.([1-9][0-9]{0,5}))?")


@dataclass(frozen=True, slots=True)
class ServerKey:
    """One key of the ring: its place, its id (32 hex digits of its public half) and both halves."""

    number: int
    id: str
    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def of(cls, number: int, private: bytes) -> Self:
        """The key with its id worked out."""
        public = public_key_of(private)
        return cls(number, server_key_id(public), public, private)


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """Thirty-two random bytes each.

    ``django_secret`` is the same kind of secret as text, for Django's SECRET_KEY; ``ring`` holds
    the X25519 keys that open working keys, oldest first; ``blind_secret`` is for blind indexes of
    links; ``signing_key`` is the Ed25519 seed for certificates and backups.
    """

    receipt_pepper: bytes = field(repr=False)
    cookie_secret: bytes = field(repr=False)
    django_secret: str = field(repr=False)
    ring: tuple[ServerKey, ...] = field(repr=False)
    blind_secret: bytes = field(repr=False)
    signing_key: bytes = field(repr=False)

    @property
    def server_key(self) -> bytes:
        """The active X25519 key (32 bytes)."""
        return self.ring[-1].private

    @property
    def server_public(self) -> bytes:
        """The public half of the active key, for ``wrap_for``."""
        return self.ring[-1].public

    @classmethod
    def load_or_create(cls, folder: Path) -> Self:
        """Read the secrets in ``folder`` (a folder of their own), or make them all at once.

        They appear together by one rename, so that several processes may start at the same time
        and a half-written set cannot exist. A folder of the first version is given what it lacks,
        once. An incomplete folder is refused: a new pepper or server key would leave every old
        record closed. Raises SecretMissing, SecretsTooOpen.
        """
        if not folder.is_dir() or not any(folder.iterdir()):
            _create(folder)
        pepper, cookie, django = (_read(folder / name) for name in FIRST_NAMES)
        ring = read_ring(folder)
        if not (folder / VERSION_NAME).exists():
            _upgrade(folder)
        blind, signing = (_read(folder / name) for name in LATER_NAMES)
        text = base64.urlsafe_b64encode(django).decode()
        return cls(pepper, cookie, text, ring, blind, signing)


def server_key_id(public: bytes) -> str:
    """The id of a server key: 32 hex digits that tell nothing of its private half."""
    return hashlib.sha256(b"ansim server key 1" + public).hexdigest()[:32]


def read_ring(folder: Path) -> tuple[ServerKey, ...]:
    """All server keys in ``folder``, oldest first. Raises SecretMissing, SecretsTooOpen."""
    numbered = []
    for path in folder.iterdir():
        match = RING.fullmatch(path.name)
        if match:
            numbered.append((int(match[1] or 1), path))
    if not numbered:
        raise SecretMissing(name=SERVER_KEY)
    return tuple(ServerKey.of(number, _read(path)) for number, path in sorted(numbered))


def add_server_key(folder: Path) -> ServerKey:
    """A fresh key at the end of the ring, which makes it the active one. Raises as read_ring."""
    number = read_ring(folder)[-1].number + 1
    _place(folder, f"{SERVER_KEY}.{number}", _coded(secrets.token_bytes(KEY_BYTES)))
    return read_ring(folder)[-1]


def remove_server_key(folder: Path, key_id: str) -> None:
    """Destroy an older key of the ring; the active one stays, whatever is asked.

    Raises SecretMissing when the ring has no older key with that id.
    """
    for key in read_ring(folder)[:-1]:
        if key.id == key_id:
            path = folder / (SERVER_KEY if key.number == 1 else f"{SERVER_KEY}.{key.number}")
            # Overwritten first: what a file system keeps of a removed file is then not the key.
            with path.open("r+b") as file:
                file.write(b"\0" * path.stat().st_size)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            _sync(folder)
            return
    raise SecretMissing(name=f"{SERVER_KEY} {key_id}")


def _create(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # mode 0700
    try:
        for name in (*FIRST_NAMES, SERVER_KEY, *LATER_NAMES):
            _write(draft / name, _coded(secrets.token_bytes(KEY_BYTES)))
        _write(draft / VERSION_NAME, VERSION)
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        # Another process was first: its secrets are the ones.
        if not folder.is_dir() or not any(folder.iterdir()):
            raise


def _upgrade(folder: Path) -> None:
    """Give a folder of the first version what it lacks.

    The version is written last: a folder that has it and lacks a secret has lost that secret.
    """
    for name in LATER_NAMES:
        if not (folder / name).exists():
            _place(folder, name, _coded(secrets.token_bytes(KEY_BYTES)))
    _place(folder, VERSION_NAME, VERSION)


def _place(folder: Path, name: str, data: bytes) -> None:
    """Write a file whole or not at all; where another process was first, its file stays."""
    handle, draft = tempfile.mkstemp(prefix=f".{name}-", dir=folder)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        (folder / name).hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    _sync(folder)


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _coded(secret: bytes) -> bytes:
    return base64.b64encode(secret) + b"\n"


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise SecretsTooOpen(name=path.name)
        secret = base64.b64decode(path.read_bytes(), validate=False)
    except (FileNotFoundError, ValueError) as error:
        raise SecretMissing(name=path.name) from error
    if len(secret) != KEY_BYTES:
        raise SecretMissing(name=path.name)
    return secret
