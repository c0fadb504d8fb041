"""The addresses that a feed, a sitemap or a JSON search result lists."""

import html
import json
import re

from ansim.fetching.links import LinkSet

MOST_ITEMS = 20_000
"""A site map may name 50,000; a page of the door's size holds about so many."""

# Plain patterns instead of an XML parser: no entities are expanded, so there is nothing to bomb.
_LISTED = re.compile(
    r"<(?:[\w\-]{1,20}:)?(?:"
    r"(?:loc|content_loc|thumbnail_loc|link)>\s*+(?:<!\[CDATA\[\s*+)?([^<\]\s]{1,4096})"
    r"|guid(?:\s[^<>]{0,200})?>\s*+(https?://[^<\]\s]{1,4096})"
    r"|(link|enclosure|content|thumbnail)\s([^<>]{1,8192})>)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"""\b(?:href|url)\s*+=\s*+["']([^"']{1,4096})["']""", re.IGNORECASE)
# Links of a feed that name the feed itself or a service, not an entry (RFC 4287, RFC 5005).
_NO_ENTRY = re.compile(
    r"""\brel\s*+=\s*+["'](?:self|hub|edit|edit-media|license|search|first|last|prev|previous|"""
    r"""service|icon|stylesheet|up|replies)["']""",
    re.IGNORECASE,
)
_FEED_START = re.compile(
    r"<(?:\?xml\b|!doctype\s+rss\b|(?:[\w\-]{1,20}:)?(?:rss|feed|urlset|sitemapindex)\b|rdf:rdf\b)",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://\S{1,4096}", re.IGNORECASE)
_KEY = re.compile(r"(?:.{0,40}[_\-])?(?:url|link|href|loc|permalink|uri)|\w{0,40}(?:Url|Link|Uri)")
# Addresses that lead about in the answer, or show whose it is, not what was found.
_LEADING_KEY = re.compile(
    r"(?:next|prev|previous|first|last|self|feed|home|home_?page|avatar|icon|favicon|logo|api|hub)"
    r"(?:[_\-]?page)?[_\-]?(?:url|link|href|uri)",
    re.IGNORECASE,
)
_MAX_NODES = 100_000


def feed_items(text: str, content_type: str, base: str) -> tuple[str, ...]:
    """Absolute addresses in the document's own order, at most MOST_ITEMS; () for other text.

    Read are RSS 0.9 to 2.0 with enclosures and Media RSS, Atom, sitemaps and their indexes with
    pictures and videos (XML, or one address a line), JSON Feed and any JSON with addresses under
    ``url``, ``link``, ``href``, ``loc``, ``permalink``, ``uri`` or a name that ends so, or in lists.
    """
    kind = content_type.partition(";")[0].strip().lower()
    start = text[:256].lstrip("\ufeff \t\r\n")
    items = LinkSet(base, most=MOST_ITEMS)
    if kind.endswith("json") or (start[:1] in {"{", "["} and "html" not in kind):
        _collect_json(text, items)
    elif _FEED_START.match(start) and "<html" not in text[:1024].lower():
        for found in _LISTED.finditer(text):
            _collect_element(found, items)
    elif kind == "text/plain" and _WEB.match(start):
        for line in text.lstrip("\ufeff").splitlines():
            if _WEB.fullmatch(line.strip()):
                items.add(line)
    return items.found()


def _collect_element(found: re.Match[str], items: LinkSet) -> None:
    address = found[1] or found[2]
    if address is None:
        named = _REFERENCE.search(found[4])
        if named is None or (found[3].lower() == "link" and _NO_ENTRY.search(found[4])):
            return
        address = named[1]
    items.add(html.unescape(address))


def _collect_json(text: str, items: LinkSet) -> None:
    try:
        waiting: list[object] = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                if isinstance(value, str) and _names_a_find(key):
                    items.add(value)
            waiting.extend(reversed([v for v in node.values() if isinstance(v, dict | list)]))
        elif isinstance(node, list):
            for value in node:
                if isinstance(value, str) and _WEB.fullmatch(value):
                    items.add(value)
            waiting.extend(reversed([v for v in node if isinstance(v, dict | list)]))


def _names_a_find(key: str) -> bool:
    plain = bool(_KEY.fullmatch(key) or _KEY.fullmatch(key.lower()))
    return plain and not _LEADING_KEY.fullmatch(key)
