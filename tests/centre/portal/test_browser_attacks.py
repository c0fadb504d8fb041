"""In real Chromium: leaving and coming back, the puzzle, keyboard only, every voice, no scripts."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from ansim.centre.access.models import Staff
from ansim.centre.cases.models import Case
from ansim.centre.portal import limits
from ansim.centre.portal.models import Spent
from tests.centre.doors import let_in
from tests.centre.portal.people import code_on, known
from tests.centre.portal.test_browser import (
    CHROMIUM,
    DESK,
    PHONE,
    append_only,
    fits_and_is_accessible,
    go_on,
    page_of,
    site,
)

__all__ = ["append_only", "site"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine"),
]
SECRET = "바닷가에서 찍힌 사진"
ANSWER = "input[name=answer]"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """As people's browsers are: whole pages are kept for Back (bfcache)."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=flags,
            ignore_default_args=["--disable-back-forward-cache"],
        )  # fmt: skip
        yield chromium
        chromium.close()


def come_in(page: Page, code: str) -> None:
    page.goto("/code")
    page.fill("[name=code]", code)
    go_on(page)
    assert page.url.endswith("/mine")


def goes_back(page: Page) -> bool:
    """Whether there is anything left to go back to; a page that is in no cache is nothing."""
    try:
        page.go_back(wait_until="load")
    except Error as error:
        if "ERR_CACHE_MISS" not in str(error):
            raise
        return False
    return True


def shows_nothing(page: Page) -> None:
    """Wherever Back leads: no word of the case, and no way into it."""
    text = page.content()
    assert SECRET not in text
    assert "링크 1" not in text
    for path in ("/mine", "/mine/messages"):
        page.goto(path)
        assert page.url.endswith("/code"), page.url


@pytest.mark.parametrize(("way", "scripts"), [("button", True), ("button", False), ("keys", True)])
def test_after_leaving_back_and_cache_show_nothing(
    site: LiveServer, lee: Staff, browser: Browser, settings, way: str, *, scripts: bool
) -> None:
    settings.ANSIM_EXIT_URL = "/privacy"
    person = known(links=("https://forum.example.com/t/1",))
    page = page_of(browser, site, scripts=scripts)
    come_in(page, person.code)
    page.goto("/mine/messages")
    page.fill("[name=text]", SECRET)
    go_on(page)
    assert SECRET in page.content()
    page.goto("/mine")
    if way == "button":
        page.click("a.exit")
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url("**/privacy")
    for _ in range(4):
        if not goes_back(page):
            break
        assert SECRET not in page.content(), page.url
        assert "링크 1" not in page.content(), page.url
    names = {one["name"] for one in page.context.cookies()}
    assert not names & {"ansim_k", "ansim_d", "ansim_r"}
    shows_nothing(page)


def test_leaving_with_a_script_takes_the_page_out_of_the_history(
    site: LiveServer, lee: Staff, browser: Browser, settings
) -> None:
    settings.ANSIM_EXIT_URL = "/privacy"
    page = page_of(browser, site)
    before = page.evaluate("history.length")
    page.click("a.exit")
    page.wait_for_url("**/privacy")
    assert page.evaluate("history.length") == before


def test_a_page_solves_its_puzzle_while_it_is_read(
    site: LiveServer, lee: Staff, browser: Browser
) -> None:
    person = known()
    page = page_of(browser, site)
    page.goto("/code")
    expect(page.locator(ANSWER)).not_to_have_value("", timeout=20_000)
    page.fill("[name=code]", person.code)
    go_on(page)
    assert page.url.endswith("/mine")
    assert Spent.objects.count() == 1


