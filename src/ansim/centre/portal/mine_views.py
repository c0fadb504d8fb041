"""The person's own pages: how far it has come, messages, consents, more links."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import npgettext, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import (
    post_message,
    read_messages,
)
from ansim.centre.cases.standing import waits_for_person
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.services import record
from ansim.centre.intake.later import add_more
from ansim.centre.portal import device, queries, sending
from ansim.centre.portal.erase_views import ending_of
from ansim.centre.portal.fingerprinting import MOST_MATERIALS, given_fingerprints
from ansim.centre.portal.forms import MessageForm
from ansim.centre.portal.person import PersonRequest, person_view
from ansim.centre.portal.spoken import spoken
from ansim.centre.portal.step_forms import LinksForm
from ansim.centre.portal.voices import voice_of
from ansim.centre.shell.policy import plays_local_media
from ansim.errors import AnsimError

PUT_OFF: Final = "put_off"


@person_view
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """How far it has come."""
    if sending.carried_code(request) is not None:
        # The code was shown and not yet typed back: without it nobody comes here again.
        return HttpResponseRedirect(reverse("report-code"))
    now = clock.now()
    case = queries.my_case(request.case, put_off=request.session.get(PUT_OFF, []), now=now)
    words = {"mine": case, "case": request.case, "unread": case.unread, "tab": "mine"}
    words["ending"] = ending_of(request.case)
    words["voice"] = _voice(request.case)
    return render(request, "portal/mine.html", words)


def _voice(case: Case) -> str:
    """Who is spoken to. A proxy is asked for the person's own word only until it has come."""
    voice = voice_of(case.standing, case.age)
    return "self" if voice.startswith("proxy") and not waits_for_person(case) else voice


@person_view
@require_POST
def later(request: PersonRequest) -> HttpResponse:
    """The one thing to decide is put off until the person comes in again."""
    purpose = request.POST.get("purpose", "")
    if purpose in taxonomy().codes("consent"):
        request.session[PUT_OFF] = sorted({*request.session.get(PUT_OFF, []), purpose})
    return HttpResponseRedirect(reverse("mine"))


@person_view
@require_POST
def show_link(request: PersonRequest, sighting_id: object) -> HttpResponse:
    """One link's address, because the person asked for it; written into custody."""
    sighting = get_object_or_404(request.case.sightings, pk=sighting_id)
    record(
        "link.shown", actor_kind="person", obj=sighting, case=request.case, fields=["url"],
        at=clock.now(),
    )  # fmt: skip
    words = {"sighting": sighting, "name": queries.name_of(sighting), "tab": "mine"}
    return render(request, "portal/link_shown.html", words | badge(request.case))


@sensitive_post_parameters()
@plays_local_media
@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def add_links(request: PersonRequest) -> HttpResponse:
    """More links, and more pictures or videos to look for."""
    form, problems = LinksForm(rows=2), list[str]()
    if request.method == "POST":
        form = LinksForm(request.POST)
        more = request.POST.get("do") == "add"
        # Given files become fingerprints even where an address has to be looked at again: a
        # browser forgets chosen files, so they would have to be chosen once more.
        links = form.links() if not more and form.is_valid() else []
        problems, added = _take(request, links)
        if added:
            said = npgettext("portal", "%(count)d was added.", "%(count)d were added.", added)
            messages.success(request, said % {"count": added})
        if more:
            form = LinksForm.shown(form.answers(), more=1)
        elif form.is_valid() and not problems:
            if added:
                return HttpResponseRedirect(reverse("mine"))
            messages.info(request, pgettext("portal", "There was nothing to add yet."))
    words = {
        "form": form, "problems": problems, "tab": "mine", "room": MOST_MATERIALS,
        "device_problems": device.PROBLEMS,
    }  # fmt: skip
    return render(request, "portal/add_links.html", words | badge(request.case))


def _take(request: PersonRequest, links: list[str]) -> tuple[list[str], int]:
    """Add links and fingerprints; (sentences about files that gave none, how many are new)."""
    found, problems = given_fingerprints(request)
    return problems, add_more(request.case, links, found, now=clock.now())


@sensitive_post_parameters("text")
@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: PersonRequest) -> HttpResponse:
    """The conversation, and a place to write. What was typed stays when it could not be kept."""
    now = clock.now()
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            post_message(
                request.case, form.cleaned_data["text"], key=request.case_key, author=None, now=now
            )
        except AnsimError as error:
            form.add_error("text", spoken(error))
        else:
            messages.success(
                request, pgettext("portal", "Your message was sent to your counsellor.")
            )
            return HttpResponseRedirect(reverse("mine-messages"))
    thread = read_messages(request.case, key=request.case_key, reader=None, now=now)
    words = {"form": form, "thread": thread, "tab": "messages", "unread": 0}
    return render(request, "portal/messages.html", words)


def badge(case: Case) -> dict[str, int]:
    """What the tabs of every page of the person show: how many messages are new."""
    return {"unread": queries.unread_of(case)}
