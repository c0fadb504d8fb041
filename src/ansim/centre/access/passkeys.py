"""Passkeys: WebAuthn ceremonies on python-fido2, and the private key that a passkey opens.

A passkey here is always discoverable and always verifies its user (PIN, finger, face): it counts
as both steps. Where the authenticator has the PRF extension, a secret that never leaves it but
for this purpose boxes the staff member's private key; it comes in the body of a POST, opens the
box, and is dropped.
"""

import base64
import binascii
import json
import struct
from ipaddress import ip_address
from time import time
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ansim.centre import clock
from ansim.centre.access.errors import PasskeyRefused
from ansim.centre.access.factors import save_passkey
from ansim.centre.access.models import Factor, Staff
from ansim.vault import VaultError, box_key_under, open_box_under

STATE: Final = "passkey_state"
STATE_SECONDS: Final = 5 * 60
PRF_BYTES: Final = 32
MOST_JSON: Final = 20_000
# One salt for all: the output differs by passkey anyway, and a discoverable passkey is not known
# before it has answered.
PRF_SALT: Final = base64.urlsafe_b64encode(b"ansim private key, passkey prf 1").decode().rstrip("=")
REQUIRED: Final = UserVerificationRequirement.REQUIRED
# What python-fido2 raises for bytes that are no answer of an authenticator.
MALFORMED: Final = (
    ValueError, TypeError, KeyError, AttributeError, IndexError, AssertionError, struct.error,
    NotImplementedError, RecursionError,
)  # fmt: skip


def possible(request: HttpRequest) -> bool:
    """Whether a browser would make passkeys here: at a name, not at a bare IP address."""
    try:
        ip_address(_host(request).strip("[]"))
    except ValueError:
        return request.is_secure() or _host(request) == "localhost"
    return False


def registration_options(request: HttpRequest, staff: Staff) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked; the session remembers the challenge."""
    held = [_credential(factor) for factor in _passkeys(staff)]
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(
            id=staff.pk.bytes, name=staff.username, display_name=staff.name
        ),
        held,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=REQUIRED,
    )
    return _remember(request, "new", state, dict(options))


def assertion_options(request: HttpRequest, staff: Staff | None) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked: of ``staff``'s passkeys, or of anybody's."""
    held = None if staff is None else [_credential(factor) for factor in _passkeys(staff)]
    options, state = _server(request).authenticate_begin(held, REQUIRED)
    return _remember(request, "get", state, dict(options))


def register(
    request: HttpRequest, staff: Staff, answer: str, prf: str, private: bytes, label: str
) -> Factor:
    """Keep a new passkey. ``answer``: the credential as JSON; ``prf``: base64url or "".

    Raises PasskeyRefused, FactorThere.
    """
    state = _recall(request, "new")
    try:
        given = RegistrationResponse.from_dict(_parsed(answer))
        proved = _server(request).register_complete(state, given)
    except MALFORMED as error:
        raise PasskeyRefused from error
    credential = proved.credential_data
    if credential is None:
        raise PasskeyRefused
    secret = _prf(prf)
    return save_passkey(
        Factor(
            staff=staff,
            kind=Factor.Kind.PASSKEY,
            label=label.strip()[:60],
            credential_id=credential.credential_id,
            credential=bytes(credential),
            sign_count=proved.counter,
            key_box=b"" if secret is None else box_key_under(secret, private),
            added_at=clock.now(),
        )
    )


def owner(answer: str) -> Staff | None:
    """Whom an answer claims to come from (its user handle); proves nothing."""
    try:
        handle = AuthenticationResponse.from_dict(_parsed(answer)).response.user_handle or b""
        return Staff.objects.filter(pk=UUID(bytes=handle), is_active=True).first()
    except (*MALFORMED, PasskeyRefused):
        return None


def prove(request: HttpRequest, staff: Staff | None, answer: str) -> Factor:
    """The passkey of ``staff`` that gave ``answer``. Raises PasskeyRefused (None: always).

    A passkey whose counter stands still while it counts was copied, and is refused.
    """
    state = _recall(request, "get")
    if staff is None:
        raise PasskeyRefused
    held = {bytes(factor.credential_id or b""): factor for factor in _passkeys(staff)}
    try:
        given = AuthenticationResponse.from_dict(_parsed(answer))
        credentials = [_credential(factor) for factor in held.values()]
        used = _server(request).authenticate_complete(state, credentials, given)
        counter = AuthenticatorData(given.response.authenticator_data).counter
    except MALFORMED as error:
        raise PasskeyRefused from error
    factor = held[used.credential_id]
    counts = counter > 0 or factor.sign_count > 0
    rows = Factor.objects.filter(pk=factor.pk)
    rows = rows.filter(sign_count__lt=counter) if counts else rows
    if not rows.update(sign_count=counter, used_at=clock.now()):
        raise PasskeyRefused
    return factor


def open_key(factor: Factor, prf: str) -> bytes | None:
    """The private key that a passkey's own secret opens, or None where it has none."""
    secret = _prf(prf)
    if secret is None or not factor.key_box:
        return None
    try:
        return open_box_under(secret, bytes(factor.key_box))
    except VaultError:
        return None


def _server(request: HttpRequest) -> Fido2Server:
    name = str(settings.ANSIM_CENTRE["name"]["en"])
    origin = f"{request.scheme}://{request.get_host()}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=name, id=_host(request)),
        verify_origin=lambda given: given == origin,
    )


def _host(request: HttpRequest) -> str:
    host = request.get_host()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _passkeys(staff: Staff) -> list[Factor]:
    return list(staff.factors.filter(kind=Factor.Kind.PASSKEY))


def _credential(factor: Factor) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(factor.credential))


def _remember(
    request: HttpRequest, kind: str, state: dict[str, Any], options: dict[str, Any]
) -> dict[str, Any]:
    told = {"challenge": state["challenge"], "user_verification": str(REQUIRED.value)}
    request.session[STATE] = {"kind": kind, "at": int(time()), "state": told}
    public = dict(options["publicKey"])
    public["extensions"] = {"prf": {"eval": {"first": PRF_SALT}}}
    return public


def _recall(request: HttpRequest, kind: str) -> dict[str, Any]:
    # Popped before it is looked at: one challenge, one answer.
    held = request.session.pop(STATE, None) or {}
    if held.get("kind") != kind or not 0 <= time() - held.get("at", 0) <= STATE_SECONDS:
        raise PasskeyRefused
    return dict(held["state"])


def _parsed(answer: str) -> dict[str, Any]:
    try:
        parsed = json.loads(answer) if len(answer) <= MOST_JSON else None
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(parsed, dict):
        raise PasskeyRefused
    return parsed


def _prf(text: str) -> bytes | None:
    try:
        secret = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return None
    return secret if len(secret) == PRF_BYTES else None
