"""Counsellor Lee, removal officer Park, supervisor Jeong and analyst Yoon; a case with links."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from django.test import Client

from ansim.centre import clock, outside
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.materials.models import Material, Sighting
from ansim.centre.removal.drafting import draft_request
from ansim.centre.removal.models import Request
from tests.centre.doors import let_in

RECIPIENTS = Path(outside.__file__).parents[1] / "sandbox" / "recipients"
PEOPLE = {
    "lee": ("이 상담사", "Lee", "counsellor"),
    "park": ("박 담당관", "Park", "removal_officer"),
    "jeong": ("정 팀장", "Jeong", "supervisor"),
    "yoon": ("윤 분석가", "Yoon", "analyst"),
}
numbers = count(1)


@pytest.fixture(autouse=True)
def recipients(settings) -> None:
    settings.ANSIM_RECIPIENTS = RECIPIENTS


@pytest.fixture
def staff_of(db) -> Callable[[str], Staff]:
    """``staff_of("park")``."""
    made: dict[str, Staff] = {}

    def staff(name: str) -> Staff:
        if name not in made:
            korean, english, role = PEOPLE[name]
            made[name] = create_staff(name, "still water runs deep", korean, english, role)
        return made[name]

    return staff


@pytest.fixture
def client_of(staff_of) -> Callable[..., Client]:
    """``client_of("park", language="en")``: signed in."""

    def client(name: str, language: str = "ko") -> Client:
        browser = Client()
        let_in(browser, staff_of(name))
        browser.cookies["ansim_lang"] = language
        return browser

    return client


@pytest.fixture
def case(db) -> Case:
    """여울-412, with every consent that removal needs."""
    now = clock.now()
    opened = Case.objects.create(reference="여울-412", opened_at=now, channel="web")
    make_working_key(opened)
    for purpose in ("search", "notify", "search_engines"):
        opened.consents.create(purpose=purpose, wording="1", given_at=now - timedelta(days=1))
    Material.objects.create(
        case=opened, number=1, kind="picture", pdq="f8a1" * 16, quality=90, sha256="ab" * 32,
        added_at=now,
    )  # fmt: skip
    return opened


@pytest.fixture
def link_of(case) -> Callable[..., Sighting]:
    """``link_of("byeok.test")``: seen there with a match; other fields as given."""

    def link(host: str = "byeok.test", **given: object) -> Sighting:
        number, now = next(numbers), clock.now()
        fields = {
            "case": case, "material": case.materials.get(), "distance": 4, "verdict": "present",
            "matched_at": now, "verdict_at": now, "origin": "given",
        }  # fmt: skip
        return Sighting.objects.create(
            number=number, url=f"https://{host}/post/secret-{number}", url_key=f"{number:064}",
            host=host, place="adult", found_at=now, **(fields | given),
        )  # fmt: skip

    return link


@pytest.fixture
def draft_of(link_of) -> Callable[..., Request]:
    """``draft_of("byeok.test")``: a request drafted for a fresh link there."""

    def draft(host: str = "byeok.test", **given: object) -> Request:
        link = link_of(host, **given)
        recipient = outside.registry().responsible(host, ("platform", "search"))[0]
        request = draft_request(link, recipient, why="first", now=clock.now())
        assert request is not None
        return request

    return draft


@pytest.fixture
def sent_of(draft_of, staff_of) -> Callable[..., Request]:
    """``sent_of("byeok.test", state="unclear")``: what became of a draft that left."""

    def sent(host: str = "byeok.test", **given: object) -> Request:
        request = draft_of(host)
        now = clock.now()
        fields = {"state": "sent", "sent_at": now, "approved_at": now, "attempt": 1} | given
        for name, value in fields.items():
            setattr(request, name, value)
        request.approved_by = staff_of("park")
        request.message_id = f"<{request.pk}@centre.test>"
        request.save()
        return request

    return sent
