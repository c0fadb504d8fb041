"""Opening the banks that a command names, and the keys for sealed ones."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from ansim.cli.terminal import FileMissing, FileUnreadable, read_bytes
from ansim.matching import Bank
from ansim.matching.bankfile import BankFile
from ansim.matching.errors import BankWrongKey
from ansim.matching.exchange import Shape, read_list
from ansim.matching.exchange_received import Received
from ansim.vault import ServerSecrets

LIST_BYTES: Final = 2 * 1024**3
"""Of a list in text; larger ones are to be cut into parts."""

_MAGIC: Final = b"ANSIMBNK"


def server_key() -> bytes | None:
    """The centre's active key in ANSIM_HOME; None where there is no centre. Never makes one.

    Raises SecretMissing, SecretsTooOpen.
    """
    return next(iter(server_keys()), None)


def server_keys() -> list[bytes]:
    """The centre's key ring, newest first; empty where there is no centre. Raises as above."""
    home = os.environ.get("ANSIM_HOME")
    if not home:
        return []
    folder = Path(home) / "keys"
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    ring = ServerSecrets.load_or_create(folder).ring
    return [key.private for key in reversed(ring)]


def is_bank_file(path: Path) -> bool:
    """Whether the file begins as a bank file (.bank) does. Raises FileMissing, FileUnreadable."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except FileNotFoundError:
        raise FileMissing from None
    except IsADirectoryError:
        return False
    except (OSError, ValueError):
        raise FileUnreadable from None


def open_file(path: Path) -> BankFile:
    """A bank file. Raises as ``BankFile.open``, and FileMissing."""
    try:
        for key in server_keys():
            # While the server key is rotated the file may still be sealed for the one before.
            with suppress(BankWrongKey):
                return BankFile.open(path, server_key=key)
        return BankFile.open(path)
    except FileNotFoundError:
        raise FileMissing from None
    except OSError:
        raise FileUnreadable from None


def open_any(path: Path) -> BankFile | Bank:
    """A bank file, or a list of any shape. Raises AnsimError."""
    if is_bank_file(path):
        return open_file(path)
    return read_any(path).bank


def read_any(path: Path, shape: Shape | None = None) -> Received:
    """A list of hashes, or a bank file as one. Raises AnsimError."""
    if shape is None and is_bank_file(path):
        found = open_file(path)
        bank = found.bank()
        return Received(bank if bank.name else replace(bank, name=path.stem), shape="bank")
    return read_list(read_bytes(path, LIST_BYTES), shape, path.name)
