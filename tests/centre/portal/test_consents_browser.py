"""The consents page in real Chromium: phone and desktop, both languages, without scripts."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from ansim.centre import outside
from ansim.centre.access.models import Staff
from ansim.centre.cases.ledger import give
from ansim.centre.cases.models import Case
from ansim.centre.removal.models import HashList
from tests.centre.portal.people import NOON, known
from tests.centre.portal.test_browser import (  # noqa: F401 -- fixtures
    DESK,
    PHONE,
    append_only,
    browser,
    pytestmark,
    site,
)

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PICTURES = os.environ.get("ANSIM_PICTURES", "")


@pytest.fixture
def told(site: LiveServer, lee: Staff, settings) -> Iterator[tuple[Case, str]]:  # noqa: F811
    """Jiwoo has allowed something, left one recipient out, and shared fingerprints."""
    del site, lee
    settings.ANSIM_RECIPIENTS = Path(outside.__file__).parents[1] / "sandbox" / "recipients"
    jiwoo = known(links=("https://byeok.test/t/1",))
    give(jiwoo.case, "share_hashes", now=NOON - timedelta(days=2))
    HashList.objects.create(
        reference="R-AAAAA", case=jiwoo.case, kind="share", recipient="jimun",
        regime="hash_sharing", state="sent", sent_at=NOON - timedelta(days=1),
        drafted_at=NOON, basis="consent", language="ko",
    )  # fmt: skip
    return jiwoo.case, jiwoo.code


@pytest.mark.parametrize(("size", "scripts"), [(PHONE, False), (DESK, True)])
@pytest.mark.parametrize("language", ["ko-KR", "en-GB"])
def test_jiwoo_takes_a_consent_back_and_reads_what_follows(
    browser: Browser, site: LiveServer, told, size, scripts: bool, language: str  # noqa: F811
) -> None:
    case, code = told
    context = browser.new_context(
        viewport=size, locale=language, java_script_enabled=scripts, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(f"{site.url}/code")
    page.fill("[name=code]", code)
    with page.expect_navigation(url="**/mine"):
        page.keyboard.press("Enter")
    page.goto(f"{site.url}/mine/consents")
    for one in page.locator("summary").all():
        one.press("Enter")

    def looked(name: str) -> None:
        if scripts:
            found = Axe().run(page, options=RULES)
            assert not found.response["violations"], found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/{name}-{language}-{size['width']}.png", full_page=True)

    looked("consents")
    with page.expect_navigation():
        page.locator("#share_hashes > form button[value=withdraw]").press("Enter")
    assert case.allows("share_hashes", NOON)
    looked("consent-back")
    with page.expect_navigation():
        page.locator("main button[value=withdraw]").press("Enter")
    assert not Case.objects.get(pk=case.pk).allows("share_hashes", NOON)
    looked("consents-after")
    context.close()
