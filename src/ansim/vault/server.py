"""The secrets of one installation, in files that only its account can read."""

import base64
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ansim.vault.errors import SecretMissing, SecretsTooOpen
from ansim.vault.keys import KEY_BYTES, public_key_of

NAMES = ("receipt_pepper", "cookie_secret", "django_secret_key", "server_key")


@dataclass(frozen=True, slots=True)
class ServerSecrets:
    """Thirty-two random bytes each; ``server_key`` is the X25519 key that opens working keys.

    ``django_secret`` is the same kind of secret as text, for Django's SECRET_KEY.
    """

    receipt_pepper: bytes = field(repr=False)
    cookie_secret: bytes = field(repr=False)
    django_secret: str = field(repr=False)
    server_key: bytes = field(repr=False)

    @property
    def server_public(self) -> bytes:
        """The public half of ``server_key``, for ``wrap_for``."""
        return public_key_of(self.server_key)

    @classmethod
    def load_or_create(cls, folder: Path) -> Self:
        """Read the secrets in ``folder`` (a folder of their own), or make them all at once.

        They appear together by one rename, so that several processes may start at the same time
        and a half-written set cannot exist. An incomplete folder is refused: a new pepper or
        server key would leave every old record closed. Raises SecretMissing, SecretsTooOpen.
        """
        if not folder.is_dir() or not any(folder.iterdir()):
            _create(folder)
        pepper, cookie, django, server = (_read(folder / name) for name in NAMES)
        return cls(pepper, cookie, base64.urlsafe_b64encode(django).decode(), server)


def _create(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # mode 0700
    try:
        for name in NAMES:
            handle = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        # Another process was first: its secrets are the ones.
        if not folder.is_dir() or not any(folder.iterdir()):
            raise


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
