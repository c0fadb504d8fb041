"""Writing down what a walk sees, some pages at a time, so that a killed worker loses little."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ansim.centre import clock
from ansim.centre.cases.ledger import covering_now
from ansim.centre.cases.models import Case
from ansim.centre.materials import services as materials
from ansim.centre.materials.addresses import host_of, url_key
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.materials.planning import GONE
from ansim.centre.patrol.crawling import MediaHit, PageSeen
from ansim.centre.patrol.leads import add_lead
from ansim.centre.patrol.models import Run, SeenPage, Target
from ansim.centre.patrol.near import ask_about
from ansim.centre.patrol.records import keep_record
from ansim.centre.patrol.sighted import keep_sight, seen_on
from ansim.centre.patrol.targets import SEARCH_KINDS
from ansim.matching import RADIUS, BestMatch
from ansim.sources import Problem

AT_ONCE = 50
"""Pages that are written down together: what a killed worker looks at again at most."""


@dataclass(frozen=True, slots=True)
class _Allowed:
    """What may still be hunted: people take it back, and lists lose items, while a walk goes on."""

    cases: frozenset[UUID]
    materials: Mapping[str, Material]

    def material(self, match: BestMatch) -> Material | None:
        """What it is that matched, None when it does not count any more."""
        found = self.materials.get(match.key)
        if found is None or (found.case_id is not None and found.case_id not in self.cases):
            return None
        return found


@dataclass(frozen=True, slots=True)
class _Match:
    """A file of a page, and what it resembles."""

    hit: MediaHit
    match: BestMatch
    material: Material


@dataclass(slots=True)
class Findings:
    """What a walk found, on its way into the database.

    ``words``: the case of each watched word's id; ``generation``: the banks' at the walk's
    beginning, None when pages are not to be remembered.
    """

    run: Run
    target: Target
    words: dict[str, Case]
    origin: Sighting.Origin
    generation: int | None
    _waiting: list[PageSeen] = field(default_factory=list)

    def take(self, found: PageSeen | Problem) -> None:
        """One page or problem more."""
        if isinstance(found, Problem):
            self.run.failures += 1
            self.run.problem = self.run.problem or found.code[:60]
            return
        self._waiting.append(found)
        if len(self._waiting) >= AT_ONCE:
            self.write()

    @transaction.atomic
    def write(self) -> None:
        """Write down what waits: sightings, near hits, leads, pages seen, the walk's counts."""
        # The consent of this very moment counts, not that of the walk's beginning.
        now = max(clock.now(), self.run.started_at)
        allowed = self._allowed(now)
        for page in self._waiting:
            self.run.pages += 1
            self.run.media += page.media
            if page.cut:
                self.run.problem = self.run.problem or "files_left_out"
            self._one(page, allowed, now)
        if self.generation is not None:
            leaves = [page.url for page in self._waiting if page.is_leaf and page.named is None]
            self._remember(leaves, self.generation)
        self._waiting.clear()
        self.run.save()

    def _allowed(self, now: datetime) -> _Allowed:
        matched = {
            match.key for page in self._waiting for hit in page.hits for match in hit.matches
        }
        scored = {identity for page in self._waiting for identity, _ in page.scores}
        live = Material.objects.filter(pk__in=matched, withdrawn_at=None).exclude(bank__active=False)
        found = {str(one.pk): one for one in live.select_related("case", "bank")}
        asked = {one.case_id for one in found.values() if one.case_id is not None}
        asked |= {self.words[identity].pk for identity in scored}
        cases = Case.objects.filter(pk__in=asked)
        if self.origin == Sighting.Origin.WATCH:
            cases = cases.filter(watch_until__gt=now)
        agreed = (
            key for key in cases.values_list("pk", flat=True)
            if covering_now(key, "search", now=now) is not None
        )  # fmt: skip
        return _Allowed(frozenset(agreed), found)

    def _one(self, page: PageSeen, allowed: _Allowed, now: datetime) -> None:
        sure: dict[UUID, list[_Match]] = {}
        for hit in page.hits:
            for owner, one in self._closest(hit, allowed):
                bank = one.material.bank
                if _counts(one.match, bank):
                    sure.setdefault(owner, []).append(one)
                elif bank is not None and one.match.distance <= bank.wide_radius:
                    self.run.near += ask_about(
                        one.material, page, hit, one.match, target=self.target, place=self._place,
                        now=now,
                    )  # fmt: skip
        for matched in sure.values():
            self._sight(page, matched, now)
        for case, words in self._words_of(page):
            if case.pk not in sure and case.pk in allowed.cases:
                self.run.leads += add_lead(case, page.url, words, self.target, now=now)

    def _closest(self, hit: MediaHit, allowed: _Allowed) -> Iterable[tuple[UUID, _Match]]:
        """Of each case and bank what the file is most like: it is asked about once at most."""
        closest: dict[UUID, _Match] = {}
        for match in hit.matches:  # the best come first
            material = allowed.material(match)
            owner = None if material is None else material.case_id or material.bank_id
            if material is not None and owner is not None:
                closest.setdefault(owner, _Match(hit, match, material))
        return closest.items()

    @property
    def _place(self) -> str:
        return "unknown" if self.target.source in SEARCH_KINDS else self.target.place

    def _sight(self, page: PageSeen, matched: list[_Match], now: datetime) -> None:
        owner = matched[0].material
        origin = self.origin if owner.bank is None else Sighting.Origin.PATROL
        sighting, fresh = materials.add_sighting(
            page.url, origin=origin, now=now, case=owner.case, bank=owner.bank, place=self._place
        )
        came_back = sighting.verdict_code in GONE
        found = [(one.hit.url, one.hit.seen, one.match.key, one.match.distance) for one in matched]
        if not keep_sight(sighting, seen_on(page.page, found, at=now), now=now):
            return
        self.run.hits += int(fresh or came_back)
        if owner.bank is not None:
            keep_record(owner.bank, sighting, _evidence(page, matched), now=now)

    def _words_of(self, page: PageSeen) -> Iterable[tuple[Case, list[tuple[str, float]]]]:
        found: dict[UUID, tuple[Case, list[tuple[str, float]]]] = {}
        for identity, score in page.scores:
            case = self.words[identity]
            found.setdefault(case.pk, (case, []))[1].append((identity, score))
        return found.values()

    def _remember(self, urls: Iterable[str], generation: int) -> None:
        now, depth = self.run.started_at, self.target.depth
        rows = {
            key: SeenPage(url_key=key, seen_at=now, generation=generation, depth=depth)
            for key in map(url_key, urls)
        }
        SeenPage.objects.bulk_create(
            rows.values(), update_conflicts=True, unique_fields=["url_key"],
            update_fields=["seen_at", "generation", "depth"],
        )  # fmt: skip


