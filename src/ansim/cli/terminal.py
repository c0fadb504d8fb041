"""What the commands share: reading files, telling failures, JSON lines, a progress bar."""

import json
import os
import sys
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, ClassVar, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ansim.cli import language
from ansim.errors import AnsimError
from ansim.fingerprints import TooManyBytes

T = TypeVar("T")

_PATIENCE: Final = 1.0
"""Seconds before a progress bar is worth showing."""

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class FileMissing(AnsimError):
    """There is no file at that path."""

    code: ClassVar[str] = "file_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no file here. Check the path.",
        "ko": "이 경로에 파일이 없습니다. 경로를 확인해 주세요.",
    }


class IsFolder(AnsimError):
    """The path names a folder where one file is needed."""

    code: ClassVar[str] = "is_folder"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is a folder. Name the file in it.",
        "ko": "폴더입니다. 그 안의 파일을 지정해 주세요.",
    }


class FileUnreadable(AnsimError):
    """The file is there and cannot be opened."""

    code: ClassVar[str] = "file_unreadable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This file cannot be opened. Check who may read it.",
        "ko": "파일을 열 수 없습니다. 읽기 권한을 확인해 주세요.",
    }


class FolderUnwritable(AnsimError):
    """The target of a bank cannot be written."""

    code: ClassVar[str] = "folder_unwritable"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The bank cannot be written there. Check that the folder exists and may be written.",
        "ko": "그곳에 뱅크를 쓸 수 없습니다. 폴더가 있는지, 쓰기 권한이 있는지 확인해 주세요.",
    }


class NothingHere(AnsimError):
    """The folders that were named hold no file."""

    code: ClassVar[str] = "nothing_here"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This folder holds no files. Name another one.",
        "ko": "이 폴더에 파일이 없습니다. 다른 폴더를 지정해 주세요.",
    }


class _Rate(ProgressColumn):
    """How many a second, over all of the time so far."""

    def render(self, task: Task) -> Text:
        """Such as "312 /s"; nothing before the first one is done."""
        if not task.completed or not task.elapsed:
            return Text("")
        return Text(f"{task.completed / task.elapsed:,.1f} /s")


def json_line(record: dict[str, object]) -> str:
    """One object as a line of JSON; bytes of a name that are no UTF-8 as Python's escapes."""
    text = json.dumps(record, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def shown(text: str) -> str:
    """A name or address for a terminal, which must neither obey it nor break its line at it."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )


def print_json(record: dict[str, object]) -> None:
    """One object on one line, at once."""
    sys.stdout.write(json_line(record))
    sys.stdout.flush()


def tell_failure(name: str, error: AnsimError, *, as_json: bool) -> None:
    """The one sentence of an input that failed."""
    sentence = error.sentence(language.current())
    if as_json:
        print_json({"path": name, "error": sentence})
    else:
        typer.echo(f"{shown(name)}: {sentence}", err=True)


def say(english: str, korean: str) -> None:
    """A remark beside the answer, in the reader's language."""
    typer.echo({"ko": korean, "en": english}[language.current()], err=True)


@contextmanager
def failing(path: Path | str, *, as_json: bool) -> Generator[None]:
    """Tell the failure of a whole command and end it with status 1."""
    try:
        yield
    except AnsimError as error:
        tell_failure(str(path), error, as_json=as_json)
    except FileNotFoundError:
        missing = FileMissing() if Path(path).parent.is_dir() else FolderUnwritable()
        tell_failure(str(path), missing, as_json=as_json)
    except OSError:
        tell_failure(str(path), FolderUnwritable(), as_json=as_json)
    else:
        return
    raise typer.Exit(1)


def read_bytes(path: Path, most: int) -> bytes:
    """The file's bytes, looking at its size before reading it.

    Raises IsFolder, FileMissing, FileUnreadable, TooManyBytes.
    """
    if path.is_dir():
        raise IsFolder
    try:
        size = path.stat().st_size
        if size > most:
            raise TooManyBytes(size=size, limit=most)
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise FileMissing from None
    except (OSError, ValueError):
        raise FileUnreadable from None


def files_in(paths: Iterable[Path], *, recursive: bool = True) -> Iterator[tuple[Path, bool]]:
    """Every named file, and every file of a named folder in the order of their names.

    With each: whether it was found in a folder rather than named. Links to folders are not
    followed.
    """
    for path in paths:
        if not path.is_dir():
            yield path, False
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            if not recursive:
                folders.clear()
            yield from ((Path(folder, name), True) for name in sorted(names))


def watched(
    items: Iterable[T], total: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[T]:
    """The items; once it takes longer than a moment, a progress bar on a terminal.

    It shows how many of ``total`` are done, how many a second, and the time left.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.percentage:>3.0f} %"), BarColumn(), MofNCompleteColumn(), _Rate(),
        TimeRemainingColumn(), console=console, transient=True,
        # What is piped away must not end up beside the bar.
        redirect_stdout=sys.stdout.isatty(),
    )  # fmt: skip
    started, shown = clock(), False
    task = bar.add_task("", total=total)
    try:
        for item in items:
            if not shown and console.is_terminal and clock() - started > _PATIENCE:
                bar.start()
                shown = True
            yield item
            bar.advance(task)
    finally:
        if shown:
            bar.stop()
