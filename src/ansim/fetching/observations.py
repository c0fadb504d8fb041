"""What one look brought back. JSON-able; holds no bytes of a page or of media."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Self, cast

from ansim.fetching.pages import PageFeatures
from ansim.fetching.refusals import FAILURE_SENTENCES, REFUSALS, Outcome, Refused
from ansim.fingerprints import Fingerprint

KEPT_HEADERS = frozenset(
    ("server", "via", "age", "x-cache", "retry-after", "content-language", "location", "cf-ray")
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one URL from one vantage point.

    ``url`` is what was asked for, ``final_url`` where the last answer came from, ``redirects`` the
    addresses in between and the last. ``at`` is when the look began (UTC), ``seconds`` how long it
    took. ``reason`` is "" for a plain answer, else the code of the refusal or failure, or
    ``media:<code>`` when an answer's media could not be fingerprinted. ``bytes_read`` counts
    decoded bytes of the last body. ``headers`` holds KEPT_HEADERS only.
    """

    url: str
    final_url: str
    vantage: str
    country: str
    at: datetime
    seconds: float
    outcome: Outcome
    reason: str = ""
    status: int | None = None
    redirects: tuple[str, ...] = ()
    peer: str = ""
    content_type: str = ""
    bytes_read: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    page: PageFeatures | None = None
    fingerprint: Fingerprint | None = None

    def header(self, name: str) -> str:
        """The first value of a kept header (lower-case name), or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def slim(self) -> Self:
        """The same without the lists of links and media, for keeping."""
        if self.page is None:
            return self
        return replace(self, page=replace(self.page, links=(), media=(), feed_items=()))

    def refusal_sentence(self, language: str = "en") -> str:
        """One sentence on why there is no answer and what to do; "" when there is one."""
        if self.outcome == "answered":
            return ""
        if self.outcome == "refused":
            return REFUSALS.get(self.reason, Refused)().sentence(language)
        sentences = FAILURE_SENTENCES[self.outcome]
        return sentences.get(language[:2], sentences["en"])

    def to_json(self) -> dict[str, object]:
        """Plain values that ``json`` can write."""
        data: dict[str, object] = {field.name: getattr(self, field.name) for field in fields(self)}
        data["at"] = self.at.isoformat()
        data["redirects"] = list(self.redirects)
        data["headers"] = [list(pair) for pair in self.headers]
        data["page"] = None if self.page is None else _page_to_json(self.page)
        data["fingerprint"] = None if self.fingerprint is None else self.fingerprint.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, object]) -> Self:
        """The observation that ``to_json`` wrote.

        Raises:
            KeyError, TypeError, ValueError: the data is not of that form.

        """
        values = dict(data)
        values["at"] = datetime.fromisoformat(cast("str", data["at"]))
        values["redirects"] = tuple(cast("list[str]", data["redirects"]))
        headers = cast("list[list[str]]", data["headers"])
        values["headers"] = tuple((name, value) for name, value in headers)
        page = cast("dict[str, object] | None", data["page"])
        values["page"] = None if page is None else _page_from_json(page)
        found = cast("dict[str, object] | None", data["fingerprint"])
        values["fingerprint"] = None if found is None else Fingerprint.from_json(found)
        return cls(**values)  # type: ignore[arg-type]


def _page_to_json(page: PageFeatures) -> dict[str, object]:
    data = {field.name: getattr(page, field.name) for field in fields(page)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}


def _page_from_json(data: dict[str, object]) -> PageFeatures:
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}
    return PageFeatures(**values)  # type: ignore[arg-type]
