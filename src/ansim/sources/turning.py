"""Which address on a list page is its next page: told by the address alone, in no language."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

_NUMBER = re.compile(r"\d{1,9}")
_FURTHER = re.compile(r"/?(?:/page/?|/p/?|[_\-])2(?:/|\.[a-z]{3,5})?", re.IGNORECASE)
# "page", "pageIndex", "currentPage", "page_no", "cp" count pages; "start", "offset" count entries.
_COUNTS_PAGES = re.compile(r"[a-z_\-]{0,12}page[a-z_\-]{0,8}|p|pg|cp|np|pn", re.IGNORECASE)
_COUNTS_ENTRIES = re.compile(r"(?:limit_?)?start|offset|from|skip", re.IGNORECASE)
_ENDING = re.compile(r"\.[a-z]{3,5}", re.IGNORECASE)
_FARTHEST: Final = 200
"""Offsets count entries, so a next page may lie some way off; posts' numbers lie further."""


def next_page(url: str, named: Iterable[str]) -> str | None:
    """The named address that differs from ``url`` by its next higher number, or None.

    A list's first page often has no number: then its address with a second page's number added to
    its query or path, such as ``page=2``, ``pageIndex=2``, ``start=20``, ``/page/2``, ``_2.html``.
    """
    own = _NUMBER.findall(url)
    shape = _NUMBER.sub("0", url)
    best: tuple[int, str] | None = None
    for one in named:
        numbers = _NUMBER.findall(one)
        if _NUMBER.sub("0", one) == shape:
            steps = [int(b) - int(a) for a, b in zip(own, numbers, strict=True) if a != b]
            if len(steps) == 1 and 0 < steps[0] <= _FARTHEST and (not best or steps[0] < best[0]):
                best = steps[0], one
        elif _adds_a_second(url, one):
            return one
    return best[1] if best else None


def _adds_a_second(url: str, one: str) -> bool:
    """Whether ``one`` is ``url`` with nothing but a second page's number added."""
    path, _, query = url.partition("?")
    further, _, added = one.partition("?")
    own, named = parse_qsl(query, keep_blank_values=True), parse_qsl(added, keep_blank_values=True)
    if path != further:
        ending = _ENDING.search(path, path.rfind("/"))
        stem = path.removesuffix(ending[0]) if ending else path.rstrip("/")
        same = further.startswith(stem) and own == named
        return same and _FURTHER.fullmatch(further, len(stem)) is not None
    more = [pair for pair in named if pair not in own and pair[1]]
    if len(more) != 1 or not {pair for pair in own if pair[1]} <= set(named):
        return False
    [(name, value)] = more
    if value == "2" and _COUNTS_PAGES.fullmatch(name):
        return True
    entries = value.isascii() and value.isdecimal() and 0 < int(value[:9]) <= _FARTHEST
    return entries and _COUNTS_ENTRIES.fullmatch(name) is not None
