"""Search, watch and patrol: walks through targets, and banks that are hunted without a request."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from ansim.centre import clock
from ansim.centre.access.permissions import require
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials import banks
from ansim.centre.materials.addresses import url_key
from ansim.centre.materials.hunting import hunt_of
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.patrol import targetfiles
from ansim.centre.patrol.crawling import PageSeen, Walker
from ansim.centre.patrol.finding import Findings, listings_of
from ansim.centre.patrol.leads import words_of
from ansim.centre.patrol.models import Run, SeenPage, Target
from ansim.centre.patrol.targets import SEARCH_KINDS, described, put_off, sync_targets
from ansim.centre.removal.withdrawing import settle_bank
from ansim.keywords import WordWatch
from ansim.matching import RADIUS
from ansim.matching import Bank as ImportedBank

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

__all__ = [
    "approve_bank",
    "end_approval",
    "import_bank",
    "put_off",
    "rest_bank",
    "search_everywhere",
    "search_host",
    "sync_targets",
    "watch_target",
]

# A page that was seen is looked at again after so long, for its pictures may have changed.
SEEN_FOR = timedelta(days=14)
BANK_APPROVAL_DAYS = 90


def watched_cases(now: datetime) -> list[Case]:
    """Cases whose watch runs and whose person allows the search."""
    cases = Case.objects.prefetch_related("consents").filter(watch_until__gt=now)
    return [case for case in cases if case.allows("search", now)]


def search_host(case_id: UUID, host: str, *, now: datetime) -> None:
    """Look through the targets of one host for one case's materials, each page once."""
    case = Case.objects.prefetch_related("consents").get(pk=case_id)
    hunt = hunt_of([case.pk], [])
    if not hunt or not case.allows("search", now):
        return
    words, owners = words_of([case])
    watch = WordWatch(words)
    looked_at: set[str] = set()
    for target in Target.objects.filter(host=host, active=True):
        walker = Walker(hunt, watch, RADIUS, skip=looked_at.__contains__)
        findings = Findings(
            Run(target=target, case=case, started_at=now), target, owners, Sighting.Origin.SEARCH,
            generation=None,
        )  # fmt: skip
        seen = _walk(walker, target, findings, tuple(case.keywords), case)
        looked_at.update(seen)


def watch_target(target_id: UUID, *, now: datetime) -> None:
    """Look through what is new at one target, for all watches and banks at once.

    One that rests is left alone, also when its walk was queued before.
    """
    target = Target.objects.get(pk=target_id)
    planned = target.next_run_at
    if not target.active:
        put_off(target.pk, now=now, planned=planned)
        return
    cases = watched_cases(now)
    of_banks = list(Bank.objects.filter(active=True))
    hunt = hunt_of([case.pk for case in cases], of_banks)
    words, owners = words_of(cases)
    run = None
    if hunt or words:
        generation = max((bank.generation for bank in of_banks), default=0)
        fresh = SeenPage.objects.filter(
            seen_at__gt=now - SEEN_FOR, generation=generation, depth__gte=target.depth
        )
        seen = set(fresh.values_list("url_key", flat=True))
        walker = Walker(
            hunt, WordWatch(words), max([RADIUS, *(bank.wide_radius for bank in of_banks)]),
            skip=lambda url: url_key(url) in seen,
        )  # fmt: skip
        run = Run(target=target, started_at=now)
        findings = Findings(
            run, target, owners, Sighting.Origin.WATCH, generation=generation,
        )  # fmt: skip
        asked = tuple(sorted({word for case in cases for word in case.keywords}))
        _walk(walker, target, findings, asked, None)
    put_off(target.pk, now=now, run=run, planned=planned)


def _walk(
    walker: Walker, target: Target, findings: Findings, words: tuple[str, ...], case: Case | None
) -> list[str]:
    """Walk one target and write down what is found; returns the pages that were opened."""
    findings.run.save(force_insert=True)
    walker.robots_reason = target.robots_reason
    opened, answers = [], []
    spec = described(target, tuple(word.removeprefix("@") for word in words))
    for found in walker.through(targetfiles.kinds().get(target.source), spec):
        findings.take(found)
        if isinstance(found, PageSeen):
            opened.append(found.url)
            if found.named is not None and target.source in SEARCH_KINDS:
                answers.append(found)
    findings.write()
    with transaction.atomic():
        findings.run.hits += listings_of(answers, case, now=findings.run.started_at)
        findings.run.finished_at = clock.now()
        findings.run.save()
    return opened


def search_everywhere(case: Case) -> int:
    """Enqueue a look through every active host for one case; returns how many."""
    from ansim.centre.patrol.tasks import search_for_case  # tasks import this module

    targets = Target.objects.filter(active=True)
    # Search engines last: their listings point to pages that are known by then.
    ordered = sorted(targets, key=lambda one: (one.source in SEARCH_KINDS, one.host))
    hosts = list(dict.fromkeys(target.host for target in ordered))
    for host in hosts:
        search_for_case.enqueue(str(case.pk), host)
    return len(hosts)


@transaction.atomic
def import_bank(
    imported: ImportedBank,
    *,
    name: str,
    owner: str,
    purpose: str,
    terms: str,
    origin: str,
    legal_basis: str,
    now: datetime,
    by: "Staff | None" = None,
    approved_days: int | None = None,
    withdrawn: Sequence[str] = (),
    radii: tuple[int, int] | None = None,
) -> Bank:
    """Import a hash list and have every target walked for it at once.

    ``withdrawn``: keys that the list's owner deleted; ``radii``: strict and wide, in bits.
    """
    bank = banks.import_bank(
        imported, name=name, owner=owner, purpose=purpose, terms=terms, origin=origin,
        legal_basis=legal_basis, now=now, by=by, withdrawn=withdrawn,
    )  # fmt: skip
    if radii is not None:
        bank.strict_radius, bank.wide_radius = radii
        bank.save(update_fields=["strict_radius", "wide_radius"])
    if by is not None and approved_days:
        approve_bank(bank, by=by, days=approved_days, now=now)
    settle_bank(bank, now=now)
    Target.objects.filter(active=True).exclude(source__in=SEARCH_KINDS).update(next_run_at=now)
    return bank


@transaction.atomic
def approve_bank(bank: Bank, *, by: "Staff", days: int = BANK_APPROVAL_DAYS, now: datetime) -> None:
    """A person's standing approval: notices on this bank's hits go without asking each time."""
    require(by, "standing_approval.give")
    bank.approved_by, bank.approved_until = by, now + timedelta(days=days)
    bank.save(update_fields=["approved_by", "approved_until"])
    fields = ["approved_by", "approved_until"]
    record("bank.approved", actor=by, obj=bank, fields=fields, at=now)


@transaction.atomic
def end_approval(bank: Bank, *, by: "Staff", now: datetime) -> None:
    """Take the standing approval back: each letter waits for a person again."""
    require(by, "standing_approval.give")
    banks.end_approval(bank, by=by, now=now)
    settle_bank(bank, now=now)


@transaction.atomic
def rest_bank(bank: Bank, *, by: "Staff", now: datetime, active: bool) -> None:
    """Hunt a bank no more, or again; a standing approval ends with the rest.

    Letters of it that have not left stay in the queue, where people decide about each.
    """
    require(by, "patrol.manage")
    if bank.active == active:
        return
    bank.active = active
    bank.save(update_fields=["active"])
    if active:
        banks.hunts_more(bank)
    else:
        banks.end_approval(bank, by=by, now=now)
        settle_bank(bank, now=now)
    record("bank.taken_up" if active else "bank.rests", actor=by, obj=bank, at=now)
