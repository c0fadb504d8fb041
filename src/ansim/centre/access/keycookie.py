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
from django.contrib.auth import logout
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
    "require_key",
]

SESSION_FIELD: Final = "key_box"
BINDING: Final = b"ansim held key 1"
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
    secret, nonce = secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(NONCE_BYTES)
    box = nonce + AESGCM(secret).encrypt(nonce, private, BINDING)
    request.session.cycle_key()
    request.session[SESSION_FIELD] = base64.b64encode(box).decode()
    response.set_cookie(
        cookie_name(),
        base64.urlsafe_b64encode(secret).decode(),
        secure=settings.SECURE,
        httponly=True,
        samesite="Strict",
    )
    request.private_key = private  # type: ignore[attr-defined]


def held_key(request: HttpRequest) -> bytes | None:
    """The key that this session holds, or None (not held, cookie lost or changed)."""
    cookie = request.COOKIES.get(cookie_name(), "")
    if not cookie:
        return None
    try:
        secret = base64.urlsafe_b64decode(cookie)
        box = base64.b64decode(request.session.get(SESSION_FIELD, ""))
        return AESGCM(secret).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], BINDING)
    except (InvalidTag, ValueError, binascii.Error):
        return None


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
        from ansim.centre.access.permissions import sign_in_address

        if request.user.is_authenticated:
            address = sign_in_address(request, "key")
            logout(request)
            return HttpResponseRedirect(address)
        return HttpResponseRedirect(getattr(settings, "ANSIM_PORTAL_ENTRY", "/"))
