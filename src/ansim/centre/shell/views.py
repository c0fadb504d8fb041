"""Leaving, switching language, and error pages."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre.access.addresses import local_path
from ansim.centre.access.keycookie import drop_key
from ansim.centre.shell.pages import STAFF_PATH, error_page
from ansim.errors import AnsimError

STALE = gettext_lazy(
    "This page was open for too long or in another window. "
    "Go back, load the page again and send it once more."
)
STALE_PERSON = pgettext_lazy(
    "portal",
    "This page was open for too long or in another window. "
    "Go back, load the page again and send it once more.",
)


class ExitRedirect(HttpResponseRedirect):
    """A redirect that a POST or a GET leaves by GET."""

    status_code = 303


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """End the session, clear what the browser kept of us, and go to a harmless page."""
    response = ExitRedirect(settings.ANSIM_EXIT_URL)
    response["Referrer-Policy"] = "no-referrer"
    if not _meant(request):
        return response
    drop_key(request, response)
    request.session.flush()
    for name in request.COOKIES:
        if name.removeprefix("__Host-").startswith("ansim_"):
            response.delete_cookie(name, samesite="Strict")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


def _meant(request: HttpRequest) -> bool:
    """Whether somebody pressed it: no other site, and no browser that reads ahead, throws us out."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.headers.get("Sec-Fetch-Site") != "cross-site" and "prefetch" not in ahead


@require_http_methods(["GET", "POST"])
def switch_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember the reader's language until the browser closes; no longer, for it is a trace."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    response = HttpResponseRedirect(local_path(given.get("next", "/")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Old browsers ask here; the pages name a plain ring of their own."""
    return HttpResponse(status=204)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Status 400 (also a request too large to read)."""
    return error_page(request, 400, sentence=_spoken(exception))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Status 403."""
    return error_page(request, 403, sentence=_spoken(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Status 404; it never says whether something hidden exists."""
    del exception
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Status 500."""
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token does not match the browser's: usually a page left open for long."""
    del reason
    sentence = STALE if request.path.startswith(STAFF_PATH) else STALE_PERSON
    return error_page(request, 403, sentence=sentence)


def _spoken(exception: Exception) -> str:
    if isinstance(exception, AnsimError):
        return exception.sentence(translation.get_language() or settings.LANGUAGE_CODE)
    return ""
