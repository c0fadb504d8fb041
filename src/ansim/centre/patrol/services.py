"""Search, watch and patrol: walks through sources, and what they find."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from ansim.centre import clock, outside
from ansim.centre.access.permissions import require
from ansim.centre.cases.ledger import covering_now
from ansim.centre.cases.models import Case
from ansim.centre.custody.services import record
from ansim.centre.materials import services as materials
from ansim.centre.materials.addresses import host_of, url_key
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.patrol.crawling import Walk, Walker
from ansim.centre.patrol.models import Run, SeenPage, Source
from ansim.matching import Bank as ImportedBank
from ansim.matching import HuntedIndex

if TYPE_CHECKING:
    from ansim.centre.access.models import Staff

SEARCH_KINDS = ("json_search", "html_search")
# A page that was seen is looked at again after so long, for its pictures may have changed.
SEEN_FOR = timedelta(days=14)
BANK_APPROVAL_DAYS = 90


@transaction.atomic
def sync_sources(*, now: datetime) -> int:
    """Take over the sources of the data files; returns how many are active."""
    codes = []
    for spec in outside.sources():
        codes.append(spec.code)
        values = {
            "host": spec.host, "kind": spec.kind, "url": spec.url, "place": spec.place,
            "depth": spec.depth, "every_hours": spec.every_hours,
            "legal_basis": spec.legal_basis, "active": True,
        }  # fmt: skip
        source, fresh = Source.objects.update_or_create(code=spec.code, defaults=values)
        if fresh:
            source.next_run_at = now + timedelta(hours=spec.every_hours)
            source.save(update_fields=["next_run_at"])
    Source.objects.exclude(code__in=codes).update(active=False)
    return len(codes)


def hunted_for(case: Case) -> list[Material]:
    """A case's materials, where the person allows searching."""
    return list(case.materials.filter(withdrawn_at=None))


def watched_materials(now: datetime) -> list[Material]:
    """Everything that the watch and the patrol hunt now: allowed cases and active banks."""
    cases = Case.objects.prefetch_related("consents").filter(watch_until__gt=now)
    allowed = [case.pk for case in cases if case.allows("search", now)]
    of_cases = Material.objects.filter(case__in=allowed, withdrawn_at=None)
    of_banks = Material.objects.filter(bank__active=True, withdrawn_at=None)
    return [*of_cases.select_related("case"), *of_banks.select_related("bank")]


def search_host(case_id: UUID, host: str, *, now: datetime) -> None:
    """Look through the sources of one host for one case's materials, each page once."""
    case = Case.objects.prefetch_related("consents").get(pk=case_id)
    hunted = hunted_for(case)
    if not hunted or not case.allows("search", now):
        return
    walker = Walker(HuntedIndex([one.hunted() for one in hunted]), skip=lambda _: False)
    sources = list(Source.objects.filter(host=host, active=True))
    for source in sources:
        if source.kind in SEARCH_KINDS:
            walker.through_search(source.url, tuple(case.keywords))
        else:
            walker.through_list(source.url, source.depth)
    if sources:
        walk, origin = walker.walk, Sighting.Origin.SEARCH
        _write_down(walk, sources[0], hunted, origin=origin, case=case, now=now)


def watch_source(source_id: UUID, *, now: datetime) -> None:
    """Look through what is new at one source, for all watches and banks at once."""
    source = Source.objects.get(pk=source_id)
    hunted = watched_materials(now)
    if hunted:
        of_banks = sum(1 for one in hunted if one.bank_id)
        fresh = SeenPage.objects.filter(seen_at__gt=now - SEEN_FOR, hunted__gte=of_banks)
        seen = set(fresh.values_list("url_key", flat=True))
        walker = Walker(
            HuntedIndex([one.hunted() for one in hunted]), skip=lambda url: url_key(url) in seen
        )
        if source.kind in SEARCH_KINDS:
            words = {word for one in hunted if one.case for word in one.case.keywords}
            walk = walker.through_search(source.url, tuple(sorted(words)))
        else:
            walk = walker.through_list(source.url, source.depth)
        _write_down(walk, source, hunted, origin=Sighting.Origin.WATCH, case=None, now=now)
        _remember(walk.leaves, of_banks, now)
    put_off(source.pk, now=now)


def put_off(source_id: UUID, *, now: datetime) -> None:
    """Set when a source is walked next; never at once again, whatever its file says."""
    source = Source.objects.get(pk=source_id)
    hours = max(1, source.every_hours)
    source.next_run_at = materials.on_grid(now + timedelta(hours=hours))
    source.run_queued = False
    source.save(update_fields=["next_run_at", "run_queued"])


