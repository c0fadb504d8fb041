"""The consent ledger in the person's words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from ansim.centre.cases.consents import Event, PurposeLine
from ansim.centre.cases.models import Case, Disclosure
from ansim.centre.removal.telling import (
    LedgerLine,
    ScopeLine,
    SharedList,
    ledger_lines,
    left_lines,
    scope_name,
    shared_lists,
)
from ansim.centre.shell.moments import day, moment

FACTS: Final[Mapping[str, Promise]] = {
    "address": pgettext_lazy("portal fact", "the address"),
    "harm_kind": pgettext_lazy("portal fact", "the kind of harm"),
    "fingerprint": pgettext_lazy("portal fact", "the fingerprint"),
    "earlier_requests": pgettext_lazy("portal fact", "who was asked before"),
}
ACTS: Final[Mapping[str, Promise]] = {
    "given": pgettext_lazy("portal ledger", "%(when)s: allowed"),
    "refused": pgettext_lazy("portal ledger", "%(when)s: not to %(whom)s"),
    "withdrawn": pgettext_lazy("portal ledger", "%(when)s: taken back"),
    "lifted": pgettext_lazy("portal ledger", "%(when)s: “not to %(whom)s” taken back"),
    "expired": pgettext_lazy("portal ledger", "%(when)s: its time was over"),
}
BY: Final[Mapping[str, Promise]] = {
    "portal": pgettext_lazy("portal ledger", "on these pages"),
    "telephone": pgettext_lazy("portal ledger", "on the telephone; the centre wrote it down"),
    "in_person": pgettext_lazy("portal ledger", "at the centre; the centre wrote it down"),
    "letter": pgettext_lazy("portal ledger", "in writing; the centre wrote it down"),
    "file": pgettext_lazy("portal ledger", "handed over by another agency"),
}
PROXIES: Final[Mapping[str, Promise]] = {
    "family": pgettext_lazy("portal ledger", "said by a family member"),
    "agent": pgettext_lazy("portal ledger", "said by the chosen agent"),
    "friend": pgettext_lazy("portal ledger", "said by someone close"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One purpose on the page: its words, its state in a sentence, and what belongs to it."""

    purpose: str
    title: str
    text: str
    stands: bool
    decided: bool
    over: bool
    state: str
    kinds: tuple[ScopeLine, ...]
    named: tuple[ScopeLine, ...]
    history: tuple[str, ...]
    older: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """One list that was handed over: to whom and when, and how its recall stands."""

    handed: str
    back: str
    tone: str


def consent_lines(case: Case, now: datetime) -> list[Line]:
    """Every purpose, in the order of the wording."""
    return [_line(one) for one in ledger_lines(case, now)]


def _line(told: LedgerLine) -> Line:
    line = told.line
    return Line(
        purpose=line.words.purpose,
        title=line.words.title,
        text=line.words.text,
        stands=line.row.stands,
        decided=line.row.at is not None,
        over=bool(line.events) and line.events[0].act == "expired" and not line.row.stands,
        state=_state(line),
        kinds=tuple(one for one in told.scopes if one.is_kind),
        named=tuple(one for one in told.scopes if not one.is_kind),
        history=tuple(_event(event) for event in line.events),
        older=tuple(_older(line)),
        left=tuple(_left(one.name, one.at, one.facts) for one in told.left),
    )


def _state(line: PurposeLine) -> str:
    row = line.row
    if row.at is None:
        return ""
    if not row.stands:
        over = line.events[0].act == "expired"
        said = pgettext("portal", "Its time was over on %(moment)s")
        said = said if over else pgettext("portal", "Taken back on %(moment)s")
        return said % {"moment": moment(row.at)}
    said = pgettext("portal", "Allowed on %(moment)s") % {"moment": moment(row.at)}
    if row.until is None:
        return said
    return said + " · " + pgettext("portal", "until %(day)s") % {"day": day(row.until)}


def _event(event: Event) -> str:
    parts = [str(ACTS[event.act]) % {"when": moment(event.at), "whom": scope_name(event.scope)}]
    if event.scope and event.act in {"given", "withdrawn", "expired"}:
        parts.append(scope_name(event.scope))
    if event.by and event.by in PROXIES:
        parts.append(str(PROXIES[event.by]))
    if event.how:
        parts.append(str(BY.get(event.how, event.how)))
    return " · ".join(parts)


def _older(line: PurposeLine) -> Iterable[str]:
    """The words of earlier versions in which this was allowed, where they were others."""
    shown = {line.words.text}
    for event in line.events:
        if event.words is not None and event.words.text not in shown:
            shown.add(event.words.text)
            yield event.words.text


def _left(name: str, at: datetime, facts: Iterable[str]) -> str:
    kinds = ", ".join(str(FACTS.get(one, one)) for one in facts)
    return pgettext("portal", "%(moment)s, to %(name)s: %(facts)s") % {
        "moment": moment(at), "name": name, "facts": kinds,
    }  # fmt: skip


def left_words(rows: Iterable[Disclosure]) -> list[str]:
    """What left and cannot be called back, a sentence each, newest first."""
    return [_left(one.name, one.at, one.facts) for one in left_lines(rows)]


def shared_words(case: Case) -> list[Shared]:
    """Lists of fingerprints that left, with the state of their recall."""
    return [_shared(one) for one in shared_lists(case) if one.row.sent_at is not None]


def _shared(shared: SharedList) -> Shared:
    handed = pgettext("portal", "%(moment)s, to %(name)s") % {
        "moment": moment(shared.row.sent_at or shared.row.drafted_at), "name": shared.name,
    }  # fmt: skip
    recall = shared.recall
    if recall is None:
        return Shared(handed, "", "mute")
    if recall.state == "closed" and recall.closed_at is not None:
        said = pgettext("portal", "They told us on %(moment)s that they deleted it.")
        return Shared(handed, said % {"moment": moment(recall.closed_at)}, "ok")
    if recall.sent_at is None:
        return Shared(handed, pgettext("portal", "We are about to ask for it back."), "wait")
    said = pgettext("portal", "We asked for it back on %(moment)s.")
    if recall.received_at is not None:
        said = pgettext("portal", "We asked for it back on %(moment)s, and they have our letter.")
    return Shared(handed, said % {"moment": moment(recall.sent_at)}, "info")
