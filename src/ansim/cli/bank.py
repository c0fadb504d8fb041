"""``ansim bank``: making, changing, reading and writing banks of fingerprints."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from ansim.cli.banks import is_bank_file, open_file, read_any, server_key
from ansim.cli.decoding import Decoders
from ansim.cli.terminal import (
    AsJson,
    FileMissing,
    failing,
    files_in,
    print_json,
    say,
    tell_failure,
    watched,
)
from ansim.fingerprints import Fingerprint, NotMedia
from ansim.matching import Bank, BankItem, format_of, write_bank
from ansim.matching.bankfile import ENDING, BankFile
from ansim.matching.bankfile_changes import ACTIVE, DISPUTED, WITHDRAWN
from ansim.matching.bankfile_columns import DIGESTS, HAS_PDQ, VIDEO, Column
from ansim.matching.banks import STATES
from ansim.matching.errors import BankWrongKey
from ansim.matching.exchange import write_list
from ansim.matching.exchange_received import Received, Taken, take_in
from ansim.matching.exchange_signals import sample

app = typer.Typer(help="Sets of fingerprints and their files.", no_args_is_help=True)

Shapes = Literal["csv", "jsonl", "threatexchange", "ncmec", "vpdq"]
_SAMPLE: Final = "sample"

BankArgument = Annotated[Path, typer.Argument(help="A bank file (.bank).", metavar="BANK")]
AnyBank = Annotated[
    Path, typer.Argument(help="A bank (.bank) or a list of any shape.", metavar="BANK")
]
Keys = Annotated[list[str], typer.Argument(help="The items' keys.", metavar="KEY...")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the item.")]
By = Annotated[str, typer.Option(help="Who decided; it is kept with the item.")]


@app.command("import")
def import_bank(
    source: Annotated[
        Path,
        typer.Argument(
            help="A list in any shape, or the word 'sample' for the threatexchange library's own."
        ),
    ],
    target: Annotated[Path, typer.Argument(help="The bank: .bank, .csv or .jsonl.")],
    shape: Annotated[
        Literal["auto", "csv", "jsonl", "threatexchange", "ncmec", "vpdq"],
        typer.Option(help="The shape of the list."),
    ] = "auto",
    name: Annotated[str, typer.Option(help="What the bank is called.")] = "",
    owner: Annotated[str, typer.Option(help="Whose it is.")] = "",
    purpose: Annotated[str, typer.Option(help="What it may be used for.")] = "",
    terms: Annotated[str, typer.Option(help="Under which terms.")] = "",
    origin: Annotated[str, typer.Option(help="Where it came from.")] = "",
    sealed: Annotated[
        bool | None,
        typer.Option(
            "--sealed/--open",
            help="Encrypt a new .bank with the centre's key; as a rule where ANSIM_HOME has one.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a list of hashes line by line and write it as a bank, or bring a .bank up to date.

    Nothing is written when a line is wrong; the line and the mend are named. What cannot be used
    is counted by its kind. What was withdrawn in the bank itself stays withdrawn.

    Example: ansim bank import hashes.csv hunted.bank --name hunted --owner "Our centre"
    """
    with failing(source, as_json=as_json):
        received = _received(source, shape)
    about = {"name": name, "owner": owner, "purpose": purpose, "terms": terms, "origin": origin}
    given = {field: value for field, value in about.items() if value}
    found = replace(received, bank=_described(received.bank, given))
    with failing(target, as_json=as_json):
        if target.suffix.lower() != ENDING:
            format_of(target)
            write_bank(found.bank, target)
            facts, taken = _facts(found.bank, target), None
        else:
            facts, taken = _into_file(found, target, given, sealed=sealed)
    facts |= _told(found, taken)
    _show(facts, as_json=as_json)


