"""Which address on a list page is its next page: told by the address alone, in no language."""

import re
from collections.abc import Iterable
from typing import Final

_NUMBER = re.compile(r"\d{1,9}")
_FURTHER = re.compile(
    r"/?[?&](?:page|p|pg|paged|page_?no|page_?num(?:ber)?|cpage)=2$|/(?:page/?|p/?)2/?$",
    re.IGNORECASE,
)
_FARTHEST: Final = 200
"""Offsets count entries, so a next page may lie some way off; posts' numbers lie further."""


def next_page(url: str, named: Iterable[str]) -> str | None:
    """The named address that differs from ``url`` by its next higher number, or None.

    A list's first page often has no number: then its address with ``page=2`` or ``/page/2`` added.
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
        elif one.startswith(url.rstrip("/")) and _FURTHER.fullmatch(one, len(url.rstrip("/"))):
            return one
    return best[1] if best else None
