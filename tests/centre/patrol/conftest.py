"""Removal officer Park, supervisor Jeong and counsellor Lee, signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from ansim.centre.access.services import create_staff
from tests.centre.doors import let_in

ROLES = {"park": "removal_officer", "jeong": "supervisor", "lee": "counsellor"}


@pytest.fixture
def client_of(db) -> Callable[..., Client]:
    """``client_of("park", "en")``: signed in, reading that language."""

    def client(name: str, language: str = "ko") -> Client:
        staff = create_staff(name, "still water runs deep", name, name.title(), ROLES[name])
        browser = Client()
        let_in(browser, staff)
        browser.cookies["ansim_lang"] = language
        return browser

    return client
