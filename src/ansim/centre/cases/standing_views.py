"""A case's page about who asks in whose name, and about duties to report."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, require
from ansim.centre.cases import standing
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case, sealed_key
from ansim.centre.cases.reportingrules import rule_book
from ansim.centre.cases.standing_forms import CHOICES, HOW, DutyForm, ProxyForm
from ansim.centre.cases.standing_models import ProxyStanding
from ansim.errors import AnsimError


@require_http_methods(["GET", "HEAD", "POST"])
@case_view()
def case_standing(request: StaffRequest, case: Case) -> HttpResponse:
    """The rules with their sources, decisions so far, and a proxy's standing."""
    duty, proxy = DutyForm(), ProxyForm(initial=_initial(case))
    if request.method == "POST":
        require(request.user, "case.triage")
        if "rule" in request.POST:
            duty = DutyForm(request.POST)
            done = duty.is_valid() and _decide(request, case, duty)
        else:
            proxy = ProxyForm(request.POST)
            done = proxy.is_valid() and _note(request, case, proxy)
        if done:
            return redirect("case-standing", case.pk)
    words = _words(request, case) | {"form": duty, "form_two": proxy}
    return render_case(request, case, "cases/standing.html", words, tab="case-standing")


def _decide(request: StaffRequest, case: Case, form: DutyForm) -> bool:
    given = form.cleaned_data
    try:
        standing.decide(
            case, given["rule"], given["decision"], given["reason"],
            key=sealed_key(request, case), by=request.user, now=clock.now(),
        )  # fmt: skip
    except AnsimError as error:
        form.add_error(None, error.sentence(reader_language()))
        return False
    messages.success(request, _("The decision is written down. Nobody was told by the machine."))
    return True


def _note(request: StaffRequest, case: Case, form: ProxyForm) -> bool:
    """Write down only what changed."""
    now, given, before = clock.now(), form.cleaned_data, _initial(case)
    if given["kin"] and given["kin"] != before["kin"]:
        standing.note_kin(case, given["kin"], by=request.user, now=now)
    if sorted(given["papers"]) != sorted(before["papers"]):
        standing.note_papers(case, given["papers"], by=request.user, now=now)
    if given["confirmed"] and given["confirmed"] != before["confirmed"]:
        standing.confirm(case, given["confirmed"], by=request.user, now=now)
    messages.success(request, _("What you saw is written down."))
    return True


def _initial(case: Case) -> dict[str, Any]:
    row = ProxyStanding.objects.filter(case=case).first() or ProxyStanding()
    return {"kin": row.kin, "papers": row.papers, "confirmed": row.confirmed_how}


def _words(request: StaffRequest, case: Case) -> dict[str, Any]:
    row = ProxyStanding.objects.select_related("papers_seen_by", "confirmed_by").filter(case=case)
    proxy, book = row.first(), rule_book()
    kin = book.kin.get(proxy.kin) if proxy else None
    duties, key = standing.duties_of(case, clock.now()), sealed_key(request, case)
    reasons = (
        standing.read_reasons(case, duties, key=key, reader=request.user, now=clock.now())
        if key is not None
        else {}
    )
    return {
        "duties": [
            (duty, [(one, CHOICES[one.decision], reasons.get(one.pk)) for one in duty.decisions])
            for duty in duties
        ],
        "decision_words": CHOICES,
        "by_proxy": case.standing != "self",
        "proxy": proxy,
        "kin": kin,
        "how_word": HOW.get(proxy.confirmed_how, "") if proxy else "",
        "needed": [book.paper(code) for code in kin.papers] if kin else [],
        "waits": standing.waits_for_person(case),
        "chosen_rule": request.POST.get("rule", ""),
    }
