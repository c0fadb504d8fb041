"""``ansim sweep``: which pictures in these archives and folders do the banks have?"""

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Annotated, Final, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ansim import __version__
from ansim.cli import language
from ansim.cli.banks import open_any
from ansim.cli.decoding import LIMITS, cores
from ansim.cli.terminal import (
    AsJson,
    failing,
    json_line,
    print_json,
    say,
    shown,
    tell_failure,
)
from ansim.errors import AnsimError
from ansim.matching import RADIUS
from ansim.matching.bankfile import BankFile
from ansim.matching.bankfile_search import BankIndex
from ansim.sweeping import Coordinator, Counts, Hit, Settings, Told, measure, plan
from ansim.sweeping.engines import Engine
from ansim.sweeping.errors import OutUnwritable
from ansim.sweeping.local import LocalEngine
from ansim.sweeping.parts import Part, Result, key_of
from ansim.sweeping.planning import RANGE, fingerprint_of
from ansim.sweeping.state import State
from ansim.sweeping.troubles import error_of

_STOPPED: Final = 130
_LARGEST_RADIUS: Final = 255
_NOTE: Final = (
    "The addresses in this file are working data about possible victims: keep it as closely as "
    "the bank itself, and delete it when it has been dealt with."
)


Inputs = Annotated[
    list[Path],
    typer.Argument(
        help="WARC files (.warc, .warc.gz, .warc.zst), pictures, videos, or folders of them.",
        metavar="ARCHIVE_OR_FOLDER...",
    ),
]
BankFiles = Annotated[
    list[Path],
    typer.Option("--bank", help="A bank: .bank, .csv or .jsonl. May be given several times."),
]
EngineName = Annotated[
    Literal["local", "ray"],
    typer.Option(help="Processes of this machine, or a Ray cluster (extra 'ray')."),
]
Workers = Annotated[
    int, typer.Option(min=0, max=4096, help="Workers at once; 0: one for each core.")
]
RayAddress = Annotated[
    str, typer.Option(help="A running cluster, such as auto; without it one is started here.")
]
Radius = Annotated[
    int, typer.Option(min=0, max=_LARGEST_RADIUS, help="Bits that may differ, of 256.")
]
Cropped = Annotated[
    bool,
    typer.Option(
        "--cropped", help='Guess at copies with a strip cut off, too; such hits say "guessed".'
    ),
]
Out = Annotated[Path | None, typer.Option(help="Write what is found to this file, as JSON lines.")]
Resume = Annotated[
    bool,
    typer.Option("--resume/--fresh", help="Go on where the same sweep was stopped, or not."),
]
StateFolder = Annotated[
    Path | None, typer.Option(help="The folder that remembers what of a sweep is done.")
]