@app.command("export")
def export_bank(
    source: AnyBank,
    shape: Annotated[Shapes, typer.Option("--shape", "--format", help="What to write.")] = "csv",
    to: Annotated[Path | None, typer.Option(help="A file instead of standard output.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a bank out as a list (``--json`` without ``--to`` is JSON Lines).

    What the shape cannot hold is counted on standard error. The list lies open: fingerprints are
    sensitive data.

    Example: ansim bank export hunted.bank --shape ncmec --to hunted.xml
    """
    with failing(source, as_json=as_json):
        found = read_any(source).bank
        written = write_list(found, "jsonl" if as_json and to is None else shape)
    for what, count in written.left_out.items():
        say(f"Left out: {what} ({count})", f"제외됨: {what} ({count})")
    if to is None:
        sys.stdout.write(written.text)
        return
    with failing(to, as_json=as_json), to.open("w", encoding="utf-8", newline="") as file:
        file.write(written.text)
    _show(_facts(found, to), as_json=as_json)


@app.command("info")
def info(
    source: AnyBank,
    check: Annotated[bool, typer.Option("--check", help="Check every byte of a .bank.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is in a bank; of a list, check every line.

    Example: ansim bank info hunted.bank --check
    """
    with failing(source, as_json=as_json):
        if is_bank_file(source):
            bank = open_file(source)
            if check:
                bank.verify()
            facts = _file_facts(bank)
        else:
            received = read_any(source)
            facts = _facts(received.bank, source) | _told(received, None)
    if check:
        facts["checked"] = True
    _show(facts, as_json=as_json)


@app.command("add")
def add(
    target: BankArgument,
    files: Annotated[
        list[Path],
        typer.Argument(help="Pictures, videos, or folders of them.", metavar="FILE_OR_FOLDER..."),
    ],
    label: Annotated[list[str] | None, typer.Option(help="A label for each of them.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fingerprint files and add them. Their keys come from their bytes, not from their names.

    A file that is in the bank already is passed over. Files that fail are told; the others are
    added in one transaction.

    Example: ansim bank add hunted.bank holiday.jpg --label beach
    """
    with failing(target, as_json=as_json):
        bank = open_file(target)
    counts: Counter[str] = Counter()
    found = {
        item.key: item
        for item in _items(list(files_in(files)), counts, tuple(label or ()), as_json=as_json)
    }
    fresh = [item for item in found.values() if item.key not in bank]
    with failing(target, as_json=as_json):
        if fresh:
            bank.add(fresh, now=datetime.now(UTC))
    there = len(found) - len(fresh)
    facts: dict[str, object] = {"path": str(target), "added": len(fresh), "already_there": there}
    _show(facts | {"keys": [item.key for item in fresh]}, as_json=as_json)
    if counts["failed"]:
        raise typer.Exit(1)


@app.command("withdraw")
def withdraw(
    target: BankArgument, keys: Keys, reason: Reason = "", by: By = "", as_json: AsJson = False
) -> None:
    """Withdraw items: they match no more, at once and without a rebuild.

    Their hashes leave the file with "ansim bank compact --forget-withdrawn".

    Example: ansim bank withdraw hunted.bank item-7 --reason "consent withdrawn"
    """
    _change("withdraw", target, keys, reason, by, as_json=as_json)


@app.command("dispute")
def dispute(
    target: BankArgument, keys: Keys, reason: Reason = "", by: By = "", as_json: AsJson = False
) -> None:
    """Note an opinion against items: they still match, and are marked as disputed.

    Example: ansim bank dispute hunted.bank item-7 --reason "an advertisement" --by "Partner"
    """
    _change("dispute", target, keys, reason, by, as_json=as_json)


@app.command("reinstate")
def reinstate(
    target: BankArgument, keys: Keys, reason: Reason = "", by: By = "", as_json: AsJson = False
) -> None:
    """Make withdrawn or disputed items active again.

    Example: ansim bank reinstate hunted.bank item-7 --reason "withdrawn by mistake"
    """
    _change("reinstate", target, keys, reason, by, as_json=as_json)


@app.command("compact")
def compact(
    target: BankArgument,
    forget_withdrawn: Annotated[
        bool, typer.Option("--forget-withdrawn", help="Leave withdrawn items out for good.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a bank file anew without what was replaced.

    Example: ansim bank compact hunted.bank --forget-withdrawn
    """
    with failing(target, as_json=as_json):
        bank = open_file(target)
        bank.compact(now=datetime.now(UTC), forget_withdrawn=forget_withdrawn)
    _show(_file_facts(bank), as_json=as_json)


def _received(source: Path, shape: Shapes | Literal["auto"]) -> Received:
    if str(source) == _SAMPLE and not source.exists():
        return Received(sample(), shape="threatexchange")
    if not source.exists():
        raise FileMissing
    return read_any(source, None if shape == "auto" else shape)


def _into_file(
    received: Received, target: Path, given: dict[str, str], *, sealed: bool | None
) -> tuple[dict[str, object], Taken | None]:
    """Make the bank file, or bring the one that is there up to date."""
    now, key = datetime.now(UTC), server_key()
    if target.exists():
        bank = open_file(target)
        taken = take_in(bank, received, now=now)
        if given:
            bank.describe(_described(bank.about, given), now=now)
        return _file_facts(bank), taken
    if sealed and key is None:
        raise BankWrongKey
    seal = key is not None if sealed is None else sealed
    bank = BankFile.create(target, received.bank, now=now, server_key=key, sealed=seal)
    return _file_facts(bank), None


def _described(bank: Bank, given: dict[str, str]) -> Bank:
    return Bank(**(bank.about() | given), items=bank.items)


def _items(
    found: list[tuple[Path, bool]], counts: Counter[str], labels: tuple[str, ...], *, as_json: bool
) -> Iterator[BankItem]:
    with Decoders() as decoders:
        answers = decoders.fingerprints(path for path, _ in found)
        for (path, answer), (_, walked) in zip(watched(answers, len(found)), found, strict=True):
            if isinstance(answer, Fingerprint):
                yield _item_of(answer, labels)
            elif not (walked and type(answer) is NotMedia):
                counts["failed"] += 1
                tell_failure(str(path), answer, as_json=as_json)


def _item_of(found: Fingerprint, labels: tuple[str, ...]) -> BankItem:
    return BankItem(
        key=found.sha256[:32],
        kind=found.kind,
        pdq=found.pdq,
        quality=found.quality,
        md5=found.md5,
        sha1=found.sha1,
        sha256=found.sha256,
        frames=found.frames,
        labels=labels,
    )


def _change(
    what: Literal["withdraw", "dispute", "reinstate"],
    target: Path, keys: list[str], reason: str, by: str, *, as_json: bool,
) -> None:  # fmt: skip
    with failing(target, as_json=as_json):
        bank = open_file(target)
        change = {"withdraw": bank.withdraw, "dispute": bank.dispute, "reinstate": bank.reinstate}
        change[what](keys, now=datetime.now(UTC), reason=reason, by=by)
        facts: list[dict[str, object]] = [
            {"key": item.key, "state": item.state, "since": item.since,
             "by": item.by, "reason": item.reason}
            for item in map(bank.item, keys)
        ]  # fmt: skip
    for one in facts:
        _show(one, as_json=as_json)


def _told(received: Received, taken: Taken | None) -> dict[str, object]:
    """What the import did and what it could not use."""
    told: dict[str, object] = {"shape": received.shape}
    if received.passed_over:
        told["passed_over"] = received.passed_over
    if taken is not None:
        told |= {"added": taken.added, "replaced": taken.replaced, "unchanged": taken.unchanged,
                 "withdrawn_by_owner": taken.withdrawn, "kept_withdrawn": taken.kept_withdrawn}  # fmt: skip
    elif received.withdrawn:
        told["deleted_by_owner"] = len(received.withdrawn)
    return told


def _facts(found: Bank, path: Path) -> dict[str, object]:
    items = found.items
    return {
        "path": str(path),
        **found.about(),
        "items": len(items),
        "pictures": sum(item.kind == "picture" for item in items),
        "videos": sum(item.kind == "video" for item in items),
        "with_pdq": sum(bool(item.pdq) for item in items),
        "with_sha256": sum(bool(item.sha256) for item in items),
        **{state: sum(item.state == state for item in items) for state in STATES},
    }


def _file_facts(bank: BankFile) -> dict[str, object]:
    """The same of a bank file, counted in its columns."""
    kept = bank.states <= DISPUTED
    columns = [segment.column(Column.FLAGS) for segment in bank.segments]
    flags = np.concatenate([np.empty(0, np.uint8), *columns])[kept]
    states = bank.states[kept]
    counted = {"active": ACTIVE, "withdrawn": WITHDRAWN, "opinion_against": DISPUTED}
    return {
        "path": str(bank.path),
        **bank.about.about(),
        "items": len(flags),
        "pictures": int(np.count_nonzero(flags & VIDEO == 0)),
        "videos": int(np.count_nonzero(flags & VIDEO)),
        "with_pdq": int(np.count_nonzero(flags & HAS_PDQ)),
        "with_sha256": int(np.count_nonzero(flags & DIGESTS["sha256"][1])),
        **{name: int(np.count_nonzero(states == state)) for name, state in counted.items()},
        "version": bank.version,
        "changed": datetime.fromtimestamp(bank.committed_at, UTC).isoformat(timespec="seconds"),
        "sealed": bank.sealed,
        "bank_id": bank.bank_id,
    }


def _show(facts: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    table = Table(show_header=False)
    for name, value in facts.items():
        table.add_row(name, str(value))
    Console().print(table)
