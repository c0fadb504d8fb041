"""The whole story by clicks, in Korean and in English, with every page checked on its way."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.theatre import PASSWORD, Theatre
from tests.browser.visiting import DESK, PHONE, Visit

pytestmark = pytest.mark.browser

WORDS: dict[str, dict[str, str]] = {
    "ko": {
        "promise": "이름을 밝히지 않아도",
        "ask": "도움 요청하기",
        "write down": "이 번호를 적어 두세요",
        "gone": "내려간 것을 확인했어요",
        "message": "언제쯤 알 수 있을까요?",
        "answer": "오늘 모든 곳에 요청을 보냈어요.",
        "approve": "승인하고 보내기",
        "statistics": "통계",
        "service": "심리",
        "summary": "오류 1개:",
    },
    "en": {
        "promise": "without giving your name",
        "ask": "Ask for help",
        "write down": "Write this code down",
        "gone": "Gone, we checked",
        "message": "When will I know more?",
        "answer": "We have asked every place today.",
        "approve": "Approve and send",
        "statistics": "Statistics",
        "service": "Psychological",
        "summary": "1 error:",
    },
}


def as_file(one: dict[str, str]) -> dict[str, Any]:
    """A file of a script for the file input, from memory."""
    kind = "video/mp4" if one["name"].endswith(".mp4") else "image/jpeg"
    return {"name": one["name"], "mimeType": kind, "buffer": base64.b64decode(one["base64"])}


def report(person: Visit, script: dict[str, Any]) -> str:
    """Six steps on a phone: a link and a picture given; the code typed back. Returns the code."""
    page, words = person.page, WORDS[person.language]
    person.go("/")
    assert words["promise"] in person.text()
    person.click(f"main a:has-text('{words['ask']}')")
    page.check("input[name=standing][value=self]")
    page.check("input[name=age][value=twenties]")
    person.click(".actions button[value=next]")
    for number, link in enumerate(script["links"], start=1):
        if number > 2:
            person.click("button[value=add]")
        page.fill(f"[name=url{number}]", link)
    person.click(".actions button[value=next]")
    page.check("input[name=harm][value=distribution]")
    page.fill("[name=story]", words["message"])
    page.fill("[name=keywords]", "\n".join(script["keywords"]))
    page.set_input_files("#files", [as_file(one) for one in script["files"]])
    person.click("button[value=upload]")
    assert page.locator("button[value^='drop:']").count() == len(script["files"])
    person.click(".actions button[value=next]")
    person.click(".actions button[value=skip]")
    page.check("input[name=way][value=portal]")
    for purpose in ("hold", "search", "notify", "search_engines", "statistics"):
        page.check(f"input[name=consent][value={purpose}]")
    person.click(".actions button[value=next]")
    person.click(".actions button[value=next]")
    assert words["write down"] in person.text()
    code = " ".join(page.locator(".code span").all_inner_texts())
    assert re.fullmatch(r"(\d{4} ){4}\d{4}", code)
    page.fill("[name=code]", code)
    person.click(".actions button[type=submit]")
    assert urlsplit(page.url).path == "/mine"
    return code


def sign_in(staff: Visit, username: str) -> None:
    staff.go("/staff/sign-in")
    staff.page.fill("[name=username]", username)
    staff.page.fill("[name=password]", PASSWORD)
    with staff.page.expect_navigation():
        staff.page.click("main button[type=submit]")
    staff.page.fill("[name=code]", staff.page.inner_text("[data-demo-code]"))
    with staff.page.expect_navigation():
        staff.page.click("main button[type=submit]")
    if staff.page.get_attribute("html", "lang") != staff.language:
        staff.click(f".me a[lang={staff.language}]")
    staff.check()
    assert urlsplit(staff.page.url).path == "/staff/"


def approve_everything(officer: Visit, drafts: int) -> None:
    """Queue, one letter reviewed, everything ticked, the page that asks, and yes."""
    page, words = officer.page, WORDS[officer.language]
    officer.click("header nav a[href='/staff/removal']")
    officer.click("main tbody button[name=look] >> nth=0")
    assert page.locator("aside .letter").count() == 1
    assert "http" not in page.inner_text("aside .letter"), "an address nobody asked for"
    boxes = page.locator("input[name=pick]:enabled")
    assert boxes.count() >= drafts
    for box in boxes.all():
        box.check()
    officer.click(f"button:has-text('{words['approve']}')")
    officer.click("main form.stack button[type=submit]")
    assert words["summary"] in page.title(), "sent without the tick that it was read"
    page.check("input[name=read]")
    officer.click("main form.stack button[type=submit]")
    assert page.locator("input[name=pick]:enabled").count() == 0


def leave(person: Visit) -> None:
    """The way out: another site at once, and nobody is in any more."""
    person.page.click("a.exit")
    person.page.wait_for_url(lambda url: not url.startswith(person.site))
    assert [one.split(":")[0] for one in person.troubles] == ["request to another host"]
    person.troubles.clear()
    person.go("/mine")
    assert urlsplit(person.page.url).path == "/code"


def come_back(person: Visit, code: str) -> None:
    person.go("/code")
    person.page.fill("[name=code]", code)
    person.click("main button[type=submit]")


@pytest.fixture
def theatre(tmp_path: Path) -> Iterator[Theatre]:
    """A stage for each language, so that every story begins on the same Monday."""
    with Theatre(tmp_path / "home") as raised:
        yield raised


@pytest.mark.parametrize(("language", "number"), [("ko", 0), ("en", 1)])
def test_the_whole_story_by_clicks(
    visit: Any, theatre: Theatre, language: str, number: int
) -> None:
    words = WORDS[language]
    person = visit(language, PHONE)
    script = theatre.order("script", number=number)
    script["files"] = [one for one in script["files"] if one["name"].endswith(".jpg")]
    code = report(person, script)
    person.click("nav a[href='/mine/messages']")
    person.page.fill("[name=text]", words["message"])
    person.click("main form button[type=submit]")
    leave(person)
    theatre.order("settle")

    officer = visit(language, DESK)
    sign_in(officer, "park")
    approve_everything(officer, drafts=1)
    theatre.order("play", hours=24 * 12)

    returned = visit(language, PHONE)
    come_back(returned, code)
    chips = returned.page.locator(".links .chip[data-verdict=gone_confirmed]")
    assert chips.count() >= 1
    assert words["gone"] in chips.first.inner_text()

    lead = visit(language, DESK)
    sign_in(lead, "jeong")
    lead.click("header nav a[href='/staff/statistics']")
    assert words["statistics"] in lead.page.title()

    counsellor = visit(language, DESK)
    sign_in(counsellor, "lee")
    counsellor.click("header nav a[href='/staff/cases']")
    counsellor.click("main tbody a")
    counsellor.click("nav.tabs a[href$='/plan']")
    counsellor.page.select_option("[name=kind]", "psychological")
    counsellor.page.check("input[name=outcome][value=done]")
    counsellor.page.fill("[name=provider]", words["service"])
    counsellor.click("main form button[type=submit]")
    assert words["service"] in counsellor.page.inner_text("#main .table tbody >> nth=0")
    counsellor.click("nav.tabs a[href$='/messages']")
    assert words["message"] in counsellor.text()
    counsellor.page.fill("[name=text]", words["answer"])
    counsellor.click("main form button[type=submit]")

    returned.click("nav a[href='/mine/messages']")
    assert words["answer"] in returned.text()
