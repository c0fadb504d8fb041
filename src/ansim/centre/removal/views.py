"""The removal queue: review, approve in one go, return; and replies to read."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, require, staff_view
from ansim.centre.removal import finding, queries, services, words
from ansim.centre.removal.drafting import knows_recipient
from ansim.centre.removal.forms import ApproveForm
from ansim.centre.removal.models import Request
from ansim.centre.removal.queueing import groups_of, shown_request
from ansim.centre.removal.reviewing import recipient_name, review_of

TO_APPROVE = "to_approve"
DECISIONS = {"approve": "notice.approve", "return": "notice.return"}


@require_GET
@staff_view("notice.read")
def queue(request: StaffRequest) -> HttpResponse:
    """Requests by tab, grouped by recipient, with one letter beside them."""
    tab = request.GET.get("tab", TO_APPROVE)
    tab = tab if tab in words.TABS else TO_APPROVE
    now = clock.now()
    picks = set(request.GET.getlist("pick"))
    page = groups_of(tab, request.user, picks, now=now)
    shown = shown_request(page.groups, request.GET.get("look", "")) if tab == TO_APPROVE else None
    counts = queries.queue_counts()
    context = {
        "tab": tab,
        "tabs": [(code, word, counts.get(code)) for code, word in words.TABS.items()],
        "page": page,
        "review": None if shown is None else review_of(shown, now=now),
        "shown_id": "" if shown is None else str(shown.pk),
        "may_approve": can(request.user, "notice.approve"),
        "empty": words.EMPTY[tab],
        "empty_line": words.EMPTY_LINE[tab],
        "unread": len(finding.replies_for(request.user)),
        "nav_counts": {"removal-queue": counts.get(TO_APPROVE, 0)},
    }
    return render(request, "removal/queue.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("notice.read")
def confirm(request: StaffRequest) -> HttpResponse:
    """The page between a choice and its consequence; only its POST changes anything."""
    given = request.POST if request.method == "POST" else request.GET
    decision = given.get("do", "approve")
    decision = decision if decision in DECISIONS else "approve"
    require(request.user, DECISIONS[decision])
    drafts = [
        one
        for one in finding.picked(request.user, given.getlist("pick"))
        if one.state == Request.State.DRAFT and (one.ready or decision == "return")
    ]
    if not drafts:
        messages.info(request, _nothing(request.method == "POST"))
        return HttpResponseRedirect(reverse("removal-queue"))
    form = ApproveForm(request.POST if request.method == "POST" else None, count=len(drafts))
    if request.method == "POST" and (decision == "return" or form.is_valid()):
        _decide(request, decision, drafts)
        return HttpResponseRedirect(reverse("removal-queue"))
    return render(request, "removal/confirm.html", _confirm_context(decision, drafts, form))


def _nothing(was_sent: bool) -> str:  # noqa: FBT001 - one private use
    if was_sent:
        return gettext("These requests were already decided; nothing was done twice.")
    return gettext("Choose at least one request that is ready.")


def _confirm_context(decision: str, drafts: list[Request], form: ApproveForm) -> dict[str, Any]:
    now = clock.now()
    by_recipient: dict[str, int] = {}
    for draft in drafts:
        name = recipient_name(draft)
        by_recipient[name] = by_recipient.get(name, 0) + 1
    first = [name for name in by_recipient if _is_first(name, drafts)]
    return {
        "decision": decision,
        "drafts": drafts,
        "count": len(drafts),
        "recipients": list(by_recipient.items()),
        "recipient": next(iter(by_recipient)) if len(by_recipient) == 1 else "",
        "first": first,
        "reviews": [review_of(draft, now=now) for draft in drafts],
        "form": form,
    }


def _is_first(name: str, drafts: list[Request]) -> bool:
    codes = {draft.recipient for draft in drafts if recipient_name(draft) == name}
    return any(code and not knows_recipient(code) for code in codes)


def _decide(request: StaffRequest, decision: str, drafts: list[Request]) -> None:
    now = clock.now()
    if decision == "return":
        count = services.return_requests(drafts, by=request.user, now=now)
        said = ngettext(
            "%(count)d request was returned. Nothing was sent.",
            "%(count)d requests were returned. Nothing was sent.",
            count,
        )
        messages.success(request, said % {"count": count})
        return
    result = services.approve(drafts, by=request.user, now=now)
    if result.approved:
        count = len(result.approved)
        said = ngettext(
            "%(count)d request is being sent. The clock starts when its receipt is confirmed.",
            "%(count)d requests are being sent. Each clock starts when its receipt is confirmed.",
            count,
        )
        messages.success(request, said % {"count": count})
    for refused, error in result.refused:
        language = get_language() or "ko"
        messages.warning(request, f"{refused.sighting.label}: {error.sentence(language)}")


@require_GET
@staff_view("notice.read")
def replies(request: StaffRequest) -> HttpResponse:
    """Replies that nobody has read yet."""
    rows = [
        {
            "reply": reply,
            "kind": words.REPLIES.get(reply.kind, reply.kind),
            "tone": words.REPLY_TONES.get(reply.kind, "mute"),
            "recipient": recipient_name(reply.request) if reply.request else "",
        }
        for reply in finding.replies_for(request.user)
    ]
    return render(request, "removal/replies.html", {"rows": rows})


@require_POST
@staff_view("notice.read")
def see_reply(request: StaffRequest, reply_id: UUID) -> HttpResponse:
    """Mark a reply as read, and go to its request or back to the list."""
    reply = finding.reply_for(request.user, reply_id)
    if reply.seen_at is None:
        services.see_reply(reply, by=request.user, now=clock.now())
        messages.success(request, gettext("Marked as read."))
    if reply.request is not None and request.POST.get("back") == "request":
        return HttpResponseRedirect(reverse("request", args=[reply.request.pk]))
    return HttpResponseRedirect(reverse("removal-replies"))


def confirm_address(decision: str, requests: list[Request]) -> str:
    """The address of the confirmation page for these requests."""
    query = urlencode({"do": decision, "pick": [str(one.pk) for one in requests]}, doseq=True)
    return f"{reverse('removal-confirm')}?{query}"
