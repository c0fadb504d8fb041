"""The HTML, RSS and XML of the sites: plain functions from posts to text."""

from collections.abc import Sequence
from html import escape
from typing import Final

from ansim.sandbox import words
from ansim.sandbox.chance import dice
from ansim.sandbox.sites import Site
from ansim.sandbox.world import MediaFile, Post

PER_PAGE: Final = 10
IN_RSS: Final = 15

_SAID: Final = {
    "ko": {
        "home": "처음", "all": "모든 글", "by": "글쓴이", "comments": "댓글", "more": "다른 글",
        "missing": "찾을 수 없습니다", "missing_text": "주소가 바뀌었거나 지워진 글입니다.",
        "login": "로그인", "login_text": "회원만 볼 수 있습니다.", "name": "아이디",
        "password": "비밀번호", "results": "검색 결과", "none": "결과가 없습니다.",
        "blocked": "이 지역에서는 볼 수 없습니다", "suspended": "이용이 정지된 주소입니다",
        "welcome": "새 글을 만나 보세요.", "about": "신고와 문의",
        "about_text": "신고는 전자우편으로 받습니다.",
    },
    "en": {
        "home": "Home", "all": "All posts", "by": "by", "comments": "Comments", "more": "More",
        "missing": "Not found", "missing_text": "The address has changed or the post is gone.",
        "login": "Sign in", "login_text": "For members only.", "name": "Name",
        "password": "Password", "results": "Results", "none": "Nothing found.",
        "blocked": "Not available in your region", "suspended": "This address is suspended",
        "welcome": "See what is new today.", "about": "Reports and questions",
        "about_text": "We take reports by e-mail.",
    },
}  # fmt: skip


def _said(site: Site, key: str) -> str:
    return _SAID[site.language][key]


def _layout(site: Site, title: str, body: str) -> str:
    name = site.korean if site.language == "ko" else site.english
    links = [("/", _said(site, "home"))]
    if site.has_posts:
        links.append((site.list_path.format(n=1), _said(site, "all")))
    links.append(("/about", _said(site, "about")))
    menu = "".join(f'<li><a href="{href}">{escape(label)}</a></li>' for href, label in links)
    return (
        f'<!doctype html>\n<html lang="{site.language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)} | {name}</title>'
        f"<style>body{{margin:0;font:16px/1.6 sans-serif}}header{{background:{site.colour};"
        "color:#fff;padding:1rem}header a{color:#fff}main{max-width:46rem;margin:auto;padding:1rem}"
        "nav ul{display:flex;gap:1rem;list-style:none;padding:0}img,video{max-width:100%}</style>"
        f'</head><body class="{site.place}"><header><strong>{name}</strong><nav><ul>{menu}</ul>'
        f"</nav></header><main>{body}</main><footer><small>{name} · notice@{site.host}</small>"
        "</footer></body></html>"
    )


def _shown(file: MediaFile, poster: str) -> str:
    if file.artwork.kind == "video":
        kind = file.artwork.content_type
        held = f' poster="{poster}"' if poster else ""
        return f'<video controls{held}><source src="{file.url}" type="{kind}"></video>'
    return f'<figure><img src="{file.url}" alt=""></figure>'


def post_page(post: Post, others: Sequence[Post]) -> str:
    """A post with its files, comments and links to ``others``."""
    site = post.site
    chance = dice("comments", post.url)
    posters = [file for file in post.files if file.artwork.kind == "poster"]
    poster = posters[0].url if posters else ""
    shown = "".join(_shown(file, poster) for file in post.files if file.artwork.kind != "poster")
    comments = "".join(
        f"<li><b>{words.account(chance)}</b> {chance.choice(words.COMMENTS[post.language])}</li>"
        for _ in range(chance.randint(2, 6))
    )
    more = "".join(f'<li><a href="{o.path}">{escape(o.title)}</a></li>' for o in others[:5])
    body = (
        f'<article lang="{post.language}"><h1>{escape(post.title)}</h1>'
        f"<p>{_said(site, 'by')} <b>{escape(post.author)}</b> "
        f"<time>{post.posted_at:%Y-%m-%d %H:%M}</time></p>"
        f"{shown}<p>{escape(post.text)}</p></article>"
        f"<section><h2>{_said(site, 'comments')}</h2><ul>{comments}</ul></section>"
        f"<aside><h2>{_said(site, 'more')}</h2><ul>{more}</ul></aside>"
    )
    return _layout(site, post.title, body)


