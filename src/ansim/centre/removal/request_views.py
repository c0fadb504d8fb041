"""One request: its ladder, letter, clock, mail and replies, and the decisions about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.removal import finding, queries, services, words
from ansim.centre.removal.climbing import rungs_of
from ansim.centre.removal.drafting import knows_recipient
from ansim.centre.removal.forms import StandingForm
from ansim.centre.removal.models import Request
from ansim.centre.removal.queueing import details_of
from ansim.centre.removal.revealing import show_letter
from ansim.centre.removal.reviewing import (
    owner_of,
    promise_of,
    recipient_name,
    regime_of,
    review_of,
    state_word,
)
from ansim.centre.removal.views import confirm_address

NOT_SENT = (Request.State.DRAFT, Request.State.APPROVED)


def _context(request: StaffRequest, row: Request, *, shown: bool = False) -> dict[str, Any]:
    now = clock.now()
    staff, draft = request.user, row.state == Request.State.DRAFT
    return {
        "row": row,
        "label": row.sighting.label,
        "owner": owner_of(row),
        "review": review_of(row, now=now, shown=shown),
        "shown": shown,
        "details": details_of(row),
        "state": state_word(row),
        "tone": words.STATE_TONES[row.state],
        "why": words.WHYS[row.why],
        "problem": words.problem(row.problem) if row.problem else "",
        "rungs": rungs_of(row.sighting, current=row),
        "clock": queries.clock_of(row, now),
        "regime": regime_of(row),
        "promise": promise_of(regime_of(row)),
        "status": words.STATUSES.get(getattr(regime_of(row), "status", ""), ""),
        "replies": [
            {
                "reply": reply,
                "kind": words.REPLIES.get(reply.kind, reply.kind),
                "tone": words.REPLY_TONES.get(reply.kind, "mute"),
            }
            for reply in row.replies.select_related("seen_by")
        ],
        "not_sent": row.state in NOT_SENT,
        "unclear": row.state == Request.State.UNCLEAR,
        "approve_at": confirm_address("approve", [row]) if draft and row.ready else "",
        "return_at": confirm_address("return", [row]) if draft else "",
        "may_approve": can(staff, "notice.approve"),
        "may_reveal": can(staff, "sighting.reveal"),
        "may_stand": can(staff, "standing_approval.give"),
        "knows": knows_recipient(row.recipient),
    }


@require_GET
@staff_view("notice.read")
def detail(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """A request with all that is known of it."""
    row = finding.request_for(request.user, request_id)
    return render(request, "removal/request.html", _context(request, row))


@require_POST
@staff_view("sighting.reveal")
def letter(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The letter with its addresses: answered to this POST alone, after custody has it."""
    row = finding.request_for(request.user, request_id)
    show_letter(row, by=request.user, now=clock.now())
    return render(request, "removal/request.html", _context(request, row, shown=True))


@require_POST
@staff_view("notice.approve")
def rewrite(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Write a draft again after a recipient, a rule or a consent was mended."""
    row = finding.request_for(request.user, request_id)
    services.rewrite(row, by=request.user, now=clock.now())
    messages.success(request, gettext("The letter was written again. Please review it."))
    return HttpResponseRedirect(reverse("request", args=[row.pk]))


@require_http_methods(["GET", "POST"])
@staff_view("notice.approve")
def unclear(request: StaffRequest, request_id: UUID, *, left: bool) -> HttpResponse:
    """A person settles whether a notice left; asked once more before it is sent again."""
    row = finding.request_for(request.user, request_id)
    if row.state != Request.State.UNCLEAR:
        messages.info(request, gettext("This was already decided; nothing was done twice."))
        return HttpResponseRedirect(reverse("request", args=[row.pk]))
    if request.method == "POST":
        services.decide_unclear(row, by=request.user, now=clock.now(), left=left)
        said = (
            gettext("Noted as sent. The clock starts when its receipt is confirmed.")
            if left
            else gettext("The request is being sent again.")
        )
        messages.success(request, said)
        return HttpResponseRedirect(reverse("request", args=[row.pk]))
    context = {"row": row, "left": left, "recipient": recipient_name(row), "owner": owner_of(row)}
    return render(request, "removal/unclear.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("standing_approval.give")
def standing(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Let later notices of this kind to this recipient go without asking, for some days."""
    row = finding.request_for(request.user, request_id)
    if not knows_recipient(row.recipient):
        raise Http404
    form = StandingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        services.give_standing_approval(
            row.recipient, row.why, by=request.user, now=clock.now(), days=days
        )
        messages.success(request, gettext("The standing approval is given and logged."))
        return HttpResponseRedirect(reverse("request", args=[row.pk]))
    context = {
        "row": row, "form": form, "recipient": recipient_name(row), "why": words.WHYS[row.why],
    }  # fmt: skip
    return render(request, "removal/standing.html", context)
