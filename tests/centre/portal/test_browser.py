"""Jiwoo's phone and desktop: real Chromium, without scripts where that matters."""

import os
import shutil
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from ansim.centre.access.models import Staff
from tests.centre.portal.people import code_on, picture

CHROMIUM = os.environ.get("ANSIM_CHROMIUM") or shutil.which("chromium") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
GUARDS = ("custody_no_update", "custody_no_delete")
EMPTYING = "DROP TRIGGER IF EXISTS custody_no_truncate ON custody_custodyevent"
STORY = "그 사람이 집 앞에 와요"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def append_only(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Guards the custody log again after the tests whose tables were emptied."""
    yield
    guard = import_module("ansim.centre.custody.migrations.0002_append_only")
    emptying = import_module("ansim.centre.custody.migrations.0003_no_truncate")
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.schema_editor() as editor:
            editor.execute(EMPTYING)
            emptying.guard(None, editor)
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            for name, statement in zip(GUARDS, guard.SQLITE, strict=True):
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(statement)


@pytest.fixture
def site(
    append_only: None, transactional_db: None, live_server: LiveServer
) -> Iterator[LiveServer]:
    """The site on loopback; its tables are emptied afterwards, which custody must allow once."""
    yield live_server
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(EMPTYING)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in GUARDS:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def page_of(
    browser: Browser, server: LiveServer, *, language: str = "ko-KR", scripts: bool = True,
    viewport: dict[str, int] = PHONE,
) -> Page:  # fmt: skip
    context = browser.new_context(
        locale=language, java_script_enabled=scripts, viewport=viewport, base_url=server.url
    )
    page = context.new_page()
    page.goto("/")
    return page


def go_on(page: Page) -> None:
    # A page that is left before it arrived whole is not in the browser's memory: going back or
    # forward to it would fail.
    with page.expect_navigation():
        page.click(".actions .btn-primary")


def fits_and_is_accessible(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.title()
    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], one["nodes"][0]["html"]) for one in found]


def to_danger(page: Page) -> None:
    """From the first page to the fourth step."""
    go_on(page)
    page.check("[name=standing][value=self]")
    go_on(page)
    page.fill("[name=url1]", "forum.example.com/1")
    go_on(page)
    page.fill("[name=story]", STORY)
    go_on(page)


@pytest.mark.parametrize(("language", "viewport"), [("ko-KR", PHONE), ("en-GB", DESK)])
def test_from_the_first_page_to_my_case(
    site: LiveServer, lee: Staff, browser: Browser, language: str, viewport: dict[str, int]
) -> None:
    page = page_of(browser, site, language=language, viewport=viewport)
    fits_and_is_accessible(page)
    go_on(page)
    fits_and_is_accessible(page)
    go_on(page)
    page.fill("[name=url1]", "no dot here")
    go_on(page)
    fits_and_is_accessible(page)
    assert page.evaluate("document.activeElement.className") == "error-summary"
    page.fill("[name=url1]", "forum.example.com/1")
    go_on(page)
    page.set_input_files(
        "[name=files]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    page.click("[value=upload]")
    fits_and_is_accessible(page)
    go_on(page)
    fits_and_is_accessible(page)
    go_on(page)
    page.check("[name=consent][value=hold]")
    fits_and_is_accessible(page)
    go_on(page)
    fits_and_is_accessible(page)
    go_on(page)
    fits_and_is_accessible(page)
    page.fill("[name=code]", code_on(page.content()))
    go_on(page)
    fits_and_is_accessible(page)
    for address in ("/mine/messages", "/mine/consents", "/mine/links", "/code", "/privacy"):
        page.goto(address)
        fits_and_is_accessible(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_back_and_forward_keep_what_was_typed(
    site: LiveServer, lee: Staff, browser: Browser, *, scripts: bool
) -> None:
    page = page_of(browser, site, scripts=scripts)
    to_danger(page)
    page.go_back()
    assert page.input_value("[name=story]") == STORY
    page.go_back()
    assert page.input_value("[name=url1]") == "forum.example.com/1"
    page.go_forward()
    page.go_forward()
    assert "(4/6)" in page.title()
    page.click("[value=back]")
    assert page.input_value("[name=story]") == STORY


def test_after_leaving_nothing_can_be_gone_back_to(
    site: LiveServer, lee: Staff, browser: Browser, settings
) -> None:
    settings.ANSIM_EXIT_URL = "/privacy"
    page = page_of(browser, site, scripts=False)
    to_danger(page)
    page.click("a.exit")
    page.wait_for_url("**/privacy")
    for _ in range(4):
        page.go_back()
        assert STORY not in page.content()
        assert "forum.example.com" not in page.content()


def test_enter_means_go_on_and_not_go_back(site: LiveServer, lee: Staff, browser: Browser) -> None:
    page = page_of(browser, site, scripts=False)
    to_danger(page)
    go_on(page)
    page.fill("[name=name]", "지우")
    page.check("[name=consent][value=hold]")
    page.press("[name=name]", "Enter")
    assert "(6/6)" in page.title()
