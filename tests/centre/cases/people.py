"""Named people of a small centre, each signed in through the door, and a case to open."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from ansim.centre import clock
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import CaseFacts, open_case
from ansim.vault import CaseKey
from tests.centre.doors import come_in

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
PASSWORD = "still water runs deep"
ROLES = {
    "lee": "counsellor", "choi": "counsellor", "park": "removal_officer",
    "jeong": "supervisor", "yoon": "analyst",
}  # fmt: skip
Opened = tuple[Case, CaseKey]


@pytest.fixture(autouse=True)
def ten_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The centre's clock stands at 10:00 in Seoul."""
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def people(db: None) -> dict[str, Staff]:
    """Counsellors Lee and Choi, removal officer Park, supervisor Jeong, analyst Yoon."""
    del db
    return {
        name: create_staff(name, PASSWORD, f"{name}-ko", name.title(), role)
        for name, role in ROLES.items()
    }


@pytest.fixture
def signed_in(people: dict[str, Staff]) -> Callable[..., Client]:
    """``signed_in("lee")``: a browser with her key in it; ``language="en"`` for English."""

    def enter(name: str, language: str = "ko") -> Client:
        assert name in people
        client = Client()
        client.cookies["ansim_lang"] = language
        come_in(client, name, PASSWORD)
        return client

    return enter


@pytest.fixture
def opened(people: dict[str, Staff]) -> Callable[..., Opened]:
    """``opened("lee", reference="여울-412", story=...)``: a case shared with those named."""

    def make(*names: str, reference: str = "여울-412", at: datetime = NOW, **facts: Any) -> Opened:
        given = {"language": "ko", "channel": "web", "consents": ["hold"], **facts}
        case, key = open_case(CaseFacts(**given), now=at, holders=[people[name] for name in names])
        case.reference = reference
        case.save()
        return case, key

    return make
