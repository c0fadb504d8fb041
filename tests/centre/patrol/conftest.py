"""Removal officer Park, supervisor Jeong and counsellor Lee, signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from tests.centre.doors import let_in
from tests.centre.removal.conftest import RECIPIENTS

ROLES = {"park": "removal_officer", "jeong": "supervisor", "lee": "counsellor"}


@pytest.fixture
def staff_of(db) -> Callable[[str], Staff]:
    """``staff_of("park")``."""
    made: dict[str, Staff] = {}

    def staff(name: str) -> Staff:
        if name not in made:
            made[name] = create_staff(name, "still water runs deep", name, name.title(), ROLES[name])
        return made[name]

    return staff


@pytest.fixture
def client_of(staff_of) -> Callable[..., Client]:
    """``client_of("park", "en")``: signed in, reading that language."""

    def client(name: str, language: str = "ko") -> Client:
        browser = Client()
        let_in(browser, staff_of(name))
        browser.cookies["ansim_lang"] = language
        return browser

    return client


@pytest.fixture
def registered(settings) -> None:
    """The sandbox's recipients stand in the registry."""
    settings.ANSIM_RECIPIENTS = RECIPIENTS
