"""Who is in on the person's own pages: the holder of the key that a receipt code gives."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache

from ansim.centre.access.keycookie import hold_key
from ansim.centre.cases.keyring import sealed_key_for_person
from ansim.centre.cases.models import Case, Receipt
from ansim.vault import CaseKey, VaultError, public_key_of

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of a person whose case is open in this session."""

    case: Case
    case_key: CaseKey


def case_of_key(private: bytes | None) -> Case | None:
    """The case whose receipt this private key belongs to."""
    if private is None:
        return None
    receipts = Receipt.objects.select_related("case", "case__owner")
    receipt = receipts.filter(public_key=public_key_of(private)).first()
    return None if receipt is None else receipt.case


def let_in(request: HttpRequest, response: HttpResponseBase, private: bytes) -> None:
    """Hold a person's key for this session; a member of staff in the same browser is signed out."""
    if request.user.is_authenticated:
        logout(request)
    hold_key(request, response, private)


def person_view(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Open the case of the held key, or lead to the page that asks for the code."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        private: bytes | None = getattr(request, "private_key", None)
        case = case_of_key(private)
        if case is None or private is None:
            return to_the_door(request)
        try:
            key = sealed_key_for_person(case, private)
        except VaultError:
            return to_the_door(request)
        request.case, request.case_key = case, key  # type: ignore[attr-defined]
        return view(cast("PersonRequest", request), *args, **kwargs)

    return never_cache(guarded)


def to_the_door(request: HttpRequest) -> HttpResponse:
    """The page that asks for the code, with the reason when the session was left unused."""
    if getattr(request, "idle_ended", False):
        messages.info(
            request,
            pgettext(
                "portal",
                "These pages were not used for a while, so they closed. Type your code again.",
            ),
        )
    return HttpResponseRedirect(reverse("enter"))
