"""``ansim demo``: the whole centre with a small internet of its own."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ansim.cli.site import BadConfiguration, fail
from ansim.errors import AnsimError

if TYPE_CHECKING:
    from ansim.demo.stage import Stage


class NotInProduction(AnsimError):
    """A demo was asked for where real cases are kept."""

    code = "not_in_production"
    sentences = {
        "en": "The demo does not run with ANSIM_MODE=production. Unset ANSIM_MODE first.",
        "ko": "ANSIM_MODE=production에서는 시연을 하지 않습니다. 먼저 ANSIM_MODE를 지워 주세요.",
    }


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Play the story without a browser and print it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    kills: Annotated[
        int, typer.Option(help="With --once: end the worker with SIGKILL so many times.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Which story.")] = 1,
    port: Annotated[int, typer.Option(help="The port of the web site.")] = 8000,
) -> None:
    """Start a sandbox internet, a centre with people in it, and the web site.

    Nothing leaves this machine. Without ANSIM_HOME the data lie in a temporary folder.

    Example: ansim demo --once --json --seed 3
    """
    if os.environ.get("ANSIM_MODE") == "production":
        fail(NotInProduction(), 2)
    from django.core.exceptions import ImproperlyConfigured

    named = os.environ.get("ANSIM_HOME")
    try:
        if named:
            _run(Path(named).resolve(), once=once, as_json=as_json, seed=seed, port=port, kills=kills)
        else:
            with tempfile.TemporaryDirectory(prefix="ansim-demo-") as folder:
                _run(Path(folder), once=once, as_json=as_json, seed=seed, port=port, kills=kills)
    except AnsimError as error:
        fail(error)
    except ImproperlyConfigured as error:
        fail(BadConfiguration(said=str(error)), 2)


def _run(
    home: Path, *, once: bool, as_json: bool, seed: int, port: int, kills: int
) -> None:
    from ansim.demo.stage import raise_stage

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    stage = raise_stage(seed, home)
    try:
        if once:
            _play(stage, as_json=as_json, kills=kills)
        else:
            from ansim.demo.live import run_live

            run_live(stage, port=port)
    finally:
        stage.stop()


def _play(stage: "Stage", *, as_json: bool, kills: int) -> None:
    from ansim.demo.ordeal import Killer
    from ansim.demo.scoring import summarise
    from ansim.demo.story import Story

    stage.start_worker()
    killer = Killer(stage, kills, stage.internet.seed)
    killer.start()
    told = Story(stage).play()
    killer.stop()
    summary = summarise(stage, told, kills=killer.done).to_json()
    if as_json:
        typer.echo(json.dumps(summary))
        return
    for name, value in summary.items():
        typer.echo(f"{name:28} {value}")