def list_page(site: Site, posts: Sequence[Post], number: int) -> str:
    """Page ``number`` (from 1) of all posts: titles with links, and links to every page."""
    here = posts[(number - 1) * PER_PAGE : number * PER_PAGE]
    items = "".join(
        f'<li><a href="{post.path}">{escape(post.title)}</a> <small>{escape(post.author)} '
        f"{post.posted_at:%m-%d}</small></li>"
        for post in here
    )
    pages = "".join(
        f' <a href="{site.list_path.format(n=n)}">{n}</a>'
        for n in range(1, (len(posts) - 1) // PER_PAGE + 2)
    )
    title = _said(site, "all")
    return _layout(site, title, f"<h1>{title}</h1><ol>{items}</ol><p>{pages}</p>")


def home_page(site: Site, newest: Sequence[Post]) -> str:
    """The front page: a welcome and the newest titles."""
    items = "".join(f'<li><a href="{p.path}">{escape(p.title)}</a></li>' for p in newest[:5])
    form = '<form action="/search"><input name="q"></form>' if site.place == "search" else ""
    body = f"<h1>{_said(site, 'welcome')}</h1>{form}<ul>{items}</ul>"
    return _layout(site, site.english, body)


def about_page(site: Site) -> str:
    """How to report."""
    title = _said(site, "about")
    text = f"<h1>{title}</h1><p>{_said(site, 'about_text')} notice@{site.host}</p>"
    return _layout(site, title, text)


def missing_page(site: Site, path: str) -> str:
    """The styled page for an address that leads nowhere."""
    title = _said(site, "missing")
    last = escape(path.rsplit("/", 1)[-1])
    text = f"<h1>{title}</h1><p>{_said(site, 'missing_text')}</p><p><code>{last}</code></p>"
    return _layout(site, title, text)


def login_page(site: Site) -> str:
    """A form that asks for name and password, and little else."""
    title = _said(site, "login")
    body = (
        f"<h1>{title}</h1><p>{_said(site, 'login_text')}</p>"
        f'<form method="post" action="/login"><label>{_said(site, "name")} '
        f'<input name="name"></label><label>{_said(site, "password")} '
        f'<input name="password" type="password"></label><button>{title}</button></form>'
    )
    return _layout(site, title, body)


def notice_page(site: Site, key: str) -> str:
    """A page with one sentence: ``blocked`` or ``suspended``."""
    title = _said(site, key)
    return _layout(site, title, f"<h1>{title}</h1>")


def results_page(site: Site, query: str, posts: Sequence[Post], pages: int) -> str:
    """The search engine's results as HTML."""
    items = "".join(
        f'<li><a href="{p.url}">{escape(p.title)}</a><br><cite>{p.url}</cite>'
        f"<p>{escape(p.text[:90])}</p></li>"
        for p in posts
    )
    turn = "".join(
        f' <a href="/search?q={escape(query)}&amp;page={n}">{n}</a>' for n in range(1, pages + 1)
    )
    title = _said(site, "results")
    body = f"<h1>{title}: {escape(query)}</h1><ol>{items}</ol><p>{turn}</p>"
    return _layout(site, title, body if posts else f"<h1>{title}</h1><p>{_said(site, 'none')}</p>")


def rss(site: Site, posts: Sequence[Post]) -> str:
    """The newest posts as RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(p.title)}</title><link>{p.url}</link><guid>{p.url}</guid>"
        f"<pubDate>{p.posted_at:%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
        for p in posts[:IN_RSS]
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{site.english}</title><link>http://{site.host}/</link>"
        f"<description>{site.english}</description>{items}</channel></rss>"
    )


def sitemap(posts: Sequence[Post]) -> str:
    """All posts as a sitemap (sitemaps.org 0.9)."""
    urls = "".join(
        f"<url><loc>{escape(p.url)}</loc><lastmod>{p.posted_at:%Y-%m-%d}</lastmod></url>"
        for p in posts
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    )
