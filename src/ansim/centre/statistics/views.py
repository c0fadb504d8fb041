"""The statistics page of a month, and its tables as a file."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from ansim.centre import clock
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.statistics import showing
from ansim.centre.statistics.errors import NoSuchMonth
from ansim.centre.statistics.months import Month
from ansim.centre.statistics.queries import month_figures, months
from ansim.centre.statistics.services import record_export


@require_GET
@staff_view("statistics.read")
def month(request: StaffRequest) -> HttpResponse:
    """A month's tables; the newest month with records unless ``?month=2026-11`` says another.

    Raises NoSuchMonth, which the site shows as a page with its sentence.
    """
    known = [Month(*pair) for pair in months()]
    if not known:
        return render(request, "statistics/empty.html")
    chosen = Month.parse(request.GET["month"]) if "month" in request.GET else known[0]
    if chosen not in known:
        raise NoSuchMonth(value=str(chosen))
    now = clock.now()
    figures = month_figures(chosen.year, chosen.month, now=now)
    context = {
        "figures": figures,
        "drawn": showing.figures_of(figures),
        "tiles": showing.tiles_of(figures),
        "adds_up": showing.adds_up(figures.checks),
        "month_name": showing.month_name(chosen.year, chosen.month),
        "choices": [(str(one), showing.month_name(one.year, one.month)) for one in known],
        "chosen": str(chosen),
        "now": now,
    }
    return render(request, "statistics/month.html", context)


@require_POST
@staff_view("statistics.read")
def month_csv(request: StaffRequest) -> HttpResponse:
    """The same tables as CSV (UTF-8 with a mark, as spreadsheets in Korea need it)."""
    chosen = Month.parse(request.POST.get("month", ""))
    now = clock.now()
    figures = month_figures(chosen.year, chosen.month, now=now)
    record_export(by=request.user, now=now)
    response = HttpResponse(
        "\ufeff" + showing.as_csv(figures), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="internal-figures-{chosen}.csv"'
    return response
