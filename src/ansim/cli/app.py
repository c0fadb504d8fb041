"""Which commands there are."""

import typer

from ansim import __version__
from ansim.cli import (
    backup,
    bank,
    case,
    check,
    demo,
    drill,
    fingerprint,
    keys,
    match,
    notice,
    operate,
    report,
    retention,
    staff,
    sweep,
)

app = typer.Typer(
    help="Ansim: the software that a digital sexual crime victim support centre runs on.\n\n"
    "ANSIM_HOME names the data folder. Put --lang=ko or --lang=en first to choose the language "
    "of sentences.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(asked: bool) -> None:  # noqa: FBT001 -- typer's way
    if asked:
        typer.echo(f"ansim {__version__}")
        raise typer.Exit


@app.callback()
def ansim(
    _version_asked: bool = typer.Option(  # noqa: FBT001 -- typer's way
        False,  # noqa: FBT003
        "--version",
        callback=_version,
        is_eager=True,
        help="Print the version.",
    ),
) -> None:
    """Choose a command."""


app.command()(demo.demo)
app.command()(operate.serve)
app.command()(operate.work)
app.command()(operate.setup)
app.command()(operate.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(retention.app, name="retention")
app.add_typer(staff.app, name="staff")
app.add_typer(case.app, name="case")
app.add_typer(keys.app, name="keys")
app.command()(fingerprint.fingerprint)
app.command()(match.match)
app.command()(sweep.sweep)
app.add_typer(bank.app, name="bank")
app.command()(check.check)
app.add_typer(notice.app, name="notice")
app.add_typer(report.app, name="report")
app.add_typer(drill.app, name="drill")
