"""The custody log as people read it, and the check of its chain."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.queries import check_chain
from ansim.centre.desk.custody_filter import Asked
from ansim.centre.desk.custody_forms import LogFilter
from ansim.centre.desk.log import WORDS, log_lines
from ansim.centre.shell.verdict_words import STAFF as VERDICTS

A_PAGE = 100


@require_http_methods(["GET", "POST"])
@staff_view("custody.read")
def log(request: StaffRequest) -> HttpResponse:
    """Events, newest first; names of fields, never values.

    The filter is posted, because a case reference must not stand in an address: the page that
    answers names the case by its id.
    """
    may_name = can(request.user, "case.list_all_working")
    asked = Asked.read(request.GET, may_name=may_name)
    form = LogFilter(
        request.POST if request.method == "POST" else None,
        initial=asked.initial(), actions=_known_actions(),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        query = Asked.of_form(form.cleaned_data).query()
        return HttpResponseRedirect(f"{reverse('custody-log')}{query}")
    page = Paginator(asked.events(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": _lines(list(page.object_list), may_name=may_name),
        "may_name": may_name,
        "query": asked.query(),
    }
    return render(request, "desk/custody_log.html", context)


@require_POST
@staff_view("custody.read")
def verify(request: StaffRequest) -> HttpResponse:
    """Walk the whole chain and say whether every event is as it was written."""
    found = check_chain()
    if found.whole:
        said = ngettext(
            "The chain is whole: %(count)d record, none changed or removed.",
            "The chain is whole: %(count)d records, none changed or removed.",
            found.events,
        )
        messages.success(request, said % {"count": found.events})
    else:
        said = gettext(
            "The chain is broken at record %(number)d. Keep a copy of the database as it is, and "
            "tell the operator and a supervisor now."
        )
        messages.error(request, said % {"number": found.broken_at or 0})
    return HttpResponseRedirect(reverse("custody-log"))


def _word(action: str) -> str:
    kind, _, rest = action.partition(".")
    if kind == "verdict":
        return gettext("Verdict: %(verdict)s") % {"verdict": VERDICTS.get(rest, rest)}
    return str(WORDS.get(action, action))


def _known_actions() -> list[tuple[str, str]]:
    """The actions that the log has, in words, in the order of the words."""
    codes = CustodyEvent.objects.order_by().values_list("action", flat=True).distinct()
    return sorted(((code, _word(code)) for code in codes), key=lambda pair: pair[1])


def _lines(events: list[CustodyEvent], *, may_name: bool) -> list[dict[str, Any]]:
    cases = _cases(event.case_id for event in events) if may_name else {}
    return [
        {
            "line": line,
            "what": _word(event.action),
            "case": cases.get(event.case_id) if event.case_id else None,
            "of_a_case": event.case_id is not None,
            "digest": event.digest[:12],
        }
        for event, line in zip(events, log_lines(events), strict=True)
    ]


def _cases(ids: Iterable[UUID | None]) -> dict[UUID | None, Case]:
    return {case.pk: case for case in Case.objects.filter(pk__in={one for one in ids if one})}
