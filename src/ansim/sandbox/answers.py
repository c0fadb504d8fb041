"""What a site answers to a request: a pure reading of the world, no sockets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from ansim.sandbox import pages
from ansim.sandbox.sites import BY_HOST, Manner, Site
from ansim.sandbox.studio import Artwork
from ansim.sandbox.world import MediaFile, Post, World

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """Host name, path and query of a GET, and the country that the peer's address stands for."""

    host: str
    path: str
    query: Mapping[str, str]
    country: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; ``file`` instead of ``text`` when it is a picture or a video."""

    status: int
    text: str = ""
    content_type: str = HTML
    file: Artwork | None = None
    headers: dict[str, str] = field(default_factory=dict)


def answer(world: World, request: Request, now: datetime) -> Answer:
    """The answer of ``request.host`` at the moment ``now``."""
    site = BY_HOST.get(request.host)
    if site is None or request.host in world.down:
        return Answer(421, "misdirected", "text/plain")
    if request.path == "/search" and site.manner is Manner.SEARCH:
        return _search(world, site, request, now)
    fixed = _fixed(world, site).get(request.path)
    if fixed is not None:
        return fixed()
    listed = _list_number(site, request.path)
    if listed is not None:
        return _list(world, site, listed, request.path)
    found = world.at(f"http://{site.host}{quote(request.path, safe='/@')}")
    if found is None:
        return _missing(site, request.path)
    post, file = found
    return _file(post, file, request) if file else _post(world, post, request)


def _fixed(world: World, site: Site) -> dict[str, Callable[[], Answer]]:
    """The addresses that every site of a kind has."""
    known: dict[str, Callable[[], Answer]] = {
        "/": lambda: Answer(200, pages.home_page(site, world.list_of(site.host))),
        "/about": lambda: Answer(200, pages.about_page(site)),
        "/robots.txt": lambda: Answer(200, "User-agent: *\nDisallow: /login\n", "text/plain"),
    }
    if site.manner is Manner.ASKS_LOGIN:
        known["/login"] = lambda: Answer(200, pages.login_page(site))
    if site.feed == "rss":
        known["/feed.xml"] = lambda: Answer(
            200, pages.rss(site, world.feed_of(site.host)), "application/rss+xml; charset=utf-8"
        )
    if site.feed == "sitemap":
        known["/sitemap.xml"] = lambda: Answer(200, pages.sitemap(world.feed_of(site.host)), XML)
    return known


def _list_number(site: Site, path: str) -> int | None:
    before, _, after = site.list_path.partition("{n}")
    if not before or not path.startswith(before) or not path.endswith(after):
        return None
    number = path[len(before) : len(path) - len(after)]
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else None


def _list(world: World, site: Site, number: int, path: str) -> Answer:
    posts = world.list_of(site.host)
    last = max(1, (len(posts) - 1) // pages.PER_PAGE + 1)
    if not 1 <= number <= last:
        return _missing(site, path)
    return Answer(200, pages.list_page(site, posts, number))


def _missing(site: Site, path: str) -> Answer:
    """A page that is not there; the board says so with status 200, except for files."""
    soft = site.manner is Manner.SOFT_404 and not path.startswith("/media/")
    return Answer(200 if soft else 404, pages.missing_page(site, path))


def _post(world: World, post: Post, request: Request) -> Answer:
    site = post.site
    if not post.appeared:
        return _missing(site, request.path)
    if post.page_gone:
        if site.hosted_by:
            return Answer(410, pages.notice_page(site, "suspended"))
        return _missing(site, request.path)
    if post.login:
        return _behind_login(post)
    if post.blocked_in == request.country:
        return _blocked(post)
    others = [other for other in world.list_of(site.host) if other is not post]
    return Answer(200, pages.post_page(post, others))


def _behind_login(post: Post) -> Answer:
    """Three ways in which sites ask for a login; each post has one of them."""
    form = pages.login_page(post.site)
    match post.number % 3:
        case 0:
            return Answer(200, form)
        case 1:
            return Answer(403, form)
        case _:
            return Answer(302, headers={"Location": f"/login?next={quote(post.path)}"})


def _blocked(post: Post) -> Answer:
    """Half of the blocked posts say why (RFC 7725), half pretend not to exist."""
    if post.number % 2:
        return Answer(451, pages.notice_page(post.site, "blocked"))
    return Answer(404, pages.notice_page(post.site, "blocked"))


def _file(post: Post, file: MediaFile, request: Request) -> Answer:
    if not post.appeared or file.gone:
        return _missing(BY_HOST[file.host], request.path)
    if post.login:
        return Answer(403, "forbidden", "text/plain")
    if post.blocked_in == request.country:
        return _blocked(post)
    headers = {"Cache-Control": "public, max-age=86400"}
    if post.site.media_host:
        headers |= {"Age": str(600 + post.number), "X-Cache": "HIT", "Via": "1.1 moa-edge"}
    return Answer(200, content_type=file.artwork.content_type, file=file.artwork, headers=headers)


def _search(world: World, site: Site, request: Request, now: datetime) -> Answer:
    query = request.query.get("q", "")
    hits = world.search(query, now)
    count = max(1, (len(hits) - 1) // pages.PER_PAGE + 1)
    asked = request.query.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    here = hits[(number - 1) * pages.PER_PAGE : number * pages.PER_PAGE]
    if request.query.get("format") != "json":
        return Answer(200, pages.results_page(site, query, here, count))
    more = f"http://{site.host}/search?format=json&q={quote(query)}&page={number + 1}"
    results = [{"url": p.url, "title": p.title, "snippet": p.text[:90]} for p in here]
    body = {
        "query": query,
        "total": len(hits),
        "results": results,
        "next": more if number < count else None,
    }
    return Answer(200, json.dumps(body, ensure_ascii=False), "application/json; charset=utf-8")
