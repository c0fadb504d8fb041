"""The person's own pages: how far it has come, messages, consents, more links."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, npgettext, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ansim.centre import clock
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import (
    post_message,
    read_messages,
    withdraw_consent,
)
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.services import record
from ansim.centre.intake.later import add_more, allow
from ansim.centre.intake.uploads import given_files
from ansim.centre.portal import queries
from ansim.centre.portal.fingerprinting import fingerprints_of
from ansim.centre.portal.forms import MessageForm
from ansim.centre.portal.person import PersonRequest, person_view
from ansim.centre.portal.step_forms import LinksForm
from ansim.centre.portal.wording import CONSENTS
from ansim.errors import AnsimError

PUT_OFF: Final = "put_off"


@person_view
@require_safe
def mine(request: PersonRequest) -> HttpResponse:
    """How far it has come."""
    now = clock.now()
    case = queries.my_case(request.case, put_off=request.session.get(PUT_OFF, []), now=now)
    words = {"mine": case, "case": request.case, "unread": case.unread, "tab": "mine"}
    return render(request, "portal/mine.html", words)


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
    return render(request, "portal/link_shown.html", words | _badge(request.case))


@sensitive_post_parameters()
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
    words = {"form": form, "problems": problems, "tab": "mine"}
    return render(request, "portal/add_links.html", words | _badge(request.case))


def _take(request: PersonRequest, links: list[str]) -> tuple[list[str], int]:
    """Add links and fingerprints; (sentences about files that gave none, how many are new)."""
    found, problems = fingerprints_of(given_files(request.FILES, "files"))
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
            form.add_error("text", error.sentence(get_language() or "ko"))
        else:
            messages.success(
                request, pgettext("portal", "Your message was sent to your counsellor.")
            )
            return HttpResponseRedirect(reverse("mine-messages"))
    thread = read_messages(request.case, key=request.case_key, reader=None, now=now)
    words = {"form": form, "thread": thread, "tab": "messages", "unread": 0}
    return render(request, "portal/messages.html", words)


@person_view
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: PersonRequest) -> HttpResponse:
    """Each purpose with two equal buttons. Giving and withdrawing undo one another."""
    now = clock.now()
    if request.method == "POST":
        purpose = request.POST.get("purpose", "")
        if purpose in taxonomy().codes("consent"):
            _decide(request, purpose, give=request.POST.get("answer") == "give")
        back = "mine" if request.POST.get("from") == "mine" else "mine-consents"
        return HttpResponseRedirect(reverse(back))
    label = taxonomy().label
    lines = [
        {
            "purpose": purpose, "title": label("consent", purpose), "text": CONSENTS[purpose],
            "stands": stands, "since": since,
        }
        for purpose, stands, since in queries.consent_lines(request.case, now)
    ]  # fmt: skip
    words = {
        "lines": lines, "tab": "consents", "sent": queries.sent_under(request.case),
        "watch_days": settings.ANSIM_WATCH_DAYS,
    }  # fmt: skip
    return render(request, "portal/consents.html", words | _badge(request.case))


def _decide(request: PersonRequest, purpose: str, *, give: bool) -> None:
    now = clock.now()
    title = taxonomy().label("consent", purpose)
    if give:
        allow(request.case, purpose, now=now)
        said = pgettext("portal", "You have allowed: %(purpose)s")
    else:
        withdraw_consent(request.case, purpose, now=now)
        said = pgettext("portal", "You have taken back: %(purpose)s")
    messages.success(request, said % {"purpose": title})


def _badge(case: Case) -> dict[str, int]:
    return {"unread": queries.unread_of(case)}
