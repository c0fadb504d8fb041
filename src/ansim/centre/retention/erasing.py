"""Erasing a case: its keys are destroyed first, then every row about it is deleted.

What stays: the tombstone with its certificate, custody events (ids only), and what other rooms
keep through ``before_erasure`` (the month's figures, without a person in them).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from ansim.centre.cases import keyring
from ansim.centre.cases.models import Case, KeyWrap
from ansim.centre.custody.services import record
from ansim.centre.materials.models import SightingMedia
from ansim.centre.patrol.models import SeenPage
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.sharing import recall_all
from ansim.centre.retention import forgetting
from ansim.centre.retention.certificates import Destroyed, certify
from ansim.centre.retention.errors import OnHold
from ansim.centre.retention.models import Tombstone
from ansim.centre.retention.terms import Term, term_of

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

KeepFunction = Callable[[Case, datetime], None]
_before: list[KeepFunction] = []


def before_erasure(function: KeepFunction) -> KeepFunction:
    """Register what a room wants to keep of a case, without a person in it, before it goes."""
    _before.append(function)
    return function


@dataclass(frozen=True, slots=True)
class Order:
    """On whose word a case is erased; ``act`` is the id of the two-person act, where there is one."""

    asked: Tombstone.Asked
    actor: "Staff | None" = None
    act: str = ""

    @property
    def actor_kind(self) -> str:
        """The same, as custody names it."""
        kinds = {"person": "person", "staff": "staff", "restore": "operator"}
        return kinds.get(self.asked.value, "worker")


def erase_case(case: Case, order: Order, *, now: datetime) -> Tombstone:
    """Erase one case for good. Raises OnHold, WorkInHand.

    A hold stops everything but a restore, which only repeats what was decided before. Rows,
    keys, jobs, tombstone and custody change in one transaction; the mailbox and the disk follow.
    """
    with transaction.atomic():
        locked = Case.objects.select_for_update().get(pk=case.pk)
        term = term_of(locked, now)
        if term.holds and order.asked != Tombstone.Asked.RESTORE:
            raise OnHold
        for keep in _before:
            keep(locked, now)
        tombstone = _erase(locked, term, order, now)
        # Imported late: the job module needs this one.
        from ansim.centre.retention.tasks import forget_letters

        forget_letters.enqueue()
        transaction.on_commit(forgetting.scrub_storage)
    return tombstone


def _erase(case: Case, term: Term, order: Order, now: datetime) -> Tombstone:
    # A list handed over is asked back, whatever becomes of the case.
    recalls = recall_all(case, now=now)
    letters = _letters(case)
    sightings = dict(case.sightings.values_list("pk", "url_key"))
    ids = forgetting.ids_of([case.pk, *sightings, *(one.pk for one in letters)])
    forgetting.refuse_while_working(ids)
    forgetting.remember_letters(
        (number for one in letters for number in (one.reference, one.message_id) if number), now
    )
    # Read before the rows go: the pages of the case that the patrol remembers.
    media = SightingMedia.objects.filter(sighting__case=case).values_list("url_key", flat=True)
    pages = SeenPage.objects.filter(url_key__in={*sightings.values(), *media}).delete()[0]
    case_id, reference = case.pk, case.reference
    keys = sorted(set(KeyWrap.objects.filter(subject=case_id).values_list("key_id", flat=True)))
    wraps = keyring.destroy_keys(case)
    lists = _empty_lists(case)
    jobs = forgetting.delete_jobs(ids)
    rows = Counter(case.delete()[1])
    rows.update({"patrol.SeenPage": pages, "removal.HashList": lists})
    sent = sum(1 for one in letters if one.sent_at is not None)
    destroyed = Destroyed(
        rows=rows, keys=keys, wraps=wraps, letters=sent, jobs=jobs, recalls=len(recalls)
    )
    return _bury(case_id, reference, term, order, destroyed, now)


def _letters(case: Case) -> list[Request | HashList]:
    """Everything that left or was to leave for a case, locked. Recalls are the centre's own."""
    requests = Request.objects.select_for_update(of=("self",)).filter(sighting__case=case)
    lists = HashList.objects.select_for_update(of=("self",)).filter(
        case=case, kind=HashList.Kind.SHARE
    )
    fields = ("pk", "reference", "message_id", "sent_at")
    return [*requests.only(*fields), *lists.only(*fields)]


def _empty_lists(case: Case) -> int:
    """Shared lists go; one that is being asked back stays as an empty row, for its recall."""
    lists = HashList.objects.filter(case=case, kind=HashList.Kind.SHARE)
    kept = lists.filter(recall__isnull=False).update(letter_box=b"", materials=[])
    return lists.filter(recall=None).delete()[0] + kept


def _bury(
    case_id: UUID, reference: str, term: Term, order: Order, destroyed: Destroyed, now: datetime
) -> Tombstone:
    """The tombstone with its certificate, and the custody event.

    A case that came back with an old backup has its tombstone already: that one stays.
    """
    known = Tombstone.objects.filter(case_id=case_id).first()
    if known is not None:
        record(
            "case.erased_again", actor=order.actor, actor_kind=order.actor_kind, obj=known,
            case=Case(pk=case_id), at=now,
        )  # fmt: skip
        return known
    tombstone = Tombstone(
        id=uuid4(),
        case_id=case_id,
        reference_digest=reference_digest(reference),
        opened_month=month_of(term.case.opened_at),
        closed_month=month_of(term.case.closed_at) if term.case.closed_at else "",
        legal_class=term.rule.legal_class,
        rule=term.rule.code,
        asked=order.asked,
        erased_at=now,
    )
    tombstone.certificate = certify(
        certificate_id=tombstone.pk, case_id=case_id,
        reference_digest=tombstone.reference_digest, destroyed=destroyed, asked=order.asked.value,
        act=order.act, rule=term.rule.code, legal_class=term.rule.legal_class,
        opened_month=tombstone.opened_month, closed_month=tombstone.closed_month, now=now,
    )  # fmt: skip
    tombstone.save(force_insert=True)
    record(
        "case.erased", actor=order.actor, actor_kind=order.actor_kind, obj=tombstone,
        case=Case(pk=case_id), at=now,
    )  # fmt: skip
    return tombstone


def reference_digest(reference: str) -> str:
    """The keyed digest of a case's reference, as tombstones keep it."""
    return forgetting.digest("reference", reference)


def month_of(moment: datetime) -> str:
    """``2026-11`` in the centre's zone: a tombstone knows no day."""
    return f"{moment.astimezone(ZoneInfo(settings.ANSIM_ZONE)):%Y-%m}"