def test_pressing_before_it_is_solved_waits_and_goes_on(
    site: LiveServer, lee: Staff, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = known()
    monkeypatch.setattr(limits.Rule, "bits_at", lambda self, tries: 13)
    page = page_of(browser, site)
    page.goto("/code")
    page.fill("[name=code]", person.code)
    page.press("[name=code]", "Enter")
    page.wait_for_url("**/mine", timeout=30_000)
    assert Spent.objects.count() == 1


def test_without_scripts_the_same_page_works_and_says_nothing_technical(
    site: LiveServer, lee: Staff, browser: Browser
) -> None:
    person = known()
    page = page_of(browser, site, scripts=False)
    page.goto("/code")
    assert page.input_value(ANSWER) == ""
    for word in ("JavaScript", "스크립트", "script"):
        assert word not in page.inner_text("main")
    page.fill("[name=code]", person.code)
    go_on(page)
    assert page.url.endswith("/mine")
    assert not Spent.objects.exists()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until ``selector`` has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    pytest.fail(f"no way to {selector} by keyboard on {page.url}")


def press_on(page: Page) -> None:
    tab_to(page, ".actions .btn-primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("language", "viewport", "scripts"),
    [("ko-KR", PHONE, False), ("en-GB", DESK, True)],
)
def test_a_girl_asks_for_help_with_the_keyboard_alone(
    site: LiveServer, lee: Staff, browser: Browser, language: str, viewport: dict[str, int], *,
    scripts: bool,
) -> None:  # fmt: skip
    page = page_of(browser, site, language=language, viewport=viewport, scripts=scripts)
    press_on(page)
    for name, value in (("standing", "self"), ("age", "under_14")):
        tab_to(page, f"[name={name}]")
        page.keyboard.press("Space")
        while not page.is_checked(f"[name={name}][value={value}]"):
            page.keyboard.press("ArrowDown")
    press_on(page)
    for _ in range(3):
        assert page.locator("main .note").count() == 1
        press_on(page)
    tab_to(page, "[name=consent][value=hold]")
    page.keyboard.press("Space")
    press_on(page)
    press_on(page)
    code = code_on(page.content())
    tab_to(page, "[name=code]")
    page.keyboard.type(code)
    press_on(page)
    assert page.url.endswith("/mine")
    assert Case.objects.get().age == "under_14"


@pytest.mark.parametrize(("language", "viewport"), [("ko-KR", DESK), ("en-GB", PHONE)])
@pytest.mark.parametrize("kin", ["lineal", "other"])
def test_every_page_of_somebody_who_asks_for_a_child_is_accessible(
    site: LiveServer,
    lee: Staff,
    browser: Browser,
    language: str,
    viewport: dict[str, int],
    kin: str,
) -> None:
    page = page_of(browser, site, language=language, viewport=viewport)
    page.goto("/report/1")
    page.check(f"[name=kin][value={kin}]")
    page.check("[name=age][value=under_14]")
    for _ in range(5):
        go_on(page)
        if page.locator("[name=consent][value=hold]").count():
            page.check("[name=consent][value=hold]")
        fits_and_is_accessible(page)
    go_on(page)
    fits_and_is_accessible(page)
    page.fill("[name=code]", code_on(page.content()))
    go_on(page)
    fits_and_is_accessible(page)
    for address in ("/nowhere", "/report/code", "/code"):
        page.goto(address)
        fits_and_is_accessible(page)


@pytest.mark.parametrize(("language", "viewport"), [("ko-KR", PHONE), ("en-GB", DESK)])
def test_staff_read_duties_and_standing_on_an_accessible_page(
    site: LiveServer, lee: Staff, browser: Browser, language: str, viewport: dict[str, int]
) -> None:
    case = known(age="under_14", standing="family", kin="sibling").case
    client = Client()
    let_in(client, lee)
    page = page_of(browser, site, language=language, viewport=viewport)
    kept = client.cookies["ansim_s"].value
    page.context.add_cookies([{"name": "ansim_s", "value": kept, "url": site.url}])
    page.goto(f"/lang/{language[:2]}")
    page.goto(f"/staff/cases/{case.pk}/standing")
    fits_and_is_accessible(page)
    assert page.locator("main form").count() >= 4
    # A decision without a reason: the page says so, first and at the field.
    page.locator("main form").first.locator("button[type=submit]").click()
    fits_and_is_accessible(page)
    assert page.locator(".error-summary").count() == 1
