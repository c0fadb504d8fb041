"""The month's figures, computed from the records each time.

Beside the records there are only the facts that erased cases left (``facts``): by month and
class, tied to nobody, so that a figure is the same before an erasure and after it.

What is counted, and by which unit:

* A person is counted once a month, by their case, when any support was recorded or any request
  about their links was sent in it. Requests for a hash bank's items have no person.
* A support is one recorded service. A request that was sent is one support as well: a removal
  support, but facts handed to the police are investigation support (as the centres count them).
* A request is not a removal. What became of a place says only its verdict.

Consent to statistics: events (supports, requests, places) and the number of people are counted
for every case, because they say what the centre did. Tables of people's own traits (age, kinds
of harm) name only cases whose consent to statistics stands at the moment of computing; the others
stay in n and make up the remainder row, so that no share is falsified and nobody is described
against their will. Of an erased case, the traits are kept only where the consent stood then.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Min, OuterRef, QuerySet, Subquery

from ansim.centre import clock
from ansim.centre.cases.models import Case
from ansim.centre.cases.taxonomy import taxonomy
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal.models import Request
from ansim.centre.statistics import facts, words
from ansim.centre.statistics.models import FactEvent, FactPerson
from ansim.centre.statistics.months import Month
from ansim.centre.support.models import Service
from ansim.figures import Check, Count, Table, Text, Unit, check_equal, check_sum, tabulate
from ansim.verdicts import Verdict

GONE = Verdict.GONE_CONFIRMED
DELETION = "deletion"
INVESTIGATION = "investigation_legal"
POLICE = "police"
FOUND_BY_CENTRE = (Sighting.Origin.SEARCH, Sighting.Origin.WATCH, Sighting.Origin.PATROL)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month's tables with their checks. ``complete`` is False while the month still runs.

    ``gone`` counts places that were confirmed gone for the first time in the month, and
    ``gone_but_back`` those of them where the material was seen again by its end.
    """

    year: int
    month: int
    taxonomy_version: str
    complete: bool
    tables: tuple[Table, ...]
    checks: tuple[Check, ...]
    people: Count
    supports: Count
    requests: Count
    gone: Count
    gone_but_back: Count

    def table(self, code: str) -> Table:
        """The table of that code (KeyError when there is none)."""
        return {table.code: table for table in self.tables}[code]


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where places stand at a month's end: verdict -> how many, and what was confirmed in it."""

    by_verdict: Counter[str]
    confirmed: int
    back: int
    asked: int


def months() -> list[tuple[int, int]]:
    """The months that have any record, newest first."""
    found: set[Month] = facts.fact_months()
    for moments in (
        Case.objects.datetimes("opened_at", "month", tzinfo=_zone()),
        Service.objects.datetimes("given_at", "month", tzinfo=_zone()),
        Request.objects.filter(sent_at__isnull=False).datetimes("sent_at", "month", tzinfo=_zone()),
        Sighting.objects.datetimes("found_at", "month", tzinfo=_zone()),
        Look.objects.datetimes("at", "month", tzinfo=_zone()),
    ):
        found.update(Month.of(moment) for moment in moments)
    return [(month.year, month.month) for month in sorted(found, reverse=True)]


