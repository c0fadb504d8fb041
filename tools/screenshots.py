"""Every page of the site as a picture, for eyes: phone and desktop, Korean and English.

    .venv/bin/python tools/screenshots.py FOLDER

A person reports by clicks on a stage of the demo's kind, others beside them; twelve days pass;
then every page is photographed. Nothing but loopback is asked.
"""

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
from theatre import PASSWORD, Theatre, chromium

WIDTHS = {390: 844, 1440: 900}
DAYS = 12


class Album:
    """Takes pictures of one page after another into a folder."""

    def __init__(self, folder: Path, page: Page, address: str) -> None:
        self.folder, self.page, self.address = folder, page, address
        self.language = "ko"
        self.taken = 0

    def go(self, path: str) -> None:
        """Open an address of the site."""
        self.page.goto(self.address + path)

    def take(self, name: str, *, dark: bool = False, turn: bool = True) -> None:
        """The page as it is, in both widths and (``turn``) both languages."""
        for _ in range(2 if turn else 1):
            self._both_widths(f"{name}-{self.language}")
            if dark and self.language == "ko":
                self.page.emulate_media(color_scheme="dark")
                self._both_widths(f"{name}-dark")
                self.page.emulate_media(color_scheme="light")
            if turn:
                self._turn()

    def at(self, path: str, name: str, *, dark: bool = False) -> None:
        """Open an address and take its pictures."""
        self.go(path)
        self.take(name, dark=dark)

    def _both_widths(self, name: str) -> None:
        for width, height in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
            self.taken += 1

    def _turn(self) -> None:
        """The other language, on the same page."""
        self.language = {"ko": "en", "en": "ko"}[self.language]
        button = self.page.locator(f"button[value='lang:{self.language}']")
        if button.count():
            button.click()
            return
        path = self.page.url.removeprefix(self.address)
        self.page.request.get(f"{self.address}/lang/{self.language}?next=/privacy")
        self.go(path)


