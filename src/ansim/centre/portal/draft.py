"""The report that is being written: it travels with the pages and lives nowhere on the server.

What a person has typed so far goes into each page as one hidden field: AES-256-GCM, under a key
made from a server secret and a secret of the browser's session. Someone else's browser, a changed
field, or a session that has ended cannot open it. The server keeps nothing of it.

Layout of the field (URL-safe base64): version (1), nonce (12), ciphertext with tag over the
compressed JSON. Compressing is safe here: nobody else can mix words into a person's draft.
"""

import base64
import binascii
import json
import secrets
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ansim.errors import AnsimError
from ansim.fingerprints import Fingerprint

VERSION: Final = 1
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
LIFE: Final = timedelta(hours=12)
# Below DATA_UPLOAD_MAX_MEMORY_SIZE, with room for the fields of a page beside it.
MAX_CHARS: Final = 1_200_000

Answers = dict[str, list[str]]


class DraftLost(AnsimError):
    """The hidden field does not open: changed, cut, or from another session."""

    code = "draft_lost"
    sentences: ClassVar[dict[str, str]] = {
        "en": "What was written before could not be read again, so we have to start over. "
        "Nothing was sent.",
        "ko": "앞에서 적은 내용을 다시 읽을 수 없어 처음부터 시작해야 해요. 보낸 것은 없어요.",
    }


class DraftExpired(DraftLost):
    """The draft is older than LIFE."""

    code = "draft_expired"
    sentences: ClassVar[dict[str, str]] = {
        "en": "More than {hours} hours have passed since you began, so what was written is gone "
        "and we have to start over. Nothing was sent.",
        "ko": "시작한 지 {hours}시간이 지나 적은 내용이 사라졌고, 처음부터 시작해야 해요. "
        "보낸 것은 없어요.",
    }


class DraftTooLarge(AnsimError):
    """There is more in it than a page can carry."""

    code = "draft_too_large"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is more than one report can carry. Send it with less; "
        "you can add the rest afterwards.",
        "ko": "한 번에 보낼 수 있는 양을 넘었어요. 줄여서 보내고, 나머지는 나중에 더해 주세요.",
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """``id`` is random and known only to the field; ``answers`` are form values by field name."""

    id: str
    issued_at: datetime
    answers: Answers
    materials: tuple[Fingerprint, ...] = ()

    @classmethod
    def begin(cls, now: datetime) -> Self:
        """An empty draft."""
        return cls(secrets.token_hex(16), now, {})

    def keep(self, names: set[str], answers: Answers) -> Self:
        """The same draft with the answers of one page (its field ``names``) replaced."""
        others = {name: given for name, given in self.answers.items() if name not in names}
        return replace(self, answers=others | answers)

    def with_materials(self, materials: tuple[Fingerprint, ...]) -> Self:
        """The same draft with other fingerprints; one file counts once."""
        once = {one.sha256: one for one in materials}
        return replace(self, materials=tuple(once.values()))

    def seal(self, server_secret: bytes, session_secret: bytes) -> str:
        """The hidden field. Raises DraftTooLarge."""
        content = {
            "id": self.id,
            "at": self.issued_at.isoformat(),
            "answers": self.answers,
            "materials": [one.to_json() for one in self.materials],
        }
        plain = zlib.compress(json.dumps(content, ensure_ascii=False).encode())
        sealed = close(plain, draft_key(server_secret, session_secret), b"draft")
        if len(sealed) > MAX_CHARS:
            raise DraftTooLarge
        return sealed

    @classmethod
    def open(
        cls, field: str, server_secret: bytes, session_secret: bytes, *, now: datetime
    ) -> Self:
        """The draft in a hidden field. Raises DraftLost, DraftExpired."""
        if len(field) > MAX_CHARS:
            raise DraftLost
        plain = open_closed(field, draft_key(server_secret, session_secret), b"draft")
        content: dict[str, Any] = json.loads(zlib.decompress(plain))
        issued_at = datetime.fromisoformat(content["at"])
        if not timedelta(0) <= now - issued_at <= LIFE:
            raise DraftExpired(hours=LIFE // timedelta(hours=1))
        materials = tuple(Fingerprint.from_json(one) for one in content["materials"])
        return cls(content["id"], issued_at, content["answers"], materials)


def draft_key(server_secret: bytes, session_secret: bytes) -> bytes:
    """The key of one session's drafts (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, session_secret, b"ansim report draft 1").derive(server_secret)


def close(plain: bytes, key: bytes, place: bytes) -> str:
    """``plain`` sealed and written as text; ``place`` says what it is for."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    box = bytes([VERSION]) + nonce + AESGCM(key).encrypt(nonce, plain, place)
    return base64.urlsafe_b64encode(box).decode()


def open_closed(text: str, key: bytes, place: bytes) -> bytes:
    """What ``close`` sealed. Raises DraftLost."""
    try:
        box = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise DraftLost from error
    if len(box) <= 1 + NONCE_BYTES or box[0] != VERSION:
        raise DraftLost
    nonce_end = 1 + NONCE_BYTES
    try:
        return AESGCM(key).decrypt(box[1:nonce_end], box[nonce_end:], place)
    except InvalidTag as error:
        raise DraftLost from error
