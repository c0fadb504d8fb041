"""Jiwoo, who goes through the report."""

import re

from django.http import HttpResponse
from django.test import Client

from tests.centre.portal.people import draft_in, title_of

SECRET_WORDS = "그 사람이 집 앞에 와요"


class Jiwoo:
    """Goes through the report."""

    def __init__(self, language: str = "ko") -> None:
        self.client = Client(headers={"accept-language": language})
        self.page = self.client.get("/report/1")
        self.at = 1

    def press(
        self, do: str = "next", *, target: int | None = None, **typed: object
    ) -> HttpResponse:
        """Press a button of the page that is open."""
        number = self.at
        to = target if target is not None else min(number + 1, 6)
        sent = {"draft": draft_in(self.page), "step": number, "do": do, **typed}
        address = f"/report/{to}?{self.mark}"
        self.page = self.client.post(address, sent, follow=True)  # type: ignore[assignment]
        found = [n for n in range(1, 7) if f"({n}/6)" in title_of(self.page)]
        self.at = found[0] if found else 0
        return self.page

    def send(self) -> HttpResponse:
        """Press the last button."""
        sent = {"draft": draft_in(self.page), "step": 6, "do": "next"}
        return self.client.post("/report/send", sent)

    def to_the_end(self, **others: object) -> None:
        """Answer everything."""
        self.press(standing="self", age="twenties", gender="woman")
        self.press(url1="forum.example.com/t/1", url2="", place=["community"])
        self.press(harm=["threat"], story=SECRET_WORDS, keywords="blue_fox\n아무 제목")
        self.press(flag=["danger_now"], deadline="2026-11-27T18:00", relation="partner")
        self.press(way="sms", phone="010-0000-0000", code_word="바다", consent=["hold", "search"])
        assert self.at == 6, self.page.content.decode()

    @property
    def mark(self) -> str:
        """What the page's own form has in its address."""
        found = re.search(r'action="/report/\w+\?(d=[0-9a-f]{16})"', self.text)
        return found[1] if found else ""

    @property
    def text(self) -> str:
        return self.page.content.decode()
