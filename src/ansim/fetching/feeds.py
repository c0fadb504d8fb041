"""The addresses that a feed, a sitemap or a JSON search result lists."""

import html
import json
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import ada_url

from ansim.fetching.links import LinkSet
from ansim.fetching.showing import MEDIA_PATH

MOST_ITEMS = 20_000
"""A site map may name 50,000; a page of the door's size holds about so many."""

_MOST_HTML = 400_000
_MOST_LINES = 5_000
_MOST_BASES = 5_000
_LONGEST_BASE = 2_000

# Plain patterns instead of an XML parser: no entities are expanded, so there is nothing to bomb.
_LISTED = re.compile(
    r"<(?:[\w\-]{1,20}:)?(?:"
    r"(?:loc|content_loc|thumbnail_loc|player_loc|link)(?:\s[^<>]{0,200})?>\s*+"
    r"(?:<!\[CDATA\[\s*+)?([^<\]\s]{1,4096})"
    r"|guid(?:\s[^<>]{0,200})?>\s*+(https?://[^<\]\s]{1,4096})"
    r"|(link|enclosure|content|thumbnail|image|player|li|item)\s([^<>]{1,8192})>)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"""(?:^|\s)(?:href|url|src|rdf:resource|resource|rdf:about)\s*+=\s*+"""
    r"""(?:"([^"]{1,4096})"|'([^']{1,4096})'|([^\s"'<>]{1,4096}))""",
    re.IGNORECASE,
)
# Links of a feed that name the feed itself or a service, not an entry (RFC 4287, RFC 5005).
_NO_ENTRY = re.compile(
    r"""\brel\s*+=\s*+["'](?:self|hub|edit|edit-media|license|search|first|last|prev|previous|"""
    r"""service|icon|stylesheet|up|replies)["']""",
    re.IGNORECASE,
)
_NEXT = re.compile(r"""\brel\s*+=\s*+["']?next\b""", re.IGNORECASE)
# What an entry shows: HTML in XML, escaped or in a CDATA section (RSS 2.0, Atom, content:encoded).
_HTML_TAG = re.compile(
    r"<(/?)(?:description|summary|content|content:encoded)(?:\s[^<>]{0,500})?>", re.IGNORECASE
)
_SHOWS = re.compile(
    r"<(?:img|a|video|source|iframe|embed)\s[^<>]{0,2000}?\b(?:src|href|poster)\s*+=\s*+"
    r"""["']?([^\s"'<>]{1,4096})""",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"""<[\w:\-]{1,40}\s[^<>]{0,2000}?\bxml:base\s*+=\s*+["']([^"']{1,4096})["']|</(?:[\w\-]{1,20}:)?"""
    r"(?:entry|item)>",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s*){1,5}")
_FEED_START = re.compile(
    r"<(?:\?xml\b|!doctype\s+rss\b|(?:[\w\-]{1,20}:)?(?:rss|feed|urlset|sitemapindex)\b|rdf:rdf\b)",
    re.IGNORECASE,
)
# What stands around JSON so that no other site's script can read it, or one can.
_BEFORE_JSON = re.compile(
    r"""(?:\)\]\}'?,?|for\s*\(;;\);|while\s*\(1\);|(?:/\*\*/)?\s*[A-Za-z_$][\w.$]{0,60}\()\s*(?=[\[{])"""
)
_WEB = re.compile(r"https?://\S{1,4096}", re.IGNORECASE)
_KEY = re.compile(r"(?:.{0,40}[_\-])?(?:url|link|href|loc|permalink|uri)|\w{0,40}(?:Url|Link|Uri)")
# Addresses that lead about in the answer, or show whose it is, not what was found.
_LEADING_KEY = re.compile(
    r"(?:next|prev|previous|first|last|self|feed|home|home_?page|avatar|icon|favicon|logo|api|hub)"
    r"(?:[_\-]?page)?[_\-]?(?:url|link|href|uri)",
    re.IGNORECASE,
)
_LEADING_NAME = re.compile(r"next|prev|previous|first|last|self", re.IGNORECASE)
_DRAWING_KEY = re.compile(r"avatar|icon|logo", re.IGNORECASE)
_NEXT_KEY = re.compile(
    r"@?(?:odata\.)?next(?:[_\-]?(?:page|link|url|href|uri|results)){0,2}", re.IGNORECASE
)
_MAX_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Listed:
    """What a document lists: absolute addresses in its own order, and where its next part is."""

    items: tuple[str, ...] = ()
    further: str = ""


