"""``ansim report``: a month's figures, printed from the records of ANSIM_HOME."""

import json
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table as Grid

from ansim.cli import language
from ansim.cli.site import start_site
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.centre.statistics.queries import MonthFigures
    from ansim.figures import Table

app = typer.Typer(help="Figures from the records.", no_args_is_help=True, rich_markup_mode=None)
BAD_USAGE = 2


@app.command()
def figures(
    month: str = typer.Argument(help="The month, like 2026-11."),
    as_one_object: bool = typer.Option(  # noqa: FBT001 -- typer's way
        False,  # noqa: FBT003
        "--json",
        help="Print one JSON object.",
    ),
) -> None:
    """Print a month's internal figures: unit and n of each table, remainder rows, checks.

    Exit status 1 when a check does not add up. Example: ansim report figures 2026-11 --json
    """
    start_site()
    try:
        found = _compute(month)
    except AnsimError as error:
        sentence = error.sentence(language.current())
        if as_one_object:
            line = json.dumps({"month": month, "error": sentence}, ensure_ascii=False)
            typer.echo(line)
        else:
            typer.echo(sentence, err=True)
        raise typer.Exit(BAD_USAGE) from error
    if as_one_object:
        typer.echo(json.dumps(as_json(found), ensure_ascii=False))
    else:
        _print(found, language.current())
    if not all(check.ok for check in found.checks):
        raise typer.Exit(1)


def _compute(text: str) -> "MonthFigures":
    from ansim.centre.statistics.months import Month
    from ansim.centre.statistics.queries import month_figures

    month = Month.parse(text)
    return month_figures(month.year, month.month)


def as_json(found: "MonthFigures") -> dict[str, object]:
    """The figures as plain values: texts stay in every language."""
    return {
        "month": f"{found.year:04}-{found.month:02}",
        "complete": found.complete,
        "release": "internal",
        "taxonomy": found.taxonomy_version,
        "people": found.people.number,
        "supports": found.supports.number,
        "requests": found.requests.number,
        "gone_confirmed": found.gone.number,
        "gone_but_back": found.gone_but_back.number,
        "tables": [_table_json(table) for table in found.tables],
        "checks": [{"ok": check.ok, "text": check.text} for check in found.checks],
    }


def _table_json(table: "Table") -> dict[str, object]:
    return {
        "code": table.code,
        "title": table.title,
        "unit": table.unit.value,
        "n": table.n,
        "multiple": table.multiple,
        "note": table.note,
        "rows": [
            {
                "code": row.code,
                "label": row.label,
                "count": row.count,
                "share": row.share,
                "is_rest": row.is_rest,
            }
            for row in table.rows
        ],
    }


def _print(found: "MonthFigures", language: str) -> None:
    console = Console()
    for table in found.tables:
        unit = table.unit.text[language]
        title = f"{table.title[language]} ({unit}, n = {table.n:,})"
        grid = Grid(title=title, title_justify="left")
        grid.add_column("")
        grid.add_column("n", justify="right")
        grid.add_column("%", justify="right")
        for row in table.rows:
            grid.add_row(
                row.label[language],
                f"{row.count:,}",
                row.share,
                style="dim" if row.is_rest else None,
            )
        console.print(grid)
        if table.note:
            console.print(table.note[language], style="dim")
    for check in found.checks:
        console.print(("✓ " if check.ok else "✗ ") + check.text[language])
