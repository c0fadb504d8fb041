"""The month's tables as the page draws them, and as the CSV file lists them."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext, pgettext

from ansim.centre.shell.context import in_language
from ansim.centre.statistics.queries import MonthFigures
from ansim.figures import Check, Count, Row, Table, share

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Bar:
    """A row with its label, its count as printed, and its width in percent of the longest."""

    row: Row
    label: str
    count: str
    width: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A table in the reader's language."""

    table: Table
    title: str
    unit: str
    counter: str
    n: str
    bars: tuple[Bar, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One number on its own: what it is, the number, its counter and a line below."""

    name: str
    number: str
    counter: str
    line: str


def month_name(year: int, month: int) -> str:
    """``2026년 11월`` / ``November 2026``."""
    return format_date(date(year, month, 1), pgettext("date format, month", "F Y"))


def figures_of(figures: MonthFigures) -> list[Figure]:
    """Every table, in its order."""
    return [_figure(table) for table in figures.tables]


def _figure(table: Table) -> Figure:
    longest = max((row.count for row in table.rows), default=0) or 1
    bars = tuple(
        Bar(row, in_language(row.label), f"{row.count:,}", f"{100 * row.count / longest:.1f}")
        for row in table.rows
    )
    return Figure(
        table=table,
        title=in_language(table.title),
        unit=in_language(table.unit.text),
        counter=in_language(table.unit.counter),
        n=f"{table.n:,}",
        bars=bars,
        note=in_language(table.note) if table.note else "",
    )


def tiles_of(figures: MonthFigures) -> list[Tile]:
    """The four numbers on top; a person, a support, a request and a place are not the same."""
    people, supports = figures.people.number, figures.supports.number
    each = f"{supports / people:.1f}" if people else "–"
    removal = figures.table("supports").count("deletion").number
    back = figures.gone_but_back.number
    return [
        _tile(gettext("People helped"), figures.people, gettext("Each person once")),
        _tile(
            gettext("Supports"),
            figures.supports,
            gettext("%(each)s for each person") % {"each": each},
        ),
        _tile(
            gettext("Of these, removal"),
            Count(figures.supports.unit, removal),
            gettext("%(share)s. Requests and checks, not removals")
            % {"share": share(removal, supports)},
        ),
        _tile(
            gettext("Confirmed gone"),
            figures.gone,
            gettext("First confirmed this month; %(back)s no longer so") % {"back": f"{back:,}"},
        ),
    ]


def _tile(name: str, count: Count, line: str) -> Tile:
    words = count.unit.counted(count.number)
    # Korean counters follow the number closely; other languages take a space.
    spaced = {code: word if code == "ko" else f"\u00a0{word}" for code, word in words.items()}
    return Tile(name, f"{count.number:,}", in_language(spaced), line)


def adds_up(checks: Iterable[Check]) -> bool:
    """Whether every check holds."""
    return all(check.ok for check in checks)


def as_csv(figures: MonthFigures) -> str:
    """The values of all tables, one class a line, in the reader's language.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(
        ["release", "month", "taxonomy", "table", "title", "unit", "n", "several_answers",
         "class", "label", "count", "share_percent", "is_remainder"]
    )  # fmt: skip
    month = f"{figures.year:04}-{figures.month:02}"
    for table in figures.tables:
        head = ["internal", month, figures.taxonomy_version, table.code, in_language(table.title),
                table.unit.value, table.n, int(table.multiple)]  # fmt: skip
        for row in table.rows:
            cells = [*head, row.code, in_language(row.label), row.count,
                     row.share.removesuffix("%"), int(row.is_rest)]  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells])
    return buffer.getvalue()


def safe_cell(value: str | int) -> str | int:
    """``value`` so that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