def month_figures(year: int, month: int, *, now: datetime | None = None) -> MonthFigures:
    """Compute a month's tables and checks at ``now`` (which decides who consents)."""
    now = now or clock.now()
    period = Month(year, month)
    services = Service.objects.filter(given_at__gte=period.start, given_at__lt=period.end)
    sent = Request.objects.filter(sent_at__gte=period.start, sent_at__lt=period.end)
    found = Sighting.objects.filter(found_at__gte=period.start, found_at__lt=period.end)
    helped, helped_once = _helped(services, sent), facts.people_helped(period)
    standing = _standing(period)
    requests = _requests(sent, period)
    recorded = Counter(services.values_list("kind", flat=True)) + facts.counted(
        FactEvent.Kind.SUPPORT, period
    )
    supports = _supports(recorded, requests)
    tables = (
        supports,
        requests,
        _standing_table(standing),
        _places(found, period),
        *_people(helped, helped_once, now),
        _hits(found, period),
    )
    gone = Count(Unit.SIGHTING, standing.confirmed)
    return MonthFigures(
        year=year,
        month=month,
        taxonomy_version=taxonomy().version,
        complete=now >= period.end,
        tables=tables,
        checks=_checks(tables, recorded[DELETION], standing),
        people=Count(Unit.PERSON, len(helped) + len(helped_once)),
        supports=supports.total,
        requests=requests.total,
        gone=gone,
        gone_but_back=Count(Unit.SIGHTING, standing.back),
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.ANSIM_ZONE)


def _labels(name: str) -> dict[str, Text]:
    return {code: dict(label) for code, label in taxonomy().lists[name].items()}


def _named(counts: Mapping[str, int], labels: dict[str, Text]) -> dict[str, Text]:
    """Labels for every class; a code that the taxonomy has retired keeps its own name."""
    return labels | {code: {"ko": code, "en": code} for code in counts if code not in labels}


def _helped(services: QuerySet[Service], sent: QuerySet[Request]) -> set[UUID]:
    """Cases with any support or request in the month: one person each."""
    by_service = services.values_list("case_id", flat=True)
    by_request = sent.filter(sighting__case__isnull=False).values_list(
        "sighting__case_id", flat=True
    )
    return {case for case in (*by_service, *by_request) if case is not None}


def _asked_to_remove(requests: Table) -> Count:
    """Requests for removal, as supports: everything that was sent but the police's share."""
    police = requests.count(POLICE).one_each(Unit.SUPPORT)
    return requests.total.one_each(Unit.SUPPORT) - police


def _supports(recorded: Counter[str], requests: Table) -> Table:
    counts = Counter(recorded)
    counts[DELETION] += _asked_to_remove(requests).number
    counts[INVESTIGATION] += requests.count(POLICE).number
    return tabulate(
        "supports", words.SUPPORTS, Unit.SUPPORT, counts,
        labels=_named(counts, _labels("service")), note=words.SUPPORTS_NOTE,
    )  # fmt: skip


def _requests(sent: QuerySet[Request], period: Month) -> Table:
    counts = Counter(sent.values_list("recipient_kind", flat=True))
    counts += facts.counted(FactEvent.Kind.REQUEST, period)
    return tabulate(
        "requests", words.REQUESTS, Unit.REQUEST, counts,
        labels=_named(counts, words.RECIPIENT_KINDS), note=words.REQUESTS_NOTE,
    )  # fmt: skip


def _standing(period: Month) -> _Standing:
    """Each place known by the month's end and not confirmed gone before it, by its last verdict."""
    confirmed = dict(
        Look.objects.filter(verdict=GONE, at__lt=period.end)
        .values_list("sighting_id")
        .annotate(first=Min("at"))
        .order_by()
    )
    before = {place for place, first in confirmed.items() if first < period.start}
    last = Look.objects.filter(sighting=OuterRef("pk"), at__lt=period.end).order_by("-number")
    rows = (
        Sighting.objects.filter(found_at__lt=period.end)
        .annotate(last=Subquery(last.values("verdict")[:1]))
        .values_list("pk", "last")
    )
    open_places = {
        place: verdict or Verdict.UNKNOWN.value for place, verdict in rows if place not in before
    }
    now_gone = [place for place in open_places if place in confirmed]
    asked = Request.objects.filter(sent_at__lt=period.end, sighting_id__in=now_gone)
    counted = _Standing(
        by_verdict=Counter(open_places.values()),
        confirmed=len(now_gone),
        back=sum(open_places[place] != GONE for place in now_gone),
        asked=asked.values("sighting_id").distinct().count(),
    )
    return _with_erased(counted, period)


