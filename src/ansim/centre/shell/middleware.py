"""Headers, language and spoken errors for every page."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.security import SecurityMiddleware
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from ansim.centre.access.keycookie import KeyNotHeld
from ansim.centre.shell.moments import zone
from ansim.centre.shell.pages import error_page
from ansim.centre.shell.policy import file_policy, new_nonce, page_policy
from ansim.errors import AnsimError

GetResponse = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY: Final = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "serial",
        "usb",
    )
)
HEADERS: Final = {
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


class SecurityHeadersMiddleware(SecurityMiddleware):
    """Adds to Django's HTTPS redirect and HSTS the headers that keep a page to itself."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Give the request the nonce of its answer."""
        request.csp_nonce = new_nonce()  # type: ignore[attr-defined]
        return super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Set the headers; a page is never stored unless its maker said otherwise."""
        # Nothing about us goes to other sites. Not no-referrer: it makes browsers send
        # "Origin: null" with our own forms, which the CSRF check must refuse.
        response.setdefault("Referrer-Policy", "same-origin")
        super().process_response(request, response)
        for name, value in HEADERS.items():
            response[name] = value
        response["Content-Security-Policy"] = _content_policy(request)
        response.setdefault("Cache-Control", "no-store")
        return response


def _content_policy(request: HttpRequest) -> str:
    if request.path.startswith(settings.STATIC_URL):
        return file_policy()
    nonce = getattr(request, "csp_nonce", "")
    return page_policy(nonce, local_media=getattr(request, "local_media", False))


def language_of(request: HttpRequest) -> str:
    """What the reader chose, else the staff member's language, else the browser's, else Korean."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in known:
        return chosen
    user = getattr(request, "user", None)
    if user is not None and not isinstance(user, AnonymousUser):
        preferred = getattr(user, "language", "")
        if preferred in known:
            return str(preferred)
    for accepted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if accepted[:2] in known:
            return accepted[:2]
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """Activates the reader's language and the centre's zone for the length of one request."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the language of ``language_of``."""
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(zone()):
            response = self.get_response(request)
        response.setdefault("Content-Language", language)
        return response


class SpokenErrorMiddleware:
    """An AnsimError that no view caught becomes a page with its one sentence."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do on the way in."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Status 403 for what is not permitted, else 400."""
        if not isinstance(exception, AnsimError) or isinstance(exception, KeyNotHeld):
            return None
        sentence = exception.sentence(translation.get_language() or settings.LANGUAGE_CODE)
        status = 403 if isinstance(exception, PermissionDenied) else 400
        return error_page(request, status, sentence=sentence)