@contextmanager
def album(browser: Browser, folder: Path, theatre: Theatre) -> Iterator[Album]:
    """An album in a browser context of its own, beginning in Korean."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="ko-KR", reduced_motion="reduce"
    )
    try:
        yield Album(folder, context.new_page(), theatre.address)
    finally:
        context.close()


def report(album: Album, script: dict) -> str:
    """The six steps by clicks; the code that is shown at their end."""
    where_and_what(album, script)
    return danger_to_code(album)


def where_and_what(album: Album, script: dict) -> None:
    """The first page and steps 1 to 3, two of them with something wrong at first."""
    page = album.page
    album.at("/", "portal-landing", dark=True)
    album.go("/report/1")
    page.check("input[name=standing] >> nth=0")
    page.check("input[name=age][value=twenties]")
    album.take("portal-step1")
    page.click(".actions button[value=next]")
    page.fill("[name=url1]", "byeok.test/post/36936.html")
    page.fill("[name=url2]", "file:///etc/passwd")
    page.check("input[name=place] >> nth=0")
    page.click(".actions button[value=next]")
    album.take("portal-step2-error", dark=True)
    for number, link in enumerate(script["links"], start=1):
        if number > 2:
            page.click("button[value=add]")
        page.fill(f"[name=url{number}]", link)
    album.take("portal-step2")
    page.click(".actions button[value=next]")
    page.check("input[name=harm] >> nth=0")
    page.fill("[name=story]", "누군가 제 사진을 올렸다는 말을 들었어요.")
    page.fill("[name=keywords]", "\n".join(script["keywords"]))
    bad = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    page.set_input_files("#files", [bad])
    page.click("button[value=upload]")
    album.take("portal-step3-error")
    files = [
        {"name": one["name"], "mimeType": "image/jpeg", "buffer": base64.b64decode(one["base64"])}
        for one in script["files"]
    ]
    page.set_input_files("#files", files)
    page.click("button[value=upload]")
    album.take("portal-step3")
    page.click(".actions button[value=next]")


def danger_to_code(album: Album) -> str:
    """Steps 4 to 6, and the code."""
    page = album.page
    page.check("input[name=flag] >> nth=2")
    album.take("portal-step4")
    page.click(".actions button[value=next]")
    album.take("portal-step5")
    page.check("input[name=way][value=portal]")
    for purpose in page.locator("input[name=consent]").all():
        if purpose.get_attribute("value") != "search_engines":
            purpose.check()
    page.click(".actions button[value=next]")
    album.take("portal-step6")
    page.click(".actions button[value=next]")
    page.wait_for_selector(".code span")
    code = " ".join(page.locator(".code span").all_inner_texts())
    album.take("portal-code", dark=True)
    album.at("/report/code/print", "portal-code-print")
    album.go("/report/code")
    page.fill("[name=code]", "1234 5678")
    page.click(".actions button")
    album.take("portal-code-error", turn=False)
    page.fill("[name=code]", code)
    page.click(".actions button")
    album.take("portal-mine-new")
    album.at("/mine/messages", "portal-messages-empty")
    page.fill("[name=text]", "안녕하세요. 얼마나 걸리나요?")
    page.click("main .actions button")
    return code


def own_pages(album: Album, code: str) -> None:
    """What the person sees after the days have passed."""
    page = album.page
    album.at("/code", "portal-enter")
    page.fill("[name=code]", "1111")
    page.click("main .actions button")
    album.take("portal-enter-error", turn=False)
    page.fill("[name=code]", code)
    page.click("main .actions button")
    album.take("portal-mine", dark=True)
    for more in page.locator("details.more").all():
        more.evaluate("it => it.open = true")
    album.take("portal-mine-open", turn=False)
    page.locator("form[action*='/mine/links/'] button").first.click()
    album.take("portal-link-shown", turn=False)
    for name in ("messages", "consents", "links"):
        album.at(f"/mine/{name}", f"portal-{name}")
    album.at("/privacy", "portal-privacy")
    album.at("/accessibility", "portal-accessibility")
    album.at("/no-such-page", "error-404")


def sign_in(album: Album, username: str) -> None:
    """A member of staff signs in."""
    album.go("/staff/sign-in")
    album.page.fill("[name=username]", username)
    album.page.fill("[name=password]", PASSWORD)
    album.page.click(".actions button")
    album.page.fill("[name=code]", album.page.inner_text("[data-demo-code]"))
    album.page.click(".actions button")


def own_account(album: Album) -> None:
    """The second step's page, one's own account, and what belongs to it."""
    page = album.page
    album.go("/staff/sign-in")
    page.fill("[name=username]", "yoon")
    page.fill("[name=password]", PASSWORD)
    page.click(".actions button")
    album.take("staff-second")
    album.at("/staff/sign-in/recovery", "staff-recovery")
    album.go("/staff/sign-in/second")
    page.fill("[name=code]", page.inner_text("[data-demo-code]"))
    page.click(".actions button")
    album.at("/staff/account", "staff-account", dark=True)
    album.at("/staff/account/password", "staff-password")
    album.at("/staff/enrol", "staff-enrol")
    album.at("/staff/again", "staff-again")
    album.go("/staff/account")
    album.at(hrefs(page, "main a[href*='/factors/']")[0], "staff-factor")
    album.go("/staff/account")
    page.click("form[action$='/account/codes'] button")
    album.take("staff-codes")


def hrefs(page: Page, selector: str) -> list[str]:
    """Addresses of the links that a selector finds."""
    return [str(one.get_attribute("href")) for one in page.locator(selector).all()]


def desk(album: Album) -> None:
    """The counsellor's pages."""
    page = album.page
    album.at("/staff/sign-in", "staff-sign-in")
    page.fill("[name=username]", "lee")
    page.click(".actions button")
    album.take("staff-sign-in-error", turn=False)
    sign_in(album, "lee")
    album.at("/staff/", "staff-today", dark=True)
    album.at("/staff/cases", "staff-cases")
    album.at("/staff/cases/new", "staff-case-new")
    page.click("main form button[type=submit] >> nth=-1")
    album.take("staff-case-new-error", turn=False)
    album.go("/staff/cases")
    case = hrefs(page, "main table th a, main table td a")[0]
    album.at(case, "staff-case", dark=True)
    for tab in hrefs(page, "nav.tabs a")[1:]:
        album.at(tab, f"staff-case-{tab.rsplit('/', 1)[1]}")
    for part in ("triage", "share", "close", "consents/withdraw?purpose=search"):
        album.at(f"{case}/{part}", f"staff-case-{part.split('?')[0].replace('/', '-')}")
    album.go(case)
    story = page.locator("form[action$='/story'] button")
    if story.count():
        story.first.click()
        album.take("staff-case-story", turn=False)
    album.go(f"{case}/links")
    link = hrefs(page, "main table a[href*='/staff/links/']")[0]
    album.at(link, "staff-link")
    album.at("/staff/removal", "forbidden-or-queue-lee")


