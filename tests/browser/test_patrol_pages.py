"""What staff decide on the patrol's pages: near hits, words, watched places; by two of them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.test_story import sign_in
from tests.browser.theatre import Theatre
from tests.browser.visiting import DESK, PHONE, Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def finds(theatre: Theatre) -> Theatre:
    """A hash list is hunted, somebody asked for help, and three things wait for a decision."""
    theatre.order("hash_list")
    theatre.order("others", leave_out=1)
    theatre.order("to_decide")
    return theatre


@pytest.fixture(scope="module")
def walked(finds: Theatre) -> str:
    """The id of a target that is walked through just now."""
    return str(finds.order("walk")["target"])


@pytest.fixture(scope="module")
def staff(browser: Any, finds: Theatre) -> Iterator[Any]:
    """``staff("park", "ko", PHONE)``: a window; each signs in once."""
    signed_in: dict[str, Any] = {}
    contexts = []

    def window(name: str, language: str, size: dict[str, int], *, script: bool = True) -> Visit:
        context = browser.new_context(
            viewport=size, locale={"ko": "ko-KR", "en": "en-GB"}[language],
            java_script_enabled=script, storage_state=signed_in.get(name),
        )  # fmt: skip
        context.set_default_timeout(15_000)
        contexts.append(context)
        visit = Visit(context.new_page(), finds.address, language, Axe())
        if name not in signed_in:
            sign_in(visit, name)
            signed_in[name] = context.storage_state()
        return visit

    yield window
    for context in contexts:
        context.close()


def keep(visit: Visit, name: str) -> None:
    """A picture of the page in both widths, for who asks for them (ANSIM_PICTURES)."""
    folder = os.environ.get("ANSIM_PICTURES")
    if folder:
        for size in (PHONE, DESK):
            visit.page.set_viewport_size(size)
            visit.page.screenshot(path=Path(folder, f"{name}-{size['width']}.png"), full_page=True)


def test_two_people_decide_from_numbers_and_the_first_answer_is_hidden(staff: Any) -> None:
    park = staff("park", "ko", PHONE)
    park.go("/staff/patrol")
    keep(park, "overview-ko")
    assert "비슷하지만 확실하지 않음" in park.text()
    park.click("a[href*='/staff/patrol/near/'] >> nth=0")
    keep(park, "near-ko")
    assert "36비트가 다릅니다" in park.text()
    assert park.page.locator("main img, main video").count() == 0
    park.click("main form[method=post] button[type=submit]")
    keep(park, "near-error-ko")
    assert "답을 골라 주세요" in park.text()
    park.page.locator("input[name=answer] >> nth=0").check()
    park.page.fill("textarea[name=reason]", "같은 크기")
    park.click("main form[method=post] button[type=submit]")
    assert "답을 저장했습니다" in park.text()

    jeong = staff("jeong", "en", DESK)
    jeong.go("/staff/patrol")
    assert "One more is needed" in jeong.text()
    jeong.click("tr:has-text('One more') a[href*='/near/']")
    assert "같은 크기" not in jeong.text()
    jeong.page.locator("input[name=answer] >> nth=0").focus()
    jeong.page.keyboard.press("Space")
    jeong.page.fill("textarea[name=reason]", "The same size")
    jeong.click("main form[method=post] button[type=submit]")
    keep(jeong, "overview-en")
    assert "Your answer is kept" in jeong.text()


def test_a_page_with_somebodys_words_is_looked_at_by_the_machine(staff: Any) -> None:
    jeong = staff("jeong", "en", DESK)
    jeong.go("/staff/patrol")
    jeong.click("a[href*='/staff/patrol/leads/']")
    keep(jeong, "lead-en")
    assert "http" not in jeong.text()
    jeong.page.locator("input[name=answer] >> nth=0").check()
    jeong.click("main form[method=post] button[type=submit]")
    assert "looked at as a link of the case" in jeong.text()


@pytest.mark.parametrize(("name", "language", "size"), [("park", "ko", PHONE), ("jeong", "en", DESK)])
def test_a_place_is_watched_changed_and_left_to_rest_without_scripts(
    staff: Any, name: str, language: str, size: dict[str, int]
) -> None:
    visit = staff(name, language, size)
    visit.go("/staff/patrol/targets/new")
    keep(visit, f"kinds-{language}")
    visit.click("a[href$='/targets/new/list_page']")
    visit.page.fill("input[name=code]", f"board-{language}")
    visit.page.fill("input[name=url]", "board.test/new")
    visit.page.select_option("select[name=place]", index=1)
    visit.click("main form[method=post] button[type=submit]")
    keep(visit, f"target-error-{language}")
    assert visit.page.input_value("input[name=code]") == f"board-{language}"
    visit.page.fill("input[name=url]", "https://board.test/new")
    visit.click("main form[method=post] button[type=submit]")
    keep(visit, f"target-{language}")
    assert f"board-{language}" in visit.text()
    plain = staff(name, language, size, script=False)
    plain.page.goto(visit.page.url)
    plain.page.click("a[href$='/rest']")
    keep(plain, f"rest-{language}")
    plain.page.click("main form button[type=submit]")
    rests = {"ko": "감시를 쉽니다", "en": "The target rests"}[language]
    assert rests in plain.text()
    plain.page.click("form[action$='/rest'] button")
    assert rests not in plain.text()


@pytest.mark.parametrize(("name", "language"), [("park", "ko"), ("jeong", "en")])
def test_on_a_phone_no_table_scrolls_sideways_and_what_is_pressed_is_easy_to_hit(
    staff: Any, walked: str, name: str, language: str
) -> None:
    visit = staff(name, language, PHONE)
    addresses = ["/staff/patrol", "/staff/patrol/ledger", f"/staff/patrol/targets/{walked}"]
    visit.go("/staff/patrol/ledger")
    addresses.append(visit.page.get_attribute(".table th[scope=row] a", "href"))
    for number, address in enumerate(addresses):
        visit.go(address)
        keep(visit, f"phone-{number}-{language}")
        visit.page.set_viewport_size(PHONE)
        wide = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
        assert visit.page.eval_on_selector_all(".table-wrap", wide) == 0
        small = "all => all.filter(one => one.getBoundingClientRect().height < 44).length"
        assert visit.page.eval_on_selector_all("main .btn", small) == 0
        labels = "all => all.filter(one => !one.dataset.label && one.innerText.trim()).length"
        assert visit.page.eval_on_selector_all(".table td:not(:has(.acts))", labels) == 0
