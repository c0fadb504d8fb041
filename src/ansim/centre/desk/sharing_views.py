"""Fingerprints of a case handed to others: drafts, approval, recalls, what they answered."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can
from ansim.centre.cases.ledger import covering
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case
from ansim.centre.custody.services import record
from ansim.centre.removal import sharing, words
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.telling import scope_name, shared_lists
from ansim.errors import AnsimError

TAB = "case-consents"


@require_http_methods(["GET", "POST"])
@case_view("notice.read")
def lists(request: StaffRequest, case: Case) -> HttpResponse:
    """Who takes lists, what was handed over, and how each recall stands; drafts a new list."""
    now = clock.now()
    if request.method == "POST":
        return _draft(request, case)
    takers = [
        {
            "code": one.code, "name": scope_name(one.code),
            "covered": covering(case, "share_hashes", one.code, now=now, kind=one.kind) is not None,
        }
        for one in sharing.recipients()
    ]  # fmt: skip
    page: dict[str, Any] = {
        "takers": takers, "materials": sharing.materials_to_share(case),
        "may_share": can(request.user, "material.add", case),
        "rows": [
            {"row": _words(one.row), "recall": _words(one.recall) if one.recall else None}
            for one in shared_lists(case)
        ],
    }  # fmt: skip
    return render_case(request, case, "desk/hash_lists.html", page, tab=TAB)


def _words(row: HashList) -> dict[str, Any]:
    ended = row.state == Request.State.CLOSED and bool(row.ending)
    return {
        "list": row, "name": scope_name(row.recipient),
        "state": words.ENDINGS[row.ending] if ended else words.STATES[row.state],
        "tone": words.STATE_TONES[row.state],
        "problem": words.problem(row.problem) if row.problem else "",
    }  # fmt: skip


def _draft(request: StaffRequest, case: Case) -> HttpResponse:
    chosen = [one for one in sharing.recipients() if one.code == request.POST.get("recipient")]
    if not chosen:
        raise Http404
    try:
        row = sharing.draft_list(case, chosen[0], by=request.user, now=clock.now())
    except AnsimError as error:
        messages.error(request, error.sentence(reader_language()))
        return redirect("case-hash-lists", case.pk)
    messages.success(request, _("The list is drafted. It leaves when a colleague approves it."))
    return redirect("case-hash-list", case.pk, row.pk)


@require_http_methods(["GET", "POST"])
@case_view("notice.read")
def detail(request: StaffRequest, case: Case, list_id: UUID) -> HttpResponse:
    """One list or recall: its letter, and the decisions about it."""
    row = get_object_or_404(case.hash_lists, pk=list_id)
    if request.method == "POST":
        try:
            _act(request, row)
        except AnsimError as error:
            messages.error(request, error.sentence(reader_language()))
        return redirect("case-hash-lists", case.pk)
    if row.body:
        at = clock.now()
        record(
            "hash_list.shown", actor=request.user, obj=row, case=case, fields=["letter"], at=at
        )
    page = _words(row) | {
        "may_approve": can(request.user, "notice.approve"),
        "may_return": can(request.user, "notice.return"),
        "recall": row.kind == HashList.Kind.RECALL,
    }
    return render_case(request, case, "desk/hash_list.html", page, tab=TAB)


def _act(request: StaffRequest, row: HashList) -> None:
    by, now, act = request.user, clock.now(), request.POST.get("act")
    if act == "approve":
        sharing.approve_list(row, by=by, now=now)
        messages.success(request, _("Approved. It leaves in a moment."))
    elif act == "drop":
        sharing.drop_list(row, by=by, now=now)
        messages.success(request, _("The draft is closed. Nothing left."))
    elif act in {"left", "again"}:
        sharing.decide_list(row, by=by, now=now, left=act == "left")
        messages.success(request, _("The decision is saved."))
    elif act == "deleted":
        sharing.confirm_deleted(row, by=by, now=now)
        messages.success(request, _("Written down. The person sees it on their page."))


@require_POST
@case_view("material.add")
def withdraw_material(request: StaffRequest, case: Case, material_id: UUID) -> HttpResponse:
    """Stop looking for one picture or video; lists that name it are asked back."""
    material = get_object_or_404(case.materials, pk=material_id)
    if request.POST.get("sure") != "yes":
        page = {"material": material}
        return render_case(request, case, "desk/material_withdraw.html", page, tab=TAB)
    recalls = sharing.withdraw_material(material, by=request.user, now=clock.now())
    messages.success(request, _("%(label)s is not looked for any more.") % {"label": material.label})
    if recalls:
        messages.info(request, _("A recall waits for approval."))
    return redirect("case-hash-lists", case.pk)
