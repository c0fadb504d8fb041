"""``ansim staff``: the people who work at the centre."""

import json
import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from ansim.cli import language
from ansim.cli.site import spoken, start_site
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

app = typer.Typer(help="Add, list and remove staff.", no_args_is_help=True)


class NoSuchStaff(AnsimError):
    """Nobody has this user name."""

    code = "no_such_staff"
    sentences = {
        "en": "Nobody has the user name “{username}”. “ansim staff list” shows who there is.",
        "ko": "사용자 이름이 ‘{username}’인 직원이 없습니다. ‘ansim staff list’로 볼 수 있습니다.",
    }


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[
        str,
        typer.Option(help="counsellor, removal_officer, supervisor, analyst or operator."),
    ],
    name_ko: Annotated[str, typer.Option(help="Name shown in Korean.")],
    name_en: Annotated[str, typer.Option(help="Name shown in English.")],
    spoken_in: Annotated[str, typer.Option("--language", help="ko or en.")] = "ko",
) -> None:
    """Add a staff member; prints a first password once, which they change at the first sign-in.

    Example: ansim staff add lee --role counsellor --name-ko "이 상담사" --name-en "Lee"
    """
    with spoken():
        start_site()
        from ansim.centre.access.services import create_staff

        password = secrets.token_urlsafe(15)
        create_staff(username, password, name_ko, name_en, role, spoken_in, temporary=True)
    typer.echo(password)


@app.command("list")
def list_staff(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List staff with their roles.

    Example: ansim staff list --json
    """
    with spoken():
        start_site()
    from ansim.centre.access.models import Staff

    for one in Staff.objects.order_by("username"):
        if as_json:
            record = {
                "username": one.username,
                "role": one.role,
                "active": one.is_active,
                "second_steps": one.factors.count(),
            }
            typer.echo(json.dumps(record, ensure_ascii=False))
        else:
            typer.echo(f"{one.username}\t{one.role}\t{'active' if one.is_active else 'left'}")


@app.command()
def deactivate(username: Annotated[str, typer.Argument(help="Who leaves.")]) -> None:
    """End a staff member's access; their cases stay with their colleagues.

    Example: ansim staff deactivate lee
    """
    with spoken():
        start_site()
        from ansim.centre import clock
        from ansim.centre.access.services import deactivate as end
        from ansim.centre.cases.errors import LastHolder
        from ansim.centre.cases.handing import remove_holder

        left = end(_found(username))
        try:
            remove_holder(left, actor=None, now=clock.now())
        except LastHolder as error:
            # Access has ended all the same; their wraps stay until somebody else holds the cases.
            typer.echo(error.sentence(language.current()), err=True)


@app.command("reset-factor")
def reset_factor(
    username: Annotated[str, typer.Argument(help="Who lost every device and code.")],
) -> None:
    """Forget a staff member's second steps; they set up a new one at their next sign-in.

    Their password stays, and with it what it opens. Make sure that it is them who asks.

    Example: ansim staff reset-factor lee
    """
    with spoken():
        start_site()
        from ansim.centre.access.factors import reset

        reset(_found(username), actor=None)
    korean = language.current() == "ko"
    typer.echo(
        "모든 세션이 끝났습니다. 다음 로그인 때 비밀번호를 적은 뒤 2단계 인증을 새로 등록합니다."
        if korean
        else "Every session has ended. At the next sign-in, after the password, a new second step is "
        "set up."
    )


def _found(username: str) -> "Staff":
    from ansim.centre.access.models import Staff
    from ansim.centre.access.services import plain_username

    found = Staff.objects.filter(username=plain_username(username)).first()
    if found is None:
        raise NoSuchStaff(username=username)
    return found
