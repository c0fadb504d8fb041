"""What a feed, a site map or a search lists, in the shapes and letters that are met."""

import pytest

from ansim.fetching.feeds import feed_items
from ansim.fetching.pages import decode_text

BASE = "https://a.test/feed/x"


@pytest.mark.parametrize(
    "text",
    [
        "<s:urlset xmlns:s='x'><s:url><s:loc> /1 </s:loc></s:url></s:urlset>",
        "<a:feed xmlns:a='x'><a:entry><a:link href='/1'/></a:entry></a:feed>",
        "<!DOCTYPE rss SYSTEM 'http://n.test/d'><rss><item><link>/1</link></item></rss>",
    ],
)
def test_the_root_may_have_a_prefix_or_a_doctype(text: str) -> None:
    assert feed_items(text, "application/xml", BASE) == ("https://a.test/1",)


@pytest.mark.parametrize(
    "text",
    [
        '["https://a.test/1", "no address", 5, null]',
        '{"results": ["https://a.test/1"]}',
        '["word", ["title"], ["about"], ["https://a.test/1"]]',  # OpenSearch suggestions
        '{"fields": [["name", "original"], ["x", "https://a.test/1"]]}',
    ],
)
def test_a_search_may_answer_with_lists_of_addresses(text: str) -> None:
    assert feed_items(text, "application/json", BASE) == ("https://a.test/1",)


@pytest.mark.parametrize("attack", ["&l9;", "&x;"])
def test_entities_are_never_expanded(attack: str) -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "lol">{bomb}'
        f'<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f"<rss><channel><item><link>https://a.test/{attack}</link></item></channel></rss>"
    )
    assert feed_items(text, "application/xml", BASE) == (f"https://a.test/{attack}",)


@pytest.mark.parametrize(
    ("said", "written"), [("euc-kr", "cp949"), ("UTF-8", "utf-8"), ("utf-16", "utf-8")]
)
def test_the_xml_declaration_names_the_letters(said: str, written: str) -> None:
    text = f'<?xml version="1.0" encoding="{said}"?><rss><title>달빛 정원</title></rss>'
    assert decode_text(text.encode(written), "application/rss+xml") == text
