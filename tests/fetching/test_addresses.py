from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.fetching.addresses import SPECIAL_IPV4, embedded_ipv4, is_special, may_dial

PUBLIC = ("1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "223.255.255.255")
PUBLIC_IPV6 = ("2606:4700:4700::1111", "2a00:1450::1", "2400:cb00::1")


@pytest.mark.parametrize("address", [*PUBLIC, *PUBLIC_IPV6])
def test_public_addresses_pass(address: str) -> None:
    assert not is_special(address)


@pytest.mark.parametrize(
    "address",
    [
        # These are the ones that ipaddress.is_global calls global.
        "224.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::10.0.0.1",
        "fec0::1",
        "ff02::1",
        "192.88.99.1",
        "5f00::1",
        "3fff::1",
        "2001:0:7f00:1::",
        "fe80::1%eth0",
        "4000::1",
    ],
)
def test_addresses_that_the_standard_library_lets_through(address: str) -> None:
    assert is_special(address)


@given(
    st.sampled_from(SPECIAL_IPV4).flatmap(
        lambda block: st.integers(int(block[0]), int(block[-1])).map(IPv4Address)
    )
)
def test_a_special_ipv4_address_is_special_in_every_ipv6_disguise(inner: IPv4Address) -> None:
    number = int(inner)
    disguises = (
        number,
        0xFFFF << 32 | number,
        0xFFFF << 48 | number,
        0x64FF9B << 96 | number,
        0x2002 << 112 | number << 80,
        0x20010000 << 96 | number ^ 0xFFFFFFFF,
        0x2606470000000000 << 64 | 0x00005EFE << 32 | number,  # ISATAP under a public prefix
    )
    assert is_special(inner)
    for disguise in disguises:
        address = IPv6Address(disguise)
        assert is_special(address), address
        assert inner in embedded_ipv4(address), address


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_only_global_unicast_can_be_public(address: IPv6Address) -> None:
    if address not in IPv6Network("2000::/3"):
        assert is_special(address)


def test_a_sandbox_reaches_its_own_networks_and_nothing_else() -> None:
    sandbox = (IPv6Network("fd00:77::/32"),)
    assert may_dial("fd00:77::1", sandbox)
    assert not may_dial("8.8.8.8", sandbox)
    assert not may_dial("127.0.0.1", ())
    assert not may_dial("not an address", ())
