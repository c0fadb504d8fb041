"""Pages that need no case: the first page, the way in by code, the code itself, two statements."""

import hmac

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access.addresses import client_address
from ansim.centre.cases.services import confirm_receipt
from ansim.centre.portal import door, limits, sending
from ansim.centre.portal.forms import CodeForm, TypeBackForm
from ansim.centre.portal.person import PersonRequest, case_of_key, let_in, person_view
from ansim.centre.portal.resting import new_mark
from ansim.centre.portal.voices import voice_of
from ansim.vault import MalformedCode, show
from ansim.vault.receipt import plain_code


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The promise, two buttons, three phone numbers, four steps."""
    inside = case_of_key(getattr(request, "private_key", None)) is not None
    return render(request, "portal/landing.html", {"inside": inside, "mark": new_mark()})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, for how long, and who can read it."""
    return render(request, "portal/privacy.html", {"watch_days": settings.ANSIM_WATCH_DAYS})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What these pages do for everybody, and where to say that something does not work."""
    return render(request, "portal/accessibility.html")


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """In by code. Every code that does not fit gets the same answer."""
    form, now, status = CodeForm(request.POST if request.method == "POST" else None), clock.now(), 200
    if request.method == "POST":
        given = [request.POST.get(name, "") for name in ("code", "puzzle", "answer")]
        typed, puzzle, answer = given
        try:
            found = door.try_code(typed, client_address(request), puzzle, answer, now=now)
        except limits.TooManyTries as error:
            form.add_error("code", error.sentence(get_language() or "ko"))
            status = 429
        else:
            if found is not None:
                response = HttpResponseRedirect(reverse("mine"))
                let_in(request, response, found[1])
                # The code of an earlier report in this browser may be another case's.
                sending.drop_cookie(response, "r")
                return response
            form.add_error("code", no_match())
    words = {"form": form, "puzzle": door.next_puzzle(now)}
    return render(request, "portal/enter.html", words, status=status)


def no_match() -> str:
    """The one answer for a wrong code."""
    return pgettext("portal", "That code does not match. Please try again")


@sensitive_post_parameters("code")
@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: PersonRequest) -> HttpResponse:
    """The code, and a place to type it back. A reload shows it until it has been typed back."""
    shown = sending.carried_code(request)
    if shown is None:
        return HttpResponseRedirect(reverse("mine"))
    form = TypeBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if same_code(request.POST.get("code", ""), shown):
            confirm_receipt(request.case, now=clock.now())
            messages.success(
                request, pgettext("portal", "Your code is right. Keep it where only you find it.")
            )
            response = HttpResponseRedirect(reverse("mine"))
            sending.drop_cookie(response, "r")
            request.session.pop(sending.SENT, None)
            return response
        form.add_error("code", no_match())
    words = {
        "form": form, "groups": show(shown).split(),
        "voice": voice_of(request.case.standing, request.case.age),
    }  # fmt: skip
    return render(request, "portal/code.html", words)


@person_view
@require_safe
def code_to_print(request: PersonRequest) -> HttpResponse:
    """The code on a page with nothing else on it."""
    shown = sending.carried_code(request)
    if shown is None:
        return HttpResponseRedirect(reverse("mine"))
    return render(request, "portal/code_print.html", {"groups": show(shown).split()})


def same_code(typed: str, shown: str) -> bool:
    """Whether what was typed back is the code, with or without spaces."""
    try:
        return hmac.compare_digest(plain_code(typed), shown)
    except MalformedCode:
        return False
