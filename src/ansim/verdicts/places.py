"""Addresses beside a link: its site's front page, and a sibling that surely does not exist."""

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

import ada_url

from ansim.fetching.domains import registered_domain

_NUMBER = re.compile(r"[0-9]+")
_LEAST_DIGITS = 9
_MOST_DIGITS = 18  # below 2^63, so that no database breaks on it


def home_of(url: str) -> str:
    """The front page of the site of ``url``."""
    parsed = ada_url.URL(url)
    parsed.pathname, parsed.search, parsed.hash = "/", "", ""
    return str(parsed.href)


def sibling_of(url: str, salt: str) -> str:
    """An address beside ``url``, of the same shape, that surely does not exist.

    The shape matters: a number is answered by the script that shows posts, a word by the server,
    and the two say "not found" in different ways. One sibling serves all links of one shape.
    """
    parsed = ada_url.URL(url)
    folder, _, name = parsed.pathname.rpartition("/")
    pairs = parse_qsl(parsed.search.removeprefix("?"), keep_blank_values=True)
    seed = f"{salt}{parsed.hostname}{folder}"
    if any(_varies(value) for _, value in pairs):
        pairs = [(key, _unlike(value, seed) if _varies(value) else value) for key, value in pairs]
        parsed.search, parsed.hash = urlencode(pairs), ""
        return str(parsed.href)
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    parsed.pathname = f"{folder}/{_unlike(stem, seed)}{dot}{ending}"
    parsed.search, parsed.hash = "", ""
    return str(parsed.href)


def same_shape(one: str, other: str) -> bool:
    """Whether two addresses differ in a number or their last name only, as posts of a board do."""
    return _shape(one) == _shape(other)


def same_site(one: str, other: str) -> bool:
    """Whether two addresses belong to one registered domain, or one host lies below the other."""
    first, second = bare_host(one), bare_host(other)
    if first == second or first.endswith(f".{second}") or second.endswith(f".{first}"):
        return True
    return registered_domain(first) == registered_domain(second)


def same_store(one: str, other: str) -> bool:
    """Whether two files lie in one store: the same host, first folder and kind of file."""
    first, second = (PurePosixPath(split(url).path) for url in (one, other))
    return (
        host_of(one) == host_of(other)
        and first.parent.parts[:2] == second.parent.parts[:2]
        and first.suffix.lower() == second.suffix.lower()
    )


def host_of(url: str) -> str:
    """The host name of an address in lower case, "" where it has none."""
    return (split(url).hostname or "").lower()


def bare_host(url: str) -> str:
    """The host without ``www.``, ``m.`` or a last dot."""
    return host_of(url).removesuffix(".").removeprefix("www.").removeprefix("m.")


def is_root(url: str) -> bool:
    """Whether an address is a front page."""
    parts = split(url)
    return parts.path in {"", "/"} and not parts.query


def same_place(one: str, other: str) -> bool:
    """Whether two addresses name one page: scheme, www and a last slash do not matter."""
    first, second = split(one), split(other)
    return (
        bare_host(one) == bare_host(other)
        and unquote(first.path).rstrip("/") == unquote(second.path).rstrip("/")
        and unquote(first.query) == unquote(second.query)
    )


def split(url: str) -> SplitResult:
    """The parts of an address; none of what this parser refuses."""
    try:
        return urlsplit(url.strip())
    except ValueError:  # the door's parser takes hosts that this one does not
        return SplitResult("", "", "", "", "")


def _shape(url: str) -> tuple[object, ...]:
    parts = split(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    named = tuple(sorted((key, "" if _varies(value) else value) for key, value in pairs))
    varying = any(_varies(value) for _, value in pairs)
    folder, _, name = parts.path.rpartition("/")
    if varying:
        return bare_host(url), parts.path, named
    # "/about" is no post of a board whose posts are "/4711".
    return bare_host(url), folder, name.partition(".")[0].isdigit()


def _varies(value: str) -> bool:
    return any(letter.isdigit() for letter in value)


def _unlike(name: str, seed: str) -> str:
    """Another name of the same shape: digits for digits, else fourteen hex digits."""
    digest = hashlib.sha256(f"{seed}{len(name) if name.isdigit() else ''}".encode()).hexdigest()
    if not _NUMBER.fullmatch(name):
        return digest[:14]
    length = min(max(len(name), _LEAST_DIGITS), _MOST_DIGITS)
    return "8" + str(int(digest, 16))[1:length]
