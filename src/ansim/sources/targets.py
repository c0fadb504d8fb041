"""A watch target: one place, how far the watch goes there, how fast, and on which basis."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote

import ada_url

from ansim.fetching.domains import registered_domain

Scope = Literal["host", "path", "domain", "any"]
SCOPES: Final[tuple[Scope, ...]] = ("host", "path", "domain", "any")


@dataclass(frozen=True, slots=True)
class WatchTarget:
    """What is looked through.

    ``scope``: which addresses belong to it: those of its host, below its path, of its registered
    domain, or any (what a search engine names). ``depth``: steps of links from ``url``; ``rate``:
    looks a second at one of its hosts; ``pages``: how many pages one walk opens at most. ``words``:
    what a search is asked for. ``folder``: where its files lie, for kinds that read a file.
    """

    code: str
    source: str
    url: str
    legal_basis: str
    owner: str
    scope: Scope = "host"
    depth: int = 3
    rate: float = 0.5
    every_hours: int = 24
    pages: int = 600
    place: str = "unknown"
    settings: dict[str, str | int | bool] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    folder: Path | None = None

    @property
    def host(self) -> str:
        """The host of its address, "" when it has none."""
        return _split(self.url)[0]

    def contains(self, url: str) -> bool:
        """Whether an address lies within the scope."""
        host, path = _split(url)
        if not host:
            return False
        own, below = _split(self.url)
        if self.scope == "any":
            return True
        if self.scope == "domain":
            return registered_domain(host) == registered_domain(own)
        if host != own:
            return False
        return self.scope == "host" or _below(path, below)


def plain(url: str) -> str:
    """The address as links name it: parsed (WHATWG), without a fragment; itself if it is none."""
    try:
        return ada_url.URL(url).href.partition("#")[0]
    except ValueError:
        return url


def _below(path: str, own: str) -> bool:
    """Whether ``path`` lies in the folder of ``own``; a single name ("/board") is a folder.

    Both are read as a server may read them: unescaped, and "..%2f" leads out of a folder.
    """
    path, own = (unquote(one).replace("\\", "/") for one in (path, own))
    if ".." in path.split("/"):
        return False
    folder = own.rsplit("/", 1)[0] + "/"
    if folder == "/" and own != "/":
        return path == own or path.startswith(own + "/")
    return path.startswith(folder)


def _split(url: str) -> tuple[str, str]:
    """Host and path of a web address; empty when it is none."""
    try:
        parsed = ada_url.URL(url.replace("{query}", "q").replace("{page}", "1"))
    except ValueError:
        return "", ""
    if parsed.protocol not in {"http:", "https:"}:
        return "", ""
    return parsed.hostname.rstrip("."), parsed.pathname
