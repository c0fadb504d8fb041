"""One seeded site: a language, a template, a shape of addresses, a way to say "not found"."""

from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Literal

from tests.verdicts.situations import pictures
from tests.verdicts.situations.languages import TONGUES, Tongue
from tests.verdicts.situations.served import Answer, Ask, Reply

Lost = Literal["404", "410", "empty 404", "soft", "root", "refresh", "box", "busy soft"]
POSTS, TARGET = 9, 4
SHAPES = (
    "/board/{n}",
    "/view.php?id={n}",
    "/p/{slug}",
    "/bbs/board.php?bo_table=free&wr_id={n}",
    "/g/free/{n}.html",
)


@dataclass
class Site:
    """A small board with nine posts; ``target`` is the hunted picture's name."""

    seed: int
    host: str
    lost_by: Lost = "404"
    scheme: str = "http"
    own_media: bool = True
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        self.served = 0
        self.tongue: Tongue = TONGUES[self.seed % len(TONGUES)]
        self.template = self.rng.randrange(4)
        self.shape = self.rng.choice(SHAPES)
        self.first = self.rng.randrange(1000, 90_000)
        self.hunted = self.rng.choice(pictures.HUNTED)
        self.menu = [self.tongue.text(self.rng, 1) for _ in range(5)]
        self.foot = self.tongue.text(self.rng, 12)
        self.titles = [self.tongue.text(self.rng, 4) for _ in range(POSTS)]
        self.texts = [
            [self.tongue.text(self.rng, self.rng.randint(20, 60)) for _ in range(3)]
            for _ in range(POSTS)
        ]

    @property
    def root(self) -> str:
        return f"{self.scheme}://{self.host}"

    @property
    def media_host(self) -> str:
        return self.host if self.own_media else f"cdn.{self.host}"

    def path(self, number: int) -> str:
        slug = f"{self.first:x}-{number}-" + "abcdefghi"[number]
        return self.shape.format(n=self.first + number * 7, slug=slug)

    @property
    def link(self) -> str:
        return self.root + self.path(TARGET)

    def media_path(self, number: int) -> str:
        return f"/m/{self.first + number}.jpg"

    def media_url(self, number: int) -> str:
        return f"{self.scheme}://{self.media_host}{self.media_path(number)}"

    @cached_property
    def paths(self) -> dict[str, int]:
        return {self.path(number): number for number in range(POSTS)}

    @cached_property
    def media_paths(self) -> dict[str, int]:
        return {self.media_path(number): number for number in range(POSTS)}

    def picture(self, number: int) -> bytes:
        if number == TARGET:
            return pictures.copy(self.hunted, self.seed)
        return pictures.copy(pictures.OTHERS[number % len(pictures.OTHERS)], self.seed + number)

    def is_target(self, ask: Ask) -> bool:
        return ask.host == self.host and ask.path == self.path(TARGET)

    def is_target_media(self, ask: Ask) -> bool:
        return ask.host == self.media_host and ask.path == self.media_path(TARGET)

    def is_page(self, ask: Ask) -> bool:
        """Everything but pictures and the front page."""
        return ask.host == self.host and ask.path != "/" and not ask.path.startswith("/m/")

    # What the site serves when nothing has happened.

    def reply(self, ask: Ask) -> Answer:
        if ask.host == self.media_host and ask.path in self.media_paths:
            number = self.media_paths[ask.path]
            return Reply(body=self.picture(number), kind="image/jpeg")
        if ask.host != self.host:
            return Reply(404, b"no such object", "text/plain")
        if ask.path == "/" or ask.path.startswith("/c/"):
            return self.home()
        if ask.path in self.paths:
            return self.post(self.paths[ask.path])
        return self.lost(ask.path)

    def home(self) -> Reply:
        rows = "".join(
            f"<li><a href='{self.path(n)}'>{self.titles[n]}</a> <span>{n * 3}</span></li>"
            for n in range(POSTS)
            if n != TARGET
        )
        shown = "".join(f"<img src='{self.media_url(n)}'>" for n in (0, 1))
        return self.page(f"<h1>{self.menu[0]}</h1><ul class=list>{rows}</ul>{shown}")

    def post(self, number: int, main: str = "") -> Reply:
        text = "".join(f"<p>{one}</p>" for one in self.texts[number])
        picture = f"<figure><img src='{self.media_url(number)}'></figure>"
        article = f"<article><h1>{self.titles[number]}</h1>{text}{picture}{main}</article>"
        return self.page(article, title=self.titles[number])

    def lost(self, path: str) -> Reply:
        if self.lost_by == "root":
            return Reply(302, headers=(("Location", "/"),))
        if self.lost_by == "refresh":
            return Reply(
                body=b"<meta http-equiv=refresh content='0; url=/'><p>" + self.tongue.lost.encode()
            )
        if self.lost_by == "empty 404":
            return Reply(404)
        if self.lost_by == "box":
            return Reply(
                body=f"<script>alert('{self.tongue.lost}');history.back()</script>".encode()
            )
        said = self.page(
            f"<h2>{self.tongue.lost}</h2><p class=asked>{path}</p>", title=self.tongue.lost
        )
        if self.lost_by == "busy soft":
            return self.busy(path)
        status = {"404": 404, "410": 410, "soft": 200}[self.lost_by]
        return Reply(status, said.body)

    def busy(self, path: str) -> Reply:
        """A notice that recommends other posts, other ones each time."""
        self.served += 1
        chosen = Random(f"{self.seed}{self.served}").sample(range(POSTS), 3)
        rows = "".join(
            f"<li><a href='{self.path(n)}'>{self.titles[n]}</a></li>" for n in chosen if n != TARGET
        )
        main = f"<h2>{self.tongue.lost}</h2><p class=asked>{path}</p><ul class=more>{rows}</ul>"
        return self.page(main, title=self.tongue.lost)

    def long(self, sentence: str) -> Reply:
        """One sentence in a frame with much text of its own."""
        side = "".join(f"<li>{one[:60]}</li>" for text in self.texts for one in text)
        return self.page(f"<h2>{sentence}</h2><ul class=side>{side}</ul>")

    def page(self, main: str, head: str = "", status: int = 200, title: str = "") -> Reply:
        menu = "".join(f"<a href='/c/{n}'>{one}</a>" for n, one in enumerate(self.menu))
        # Half of the sites give every page the same title.
        title = f"<title>{title if title and self.seed % 2 else ''} {self.menu[0]}</title>"
        frames = (
            f"<header><nav>{menu}</nav></header><main>{main}</main><footer>{self.foot}</footer>",
            f"<div id=top>{menu}</div><div class=c>{main}</div><div id=foot><p>{self.foot}</p></div>",
            f"<table><tr><td>{menu}<tr><td>{main}</table><center>{self.foot}</center>",
            f"<section><h3>{self.foot}</h3></section><section>{main}</section><aside>{menu}</aside>",
        )
        html = (
            f"<!doctype html><html lang={self.tongue.code}><head><meta charset=utf-8>{title}{head}"
        )
        return Reply(status, f"{html}</head><body>{frames[self.template]}</body></html>".encode())

    def bare(self, main: str, head: str = "", status: int = 200) -> Reply:
        """A page without the site's frame, as walls serve it."""
        html = f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{main}</body></html>"
        return Reply(status, html.encode())
