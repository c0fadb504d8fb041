"""``ansim check``: one guarded look at each link, and what one look can say."""

import json as jsonlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from ansim.cli import language as reader
from ansim.cli.terminal import watched
from ansim.fetching import Door, FetchPolicy, Observation, production_policy
from ansim.fetching.confined import Decoder
from ansim.fetching.crew import Crew, Job, Looked
from ansim.fetching.resolving import MalformedNameServer
from ansim.verdicts import Judgement, Round, View, judge

NO = 1
BAD_USAGE = 2
WORKERS = 8
# An answer of the world, even when it is that the name does not exist.
_TOLD = ("answered", "name_not_found")


def check(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="Links to look at.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    facts: Annotated[
        bool, typer.Option("--facts", help="With --json: also the whole observation.")
    ] = False,
) -> None:
    """Open each link once, safely, and say whether it looks present, gone or unknown.

    One look proves little: it never confirms that a page is gone. Nothing of what is seen is kept.
    Exit status 1: a link was refused, or a look at it failed.

    Example: ansim check https://example.com/post/1 --json --facts
    """
    failed = False
    try:
        policy = production_policy()
    except MalformedNameServer as error:
        typer.echo(error.sentence(reader.current()), err=True)
        raise typer.Exit(BAD_USAGE) from error
    for observation, judgement in look_at(urls, policy, show_progress=not json):
        failed = failed or observation.outcome not in _TOLD
        told = _as_json(observation, judgement, facts=facts) if json else ""
        typer.echo(told or _as_text(observation, judgement))
    if failed:
        raise typer.Exit(NO)


def look_at(
    urls: Sequence[str], policy: FetchPolicy, *, show_progress: bool = False
) -> Iterator[tuple[Observation, Judgement]]:
    """One look at each link from the policy's first vantage point, with its judgement.

    Several hosts are looked at together, each as often as is polite; the order is that of ``urls``.
    """
    place = policy.vantages[0]
    with (
        Decoder() as decoder,
        closing(Door(policy, decoder.fingerprint, now=lambda: datetime.now(UTC))) as door,
    ):
        jobs = (Job(url, place.name, key=number) for number, url in enumerate(urls))
        seen = in_order(Crew(door, WORKERS).run(jobs))
        looks = watched(seen, len(urls)) if show_progress else seen
        for one in looks:
            # With nothing hunted there is nothing to compare: no media view, so never "replaced".
            view = View(place.name, place.country, one)
            yield one, judge([Round(one.at, (view,))], home_country=place.country)


def in_order(looked: Iterable[Looked]) -> Iterator[Observation]:
    """Looks as they were asked for (keys 0, 1, 2 …); what is done early waits for its turn."""
    early: dict[object, Observation] = {}
    turn = 0
    for one in looked:
        early[one.job.key] = one.observation
        while turn in early:
            yield early.pop(turn)
            turn += 1


def _as_json(seen: Observation, judgement: Judgement, *, facts: bool) -> str:
    language = reader.current()
    told: dict[str, object] = {
        "url": seen.url,
        "verdict": judgement.verdict.value,
        "reasons": [reason.sentence(language) for reason in judgement.reasons],
        "refused": seen.refusal_sentence(language) if seen.outcome == "refused" else None,
    }
    if facts:
        told["observation"] = seen.to_json() | {"failure": seen.refusal_sentence(language) or None}
    return jsonlib.dumps(told, ensure_ascii=False)


def _as_text(seen: Observation, judgement: Judgement) -> str:
    language = reader.current()
    # The link is echoed, and a terminal obeys control characters.
    shown = "".join(letter if letter.isprintable() else "?" for letter in seen.url)
    if seen.outcome == "refused":
        return f"{shown}: {seen.refusal_sentence(language)}"
    reasons = " ".join(reason.sentence(language) for reason in judgement.reasons)
    return f"{shown}: {judgement.verdict.value}: {reasons}"
