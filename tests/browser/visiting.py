"""A visitor's window: whatever page it comes by is checked, and nothing else may be asked for."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}


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
            found = self.axe.run(self.page, options=ONLY_VIOLATIONS).response["violations"]
            told = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
            assert not told, f"{self.page.url} at {size['width']} px: {told}"
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= size["width"], f"{self.page.url} is {wide} px wide"
        self.page.set_viewport_size(before)
        self.passed.append(self.page.title())
        assert not self.troubles, self.troubles

    def text(self) -> str:
        """The words of the page."""
        return str(self.page.inner_text("main"))