def listed(text: str, content_type: str, base: str) -> Listed:
    """What a feed, a site map or a JSON answer lists, at most MOST_ITEMS; nothing of other text.

    Read are RSS 0.9 to 2.0 with enclosures, Media RSS and the HTML of its entries, Atom,
    sitemaps and their indexes with pictures and videos (XML, or one address a line), JSON Feed and
    any JSON (also one object a line, or wrapped) with addresses under ``url``, ``link``, ``href``,
    ``loc``, ``permalink``, ``uri`` or a name that ends so, or in lists, or that end as files do.
    The next part is told as RFC 5005 has it, or by the names that JSON interfaces use for it.
    """
    items, further = LinkSet(base, most=MOST_ITEMS), LinkSet(base, 1)
    kind = _kind_of(text, content_type)
    if kind == "json":
        for found in _documents(text):
            _collect_json(found, items)
            further.add(_next_in(found))
    elif kind == "xml":
        _collect_xml(text, base, items, further)
    elif kind == "lines":
        for line in text.lstrip("\ufeff").splitlines():
            if _WEB.fullmatch(line.strip()):
                items.add(line)
    return Listed(items.found(), next(iter(further.found()), ""))


def feed_items(text: str, content_type: str, base: str) -> tuple[str, ...]:
    """The addresses alone that ``listed`` finds."""
    return listed(text, content_type, base).items


def _kind_of(text: str, content_type: str) -> str:
    """How the text lists things: "json", "xml", "lines", or "" where it is an ordinary page."""
    kind = content_type.partition(";")[0].strip().lower()
    start = text[:16_384].lstrip("\ufeff \t\r\n")
    if comments := _COMMENTS.match(start):
        start = start[comments.end() :]
    wrapped = kind.endswith(("json", "javascript")) and _BEFORE_JSON.match(start)
    if kind.endswith("json") or wrapped or (start[:1] in {"{", "["} and "html" not in kind):
        return "json"
    if _FEED_START.match(start) and "<html" not in text[:1024].lower():
        return "xml"
    return "lines" if kind == "text/plain" and _WEB.match(start) else ""


def _collect_xml(text: str, base: str, items: LinkSet, further: LinkSet) -> None:
    bases = _Bases(text, base)
    for found in _LISTED.finditer(text):
        if found[3] and found[3].lower() == "link" and _NEXT.search(found[4]):
            further.add(bases.joined(found.start(), html.unescape(_reference(found[4]))))
        else:
            items.add(bases.joined(found.start(), _address_of(found)))
    for place, shown in _shown_in_entries(text):
        items.add(bases.joined(place, shown))


def _shown_in_entries(text: str) -> Iterator[tuple[int, str]]:
    """(place, address) of what the HTML in entries shows or links to."""
    opened, left = -1, _MOST_HTML
    for tag in _HTML_TAG.finditer(text):
        if not tag[1]:
            opened = tag.end()
            continue
        inside = text[opened : tag.start()][:left] if opened >= 0 else ""
        left -= len(inside)
        plain = inside if "<" in inside else html.unescape(inside)
        for shown in _SHOWS.finditer(plain):
            yield tag.start(), html.unescape(shown[1])
        opened = -1


def _address_of(found: re.Match[str]) -> str:
    address = found[1] or found[2]
    if address is None:
        no_entry = found[3].lower() == "link" and _NO_ENTRY.search(found[4])
        address = "" if no_entry else _reference(found[4])
    return html.unescape(address)