def _remember(urls: Iterable[str], hunted: int, now: datetime) -> None:
    rows = [SeenPage(url_key=url_key(url), seen_at=now, hunted=hunted) for url in urls]
    SeenPage.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["url_key"], update_fields=["seen_at", "hunted"]
    )


@transaction.atomic
def _write_down(
    walk: Walk,
    source: Source,
    hunted: list[Material],
    *,
    origin: Sighting.Origin,
    case: Case | None,
    now: datetime,
) -> None:
    """Sightings for what matched, for each case or bank that hunts it."""
    # A walk takes a while: whoever took the search back since it began is left out.
    by_id = {
        str(one.pk): one
        for one in hunted
        if one.case is None or covering_now(one.case.pk, "search", now=clock.now()) is not None
    }
    hits = 0
    for found in walk.found:
        owners = {}
        for material in (by_id[one] for one in found.material_ids if one in by_id):
            owners[material.case_id or material.bank_id] = material
        for material in owners.values():
            hits += _sight(found.url, material, source, origin, now)
    hits += _listings(walk, case, now)
    Run.objects.create(
        source=source, case=case, started_at=now, finished_at=now, pages=walk.pages,
        media=walk.media, hits=hits, failures=walk.failures, problem=walk.problem[:60],
    )  # fmt: skip


def _sight(
    url: str, material: Material, source: Source, origin: Sighting.Origin, now: datetime
) -> int:
    if material.bank is not None:
        origin = Sighting.Origin.PATROL
    place = "unknown" if source.kind in SEARCH_KINDS else source.place
    _, fresh = materials.add_sighting(
        url, origin=origin, now=now, case=material.case, bank=material.bank, place=place
    )
    return int(fresh)


def _listings(walk: Walk, case: Case | None, now: datetime) -> int:
    """Search results that name a page of a case are sightings of their own."""
    # What a walk found has matched by its fingerprint; a given link only once it was looked at.
    matched = Q(matched_at__isnull=False) | Q(
        origin__in=(Sighting.Origin.SEARCH, Sighting.Origin.WATCH)
    )
    pages = Sighting.objects.filter(matched, kind=Sighting.Kind.PAGE, case__isnull=False)
    if case is not None:
        pages = pages.filter(case=case)
    new = 0
    for asked, named in walk.listings.items():
        keys = {url_key(url) for url in named}
        for page in pages.filter(url_key__in=keys).select_related("case"):
            if page.case is None or not page.case.allows("search", now):
                continue
            if page.listings.filter(host=host_of(asked)).exists():
                continue
            _, fresh = materials.add_sighting(
                f"{asked}#{page.pk}", origin=Sighting.Origin.SEARCH, now=now, case=page.case,
                place="search", kind=Sighting.Kind.SEARCH_RESULT, target=page,
            )  # fmt: skip
            new += int(fresh)
    return new


def search_everywhere(case: Case) -> int:
    """Enqueue a look through every active host for one case; returns how many."""
    from ansim.centre.patrol.tasks import search_for_case  # tasks import this module

    sources = Source.objects.filter(active=True)
    # Search engines last: their listings point to pages that are known by then.
    ordered = sorted(sources, key=lambda source: (source.kind in SEARCH_KINDS, source.host))
    hosts = list(dict.fromkeys(source.host for source in ordered))
    for host in hosts:
        search_for_case.enqueue(str(case.pk), host)
    return len(hosts)


@transaction.atomic
def run_source_now(source: Source, *, by: "Staff", now: datetime) -> None:
    """A person asks for a walk now."""
    require(by, "patrol.decide")
    source.next_run_at = now
    source.save(update_fields=["next_run_at"])
    record("source.run_asked", actor=by, obj=source, fields=["next_run_at"], at=now)


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
) -> Bank:
    """Import a hash list and have every source walked for it at once."""
    bank = materials.import_bank(
        imported, name=name, owner=owner, purpose=purpose, terms=terms, origin=origin,
        legal_basis=legal_basis, now=now, by=by,
    )  # fmt: skip
    if by is not None and approved_days:
        approve_bank(bank, by=by, days=approved_days, now=now)
    Source.objects.filter(active=True).exclude(kind__in=SEARCH_KINDS).update(next_run_at=now)
    return bank


@transaction.atomic
def approve_bank(bank: Bank, *, by: "Staff", days: int = BANK_APPROVAL_DAYS, now: datetime) -> None:
    """A person's standing approval: notices on this bank's hits go without asking each time."""
    require(by, "standing_approval.give")
    bank.approved_by, bank.approved_until = by, now + timedelta(days=days)
    bank.save(update_fields=["approved_by", "approved_until"])
    fields = ["approved_by", "approved_until"]
    record("bank.approved", actor=by, obj=bank, fields=fields, at=now)
