"""Joining links: the quick way for plain ones says what the WHATWG parser says."""

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansim.fetching.links import LinkSet

BASE = "http://forum.example.com/board/7?page=2"
letters = st.text(alphabet="ab7/.-_~%?&=+:@#\\ A\u00e9한", max_size=24)
hosts = st.sampled_from(
    ["a.test", "A.test", "1.2.3.4", "0x7f.1", "a..b", "xn--a.test", "a.b-", "a_b.test", "2130706433", "a.test:80", "a.1a"]
)


def whatwg(base: str, reference: str) -> tuple[str, ...]:
    try:
        joined = ada_url.join_url(base, reference.strip()).partition("#")[0]
    except ValueError:
        return ()
    return (joined,) if joined.lower().startswith(("http://", "https://")) else ()


def collected(base: str, reference: str) -> tuple[str, ...]:
    links = LinkSet(base, 5)
    links.add(reference)
    return links.found()


@given(st.one_of(letters, letters.map("/".__add__), st.builds("http://{}{}".format, hosts, letters)))
@example("/a/../b")
@example("/a/..")
@example("/a/.")
@example("/%2e%2e/b")
@example("//evil.test/x")
@example("/a//b")
@example("http://a.test/x/./y")
@example("http://a.0x7f/x")
def test_the_quick_way_says_what_the_parser_says(reference: str) -> None:
    if not reference.strip() or reference.strip().startswith("#"):
        return
    assert collected(BASE, reference) in {whatwg(BASE, reference), ()}
    if whatwg(BASE, reference) and ":" not in reference.partition("/")[0]:
        assert collected(BASE, reference) == whatwg(BASE, reference)


@pytest.mark.parametrize("base", ["http://FORUM.example.com/a", "http://127.0.0.1/a", "https://a.test:444/b"])
def test_a_base_that_is_not_plain_goes_to_the_parser(base: str) -> None:
    assert collected(base, "/x") == whatwg(base, "/x")
