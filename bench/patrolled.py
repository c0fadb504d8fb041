"""Fifty small sites on loopback with ordinary pictures on them, some of them copies of hunted ones.

Pictures are patterns made from a seed and held in memory; nothing is written to a disk. A site
shows its posts on list pages, in a feed or in a site map; a post shows a few pictures.
"""

import asyncio
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from aiohttp import web
from alterations import Alteration, alterations
from ordinary import Picture, encoded, patterns
from PIL import Image, ImageDraw, ImageFont

from ansim.fingerprints import fingerprint_bytes
from ansim.sandbox.servers import MailServer, bindable

A_POST = 8
A_LIST = 20
LONGER = 256
HUNTED_LONGER = 480
RUN = 16
"""Bytes of each run that is searched for afterwards."""
# The alterations that the planted copies went through, by group and name of alterations.py.
CHOSEN = (
    ("JPEG quality", "75"), ("JPEG quality", "30"), ("JPEG quality", "10"),
    ("other codec", "WebP, quality 50"), ("other codec", "PNG"),
    ("resized to", "75%"), ("resized to", "50%"), ("resized to", "25%"),
    ("cropped all round", "1%"), ("cropped all round", "2%"), ("cropped all round", "5%"),
    ("watermark", "small, in a corner"), ("watermark", "tiled over all of it"),
)  # fmt: skip
KINDS = ("list_page", "feed", "sitemap")


@dataclass(frozen=True, slots=True)
class Plan:
    """How large the world is."""

    pictures: int
    sites: int
    copies: int
    seed: int


@dataclass(frozen=True, slots=True)
class Planted:
    """A copy of a hunted picture: on which page, after which alteration, of which hunted one."""

    page: str
    alteration: str
    key: str


@dataclass(slots=True)
class World:
    """All sites: each page and picture by host and path."""

    plan: Plan
    hosts: list[str]
    hunted: dict[str, str] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    pictures: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    pages: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def sources(self) -> list[dict[str, Any]]:
        """Each site as a watch target."""
        starts = {"list_page": "/list/1", "feed": "/feed.xml", "sitemap": "/sitemap.xml"}
        names = {"feed": "rss"}
        return [
            {
                "code": host.partition(".")[0],
                "host": host,
                "kind": names.get(kind, kind),
                "url": f"http://{host}{starts[kind]}",
                "place": "adult",
                "depth": 9,
                "every_hours": 24,
                "legal_basis": "kr_vpa_7_3_3",
            }
            for host, kind in zip(self.hosts, cycle(KINDS), strict=False)
        ]


