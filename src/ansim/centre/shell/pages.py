"""The one calm page that tells of an error."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from ansim.centre.access.addresses import address_of

TITLES: dict[int, Promise] = {
    400: gettext_lazy("That did not work"),
    403: gettext_lazy("This page is not open to you"),
    404: gettext_lazy("This page is not here"),
    500: gettext_lazy("Something went wrong on our side"),
}
SENTENCES: dict[int, Promise] = {
    400: gettext_lazy("The page could not read what was sent. Please go back and try again."),
    403: gettext_lazy(
        "Your role does not include this. If you need it for your work, ask a supervisor."
    ),
    404: gettext_lazy("The address may be mistyped, or the page may have moved."),
    500: gettext_lazy("Nothing that was saved is lost. Please try again in a few minutes."),
}


def error_page(request: HttpRequest, status: int, *, sentence: str | Promise = "") -> HttpResponse:
    """A page of status ``status`` with a title and one sentence (a general one when empty)."""
    words = {"heading": TITLES[status], "sentence": sentence or SENTENCES[status]}
    # A broken database must not break the page that tells of it.
    user = None if status == HTTPStatus.INTERNAL_SERVER_ERROR else getattr(request, "user", None)
    staff = user is not None and user.is_authenticated
    home = (address_of("staff-today") if staff else "") or "/"
    return render(request, "shell/error.html", {**words, "home": home}, status=status)
