"""What the ledger's pages tell of the world outside: recipients by name, what left, what comes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ansim.centre import outside
from ansim.centre.cases.consents import PurposeLine, purpose_lines
from ansim.centre.cases.covering import covering_of, kind_scope
from ansim.centre.cases.models import Case, Consent, Disclosure
from ansim.centre.removal import sharing, words
from ansim.centre.removal.drafting import PURPOSE_OF_KIND
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.queries import recipient_of
from ansim.centre.shell.context import in_language

# Purposes that reach several kinds of recipients, so that the kind can be decided on.
KINDS_OF = {"notify": ("platform", "media_host", "host")}


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One kind of recipient, or one by name: whether it is allowed now."""

    scope: str
    name: str
    allowed: bool
    is_kind: bool


@dataclass(frozen=True, slots=True)
class LeftLine:
    """Something that left and cannot be called back: to whom, when, and which kinds of facts."""

    name: str
    at: datetime
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SharedList:
    """A list of fingerprints that was handed over, and how far its recall has come."""

    row: HashList
    name: str
    recall: HashList | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A purpose with what pages show beside it."""

    line: PurposeLine
    scopes: tuple[ScopeLine, ...]
    left: tuple[LeftLine, ...]


def scope_name(scope: str) -> str:
    """A kind of recipient in words, or a recipient's name; the code of one that is no more."""
    kind = scope.removeprefix("kind:")
    if kind != scope:
        return str(words.KINDS.get(kind, kind))
    recipient = recipient_of(scope)
    return scope if recipient is None else in_language(recipient.name)


def ledger_lines(case: Case, now: datetime) -> list[LedgerLine]:
    """Every purpose with its recipients and what has left under it."""
    answers = list(case.consents.all())
    left = list(case.disclosures.all())
    return [
        LedgerLine(
            line,
            tuple(_scopes(case, line.words.purpose, answers, now)),
            left_lines(one for one in left if one.purpose == line.words.purpose),
        )
        for line in purpose_lines(case, now)
    ]


def left_lines(rows: Iterable[Disclosure]) -> tuple[LeftLine, ...]:
    """What left, newest first."""
    ordered = sorted(rows, key=lambda one: one.at, reverse=True)
    return tuple(LeftLine(scope_name(one.recipient), one.at, tuple(one.facts)) for one in ordered)


def _scopes(
    case: Case, purpose: str, answers: list[Consent], now: datetime
) -> Iterable[ScopeLine]:
    for kind in KINDS_OF.get(purpose, ()):
        covered = covering_of(answers, purpose, "", kind, now) is not None
        yield ScopeLine(kind_scope(kind), scope_name(kind_scope(kind)), covered, is_kind=True)
    for code, kind in known_recipients(case, purpose, answers):
        covered = covering_of(answers, purpose, code, kind, now) is not None
        yield ScopeLine(code, scope_name(code), covered, is_kind=False)


def known_recipients(
    case: Case, purpose: str, answers: Iterable[Consent]
) -> list[tuple[str, str]]:
    """(code, kind) of everybody whom this purpose may reach or reached in this case, by name."""
    kinds = [kind for kind, one in PURPOSE_OF_KIND.items() if one == purpose]
    asked = Request.objects.filter(sighting__case=case, recipient_kind__in=kinds)
    found = set(asked.exclude(recipient="").values_list("recipient", "recipient_kind"))
    if purpose == "share_hashes":
        found |= {(one.code, one.kind) for one in sharing.recipients()}
    known = {one.code: one.kind for one in outside.registry().recipients}
    for one in answers:
        if one.purpose == purpose and one.recipient in known:
            found.add((one.recipient, known[one.recipient]))
    return sorted(found, key=lambda pair: scope_name(pair[0]))


def scopes_of(case: Case, purpose: str) -> set[str]:
    """The scopes that somebody may choose for a purpose on its pages."""
    kinds = {kind_scope(kind) for kind in KINDS_OF.get(purpose, ())}
    people = known_recipients(case, purpose, case.consents.all())
    return {"", *kinds, *(code for code, _ in people)}


def shared_lists(case: Case) -> list[SharedList]:
    """Lists of fingerprints of a case, in the order in which they were drafted."""
    rows = case.hash_lists.filter(kind=HashList.Kind.SHARE).select_related("recall")
    return [
        SharedList(one, scope_name(one.recipient), getattr(one, "recall", None)) for one in rows
    ]