def build(plan: Plan) -> World:
    """Paint everything."""
    world = World(plan, [f"site{number:02}.test" for number in range(plan.sites)])
    copies = list(_copies(world))
    # One copy a page, the pages drawn by lot.
    posts_a_site = max(1, plan.pictures // plan.sites // A_POST)
    chance = np.random.default_rng(plan.seed)
    lots = chance.permutation(plan.sites * posts_a_site)[: len(copies)]
    at = {int(lot): copy for lot, copy in zip(lots, copies, strict=True)}
    innocent = _innocent(plan.seed)
    for number, host in enumerate(world.hosts):
        _site(world, host, number * posts_a_site, posts_a_site, at, innocent)
    return world


def _innocent(seed: int) -> Iterator[bytes]:
    for picture in patterns(1_000_000, LONGER, seed=seed):
        yield encoded(Image.fromarray(picture.rgb), quality=80)


def _copies(world: World) -> Iterator[tuple[Alteration | None, str, bytes]]:
    """The hunted pictures into the bank, and an altered copy of each."""
    by_name = {(one.group, one.name): one for one in alterations()}
    chosen = cycle([(*pair, partial(by_name[pair].apply)) for pair in CHOSEN] + list(_own_marks()))
    chance = np.random.default_rng([world.plan.seed, 7])
    originals = _huntable(world.plan.seed + 1)
    for number, (group, name, make) in zip(range(world.plan.copies), chosen, strict=False):
        original, pdq = next(originals)
        key = f"k{number}"
        world.hunted[key] = pdq
        yield f"{group}: {name}", key, make(Image.fromarray(original.rgb), chance)


def _huntable(seed: int) -> Iterator[tuple[Picture, str]]:
    """Pictures with detail enough to be hunted, none near another."""
    taken: list[int] = []
    for picture in patterns(1_000_000, HUNTED_LONGER, seed=seed):
        found = fingerprint_bytes(encoded(Image.fromarray(picture.rgb), quality=95))
        bits = int(found.pdq, 16)
        if found.quality >= 50 and all((bits ^ other).bit_count() > 60 for other in taken):
            taken.append(bits)
            yield picture, found.pdq


def _own_marks() -> list[tuple[str, str, Any]]:
    return [
        ("watermark", "strip of text", _strip),
        ("watermark", "translucent word", _translucent),
    ]


def _strip(image: Image.Image, _chance: np.random.Generator) -> bytes:
    """A line of white text on a dark strip of 6 % of the height, near the lower edge."""
    made, height = image.copy(), image.height
    draw = ImageDraw.Draw(made)
    top = round(height * 0.92)
    draw.rectangle((0, top, image.width, top + round(height * 0.06)), fill=(20, 20, 20))
    draw.text((8, top), "shared at site.test", "white", ImageFont.load_default(height * 0.045))
    return encoded(made, quality=85)


def _translucent(image: Image.Image, _chance: np.random.Generator) -> bytes:
    """A word across the middle, a third as strong as the picture."""
    layer = Image.new("RGBA", image.size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    font = ImageFont.load_default(image.width / 6)
    draw.text(
        (image.width / 2, image.height / 2), "site.test", (255, 255, 255, 85), font, anchor="mm"
    )
    made = Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
    return encoded(made, quality=85)


def _site(
    world: World,
    host: str,
    first: int,
    posts: int,
    at: dict[int, tuple[str, str, bytes]],
    innocent: Iterator[bytes],
) -> None:
    for post in range(posts):
        shown = []
        for place in range(A_POST):
            path = f"/m/{post}-{place}"
            copy = at.get(first + post) if place == A_POST // 2 else None
            body = next(innocent) if copy is None else copy[2]
            world.pictures[host, path] = (_type_of(body), body)
            shown.append(f'<img src="{path}" alt="">')
            if copy is not None:
                world.planted.append(Planted(f"http://{host}/post/{post}", copy[0], copy[1]))
        text = f"<p>Post {post} of {host}.</p><a href='/list/1'>list</a>"
        world.pages[host, f"/post/{post}"] = _page(f"Post {post}", text + "".join(shown))
    _listings(world, host, [f"/post/{post}" for post in range(posts)])


def _listings(world: World, host: str, paths: list[str]) -> None:
    count = -(-len(paths) // A_LIST)
    for number in range(1, count + 1):
        here = paths[(number - 1) * A_LIST : number * A_LIST]
        links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in here)
        more = f'<a rel="next" href="/list/{number + 1}">next</a>' if number < count else ""
        world.pages[host, f"/list/{number}"] = _page("List", f"<ul>{links}</ul>{more}")
    items = "".join(f"<item><link>http://{host}{path}</link></item>" for path in paths)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    world.pages[host, "/feed.xml"] = ("application/rss+xml", feed)
    places = "".join(f"<url><loc>http://{host}{path}</loc></url>" for path in paths)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    urls = f'<?xml version="1.0"?><urlset xmlns="{space}">{places}</urlset>'
    world.pages[host, "/sitemap.xml"] = ("application/xml", urls)
    world.pages[host, "/robots.txt"] = ("text/plain", "User-agent: *\nDisallow: /private\n")
    world.pages[host, "/"] = _page("Home", "<p>Welcome.</p><a href='/list/1'>list</a>")


def _page(title: str, body: str) -> tuple[str, str]:
    head = f"<!doctype html><title>{title}</title>"
    return "text/html; charset=utf-8", f"{head}<body>{body}</body>"


def _type_of(body: bytes) -> str:
    with Image.open(io.BytesIO(body)) as image:
        return Image.MIME[image.format or "JPEG"]


def serve(plan: Plan, wire: Connection) -> None:
    """A process of its own: paint, listen, say where; count until told to stop."""
    asyncio.run(_serve(build(plan), wire))


async def _serve(world: World, wire: Connection) -> None:
    counts: Counter[str] = Counter()
    agents: Counter[str] = Counter()
    runners, addresses = [], {}
    for number, host in enumerate(world.hosts, start=1):
        runner = web.ServerRunner(
            web.Server(partial(_answer, world, host, counts, agents), access_log=None)
        )
        await runner.setup()
        await web.TCPSite(runner, bindable(f"127.78.0.{number}"), 0).start()
        runners.append(runner)
        addresses[host] = list(runner.addresses[0][:2])
    letters: list[int] = []
    post = MailServer(lambda _domain: True, lambda data, *_: letters.append(len(data)))
    smtp = await post.start()
    wire.send(
        {
            "addresses": addresses, "smtp": smtp, "sources": world.sources(),
            "hunted": world.hunted, "planted": world.planted, "pictures": len(world.pictures),
        }
    )  # fmt: skip
    await asyncio.to_thread(wire.recv)
    wire.send(
        {
            "requests": dict(counts), "agents": dict(agents), "letters": len(letters),
            "runs": list(_runs(world)),
        }
    )  # fmt: skip
    await post.stop()
    for runner in runners:
        await runner.cleanup()


async def _answer(
    world: World, host: str, counts: Counter[str], agents: Counter[str], request: web.BaseRequest
) -> web.Response:
    picture = world.pictures.get((host, request.path))
    if picture is not None:
        counts["pictures"] += 1
        agents[request.headers.get("User-Agent", "")] += 1
        return web.Response(body=picture[1], content_type=picture[0])
    page = world.pages.get((host, request.path))
    counts["robots" if request.path == "/robots.txt" else "pages"] += 1
    if page is None:
        return web.Response(status=404, text="<p>not here</p>", content_type="text/html")
    kind, _, charset = page[0].partition("; charset=")
    return web.Response(text=page[1], content_type=kind, charset=charset or "utf-8")


def _runs(world: World) -> Iterator[bytes]:
    """Three runs of bytes of every picture, none of them in a header."""
    for _kind, body in world.pictures.values():
        for share in (0.4, 0.6, 0.8):
            start = int(len(body) * share)
            if len(body) - start >= RUN:
                yield body[start : start + RUN]
