"""Signed documents: a JSON object with an Ed25519 signature over its canonical form.

Certificates of erasure and manifests of backups are such documents. They are plain text that
people can read, and they are checked without a network, a database or this installation.
"""

import base64
import binascii
import json
from typing import Any, ClassVar, Final

from ansim import vault
from ansim.errors import AnsimError

# Says what is signed, so that a signature for one purpose is none for another.
PURPOSE: Final = "document"
# The ``kind`` of a certificate of erasure.
ERASURE: Final = "ansim erasure certificate"


class NotSigned(AnsimError):
    """Text that is no signed document at all."""

    code: ClassVar[str] = "not_signed"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is not a document that Ansim signed; take the file as it was handed out.",
        "ko": "안심이 서명한 문서가 아닙니다. 받은 파일을 그대로 넣어 주세요.",
    }


class SignatureWrong(AnsimError):
    """A document that was changed after it was signed."""

    code: ClassVar[str] = "signature_wrong"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The signature does not fit: the document was changed after it was signed.",
        "ko": "서명이 맞지 않습니다. 서명한 뒤에 바뀐 문서입니다.",
    }


class OtherSigner(AnsimError):
    """A whole document, signed by somebody else."""

    code: ClassVar[str] = "other_signer"
    sentences: ClassVar[dict[str, str]] = {
        "en": "Another key signed this document ({found}), not the one expected ({expected}).",
        "ko": "다른 열쇠({found})로 서명한 문서입니다. 기대한 열쇠는 {expected}입니다.",
    }


def key_id(public: bytes) -> str:
    """The name of a public signing key (32 hex digits)."""
    return vault.signing_key_id(public).hex()


def canonical(document: dict[str, Any]) -> bytes:
    """The bytes that are signed: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()


def sign(document: dict[str, Any], seed: bytes) -> str:
    """``document`` with its signature, as indented JSON. ``seed``: 32 bytes."""
    value = vault.sign(seed, PURPOSE, canonical(document))
    public = vault.verify_key_of(seed)
    signature = {
        "algorithm": "Ed25519",
        "key": key_id(public),
        "public": public.hex(),
        "value": base64.b64encode(value).decode(),
    }
    whole = {"document": document, "signature": signature}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def verify(text: str, public: bytes | None = None) -> dict[str, Any]:
    """The document inside ``text``, when its signature holds.

    ``public``: the key that must have signed. Without it the document's own key is used, which
    shows that nothing was changed, not who signed. Raises NotSigned, SignatureWrong, OtherSigner.
    """
    try:
        whole = json.loads(text)
        document, signature = whole["document"], whole["signature"]
        signer = bytes.fromhex(signature["public"])
        value = base64.b64decode(signature["value"], validate=True)
        covered = canonical(document)
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError) as error:
        raise NotSigned from error
    if not isinstance(document, dict):
        raise NotSigned
    try:
        vault.verify(signer, PURPOSE, covered, value)
    except vault.VaultError as error:
        raise SignatureWrong from error
    if public is not None and signer != public:
        raise OtherSigner(found=key_id(signer), expected=key_id(public))
    return document


def read(text: str, kind: str, public: bytes | None = None) -> dict[str, Any]:
    """As ``verify``, for a document of one ``kind``; another kind is NotSigned."""
    document = verify(text, public)
    if document.get("kind") != kind:
        raise NotSigned
    return document
