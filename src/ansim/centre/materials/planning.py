"""When each link is looked at next: what our looks teach about hosts, and the plan of the day.

A link waits for its removal (or is seen to stay); the rates of hosts are learned from that, and once
a day all waiting links are planned together under the budget. The plan's price is kept, and each
look asks it for its own link's next moment (ansim.verdicts.revisits has the reasoning).
"""

import tomllib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Case as When
from django.db.models import FloatField, Q, Sum, Value
from django.db.models import When as If

from ansim.centre.materials.models import HostRate, LookPlan, Sighting
from ansim.errors import AnsimError
from ansim.fetching.domains import registered_domain
from ansim.verdicts import Judgement, Pace, Reason, Verdict, next_look
from ansim.verdicts.hostrates import (
    PRIOR_RATE,
    Experience,
    link_rate,
    link_rates,
    patience,
)
from ansim.verdicts.revisits import plan
from ansim.verdicts.scheduling import USUAL_PRICE

RENEW_AFTER: Final = timedelta(days=1)
LOOKS_A_LINK: Final = 1.0
"""Looks a day for each waiting link, on the average: more would only burden the sites."""

KEPT_PLANS: Final = 30
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
    usual = PRIOR_RATE if last is None else _usual_of(last.usual, sighting.place)
    known = Experience() if row is None else Experience(row.events, row.exposure)
    age = (now - sighting.found_at) / timedelta(days=1)
    return Pace(
        rate=link_rate(known.rate(usual), age),
        weight=_weight(sighting),
        price=USUAL_PRICE if last is None else last.price,
        stretch=1.0 if row is None else row.stretch,
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
    known = known.went(days, known.rate(PRIOR_RATE)) if went else known.stayed(days)
    row.events, row.exposure = known.events, known.exposure
    row.place, row.updated_at = sighting.place, now
    row.save()


@transaction.atomic
def renew(*, now: datetime) -> LookPlan:
    """Plan all waiting links together; keep the price, the usual rates, and who must be spared."""
    usual = _usual_rates()
    known = {row.host: row for row in HostRate.objects.all()}
    hosts, rates, factors = [], [], []
    table = weights()
    for host, place, found_at, factor in _waiting(table):
        row = known.get(host)
        lived = Experience() if row is None else Experience(row.events, row.exposure)
        hosts.append(host)
        rates.append((lived.rate(_usual_of(usual, place)), (now - found_at).total_seconds() / 86400))
        factors.append(factor)
    told = np.array(rates, np.float64).reshape(-1, 2)
    rate = link_rates(told[:, 0], told[:, 1])
    budget = min(float(settings.ANSIM_LOOKS_A_DAY), max(1.0, len(hosts) * LOOKS_A_LINK))
    made = plan(rate, np.array(factors) * patience(rate), budget) if hosts else None
    if made is not None:
        _spare_domains(hosts, made.every_days, now)
    kept = LookPlan.objects.create(
        made_at=now, price=USUAL_PRICE if made is None else made.price, usual=usual,
        links=len(hosts), looks_a_day=0.0 if made is None else made.looks_a_day,
    )  # fmt: skip
    old = LookPlan.objects.values_list("pk", flat=True)[KEPT_PLANS:]
    LookPlan.objects.filter(pk__in=list(old)).delete()
    return kept


def _usual_rates() -> dict[str, float]:
    """The usual rate of each kind of place, leaning on that of all together."""
    rows = HostRate.objects.values("place").annotate(e=Sum("events"), x=Sum("exposure"))
    found = {row["place"]: Experience(row["e"], row["x"]) for row in rows}
    everybody = Experience(
        sum(one.events for one in found.values()), sum(one.exposure for one in found.values())
    ).mean()
    return {place: one.mean(everybody) for place, one in found.items()} | {"": everybody}


def _usual_of(usual: dict[str, float], place: str) -> float:
    return usual.get(place, usual.get("", PRIOR_RATE))


def _waiting(table: dict[str, float]) -> Any:
    """(host, place, found at, weight) of every link that waits for its removal; nothing sealed."""

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
    )
    return rows.annotate(counts=weight).values_list("host", "place", "found_at", "counts").iterator()


def _spare_domains(hosts: list[str], every_days: Any, now: datetime) -> None:
    """Note by how much the links of an overburdened registered domain have to wait longer."""
    names = {host: registered_domain(host) for host in set(hosts)}
    asked: dict[str, float] = dict.fromkeys(names.values(), 0.0)
    for host, days in zip(hosts, every_days.tolist(), strict=True):
        asked[names[host]] += 1.0 / days
    most = float(settings.ANSIM_LOOKS_A_DOMAIN)
    HostRate.objects.exclude(stretch=1.0).update(stretch=1.0)
    for host, domain in names.items():
        if asked[domain] > most * 1.001:
            HostRate.objects.update_or_create(
                host=host, defaults={"stretch": asked[domain] / most},
                create_defaults={"stretch": asked[domain] / most, "updated_at": now},
            )  # fmt: skip
