"""``ansim fingerprint``, ``ansim match`` and ``ansim bank``."""

import json
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ansim.cli import language
from ansim.errors import AnsimError
from ansim.fetching.confined import Decoder
from ansim.fingerprints import Fingerprint, Limits, NotMedia, TooManyBytes
from ansim.matching import (
    RADIUS,
    Bank,
    BestMatch,
    HuntedFingerprint,
    HuntedIndex,
    MalformedHash,
    bank_text,
    is_pdq,
    read_bank,
    write_bank,
)

bank = typer.Typer(help="Sets of fingerprints and their files.", no_args_is_help=True)

T = TypeVar("T")

_LIMITS: Final = Limits()
_PATIENCE: Final = 1.0
"""Seconds before a progress bar is worth showing."""

_HASH_LIST_BYTES: Final = 256 * 1024 * 1024

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
BankFile = Annotated[Path, typer.Argument(help="A bank: .csv or .jsonl.", metavar="BANK")]


class FileMissing(AnsimError):
    """There is no file at that path."""

    code: ClassVar[str] = "file_missing"
    sentences: ClassVar[dict[str, str]] = {
        "en": "There is no file here. Check the path.",
        "ko": "이 경로에 파일이 없습니다. 경로를 확인해 주세요.",
    }


class IsFolder(AnsimError):
    """The path names a folder."""

    code: ClassVar[str] = "is_folder"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This is a folder. Name the files in it.",
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


def fingerprint(
    files: Annotated[list[Path], typer.Argument(help="Pictures or videos.", metavar="FILE...")],
    as_json: AsJson = False,
) -> None:
    """Fingerprint pictures and videos: PDQ, quality and file digests.

    Each file is decoded in a confined process and nothing of it is kept.

    Example: ansim fingerprint --json holiday.jpg clip.mp4
    """
    failed = False
    table = Table("path", "kind", "quality", "pdq", "frames")
    table.columns[3].overflow = "fold"
    with Decoder(_LIMITS) as decoder:
        for path in _watched(files):
            try:
                found = decoder.fingerprint(_media_bytes(path))
            except AnsimError as error:
                failed = True
                _tell_failure(str(path), error, as_json=as_json)
                continue
            if as_json:
                _print_json({"path": str(path), **found.to_json()})
            else:
                frames = str(len(found.frames) or "-")
                table.add_row(str(path), found.kind, str(found.quality), found.pdq, frames)
    if table.row_count:
        Console().print(table)
    if failed:
        raise typer.Exit(1)


def match(
    queries: Annotated[
        list[str],
        typer.Argument(
            help="Pictures, videos, hashes of 64 hex digits, or text files with one hash a line.",
            metavar="QUERY...",
        ),
    ],
    bank_file: Annotated[Path, typer.Option("--bank", help="A bank: .csv or .jsonl.")],
    radius: Annotated[
        int, typer.Option(min=0, max=256, help="Bits that may differ, of 256.")
    ] = RADIUS,
    as_json: AsJson = False,
) -> None:
    """Find every item of a bank that the queries resemble, exactly.

    Exit status 0: something matched and every query could be read; 1 otherwise.

    Example: ansim match --bank hunted.jsonl --json found.jpg
    """
    index = _index(_bank_or_exit(bank_file, as_json=as_json))
    failed, matched = False, False
    table = Table("query", "item", "distance")
    with Decoder(_LIMITS) as decoder:
        for query in _watched(queries):
            try:
                for name, best in _search(query, index, decoder, radius):
                    matched = True
                    if as_json:
                        _print_json({"query": name, "item": best.key, "distance": best.distance})
                    else:
                        table.add_row(name, best.key, str(best.distance))
            except AnsimError as error:
                failed = True
                _tell_failure(query, error, as_json=as_json)
    if table.row_count:
        Console().print(table)
    if failed or not matched:
        raise typer.Exit(1)


