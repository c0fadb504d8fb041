"""Every write to a case. Each one that changes or reveals something writes custody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction

from ansim.centre.cases import keyring, ledger
from ansim.centre.cases.errors import EmptyText, KeyNotHeld, SearchNotAllowed, UnknownCode
from ansim.centre.cases.models import (
    Case,
    CaseHarm,
    CaseMembership,
    Consent,
    KeyWrap,
    Message,
    Note,
)
from ansim.centre.cases.references import new_reference
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.custody.services import record
from ansim.vault import CaseKey, ReceiptKeys

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

# How somebody said yes, by the way in which the report came.
HOW_OF_CHANNEL = {
    "web": "portal", "phone": "telephone", "walk_in": "in_person", "partner": "letter",
    "import": "file",
}  # fmt: skip


# Of how the person may be reached, what is not who they are: a rule of safe contact.
NOT_IDENTITY = frozenset({"hours"})


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What a new case is opened with. Story and contact are sealed at once."""

    language: str
    channel: str
    standing: str = "self"
    age: str = "unknown"
    gender: str = "unknown"
    relation: str = "unknown"
    harms: Sequence[str] = ()
    places: Sequence[str] = ()
    flags: Sequence[str] = ()
    threat_deadline: datetime | None = None
    keywords: Sequence[str] = ()
    story: str = ""
    contact: dict[str, str] = field(default_factory=dict)
    safe_contact: dict[str, object] = field(default_factory=dict)
    consents: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A message, opened."""

    id: UUID
    at: datetime
    from_person: bool
    author: "Staff | None"
    text: str


@dataclass(frozen=True, slots=True)
class ReadNote:
    """A note, opened."""

    id: UUID
    at: datetime
    author: "Staff | None"
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """What the person told, opened."""

    story: str
    contact: dict[str, str]


def require_codes(name: str, values: Iterable[str]) -> None:
    """Raise UnknownCode for the first value that the taxonomy's list does not have."""
    known = taxonomy().codes(name)
    for value in values:
        if value not in known:
            raise UnknownCode(value=value, name=name, choices=", ".join(known))


@transaction.atomic
def open_case(
    facts: CaseFacts,
    *,
    now: datetime,
    holders: Sequence["Staff"],
    receipt: ReceiptKeys | None = None,
    actor: "Staff | None" = None,
) -> tuple[Case, CaseKey]:
    """A new case, its consents and its sealed content, shared with ``holders``.

    Raises UnknownCode. Returns the case and its sealed key, which lives no longer than the call.
    """
    for name, values in (
        ("channel", [facts.channel]), ("standing", [facts.standing]), ("age", [facts.age]),
        ("gender", [facts.gender]), ("relation", [facts.relation]), ("harm", facts.harms),
        ("place", facts.places), ("flag", facts.flags), ("consent", facts.consents),
    ):  # fmt: skip
        require_codes(name, values)
    case = Case(
        reference=_free_reference(), opened_at=now, channel=facts.channel, language=facts.language,
        standing=facts.standing, age=facts.age, gender=facts.gender, relation=facts.relation,
        places=list(facts.places), flags=list(facts.flags), threat_deadline=facts.threat_deadline,
        watch_until=now + timedelta(days=settings.ANSIM_WATCH_DAYS),
    )  # fmt: skip
    case.save()
    CaseHarm.objects.bulk_create(CaseHarm(case=case, code=code) for code in dict.fromkeys(facts.harms))
    key = keyring.make_keys(case, holders, receipt)
    CaseMembership.objects.bulk_create(
        CaseMembership(case=case, staff=one, added_at=now) for one in holders
    )
    if facts.story:
        case.story_box = keyring.seal_text(key, facts.story, case, "story_box", case)
    contact, case.safe_contact = _apart(facts)
    case.keywords = list(facts.keywords)
    if contact:
        case.contact_box = keyring.seal_facts(key, contact, case, "contact_box", case)
    case.save(update_fields=["story_box", "contact_box", "safe_contact_box", "keywords_box"])
    kind = "staff" if actor else "person"
    record("case.opened", actor=actor, actor_kind=kind, obj=case, case=case, at=now)
    by = "person" if facts.standing == "self" else facts.standing
    said = ledger.Said(by, HOW_OF_CHANNEL.get(facts.channel, "portal"), actor)
    for purpose in dict.fromkeys(facts.consents):
        ledger.give(case, purpose, now=now, said=said, language=facts.language)
    return case, key


