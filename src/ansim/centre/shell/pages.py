"""The one calm page that tells of an error."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

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


# The same for people who are not staff: in Korean they are spoken to otherwise.
PERSON_TITLES: dict[int, Promise] = {
    400: pgettext_lazy("portal", "That did not work"),
    403: pgettext_lazy("portal", "This page is not open to you"),
    404: pgettext_lazy("portal", "This page is not here"),
    500: pgettext_lazy("portal", "Something went wrong on our side"),
}
PERSON_SENTENCES: dict[int, Promise] = {
    400: pgettext_lazy("portal", "We could not read what was sent. Go back and try again."),
    403: pgettext_lazy("portal", "Go to the first page and begin from there."),
    404: pgettext_lazy("portal", "The address may be mistyped, or the page may have moved."),
    500: pgettext_lazy("portal", "What was saved is not lost. Try again in a few minutes, or call us."),
}
STAFF_PATH = "/staff/"


def error_page(request: HttpRequest, status: int, *, sentence: str | Promise = "") -> HttpResponse:
    """A page of status ``status`` with a title and one sentence (a general one when empty)."""
    for_staff = request.path.startswith(STAFF_PATH)
    titles, sentences = (
        (TITLES, SENTENCES) if for_staff else (PERSON_TITLES, PERSON_SENTENCES)
    )
    words = {"heading": titles[status], "sentence": sentence or sentences[status]}
    # A broken database must not break the page that tells of it.
    user = None if status == HTTPStatus.INTERNAL_SERVER_ERROR else getattr(request, "user", None)
    staff = user is not None and user.is_authenticated
    home = (address_of("staff-today") if staff else "") or "/"
    return render(request, "shell/error.html", {**words, "home": home}, status=status)
