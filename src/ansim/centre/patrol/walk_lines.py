"""Walks through a target in words: how far one is, how it ended, and the usual size of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext

from ansim.centre.patrol import words
from ansim.centre.patrol.models import Run
from ansim.centre.patrol.queries import Averages
from ansim.centre.shell.context import in_language
from ansim.fetching.refusals import REFUSALS
from ansim.fetching.sentences import FAILURE_SENTENCES, REASON_SENTENCES
from ansim.sources import PROBLEM_SENTENCES


@dataclass(frozen=True, slots=True)
class RunLine:
    """A walk and its state in words; ``tone`` colours the state."""

    run: Run
    state: Promise | str
    tone: str


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A walk that goes on: when it began, pages so far, of how many at most, pages a minute."""

    since: datetime
    pages: int
    most: int
    a_minute: float


def run_lines(runs: Sequence[tuple[Run, bool]]) -> list[RunLine]:
    """Walks of ``queries.runs_of`` in words."""
    return [_line(run, broken=broken) for run, broken in runs]


def under_way(runs: Sequence[tuple[Run, bool]], most: int, now: datetime) -> UnderWay | None:
    """The walk that goes on now; None when there is none. ``most``: its pages at most."""
    for run, broken in runs:
        if run.finished_at is None and not broken:
            # A walk of seconds would be told as hundreds of pages a minute.
            minutes = max(1.0, (now - run.started_at).total_seconds() / 60)
            return UnderWay(run.started_at, run.pages, most, run.pages / minutes)
    return None


def usual(averages: Averages | None) -> dict[str, int] | None:
    """The averages of the last walks as whole numbers, as a sentence names them."""
    if averages is None:
        return None
    return {
        "count": averages.count,
        "pages": round(averages.pages),
        "files": round(averages.files),
        "minutes": max(1, round(averages.minutes)),
    }


def problem_words(code: str) -> str:
    """The first thing that went wrong in a walk, as a sentence; the code where none is known."""
    if code in words.PROBLEMS:
        return str(words.PROBLEMS[code])
    if code in REFUSALS:
        return in_language(REFUSALS[code].sentences)
    by_reason = {reason: told for (_, reason), told in REASON_SENTENCES.items()}
    every: dict[str, dict[str, str]] = by_reason | dict(FAILURE_SENTENCES) | PROBLEM_SENTENCES
    told = every.get(code)
    return in_language(told) if told else gettext("It stopped with “%(code)s”.") % {"code": code}


def _line(run: Run, *, broken: bool) -> RunLine:
    if run.finished_at is None:
        if broken:
            said = gettext("Broken off; the next walk goes on from there")
            return RunLine(run, said, "wait")
        return RunLine(run, pgettext("a walk", "Under way"), "info")
    if run.problem:
        return RunLine(run, problem_words(run.problem), "stop" if run.failures else "wait")
    return RunLine(run, pgettext("a walk", "Finished"), "ok")
