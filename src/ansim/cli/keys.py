"""``ansim keys``: who can open what, the server's key ring, and the offline escrow."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from ansim.cli import escrow, language
from ansim.cli.banks import open_file
from ansim.cli.site import spoken, start_site
from ansim.cli.staff import NoSuchStaff
from ansim.cli.terminal import print_json, say

if TYPE_CHECKING:
    from ansim.matching.bankfile import BankFile

app = typer.Typer(help="Keys of cases, of the server, and in escrow.", no_args_is_help=True)
app.add_typer(escrow.app, name="escrow")
JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("list")
def list_keys(as_json: JsonFlag = False) -> None:
    """Say who can open each case: staff, those who left, escrow, the person's code, the server.

    Example: ansim keys list --json
    """
    with spoken():
        start_site()
        from ansim.centre.cases.keyreport import who_holds

        for one in who_holds():
            if as_json:
                print_json(asdict(one))
                continue
            marks = [*one.staff, *(f"({name})" for name in one.left)]
            marks += [f"escrow:{label}" for label in one.escrow]
            marks += ["code"] * one.receipt + ["server"] * one.server
            typer.echo(f"{one.reference}\t{' '.join(marks)}")


@app.command()
def check(as_json: JsonFlag = False) -> None:
    """Find cases that nobody can open, or only one; wraps that do not open; missing escrow.

    Exit status 1 when anything is wrong.

    Example: ansim keys check
    """
    with spoken():
        start_site()
        from ansim.centre.cases.keyreport import check_keys, lines

        problems = check_keys()
    for problem in problems:
        if as_json:
            print_json(asdict(problem))
        else:
            typer.echo("\n".join(lines(problem, language.current())))
    if problems:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(
            {"ko": "열쇠가 모두 제자리에 있습니다.", "en": "All keys are in place."}[
                language.current()
            ]
        )


@app.command("lost-password")
def lost_password(
    username: Annotated[str, typer.Argument(help="Who lost their password.")],
) -> None:
    """Give a staff member a new key pair; prints a first password once.

    What was shared with them waits: a colleague who holds it gives it back on the staff pages, or
    "ansim keys escrow restore" does, or the person's own next visit. Make sure it is them who asks.

    Example: ansim keys lost-password lee
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.access.models import Staff
        from ansim.centre.access.services import plain_username
        from ansim.centre.cases.handing import renew_keys

        found = Staff.objects.filter(username=plain_username(username), is_active=True).first()
        if found is None:
            raise NoSuchStaff(username=username)
        password = secrets.token_urlsafe(15)
        alone = renew_keys(found, password, actor=None, now=clock.now())
    typer.echo(password)
    if alone:
        names = ", ".join(case.spoken for case in alone)
        say(
            f"No other colleague holds these; use escrow, or wait for the person: {names}",
            f"다른 직원이 열 수 없는 사건입니다. 예비 열쇠를 쓰거나 본인이 들어오기를 기다리세요: {names}",
        )


@app.command("rotate-server-key")
def rotate_server_key(
    bank_file: Annotated[
        list[Path] | None,
        typer.Option(help="A sealed bank file to seal with the new key as well; may be repeated."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a new server key, wrap every working key for it, and destroy the old one.

    May run while the centre runs, and may be killed: start it again and it goes on. Sealed bank
    files that are not named can be opened no more. Exit status 1 when some wrap did not open; then
    the old key stays.

    Example: ansim keys rotate-server-key --bank-file partners.bank
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.cases.rotation import rotate_server_key as rotate

        banks = [open_file(path) for path in bank_file or ()]
        with _bar() as progress:
            done = rotate(
                now=clock.now(), progress=progress, before_the_end=lambda: _seal_again(banks)
            )
    if as_json:
        print_json(asdict(done))
    elif done.closed:
        say(
            f"{done.closed} wraps opened with no key, so the old key stays. Run “ansim keys check”.",
            f"열리지 않은 것이 {done.closed}건이라 이전 열쇠를 남겨 두었습니다. ‘ansim keys check’로 보세요.",
        )
    else:
        say(
            f"The server has a new key; {done.wrapped} working keys were wrapped for it.",
            f"서버 열쇠를 바꾸었고 업무 열쇠 {done.wrapped}개를 새로 감쌌습니다.",
        )
    if done.closed:
        raise typer.Exit(1)


def _seal_again(banks: "list[BankFile]") -> None:
    from ansim.centre import clock
    from ansim.centre.cases import serverkeys

    key = serverkeys.read_again()[-1].private
    for bank in banks:
        bank.compact(now=clock.now(), server_key=key)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; nothing elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _done, _all: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
