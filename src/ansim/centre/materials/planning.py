"""When each link is looked at next: what our looks teach about hosts, and the plan of the day.

A link waits for its removal (or is seen to stay); the rates of hosts are learned from that, and once
a day all waiting links are planned together under the budget. The plan's price is kept, and each
look asks it for its own link's next moment (ansim.verdicts.revisits has the reasoning).
"""

import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Case as When
from django.db.models import FloatField, Q, Value
from django.db.models import When as If
from numpy.typing import NDArray

from ansim.centre.materials.models import HostRate, LookPlan, Sighting
from ansim.errors import AnsimError
from ansim.fetching.domains import registered_domain
from ansim.verdicts import Judgement, Pace, Reason, Verdict, next_look
from ansim.verdicts.hostrates import (
    PRIOR_SHARES,
    Experience,
    Shares,
    host_rates,
    link_rate,
    link_rates,
    usual_shares,
)
from ansim.verdicts.revisits import plan
from ansim.verdicts.scheduling import FRESH, OLD, USUAL_PRICE

RENEW_AFTER: Final = timedelta(days=1)
LOOKS_A_LINK: Final = 1.0
"""Looks a day for each waiting link, on the average: more would only burden the sites."""

LEAST_SHARE: Final = 0.25
"""Of the whole budget, for waiting links, however much else there is to look at."""

KEPT_PLANS: Final = 30
_AT_ONCE: Final = 500
MINORS: Final = ("under_14", "teen")
# Verdicts of a place that still shows the material, and of one that does not.
THERE: Final = (
    Verdict.PRESENT, Verdict.CACHED_COPY, Verdict.MOVED, Verdict.BLOCKED_IN_COUNTRY,
    Verdict.GEO_DENIED,
)  # fmt: skip
GONE: Final = (Verdict.GONE_PROVISIONAL, Verdict.GONE_CONFIRMED)
WAITING: Final = (*THERE, Verdict.RESTRICTED)

Promise = Callable[[Sighting, datetime], datetime | None]
_promises: list[Promise] = []


class LookWeightsError(AnsimError):
    """The file of weights is not as it must be."""

    code: ClassVar[str] = "look_weights"
    sentences: ClassVar[dict[str, str]] = {
        "en": "The file look_weights.toml is wrong at {field}: add it or correct it.",
        "ko": "look_weights.toml 파일의 {field} 항목을 채우거나 고쳐 주세요.",
    }


@lru_cache(maxsize=1)
def weights() -> dict[str, float]:
    """What a day's delay counts, by what holds for a link. Raises LookWeightsError."""
    path = Path(__file__).with_name("look_weights.toml")
    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, kind in (
        ("version", str), ("effective_from", date), ("status", str), ("source", str),
        ("verified_on", date),
    ):  # fmt: skip
        if not isinstance(data.get(name), kind):
            raise LookWeightsError(field=name)
    found = data.get("weights", {})
    for name in ("bank", "minor", "danger", "reupload"):
        value = found.get(name)
        if type(value) is not float or not 0 < value <= 100:  # noqa: PLR2004 - a sane factor
            raise LookWeightsError(field=f"weights.{name}")
    return dict(found)


def promise(function: Promise) -> Promise:
    """Register a function that tells when somebody's time for a link is up, or None."""
    _promises.append(function)
    return function


def next_look_of(
    sighting: Sighting, judgement: Judgement, *, now: datetime
) -> tuple[datetime, Reason]:
    """When to look again and why: the plan's price, the host's rate, and every promise."""
    ends = [end for ask in _promises if (end := ask(sighting, now)) is not None and end > now]
    return next_look(
        judgement, at=now, promise_ends=min(ends, default=None), pace=_pace(sighting, now),
        key=str(sighting.pk),
    )  # fmt: skip


def _pace(sighting: Sighting, now: datetime) -> Pace:
    last = LookPlan.objects.first()
    row = HostRate.objects.filter(host=sighting.host).first()
    shares = PRIOR_SHARES if last is None else _shares_of(last.usual, sighting.place)
    spared = {} if last is None else last.spared
    known = Experience() if row is None else Experience(row.events, row.exposure)
    age = (now - sighting.found_at) / timedelta(days=1)
    return Pace(
        rate=link_rate(known.rate(shares), age),
        weight=_weight(sighting),
        price=USUAL_PRICE if last is None else last.price,
        stretch=float(spared.get(registered_domain(sighting.host), 1.0)),
    )


