"""What a feed, a site map or a search lists, in the shapes and letters that are met."""

import pytest

from ansim.fetching.feeds import Listed, feed_items, listed
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


XML, JSON = "application/xml", "application/json"


@pytest.mark.parametrize(
    ("kind", "text", "found"),
    [
        (XML, "<rdf:RDF><item rdf:about='/1'/><rdf:li resource='/2'/></rdf:RDF>", "12"),
        (XML, "<rss><media:player url='/1'/><itunes:image href='/2'/></rss>", "12"),
        (XML, "<feed><entry><link href=/1 /><content src='/2'/></entry></feed>", "12"),
        (XML, "<rss><description>&lt;img src=&quot;/1&quot;&gt;</description></rss>", "1"),
        (XML, "<rss><content:encoded><![CDATA[<a href='/1'><video poster='/2'>]]></content:encoded>", "12"),
        (XML, "<!-- x -->\n<urlset><url><loc xml:lang='ko'>/1</loc></url></urlset>", "1"),
        (XML, "<urlset><video:player_loc allow='yes'>/1</video:player_loc></urlset>", "1"),
        (JSON, '{"url": "/1"}\n{"url": "/2"}\n', "12"),
        (JSON, ")]}',\n{\"url\": \"/1\"}", "1"),
        (JSON, '{"size": %s, "url": "/1"}' % ("9" * 9000), "1"),
        (JSON, '{"urls": ["/1", "/2"], "next": "/3", "notes": ["/4"]}', "12"),
        ("application/javascript", 'cb({"items": [{"url": "/1"}]});', "1"),
    ],
)  # fmt: skip
def test_more_shapes_are_read(kind: str, text: str, found: str) -> None:
    assert feed_items(text, kind, BASE) == tuple(f"https://a.test/{one}" for one in found)


def test_files_in_json_are_found_under_any_name_but_a_drawings() -> None:
    text = '{"image": "https://c.test/a.jpg", "file": "https://c.test/b.mp4", "avatar": "https://c.test/c.png"}'
    assert feed_items(text, JSON, BASE) == ("https://c.test/a.jpg", "https://c.test/b.mp4")


def test_a_base_in_the_document_holds_for_what_is_inside() -> None:
    text = (
        "<feed xml:base='https://b.test/r/'><link href='0'/><entry xml:base='p/'><link href='1'/>"
        "</entry><entry><link href='2'/></entry></feed>"
    )
    assert feed_items(text, XML, BASE) == tuple(
        f"https://b.test/r/{one}" for one in ("0", "p/1", "2")
    )
    endless = "<feed>" + "<entry xml:base='b/'><link href='x'/>" * 9000
    assert max(map(len, feed_items(endless, XML, BASE))) < 100


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (XML, "<feed><link rel='next' href='/2'/></feed>"),
        (JSON, '{"items": [], "next_page_url": "/2"}'),
        (JSON, '{"paging": {"cursors": {}, "next": "https://a.test/2"}}'),
        (JSON, '{"_links": {"next": {"href": "/2"}}}'),
        (JSON, '{"@odata.nextLink": "/2"}'),
    ],
)
def test_the_next_part_is_told_apart_from_what_is_listed(kind: str, text: str) -> None:
    assert listed(text, kind, BASE) == Listed((), "https://a.test/2")


@pytest.mark.parametrize("text", ['{"next": 2}', '{"next": "aGVsbG8"}', '{"next": null}', "[]"])
def test_a_cursor_alone_is_no_address(text: str) -> None:
    assert listed(text, JSON, BASE).further == ""
