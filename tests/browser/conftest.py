"""One browser, one stage for a file of tests, and windows that check every page."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.theatre import Theatre, chromium
from tests.browser.visiting import Visit


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium there is nothing to drive: skipped, with the reason."""
    if os.environ.get("ANSIM_CHROMIUM") or shutil.which("chromium"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium here (set ANSIM_CHROMIUM)"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver, driver.chromium.launch(**chromium()) as started:
        yield started


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with Theatre(tmp_path_factory.mktemp("home")) as raised:
        yield raised


@pytest.fixture
def visit(browser: Any, theatre: Theatre) -> Iterator[Any]:
    """Opens windows: ``visit("ko", PHONE)``."""
    from axe_playwright_python.sync_playwright import Axe

    contexts = []

    def opened(language: str, size: dict[str, int]) -> Visit:
        locale = {"ko": "ko-KR", "en": "en-GB"}[language]
        context = browser.new_context(viewport=size, locale=locale)
        context.set_default_timeout(15_000)
        # Only the way out leads to another host; what lies there is no part of the test.
        context.route(
            lambda url: not url.startswith(theatre.address),
            lambda route: route.fulfill(body="elsewhere"),
        )
        contexts.append(context)
        # Axe puts its script into each page from outside, past the page's own policy.
        return Visit(context.new_page(), theatre.address, language, Axe())

    yield opened
    for context in contexts:
        context.close()
