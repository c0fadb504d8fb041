"""What one look brought back. JSON-able; holds no bytes of a page or of media."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Self, cast

from ansim.fetching.facts import Timings, TlsFacts
from ansim.fetching.pages import PageFeatures
from ansim.fetching.refusals import REFUSALS, Outcome, Refused
from ansim.fetching.sentences import failure_sentences
from ansim.fingerprints import Fingerprint

KEPT_HEADERS = frozenset(
    (
        "server",
        "via",
        "age",
        "date",
        "last-modified",
        "etag",
        "content-language",
        "cache-control",
        "x-cache",
        "cf-cache-status",
        "cf-mitigated",
        "cf-ray",
        "x-robots-tag",
        "retry-after",
        "location",
        "www-authenticate",
    )
)


@dataclass(frozen=True, slots=True)
class Observation:
    """One look at one URL from one vantage point.

    ``url`` is what was asked for, ``final_url`` where the last answer came from, ``redirects`` the
    addresses in between and the last. ``at`` is when the look began (UTC), ``seconds`` how long it
    took. ``reason`` is "" for a plain answer, else the code of the refusal or failure, or
    ``media:<code>`` when an answer's media could not be fingerprinted. ``bytes_read`` counts
    decoded bytes of the last body. ``headers`` holds KEPT_HEADERS only.

    ``dns`` is what the name service said of the last host: "noerror", "literal" (the link named an
    address itself), "nxdomain", another code of ``resolving.DNS_FAILURES``, or "" where it was not
    asked; ``resolved`` are the addresses that it gave, of which ``peer`` was dialled (through a
    proxy: ``peer`` is the address that the proxy was told to dial). ``robots`` is "allowed",
    "disallowed", "none" (the host has no rules), "overridden" (``robots_reason`` has the recorded
    reason) or "" where robots.txt was not asked for.
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
    resolved: tuple[str, ...] = ()
    dns: str = ""
    tls: TlsFacts | None = None
    timings: Timings | None = None
    robots: str = ""
    robots_reason: str = ""

    def header(self, name: str) -> str:
        """The first value of a kept header (lower-case name), or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def slim(self) -> Self:
        """The same without the lists of links, media, frames and pieces of text, for keeping.

        Nor are guesses at what a picture was cut from kept: its own numbers are.
        """
        page, found = self.page, self.fingerprint
        if page is not None:
            page = replace(page, links=(), media=(), feed_items=(), pieces=(), frames=())
        if found is not None and found.uncropped:
            found = replace(found, uncropped=())
        return replace(self, page=page, fingerprint=found)

    def refusal_sentence(self, language: str = "en") -> str:
        """One sentence on why there is no answer and what to do; "" when there is one."""
        if self.outcome == "answered":
            return ""
        if self.outcome == "refused":
            return REFUSALS.get(self.reason, Refused)().sentence(language)
        error = "" if self.tls is None else self.tls.error
        sentences = failure_sentences(self.outcome, self.reason, error)
        return sentences.get(language[:2], sentences["en"])

    def to_json(self) -> dict[str, object]:
        """Plain values that ``json`` can write."""
        data: dict[str, object] = {
            field.name: _plain(getattr(self, field.name)) for field in fields(self)
        }
        data["at"] = self.at.isoformat()
        data["page"] = None if self.page is None else _fields_of(self.page)
        data["fingerprint"] = None if self.fingerprint is None else self.fingerprint.to_json()
        data["tls"] = None if self.tls is None else asdict(self.tls)
        data["timings"] = None if self.timings is None else asdict(self.timings)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """The observation that ``to_json`` wrote, also by an older or a newer Ansim.

        A field that is missing takes its default, one that is not known here is left out.

        Raises:
            KeyError, TypeError, ValueError: the data is not of that form.

        """
        values = _known(cls, data)
        values["at"] = datetime.fromisoformat(cast("str", data["at"]))
        found = data.get("fingerprint")
        values["fingerprint"] = None if found is None else Fingerprint.from_json(_record(found))
        for name, kind in (("page", PageFeatures), ("tls", TlsFacts), ("timings", Timings)):
            part = data.get(name)
            values[name] = None if part is None else kind(**_known(kind, _record(part)))
        return cls(**values)


def _known(kind: type, data: Mapping[str, object]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {name: _tupled(value) for name, value in data.items() if name in names}


def _record(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _fields_of(page: PageFeatures) -> dict[str, object]:
    return {field.name: _plain(getattr(page, field.name)) for field in fields(page)}


def _plain(value: object) -> object:
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _tupled(value: object) -> object:
    return tuple(_tupled(one) for one in value) if isinstance(value, list) else value
