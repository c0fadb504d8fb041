"""The whole story by clicks, in Korean and in English, with every page checked on its way."""

import base64
import io
import os
import re
import shutil
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.browser.theatre import PASSWORD, Theatre, chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (os.environ.get("ANSIM_CHROMIUM") or shutil.which("chromium")),
        reason="no Chromium on this machine (set ANSIM_CHROMIUM)",
    ),
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}

WORDS: dict[str, dict[str, str]] = {
    "ko": {
        "promise": "이름을 밝히지 않아도",
        "ask": "도움 요청하기",
        "write down": "이 번호를 적어 두세요",
        "three links": "링크 1",
        "gone": "내려간 것을 확인했어요",
        "message": "언제쯤 알 수 있을까요?",
        "answer": "오늘 모든 곳에 요청을 보냈어요.",
        "sent": "보냈",
        "approve": "승인하고 보내기",
        "statistics": "통계",
        "service": "심리",
        "summary": "오류 1개:",
    },
    "en": {
        "promise": "without giving your name",
        "ask": "Ask for help",
        "write down": "Write this code down",
        "three links": "Link 1",
        "gone": "Gone, we checked",
        "message": "When will I know more?",
        "answer": "We have asked every place today.",
        "sent": "sent",
        "approve": "Approve and send",
        "statistics": "Statistics",
        "service": "Psychological",
        "summary": "1 error:",
    },
}


@dataclass
class Visit:
    """One browser window of one kind of visitor; every page it comes by is checked."""

    page: Any
    site: str
    language: str
    axe: Any
    troubles: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)

    def _heard(self, message: Any) -> None:
        # Chromium also reports refused styles, scripts and forms (CSP) as errors here.
        if message.type in {"error", "warning"}:
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.site).netloc:
            self.troubles.append(f"request to another host: {request.url}")

    def _answered(self, response: Any) -> None:
        if response.status >= 500:
            self.troubles.append(f"{response.status} from {urlsplit(response.url).path}")

    def go(self, path: str) -> None:
        """Open an address of the site and check the page."""
        self.page.goto(self.site + path)
        self.check()

    def click(self, selector: str) -> None:
        """Press something that leads to a page, and check that page."""
        with self.page.expect_navigation():
            self.page.click(selector)
        self.check()

    def check(self) -> None:
        """The page in both widths: nothing for axe to say, no sideways scrolling."""
        assert self.page.get_attribute("html", "lang") == self.language
        before = self.page.viewport_size
        for size in (PHONE, DESK):
            self.page.set_viewport_size(size)
            found = self.axe.run(self.page).response["violations"]
            told = [
                f"{one['id']}: {one['nodes'][0]['html'][:200]}"
                for one in found
            ]
            assert not told, f"{self.page.url} at {size['width']} px: {told}"
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{self.page.url} is {wide} px wide"
        self.page.set_viewport_size(before)
        self.passed.append(self.page.title())
        assert not self.troubles, self.troubles

    def text(self) -> str:
        """The words of the page."""
        return str(self.page.inner_text("main"))


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
        contexts.append(context)
        # Axe puts its script into each page from outside, past the page's own policy.
        return Visit(context.new_page(), theatre.address, language, Axe())

    yield opened
    for context in contexts:
        context.close()


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
    staff.click("main button[type=submit]")
    assert urlsplit(staff.page.url).path == "/staff/"


def approve_everything(officer: Visit, drafts: int) -> None:
    """Queue, one letter reviewed, everything ticked, the page that asks, and yes."""
    page, words = officer.page, WORDS[officer.language]
    officer.click("header nav a[href='/staff/removal']")
    officer.click("main tbody a[href*='show=']")
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


def come_back(person: Visit, code: str) -> None:
    person.go("/code")
    person.page.fill("[name=code]", code)
    person.click("main button[type=submit]")


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
    person.go("/exit")
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
    counsellor.page.fill("[name=provider]", words["service"])
    counsellor.click("main form button[type=submit]")
    counsellor.click("nav.tabs a[href$='/messages']")
    assert words["message"] in counsellor.text()
    counsellor.page.fill("[name=text]", words["answer"])
    counsellor.click("main form button[type=submit]")

    returned.click("nav a[href='/mine/messages']")
    assert words["answer"] in returned.text()


def bomb() -> bytes:
    """A PNG of 100 megapixels that weighs a hundred kilobytes."""
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    side, packer, packed = 10_000, zlib.compressobj(9), io.BytesIO()
    for _ in range(side):
        packed.write(packer.compress(bytes(side + 1)))
    packed.write(packer.flush())
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed.getvalue())
        + chunk(b"IEND", b"")
    )  # fmt: skip


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("link", ["http://169.254.169.254/", "file:///etc/passwd"])
def test_a_link_that_leads_inside_is_refused_in_one_sentence(
    visit: Any, language: str, link: str
) -> None:
    person = visit(language, PHONE)
    person.go("/report/1")
    person.click(".actions button[value=next]")
    person.page.fill("[name=url1]", "https://board.example.com/post/1")
    person.page.fill("[name=url2]", link)
    person.page.check("input[name=place] >> nth=0")
    person.click(".actions button[value=next]")
    assert person.page.title().startswith(WORDS[language]["summary"])
    assert person.page.locator(".field-error .error").count() == 1
    assert person.page.input_value("[name=url2]") == link
    assert person.page.input_value("[name=url1]") == "https://board.example.com/post/1"
    assert person.page.is_checked("input[name=place] >> nth=0")


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ["text", "bomb"])
def test_a_file_that_is_no_picture_is_refused_and_the_typed_text_stays(
    visit: Any, language: str, kind: str
) -> None:
    given = {
        "text": {"name": "note.txt", "mimeType": "text/plain", "buffer": b"not a picture"},
        "bomb": {"name": "big.png", "mimeType": "image/png", "buffer": bomb()},
    }[kind]
    person = visit(language, PHONE)
    person.go("/report/1")
    person.click(".actions button[value=next]")
    person.click(".actions button[value=next]")
    person.page.fill("[name=story]", WORDS[language]["message"])
    person.page.set_input_files("#files", [given])
    person.click(".actions button[value=next]")
    assert person.page.title().startswith(WORDS[language]["summary"])
    assert person.page.locator("#files-error").inner_text().count(".") >= 1
    assert person.page.input_value("[name=story]") == WORDS[language]["message"]
    assert person.page.locator("button[value^='drop:']").count() == 0
