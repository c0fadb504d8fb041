"""One link: what every look saw from where, why the verdict is what it is, and what comes next."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.models import Sighting
from ansim.centre.removal import finding, services, words
from ansim.centre.removal.climbing import rungs_of
from ansim.centre.removal.forms import RobotsForm
from ansim.centre.removal.looking_again import (
    asks_to_stay_out,
    look_again,
    may_look_again,
    override_robots,
)
from ansim.centre.removal.models import Request
from ansim.centre.removal.revealing import show_addresses
from ansim.centre.removal.timeline import time_line
from ansim.centre.removal.watching import ahead, next_reasons, who_answers, why_of
from ansim.verdicts import Verdict

GONE = (Verdict.GONE_CONFIRMED, Verdict.GONE_PROVISIONAL)


def _context(request: StaffRequest, link: Sighting, addresses: list[str]) -> dict[str, Any]:
    open_requests = link.requests.exclude(state=Request.State.CLOSED).exists()
    now = clock.now()
    return {
        "link": link,
        "owner": link.case.spoken if link.case is not None else str(link.bank),
        "place": taxonomy().label("place", link.place),
        "answers": who_answers(link),
        "origin": words.ORIGINS.get(link.origin, link.origin),
        "why": why_of(link.reasons),
        "next_reasons": next_reasons(link.next_look_reason),
        "next_in": ahead(link.next_look_at, now) if link.next_look_at else "",
        "line": time_line(link, now=now, page=request.GET.get("page", "")),
        "rungs": rungs_of(link),
        "media_count": link.media.count(),
        "addresses": addresses,
        "is_page": link.kind == Sighting.Kind.PAGE,
        "may_look": can(request.user, "sighting.add") and may_look_again(link, now),
        "robots": link.robots_reason,
        "may_override": can(request.user, "robots.override")
        and (bool(link.robots_reason) or asks_to_stay_out(link)),
        "may_reveal": can(request.user, "sighting.reveal"),
        "may_ask": link.kind == Sighting.Kind.PAGE
        and link.verdict_code not in GONE
        and not open_requests
        and can(request.user, "notice.approve"),
    }


@require_GET
@staff_view("notice.read")
def detail(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """A link without its address."""
    link = finding.sighting_for(request.user, link_id)
    return render(request, "removal/link.html", _context(request, link, []))


@require_POST
@staff_view("sighting.reveal")
def address(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """The same page with its addresses: answered to this POST alone, after custody has it."""
    link = finding.sighting_for(request.user, link_id)
    shown = show_addresses(link, by=request.user, now=clock.now())
    return render(request, "removal/link.html", _context(request, link, shown))


@require_POST
@staff_view("sighting.add")
def look(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """Have the link looked at before its time, as far as that is polite."""
    link = finding.sighting_for(request.user, link_id)
    if look_again(link, by=request.user, now=clock.now()):
        messages.success(request, gettext("The link will be looked at in the next minutes."))
    else:
        said = gettext(
            "The link is not looked at again now: it was looked at a moment ago, is about to be, "
            "or nothing allows it any more."
        )
        messages.info(request, said)
    return HttpResponseRedirect(reverse("link", args=[link.pk]))


@require_http_methods(["GET", "POST"])
@staff_view("robots.override")
def robots(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """Look although robots.txt asks not to: only with a reason, which is kept."""
    link = finding.sighting_for(request.user, link_id)
    form = RobotsForm(request.POST or None, initial={"reason": link.robots_reason})
    if request.method == "POST" and form.is_valid():
        override_robots(link, form.cleaned_data["reason"], by=request.user, now=clock.now())
        messages.success(request, gettext("The reason is kept, and the next look goes by it."))
        return HttpResponseRedirect(reverse("link", args=[link.pk]))
    owner = link.case.spoken if link.case is not None else str(link.bank)
    context = {"form": form, "subject": f"{owner} {link.label}", "back": reverse("link", args=[link.pk])}
    return render(request, "removal/robots.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("notice.approve")
def ask(request: StaffRequest, link_id: UUID) -> HttpResponse:
    """Draft a request on the person's word; it still waits for approval."""
    link = finding.sighting_for(request.user, link_id)
    if request.method == "GET":
        owner = link.case.spoken if link.case is not None else str(link.bank)
        context = {"link": link, "owner": owner, "answers": who_answers(link)}
        return render(request, "removal/ask.html", context)
    drafted = services.ask_anyway(link, by=request.user, now=clock.now())
    if drafted is None:
        messages.info(request, gettext("This recipient was already asked about the link."))
        return HttpResponseRedirect(reverse("link", args=[link.pk]))
    messages.success(request, gettext("The request is drafted and waits for approval."))
    return HttpResponseRedirect(reverse("request", args=[drafted.pk]))
