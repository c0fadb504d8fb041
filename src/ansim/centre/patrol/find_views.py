"""Pages on which people decide: a near hit from its numbers, a lead from its words."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.patrol import leads, ledger, near, queries, showing
from ansim.centre.patrol.find_forms import LeadForm, OpinionForm
from ansim.centre.patrol.models import NearHit
from ansim.errors import AnsimError


@require_http_methods(["GET", "POST"])
@staff_view("patrol.decide")
def near_hit(request: StaffRequest, near_id: UUID) -> HttpResponse:
    """A near hit's facts, and what this person says of it. The others' answers stay hidden."""
    rows = NearHit.objects.select_related("bank", "material", "target")
    found = get_object_or_404(rows, pk=near_id)
    mine = found.opinions.filter(by=request.user).first()
    is_open = found.state == NearHit.State.OPEN
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            near.say(
                found, given["answer"], by=request.user, reason=given["reason"], now=clock.now()
            )
        except AnsimError as error:
            messages.error(request, error.sentence(get_language() or "ko"))
        else:
            messages.success(request, gettext("Your answer is kept."))
        return HttpResponseRedirect(reverse("patrol"))
    context = {
        "near": found, "facts": found.facts, "form": form,
        "line": showing.near_line(found), "frames": showing.frames_line(found),
        "siblings": queries.siblings_of(found), "ledger_id": ledger.row_id("host", found.host),
        "mine": mine, "may_say": is_open and mine is None,
        # Until this person has answered, nothing shows what somebody else thinks.
        "opinions": list(found.opinions.select_related("by")) if mine or not is_open else [],
    }  # fmt: skip
    return render(request, "patrol/near_hit.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("patrol.decide")
def lead(request: StaffRequest, lead_id: UUID) -> HttpResponse:
    """A page that has a case's words: look at it as a link, or dismiss it."""
    found = queries.lead_for(request.user, lead_id)
    if found is None or not can(request.user, "patrol.decide", found):
        raise Http404
    form = LeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        if form.cleaned_data["answer"] == "take":
            try:
                sighting = leads.take(found, by=request.user, now=now)
            except AnsimError as error:
                messages.error(request, error.sentence(get_language() or "ko"))
                return HttpResponseRedirect(reverse("patrol"))
            messages.success(request, gettext("The page is looked at as a link of the case."))
            return HttpResponseRedirect(reverse("link", args=[sighting.pk]))
        leads.dismiss(found, by=request.user, now=now)
        messages.success(request, gettext("The page is not brought up again."))
        return HttpResponseRedirect(reverse("patrol"))
    # The address is not shown: the machine looks at it, and nobody need open it.
    context = {"line": showing.lead_line(found), "form": form}
    return render(request, "patrol/lead.html", context)
