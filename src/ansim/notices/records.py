"""The dated records of the engine: regimes, recipients, legal bases.

They are data (TOML beside this module) that a lawyer can read and change without code. Every
record says since when it holds, where that was read and on which day it was checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from ansim.errors import AnsimError

Text = dict[str, str]
"""One text in several languages, keyed by language code; ``ko`` and ``en`` are always there."""

Status = Literal["in_force", "enacted_not_commenced", "proposed"]
ClockKind = Literal["hours", "without_delay", "none"]
RecipientKind = Literal[
    "platform", "media_host", "host", "search", "regulator", "police", "hash_sharing"
]
PlaceType = Literal["sns", "adult", "community", "video", "search", "messenger", "hosting", "other"]
Harm = Literal["ncii", "deepfake", "csam", "personal_data"]

STATUSES: tuple[str, ...] = get_args(Status)
CLOCK_KINDS: tuple[str, ...] = get_args(ClockKind)
RECIPIENT_KINDS: tuple[str, ...] = get_args(RecipientKind)
PLACE_TYPES: tuple[str, ...] = get_args(PlaceType)
HARMS: tuple[str, ...] = get_args(Harm)


class UnknownRecipient(AnsimError):
    """No recipient has this code."""

    code = "unknown_recipient"
    sentences = {
        "en": 'There is no recipient with the code "{recipient}"; choose one of: {known}.',
        "ko": "코드가 “{recipient}”인 받는 곳이 없습니다. 다음 가운데에서 고르세요: {known}.",
    }


class UnknownRegime(AnsimError):
    """No regime has this code."""

    code = "unknown_regime"
    sentences = {
        "en": 'There is no rule with the code "{regime}"; choose one of: {known}.',
        "ko": "코드가 “{regime}”인 규정이 없습니다. 다음 가운데에서 고르세요: {known}.",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """What every record carries: when it holds and how we know."""

    effective_from: date
    effective_to: date | None = None
    status: Status
    source: str
    verified_on: date
    note: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the record holds on the day ``on`` (both ends included)."""
        ended = self.effective_to is not None and on > self.effective_to
        return self.status == "in_force" and self.effective_from <= on and not ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime(Dated):
    """A dated rule: what a notice must contain, which clock it starts, what follows.

    ``clock_hours`` is set only for the kind ``hours``. ``presumed_receipt_hours`` is the centre's
    own rule, not the law's: a notice that the recipient's mail server took, and that did not
    bounce, counts as received after so many hours. ``escalate_after_hours`` counts from receipt;
    where the law names hours it is never shorter than they are. ``waived`` names, per harm, the
    required fields that the rule does not ask for (DSA art. 16(2)(c) for child offences).
    ``escalation`` lists recipient kinds or recipient codes, next first.
    """

    code: str
    title: Text
    jurisdiction: str
    clock_kind: ClockKind
    clock_hours: int | None
    clock_start: Literal["valid_receipt"]
    presumed_receipt_hours: int
    escalate_after_hours: int
    required_fields: tuple[str, ...]
    waived: Mapping[str, tuple[str, ...]]
    names_person: bool
    letter: str
    escalation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to reach a recipient; for now SMTP, so ``address`` is a mail address."""

    channel: Literal["smtp"]
    address: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Dated):
    """Someone who can take material down, hide it, or act against it.

    ``domains`` match a host name by whole labels from the right; for the kind ``host`` they are
    the domains that it hosts. ``outage`` says in words that the recipient cannot act for now.
    """

    code: str
    name: Text
    kind: RecipientKind
    domains: tuple[str, ...]
    routes: tuple[Route, ...]
    regime: str
    channel_type: PlaceType
    outage: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis(Dated):
    """A rule that lets the centre ask without the person's own request or consent."""

    code: str
    title: Text


def in_language(text: Mapping[str, str], language: str) -> str:
    """``text`` in ``language``; English where that language is missing."""
    return text.get(language) or text["en"]
