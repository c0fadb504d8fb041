"""Finding a case by what somebody says, and finding words in what the reader may open.

What is typed comes by POST and is answered on the same page: it never enters an address, the
page's title or the log, and the page is not kept by the browser.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ansim.centre import clock
from ansim.centre.access.keycookie import require_key
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.cases.header import STATUS_TONES, STATUS_WORDS
from ansim.centre.cases.models import Case
from ansim.centre.cases.pages import UNPROCESSABLE, may_list, reader_language
from ansim.centre.cases.queries import visible_cases
from ansim.centre.desk.forms import LookForm, WordsForm
from ansim.centre.desk.lookup import look_up
from ansim.centre.desk.search import search
from ansim.errors import AnsimError

PLACES: dict[str, Promise] = {
    "story": pgettext_lazy("where words were found", "What the person wrote"),
    "message": pgettext_lazy("where words were found", "Message"),
    "note": pgettext_lazy("where words were found", "Note"),
    "service": pgettext_lazy("where words were found", "Note of a service"),
}
FIELDS: dict[str, Promise] = {
    "reference": pgettext_lazy("what was looked up", "Case reference"),
    "phone": pgettext_lazy("what was looked up", "Telephone number"),
    "email": pgettext_lazy("what was looked up", "E-mail address"),
    "link": pgettext_lazy("what was looked up", "Link"),
}
LONGEST_PAGE = 6


def _page(request: StaffRequest, **words: Any) -> HttpResponse:
    shared = {
        "look_form": LookForm(),
        "words_form": WordsForm(),
        "may_search": can(request.user, "case.search"),
        **words,
    }
    wrong = any(form.is_bound and form.errors for form in (shared["look_form"], shared["words_form"]))
    return render(request, "desk/find.html", shared, status=UNPROCESSABLE if wrong else None)


@require_safe
@staff_view()
def find(request: StaffRequest) -> HttpResponse:
    """The page with both questions, nothing asked yet."""
    may_list(request)
    return _page(request)


@require_http_methods(["GET", "POST"])
@staff_view()
def look(request: StaffRequest) -> HttpResponse:
    """Cases of a reference, a number, an e-mail or a link; one by its reference opens at once."""
    may_list(request)
    if request.method == "GET":
        return redirect("find")
    form = LookForm(request.POST)
    typed = form.data.get("what", "")
    try:
        looked = look_up(typed, by=request.user, private=request.private_key, now=clock.now())
    except AnsimError as error:
        form.add_error("what", error.sentence(reader_language()))
        return _page(request, look_form=form)
    if looked.field == "reference" and looked.cases:
        return redirect("case", looked.cases[0].pk)
    rows = [_row(case) for case in looked.cases]
    return _page(request, look_form=form, looked=FIELDS[looked.field], rows=rows)


def _row(case: Case) -> dict[str, object]:
    status = Case.Status(case.status)
    return {"case": case, "status": STATUS_WORDS[status], "tone": STATUS_TONES[status]}


@require_http_methods(["GET", "POST"])
@staff_view("case.search")
def words(request: StaffRequest) -> HttpResponse:
    """Words in stories, messages and notes that the reader's key opens."""
    may_list(request)
    if request.method == "GET":
        return redirect("find")
    form = WordsForm(request.POST)
    typed, number = form.data.get("words", ""), request.POST.get("page", "1")
    page = int(number) if number.isdecimal() and len(number) <= LONGEST_PAGE else 1
    private = require_key(request)
    try:
        found = search(
            visible_cases(request.user), typed, page, by=request.user, private=private,
            now=clock.now(),
        )  # fmt: skip
    except AnsimError as error:
        form.add_error("words", error.sentence(reader_language()))
        return _page(request, words_form=form)
    lines = [(line, PLACES[line.place]) for line in found.lines]
    return _page(request, words_form=form, found=found, lines=lines, typed=typed)
