"""``ansim case``: cases from files, and files from cases."""

import json
import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from ansim.cli import language
from ansim.cli.site import start_site
from ansim.errors import AnsimError

app = typer.Typer(help="Take in cases from files, open files of cases.", no_args_is_help=True)


class UnreadableFile(AnsimError):
    """The import file cannot be read."""

    code = "unreadable_file"
    sentences = {
        "en": "{file} cannot be read: {why}. Nothing was taken in.",
        "ko": "{file} 파일을 읽을 수 없습니다: {why}. 아무것도 접수하지 않았습니다.",
    }


class NotJson(AnsimError):
    """The import file is no JSON."""

    code = "not_json"
    sentences = {
        "en": "{file} is not valid JSON at line {line}, column {column}. Nothing was taken in.",
        "ko": "{file} 파일의 {line}번째 줄 {column}번째 글자에서 JSON이 깨졌습니다. "
        "아무것도 접수하지 않았습니다.",
    }


class BadMaterial(AnsimError):
    """One of the files to hunt cannot be fingerprinted."""

    code = "bad_material"
    sentences = {
        "en": "The material “{name}” cannot be used: {why} Nothing was taken in.",
        "ko": "자료 ‘{name}’을(를) 쓸 수 없습니다. {why} 아무것도 접수하지 않았습니다.",
    }


WHY = {
    "utf8": {"ko": "UTF-8 글이 아닙니다", "en": "it is not UTF-8 text"},
    "shape": {"ko": "너무 깊거나 너무 큰 값이 있습니다", "en": "a value in it is too deep or too large"},
    "closed": {"ko": "파일을 열 수 없습니다.", "en": "the file cannot be opened."},
}


class UnreadableExport(AnsimError):
    """The file of an export cannot be read."""

    code = "unreadable_export"
    sentences = {
        "en": "{file} cannot be read: {why}. Check the path.",
        "ko": "{file} 파일을 읽을 수 없습니다: {why}. 경로를 확인해 주세요.",
    }


class WrongExport(AnsimError):
    """A file of a case's sealed content that the passphrase does not open."""

    code = "wrong_export"
    sentences = {
        "en": "{file} does not open: the passphrase is wrong, or the file was changed or cut short.",
        "ko": "{file} 파일이 열리지 않습니다. 암호문이 틀렸거나 파일이 바뀌었거나 잘렸습니다.",
    }


@app.callback()
def case() -> None:
    """Take in cases from files, open files of cases."""


@app.command("open-export")
def open_export(
    file: Annotated[Path, typer.Argument(help="The file taken out of a case.", metavar="FILE")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on one line.")] = False,
) -> None:
    """Open the file of a case's sealed content; the passphrase is the first line typed.

    It needs no centre and no database. What it prints is what was sealed: mind where it goes.

    Example: ansim case open-export export.bin < passphrase.txt > case.json
    """
    from ansim.vault import MalformedBox, WrongPassword, open_with_passphrase

    spoken_in = language.current()
    try:
        try:
            box = file.read_bytes()
        except OSError as error:
            raise UnreadableExport(file=file.name, why=error.strerror or "?") from error
        passphrase = _passphrase(spoken_in)
        try:
            content = json.loads(open_with_passphrase(box, passphrase))
        except (MalformedBox, WrongPassword, ValueError) as error:
            raise WrongExport(file=file.name) from error
    except AnsimError as error:
        _tell(error, as_json=as_json, spoken_in=spoken_in)
        raise typer.Exit(1) from error
    typer.echo(json.dumps(content, ensure_ascii=False, indent=None if as_json else 1))


def _passphrase(spoken_in: str) -> str:
    """From the terminal without showing it, or the first line of standard input."""
    if sys.stdin.isatty():
        return getpass({"ko": "암호문: ", "en": "Passphrase: "}[spoken_in])
    return sys.stdin.readline().rstrip("\r\n")


@app.command("import")
def import_case(
    file: Annotated[Path, typer.Argument(help="A report as JSON.", metavar="FILE.json")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    r"""Open a case from a report file; prints its reference and its receipt code, once.

    The file holds one object with (all but consents optional): language, channel, standing, age,
    gender, relation, harms, places, links, keywords, story, contact, safe_contact, flags,
    threat_deadline, consents, and materials: paths of pictures and videos beside the file, which
    are fingerprinted and never kept.

    \b
    Example: ansim case import report.json
    {"harms": ["distribution"], "links": ["https://example.com/post/1"],
     "materials": ["photo.jpg"], "consents": ["hold", "search", "notify"]}
    """
    spoken_in = language.current()
    try:
        raw = _read(file, spoken_in)
        start_site()
        from ansim.vault import show

        taken = _take_in(raw, file.parent, spoken_in)
    except AnsimError as error:
        _tell(error, as_json=as_json, spoken_in=spoken_in)
        raise typer.Exit(1) from error
    if as_json:
        record = {"case": taken.case.reference, "code": taken.code, "links": taken.case.sightings.count()}
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(
        {
            "ko": f"사건 {taken.case.reference}을(를) 열었습니다. 접수번호: {show(taken.code)}",
            "en": f"Case {taken.case.spoken} was opened. Receipt code: {show(taken.code)}",
        }[spoken_in]
    )


def _read(file: Path, spoken_in: str) -> Any:
    try:
        # Some editors put a mark before the text (utf-8-sig).
        raw = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(file=file.name, why=error.strerror or "?") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(file=file.name, why=WHY["utf8"][spoken_in]) from error
    except json.JSONDecodeError as error:
        raise NotJson(file=file.name, line=error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        # Lists in lists without end, or a number of thousands of digits.
        raise UnreadableFile(file=file.name, why=WHY["shape"][spoken_in]) from error
    return raw


def _take_in(raw: Any, folder: Path, spoken_in: str) -> Any:
    from django.conf import settings

    from ansim.centre import clock
    from ansim.centre.intake.report import Report
    from ansim.centre.intake.services import take_in
    from ansim.centre.materials.services import hash_upload

    Report.from_json(raw)
    found = []
    for name in raw.get("materials", []):
        try:
            with (folder / name).open("rb") as opened:
                # One byte more than is allowed, so that what is too large is refused as such.
                data = opened.read(settings.ANSIM_UPLOAD_MAX_BYTES + 1)
            found.append(hash_upload(data))
        except OSError as error:
            raise BadMaterial(name=name, why=WHY["closed"][spoken_in]) from error
        except AnsimError as error:
            raise BadMaterial(name=name, why=error.sentence(spoken_in)) from error
    return take_in(Report.from_json(raw, materials=found), now=clock.now())


def _tell(error: AnsimError, *, as_json: bool, spoken_in: str) -> None:
    problems = getattr(error, "problems", ())
    if as_json:
        record: dict[str, object] = {"error": error.sentence(spoken_in)}
        if problems:
            record["problems"] = [{"field": one.field, "mend": one.sentence[spoken_in]} for one in problems]
        typer.echo(json.dumps(record, ensure_ascii=False))
        return
    typer.echo(error.sentence(spoken_in), err=True)
    for one in problems[1:]:
        typer.echo(f"  {one.field}: {one.sentence[spoken_in]}", err=True)
