"""The addresses that a feed, a sitemap or a JSON search result lists."""

import html
import json
import re

from ansim.fetching.links import LinkSet

# Plain patterns instead of an XML parser: no entities are expanded, so there is nothing to bomb.
_ELEMENT = re.compile(
    r"<(?:[\w\-]{1,20}:)?(?:loc|link)>\s*+(?:<!\[CDATA\[\s*+)?([^<\]\s]{1,4096})",
    re.IGNORECASE,
)
_ATOM_LINK = re.compile(r"<(?:[\w\-]{1,20}:)?link\s([^<>]{1,8192})>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*+=\s*+["']([^"']{1,4096})["']""", re.IGNORECASE)
_FEED_START = re.compile(
    r"<(?:\?xml\b|rss\b|feed\b|urlset\b|sitemapindex\b|rdf:rdf\b)", re.IGNORECASE
)
_JSON_KEYS = frozenset(("url", "link", "href", "loc", "permalink"))
_MAX_NODES = 100_000


def feed_items(text: str, content_type: str, base: str) -> tuple[str, ...]:
    """Absolute addresses in a feed's, a sitemap's or a JSON document's order; () for other text."""
    kind = content_type.partition(";")[0].strip().lower()
    start = text[:256].lstrip("\ufeff \t\r\n")
    items = LinkSet(base, most=500)
    if kind.endswith("json") or (start[:1] in {"{", "["} and "html" not in kind):
        _collect_json(text, items)
    elif _FEED_START.match(start) and "<html" not in text[:1024].lower():
        for found in _ELEMENT.finditer(text):
            items.add(html.unescape(found[1]))
        for found in _ATOM_LINK.finditer(text):
            href = _HREF.search(found[1])
            if href:
                items.add(html.unescape(href[1]))
    return items.found()


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
                if isinstance(value, str) and key.lower() in _JSON_KEYS:
                    items.add(value)
            waiting.extend(reversed([v for v in node.values() if isinstance(v, dict | list)]))
        elif isinstance(node, list):
            waiting.extend(reversed([v for v in node if isinstance(v, dict | list)]))