def _with_erased(counted: _Standing, period: Month) -> _Standing:
    """The same with the places of erased cases."""
    known, month = facts.places_known(period), str(period)
    verdicts = Counter(one.verdict_at(month) or Verdict.UNKNOWN.value for one in known)
    gone = [one for one in known if one.confirmed_month == month]
    return _Standing(
        by_verdict=counted.by_verdict + verdicts,
        confirmed=counted.confirmed + len(gone),
        back=counted.back + sum(one.verdict_at(month) != GONE for one in gone),
        asked=counted.asked + sum("" < one.asked_month <= month for one in gone),
    )


def _standing_table(standing: _Standing) -> Table:
    return tabulate(
        "standing", words.STANDING, Unit.SIGHTING, standing.by_verdict, labels=words.VERDICTS,
        note=words.standing_note(standing.confirmed, standing.back, standing.asked),
    )  # fmt: skip


def _places(found: QuerySet[Sighting], period: Month) -> Table:
    counts = Counter(found.values_list("place", flat=True))
    counts.update(one.place for one in facts.places_found(period))
    return tabulate(
        "places", words.PLACES, Unit.SIGHTING, counts,
        labels=_named(counts, _labels("place")), note=words.PLACES_NOTE,
    )  # fmt: skip


def _hits(found: QuerySet[Sighting], period: Month) -> Table:
    hits = found.filter(origin__in=FOUND_BY_CENTRE, matched_at__isnull=False)
    counts = Counter(hits.values_list("origin", flat=True))
    erased = (one for one in facts.places_found(period) if one.matched)
    counts.update(one.origin for one in erased if one.origin in FOUND_BY_CENTRE)
    return tabulate(
        "patrol", words.HITS, Unit.SIGHTING, counts, labels=words.ORIGINS, note=words.HITS_NOTE
    )


def _people(
    helped: Iterable[UUID], erased: list[FactPerson], now: datetime
) -> tuple[Table, Table]:
    """Age (a person has one) and kinds of harm (a case may have several) of those helped."""
    cases = list(Case.objects.filter(pk__in=set(helped)).prefetch_related("harms", "consents"))
    consenting = [case for case in cases if case.allows("statistics", now)]
    known = [one for one in erased if one.consented]
    everyone = len(cases) + len(erased)
    silent = everyone - len(consenting) - len(known)
    ages = Counter([*(case.age for case in consenting), *(one.age for one in known)])
    age = tabulate(
        "age", words.AGE, Unit.PERSON, ages, n=everyone,
        labels=_named(ages, _labels("age")), rest_label=words.NO_CONSENT,
        note=words.consent_note(silent),
    )  # fmt: skip
    kinds = [{harm.code for harm in case.harms.all()} or {"unknown"} for case in consenting]
    kinds += [set(one.harms) or {"unknown"} for one in known]
    harms = Counter(code for named in kinds for code in named)
    harm = tabulate(
        "harm", words.HARM, Unit.CASE, harms, n=everyone, labels=_named(harms, _labels("harm")),
        multiple=True, unanswered=silent, rest_label=words.NO_CONSENT,
        note=words.consent_note(silent),
    )  # fmt: skip
    return age, harm


def _checks(
    tables: Iterable[Table], recorded_removals: int, standing: _Standing
) -> tuple[Check, ...]:
    by_code = {table.code: table for table in tables}
    recorded = Count(Unit.SUPPORT, recorded_removals)
    removal = (
        (words.SENT, _asked_to_remove(by_code["requests"])),
        (words.RECORDED, recorded),
    )
    gone = (
        (words.STILL_GONE, by_code["standing"].count(GONE)),
        (words.BACK, Count(Unit.SIGHTING, standing.back)),
    )
    return (
        *(check_sum(table) for table in by_code.values()),
        check_equal(words.REMOVAL_SUPPORTS, removal, by_code["supports"].count(DELETION)),
        check_equal(words.CONFIRMED, gone, Count(Unit.SIGHTING, standing.confirmed)),
    )