def _counts(match: BestMatch, bank: Bank | None) -> bool:
    """Whether a match needs nobody's decision before it is a sighting.

    What follows from a bank's no person has seen, so a guess at what was cut off is not enough; a
    case's letters are each read by somebody.
    """
    if match.exact or bank is None:
        return match.exact or match.distance <= RADIUS
    return not match.guessed and match.distance <= bank.strict_radius


def _evidence(page: PageSeen, matched: list[_Match]) -> dict[str, object]:
    return {
        "page": page.page.to_json(),
        "media": [
            {
                "url": one.hit.url,
                "observation": one.hit.seen.slim().to_json(),
                "match": {
                    "material": one.match.key,
                    "distance": one.match.distance,
                    "exact": one.match.exact,
                },
            }
            for one in matched
        ],
        "seen_by_a_person": False,
    }


def listings_of(pages: Iterable[PageSeen], case: Case | None, *, now: datetime) -> int:
    """Search results that name a page of a case are sightings of their own; how many are new.

    Without a ``case``, those of all cases whose watch runs.
    """
    from django.db.models import Q

    # What a walk found has matched by its fingerprint; a given link only once it was looked at.
    matched = Q(matched_at__isnull=False) | Q(
        origin__in=(Sighting.Origin.SEARCH, Sighting.Origin.WATCH)
    )
    whose = Q(case__watch_until__gt=now) if case is None else Q(case=case)
    known = Sighting.objects.filter(matched, whose, kind=Sighting.Kind.PAGE, case__isnull=False)
    new = 0
    for asked in pages:
        keys = {url_key(url) for url in asked.named or ()}
        for page in known.filter(url_key__in=keys).select_related("case"):
            if page.case is None or not page.case.allows("search", now):
                continue
            if page.listings.filter(host=host_of(asked.url)).exists():
                continue
            _, fresh = materials.add_sighting(
                f"{asked.url}#{page.pk}", origin=Sighting.Origin.SEARCH, now=now, case=page.case,
                place="search", kind=Sighting.Kind.SEARCH_RESULT, target=page,
            )  # fmt: skip
            new += int(fresh)
    return new
