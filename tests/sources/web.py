"""A web in memory: addresses and what they answer. Nothing opens a socket."""

from datetime import UTC, datetime
from html import escape

from ansim.fetching import Observation
from ansim.fetching.pages import page_features

AT = datetime(2026, 11, 23, tzinfo=UTC)


def links(*urls: str) -> tuple[str, str]:
    return "text/html", "".join(f'<a href="{escape(url)}">x</a>' for url in urls)


def site_map(*urls: str) -> tuple[str, str]:
    return "application/xml", "<urlset>" + "".join(f"<loc>{escape(u)}</loc>" for u in urls)


class Web:
    """``look`` answers from ``pages`` (url -> (content type, text)); ``asked`` has every look."""

    def __init__(self, pages: dict[str, tuple[str, str]], moved: dict[str, str] | None = None):
        self.pages, self.moved = pages, moved or {}
        self.asked: list[str] = []

    def look(self, url: str, expect: str) -> Observation:
        assert expect in {"any", "page", "media"}
        self.asked.append(url)
        final = self.moved.get(url, url)
        if final not in self.pages:
            return Observation(url, final, "v", "kr", AT, 0.0, "failed", reason="timeout")
        kind, text = self.pages[final]
        page = page_features(text.encode(), kind, final)
        return Observation(url, final, "v", "kr", AT, 0.0, "answered", status=200, page=page)
