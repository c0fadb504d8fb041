"""Seeing who a person is, and the custodian who watches over it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.access.acts import IdentityAsk, IdentityShowing
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.cases import identity as who
from ansim.centre.cases.identity_forms import PURPOSE_WORDS, AnswerForm, IdentityForm
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import (
    UNPROCESSABLE,
    case_view,
    reader_language,
    render_case,
    sealed_key,
)
from ansim.centre.cases.queries import case_for
from ansim.centre.cases.views import CONTACT_WORDS
from ansim.errors import AnsimError


@require_http_methods(["GET", "POST"])
@case_view("case.read_sealed")
def identity(request: StaffRequest, case: Case) -> HttpResponse:
    """Name and ways to reach the person, for a reason; or the asking of the custodian."""
    key, now = sealed_key(request, case), clock.now()
    may_see = who.may_see(case, request.user, now)
    form = IdentityForm(_typed(request))
    words: dict[str, object] = {
        "form": form,
        "sealed": key is None,
        "may_see": may_see,
        "minor": who.is_minor(case),
        "asked": who.asked(case, request.user),
        "grant": who.grant_of(case, request.user, now),
    }
    words["answer"] = who.answer_of(words["asked"]) if words["asked"] else ""  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        given = {"purpose": form.cleaned_data["purpose"], "reason": form.cleaned_data["reason"]}
        try:
            if not may_see:
                who.ask(case, by=request.user, key=key, now=now, **given)
                messages.success(request, _("The identity custodian sees your request now."))
                return redirect("case-identity", case.pk)
            shown = who.show(case, by=request.user, key=key, now=now, **given)
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            words["shown"] = [
                (CONTACT_WORDS.get(name, name), value) for name, value in shown.contact.items()
            ]
            words["is_shown"] = True
    return render_case(request, case, "cases/identity.html", words)


@require_safe
@staff_view("identity.review")
def custodian(request: StaffRequest) -> HttpResponse:
    """What waits for the custodian, and every name that was shown in thirty days."""
    now = clock.now()
    words = {
        "asks": [_ask_row(request, row) for row in who.waiting()],
        "showings": [
            {
                "row": row,
                "purpose": PURPOSE_WORDS.get(row.purpose, row.purpose),
                "minor": who.is_minor(row.case),
                "reason": _reason(request, row),
                "own": row.staff_id == request.user.pk,
            }
            for row in who.lately_shown(now)
        ],
    }
    return render(request, "cases/custodian.html", words)


@require_http_methods(["GET", "POST"])
@staff_view("identity.review")
def answer(request: StaffRequest, ask_id: UUID) -> HttpResponse:
    """One request: grant it for a day, or refuse it with a sentence."""
    row = who.waiting().filter(pk=ask_id).first()
    if row is None:
        raise Http404
    form = AnswerForm(_typed(request))
    if request.method == "POST" and form.is_valid():
        grant = form.cleaned_data["decision"] == "grant"
        try:
            who.answer(
                row, by=request.user, grant=grant, sentence=form.cleaned_data["sentence"],
                now=clock.now(),
            )  # fmt: skip
        except AnsimError as error:
            form.add_error(None, error.sentence(reader_language()))
        else:
            said = _("%(name)s can open it for 24 hours.") if grant else _("%(name)s is told so.")
            messages.success(request, said % {"name": row.asked_by.name})
            return redirect("identity-review")
    status = UNPROCESSABLE if form.is_bound else None
    words = {"form": form, **_ask_row(request, row)}
    return render(request, "cases/identity_ask.html", words, status=status)


@require_POST
@staff_view("identity.review")
def reviewed(request: StaffRequest, showing_id: UUID) -> HttpResponse:
    """Mark a showing as fine, or as one to talk about."""
    row = who.lately_shown(clock.now()).filter(pk=showing_id).first()
    if row is None:
        raise Http404
    try:
        who.review(row, by=request.user, fine=request.POST.get("review") == "fine", now=clock.now())
    except AnsimError as error:
        messages.error(request, error.sentence(reader_language()))
    else:
        messages.success(request, _("It is marked."))
    return redirect("identity-review")


def _ask_row(request: StaffRequest, row: IdentityAsk) -> dict[str, object]:
    return {
        "row": row,
        "purpose": PURPOSE_WORDS.get(row.purpose, row.purpose),
        "minor": who.is_minor(row.case),
        "reason": _reason(request, row),
    }


def _reason(request: StaffRequest, row: IdentityAsk | IdentityShowing) -> str | None:
    """In words where the reader's own key opens the case, which is seldom a custodian's."""
    try:
        case = case_for(request.user, row.case_id)
    except Http404:
        return None
    return who.reason_of(row, sealed_key(request, case))


def _typed(request: StaffRequest) -> QueryDict | None:
    """What was posted, an empty form as well."""
    return request.POST if request.method == "POST" else None
