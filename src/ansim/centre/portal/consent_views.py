"""The person's own consents: what each allows, to whom, since when, and what undoing it means."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.cases.ledger import Said
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.cases.wordings import wording_at
from ansim.centre.intake.later import allow
from ansim.centre.portal.consenting import consent_lines, left_words, shared_words
from ansim.centre.portal.mine_views import badge
from ansim.centre.portal.person import PersonRequest, person_view
from ansim.centre.removal.telling import scope_name, scopes_of
from ansim.centre.removal.withdrawing import Consequences, consequences, take_back


@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: PersonRequest) -> HttpResponse:
    """Each purpose with two equal buttons; taking one back first says what follows."""
    purpose = request.POST.get("purpose", "")
    if request.method != "POST":
        return _page(request)
    if purpose not in wording_at(clock.now()).purposes:
        return HttpResponseRedirect(reverse("mine-consents"))
    scope = request.POST.get("recipient", "")
    if scope not in scopes_of(request.case, purpose):
        return HttpResponseRedirect(reverse("mine-consents"))
    return _decide(request, purpose, scope)


def _page(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    words = {
        "lines": consent_lines(request.case, now), "tab": "consents",
        "shared": shared_words(request.case), "watch_days": settings.ANSIM_WATCH_DAYS,
    }  # fmt: skip
    return render(request, "portal/consents.html", words | badge(request.case))


def _decide(request: PersonRequest, purpose: str, scope: str) -> HttpResponse:
    case, now = request.case, clock.now()
    answer = request.POST.get("answer")
    title = wording_at(now).shown(purpose).title
    if scope:
        title = f"{title} ({scope_name(scope)})"
    said = Said(speaker_of(request))
    if answer == "give":
        allow(case, purpose, scope, now=now, said=said)
        told = pgettext("portal", "You have allowed: %(purpose)s")
    elif answer == "withdraw" and request.POST.get("sure") != "yes":
        follows = consequences(case, purpose, scope, now=now)
        return _ask(request, purpose, scope, title, follows)
    elif answer == "withdraw":
        take_back(case, purpose, scope, now=now, said=said)
        told = pgettext("portal", "You have taken back: %(purpose)s")
    else:
        return HttpResponseRedirect(reverse("mine-consents"))
    messages.success(request, told % {"purpose": title})
    if request.POST.get("from") == "mine":
        return HttpResponseRedirect(reverse("mine"))
    return HttpResponseRedirect(f"{reverse('mine-consents')}#{purpose}")


def speaker_of(request: PersonRequest) -> str:
    """Who holds the code: the person, or the proxy who reported for them."""
    standing = request.case.standing
    proxies = set(taxonomy().codes("standing")) - {"self"}
    return standing if standing in proxies else "person"


def _ask(
    request: PersonRequest, purpose: str, scope: str, title: str, follows: Consequences
) -> HttpResponse:
    words: dict[str, Any] = {
        "purpose": purpose, "scope": scope, "title": title, "stops": len(follows.stops),
        "searching": follows.searching, "everything": purpose == "hold" and not scope,
        "left": left_words(follows.left),
        "asked_back": [scope_name(one.recipient) for one in follows.asked_back], "tab": "consents",
    }  # fmt: skip
    return render(request, "portal/consent_back.html", words | badge(request.case))
