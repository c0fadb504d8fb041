"""A small centre's records: written down as the services leave them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case, Consent
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal.models import Request
from ansim.centre.support.models import Service

numbers = count(1)


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    """A moment of 2026 in UTC; Seoul is nine hours ahead."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def case_of() -> Callable[..., Case]:
    """``case_of(age=..., harms=(...), consents=...)``: a case opened on 2 November."""

    def make(*, age: str = "unknown", harms: tuple[str, ...] = (), consents: bool = True) -> Case:
        case = Case.objects.create(
            reference=f"여울-{100 + next(numbers)}", opened_at=at(2), channel="web", age=age
        )
        make_working_key(case)
        for code in harms:
            case.harms.create(code=code)
        if consents:
            Consent.objects.create(case=case, purpose="statistics", wording="1", given_at=at(2))
        return case

    return make


@pytest.fixture
def service_of() -> Callable[..., Service]:
    """``service_of(case, "psychological", at(3))``."""

    def make(case: Case, kind: str, given_at: datetime) -> Service:
        return Service.objects.create(
            case=case, kind=kind, provider="p", outcome="done", given_at=given_at
        )

    return make


@pytest.fixture
def sighting_of() -> Callable[..., Sighting]:
    """``sighting_of(case, at(3), place="sns", verdicts={4: "present"})``; looks at noon."""

    def make(case: Case, found_at: datetime, **given: object) -> Sighting:
        verdicts = given.pop("verdicts", {})
        number = next(numbers)
        sighting = Sighting.objects.create(
            case=case, number=number, origin=str(given.pop("origin", "given")), url="http://x.test/",
            url_key=f"{number:064}", host="x.test", found_at=found_at, **given,
        )  # fmt: skip
        assert isinstance(verdicts, dict)
        for index, (day, verdict) in enumerate(verdicts.items(), start=1):
            when = day if isinstance(day, datetime) else at(day)
            Look.objects.create(sighting=sighting, number=index, at=when, round={}, verdict=verdict)
        return sighting

    return make


@pytest.fixture
def request_of() -> Callable[..., Request]:
    """``request_of(sighting, at(4), kind="platform")``: sent then; None is a draft."""

    def make(sighting: Sighting, sent_at: datetime | None, kind: str = "platform") -> Request:
        number = next(numbers)
        return Request.objects.create(
            reference=f"R-{number:05}", sighting=sighting, rung=1, recipient=f"r{number}",
            recipient_kind=kind, regime="eu_dsa_16", why="first", language="en", basis="consent",
            state="sent" if sent_at else "draft", sent_at=sent_at,
            drafted_at=(sent_at or at(1)) - timedelta(hours=1),
        )  # fmt: skip

    return make