def _apart(facts: CaseFacts) -> tuple[dict[str, str], dict[str, object]]:
    """What is sealed of how the person may be reached, and what the server may read.

    Hours are what the person wrote, so they are sealed with the number; that there are some is
    no secret.
    """
    hours = str(facts.safe_contact.get("hours") or "").strip()
    contact = {**facts.contact, "hours": hours} if hours else dict(facts.contact)
    rules = {name: value for name, value in facts.safe_contact.items() if name != "hours"}
    return contact, {**rules, "hours": True} if hours else rules


def _free_reference() -> str:
    """A reference that no case has; longer ones when the short ones run out."""
    for tries in count():
        reference = new_reference(digits=3 + tries // 8)
        if not Case.objects.filter(reference=reference).exists():
            break
    return reference


@transaction.atomic
def triage(
    case: Case,
    *,
    by: "Staff",
    flags: Sequence[str],
    threat_deadline: datetime | None,
    owner: "Staff | None",
    now: datetime,
) -> None:
    """A person's decision on danger, deadline and who takes the case."""
    require_codes("flag", flags)
    case.flags, case.threat_deadline, case.owner = list(flags), threat_deadline, owner
    case.triaged_at, case.triaged_by = now, by
    if case.status == Case.Status.NEW:
        case.status = Case.Status.OPEN
    fields = ["flags", "threat_deadline", "owner", "triaged_at", "triaged_by", "status"]
    case.save(update_fields=fields)
    record("case.triaged", actor=by, obj=case, case=case, fields=fields, at=now)


@transaction.atomic
def change_keywords(case: Case, words: Sequence[str], *, by: "Staff", now: datetime) -> None:
    """The words and account names that the search and the watch go by from now on.

    Raises SearchNotAllowed without a consent to search that stands now.
    """
    if ledger.covering_now(case.pk, "search", now=now) is None:
        raise SearchNotAllowed
    if list(words) == case.keywords:
        return
    case.keywords = list(words)
    case.save(update_fields=["keywords_box"])
    record("case.words_changed", actor=by, obj=case, case=case, fields=["keywords"], at=now)


@transaction.atomic
def share_case(
    case: Case, colleague: "Staff", *, by: "Staff", key: CaseKey | None, now: datetime
) -> None:
    """Let a colleague open the case too. Raises KeyNotHeld when ``by`` has no key to share."""
    if key is None:
        raise KeyNotHeld
    CaseMembership.objects.get_or_create(case=case, staff=colleague, defaults={"added_at": now})
    wrap = keyring.wrap_for_staff(case, colleague, key)
    record("case.shared", actor=by, obj=wrap, case=case, fields=["staff"], at=now)


@transaction.atomic
def close_case(case: Case, *, by: "Staff", now: datetime) -> None:
    """Close a case; the watch goes on as long as consent allows."""
    case.status, case.closed_at = Case.Status.CLOSED, now
    case.save(update_fields=["status", "closed_at"])
    record("case.closed", actor=by, obj=case, case=case, fields=["status"], at=now)


@transaction.atomic
def reopen_case(case: Case, *, by: "Staff", now: datetime) -> None:
    """Open a closed case again."""
    case.status, case.closed_at = Case.Status.OPEN, None
    case.save(update_fields=["status", "closed_at"])
    record("case.reopened", actor=by, obj=case, case=case, fields=["status"], at=now)


@transaction.atomic
def post_message(
    case: Case, text: str, *, key: CaseKey | None, author: "Staff | None", now: datetime
) -> Message:
    """A message from the person (``author`` None) or from staff. Raises EmptyText, KeyNotHeld."""
    if not text.strip():
        raise EmptyText
    if key is None:
        raise KeyNotHeld
    message = Message(case=case, from_person=author is None, author=author, at=now)
    message.text_box = keyring.seal_text(key, text.strip(), message, "text_box", case)
    message.save()
    kind = "person" if author is None else "staff"
    record("message.posted", actor=author, actor_kind=kind, obj=message, case=case, at=now)
    return message


@transaction.atomic
def read_messages(
    case: Case, *, key: CaseKey, reader: "Staff | None", now: datetime
) -> list[ReadMessage]:
    """All messages, opened; those of the other side are marked as read."""
    messages = list(case.messages.select_related("author"))
    unread = [m for m in messages if m.read_at is None and m.from_person == (reader is not None)]
    Message.objects.filter(pk__in=[m.pk for m in unread]).update(read_at=now)
    if messages and reader is not None:
        record("message.read", actor=reader, obj=case, case=case, fields=["messages"], at=now)
    return [
        ReadMessage(
            m.pk, m.at, m.from_person, m.author,
            keyring.open_text(key, m.text_box, m, "text_box", case),
        )
        for m in messages
    ]  # fmt: skip


@transaction.atomic
def write_note(
    case: Case, text: str, *, key: CaseKey | None, author: "Staff", now: datetime
) -> Note:
    """A sealed note of staff. Raises EmptyText, KeyNotHeld."""
    if not text.strip():
        raise EmptyText
    if key is None:
        raise KeyNotHeld
    note = Note(case=case, author=author, at=now)
    note.text_box = keyring.seal_text(key, text.strip(), note, "text_box", case)
    note.save()
    record("note.written", actor=author, obj=note, case=case, at=now)
    return note


@transaction.atomic
def read_notes(case: Case, *, key: CaseKey, reader: "Staff", now: datetime) -> list[ReadNote]:
    """All notes, opened."""
    notes = list(case.notes.select_related("author"))
    if notes:
        record("note.read", actor=reader, obj=case, case=case, fields=["notes"], at=now)
    return [
        ReadNote(n.pk, n.at, n.author, keyring.open_text(key, n.text_box, n, "text_box", case))
        for n in notes
    ]


@transaction.atomic
def read_story(case: Case, *, key: CaseKey, reader: "Staff | None", now: datetime) -> Story:
    """What the person told and how they may be reached, opened.

    For a member of staff (``reader``) the contact is without who the person is: that opens with
    a reason alone (identity.py).
    """
    story, contact = "", dict[str, str]()
    if case.story_box is not None:
        story = keyring.open_text(key, case.story_box, case, "story_box", case)
    if case.contact_box is not None:
        contact = keyring.open_facts(key, case.contact_box, case, "contact_box", case)
    contact |= _seal_old_hours(case, contact, key)
    if reader is not None:
        contact = {name: value for name, value in contact.items() if name in NOT_IDENTITY}
        shown = [name for name, value in (("story", story), *contact.items()) if value]
        if shown:
            record("case.story_read", actor=reader, obj=case, case=case, fields=shown, at=now)
    return Story(story, contact)


def _seal_old_hours(case: Case, contact: dict[str, str], key: CaseKey) -> dict[str, str]:
    """Hours that an older version kept where the server can read them, sealed now.

    The server could not do it when it was brought up to date: it has no key to seal them with.
    """
    hours = case.safe_contact.get("hours")
    if not isinstance(hours, str):
        return {}
    case.contact_box = keyring.seal_facts(
        key, {**contact, "hours": hours}, case, "contact_box", case
    )
    case.safe_contact = {**case.safe_contact, "hours": True}
    case.save(update_fields=["contact_box", "safe_contact_box"])
    return {"hours": hours}


def give_consent(
    case: Case,
    purpose: str,
    *,
    now: datetime,
    given_by: str = "person",
    actor: "Staff | None" = None,
) -> Consent:
    """Write a consent for a whole purpose down; the ledger has the rest (scope, words, until)."""
    said = ledger.Said(given_by, "telephone" if actor else "portal", actor)
    return ledger.give(case, purpose, now=now, said=said)


def withdraw_consent(
    case: Case, purpose: str, *, now: datetime, actor: "Staff | None" = None
) -> int:
    """End every standing consent for ``purpose``; returns how many ended.

    What was sent before cannot be called back; what is not yet sent is stopped by the sending
    layer, which asks for the consent again at the moment of sending.
    """
    said = ledger.Said(how="telephone" if actor else "portal", recorded_by=actor)
    return len(ledger.withdraw(case, purpose, now=now, said=said))


def confirm_receipt(case: Case, *, now: datetime) -> None:
    """The person typed the code back: they have it."""
    case.receipt.typed_back_at = now
    case.receipt.save(update_fields=["typed_back_at"])


def holders_of(case: Case) -> list["Staff"]:
    """Staff who can open what is sealed in ``case``."""
    wraps = case.wraps.filter(holder=KeyWrap.Holder.STAFF).select_related("staff")
    return [wrap.staff for wrap in wraps if wrap.staff is not None]
