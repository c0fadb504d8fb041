"""The gate's first half: a text becomes a target to open, or a refusal. Opens nothing.

Parsing follows the WHATWG URL standard (ada), as browsers do, so that decimal, octal, hexadecimal,
full-width and percent-encoded hosts are seen as the address that they are.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import ada_url

from ansim.fetching.addresses import is_special
from ansim.fetching.refusals import (
    Backslash,
    BadScheme,
    ControlCharacter,
    MalformedUrl,
    PortNotAllowed,
    SpecialAddress,
    SpecialName,
    TooLongUrl,
    Userinfo,
)

MAX_URL_LENGTH = 8192
DEFAULT_PORTS = {"http": 80, "https": 443}

# Names that never lead to the public web: RFC 6761, 6762, 7686, 8375, 9476, ICANN's .internal, and
# the suffixes that office and home networks use. ".test" and ".example" are left to the resolver.
SPECIAL_SUFFIXES = frozenset(
    (
        "alt",
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "workgroup",
    )
)

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:/*|//+)([^/?#]*)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_LABEL = re.compile(r"(?!-)[a-z0-9_\-]{1,63}")
_MAX_NAME = 253


@dataclass(frozen=True, slots=True)
class Target:
    """One URL that may be opened if its addresses are public.

    ``host`` is what goes into Host and SNI (ASCII, IPv6 without brackets); ``literal`` is set when
    the URL itself named an IP address; ``request_path`` is path and query, percent-encoded.
    """

    href: str
    scheme: str
    host: str
    port: int
    request_path: str
    literal: IPv4Address | IPv6Address | None

    @property
    def host_header(self) -> str:
        """The Host header: brackets for IPv6, the port only when it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port as one text."""
        return f"{self.scheme}://{self.host_header}"


def parse_target(text: str, allowed_ports: Collection[int], base: str | None = None) -> Target:
    """The target that ``text`` names, relative to ``base`` when it is a redirect's Location.

    Raises:
        Refused: one of its subclasses, saying what is wrong with the link.

    """
    text = text.strip(" \t\r\n\f")
    _refuse_text(text)
    try:
        parsed = ada_url.URL(text, base) if base else ada_url.URL(text)
    except ValueError as error:
        scheme = _SCHEME.match(text)
        if scheme and scheme[1].lower() not in DEFAULT_PORTS:
            raise BadScheme from error
        raise MalformedUrl from error
    scheme_name = parsed.protocol.removesuffix(":")
    if scheme_name not in DEFAULT_PORTS:
        raise BadScheme
    authority = _AUTHORITY.match(text)
    if parsed.username or parsed.password or (authority and "@" in authority[1]):
        raise Userinfo
    port = int(parsed.port) if parsed.port else DEFAULT_PORTS[scheme_name]
    if port not in allowed_ports:
        raise PortNotAllowed
    host = parsed.hostname.strip("[]")
    parsed.hash = ""
    if len(parsed.href) > MAX_URL_LENGTH:
        raise TooLongUrl
    return Target(
        href=parsed.href,
        scheme=scheme_name,
        host=host,
        port=port,
        request_path=parsed.pathname + parsed.search,
        literal=_checked_literal(host),
    )


def _refuse_text(text: str) -> None:
    if not text:
        raise MalformedUrl
    if len(text) > MAX_URL_LENGTH:
        raise TooLongUrl
    if _CONTROL.search(text):
        raise ControlCharacter
    if "\\" in text:
        raise Backslash


def _checked_literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that ``host`` is, or None when it is an ordinary public-looking name."""
    try:
        literal = ip_address(host)
    except ValueError:
        _refuse_name(host)
        return None
    if is_special(literal):
        raise SpecialAddress
    return literal


def _refuse_name(host: str) -> None:
    labels = host.removesuffix(".").split(".")
    if len(host) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in labels):
        raise MalformedUrl
    # A name of one label is looked up on the local network.
    if len(labels) == 1 or labels[-1] in SPECIAL_SUFFIXES:
        raise SpecialName
