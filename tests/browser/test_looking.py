"""What staff see of looking: a link's time line, the re-upload ledger, the patrol page."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_story import sign_in
from tests.browser.theatre import Theatre
from tests.browser.visiting import DESK, PHONE, Visit

pytestmark = pytest.mark.browser
WORDS: dict[str, dict[str, str]] = {
    "ko": {"ledger": "재유포 장부", "next": "다음 확인", "why": "이 판정의 까닭", "fold": "변화 없음"},
    "en": {
        "ledger": "Re-upload ledger", "next": "Next look", "why": "Why this verdict",
        "fold": "no change",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def a_week(theatre: Theatre) -> Theatre:
    """Everybody asked for help, a hash list is hunted, and a week has passed."""
    theatre.order("hash_list")
    theatre.order("others", leave_out=2)
    theatre.order("play", hours=24 * 7)
    return theatre


@pytest.fixture(scope="module")
def officer(browser: Any, a_week: Theatre) -> Iterator[Any]:
    """``officer("ko", PHONE)``: a window of Park's, who signs in once for each language."""
    signed_in: dict[str, Any] = {}
    contexts = []

    def window(language: str, size: dict[str, int], *, script: bool = True) -> Visit:
        locale = {"ko": "ko-KR", "en": "en-GB"}[language]
        context = browser.new_context(
            viewport=size, locale=locale, java_script_enabled=script,
            storage_state=signed_in.get(language),
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        staff = Visit(context.new_page(), a_week.address, language, Axe())
        if language not in signed_in:
            sign_in(staff, {"ko": "park", "en": "jeong"}[language])
            signed_in[language] = context.storage_state()
        return staff

    yield window
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESK)])
def test_from_the_ledger_to_a_host_and_a_link(
    officer: Any, a_week: Theatre, language: str, size: dict[str, int]
) -> None:
    words, staff = WORDS[language], officer(language, size)
    staff.go("/staff/")
    staff.click("header nav a[href='/staff/patrol/ledger']")
    assert words["ledger"] in staff.page.title()
    rows = staff.page.locator("#main tbody >> nth=0").locator("tr")
    assert rows.count() >= 5
    total = sum(int(rows.nth(n).locator("td >> nth=0").inner_text()) for n in range(rows.count()))
    together = staff.page.locator(".table-total td >> nth=0").inner_text()
    assert int(together) == total == sum(a_week.order("found").values())
    staff.click("thead a >> nth=3")
    assert staff.page.locator("th[aria-sort=descending]").count() == 1
    staff.click("#main tbody tr:first-child th a")
    assert ".test" not in staff.page.title() + staff.page.url
    staff.click("#main tbody tr:last-child th a")
    assert words["why"] in staff.text()
    assert words["next"] in staff.text()
    line = staff.page.locator("ol.timeline > li")
    assert line.count() >= 4
    assert "http" not in staff.text()
    assert staff.page.locator("main img, main video, main iframe, main picture").count() == 0


def open_a_link_with_a_folded_look(page: Any, address: str) -> None:
    """Through the ledger to the first link that was looked at often without any change."""
    page.goto(f"{address}/staff/patrol/ledger?sort=-gone")
    hosts = [one.get_attribute("href") for one in page.locator("#main tbody th a").all()]
    for host in hosts:
        page.goto(address + host)
        links = [one.get_attribute("href") for one in page.locator("#main tbody th a").all()]
        for link in links:
            page.goto(address + link)
            if page.locator("ol.timeline details").count():
                return
    pytest.fail("no link has a look to fold")


def test_a_folded_look_opens_by_keyboard(officer: Any, a_week: Theatre) -> None:
    staff = officer("en", DESK)
    open_a_link_with_a_folded_look(staff.page, a_week.address)
    folded = staff.page.locator("ol.timeline details").first
    assert WORDS["en"]["fold"] in folded.inner_text()
    folded.locator("summary").focus()
    staff.page.keyboard.press("Enter")
    assert folded.get_attribute("open") is not None
    assert folded.locator("dt").first.is_visible()
    staff.check()


def test_without_a_script_it_all_works(officer: Any, a_week: Theatre) -> None:
    officer("en", PHONE)
    # axe needs a script: the same pages are checked by the tests above.
    page = officer("en", PHONE, script=False).page
    page.goto(f"{a_week.address}/staff/patrol/ledger")
    page.check("input[name=late]")
    page.select_option("select[name=by]", "site")
    page.click(".filters button[type=submit]")
    assert "by=site" in page.url
    assert "late=on" in page.url
    open_a_link_with_a_folded_look(page, a_week.address)
    page.locator("ol.timeline summary").first.click()
    assert page.locator("ol.timeline details[open]").count() == 1


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_patrol_page_is_sound(officer: Any, language: str) -> None:
    staff = officer(language, PHONE)
    staff.go("/staff/patrol")
    assert "http" not in staff.text()
    links = staff.page.locator("#main a[href^='/staff/patrol/']").all()
    # One page of each kind: a target, a near hit, a lead, a bank, the forms.
    kinds = {re.sub(r"[0-9a-f-]{36}", "id", one.get_attribute("href")): one for one in links}
    addresses = [one.get_attribute("href") for one in kinds.values()]
    assert "/staff/patrol/targets/id" in kinds
    for address in ["/staff/patrol", *addresses]:
        staff.go(address)
        assert staff.page.locator("main img, main video, main iframe, main picture").count() == 0
