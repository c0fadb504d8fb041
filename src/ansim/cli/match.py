"""``ansim match``: which items of which banks do these pictures, videos or hashes resemble?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ansim.cli.banks import is_bank_file, open_any, open_file
from ansim.cli.decoding import LIMITS, Decoders
from ansim.cli.terminal import (
    AsJson,
    failing,
    files_in,
    print_json,
    read_bytes,
    say,
    tell_failure,
    watched,
)
from ansim.errors import AnsimError
from ansim.fingerprints import NotMedia, TooManyBytes
from ansim.matching import RADIUS, MalformedHash, is_pdq
from ansim.matching.bankfile import BankFile
from ansim.matching.bankfile_search import BankIndex, BankMatch

_STOPPED = 130
_HASH_LIST_BYTES = 256 * 1024 * 1024
_LARGEST_RADIUS = 255

Found = tuple[str, BankMatch]


def match(
    queries: Annotated[
        list[str],
        typer.Argument(
            help="Pictures, videos, folders of them, hashes of 64 hex digits, text files with one "
            "hash a line, or .bank files.",
            metavar="QUERY...",
        ),
    ],
    bank_files: Annotated[
        list[Path],
        typer.Option("--bank", help="A bank: .bank, .csv or .jsonl. May be given several times."),
    ],
    radius: Annotated[
        int, typer.Option(min=0, max=_LARGEST_RADIUS, help="Bits that may differ, of 256.")
    ] = RADIUS,
    as_json: AsJson = False,
) -> None:
    """Find every item of one or more banks that the queries resemble, exactly.

    Withdrawn items never match. An item with an opinion against it is marked "disputed".
    Exit status 0: something matched and every query could be read; 1 otherwise.

    Example: ansim match --bank hunted.bank --json found.jpg
    """
    indexes = [_index(path, as_json=as_json) for path in bank_files]
    several = len(indexes) > 1
    failed, matched = False, False
    table = Table("query", "item", "distance", *(["bank"] if several else []), "")
    asked = list(_asked(queries))
    try:
        with Decoders(1) as decoders:
            for query, walked in watched(asked, len(asked)):
                try:
                    for name, hit in _search(query, indexes, decoders, radius):
                        matched = True
                        _show(name, hit, table, several=several, as_json=as_json)
                except AnsimError as error:
                    if walked and type(error) is NotMedia:
                        continue
                    failed = True
                    tell_failure(query, error, as_json=as_json)
    except KeyboardInterrupt:
        say("Stopped.", "멈추었습니다.")
        raise typer.Exit(_STOPPED) from None
    if table.row_count:
        Console().print(table)
    if failed or not matched:
        raise typer.Exit(1)


def _index(path: Path, *, as_json: bool) -> BankIndex:
    with failing(path, as_json=as_json):
        bank = open_any(path)
        about = bank.about if isinstance(bank, BankFile) else bank
        return BankIndex(bank, about.name or path.stem)
    raise AssertionError  # failing() ends the command


def _asked(queries: list[str]) -> Iterator[tuple[str, bool]]:
    """Hashes as they are; files, those of folders too, and whether they were found in one."""
    for query in queries:
        if is_pdq(query):
            yield query, False
        else:
            yield from ((str(path), walked) for path, walked in files_in([Path(query)]))


def _search(
    query: str, indexes: list[BankIndex], decoders: Decoders, radius: int
) -> Iterator[Found]:
    if is_pdq(query):
        yield from _of_hashes([query], indexes, radius)
        return
    path = Path(query)
    data = b"" if path.is_dir() else read_bytes(path, max(_HASH_LIST_BYTES, LIMITS.max_bytes))
    if is_bank_file(path):
        bank = open_file(path)
        for item in bank.items():
            if item.state != "withdrawn":
                named = [item.pdq, *(frame.pdq for frame in item.frames)]
                hashes = list(dict.fromkeys(digits for digits in named if digits))
                best = {
                    hit.key: hit for _, hit in reversed(list(_of_hashes(hashes, indexes, radius)))
                }
                yield from ((item.key, hit) for hit in best.values())
        return
    try:
        found = decoders.of_bytes(data)
    except (NotMedia, TooManyBytes) as error:
        yield from _of_hashes(_hash_list(data, error), indexes, radius)
    else:
        hits = [hit for index in indexes for hit in index.match(found, radius)]
        yield from ((query, hit) for hit in sorted(hits, key=_rank))


def _of_hashes(hashes: list[str], indexes: list[BankIndex], radius: int) -> Iterator[Found]:
    hits = [hit for index in indexes for hit in index.search_hashes(hashes, radius)]
    for hit in sorted(hits, key=lambda hit: (hit.query, *_rank(hit))):
        yield hashes[hit.query], hit


def _rank(hit: BankMatch) -> tuple[bool, int]:
    return (not hit.exact, hit.distance)


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


def _show(name: str, hit: BankMatch, table: Table, *, several: bool, as_json: bool) -> None:
    if not as_json:
        bank = [hit.bank] if several else []
        table.add_row(name, hit.key, str(hit.distance), *bank, "disputed" if hit.disputed else "")
        return
    record: dict[str, object] = {"query": name, "item": hit.key, "distance": hit.distance}
    if several:
        record["bank"] = hit.bank
    if hit.disputed:
        record["disputed"] = True
    print_json(record)
