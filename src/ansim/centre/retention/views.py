"""The retention page: what falls due, what is held, what was erased; and certificates."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.custody.services import record
from ansim.centre.retention import showing
from ansim.centre.retention.forms import LookUpForm
from ansim.centre.retention.models import Tombstone
from ansim.centre.retention.queries import falling_due, on_hold, recent_tombstones, tombstone_of
from ansim.centre.retention.rules import rules
from ansim.centre.retention.terms import Term, today_of
from ansim.centre.shell.context import in_language

SHOWN = 50
UNPROCESSABLE = 422


def term_row(term: Term) -> dict[str, Any]:
    """A term as a line of a table."""
    state, tone = showing.STATES[term.state]
    return {
        "term": term,
        "case": term.case,
        "state": state,
        "tone": tone,
        "rule": in_language(dict(term.rule.title)),
        "why": in_language(dict(term.rule.why)),
        "holds": [showing.HOLD_KINDS[hold.kind] for hold in term.holds],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view("retention.read")
def overview(request: StaffRequest) -> HttpResponse:
    """Everything that is on its way out, and the newest erasures."""
    now = clock.now()
    form, found = LookUpForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        found = tombstone_of(form.cleaned_data["reference"])
        record("tombstone.looked_up", actor=request.user, fields=["reference"], at=now)
        if found is None:
            form.add_error("reference", _("No case of this reference was erased here."))
    words = {
        "due": [term_row(term) for term in falling_due(request.user, now)],
        "held": [term_row(term) for term in on_hold(request.user, now)],
        "tombstones": [tombstone_row(one) for one in recent_tombstones(SHOWN)],
        "rules": [rule for rule in rules().all if rule.in_force(today_of(now).date())],
        "form": form,
        "found": found and tombstone_row(found),
    }
    wrong = form.is_bound and bool(form.errors)
    return render(
        request, "retention/overview.html", words, status=UNPROCESSABLE if wrong else None
    )


def tombstone_row(tombstone: Tombstone) -> dict[str, Any]:
    """An erasure as a line of a table."""
    return {
        "tombstone": tombstone,
        "asked": showing.ASKED[tombstone.asked],
        "rule": showing.title_of(tombstone.rule),
    }


@require_safe
@staff_view("retention.read")
def certificate(request: StaffRequest, key: UUID) -> HttpResponse:
    """A certificate in words, to be printed."""
    tombstone = get_object_or_404(Tombstone, pk=key)
    document = showing.document_of(tombstone)
    words = {
        **tombstone_row(tombstone),
        "lines": showing.certificate_lines(tombstone),
        "document": document,
    }
    return render(request, "retention/certificate.html", words)


@require_safe
@staff_view("retention.read")
def certificate_file(request: StaffRequest, key: UUID) -> HttpResponse:
    """The certificate as it was signed."""
    del request
    tombstone = get_object_or_404(Tombstone, pk=key)
    response = HttpResponse(tombstone.certificate, content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="certificate.json"'
    return response
