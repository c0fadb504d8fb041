"""Keeping the figures of what is erased: written down just before it goes, by month and class."""

from collections import Counter
from datetime import datetime

from django.db.models import Sum

from ansim.centre.cases.models import Case
from ansim.centre.materials.models import Sighting
from ansim.centre.retention.bank_links import before_link_goes
from ansim.centre.retention.erasing import before_erasure
from ansim.centre.statistics.models import FactEvent, FactPerson, FactPlace
from ansim.centre.statistics.months import Month
from ansim.verdicts import Verdict

GONE = Verdict.GONE_CONFIRMED.value


@before_erasure
def keep_case(case: Case, now: datetime) -> None:
    """Keep a case's part in the figures: its person, supports, requests and places."""
    consented = case.allows("statistics", now)
    person = FactPerson.objects.create(
        opened_month=_month(case.opened_at),
        consented=consented,
        age=case.age if consented else "",
        harms=sorted(harm.code for harm in case.harms.all()) if consented else [],
    )
    supports = Counter(
        (_month(given_at), kind) for given_at, kind in case.services.values_list("given_at", "kind")
    )
    _keep_events(person, FactEvent.Kind.SUPPORT, supports)
    for link in case.sightings.all():
        _keep_link(link, person)


@before_link_goes
def keep_link(link: Sighting) -> None:
    """Keep the part of a hash list's link: there is no person."""
    _keep_link(link, None)


def _keep_link(link: Sighting, person: FactPerson | None) -> None:
    """A place with its verdicts by month, and the requests about it."""
    verdicts: dict[str, str] = {}
    confirmed = ""
    for at, verdict in link.looks.order_by("number").values_list("at", "verdict"):
        month = _month(at)
        verdicts[month] = verdict
        if verdict == GONE and (not confirmed or month < confirmed):
            confirmed = month
    sent = link.requests.values_list("sent_at", "recipient_kind")
    requests = Counter((_month(at), kind) for at, kind in sent if at is not None)
    _keep_events(person, FactEvent.Kind.REQUEST, requests)
    FactPlace.objects.create(
        found_month=_month(link.found_at), place=link.place, origin=link.origin,
        matched=link.matched_at is not None, verdicts=verdicts, confirmed_month=confirmed,
        asked_month=min((month for month, _kind in requests), default=""),
    )  # fmt: skip


def _keep_events(
    person: FactPerson | None, kind: FactEvent.Kind, counts: Counter[tuple[str, str]]
) -> None:
    FactEvent.objects.bulk_create(
        FactEvent(person=person, kind=kind, month=month, code=code, number=number)
        for (month, code), number in sorted(counts.items())
    )


def _month(moment: datetime) -> str:
    return str(Month.of(moment))


def counted(kind: FactEvent.Kind, period: Month) -> Counter[str]:
    """Supports or requests of erased cases in a month, by class."""
    rows = FactEvent.objects.filter(kind=kind, month=str(period)).order_by()
    return Counter(dict(rows.values_list("code").annotate(Sum("number"))))


def people_helped(period: Month) -> list[FactPerson]:
    """People of erased cases who had any support or request in a month."""
    return list(FactPerson.objects.filter(events__month=str(period)).distinct())


def places_found(period: Month) -> list[FactPlace]:
    """Places of erased cases that became known in a month."""
    return list(FactPlace.objects.filter(found_month=str(period)))


def places_known(period: Month) -> list[FactPlace]:
    """Places known by a month's end and not confirmed gone before it."""
    rows = FactPlace.objects.filter(found_month__lte=str(period))
    return [one for one in rows if not one.confirmed_month or one.confirmed_month >= str(period)]


def fact_months() -> set[Month]:
    """Every month that the kept facts speak of."""
    found = set(FactPerson.objects.values_list("opened_month", flat=True))
    found |= set(FactEvent.objects.order_by().values_list("month", flat=True).distinct())
    for month, verdicts in FactPlace.objects.values_list("found_month", "verdicts"):
        found |= {month, *verdicts}
    return {Month.parse(month) for month in found}
