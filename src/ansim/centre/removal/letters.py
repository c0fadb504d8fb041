"""A letter as the screen shows it: word for word, but with every address hidden."""

import re
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def addresses(body: str) -> list[str]:
    """The distinct addresses that a letter names, in order."""
    return list(dict.fromkeys(ADDRESS.findall(body)))


def as_paragraphs(body: str, *, shown: bool = False) -> SafeString:
    """A letter's text as paragraphs; with ``shown`` its addresses are readable (never links)."""
    numbers = {address: n for n, address in enumerate(addresses(body), start=1)}
    blocks = [block for block in re.split(r"\n\s*\n", body.strip()) if block.strip()]
    return format_html_join(
        "\n", "<p>{}</p>", ((_lines(block, numbers, shown=shown),) for block in blocks)
    )


def _lines(block: str, numbers: dict[str, int], *, shown: bool) -> SafeString:
    lines = [_line(line, numbers, shown=shown) for line in block.splitlines()]
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


def _line(line: str, numbers: dict[str, int], *, shown: bool) -> SafeString:
    if shown:
        return format_html("{}", line)
    parts: list[str | SafeString] = []
    end = 0
    for found in ADDRESS.finditer(line):
        parts += [line[end : found.start()], _hidden(numbers[found.group()])]
        end = found.end()
    return _joined([*parts, line[end:]])


def _hidden(number: int) -> SafeString:
    words = gettext("address %(number)d, hidden here") % {"number": number}
    return format_html('<span class="redact">{}</span>', words)


def _joined(parts: Sequence[str | SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