def _weight(sighting: Sighting) -> float:
    table, weight, case = weights(), 1.0, sighting.case
    if sighting.bank_id is not None:
        weight *= table["bank"]
    if case is not None and (case.age in MINORS or "minor" in case.flags):
        weight *= table["minor"]
    if case is not None and ("danger_now" in case.flags or case.threat_deadline is not None):
        weight *= table["danger"]
    if sighting.earlier_id is not None:
        weight *= table["reupload"]
    return weight


def learn(sighting: Sighting, judgement: Judgement, *, now: datetime) -> None:
    """What a look at a page teaches about its host. Call before the look's verdict is forgotten.

    Time in which the material was seen to stay is exposure; its first miss is one removal.
    """
    if sighting.kind != Sighting.Kind.PAGE:
        return
    earlier = sighting.looks.filter(number__lt=sighting.looks_done).order_by("-number")
    there = earlier.filter(verdict__in=THERE).values_list("number", "at").first()
    if there is None:
        return
    number, since = there
    if earlier.filter(number__gt=number, verdict__in=GONE).exists():
        return  # it was counted at its first miss
    days = (now - since) / timedelta(days=1)
    went = judgement.verdict in GONE
    if not went and judgement.verdict not in THERE:
        return
    HostRate.objects.get_or_create(
        host=sighting.host, defaults={"place": sighting.place, "updated_at": now}
    )
    row = HostRate.objects.select_for_update().get(host=sighting.host)
    known = Experience(row.events, row.exposure)
    plan_ = LookPlan.objects.first()
    shares = PRIOR_SHARES if plan_ is None else _shares_of(plan_.usual, sighting.place)
    known = known.went(days, known.rate(shares)) if went else known.stayed(days)
    row.events, row.exposure = known.events, known.exposure
    row.place, row.updated_at = sighting.place, now
    row.save()


def renew(*, now: datetime) -> LookPlan:
    """Plan all waiting links together; keep the price, what is usual, and who must be spared.

    What is looked at for other reasons (gone, unknown, search results) is taken off the budget
    first. Links that an older plan had put off for longer are brought forward. A million links take
    half a minute to read (bench/planned.py), so nothing is locked until there is something to write.
    """
    rows, links = list(HostRate.objects.all()), list(_waiting(weights()))
    usual = _usual(rows)
    rate = _rates(links, rows, usual, now)
    whole = float(settings.ANSIM_LOOKS_A_DAY)
    left = max(whole - _other_looks_a_day(now), whole * LEAST_SHARE)
    budget = min(left, max(1.0, len(links) * LOOKS_A_LINK))
    made = plan(rate, np.array([one.weight for one in links]), budget) if links else None
    spared: dict[str, float] = {}
    sooner: list[tuple[_Link, datetime]] = []
    if made is not None:
        domains = [registered_domain(one.host) for one in links]
        spared = _spared(domains, made.every_days)
        stretch = np.array([spared.get(domain, 1.0) for domain in domains])
        sooner = _sooner(links, made.every_days * stretch, now)
    with transaction.atomic():
        _bring_forward(sooner)
        kept = LookPlan.objects.create(
            made_at=now, price=USUAL_PRICE if made is None else made.price, usual=usual, spared=spared,
            links=len(links), looks_a_day=0.0 if made is None else made.looks_a_day,
        )  # fmt: skip
        old = LookPlan.objects.values_list("pk", flat=True)[KEPT_PLANS:]
        LookPlan.objects.filter(pk__in=list(old)).delete()
    return kept


def _rates(
    links: list["_Link"], rows: list[HostRate], usual: dict[str, list[float]], now: datetime
) -> NDArray[np.float64]:
    """The expected removals a day of each link."""
    known = {row.host: (row.events, row.exposure) for row in rows}
    looked = np.array([known.get(one.host, (0.0, 0.0)) for one in links]).reshape(-1, 2)
    shares = np.array([_shares_of(usual, one.place) for one in links]).reshape(-1, len(PRIOR_SHARES))
    age = np.array([(now - one.found_at) / timedelta(days=1) for one in links])
    return link_rates(host_rates(looked[:, 0], looked[:, 1], shares), age)


