"""What is really so, kept by the world itself and never derived from what a centre finds.

Recall, precision and delay are measured against this. Nothing here is computed by a matcher:
a copy is a copy because the scenario planted it.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

import ada_url

Origin = Literal["given", "elsewhere", "reupload", "patrol"]


class State(StrEnum):
    """How a copy stands at one moment for somebody looking from one country."""

    ABSENT = "absent"
    VISIBLE = "visible"
    MEDIA_LEFT = "media_left"
    """The page is gone, the file still answers at its own address."""
    PAGE_LEFT = "page_left"
    """The file is gone, the page still stands without it."""
    LOGIN = "login"
    """Hidden behind a login and still there for members."""
    BLOCKED = "blocked"
    """Hidden from this country, visible from others."""
    GONE = "gone"


ChangeKind = Literal["page_removed", "media_removed", "login", "blocked", "host_down"]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a copy. ``what`` is a media URL or a country where it matters."""

    at: datetime
    kind: ChangeKind
    what: str = ""


@dataclass(slots=True)
class Copy:
    """One page that shows hunted material. ``owner`` is a case's key or "bank"."""

    key: str
    url: str
    media_urls: tuple[str, ...]
    site: str
    material: str
    owner: str
    origin: Origin
    findable_by: tuple[str, ...]
    appeared_at: datetime
    keywords: tuple[str, ...] = ()
    changes: list[Change] = field(default_factory=list)

    def state_at(self, now: datetime, country: str = "KR") -> State:
        """The state at ``now`` (aware UTC) for a look from ``country`` without an account."""
        if now < self.appeared_at:
            return State.ABSENT
        past = [change for change in self.changes if change.at <= now]
        kinds = {change.kind for change in past}
        lost = {change.what for change in past if change.kind == "media_removed"}
        page_gone, media_gone = "page_removed" in kinds, set(self.media_urls) <= lost
        blocked = {change.what for change in past if change.kind == "blocked"}
        states = (
            (State.GONE, "host_down" in kinds or (page_gone and media_gone)),
            (State.MEDIA_LEFT, page_gone),
            (State.PAGE_LEFT, media_gone),
            (State.LOGIN, "login" in kinds),
            (State.BLOCKED, country in blocked),
        )
        return next((state for state, holds in states if holds), State.VISIBLE)

    @property
    def gone_at(self) -> datetime | None:
        """When the last of page and files went, everywhere and for everybody; None if not."""
        moments = sorted({change.at for change in self.changes})
        return next((at for at in moments if self.state_at(at, "") is State.GONE), None)


@dataclass(frozen=True, slots=True)
class Mail:
    """One message taken by the mail server for one recipient.

    ``duplicate``: its Message-ID had already come to that recipient.
    """

    message_id: str
    to: str
    sender: str
    at: datetime
    subject: str
    urls: tuple[str, ...]
    duplicate: bool


@dataclass(slots=True)
class Listing:
    """A page in the search engine's index, from and until when it is found there."""

    url: str
    listed_from: datetime
    listed_until: datetime | None = None

    def at(self, now: datetime) -> bool:
        """Whether the page is in the results at ``now``."""
        return self.listed_from <= now and (self.listed_until is None or now < self.listed_until)


def canonical(url: str) -> str:
    """One spelling for one address: WHATWG normal form without fragment and query."""
    if not ada_url.check_url(url):
        return ""
    parts = ada_url.URL(url)
    return f"{parts.protocol}//{parts.host}{parts.pathname}"


class Truth:
    """All true copies that exist or existed, the search index and the mail that arrived."""

    def __init__(self) -> None:
        self.copies: list[Copy] = []
        self.listings: dict[str, Listing] = {}
        self.mail: list[Mail] = []

    def check(self, url: str) -> Copy | None:
        """The copy that stands (or stood) at ``url``, a page's or a file's; None if innocent."""
        address = canonical(url)
        return next((copy for copy in self.copies if address in (copy.url, *copy.media_urls)), None)

    def of(self, owner: str) -> Iterator[Copy]:
        """The copies of one case, or of the "bank"."""
        return (copy for copy in self.copies if copy.owner == owner)

    def count(self, origin: Origin) -> int:
        """How many copies of this origin have appeared so far."""
        return sum(copy.origin == origin for copy in self.copies)

    def listed(self, url: str, now: datetime) -> bool:
        """Whether the search engine has ``url`` among its results at ``now``."""
        listing = self.listings.get(canonical(url))
        return listing is not None and listing.at(now)

    def removed(self, now: datetime) -> list[Copy]:
        """The copies that are gone for everybody at ``now``."""
        return [copy for copy in self.copies if (at := copy.gone_at) and at <= now]

    def to_json(self) -> dict[str, Any]:
        """JSON-able; times as ISO 8601."""
        return {
            "copies": [{**asdict(copy), "gone_at": copy.gone_at} for copy in self.copies],
            "listings": [asdict(listing) for listing in self.listings.values()],
            "mail": [asdict(mail) for mail in self.mail],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of :meth:`to_json` after a trip through JSON text."""
        truth = cls()
        for written in data["copies"]:
            item = {key: value for key, value in written.items() if key != "gone_at"}
            for name in ("media_urls", "findable_by", "keywords"):
                item[name] = tuple(item[name])
            item["appeared_at"] = datetime.fromisoformat(item["appeared_at"])
            item["changes"] = [
                Change(**{**change, "at": datetime.fromisoformat(change["at"])})
                for change in item["changes"]
            ]
            truth.copies.append(Copy(**item))
        for item in data["listings"]:
            until = item["listed_until"]
            truth.listings[item["url"]] = Listing(
                item["url"],
                datetime.fromisoformat(item["listed_from"]),
                datetime.fromisoformat(until) if until else None,
            )
        for item in data["mail"]:
            at = datetime.fromisoformat(item["at"])
            truth.mail.append(Mail(**{**item, "at": at, "urls": tuple(item["urls"])}))
        return truth

    def save(self, path: Path) -> None:
        """Write the truth to ``path`` whole or not at all, for other processes."""
        replace_text(path, json.dumps(self.to_json(), default=str, ensure_ascii=False))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what :meth:`save` wrote."""
        return cls.from_json(json.loads(path.read_text(encoding="utf-8")))


def replace_text(path: Path, text: str) -> None:
    """Put ``text`` at ``path`` in one step: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
