"""``ansim fingerprint``: pictures and videos to fingerprints."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from ansim.cli.decoding import LIMITS, Decoders, cores
from ansim.cli.terminal import (
    AsJson,
    NothingHere,
    files_in,
    print_json,
    say,
    tell_failure,
    watched,
)
from ansim.fingerprints import Fingerprint, NotMedia

_STOPPED = 130


def fingerprint(
    files: Annotated[
        list[Path],
        typer.Argument(help="Pictures, videos, or folders of them.", metavar="FILE_OR_FOLDER..."),
    ],
    recursive: Annotated[bool, typer.Option(help="Also take the folders inside a folder.")] = True,
    jobs: Annotated[
        int, typer.Option(min=0, max=256, help="Files decoded at once; 0: one for each core.")
    ] = 0,
    videos: Annotated[
        Literal["second", "every", "key"],
        typer.Option(help="Frames of a video: one a second, every one, or key frames alone."),
    ] = "second",
    as_json: AsJson = False,
) -> None:
    """Fingerprint pictures and videos: PDQ, quality and file digests.

    Each file is decoded in a confined process and nothing of it is kept. Results come in the
    order of the files. In folders, what is neither picture nor video is passed over and counted.

    Example: ansim fingerprint --json holiday.jpg clip.mp4 archive/
    """
    found = list(files_in(files, recursive=recursive))
    empty = [path for path in files if path.is_dir() and not any(files_in([path]))]
    for path in empty:
        tell_failure(str(path), NothingHere(), as_json=as_json)
    failed, passed = bool(empty), 0
    table = Table("path", "kind", "quality", "pdq", "frames")
    table.columns[3].overflow = "fold"
    try:
        limits = replace(LIMITS, video_sampling=videos)
        with Decoders(min(jobs or cores(), len(found)) or 1, limits) as decoders:
            answers = decoders.fingerprints(path for path, _ in found)
            for (path, answer), (_, walked) in zip(
                watched(answers, len(found)), found, strict=True
            ):
                if isinstance(answer, Fingerprint):
                    _show(path, answer, table, as_json=as_json)
                elif walked and type(answer) is NotMedia:
                    passed += 1
                else:
                    failed = True
                    tell_failure(str(path), answer, as_json=as_json)
    except KeyboardInterrupt:
        say("Stopped.", "멈추었습니다.")
        raise typer.Exit(_STOPPED) from None
    if table.row_count:
        Console().print(table)
    if passed:
        say(
            f"Passed over {passed} files that are neither pictures nor videos.",
            f"사진도 영상도 아닌 파일 {passed}개를 지나쳤습니다.",
        )
    if failed:
        raise typer.Exit(1)


def _show(path: Path, found: Fingerprint, table: Table, *, as_json: bool) -> None:
    if as_json:
        print_json({"path": str(path), **found.to_json()})
    else:
        frames = str(len(found.frames) or "-")
        table.add_row(str(path), found.kind, str(found.quality), found.pdq, frames)