@bank.command("import")
def import_bank(
    source: Annotated[Path, typer.Argument(help="A list in CSV or JSON Lines.")],
    target: Annotated[Path, typer.Argument(help="The bank to write: .csv or .jsonl.")],
    name: Annotated[str, typer.Option(help="What the bank is called.")] = "",
    owner: Annotated[str, typer.Option(help="Whose it is.")] = "",
    purpose: Annotated[str, typer.Option(help="What it may be used for.")] = "",
    terms: Annotated[str, typer.Option(help="Under which terms.")] = "",
    origin: Annotated[str, typer.Option(help="Where it came from.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check a list of hashes line by line and write it as a bank.

    Nothing is written when a line is wrong; the line and the mend are named.

    Example: ansim bank import hashes.csv hunted.jsonl --name hunted --owner "Our centre"
    """
    found = _bank_or_exit(source, as_json=as_json)
    found = replace(
        found,
        name=name or found.name,
        owner=owner or found.owner,
        purpose=purpose or found.purpose,
        terms=terms or found.terms,
        origin=origin or found.origin,
    )
    with _failing(target, as_json=as_json):
        write_bank(found, target)
    _show(found, target, as_json=as_json)


@bank.command("export")
def export_bank(
    source: BankFile,
    form: Annotated[Literal["csv", "jsonl"], typer.Option("--format")] = "csv",
    to: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a bank out as CSV or JSON Lines (``--json`` without ``--to`` is JSON Lines).

    Example: ansim bank export hunted.jsonl --format csv --to hunted.csv
    """
    found = _bank_or_exit(source, as_json=as_json)
    if to is None:
        sys.stdout.write(bank_text(found, "jsonl" if as_json else form))
        return
    with _failing(to, as_json=as_json):
        write_bank(found, to, form)
    _show(found, to, as_json=as_json)


@bank.command("info")
def info(source: BankFile, as_json: AsJson = False) -> None:
    """Say what is in a bank, and check every line of it.

    Example: ansim bank info hunted.jsonl
    """
    _show(_bank_or_exit(source, as_json=as_json), source, as_json=as_json)


def _search(
    query: str, index: HuntedIndex, decoder: Decoder, radius: int
) -> Iterator[tuple[str, BestMatch]]:
    if is_pdq(query):
        yield from ((query, best) for best in index.near(query, radius))
        return
    path = Path(query)
    data = _bytes(path, _HASH_LIST_BYTES)
    try:
        found: Fingerprint = decoder.fingerprint(data)
    except (NotMedia, TooManyBytes) as error:
        hashes = _hash_list(data, error)
        for digits in hashes:
            yield from ((digits, best) for best in index.near(digits, radius))
    else:
        yield from ((query, best) for best in index.match(found, radius))


def _hash_list(data: bytes, otherwise: AnsimError) -> list[str]:
    """The hashes of a text file, one a line; ``otherwise`` is raised when it is no such file."""
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise otherwise from None
    hashes = [line.strip() for line in lines]
    numbered = [(number, text) for number, text in enumerate(hashes, start=1) if text]
    if not any(is_pdq(text) for _, text in numbered):
        raise otherwise
    for number, text in numbered:
        if not is_pdq(text):
            raise MalformedHash(number=number)
    return [text for _, text in numbered]


def _index(found: Bank) -> HuntedIndex:
    return HuntedIndex(
        [
            HuntedFingerprint(
                item.key, item.kind, item.pdq, item.quality, item.sha256, (), item.frames
            )
            for item in found.items
        ]
    )


def _media_bytes(path: Path) -> bytes:
    return _bytes(path, _LIMITS.max_bytes)


def _bytes(path: Path, most: int) -> bytes:
    """The file's bytes, looking at its size before reading it."""
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


def _bank_or_exit(path: Path, *, as_json: bool) -> Bank:
    with _failing(path, as_json=as_json):
        found = read_bank(_bytes(path, _HASH_LIST_BYTES))
    return found if found.name else replace(found, name=path.stem)


@contextmanager
def _failing(path: Path, *, as_json: bool) -> Generator[None]:
    """Tell the failure of a whole command and end it."""
    try:
        yield
    except AnsimError as error:
        _tell_failure(str(path), error, as_json=as_json)
    except OSError:
        _tell_failure(str(path), FolderUnwritable(), as_json=as_json)
    else:
        return
    raise typer.Exit(1)


def _tell_failure(name: str, error: AnsimError, *, as_json: bool) -> None:
    sentence = error.sentence(language.current())
    if as_json:
        _print_json({"path": name, "error": sentence})
    else:
        typer.echo(f"{name}: {sentence}", err=True)


def _show(found: Bank, path: Path, *, as_json: bool) -> None:
    items = found.items
    facts: dict[str, object] = {
        "path": str(path),
        "name": found.name,
        "owner": found.owner,
        "purpose": found.purpose,
        "terms": found.terms,
        "origin": found.origin,
        "items": len(items),
        "pictures": sum(item.kind == "picture" for item in items),
        "videos": sum(item.kind == "video" for item in items),
        "with_pdq": sum(bool(item.pdq) for item in items),
        "with_sha256": sum(bool(item.sha256) for item in items),
    }
    if as_json:
        _print_json(facts)
        return
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, str(value))
    Console().print(table)


def _print_json(record: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _watched(items: list[T], clock: Callable[[], float] = time.monotonic) -> Iterator[T]:
    """The items; once it takes longer than a moment, a progress bar on a terminal."""
    console = Console(stderr=True)
    started, bar = clock(), Progress(console=console, transient=True)
    task = bar.add_task("", total=len(items))
    shown = False
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
