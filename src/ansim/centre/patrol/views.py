"""The re-upload watch: where it looks, which banks it hunts, what it found."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from ansim.centre import clock, outside
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol import queries, services, showing
from ansim.centre.patrol.forms import BankApprovalForm, BankForm
from ansim.centre.shell.context import in_language

# As many places as fit a screen are listed without folding.
UNFOLDED = 15


@require_GET
@staff_view("patrol.read")
def overview(request: StaffRequest) -> HttpResponse:
    """Targets and their health, what waits for a decision, hits, re-uploads, banks."""
    found = queries.overview(request.user)
    now = clock.now()
    targets = showing.target_lines(found.targets)
    # Many places that do well would hide the few that need somebody.
    calm = {one.target.pk for one in targets if one.tone == "ok"} if len(targets) > UNFOLDED else ()
    context = {
        "targets": targets,
        "foremost": [one for one in targets if one.target.pk not in calm],
        "folded": [one for one in targets if one.target.pk in calm],
        "unwell": sum(row.health in {"failing", "late"} for row in found.targets),
        "near": [showing.near_line(one) for one in found.near],
        "near_in_all": found.near_in_all,
        "waiting": found.near_in_all + found.leads_in_all,
        "leads": [showing.lead_line(one) for one in found.leads],
        "leads_in_all": found.leads_in_all,
        "leads_left": found.leads_in_all - len(found.leads),
        "hits": _hits(found.hits),
        "hits_count": found.hits_count,
        "reuploads": _hits(found.reuploads),
        "reuploads_count": found.reuploads_count,
        "banks": [showing.bank_line(row, now) for row in found.banks],
        "may_decide": can(request.user, "patrol.decide"),
        "may_manage": can(request.user, "patrol.manage"),
        "may_approve": can(request.user, "standing_approval.give"),
        "now": now,
    }
    return render(request, "patrol/overview.html", context)


def _hits(sightings: list[Sighting]) -> list[showing.HitLine]:
    """The closest first: what is most surely the same is dealt with first."""
    lines = [showing.hit_line(one) for one in sightings]
    return sorted(lines, key=lambda line: (line.distance is None, line.distance or 0))


@require_http_methods(["GET", "POST"])
@staff_view("patrol.decide")
def import_bank(request: StaffRequest) -> HttpResponse:
    """Take in a hash list; what was typed stays when something is wrong."""
    posted = request.method == "POST"
    form = BankForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid() and form.received is not None:
        given: dict[str, Any] = form.cleaned_data
        bank = services.import_bank(
            form.received.bank, name=given["name"], owner=given["owner"], purpose=given["purpose"],
            terms=given["terms"], origin=given["origin"], legal_basis=given["legal_basis"],
            now=clock.now(), by=request.user, withdrawn=form.received.withdrawn,
            radii=(given["strict_radius"], given["wide_radius"]),
        )  # fmt: skip
        count = bank.materials.count()
        said = ngettext(
            "The bank has %(count)d fingerprint and is hunted from now on.",
            "The bank has %(count)d fingerprints and is hunted from now on.",
            count,
        )
        messages.success(request, said % {"count": count})
        unusable = sum(form.received.passed_over.values())
        if unusable:
            passed = ngettext(
                "%(count)d entry of the list could not be used and was passed over.",
                "%(count)d entries of the list could not be used and were passed over.",
                unusable,
            )
            messages.info(request, passed % {"count": unusable})
        return HttpResponseRedirect(reverse("patrol"))
    return render(request, "patrol/import.html", {"form": form})


@require_http_methods(["GET", "POST"])
@staff_view("standing_approval.give")
def approve_bank(request: StaffRequest, bank_id: UUID) -> HttpResponse:
    """A standing approval for a bank: notices about its hits go without asking, for some days."""
    bank = get_object_or_404(Bank, pk=bank_id, active=True)
    if request.method == "POST" and "end" in request.POST:
        services.end_approval(bank, by=request.user, now=clock.now())
        messages.success(request, gettext("The standing approval has ended. Letters wait for a person."))
        return HttpResponseRedirect(reverse("patrol"))
    form = BankApprovalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        services.approve_bank(bank, by=request.user, days=days, now=clock.now())
        messages.success(request, gettext("The standing approval is given and logged."))
        return HttpResponseRedirect(reverse("patrol"))
    bases = {rule.code: in_language(rule.title) for rule in outside.registry().bases}
    context = {
        "bank": bank,
        "basis": bases.get(bank.legal_basis, bank.legal_basis),
        "count": bank.materials.count(),
        "form": form,
        "approved": bank.is_approved(clock.now()),
    }
    return render(request, "patrol/approve_bank.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("patrol.manage")
def rest_bank(request: StaffRequest, bank_id: UUID) -> HttpResponse:
    """Hunt a whole bank no more, or again: its owner took it back, or its term is over."""
    bank = get_object_or_404(Bank, pk=bank_id)
    if request.method == "POST":
        hunted = "hunt" in request.POST
        services.rest_bank(bank, by=request.user, now=clock.now(), active=hunted)
        if hunted:
            messages.success(request, gettext("The bank is hunted again."))
        else:
            messages.success(request, gettext("The bank rests. Nothing of it is hunted."))
        return HttpResponseRedirect(reverse("patrol"))
    context = {"bank": bank, "count": bank.materials.filter(withdrawn_at=None).count()}
    return render(request, "patrol/rest_bank.html", context)