def _usual(rows: list[HostRate]) -> dict[str, list[float]]:
    """The shares of quick, usual and slow hosts in each kind of place, and under "" in all."""
    places = sorted({row.place for row in rows})
    everybody, shares = usual_shares(
        np.array([row.events for row in rows], np.float64),
        np.array([row.exposure for row in rows], np.float64),
        np.array([places.index(row.place) for row in rows], np.int64),
        len(places),
    )
    return dict(zip(places, shares.tolist(), strict=True)) | {"": everybody.tolist()}


def _shares_of(usual: dict[str, list[float]], place: str) -> Shares:
    return tuple(usual.get(place) or usual.get("") or PRIOR_SHARES)


class _Link(NamedTuple):
    """What a plan needs to know of a link; nothing that is sealed."""

    pk: Any
    host: str
    place: str
    found_at: datetime
    last_look_at: datetime | None
    next_look_at: datetime
    weight: float


def _waiting(table: dict[str, float]) -> Iterator[_Link]:
    """Every link that waits for its removal."""

    def factor(condition: Q, name: str) -> When:
        return When(If(condition, then=Value(table[name])), default=Value(1.0), output_field=FloatField())

    minor = Q(case__age__in=MINORS) | Q(case__flags__icontains='"minor"')
    danger = Q(case__flags__icontains='"danger_now"') | Q(case__threat_deadline__isnull=False)
    weight = (
        factor(Q(bank__isnull=False), "bank") * factor(minor, "minor") * factor(danger, "danger")
        * factor(Q(earlier__isnull=False), "reupload")
    )  # fmt: skip
    rows = Sighting.objects.filter(
        kind=Sighting.Kind.PAGE, verdict__in=WAITING, next_look_at__isnull=False
    ).annotate(counts=weight)
    fields = ("pk", "host", "place", "found_at", "last_look_at", "next_look_at", "counts")
    return (_Link(*row) for row in rows.values_list(*fields).iterator())


def _other_looks_a_day(now: datetime) -> float:
    """What is looked at outside of the plan, by how often each kind is (verdicts.scheduling)."""
    rows = Sighting.objects.filter(next_look_at__isnull=False)
    gone = rows.filter(verdict=Verdict.GONE_CONFIRMED)
    lately = gone.filter(verdict_at__gt=now - FRESH).count()
    long_ago = gone.filter(verdict_at__lte=now - OLD).count()
    others = rows.exclude(verdict__in=(*WAITING, Verdict.GONE_CONFIRMED)).count()
    return lately / 2 + (gone.count() - lately - long_ago) / 7 + long_ago / 30 + others / 2


def _spared(domains: list[str], every_days: NDArray[np.float64]) -> dict[str, float]:
    """By how much the links of an overburdened registered domain wait longer."""
    asked: dict[str, float] = {}
    for domain, days in zip(domains, every_days.tolist(), strict=True):
        asked[domain] = asked.get(domain, 0.0) + 1.0 / days
    most = float(settings.ANSIM_LOOKS_A_DOMAIN)
    return {domain: looks / most for domain, looks in asked.items() if looks > most * 1.001}


def _sooner(
    links: list[_Link], every_days: NDArray[np.float64], now: datetime
) -> list[tuple[_Link, datetime]]:
    """Links whose look is planned for more than a day later than the new plan wants it, and when."""
    found = []
    for one, days in zip(links, every_days.tolist(), strict=True):
        wanted = max((one.last_look_at or now) + timedelta(days=days), now)
        if one.next_look_at > wanted + RENEW_AFTER:
            found.append((one, wanted))
    return found


def _bring_forward(sooner: list[tuple[_Link, datetime]]) -> None:
    """Move them, but none that was looked at since the plan was read."""
    for at in range(0, len(sooner), _AT_ONCE):
        some = sooner[at : at + _AT_ONCE]
        rows = Sighting.objects.filter(pk__in=[one.pk for one, _ in some])
        planned = dict(rows.values_list("pk", "next_look_at"))
        Sighting.objects.bulk_update(
            [
                Sighting(pk=one.pk, next_look_at=wanted)
                for one, wanted in some
                if planned.get(one.pk) == one.next_look_at
            ],
            ["next_look_at"],
        )
