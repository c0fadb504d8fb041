"""``ansim drill``: see what a thief of the whole server would learn."""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ansim.cli import language
from ansim.cli.demo import NotInProduction
from ansim.cli.site import spoken
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.demo.theft import Loot

app = typer.Typer(no_args_is_help=True, help="Drills: is what we promise true tonight?")


class NoWords(AnsimError):
    """There is nothing to look for."""

    code = "no_words"
    sentences = {
        "en": "There is nothing to look for: give the planted words on standard input, one a line.",
        "ko": "찾을 말이 없습니다. 심어 둔 말을 표준 입력에 한 줄에 하나씩 넣어 주세요.",
    }


class NoSuchHome(AnsimError):
    """The folder to rob is not there."""

    code = "no_such_home"
    sentences = {
        "en": "There is no data folder {home} with keys in it. Name the folder of a centre.",
        "ko": "열쇠가 든 자료 폴더 {home}이(가) 없습니다. 센터의 자료 폴더를 정해 주세요.",
    }


@app.callback()
def drills() -> None:
    """Choose a drill."""


@app.command()
def theft(
    home: Annotated[
        Path | None,
        typer.Option(help="Rob this data folder; the words to look for come on standard input."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    seed: Annotated[int, typer.Option(help="Without --home: which sandbox internet.")] = 1,
) -> None:
    """Steal database, mail, logs, backups and server keys, and look for what people told.

    Without --home a demo centre is raised for it, with somebody in it whose words are known.
    The words are never arguments, for a shell keeps those. Exit status 1 when any is found.

    Example: ansim drill theft --home ansim-home < planted.txt
    """
    with spoken():
        loot, words = _of_home(home) if home is not None else _of_a_demo(seed)
    if as_json:
        typer.echo(json.dumps(_facts(loot, words), ensure_ascii=False))
    else:
        _say(loot, words)
    # A thief who could open nothing at all would prove nothing: the working data must open.
    if loot.finds or (home is None and not loot.links):
        raise typer.Exit(1)


def _of_home(home: Path) -> tuple["Loot", dict[str, str]]:
    from ansim.demo.burglary import of_home

    if not (home / "keys").is_dir():
        raise NoSuchHome(home=home)
    lines = [] if sys.stdin.isatty() else [one.strip() for one in sys.stdin]
    words = {f"line {number}": one for number, one in enumerate(lines, start=1) if one}
    if not words:
        raise NoWords
    return of_home(home, list(words.values())), words


def _of_a_demo(seed: int) -> tuple["Loot", dict[str, str]]:
    import os

    if os.environ.get("ANSIM_MODE") == "production":
        raise NotInProduction
    from ansim.demo.burglary import of_a_demo
    from ansim.demo.stage import raise_stage

    with tempfile.TemporaryDirectory(prefix="ansim-drill-home-") as folder:
        stage = raise_stage(seed, Path(folder))
        try:
            planted, loot = of_a_demo(stage)
        finally:
            stage.stop()
    return loot, planted.words


def _facts(loot: "Loot", words: dict[str, str]) -> dict[str, object]:
    """The result without the words themselves, which must not lie in a log of drills either."""
    called = {word: name for name, word in words.items()}
    facts = asdict(loot)
    facts["links"] = len(loot.links)
    facts["finds"] = [{"what": called[one.word], "where": one.where} for one in loot.finds]
    facts["looked_for"] = len(words)
    return facts


def _say(loot: "Loot", words: dict[str, str]) -> None:
    called = {word: name for name, word in words.items()}
    korean = language.current() == "ko"
    typer.echo(
        f"가져간 파일 {loot.files}개({loot.bytes:,}바이트), 값 {loot.rows:,}개, 서버 비밀 {loot.secrets}개"
        if korean
        else f"Taken: {loot.files} files ({loot.bytes:,} bytes), {loot.rows:,} values, "
        f"{loot.secrets} server secrets"
    )
    typer.echo(
        f"서버 열쇠로 열린 사건 열쇠 {loot.keys}개, 열리지 않은 것 {loot.closed_wraps}개; "
        f"열린 상자 {loot.opened}개(링크 {len(loot.links)}개), 닫힌 상자 {loot.closed}개"
        if korean
        else f"Opened by the server's keys: {loot.keys} case keys, {loot.opened} boxes with "
        f"{len(loot.links)} links; still closed: {loot.closed_wraps} wraps, {loot.closed} boxes"
    )
    for one in loot.finds:
        typer.echo(f"FOUND {called[one.word]}: {one.where}")
    if not loot.finds:
        typer.echo(
            f"심어 둔 {len(words)}가지 가운데 찾은 것이 없습니다."
            if korean
            else f"None of the {len(words)} planted words was found."
        )
