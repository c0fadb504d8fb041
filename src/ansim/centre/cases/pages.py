"""What every page of a case shares: who may open it, and what its templates are given."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from ansim.centre.access.errors import NotPermitted
from ansim.centre.access.permissions import StaffRequest, can, require, staff_view
from ansim.centre.cases.header import case_header
from ansim.centre.cases.keyring import sealed_key_for_staff
from ansim.centre.cases.models import Case
from ansim.centre.cases.queries import case_for
from ansim.centre.cases.taxonomy import taxonomy
from ansim.vault import CaseKey

# A view receives the request, the case, and what else its address names.
CaseView = Callable[..., HttpResponse]

# What templates ask as ``may.message``: the word there and the action behind it.
MAY = {
    "message": "message.write", "service": "service.record", "triage": "case.triage",
    "share": "case.share", "close": "case.close", "story": "case.read_sealed",
    "note": "note.write", "consent": "consent.record", "link": "sighting.add",
    "material": "material.add",
}  # fmt: skip
# The form could not be taken over as it was typed.
UNPROCESSABLE = 422


def may_list(request: StaffRequest) -> None:
    """Raise NotPermitted for a role that knows of no cases at all."""
    if not (can(request.user, "case.list_own") or can(request.user, "case.list_all_working")):
        raise NotPermitted


def case_view(action: str | None = None) -> Callable[[CaseView], Callable[..., HttpResponse]]:
    """For a page of one case: signed in, the case is visible (else 404), ``action`` is permitted.

    The view receives the case in the place of the address's ``case_id``.
    """

    def decorate(view: CaseView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def opened(request: StaffRequest, case_id: UUID, **more: str) -> HttpResponse:
            may_list(request)
            case = case_for(request.user, case_id)
            if action is not None:
                require(request.user, action)
            return view(request, case, **more)

        view_of_case: Callable[..., HttpResponse] = opened
        guarded = staff_view()(view_of_case)
        guarded.case_action = action or ""  # type: ignore[attr-defined]  # for docs/permissions.md
        return guarded

    return decorate


def sealed_key(request: StaffRequest, case: Case) -> CaseKey | None:
    """The case's sealed key when this session can open it, else None."""
    return sealed_key_for_staff(case, request.user, request.private_key)


def reader_language() -> str:
    """``ko`` or ``en``, for sentences of errors."""
    return (get_language() or "ko")[:2]


def render_case(
    request: StaffRequest,
    case: Case,
    template: str,
    words: dict[str, Any],
    *,
    tab: str = "",
) -> HttpResponse:
    """A page of a case under its header; status 422 when one of its forms has errors."""
    head = case_header(case, request.user)
    shared = {
        "case": case,
        "head": head,
        "tab_now": tab,
        "channel_word": taxonomy().label("channel", case.channel),
        "holder_names": ", ".join(one.name for one in head.holders),
        "may": {word: can(request.user, action) for word, action in MAY.items()},
        "may_open_links": can(request.user, "notice.read"),
    }
    wrong = any(
        getattr(words.get(name), "is_bound", False) and words[name].errors
        for name in ("form", "form_two")
    )
    return render(request, template, {**shared, **words}, status=UNPROCESSABLE if wrong else None)
