"""How long one case is kept: its rule, holds, keeping it, and erasing it with a second person."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.access import joint
from ansim.centre.access.permissions import StaffRequest, can
from ansim.centre.access.reauth import fresh_view
from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case, sealed_key
from ansim.centre.custody.services import record
from ansim.centre.retention import services, showing
from ansim.centre.retention.forms import HoldForm
from ansim.centre.retention.holding import keep_longer, lift_hold, say_who_asked, set_hold
from ansim.centre.retention.models import Hold
from ansim.centre.retention.queries import holds_of
from ansim.centre.retention.terms import term_of
from ansim.centre.retention.views import term_row
from ansim.errors import AnsimError
from ansim.vault import CaseKey

KIND = "case.erase"


@require_safe
@case_view("retention.read")
def case_page(request: StaffRequest, case: Case) -> HttpResponse:
    """The rule, the days, the holds and the way to erase."""
    return _page(request, case, HoldForm(now=clock.now()))


def _page(request: StaffRequest, case: Case, form: HoldForm) -> HttpResponse:
    now = clock.now()
    term = term_of(case, now)
    key = sealed_key(request, case)
    rows = [_hold_row(case, hold, key, term.holds) for hold in holds_of(case)]
    if key is not None and rows:
        record("hold.read", actor=request.user, obj=case, case=case, fields=["reason"], at=now)
    words: dict[str, Any] = {
        **term_row(term),
        "form": form,
        "hold_rows": rows,
        "police": "police_requested" in term.facts,
        "may_hold": can(request.user, "retention.hold", case),
        "may_erase": joint.may_ask(request.user, KIND, case, now),
        "ready": joint.ready(KIND, case, request.user, now),
        "waiting": joint.waiting(KIND, case, request.user, now),
    }
    return render_case(request, case, "retention/case.html", words, tab="case-retention")


def _hold_row(
    case: Case, hold: Hold, key: CaseKey | None, standing: tuple[Hold, ...]
) -> dict[str, Any]:
    reason = ""
    if key is not None:
        reason = keyring.open_text(key, hold.reason_box, hold, "reason_box", case)
    return {
        "hold": hold,
        "kind": showing.HOLD_KINDS[hold.kind],
        "stands": hold in standing,
        "reason": reason,
    }


@require_POST
@case_view("retention.hold")
def keep(request: StaffRequest, case: Case) -> HttpResponse:
    """Keep a case whose time ends."""
    keep_longer(case, by=request.user, now=clock.now())
    messages.success(request, _("The case is kept longer."))
    return redirect("case-retention", case.pk)


@require_POST
@case_view("retention.hold")
def asker(request: StaffRequest, case: Case) -> HttpResponse:
    """Who asked for the removal: another rule may hold."""
    police = request.POST.get("asker") == "police"
    say_who_asked(case, police=police, by=request.user, now=clock.now())
    messages.success(request, _("The answer is saved."))
    return redirect("case-retention", case.pk)


@require_http_methods(["GET", "POST"])
@case_view("retention.hold")
def hold(request: StaffRequest, case: Case) -> HttpResponse:
    """Set a legal hold."""
    if request.method == "GET":
        return redirect("case-retention", case.pk)
    now = clock.now()
    form = HoldForm(request.POST, now=now)
    if form.is_valid():
        given = form.cleaned_data
        try:
            set_hold(
                case, given["kind"], given["reason"], until=given["until"], by=request.user,
                key=sealed_key(request, case), now=now,
            )  # fmt: skip
        except AnsimError as error:
            form.add_error("reason", error.sentence(reader_language()))
        else:
            messages.success(request, _("The case is on legal hold. Nothing of it is erased."))
            return redirect("case-retention", case.pk)
    return _page(request, case, form)


@require_POST
@case_view("retention.hold")
def lift(request: StaffRequest, case: Case) -> HttpResponse:
    """Lift a hold."""
    row = get_object_or_404(case.holds, pk=request.POST.get("hold") or None)
    lift_hold(row, by=request.user, now=clock.now())
    messages.success(request, _("The hold is lifted."))
    return redirect("case-retention", case.pk)


@require_http_methods(["GET", "POST"])
@case_view("case.erase")
@fresh_view
def erase_view(request: StaffRequest, case: Case) -> HttpResponse:
    """Erase the case on the word of two: asked a last time, then done."""
    now = clock.now()
    ready = joint.ready(KIND, case, request.user, now)
    if ready is None:
        return redirect("case-retention", case.pk)
    term = term_of(case, now)
    problem = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                act = joint.use(KIND, case, request.user, now)
                tombstone = services.erase(
                    case, asked_by=request.user, confirmed_by=act.answered_by, act=str(act.pk),
                    now=now,
                )  # fmt: skip
        except AnsimError as error:
            problem = error.sentence(reader_language())
        else:
            messages.success(request, _("The case is erased. This is its certificate."))
            return redirect("certificate", tombstone.pk)
    words = {**term_row(term), "problem": problem, "act": ready}
    return render_case(request, case, "retention/erase.html", words, tab="case-retention")
