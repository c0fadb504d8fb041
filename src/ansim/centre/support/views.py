"""The support plan of a case, and recording a support."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, require
from ansim.centre.cases.errors import KeyNotHeld
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case, sealed_key
from ansim.centre.support.forms import ServiceForm
from ansim.centre.support.plan import given_rows, plan_rows
from ansim.centre.support.services import record_service


@require_http_methods(["GET", "POST"])
@case_view()
def plan(request: StaffRequest, case: Case) -> HttpResponse:
    """What was given so far, and the form for one more."""
    key, now = sealed_key(request, case), clock.now()
    form = ServiceForm(request.POST or None, now=now)
    if request.method == "POST":
        require(request.user, "service.record", case)
        if form.is_valid():
            given = form.cleaned_data
            try:
                record_service(
                    case, kind=given["kind"], provider=given["provider"],
                    outcome=given["outcome"], given_at=given["given_at"],
                    minutes=given["minutes"], by=request.user, note=given["note"], key=key,
                    now=now,
                )  # fmt: skip
            except KeyNotHeld as error:
                form.add_error("note", error.sentence(reader_language()))
            else:
                messages.success(request, _("The support is recorded."))
                return redirect("case-plan", case.pk)
    words: dict[str, object] = {"form": form, "plan": plan_rows(case)}
    words["rows"] = given_rows(case, key=key, reader=request.user, now=now)
    return render_case(request, case, "support/plan.html", words, tab="case-plan")
