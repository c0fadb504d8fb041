"""What a browser may do with a page of ours: the content policy, as data.

A page runs and is styled by what carries its own nonce and by nothing else; scripts cannot turn
text into code (Trusted Types), except that the policy named ``ansim`` may name our own worker.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")

NONCE_BYTES: Final = 18
# The sprite of icons is an image to the browser.
PAGE: Final = (
    ("default-src", "'none'"),
    ("script-src", "'nonce-{nonce}'"),
    ("style-src", "'nonce-{nonce}'"),
    ("img-src", "'self'"),
    ("connect-src", "'self'"),
    ("worker-src", "'self'"),
    ("form-action", "'self'"),
    ("frame-ancestors", "'none'"),
    ("base-uri", "'none'"),
    ("require-trusted-types-for", "'script'"),
    ("trusted-types", "ansim"),
)
# A worker's policy comes with its own file; the modules that it imports are files of ours.
FILE: Final = (
    ("default-src", "'none'"),
    ("script-src", "'self'"),
    ("frame-ancestors", "'none'"),
    ("require-trusted-types-for", "'script'"),
)
LOCAL_MEDIA: Final = ("media-src", "blob:")


def new_nonce() -> str:
    """A value that nobody can guess (144 bits), for one answer."""
    return secrets.token_urlsafe(NONCE_BYTES)


def page_policy(nonce: str, *, local_media: bool) -> str:
    """The Content-Security-Policy of a page; ``local_media``: it plays a chosen file to itself."""
    rules = (*PAGE, LOCAL_MEDIA) if local_media else PAGE
    return _line(rules).format(nonce=nonce)


def file_policy() -> str:
    """The Content-Security-Policy of a static file."""
    return _line(FILE)


def _line(rules: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(f"{name} {value}" for name, value in rules)


def plays_local_media(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For a view whose page reads frames of a video that the person picked, on their device."""

    @wraps(view)
    def marked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.local_media = True  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return marked
