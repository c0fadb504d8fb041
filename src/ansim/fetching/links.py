"""Collecting absolute http(s) addresses from a document without repeating any."""

import re

import ada_url

_WEB = re.compile(r"https?://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_MAX_LENGTH = 4096

# References that the WHATWG parser leaves as they are: most of a page's. The parser gives up the
# interpreter's lock several times for each, and threads that read pages at once queue up for it.
_PLAIN_REST = r"(?:/(?!\.)[A-Za-z0-9_\-.~]*)+(?:\?[A-Za-z0-9_\-.~=&%/+]*)?"
_PLAIN_PATH = re.compile(rf"(?!//){_PLAIN_REST}")
_PLAIN_ADDRESS = re.compile(
    rf"(https?://(?:(?!xn--)[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+(?!xn--)[a-z][a-z\-]*[a-z]){_PLAIN_REST}"
)


class LinkSet:
    """Distinct absolute addresses in the order in which they were found, at most ``most``."""

    def __init__(self, base: str, most: int) -> None:
        self._base = base
        self._most = most
        self._found: dict[str, None] = {}
        plain = _PLAIN_ADDRESS.match(base)
        self._origin = plain[1] if plain else ""

    def add(self, reference: str | None) -> None:
        """Take in a reference relative to the base; what is no web address is passed over."""
        if not reference or len(self._found) >= self._most or len(reference) > _MAX_LENGTH:
            return
        reference = reference.strip()
        if not reference or reference.startswith("#") or _OTHER_SCHEME.match(reference):
            return
        absolute = self._joined(reference).partition("#")[0]
        if _WEB.match(absolute):
            self._found.setdefault(absolute)

    def _joined(self, reference: str) -> str:
        """The reference as an absolute address, "" when it is none."""
        if self._origin and _PLAIN_PATH.fullmatch(reference):
            return self._origin + reference
        if _PLAIN_ADDRESS.fullmatch(reference):
            return reference
        try:
            return str(ada_url.join_url(self._base, reference))
        except ValueError:
            return ""

    def found(self) -> tuple[str, ...]:
        """What was collected."""
        return tuple(self._found)
