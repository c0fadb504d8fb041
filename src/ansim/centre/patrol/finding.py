"""Writing down what a walk sees, some pages at a time, so that a killed worker loses little."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ansim.centre import clock
from ansim.centre.cases.ledger import covering_now
from ansim.centre.cases.models import Case
from ansim.centre.materials import services as materials
from ansim.centre.materials.addresses import host_of, url_key
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.patrol.crawling import MediaHit, PageSeen
from ansim.centre.patrol.leads import add_lead
from ansim.centre.patrol.models import Run, SeenPage, Target
from ansim.centre.patrol.near import ask_about
from ansim.centre.patrol.records import keep_record
from ansim.centre.patrol.targets import SEARCH_KINDS
from ansim.matching import RADIUS, BestMatch
from ansim.sources import Problem

AT_ONCE = 50
"""Pages that are written down together: what a killed worker looks at again at most."""


@dataclass(slots=True)
class Findings:
    """What a walk found, on its way into the database.

    ``hunted``: materials by id; ``words``: the case of each watched word's id; ``remember``: how
    many materials of banks are hunted, None when pages are not to be remembered.
    """

    run: Run
    target: Target
    hunted: dict[str, Material]
    words: dict[str, Case]
    origin: Sighting.Origin
    remember: int | None
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
        now = self.run.started_at
        # The consent of this very moment counts, not that of the walk's beginning.
        allowed = self._allowed(clock.now())
        for page in self._waiting:
            self.run.pages += 1
            self.run.media += page.media
            self._one(page, allowed, now)
        if self.remember is not None:
            leaves = [page.url for page in self._waiting if page.is_leaf and page.named is None]
            _remember(leaves, self.remember, now)
        self._waiting.clear()
        self.run.save()

    def _allowed(self, now: datetime) -> dict[UUID, bool]:
        """Who still allows the search: a walk takes a while, and people take it back meanwhile."""
        cases = {one.case_id: one.case for one in self.hunted.values() if one.case_id}
        cases |= {case.pk: case for case in self.words.values()}
        return {key: covering_now(key, "search", now=now) is not None for key in cases if key}

    def _one(self, page: PageSeen, allowed: dict[UUID, bool], now: datetime) -> None:
        owners: set[UUID] = set()
        for hit in page.hits:
            for match in hit.matches:
                material = self.hunted[match.key]
                if material.case_id is not None and not allowed[material.case_id]:
                    continue
                owner = material.case_id or material.bank_id
                if self._near(page, hit, match, material, now) or owner is None:
                    continue
                if owner not in owners:
                    owners.add(owner)
                    self._sight(page, hit, match, material, now)
        for case, words in self._words_of(page):
            if case.pk not in owners and allowed[case.pk]:
                self.run.leads += add_lead(case, page.url, words, self.target, now=now)

    def _near(
        self, page: PageSeen, hit: MediaHit, match: BestMatch, material: Material, now: datetime
    ) -> bool:
        """Whether the match is beyond what counts by itself; of a bank, two people are asked."""
        bank = material.bank
        strict = RADIUS if bank is None else bank.strict_radius
        if match.exact or match.distance <= strict:
            return False
        if bank is not None and match.distance <= bank.wide_radius:
            self.run.near += ask_about(
                material, page.url, hit, match, target=self.target, place=self._place, now=now
            )
        return True

    @property
    def _place(self) -> str:
        return "unknown" if self.target.source in SEARCH_KINDS else self.target.place

    def _sight(
        self, page: PageSeen, hit: MediaHit, match: BestMatch, material: Material, now: datetime
    ) -> None:
        origin = self.origin if material.bank is None else Sighting.Origin.PATROL
        sighting, fresh = materials.add_sighting(
            page.url, origin=origin, now=now, case=material.case, bank=material.bank,
            place=self._place,
        )  # fmt: skip
        self.run.hits += int(fresh)
        if fresh and material.bank is not None:
            keep_record(material.bank, sighting, _evidence(page, hit, match), now=now)

    def _words_of(self, page: PageSeen) -> Iterable[tuple[Case, list[tuple[str, float]]]]:
        found: dict[UUID, tuple[Case, list[tuple[str, float]]]] = {}
        for identity, score in page.scores:
            case = self.words[identity]
            found.setdefault(case.pk, (case, []))[1].append((identity, score))
        return found.values()


def _evidence(page: PageSeen, hit: MediaHit, match: BestMatch) -> dict[str, object]:
    return {
        "page": page.page.to_json(),
        "media": {"url": hit.url, "observation": hit.seen.slim().to_json()},
        "match": {"material": match.key, "distance": match.distance, "exact": match.exact},
        "seen_by_a_person": False,
    }


def listings_of(pages: Iterable[PageSeen], case: Case | None, *, now: datetime) -> int:
    """Search results that name a page of a case are sightings of their own; how many are new."""
    from django.db.models import Q

    # What a walk found has matched by its fingerprint; a given link only once it was looked at.
    matched = Q(matched_at__isnull=False) | Q(
        origin__in=(Sighting.Origin.SEARCH, Sighting.Origin.WATCH)
    )
    known = Sighting.objects.filter(matched, kind=Sighting.Kind.PAGE, case__isnull=False)
    if case is not None:
        known = known.filter(case=case)
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


def _remember(urls: Iterable[str], hunted: int, now: datetime) -> None:
    rows = {url_key(url): SeenPage(url_key=url_key(url), seen_at=now, hunted=hunted) for url in urls}
    SeenPage.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["url_key"],
        update_fields=["seen_at", "hunted"],
    )  # fmt: skip
