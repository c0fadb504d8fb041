"""Han comes to work: a second step is set up, and every way in opens the door and her key."""

import base64
import hmac
import struct
import time
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.theatre import PASSWORD, Theatre
from tests.browser.visiting import DESK, PHONE, Visit

pytestmark = pytest.mark.browser
NUMBERS = count(1)
WORDS = {
    "ko": {"opens": "사건까지 엽니다", "asked": "비밀번호를 한 번 묻습니다"},
    "en": {"opens": "opens your cases", "asked": "password asked once"},
}


def code_of(letters: str, steps: int = 0) -> str:
    """RFC 6238 once more, with nothing but the standard library."""
    secret = base64.b32decode(letters.replace(" ", ""))
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.digest(secret, counter, "sha1")
    start = mac[-1] & 15
    return f"{(int.from_bytes(mac[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


@pytest.fixture
def han(theatre: Theatre) -> str:
    name = f"han{next(NUMBERS)}"
    theatre.order("hire", username=name)
    return name


@pytest.fixture
def window(browser: Any, theatre: Theatre) -> Iterator[Any]:
    """``window("ko", PHONE)`` at the name localhost, for passkeys are not given to IP addresses."""
    from axe_playwright_python.sync_playwright import Axe

    contexts = []

    def opened(language: str, size: dict[str, int], *, script: bool = True) -> Visit:
        locale = {"ko": "ko-KR", "en": "en-GB"}[language]
        context = browser.new_context(viewport=size, locale=locale, java_script_enabled=script)
        context.add_cookies(
            [{"name": "ansim_lang", "value": language, "domain": "localhost", "path": "/"}]
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        site = f"http://localhost:{urlsplit(theatre.address).port}"
        return Visit(context.new_page(), site, language, Axe())

    yield opened
    for context in contexts:
        context.close()


def authenticator(visit: Visit, *, prf: bool) -> None:
    """A passkey device that says yes to everything."""
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal",
        "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "hasPrf": prf, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def path(visit: Visit) -> str:
    return urlsplit(visit.page.url).path


def type_in(visit: Visit, **fields: str) -> None:
    """Fill what is asked and send it."""
    for name, value in fields.items():
        visit.page.fill(f"[name={name}] >> visible=true", value)
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")


def first_day(visit: Visit, name: str) -> tuple[str, list[str]]:
    """Password, app, recovery codes, and in; the app's secret and the codes."""
    visit.page.goto(visit.site + "/staff/cases")
    type_in(visit, username=name, password=PASSWORD)
    assert path(visit) == "/staff/enrol"
    visit.page.goto(visit.site + "/staff/cases")
    assert path(visit) == "/staff/enrol", "somebody without a second step came further"
    letters = visit.page.inner_text("[data-secret]")
    type_in(visit, code=code_of(letters, -1))
    assert path(visit) == "/staff/enrol/codes"
    codes = visit.page.locator("ol li").all_inner_texts()
    assert len(set(codes)) == 10
    type_in(visit, code=codes[3].lower())
    assert path(visit) == "/staff/cases"
    return letters, codes


def lock(visit: Visit) -> None:
    with visit.page.expect_navigation():
        visit.page.click("form[action$='/sign-out'] button")
    assert path(visit) == "/staff/sign-in"


def test_without_javascript_an_app_and_a_recovery_code_open_the_door(
    window: Any, han: str
) -> None:
    phone = window("ko", PHONE, script=False)
    letters, codes = first_day(phone, han)
    lock(phone)
    assert phone.page.locator("form[data-passkey]:visible").count() == 0
    type_in(phone, username=han, password=PASSWORD)
    assert path(phone) == "/staff/sign-in/second"
    type_in(phone, code="000000")
    assert "000000" not in phone.page.inner_text("main")
    type_in(phone, code=code_of(letters))
    assert path(phone) == "/staff/"
    lock(phone)
    type_in(phone, username=han, password=PASSWORD)
    phone.page.click("a[href$='/recovery']")
    type_in(phone, code=codes[0])
    assert path(phone) == "/staff/account"
    lock(phone)
    type_in(phone, username=han, password=PASSWORD)
    phone.page.click("a[href$='/recovery']")
    type_in(phone, code=codes[0])
    assert path(phone) == "/staff/sign-in/recovery", "a code opened the door twice"


@pytest.mark.parametrize(("language", "size"), [("ko", PHONE), ("en", DESK)])
@pytest.mark.parametrize("prf", [True, False])
def test_a_passkey_opens_the_door_and_with_prf_the_key_too(
    window: Any, han: str, language: str, size: dict[str, int], prf: bool
) -> None:
    visit = window(language, size)
    authenticator(visit, prf=prf)
    first_day(visit, han)
    visit.check()
    visit.go("/staff/account")
    visit.click("a[href$='/staff/enrol'] >> nth=0")
    visit.page.fill("#passkey-label", "laptop")
    visit.click("form[data-passkey=create] button")
    assert path(visit) == "/staff/account"
    assert WORDS[language]["opens" if prf else "asked"] in visit.text()
    lock(visit)
    visit.check()
    visit.click("form[data-passkey=get] button")
    if not prf:
        assert path(visit) == "/staff/sign-in/password"
        type_in(visit, password=PASSWORD)
    assert path(visit) == "/staff/"
    visit.go("/staff/account")
    visit.go("/staff/again")
    visit.click("form[data-passkey=get] button")
    assert path(visit) == "/staff/account"


def test_the_password_and_then_a_passkey(window: Any, han: str) -> None:
    visit = window("en", DESK)
    authenticator(visit, prf=False)
    visit.go("/staff/sign-in")
    type_in(visit, username=han, password=PASSWORD)
    visit.check()
    visit.click("form[data-passkey=create] button")
    visit.check()
    codes = visit.page.locator("ol li").all_inner_texts()
    type_in(visit, code=codes[0])
    lock(visit)
    type_in(visit, username=han, password=PASSWORD)
    visit.check()
    assert visit.page.locator("[name=code]").count() == 0
    visit.click("form[data-passkey=get] button")
    assert path(visit) == "/staff/"


def test_by_keyboard_alone(window: Any, han: str) -> None:
    visit = window("ko", DESK)
    letters, _codes = first_day(visit, han)
    lock(visit)
    press = visit.page.keyboard.press
    while visit.page.evaluate("document.activeElement.name") != "username":
        press("Tab")
    visit.page.keyboard.type(han)
    press("Tab")
    visit.page.keyboard.type(PASSWORD)
    with visit.page.expect_navigation():
        press("Enter")
    visit.check()
    while visit.page.evaluate("document.activeElement.name") != "code":
        press("Tab")
    visit.page.keyboard.type(code_of(letters))
    with visit.page.expect_navigation():
        press("Enter")
    assert path(visit) == "/staff/"


def test_pages_of_ones_own_account(window: Any, han: str) -> None:
    visit = window("ko", DESK)
    first_day(visit, han)
    for address in ("/staff/account", "/staff/account/password", "/staff/enrol", "/staff/again"):
        visit.go(address)
    visit.go("/staff/account")
    visit.click("main a[href*='/factors/']")
    assert visit.page.locator("main form").count() == 0, "the only second step could be removed"
    visit.go("/staff/account")
    visit.click("form[action$='/account/codes'] button")
    visit.page.fill("[name=code]", "nothing of the sort")
    visit.click("main button[type=submit]")
    assert path(visit) == "/staff/enrol/codes"
