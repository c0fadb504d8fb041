"""The re-upload ledger of each host, its places, and the same as a file."""

import csv
import io
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.custody.services import record
from ansim.centre.patrol import ledger
from ansim.centre.patrol.ledger_forms import COLUMNS, Asked, LedgerFilter
from ansim.centre.removal.finding import sightings_for
from ansim.centre.shell.moments import here, moment

A_PAGE = 100
WORDS: dict[str, Promise] = {
    "name": pgettext_lazy("ledger column", "Host"),
    "places": pgettext_lazy("ledger column", "Places"),
    "present": pgettext_lazy("ledger column", "Still there"),
    "gone": pgettext_lazy("ledger column", "Gone, confirmed"),
    "unsettled": pgettext_lazy("ledger column", "Not settled"),
    "again": pgettext_lazy("ledger column", "Came back"),
    "hours": pgettext_lazy("ledger column", "Median hours"),
    "breaches": pgettext_lazy("ledger column", "Breaches"),
    "open_requests": pgettext_lazy("ledger column", "Open requests"),
    "last_look_at": pgettext_lazy("ledger column", "Last look"),
}
# A spreadsheet takes what begins so for a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_GET
@staff_view("patrol.read")
def overview(request: StaffRequest) -> HttpResponse:
    """One line for each host, the worst first."""
    form, asked = _asked(request.GET)
    rows = asked.lines(ledger.places(now=clock.now())) if form.is_valid() else []
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": asked,
        "filtered": asked.since or asked.until or asked.late,
        "heads": [_head(asked, column) for column in COLUMNS],
        "page": page,
        "rows": page.object_list,
        "query": asked.query(),
        "totals": _totals(rows),
    }
    return render(request, "patrol/ledger.html", context)


@require_GET
@staff_view("patrol.read")
def host(request: StaffRequest, host_id: UUID) -> HttpResponse:
    """One host or domain: its line, and its places as far as the reader sees their cases."""
    found = ledger.places(now=clock.now())
    every = [*ledger.by_host(found), *ledger.by_site(found)]
    row = next((one for one in every if one.id == host_id), None)
    if row is None:
        raise Http404
    members = ledger.members(found, row)
    page = Paginator(members, A_PAGE).get_page(request.GET.get("page"))
    shown: list[ledger.Place] = list(page.object_list)
    sightings = sightings_for(request.user, [one.id for one in shown])
    context = {
        "row": row,
        "hosts": sorted({one.host for one in members}),
        "page": page,
        "lines": [(one, sightings[one.id]) for one in shown if one.id in sightings],
        "hidden": len(shown) - len(sightings),
    }
    return render(request, "patrol/ledger_host.html", context)


@require_POST
@staff_view("patrol.read")
def export(request: StaffRequest) -> HttpResponse:
    """The lines of the page as CSV (UTF-8 with a mark); written down before it is answered."""
    form, asked = _asked(request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("patrol-ledger"))
    now = clock.now()
    rows = asked.lines(ledger.places(now=now))
    record("ledger.exported", actor=request.user, fields=["csv"], at=now)
    response = HttpResponse("\ufeff" + _csv(rows), content_type="text/csv; charset=utf-8")
    day = here(now).date().isoformat()
    response["Content-Disposition"] = f'attachment; filename="re-upload-ledger-{day}.csv"'
    return response


def _asked(given: Any) -> tuple[LedgerFilter, Asked]:
    form = LedgerFilter(given)
    form.is_valid()
    return form, Asked.of_form(form.cleaned_data)


def _head(asked: Asked, column: str) -> dict[str, Any]:
    """A column's head: its word, the link that sorts by it, and how it is sorted now."""
    sorted_now = asked.sort.removeprefix("-") == column
    falling = asked.sort.startswith("-")
    return {
        "code": column,
        "word": WORDS[column],
        "query": asked.sorted_by(column).query(),
        "aria": ("descending" if falling else "ascending") if sorted_now else "",
        "number": column not in {"name", "last_look_at"},
    }


def _totals(rows: list[ledger.HostRow]) -> dict[str, int]:
    names = ("places", "present", "gone", "unsettled", "again", "breaches", "open_requests")
    return {name: sum(getattr(row, name) for row in rows) for name in names}


def _csv(rows: list[ledger.HostRow]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    measured = gettext("Places measured")
    writer.writerow([*(str(WORDS[column]) for column in COLUMNS), measured])
    for row in rows:
        writer.writerow(
            [
                f"'{row.name}" if row.name.startswith(FORMULA) else row.name,
                row.places, row.present, row.gone, row.unsettled, row.again,
                "" if row.hours is None else f"{row.hours:.1f}", row.breaches,
                row.open_requests, moment(row.last_look_at) if row.last_look_at else "",
                row.measured,
            ]
        )  # fmt: skip
    return buffer.getvalue()
