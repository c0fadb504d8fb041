"""``ansim notice``: see the letter that a request would become, without sending it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ansim.cli import language as reader
from ansim.errors import AnsimError
from ansim.notices import (
    MalformedFacts,
    MalformedRequest,
    Notice,
    RegistryError,
    UnknownRecipient,
    build_notice,
    load_registry,
    parse_request,
)
from ansim.notices.request import EXAMPLE, MAX_BYTES

NO = 1
BAD_USAGE = 2


class NoRequestFile(AnsimError):
    """The request description cannot be read."""

    code = "no_request_file"
    sentences = {
        "en": "The request description cannot be read; check the path and the right to read it.",
        "ko": "요청 파일을 읽을 수 없습니다. 경로와 읽을 권한을 확인하세요.",
    }


class NoRecipientNamed(AnsimError):
    """Neither the description nor the command names a recipient."""

    code = "no_recipient_named"
    sentences = {
        "en": 'No recipient is named; add "recipient" to the description or use --recipient.',
        "ko": "받는 곳이 없습니다. 요청 파일에 “recipient”를 적거나 --recipient를 쓰세요.",
    }


app = typer.Typer(
    help="Build and check notices without sending them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_HELP = f"""Print the letter for REQUEST and check each field that its rule requires.

Nothing is sent. Exit status: 0 ready, 1 not ready or no route, 2 the input cannot be used.

A request description is a JSON file like this:

\b
{EXAMPLE}

\b
harm: ncii, deepfake, csam or personal_data
basis: consent, or law:<code of a legal basis>, for example law:kr_vpa_7_3_3
prior: [{{"recipient": {{"ko": "...", "en": "..."}}, "asked_at": "2026-11-18T09:00:00+09:00",
        "came": "nothing"}}]

\b
Example: ansim notice build request.json --recipients my-recipients --language en
"""


@app.callback()
def notice() -> None:
    """Build and check notices without sending them."""


@app.command(help=_HELP)
def build(
    request: Annotated[Path, typer.Argument(metavar="REQUEST.json", help="request description")],
    recipient: Annotated[
        str | None, typer.Option(metavar="CODE", help="in place of the description's recipient")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="ko|en", help="in place of the route's language")
    ] = None,
    recipients: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="more recipients or rules; may be given again"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Build the notice of one request description and print it."""
    now = datetime.now(UTC)
    try:
        facts, named = parse_request(_read(request))
        registry = load_registry(*(recipients or ()), today=now.date())
        code = recipient or named
        if code is None:
            raise NoRecipientNamed
        found = registry.recipient(code)
        built = build_notice(
            facts,
            found,
            registry.regime(found.regime),
            now=now,
            language=language,
            zone=facts.seen_at.tzinfo or UTC,
            bases=registry.bases,
        )
    except AnsimError as error:
        _fail(error, request, as_json=as_json)
    else:
        _show(built, as_json=as_json)
        raise typer.Exit(0 if built.ready else NO)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise NoRequestFile from error


def _fail(error: AnsimError, path: Path, *, as_json: bool) -> None:
    unusable = (
        MalformedFacts,
        MalformedRequest,
        NoRecipientNamed,
        NoRequestFile,
        RegistryError,
        UnknownRecipient,
    )
    sentence = error.sentence(reader.current())
    if as_json:
        typer.echo(json.dumps({"path": str(path), "error": sentence}, ensure_ascii=False))
    else:
        typer.echo(sentence, err=True)
    raise typer.Exit(BAD_USAGE if isinstance(error, unusable) else NO) from error


def _show(built: Notice, *, as_json: bool) -> None:
    spoken = reader.current()
    if as_json:
        typer.echo(json.dumps(_as_object(built, spoken), ensure_ascii=False))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(f"To: {built.route.address}\nSubject: {built.subject}\n\n{built.body}")
    for check in built.fields:
        mark, why = ("✓", "") if check.ok else ("✗", f": {check.why[spoken]}")
        console.print(f"{mark} {check.label[spoken]}{why}")


def _as_object(built: Notice, spoken: str) -> dict[str, object]:
    return {
        "recipient": built.recipient.code,
        "regime": built.regime.code,
        "language": built.language,
        "to": built.route.address,
        "subject": built.subject,
        "body": built.body,
        "fields": [
            {"name": c.name, "label": c.label[spoken], "ok": c.ok, "why": c.why[spoken]}
            for c in built.fields
        ],
        "ready": built.ready,
    }
