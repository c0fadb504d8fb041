"""“Delete everything about me”: explained, asked twice, the code typed back, and taken back."""

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.access.keycookie import drop_key
from ansim.centre.cases.keyring import find_receipt
from ansim.centre.cases.models import Case
from ansim.centre.portal.forms import CodeForm
from ansim.centre.portal.person import PersonRequest, person_view
from ansim.centre.portal.views import no_match
from ansim.centre.retention.errors import WorkInHand
from ansim.centre.retention.holding import keep_longer, take_wish_back, wish_to_erase
from ansim.centre.retention.models import Tombstone
from ansim.centre.retention.rules import rules
from ansim.centre.retention.services import erase
from ansim.centre.retention.showing import certificate_lines
from ansim.centre.retention.terms import Term, term_of

CERTIFICATE: Final = "erasure_certificate"
UNPROCESSABLE: Final = 422


class EraseForm(CodeForm):
    """The code once more, and when."""

    when = forms.ChoiceField(
        label=pgettext_lazy("portal", "When should it be deleted?"),
        widget=forms.RadioSelect,
        initial="later",
        choices=(
            ("later", pgettext_lazy("portal", "Tomorrow at this time. Until then I can change my mind")),
            ("now", pgettext_lazy("portal", "Now. I am sure")),
        ),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["code"].help_text = pgettext_lazy(
            "portal", "So that nobody deletes it by mistake, or in your place."
        )


def ending_of(case: Case) -> Term | None:
    """The term of a case, where the person has to be told something about its end."""
    term = term_of(case, clock.now())
    return term if term.wish is not None or (term.noticed and term.state == "noticed") else None


@person_view
@require_safe
def about(request: PersonRequest) -> HttpResponse:
    """What deleting means, what stays, and what the rule for this record says."""
    term = term_of(request.case, clock.now())
    words = {"term": term, "steps": rules().steps, "tab": "consents"}
    return render(request, "portal/erase.html", words)


@sensitive_post_parameters("code")
@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PersonRequest) -> HttpResponse:
    """The second question. A wrong code deletes nothing."""
    now = clock.now()
    term = term_of(request.case, now)
    if term.wish is not None:
        return HttpResponseRedirect(reverse("mine-erase"))
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = find_receipt(form.cleaned_data["code"])
        if found is None or found[0].pk != request.case.pk:
            form.add_error("code", no_match())
        else:
            return _begin(request, at_once=form.cleaned_data["when"] == "now")
    words = {"form": form, "term": term, "tab": "consents"}
    wrong = form.is_bound and bool(form.errors)
    return render(
        request, "portal/erase_confirm.html", words, status=UNPROCESSABLE if wrong else None
    )


def _begin(request: PersonRequest, *, at_once: bool) -> HttpResponse:
    now = clock.now()
    term = wish_to_erase(request.case, now=now, at_once=at_once)
    if not at_once or term.counsel_decides:
        return HttpResponseRedirect(reverse("mine-erase"))
    try:
        tombstone = erase(request.case, asked_by=None, now=now)
    except WorkInHand:
        # The worker does it as soon as the letter in hand has left or stayed.
        return HttpResponseRedirect(reverse("mine-erase"))
    response = HttpResponseRedirect(reverse("erased"))
    drop_key(request, response)
    request.session.flush()
    # All that this browser still knows: which certificate may be fetched until it is closed.
    request.session[CERTIFICATE] = str(tombstone.pk)
    return response


@person_view
@require_POST
def take_back(request: PersonRequest) -> HttpResponse:
    """The person changed their mind."""
    take_wish_back(request.case, now=clock.now())
    return HttpResponseRedirect(reverse("mine-erase"))


@person_view
@require_POST
def keep(request: PersonRequest) -> HttpResponse:
    """The time of the case ends, and the person wants it kept."""
    keep_longer(request.case, by=None, now=clock.now())
    return HttpResponseRedirect(reverse("mine"))


def _certificate(request: HttpRequest) -> Tombstone | None:
    key = request.session.get(CERTIFICATE)
    return None if key is None else Tombstone.objects.filter(pk=key).first()


@never_cache
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """It is deleted: what went, what stays, and the certificate."""
    tombstone = _certificate(request)
    if tombstone is None:
        return HttpResponseRedirect(reverse("landing"))
    words = {"tombstone": tombstone, "lines": certificate_lines(tombstone)}
    return render(request, "portal/erased.html", words)


@never_cache
@require_safe
def certificate_file(request: HttpRequest) -> HttpResponse:
    """The certificate as a file; its name says nothing."""
    tombstone = _certificate(request)
    if tombstone is None:
        return HttpResponseRedirect(reverse("landing"))
    response = HttpResponse(tombstone.certificate, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="certificate.json"'
    return response
