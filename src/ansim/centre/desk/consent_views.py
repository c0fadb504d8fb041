"""The consent ledger of a case: every purpose, what was told outside, and what ends with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest
from ansim.centre.cases.forms import ConsentForm, GivenForm
from ansim.centre.cases.ledger import Said
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, render_case
from ansim.centre.cases.wordings import Shown, wording_at
from ansim.centre.desk.ledger import events_in_words, left_in_words
from ansim.centre.intake.later import allow
from ansim.centre.removal.telling import LedgerLine, ledger_lines, left_lines, scope_name, scopes_of
from ansim.centre.removal.withdrawing import consequences, take_back

TAB = "case-consents"


@require_safe
@case_view()
def consents(request: StaffRequest, case: Case) -> HttpResponse:
    """Each purpose: given, withdrawn, over or not asked, to whom, and its whole history."""
    lines = [_line(told) for told in ledger_lines(case, clock.now())]
    return render_case(request, case, "cases/consents.html", {"lines": lines}, tab=TAB)


def _line(told: LedgerLine) -> dict[str, Any]:
    return {
        "row": told.line.row, "words": told.line.words, "scopes": told.scopes,
        "events": events_in_words(told.line.events), "left": left_in_words(told.left),
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@case_view("consent.record")
def give(request: StaffRequest, case: Case) -> HttpResponse:
    """Write down a consent that was said elsewhere, in the words that were read."""
    now = clock.now()
    shown, scope = _asked(request, case)
    form = GivenForm(request.POST or None, now=now, ending=False)
    if form.is_valid():
        said = Said(form.cleaned_data["by"], form.cleaned_data["how"], request.user)
        allow(
            case, shown.purpose, scope, now=now, said=said, until=form.ends_at(),
            language=shown.language,
        )  # fmt: skip
        messages.success(request, _("The consent is written down."))
        return redirect("case-consents", case.pk)
    words = {"form": form, "shown": shown, "scope": scope, "whom": _whom(scope)}
    return render_case(request, case, "cases/give.html", words, tab=TAB)


@require_http_methods(["GET", "POST"])
@case_view("consent.record")
def withdraw(request: StaffRequest, case: Case) -> HttpResponse:
    """Write down that a consent was taken back: first what stops and what has left."""
    now = clock.now()
    shown, scope = _asked(request, case)
    form = GivenForm(request.POST or None, now=now, ending=True)
    if form.is_valid():
        said = Said(form.cleaned_data["by"], form.cleaned_data["how"], request.user)
        take_back(case, shown.purpose, scope, now=now, said=said)
        messages.success(request, _("The consent is withdrawn. Future requests are stopped."))
        return redirect("case-consents", case.pk)
    follows = consequences(case, shown.purpose, scope, now=now)
    words = {
        "form": form, "shown": shown, "scope": scope, "whom": _whom(scope),
        "stops": len(follows.stops), "searching": follows.searching,
        "everything": shown.purpose == "hold" and not scope,
        "left": left_in_words(left_lines(follows.left)),
        "asked_back": [scope_name(one.recipient) for one in follows.asked_back],
    }  # fmt: skip
    return render_case(request, case, "cases/withdraw.html", words, tab=TAB)


def _whom(scope: str) -> str:
    return scope_name(scope) if scope else ""


def _asked(request: StaffRequest, case: Case) -> tuple[Shown, str]:
    """The purpose and the scope that a page is about. Raises Http404 for what is no choice."""
    form = ConsentForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        raise Http404
    purpose, scope = form.cleaned_data["purpose"], form.cleaned_data["recipient"]
    wording = wording_at(clock.now())
    if purpose not in wording.purposes or scope not in scopes_of(case, purpose):
        raise Http404
    # Read to the person in their own language.
    return wording.shown(purpose, case.language), scope