def removal(album: Album, drafts: str) -> None:
    """The officer's pages; ``drafts`` names the moment."""
    page = album.page
    sign_in(album, "park")
    album.at("/staff/", f"staff-today-park{drafts}")
    album.at("/staff/removal", f"staff-queue{drafts}", dark=True)
    boxes = page.locator("input[name=pick]:enabled")
    if boxes.count():
        for number in range(min(3, boxes.count())):
            boxes.nth(number).check()
        page.click("button[value=approve]")
        album.take(f"staff-confirm{drafts}")
        page.click("main form.stack button[type=submit]")
        album.take(f"staff-confirm-error{drafts}", turn=False)
    album.go("/staff/removal")
    for tab in hrefs(page, "nav.tabs a")[1:]:
        album.at(f"/staff/removal{tab}", f"staff-queue{drafts}-{tab.rsplit('=', 1)[1]}")
        requests = hrefs(page, "main table a[href*='/staff/requests/']")
        if requests:
            album.at(requests[0], f"staff-request{drafts}-{tab.rsplit('=', 1)[1]}")
    album.at("/staff/removal/replies", f"staff-replies{drafts}")


def oversight(album: Album) -> None:
    """The pages of the supervisor and the analyst."""
    page = album.page
    sign_in(album, "jeong")
    album.at("/staff/", "staff-today-jeong")
    album.at("/staff/patrol", "staff-patrol", dark=True)
    album.at("/staff/patrol/banks/new", "staff-bank-new")
    album.at("/staff/statistics", "staff-statistics", dark=True)
    album.at("/staff/recipients", "staff-recipients")
    custody = hrefs(page, "header nav a")
    for address in custody:
        if "custody" in address:
            album.at(address, "staff-custody")
    sign_in(album, "yoon")
    album.at("/staff/", "staff-today-yoon")
    album.at("/staff/cases", "staff-cases-yoon")


def main(folder: Path) -> None:
    """Play and photograph."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ansim-album-") as home,
        Theatre(Path(home)) as theatre,
        sync_playwright() as driver,
        driver.chromium.launch(**chromium()) as browser,
    ):
        theatre.order("hash_list")
        with album(browser, folder, theatre) as person:
            code = report(person, theatre.order("script", number=0))
        theatre.order("others", leave_out=0)
        with album(browser, folder, theatre) as staff:
            removal(staff, "-first")
        theatre.order("play", hours=24 * DAYS, serve=True)
        theatre.order("play", hours=1, approve=False)
        with album(browser, folder, theatre) as person:
            own_pages(person, code)
        for walk in (desk, lambda album: removal(album, ""), oversight, own_account):
            with album(browser, folder, theatre) as staff:
                walk(staff)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
