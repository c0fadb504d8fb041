"""Collecting absolute http(s) addresses from a document without repeating any."""

import re

import ada_url

_WEB = re.compile(r"https?://", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"(?!https?:)[a-z][a-z0-9+.\-]*:", re.IGNORECASE)
_MAX_LENGTH = 4096


class LinkSet:
    """Distinct absolute addresses in the order in which they were found, at most ``most``."""

    def __init__(self, base: str, most: int) -> None:
        self._base = base
        self._most = most
        self._found: dict[str, None] = {}

    def add(self, reference: str | None) -> None:
        """Take in a reference relative to the base; what is no web address is passed over."""
        if not reference or len(self._found) >= self._most or len(reference) > _MAX_LENGTH:
            return
        reference = reference.strip()
        if not reference or reference.startswith("#") or _OTHER_SCHEME.match(reference):
            return
        try:
            absolute = ada_url.join_url(self._base, reference)
        except ValueError:
            return
        absolute = absolute.partition("#")[0]
        if _WEB.match(absolute):
            self._found.setdefault(absolute)

    def found(self) -> tuple[str, ...]:
        """What was collected."""
        return tuple(self._found)
