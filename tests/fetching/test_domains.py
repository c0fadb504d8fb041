"""The registered domain of a host."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.fetching.domains import registered_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("cdn.img.example.co.kr", "example.co.kr"),
        ("WWW.Example.COM.", "example.com"),
        ("a.b.github.io", "b.github.io"),
        ("moa.blogspot.com", "moa.blogspot.com"),
        ("github.io", "github.io"),
        ("co.kr", "co.kr"),
        ("www.서울.한국", "서울.한국"),
        ("a.b.xn--3e0b707e", "b.xn--3e0b707e"),
        ("a.moa.test", "a.moa.test"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("", ""),
    ],
)
def test_the_part_that_somebody_registered(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


@given(st.text(max_size=60))
def test_any_text_has_a_stable_domain_that_ends_it(host: str) -> None:
    domain = registered_domain(host)
    assert registered_domain(domain) == domain or "." not in domain or domain.endswith(".")
    assert host.strip().strip("[]").removesuffix(".").lower().endswith(domain)
