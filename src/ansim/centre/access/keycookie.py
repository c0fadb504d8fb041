"""The private key of whoever is in: half in the session, half in the browser.

The opened key is put into the server's session only under a random secret, and that secret lives
only in a cookie that scripts cannot read and other sites cannot send. The database alone, or the
cookie alone, opens nothing. Staff and people with a receipt code are held the same way.
"""

import base64
import binascii
import secrets
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from ansim.centre.access.errors import KeyNotHeld

__all__ = [
    "KeyCookieMiddleware",
    "KeyNotHeld",
    "KeyedRequest",
    "drop_key",
    "held_key",
    "hold_key",
    "keep",
    "kept",
    "new_secret",
    "require_key",
]

SESSION_FIELD: Final = "key_box"
BINDING: Final = b"ansim held key 2"
SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 12


class KeyedRequest(HttpRequest):
    """A request after KeyCookieMiddleware."""

    private_key: bytes | None


def cookie_name() -> str:
    """``__Host-`` binds the cookie to this host and to https."""
    return "__Host-ansim_k" if settings.SECURE else "ansim_k"


def hold_key(request: HttpRequest, response: HttpResponseBase, private: bytes) -> None:
    """Keep ``private`` (32 bytes) for this session, under a new session id."""
    request.session.cycle_key()
    keep(request, SESSION_FIELD, private, new_secret(response))
    request.private_key = private  # type: ignore[attr-defined]


def held_key(request: HttpRequest) -> bytes | None:
    """The key that this session holds, or None (not held, cookie lost or changed)."""
    return kept(request, SESSION_FIELD)


def new_secret(response: HttpResponseBase) -> bytes:
    """A fresh secret of the browser's cookie; whatever was kept under the old one is closed."""
    secret = secrets.token_bytes(SECRET_BYTES)
    response.set_cookie(
        cookie_name(),
        base64.urlsafe_b64encode(secret).decode(),
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )
    return secret


def keep(request: HttpRequest, field: str, data: bytes, secret: bytes | None = None) -> None:
    """Put ``data`` into the session under the browser's secret (``secret``: one set just now).

    Raises KeyNotHeld where the browser has no secret.
    """
    secret = secret or _secret_of(request)
    if secret is None:
        raise KeyNotHeld
    nonce = secrets.token_bytes(NONCE_BYTES)
    box = nonce + AESGCM(secret).encrypt(nonce, data, _binding(field))
    request.session[field] = base64.b64encode(box).decode()


def kept(request: HttpRequest, field: str) -> bytes | None:
    """What ``keep`` put there, or None (nothing kept, cookie lost or changed)."""
    secret = _secret_of(request)
    if secret is None:
        return None
    try:
        box = base64.b64decode(request.session.get(field, ""))
        return AESGCM(secret).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], _binding(field))
    except (InvalidTag, ValueError, binascii.Error):
        return None


def _secret_of(request: HttpRequest) -> bytes | None:
    try:
        secret = base64.urlsafe_b64decode(request.COOKIES.get(cookie_name(), ""))
    except (ValueError, binascii.Error):
        return None
    return secret if len(secret) == SECRET_BYTES else None


def _binding(field: str) -> bytes:
    # What is kept under one name does not open under another: half-way in is not in.
    return BINDING + b" " + field.encode()


def drop_key(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forget the key on both sides."""
    request.session.pop(SESSION_FIELD, None)
    # set_cookie and not delete_cookie: __Host- cookies are cleared only by a Secure one.
    response.set_cookie(
        cookie_name(), "", max_age=0, secure=settings.SECURE, httponly=True, samesite="Strict"
    )
    request.private_key = None  # type: ignore[attr-defined]


def require_key(request: HttpRequest) -> bytes:
    """The key of this session. Raises KeyNotHeld, which leads back to the door."""
    private: bytes | None = getattr(request, "private_key", None)
    if private is None:
        raise KeyNotHeld
    return private


class KeyCookieMiddleware:
    """Gives ``request.private_key`` and leads those whose key is gone back to the door.

    The session is read only where the browser sends the key's cookie.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the held key for the length of this request."""
        request.private_key = held_key(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """KeyNotHeld: staff sign in again, a person types the code again."""
        if not isinstance(exception, KeyNotHeld):
            return None
        from ansim.centre.access.door import lost_key

        if request.user.is_authenticated:
            return lost_key(request)
        return HttpResponseRedirect(getattr(settings, "ANSIM_PORTAL_ENTRY", "/"))
