"""From a finished draft to a case: once, however often the button is pressed."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from ansim.centre.cases.keyring import find_receipt
from ansim.centre.intake.report import Report
from ansim.centre.intake.services import take_in
from ansim.centre.portal import limits, puzzles
from ansim.centre.portal.draft import LIFE, Draft, DraftLost, close, draft_key, open_closed
from ansim.centre.portal.forms import STEPS
from ansim.centre.portal.once import spend
from ansim.centre.portal.step_forms import LinksForm, StepForm
from ansim.centre.portal.voices import MINOR_AGES, voice_of
from ansim.errors import AnsimError

SECRET_BYTES: Final = 32
SENT: Final = "report_sent"
STANDING_OF_KIN: Final = {
    "spouse": "family", "lineal": "family", "sibling": "family", "agent": "agent",
    "other": "friend",
}  # fmt: skip
"""What a relation says about the standing where only the relation was given."""


class AlreadySent(AnsimError):
    """The draft became a case before, and this browser no longer knows its code."""

    code = "already_sent"
    sentences: ClassVar[dict[str, str]] = {
        "en": "This report was sent before, and nothing was sent again. Use the code you were "
        "shown to see it.",
        "ko": "이미 보낸 내용이라 다시 보내지 않았어요. 그때 받은 접수번호로 들어가면 볼 수 있어요.",
    }


@dataclass(frozen=True, slots=True)
class Knock:
    """From where a report comes, and the puzzle with its answer that came along."""

    address: str
    puzzle: str = ""
    answer: str = ""


def cookie_name(short: str) -> str:
    """``__Host-`` binds a cookie to this host and to https."""
    return f"__Host-ansim_{short}" if settings.SECURE else f"ansim_{short}"


def draft_secret(request: HttpRequest) -> bytes:
    """The secret of this browser's drafts.

    It is no part of the session on the server, which ends after a while without use: somebody
    who needs an hour for one page loses nothing.
    Raises DraftLost when the browser sends none.
    """
    try:
        secret = bytes.fromhex(request.COOKIES.get(cookie_name("d"), ""))
    except ValueError as error:
        raise DraftLost from error
    if len(secret) != SECRET_BYTES:
        raise DraftLost
    return secret


def new_draft_secret() -> bytes:
    """A fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def set_cookie(response: HttpResponseBase, short: str, value: str) -> None:
    """A cookie that ends with the browser, is unreadable to scripts, unsendable by other sites."""
    response.set_cookie(
        cookie_name(short), value, secure=settings.SECURE, httponly=True, samesite="Strict"
    )


def drop_cookie(response: HttpResponseBase, short: str) -> None:
    """Clear one (a __Host- cookie is cleared only by a Secure one)."""
    response.set_cookie(
        cookie_name(short), "", max_age=0, secure=settings.SECURE, httponly=True, samesite="Strict"
    )


def seal_draft(draft: Draft, secret: bytes) -> str:
    """The hidden field. Raises DraftTooLarge."""
    return draft.seal(settings.SECRETS.cookie_secret, secret)


def open_draft(field: str, secret: bytes, now: datetime) -> Draft:
    """The draft in the hidden field. Raises DraftLost, DraftExpired."""
    return Draft.open(field, settings.SECRETS.cookie_secret, secret, now=now)


def carry_code(response: HttpResponseBase, code: str, secret: bytes) -> None:
    """Give the browser the code, sealed, until it has been typed back: a reload still shows it."""
    key = draft_key(settings.SECRETS.cookie_secret, secret)
    set_cookie(response, "r", close(code.encode(), key, b"code"))


def carried_code(request: HttpRequest) -> str | None:
    """The code that this browser carries, or None."""
    try:
        key = draft_key(settings.SECRETS.cookie_secret, draft_secret(request))
        return open_closed(request.COOKIES.get(cookie_name("r"), ""), key, b"code").decode()
    except DraftLost:
        return None


def first_wrong(draft: Draft) -> tuple[int, StepForm] | None:
    """The first page whose answers do not pass, with its errors."""
    for number, step in enumerate(STEPS, start=1):
        form = step.checked(draft.answers)
        if not form.is_valid():
            return number, form
    return None


def report_of(draft: Draft, language: str) -> Report:
    """The report that a draft without wrong pages makes."""
    given: dict[str, Any] = {}
    links: list[str] = []
    for step in STEPS:
        form = step.checked(draft.answers)
        form.full_clean()
        given |= form.cleaned_data
        if isinstance(form, LinksForm):
            links = form.links()
    standing = given["standing"] or STANDING_OF_KIN.get(given["kin"], "self")
    deadline = given["deadline"]
    flags = list(given["flag"])
    if deadline is not None:
        flags.append("threat_deadline")
    if given["age"] in MINOR_AGES:
        flags.append("minor")
    contact = {name: given[name] for name in ("name", "phone", "email", "code_word")}
    return Report(
        language=language, channel="web",
        standing=standing, kin=given["kin"], age=given["age"] or "unknown",
        gender=given["gender"] or "unknown", relation=given["relation"] or "unknown",
        harms=tuple(given["harm"]), places=tuple(given["place"]), links=tuple(links),
        keywords=tuple(given["keywords"]), story=given["story"],
        contact={name: value for name, value in contact.items() if value},
        safe_contact={
            "channel": given["way"] or "portal", "hours": given["hours"],
            "voicemail": given["voicemail"],
        },
        flags=tuple(flags), threat_deadline=deadline,
        consents=tuple(given["consent"]), materials=draft.materials,
    )  # fmt: skip


def voice_of_draft(draft: Draft) -> str:
    """In which voice the next page speaks."""
    given = draft.answers
    kin = STANDING_OF_KIN.get(given.get("kin", [""])[-1], "")
    return voice_of(given.get("standing", [kin])[-1], given.get("age", [""])[-1])


def next_puzzle(now: datetime) -> str:
    """The puzzle of the page that sends."""
    return puzzles.new_puzzle("report", limits.bits_now(limits.REPORTS, now), now)


def send(
    draft: Draft, session: SessionBase, knock: Knock, *, language: str, now: datetime
) -> tuple[str, bytes]:
    """Take the report in; returns its receipt code and the private key that the code gives.

    The session remembers, under a key that only the draft itself has, which code a draft led to:
    sending the same draft again gives the same code and no second case. That memory and the case
    are written in one transaction. Where the session has ended, the draft is known to be used up.
    Raises AlreadySent, TooManyReports, DraftLost.
    """
    mark = hashlib.sha256(draft.id.encode()).hexdigest()
    key = draft_key(settings.SECRETS.cookie_secret, bytes.fromhex(draft.id))
    earlier = session.get(SENT, {})
    if mark in earlier:
        code = open_closed(earlier[mark], key, b"sent").decode()
        receipt = find_receipt(code)
        if receipt is None:
            raise DraftLost
        return code, receipt[1]
    work = puzzles.work_shown(knock.puzzle, knock.answer, "report", now)
    row = limits.begin(limits.REPORTS, knock.address, work=work, now=now)
    try:
        with transaction.atomic():
            if not spend("draft", draft.id, until=draft.issued_at + LIFE, now=now):
                raise AlreadySent
            taken = take_in(report_of(draft, language), now=now)
            session[SENT] = {**earlier, mark: close(taken.code.encode(), key, b"sent")}
            session.save()
    except (DatabaseError, AnsimError):
        limits.withdraw(row)
        raise
    return taken.code, taken.private
