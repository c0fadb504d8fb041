"""Pages of watch targets: choose a kind, add, change, see the walks, let rest, walk now."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.patrol import queries, showing, targetfiles, targets, walk_lines
from ansim.centre.patrol.models import Target
from ansim.centre.patrol.target_forms import TargetForm
from ansim.centre.removal.forms import RobotsForm
from ansim.centre.shell.context import in_language
from ansim.sources import Manifest


@require_GET
@staff_view("patrol.manage")
def choose(request: StaffRequest) -> HttpResponse:
    """Which kind of place is to be watched."""
    kinds = [
        (kind.manifest.name, in_language(kind.manifest.title), in_language(kind.manifest.summary))
        for kind in targetfiles.kinds().kinds.values()
    ]
    return render(request, "patrol/target_kinds.html", {"kinds": kinds})


@require_http_methods(["GET", "POST"])
@staff_view("patrol.manage")
def add(request: StaffRequest, kind_of_source: str) -> HttpResponse:
    """A new target; what was typed stays when something is wrong."""
    manifest = _manifest(kind_of_source)
    form = TargetForm(manifest, None, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.spec is not None:
        target = targets.save_target(form.spec, by=request.user, now=clock.now(), there=None)
        messages.success(
            request, gettext("The target is watched from now on; its first walk starts soon.")
        )
        return HttpResponseRedirect(reverse("target", args=[target.pk]))
    context = {"form": form, "kind": in_language(manifest.title),
               "summary": in_language(manifest.summary), "target": None}  # fmt: skip
    return render(request, "patrol/target_form.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("patrol.manage")
def change(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Change a target that staff added; one of a file is changed in its file."""
    target = get_object_or_404(Target, pk=target_id, from_file=False)
    manifest = _manifest(target.source)
    form = TargetForm(manifest, target, request.user, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.spec is not None:
        targets.save_target(form.spec, by=request.user, now=clock.now(), there=target)
        messages.success(request, gettext("The target was changed."))
        return HttpResponseRedirect(reverse("target", args=[target.pk]))
    context = {"form": form, "kind": in_language(manifest.title),
               "summary": in_language(manifest.summary), "target": target}  # fmt: skip
    return render(request, "patrol/target_form.html", context)


@require_GET
@staff_view("patrol.read")
def show(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """One target: what it is, how it does, its walks."""
    target = get_object_or_404(Target, pk=target_id)
    runs = queries.runs_of(target)
    context = {
        "line": showing.target_line(queries.row_of(target)),
        "runs": walk_lines.run_lines(runs),
        "under_way": walk_lines.under_way(runs, target.pages, clock.now()),
        "usual": walk_lines.usual(queries.averages_of(target)),
        "may_decide": can(request.user, "patrol.decide"),
        "may_manage": can(request.user, "patrol.manage"),
        "may_override": can(request.user, "robots.override"),
    }
    return render(request, "patrol/target.html", context)


@require_http_methods(["GET", "POST"])
@staff_view("patrol.manage")
def rest(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Let a target that staff added rest, after a question, or take it up again."""
    target = get_object_or_404(Target, pk=target_id, from_file=False)
    if request.method == "GET":
        if not target.active:
            return HttpResponseRedirect(reverse("target", args=[target.pk]))
        context = {"target": target, "since": queries.first_walk_at(target)}
        return render(request, "patrol/target_rest.html", context)
    active = request.POST.get("active") == "yes"
    targets.pause(target, by=request.user, now=clock.now(), active=active)
    said = gettext("The target is watched again.") if active else gettext("The target rests.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("target", args=[target.pk]))


@require_http_methods(["GET", "POST"])
@staff_view("robots.override")
def robots(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Walk a target although robots.txt asks not to: only with a reason, which is kept."""
    target = get_object_or_404(Target, pk=target_id)
    form = RobotsForm(request.POST or None, initial={"reason": target.robots_reason})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["reason"]
        targets.override_robots(target, given, by=request.user, now=clock.now())
        messages.success(request, gettext("The reason is kept, and the next look goes by it."))
        return HttpResponseRedirect(reverse("target", args=[target.pk]))
    context = {"form": form, "subject": target.code, "back": reverse("target", args=[target.pk])}
    return render(request, "removal/robots.html", context)


@require_POST
@staff_view("patrol.decide")
def run_now(request: StaffRequest, target_id: UUID) -> HttpResponse:
    """Ask for a walk through a target now."""
    target = get_object_or_404(Target, pk=target_id, active=True)
    targets.run_now(target, by=request.user, now=clock.now())
    messages.success(request, gettext("The target will be looked through in the next minutes."))
    return HttpResponseRedirect(reverse("target", args=[target.pk]))


def _manifest(name: str) -> Manifest:
    kinds = targetfiles.kinds()
    if name not in kinds:
        raise Http404
    return kinds.get(name).manifest
