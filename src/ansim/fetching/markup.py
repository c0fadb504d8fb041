"""How much of a document the HTML parser can afford.

The parser is exact and fast, but like every HTML5 parser it takes quadratic time on some input:
thousands of nested elements, or thousands of attributes in one tag. Three megabytes of either would
hold a worker for minutes. So a document is cut off where it stops being like a document.
"""

import re

MAX_TAGS = 16_000
MAX_ATTRIBUTES = 256

_TAG = re.compile(r"</?[A-Za-z]")
# One start tag, read as the WHATWG tokenizer reads it. It is tried at every "<" with a letter, so
# comments and scripts cannot hide a tag from it; possessive throughout, so it never backtracks.
_START_TAG = re.compile(
    r"</?[A-Za-z][^\t\n\f\r />]*+"
    r"(?:[\t\n\f\r /]*+(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>)|\Z))?+"""
    rf"){{0,{MAX_ATTRIBUTES}}}+[\t\n\f\r /]*+"
)


def affordable(text: str) -> str:
    """``text`` up to the tag from which on parsing it would cost too much; mostly all of it."""
    budget = 4 * len(text) + 65_536
    for count, tag in enumerate(_TAG.finditer(text)):
        start = tag.start()
        if count >= MAX_TAGS:
            return text[:start]
        read = _START_TAG.match(text, start)
        end = read.end() if read else start
        budget -= end - start
        if budget < 0 or (end < len(text) and text[end] != ">"):
            return text[:start]
    return text
