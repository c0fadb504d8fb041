"""The first page, the list of cases, and finding one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, can, staff_view
from ansim.centre.cases.pages import may_list
from ansim.centre.desk import queries
from ansim.centre.desk.act_views import waiting_counts
from ansim.centre.desk.duties import duties
from ansim.centre.desk.listing import (
    DEFAULT,
    FILTERS,
    PAGE_ROWS,
    filter_counts,
    find_case,
    lines,
    listed,
)

FIRST_ROWS = 8


@require_safe
@staff_view()
def today(request: StaffRequest) -> HttpResponse:
    """What is late, what is due, and what to do first."""
    staff, now = request.user, clock.now()
    every = duties(staff, now)
    shown = every if request.GET.get("all") else every[:FIRST_ROWS]
    words = {
        "now": now,
        "nav_counts": waiting_counts(staff, now),
        "tiles": queries.tiles(staff, now),
        "duties": shown,
        "duties_all": len(every),
        "pressing": next((one for one in every if one.clock.state in {"overdue", "soon"}), None),
        "may_take_in": can(staff, "case.create"),
        "may_triage": can(staff, "case.triage"),
        "new": queries.new_cases(staff) if can(staff, "case.triage") else [],
        "load": queries.team_load() if can(staff, "notice.read") else [],
        "health": queries.recipient_health(now) if can(staff, "notice.read") else [],
        "works": can(staff, "notice.read"),
    }
    return render(request, "desk/today.html", words)


@require_safe
@staff_view()
def case_list(request: StaffRequest) -> HttpResponse:
    """The cases that the reader may know of, by saved filters."""
    may_list(request)
    known = {one.code for one in FILTERS}
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in known else DEFAULT
    counts = filter_counts(request.user)
    pages = Paginator(listed(request.user, chosen), PAGE_ROWS)
    page = pages.get_page(request.GET.get("page"))
    words = {
        "filters": [(one, counts[one.code]) for one in FILTERS],
        "chosen": chosen,
        "page": page,
        "pages": list(pages.get_elided_page_range(page.number)) if pages.num_pages > 1 else [],
        "rows": lines(page),
        "may_take_in": can(request.user, "case.create"),
    }
    return render(request, "desk/cases.html", words)


@require_POST
@staff_view()
def find(request: StaffRequest) -> HttpResponse:
    """To the case of a reference; what was typed never enters an address."""
    may_list(request)
    typed = request.POST.get("ref", "")
    case = find_case(request.user, typed)
    if case is not None:
        return redirect("case", case.pk)
    if not typed.strip():
        messages.info(request, _("Type a case reference, for example Yeoul-412."))
        return redirect("case-list")
    return render(request, "desk/not_found.html", {"typed": typed.strip()}, status=404)


@require_safe
@staff_view()
def home(request: StaffRequest) -> HttpResponse:
    """``/staff`` without its slash."""
    del request
    return redirect("staff-today")
