"""What leaves the centre by mail: requests and lists of fingerprints, seen from the mail room.

Both are asked here for what allows them, and for what happens when that ends, when the
recipient's server refuses, and when they have left.
"""

from datetime import datetime

from ansim.centre.cases import ledger
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.removal.drafting import PURPOSE_OF_KIND, basis_for, consent_for
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.ladder import after_bounce, close
from ansim.centre.removal.models import HashList, Request

Outgoing = Request | HashList
# A recall discloses nothing new; its rule is a dated file beside the engine of notices.
RECALL_BASIS = "law:centre_recall"


def case_of(row: Outgoing) -> Case | None:
    """The case that something leaves for; None for a bank's hit."""
    return row.case if isinstance(row, HashList) else row.sighting.case


def word_of(row: Outgoing) -> str:
    """What custody calls it: ``request`` or ``hash_list``."""
    return "hash_list" if isinstance(row, HashList) else "request"


def basis_of(row: Outgoing, now: datetime) -> str:
    """What allows it to leave at this moment, read anew. Raises NoBasis."""
    if isinstance(row, Request):
        return basis_for(row.sighting, row.recipient_kind, now, row.recipient)
    if row.kind == HashList.Kind.RECALL:
        return RECALL_BASIS
    if row.case is None:
        raise NoBasis
    return consent_for(row.case, row.recipient_kind, now, row.recipient)


def finish(row: Outgoing, ending: str, *, now: datetime) -> None:
    """Close it and say why."""
    if isinstance(row, Request):
        close(row, ending, now=now)
        return
    row.state, row.ending, row.closed_at = Request.State.CLOSED, ending, now
    row.save(update_fields=["state", "ending", "closed_at"])
    record(f"hash_list.closed.{ending}", obj=row, case=row.case, at=now)


def bounced(row: Outgoing, *, now: datetime) -> None:
    """The recipient's mail server would not take it; a recall is not given up for that."""
    if isinstance(row, Request):
        after_bounce(row, now=now)
    elif row.kind == HashList.Kind.SHARE:
        finish(row, Request.Ending.BOUNCED, now=now)
    else:
        row.state, row.problem, row.rung = Request.State.DRAFT, "bounced", row.rung + 1
        row.message_id, row.attempt, row.sent_at = None, 0, None
        row.approved_at, row.approved_by = None, None
        row.save()


def note_left(row: Outgoing, *, now: datetime) -> None:
    """Write into the ledger that it left: to whom, under what, which kinds of facts."""
    case = case_of(row)
    if case is None or (isinstance(row, HashList) and row.kind == HashList.Kind.RECALL):
        return
    ledger.disclose(
        case, purpose=PURPOSE_OF_KIND[row.recipient_kind or "platform"], recipient=row.recipient,
        kind=row.recipient_kind, basis=row.basis, facts=facts_in(row), source=row.pk, now=now,
    )  # fmt: skip


def facts_in(row: Outgoing) -> list[str]:
    """The kinds of facts that a letter tells, never the values."""
    if isinstance(row, HashList):
        return ["fingerprint"]
    facts = ["address", "harm_kind"]
    if row.sighting.material_id is not None:
        facts.append("fingerprint")
    if row.sighting.requests.exclude(pk=row.pk).exclude(sent_at=None).exists():
        facts.append("earlier_requests")
    return facts
