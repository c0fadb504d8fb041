"""What a person sees of a draft before it is sent: rows of the queue, checks beside the letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from ansim.centre import outside
from ansim.centre.removal import words
from ansim.centre.removal.drafting import PURPOSE_OF_KIND, basis_for, knows_recipient
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.letters import addresses, as_paragraphs
from ansim.centre.removal.models import Request
from ansim.centre.removal.queries import recipient_of
from ansim.centre.shell.context import in_language
from ansim.centre.shell.moments import day, lately
from ansim.notices import LegalBasis, Regime, UnknownRegime
from ansim.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """A check in words, with its tone (ok, wait, stop)."""

    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A request as a row of the queue."""

    request: Request
    label: str
    owner: str
    promise: tuple[str, str]
    filled: int
    needed: int
    missing: str
    ready: bool


@dataclass(frozen=True, slots=True)
class Review:
    """A request beside its letter: whom it goes to, on which basis, and what was checked."""

    request: Request
    row: Row
    recipient: str
    channel: str
    regime: Regime | None
    basis: str
    letter: SafeString
    hidden: int
    checks: tuple[Line, ...]


def recipient_name(request: Request) -> str:
    """The recipient's name in the reader's language."""
    recipient = recipient_of(request.recipient)
    if recipient is None:
        return request.recipient or gettext("No recipient registered")
    return in_language(recipient.name)


def regime_of(request: Request) -> Regime | None:
    """The rule that a request is made under; None while there is none."""
    try:
        return outside.registry().regime(request.regime)
    except UnknownRegime:
        return None


def owner_of(request: Request) -> str:
    """The case's spoken reference, or the bank's name."""
    sighting = request.sighting
    if sighting.case is not None:
        return sighting.case.spoken
    return "" if sighting.bank is None else sighting.bank.name


def promise_of(regime: Regime | None) -> tuple[str, str]:
    """The time that a sent request starts, in two parts: what the rule says, and from when."""
    if regime is None:
        return gettext("None yet"), ""
    if regime.clock_hours:
        hours = ngettext("%(hours)d hour", "%(hours)d hours", regime.clock_hours)
        return hours % {"hours": regime.clock_hours}, gettext("from valid receipt")
    if regime.clock_kind == "without_delay":
        return gettext("Without delay"), gettext("no number of hours")
    days = max(1, regime.escalate_after_hours // 24)
    again = ngettext("we ask again after %(days)d day", "we ask again after %(days)d days", days)
    return gettext("No time promised"), again % {"days": days}


def row_of(request: Request) -> Row:
    """A request as a row."""
    fields: list[dict[str, Any]] = request.fields
    filled = sum(bool(field["ok"]) for field in fields)
    missing = next((in_language(field["label"]) for field in fields if not field["ok"]), "")
    if not fields:
        missing = str(words.problem(request.problem)) if request.problem else ""
    return Row(
        request=request,
        label=request.sighting.label,
        owner=owner_of(request),
        promise=promise_of(regime_of(request) if request.body else None),
        filled=filled,
        needed=len(fields),
        missing=missing,
        ready=request.ready,
    )


def review_of(request: Request, *, now: datetime, shown: bool = False) -> Review:
    """A request with its letter; ``shown`` makes the addresses in it readable."""
    recipient = recipient_of(request.recipient)
    channels = [] if recipient is None else [route.channel for route in recipient.routes]
    return Review(
        request=request,
        row=row_of(request),
        recipient=recipient_name(request),
        channel=", ".join(str(words.CHANNELS.get(one, one)) for one in channels),
        regime=regime_of(request),
        basis=basis_words(request),
        letter=as_paragraphs(request.body, shown=shown),
        hidden=0 if shown else len(addresses(request.body)),
        checks=tuple(_checks(request, now)),
    )


def basis_words(request: Request) -> str:
    """What allows this sending, in words: the consent with its day, or the rule's title."""
    kind, _, code = request.basis.partition(":")
    if kind == "law":
        rule = _legal_basis(code)
        return in_language(rule.title) if rule else code
    if request.basis != "consent" or request.sighting.case is None:
        return gettext("None yet")
    purpose = PURPOSE_OF_KIND.get(request.recipient_kind, "notify")
    given = [
        consent.given_at
        for consent in request.sighting.case.consents.all()
        if consent.purpose == purpose and not consent.refused
    ]
    if not given:
        return gettext("None yet")
    return gettext("The person’s consent of %(day)s") % {"day": day(max(given))}


def _legal_basis(code: str) -> LegalBasis | None:
    return next((rule for rule in outside.registry().bases if rule.code == code), None)


def _checks(request: Request, now: datetime) -> Iterable[Line]:
    yield _fields_line(request)
    yield _basis_line(request, now)
    yield _seen_line(request)
    yield Line("ok", gettext("No picture or video is attached"))
    if request.recipient and not knows_recipient(request.recipient):
        yield Line("wait", gettext("This recipient was never written to before"))


def _fields_line(request: Request) -> Line:
    row = row_of(request)
    if row.ready:
        said = ngettext(
            "The %(count)d required field is right",
            "All %(count)d required fields are right",
            row.needed,
        )
        return Line("ok", said % {"count": row.needed})
    if not row.missing:
        return Line("stop", gettext("The letter is not ready"))
    return Line("stop", gettext("Missing: %(field)s") % {"field": row.missing})


def _basis_line(request: Request, now: datetime) -> Line:
    try:
        basis = basis_for(
            request.sighting, request.recipient_kind or "platform", now, request.recipient
        )
    except NoBasis:
        return Line("stop", gettext("No consent covers this purpose and recipient"))
    if basis == "consent":
        return Line("ok", gettext("The consent covers this purpose and recipient"))
    return Line("ok", gettext("A legal rule covers this request"))


def _seen_line(request: Request) -> Line:
    sighting = request.sighting
    at = sighting.verdict_at
    when = lately(at) if at else ""
    if sighting.matched_at is None and sighting.kind == sighting.Kind.PAGE:
        return Line("wait", gettext("No fingerprint matched: this is asked on the person’s word"))
    if sighting.verdict_code in {Verdict.GONE_CONFIRMED, Verdict.GONE_PROVISIONAL}:
        return Line("wait", gettext("%(when)s: it looked gone") % {"when": when})
    if sighting.verdict_code is Verdict.UNKNOWN:
        return Line("wait", gettext("The last look could not tell whether it is there"))
    return Line("ok", gettext("%(when)s: seen to be there") % {"when": when})


def state_word(request: Request) -> Promise:
    """The state, or the ending of a closed request."""
    if request.state == Request.State.CLOSED and request.ending:
        return words.ENDINGS[request.ending]
    return words.STATES[request.state]
