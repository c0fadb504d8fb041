"""Pages of a case that look across rooms: overview, links, plan, referrals, log."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest
from ansim.centre.cases.consents import consent_rows
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import case_view, reader_language, render_case
from ansim.centre.cases.services import change_keywords
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.desk.casefile import by_attention, link_rows, outside_rows
from ansim.centre.desk.forms import KeywordsForm, LinkForm, PictureForm
from ansim.centre.desk.log import log_lines, recent_lines
from ansim.centre.desk.queries import flag_words
from ansim.centre.intake.later import add_more
from ansim.centre.intake.uploads import RefusedUpload, given_files
from ansim.centre.materials.queries import progress
from ansim.centre.materials.services import (
    add_link,
    hash_upload,
    is_plain,
    material_of,
)
from ansim.centre.support.plan import plan_rows
from ansim.errors import AnsimError

ATTENTION_ROWS = 6
RECENT = 6
LOG_ROWS = 100


@require_safe
@case_view()
def overview(request: StaffRequest, case: Case) -> HttpResponse:
    """How the case stands: links first, then the plan, the risk, the consents, the log."""
    now = clock.now()
    rows = link_rows(case, now)
    waiting = by_attention(rows)
    words = {
        "progress": progress(case),
        "rows": waiting[:ATTENTION_ROWS],
        "waiting": len(waiting),
        "links": len(rows),
        "plan": plan_rows(case),
        "flags": flag_words(case),
        "threat_passed": case.threat_deadline is not None and case.threat_deadline <= now,
        "consents": consent_rows(case, now),
        "recent": recent_lines(case, RECENT),
    }
    return render_case(request, case, "desk/case.html", words, tab="case")


@require_safe
@case_view()
def links(request: StaffRequest, case: Case) -> HttpResponse:
    """Every link, and what is being looked for."""
    return _links_page(request, case, LinkForm(), PictureForm())


def _links_page(
    request: StaffRequest, case: Case, link: LinkForm, picture: PictureForm
) -> HttpResponse:
    now = clock.now()
    words = {
        "rows": link_rows(case, now),
        "progress": progress(case),
        "materials": case.materials.filter(withdrawn_at=None),
        "form": link,
        "form_two": picture,
        "watched": case.allows("search", now),
    }
    return render_case(request, case, "desk/links.html", words, tab="case-links")


@require_http_methods(["GET", "POST"])
@case_view("sighting.add")
def add_link_view(request: StaffRequest, case: Case) -> HttpResponse:
    """One more link that the person gave."""
    if request.method == "GET":
        return redirect("case-links", case.pk)
    form = LinkForm(request.POST)
    if form.is_valid():
        try:
            sighting = add_link(
                case, form.cleaned_data["url"], now=clock.now(), actor=request.user,
                place=form.cleaned_data["place"],
            )  # fmt: skip
        except AnsimError as error:
            form.add_error("url", error.sentence(reader_language()))
        else:
            said = _("%(label)s is on the list. The machine looks at it now.")
            messages.success(request, said % {"label": sighting.label})
            return redirect("case-links", case.pk)
    return _links_page(request, case, form, PictureForm())


@require_http_methods(["GET", "POST"])
@case_view("material.add")
def add_picture(request: StaffRequest, case: Case) -> HttpResponse:
    """Fingerprint a given file in memory and drop it."""
    if request.method == "GET":
        return redirect("case-links", case.pk)
    form = PictureForm(request.POST)
    form.is_valid()
    files = given_files(request.FILES, "picture")
    try:
        if not files:
            form.add_error("picture", _("Choose a picture or a video first."))
        elif isinstance(files[0], RefusedUpload):
            raise files[0].refusal
        else:
            found = hash_upload(files[0].read())
            add_more(case, [], [found], now=clock.now(), actor=request.user)
            material = material_of(case, found.sha256)
            said = _("%(label)s is looked for now. The file was dropped.")
            messages.success(request, said % {"label": material.label if material else ""})
            if is_plain(found):
                messages.warning(
                    request, _("It has little detail: only exact copies can be found.")
                )
            return redirect("case-links", case.pk)
    except AnsimError as error:
        form.add_error("picture", error.sentence(reader_language()))
    return _links_page(request, case, LinkForm(), form)


@require_http_methods(["GET", "HEAD", "POST"])
@case_view("material.add")
def search_words(request: StaffRequest, case: Case) -> HttpResponse:
    """The words that the search goes by; changed only where the person allows searching."""
    form = KeywordsForm(request.POST or None, initial={"keywords": "\n".join(case.keywords)})
    if request.method == "POST" and form.is_valid():
        try:
            change_keywords(
                case, form.cleaned_data["keywords"], by=request.user, now=clock.now()
            )
        except AnsimError as error:
            form.add_error("keywords", error.sentence(reader_language()))
        else:
            messages.success(request, _("The words are kept; the next search goes by them."))
            return redirect("case-links", case.pk)
    words = {"form": form, "allowed": case.allows("search", clock.now())}
    return render_case(request, case, "desk/words.html", words, tab="case-links")


@require_safe
@case_view()
def referrals(request: StaffRequest, case: Case) -> HttpResponse:
    """Requests to the police and the regulator: beside the ladder, waiting for nobody."""
    now = clock.now()
    words = {
        "rows": outside_rows(case, now),
        "allowed": [row for row in consent_rows(case, now) if row.code in {"police", "regulator"}],
    }
    return render_case(request, case, "desk/referrals.html", words, tab="case-referrals")


@require_safe
@case_view()
def log(request: StaffRequest, case: Case) -> HttpResponse:
    """Every custody event of the case, in words."""
    events = CustodyEvent.objects.filter(case_id=case.pk)
    pages = Paginator(events, LOG_ROWS)
    page = pages.get_page(request.GET.get("page"))
    words: dict[str, Any] = {"lines": log_lines(page), "page": page, "total": pages.count}
    return render_case(request, case, "desk/log.html", words, tab="case-log")