def sweep(
    inputs: Inputs,
    bank_files: BankFiles,
    engine: EngineName = "local",
    workers: Workers = 0,
    ray_address: RayAddress = "",
    radius: Radius = RADIUS,
    cropped: Cropped = False,
    out: Out = None,
    resume: Resume = True,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Hash and match every picture and video inside WARC files and folders.

    Nothing of a picture is written to disk. A sweep that was stopped or killed goes on where it
    was; the result is the same as of one that never stopped. Damaged archives are read as far as
    they can be, and named. Exit status 0: everything was looked at; 1: some of it could not be.

    Example: ansim sweep --bank hunted.bank --json crawl-2026.warc.gz pictures/
    """
    if ray_address and engine != "ray":
        raise typer.BadParameter("--ray-address needs --engine ray")
    names = [_name_of(path, as_json=as_json) for path in bank_files]
    opening = partial(open_banks, tuple(str(path.absolute()) for path in bank_files))
    settings = Settings(opening, str(Path.cwd()), radius, LIMITS, cropped)
    report = _Report(names, radius, as_json=as_json)
    try:
        name = _sweep_name(inputs, bank_files, radius, cropped=cropped)
        _require_free(out, [*inputs, *bank_files])
        with State(state or _state_folder(), name, fresh=not resume) as kept:
            _say_what_is_done(len(kept))
            with (
                _out(out, names, radius) as report.file,
                _watched(measure(inputs)) as told,
                _engine(engine, settings, workers, ray_address) as work,
            ):
                for one in Coordinator(plan(inputs), work, kept, told).run():
                    report.tell(one)
                report.end()
            if report.complete:
                kept.remove()
    except AnsimError as error:
        tell_failure(str(out or inputs[0]), error, as_json=as_json)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        say(
            "Stopped. The same command goes on from here.",
            "멈추었습니다. 같은 명령을 다시 실행하면 이어서 합니다.",
        )
        raise typer.Exit(_STOPPED) from None
    if report.troubled:
        raise typer.Exit(1)


def open_banks(paths: tuple[str, ...]) -> list[BankIndex]:
    """The banks that a worker asks; raises what ``open_any`` raises."""
    return [BankIndex(open_any(Path(path))) for path in paths]


def _name_of(path: Path, *, as_json: bool) -> str:
    with failing(path, as_json=as_json):
        bank = open_any(path)
        about = bank.about if isinstance(bank, BankFile) else bank
        return about.name or path.stem
    raise AssertionError  # failing() ends the command


def _engine(name: str, settings: Settings, workers: int, address: str) -> Engine:
    if name == "local":
        return LocalEngine(settings, workers or cores())
    from ansim.sweeping.cluster import RayEngine

    return RayEngine(settings, workers, address)


def _state_folder() -> Path:
    home = os.environ.get("ANSIM_HOME")
    if home:
        return Path(home) / "sweeps"
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "ansim" / "sweeps"


def _sweep_name(inputs: list[Path], banks: list[Path], radius: int, *, cropped: bool) -> str:
    """Names the sweep: what is asked of which inputs, by which version."""
    asked = [str(path.absolute()) for path in inputs]
    return key_of(__version__, RANGE, asked, [fingerprint_of(path) for path in banks], radius, cropped)


@dataclass(slots=True)
class _Report:
    """Tells every hit and trouble as they come, and sums up."""

    names: list[str]
    radius: int
    as_json: bool
    file: IO[str] | None = None
    counts: Counts = field(default_factory=Counts)
    hits: int = 0
    troubled: bool = False
    complete: bool = True

    def tell(self, one: Told) -> None:
        self.counts.add(one.result.counts)
        self.complete = self.complete and one.done
        # What is packed in a way that is not read was not looked at either.
        self.troubled = self.troubled or one.result.counts.packed > 0
        for trouble in one.result.troubles:
            self.troubled = True
            self._trouble(error_of(trouble).sentence(language.current()), *one.place(trouble))
        for hit in one.result.hits:
            self.hits += 1
            self._hit(one, hit)

    def end(self) -> None:
        summary: dict[str, object] = {
            **asdict(self.counts), "hits": self.hits, "banks": self.names, "radius": self.radius,
        }  # fmt: skip
        self._write({"summary": summary})
        if self.as_json and self.file is not None:
            print_json({"summary": summary})
        if not self.as_json:
            counts = self.counts
            say(
                f"Looked at {counts.media:,} pictures and videos: {self.hits:,} hits. Could not "
                f"look at {counts.unread:,}; damaged places: {counts.damaged:,}; records in an "
                f"encoding that is not read: {counts.packed:,}.",
                f"사진과 영상 {counts.media:,}개를 확인해 {self.hits:,}건이 일치했습니다. 확인하지 "
                f"못한 파일 {counts.unread:,}개, 손상된 위치 {counts.damaged:,}곳, 풀 수 없는 방식으로 "
                f"압축된 레코드 {counts.packed:,}개입니다.",
            )

    def _hit(self, one: Told, hit: Hit) -> None:
        path, offset, number = one.place(hit)
        record: dict[str, object] = {"path": path}
        if offset is not None:
            record = {"archive": path, "offset": offset, "url": one.url(hit)}
        if number:
            record["record"] = number
        record |= {
            "sha256": hit.sha256, "bank": self.names[hit.bank], "item": hit.item,
            "distance": hit.distance,
        }  # fmt: skip
        record |= {name: True for name in ("exact", "disputed", "guessed") if getattr(hit, name)}
        self._write(record)
        if not self.as_json and self.file is None:
            place = path if offset is None else f"{path}@{offset} {record['url']}"
            told = f"{place}  {hit.item}  {hit.distance}"
            told += "  disputed" * hit.disputed + "  guessed" * hit.guessed
            typer.echo(shown(told))

    def _trouble(self, error: str, path: str, offset: int | None, number: int) -> None:
        if offset is None:
            self._write({"path": path, "error": error})
        else:
            numbered = {"record": number} if number else {}
            self._write({"archive": path, "offset": offset, **numbered, "error": error})
        if not self.as_json:
            place = shown(path) + ("" if offset is None else f"@{offset}")
            typer.echo(f"{place}: {error}", err=True)

    def _write(self, record: dict[str, object]) -> None:
        if self.file is not None:
            self.file.write(json_line(record))
        elif self.as_json:
            print_json(record)


def _say_what_is_done(count: int) -> None:
    if count:
        say(
            f"Going on with this sweep: {count} parts are done already.",
            f"멈춘 작업을 이어서 합니다. {count}개 부분은 이미 끝났습니다.",
        )


def _require_free(out: Path | None, asked: list[Path]) -> None:
    """Raise OutUnwritable where the results would go to a folder, an input or a bank."""
    if out is None:
        return
    try:
        taken = (
            not out.name
            or out.is_dir()
            or any(one.exists() and out.exists() and out.samefile(one) for one in asked)
        )
    except (OSError, ValueError):
        raise OutUnwritable from None
    if taken:
        raise OutUnwritable


@contextmanager
def _out(path: Path | None, names: list[str], radius: int) -> Generator[IO[str] | None]:
    """The file of the results, under its name once it is whole. Raises OutUnwritable."""
    if path is None:
        yield None
        return
    part = path.with_name(f".{path.name}.part")
    try:
        # Made anew, so that it is nobody else's.
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError:
        raise OutUnwritable from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        about = {"banks": names, "radius": radius, "note": _NOTE}
        file.write(json_line({"sweep": about}))
        try:
            yield file
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        try:
            file.flush()
            os.fsync(handle)
            part.replace(path)
        except OSError:
            raise OutUnwritable from None


class _Pictures(ProgressColumn):
    """Pictures a second, of this run."""

    def render(self, task: Task) -> Text:
        """Such as "312 pictures/s"; nothing before the first one is done."""
        seen = int(task.fields.get("seen", 0))
        if not seen or not task.elapsed:
            return Text("")
        word = {"ko": "장/초", "en": "pictures/s"}[language.current()]
        return Text(f"{seen / task.elapsed:,.1f} {word}")


@contextmanager
def _watched(total: int) -> Generator[Callable[[Part, Result, bool], None]]:
    """What takes each part that got done; a progress bar for it on a terminal.

    ``total``: bytes of the sweep. It always takes more than a moment, because workers must start.
    """
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.percentage:>3.0f} %"), BarColumn(), DownloadColumn(), _Pictures(),
        TimeRemainingColumn(), console=console, transient=True,
        # What is piped away must not end up beside the bar.
        redirect_stdout=sys.stdout.isatty(), disable=not console.is_terminal,
    )  # fmt: skip
    task, seen = bar.add_task("", total=total, seen=0), 0

    def done(part: Part, result: Result, earlier: bool) -> None:  # noqa: FBT001 -- a callback
        nonlocal seen
        seen += 0 if earlier else result.counts.media
        bar.update(task, advance=part.size, seen=seen)

    with bar:
        yield done
