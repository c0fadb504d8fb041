"""Which Internet addresses are not the public web.

The list is our own: ``ipaddress.is_global`` of the Python versions that we support calls NAT64
loopback, 6to4 loopback, site-local and multicast addresses global. Source: the IANA IPv4 and IPv6
Special-Purpose Address Registries (RFC 6890 and its updates) and the multicast registries.
"""

from collections.abc import Iterator, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

Network = IPv4Network | IPv6Network

SPECIAL_IPV4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "255.255.255.255/32",
    )
)

SPECIAL_IPV6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(block)
    for block in (
        "::/128",
        "::1/128",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "100:0:0:1::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3ffe::/16",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)

# Everything outside it is reserved by IANA, so nothing public can live there.
GLOBAL_UNICAST_IPV6 = IPv6Network("2000::/3")

_NAT64_TOP = 0x0064FF9B
_6TO4_TOP = 0x2002
_TEREDO_TOP = 0x20010000
_ISATAP_MARKS = (0x00005EFE, 0x02005EFE)
# Networks that a gateway of our own could lead into.
_PRIVATE = tuple(
    IPv4Network(block)
    for block in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    )
)
_PREFIX_LENGTHS = (32, 40, 48, 56, 64, 96)


def embedded_ipv4(address: IPv6Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that a gateway might find inside ``address``.

    Covers mapped, compatible and translated addresses, NAT64, 6to4 (RFC 3056), Teredo (RFC 4380:
    server, and client with its bits inverted) and ISATAP (RFC 5214).
    """
    number = int(address)
    low = number & 0xFFFFFFFF
    if number >> 32 in {0, 0xFFFF, 0xFFFF0000} or number >> 96 == _NAT64_TOP:
        yield IPv4Address(low)
    if number >> 112 == _6TO4_TOP:
        yield IPv4Address(number >> 80 & 0xFFFFFFFF)
    if number >> 96 == _TEREDO_TOP:
        yield IPv4Address(number >> 64 & 0xFFFFFFFF)
        yield IPv4Address(low ^ 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in _ISATAP_MARKS:
        yield IPv4Address(low)


def _translated(address: IPv6Address) -> Iterator[IPv4Address]:
    """Every IPv4 address that a NAT64 gateway with a prefix of its own would find (RFC 6052, 2.2).

    Bits 64 to 71 and those behind the IPv4 address are zero; behind the longest prefix, the other
    bits between are taken to be zero as well.
    """
    number = int(address)
    # Without the octet of zeros, the IPv4 address stands in one piece behind every prefix.
    joined = number >> 64 << 56 | number & (1 << 56) - 1
    for length in _PREFIX_LENGTHS:
        if length == 96:  # noqa: PLR2004
            whole = number >> 32 & 0xFFFFFFFF == 0
            found = number & 0xFFFFFFFF
        else:
            behind = 120 - length - 32
            whole = number >> 56 & 0xFF == 0 and joined & (1 << behind) - 1 == 0
            found = joined >> behind & 0xFFFFFFFF
        if whole:
            yield IPv4Address(found)


def is_special(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether ``address`` is anything but a public unicast address.

    Raises:
        ValueError: the text is no IP address.

    """
    parsed = ip_address(address) if isinstance(address, str) else address
    if isinstance(parsed, IPv4Address):
        return any(parsed in block for block in SPECIAL_IPV4)
    if parsed.scope_id is not None or parsed not in GLOBAL_UNICAST_IPV6:
        return True
    if any(parsed in block for block in SPECIAL_IPV6):
        return True
    if any(is_special(inner) for inner in embedded_ipv4(parsed)):
        return True
    return any(inner in block for inner in _translated(parsed) for block in _PRIVATE)


def may_dial(address: str, permitted: Sequence[Network]) -> bool:
    """Whether the door may dial ``address``, which a resolver named.

    With no ``permitted`` networks (production) only public addresses pass. With some (a sandbox)
    only these pass, so that a sandbox can never reach the real web.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if permitted:
        return any(parsed in block for block in permitted)
    return not is_special(parsed)
