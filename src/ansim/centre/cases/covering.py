"""Which consent covers a purpose and a recipient: the one rule, asked everywhere.

A consent names a purpose and a scope: everybody of that purpose (``""``), one kind of recipient
(``kind:host``) or one named recipient of the registry (its code). The narrowest scope with an
answer decides, so that "not this one" stands beside "yes, the sites".
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Answer(Protocol):
    """What the rule reads of a consent."""

    purpose: str
    recipient: str
    refused: bool
    given_at: datetime

    def stands(self, now: datetime) -> bool:
        """Whether the answer holds at ``now``."""
        ...


A = TypeVar("A", bound=Answer)


def kind_scope(kind: str) -> str:
    """The scope of a kind of recipient; "" for no kind."""
    return f"kind:{kind}" if kind else ""


def covering_of(
    answers: Iterable[A], purpose: str, recipient: str, kind: str, now: datetime
) -> A | None:
    """The consent among ``answers`` that covers the purpose and the recipient, or None."""
    standing = [one for one in answers if one.purpose == purpose and one.stands(now)]
    for scope in dict.fromkeys((recipient, kind_scope(kind), "")):
        here = [one for one in standing if one.recipient == scope]
        if any(one.refused for one in here):
            return None
        if here:
            return max(here, key=lambda one: one.given_at)
    return None
