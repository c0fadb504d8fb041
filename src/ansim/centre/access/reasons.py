"""Reasons that people write down: sealed for those who hold the case, else under the server.

The case's key is the better lid; where a matter has no case, or whoever writes does not hold
its key, a key that only this room derives from the server's secrets keeps the database alone
from telling.
"""

import unicodedata
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings
from django.db import models

from ansim.centre.access.errors import ReasonTooShort
from ansim.vault import Aad, CaseKey, VaultError, open_sealed, seal

LEAST_LETTERS: Final = 10
MOST_LETTERS: Final = 2000


def checked_reason(typed: str) -> str:
    """The reason without spaces around. Raises ReasonTooShort for one that says nothing."""
    reason = unicodedata.normalize("NFC", typed).strip()
    # Dots and spaces are no reason, nor is one letter held down.
    letters = [one for one in reason if one.isalnum()]
    if len(letters) < LEAST_LETTERS or len(set(letters)) < LEAST_LETTERS // 3:
        raise ReasonTooShort(least=LEAST_LETTERS)
    return reason[:MOST_LETTERS]


def seal_reason(
    reason: str, row: models.Model, column: str, case_id: object, key: CaseKey | None
) -> bytes:
    """``reason`` as a box for one column of one row; ``key`` None means the server's."""
    return seal(key or _server_key(), reason.encode(), _aad(row, column, case_id))


def open_reason(
    box: bytes | memoryview, row: models.Model, column: str, case_id: object, key: CaseKey | None
) -> str | None:
    """The reason, or None where ``key`` does not open it. ``key`` None means the server's."""
    try:
        return open_sealed(key or _server_key(), bytes(box), _aad(row, column, case_id)).decode()
    except VaultError:
        return None


def _aad(row: models.Model, column: str, case_id: object) -> Aad:
    return Aad(row._meta.db_table, column, str(row.pk), str(case_id or ""))


def _server_key() -> CaseKey:
    secret = settings.SECRETS.cookie_secret
    derived = (
        HKDFExpand(SHA256(), length, b"ansim reason %s 1" % name).derive(secret)
        for name, length in ((b"id", 16), (b"key", 32))
    )
    return CaseKey(*derived)