def _reference(attributes: str) -> str:
    named = _REFERENCE.search(attributes)
    return "" if named is None else (named[1] or named[2] or named[3]).removesuffix("/>")


class _Bases:
    """Which ``xml:base`` holds at a place: that of an entry until its end, else the feed's own."""

    def __init__(self, text: str, base: str) -> None:
        self._starts, self._bases = [0], [base]
        if "xml:base" not in text:
            return
        feed = base
        for found in islice(_BASE.finditer(text), _MOST_BASES):
            # An entry's is added to the feed's own, never to another entry's: none grows on.
            current = feed if found[1] is None else _joined(feed, html.unescape(found[1]))
            if len(current) > _LONGEST_BASE:
                continue
            if found[1] is not None and len(self._starts) == 1:
                feed = current
            self._starts.append(found.start())
            self._bases.append(current)

    def joined(self, place: int, address: str) -> str:
        """The address, absolute where a base of the document's own holds at ``place``."""
        if len(self._starts) == 1 or not address:
            return address
        return _joined(self._bases[bisect(self._starts, place) - 1], address)


def _joined(base: str, address: str) -> str:
    try:
        return str(ada_url.join_url(base, address.strip()))
    except ValueError:
        return base


def _documents(text: str) -> list[object]:
    """The JSON values of a text: one, or one a line; without what is wrapped around it."""
    text = text.lstrip("\ufeff \t\r\n")
    if wrapped := _BEFORE_JSON.match(text):
        text = text[wrapped.end() :].rstrip(") ;\r\n\t")
    try:
        return [_loaded(text)]
    except (ValueError, RecursionError):
        pass
    found: list[object] = []
    for line in text.splitlines()[:_MOST_LINES]:
        try:
            found.append(_loaded(line))
        except (ValueError, RecursionError):
            continue
    return found


def _loaded(text: str) -> object:
    # Numbers are of no use here, and some are too long for Python.
    return json.loads(text, parse_int=float)


def _collect_json(document: object, items: LinkSet) -> None:
    waiting: list[tuple[str, object]] = [("", document)]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        name, node = waiting.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, str) and (_names_a_find(key) or _is_file(key, value)):
                    items.add(value)
            parts = [(key, v) for key, v in node.items() if isinstance(v, dict | list)]
            waiting.extend(part for part in reversed(parts) if not _leads_about(*part))
        elif isinstance(node, list):
            several = _names_a_find(name.removesuffix("s"))
            for value in node:
                if isinstance(value, str) and (
                    _WEB.fullmatch(value) or (several and value.startswith("/"))
                ):
                    items.add(value)
            waiting.extend(reversed([(name, v) for v in node if isinstance(v, dict | list)]))


def _names_a_find(key: str) -> bool:
    plain = bool(_KEY.fullmatch(key) or _KEY.fullmatch(key.lower()))
    return plain and not _LEADING_KEY.fullmatch(key)


def _leads_about(key: str, value: object) -> bool:
    """Whether an object is a link that leads about in the answer, as HAL has them."""
    return isinstance(value, dict) and "href" in value and bool(_LEADING_NAME.fullmatch(key))


def _is_file(key: str, value: str) -> bool:
    """Whether a value is the address of a picture or video, whatever its name in the answer."""
    file = _WEB.fullmatch(value) and MEDIA_PATH.search(value)
    return bool(file) and not _DRAWING_KEY.search(key)


def _next_in(document: object) -> str:
    """The address of the next part, at the top of an answer or in its links or paging."""
    if not isinstance(document, dict):
        return ""
    for key, value in document.items():
        if _NEXT_KEY.fullmatch(key):
            told = value.get("href") or value.get("url") if isinstance(value, dict) else value
            if isinstance(told, str) and (_WEB.match(told) or told[:1] in {"/", "?"}):
                return told
    for key in ("links", "_links", "paging", "pagination", "meta", "page"):
        if key in document and (found := _next_in(document[key])):
            return found
    return ""
