"""Each kind of source keeps the contract, and does what only it does."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ansim.sources import Item, MalformedTarget, Problem, WatchTarget, catalogue
from tests.sources.contract import SourceContract
from tests.sources.web import Web, links, site_map

KINDS = catalogue()
HOME = "http://a.test/"


def target(source: str, url: str = HOME, **more) -> WatchTarget:
    return WatchTarget("t", source, url, "kr_vpa_7_3_3", "owner", **more)


def opened(found) -> list[str]:
    return [one.url for one in found if isinstance(one, Item) and one.kind == "page"]


class TestListPage(SourceContract):
    kind = KINDS.get("list_page")
    target = target("list_page")
    pages = {
        HOME: links("/1", "/2", "/?page=2", "http://b.test/x", HOME, "#top"),
        HOME + "?page=2": links("/3", "/2", "/?page=3", "/"),
        HOME + "?page=3": links("/2", "/3", "/?page=4"),
        HOME + "1": links("/", "/deep"),
        HOME + "2": links(),
        HOME + "3": links("/1"),
        HOME + "deep": links("/deeper"),
        HOME + "deeper": links("/deepest"),
        HOME + "deepest": links("/end"),
        HOME + "end": links(),
    }

    def test_next_pages_come_first_while_they_name_something_else(self) -> None:
        _, web = self.walked(depth=1)
        assert [url.removeprefix(HOME) for url in web.asked] == [
            "", "?page=2", "?page=3", "1", "2", "3"
        ]  # fmt: skip
        posts = {HOME + "1", HOME + "2"}
        _, web = self.walked(depth=1, skip=lambda url: url in posts)
        assert HOME + "3" in web.asked
        _, web = self.walked(depth=1, skip=lambda url: True)
        assert HOME + "?page=3" in web.asked  # the walk before may have ended on the first page
        _, web = self.walked(depth=0)
        assert web.asked == [HOME]

    def test_turns_are_counted(self) -> None:
        _, web = self.walked(depth=1, settings={"turns": 0})
        assert HOME + "3" not in web.asked
        assert HOME + "?page=2" in web.asked

    def test_depth_is_counted_in_steps(self) -> None:
        assert HOME + "deeper" not in self.walked(depth=2)[1].asked
        assert HOME + "deeper" in self.walked(depth=3)[1].asked
        found, _ = self.walked(depth=3)
        item = next(one for one in found if isinstance(one, Item) and one.url == HOME + "deep")
        assert (item.depth, item.found_on) == (2, HOME + "1")

    def test_nothing_outside_of_the_scope_is_opened(self) -> None:
        assert not [url for url in self.walked(depth=9)[1].asked if not url.startswith(HOME)]

    def test_a_start_without_its_last_stroke_is_the_same_page(self) -> None:
        _, web = self.walked(url="http://A.test#x")
        assert web.asked.count(HOME) == 1
        assert len(web.asked) == len(set(web.asked))

    def test_a_page_that_leads_out_of_the_scope_is_no_find(self) -> None:
        web = Web(
            {HOME: links("/out"), "http://b.test/": links()}, {HOME + "out": "http://b.test/"}
        )
        assert opened(self.walked(web)[0]) == [HOME]


ATOM = """<feed><link rel="self" href="/feed.xml"/><link rel="hub" href="http://hub.test/"/>
<link rel="search" href="/search.xml"/>
<entry><link href="/1"/></entry><entry><link rel="alternate" href="/2"/></entry></feed>"""


class TestFeed(SourceContract):
    kind = KINDS.get("rss")
    target = target("feed", HOME + "feed.xml", depth=1)
    pages = {
        HOME + "feed.xml": ("application/atom+xml", ATOM),
        HOME + "1": links("/3"),
        HOME + "2": links(),
        HOME + "3": links(),
    }

    def test_entries_are_opened_and_the_feed_is_a_listing(self) -> None:
        found, _ = self.walked()
        assert opened(found) == [HOME + "1", HOME + "2"]
        assert found[0].kind == "listing"
        assert HOME + "3" in self.walked(depth=2)[1].asked

    def test_enclosures_and_media_of_rss_are_opened_as_well(self) -> None:
        body = (
            '<rss xmlns:media="x"><item><guid isPermaLink="true">http://a.test/1</guid>'
            '<guid>urn:1</guid><enclosure url="/a.mp4" length="1"/>'
            '<media:content url="/b.jpg?x=1&amp;y=2"/></item></rss>'
        )
        web = Web({HOME + "feed.xml": ("text/xml", body)})
        self.walked(web)
        assert web.asked[1:] == [HOME + "1", HOME + "a.mp4", HOME + "b.jpg?x=1&y=2"]


class TestSitemap(SourceContract):
    kind = KINDS.get("sitemap")
    target = target("sitemap", HOME + "sitemap.xml", depth=1)
    pages = {
        HOME + "sitemap.xml": site_map("/posts-1.xml", "/sitemap/2", "http://b.test/sitemap.xml"),
        HOME + "posts-1.xml": site_map("/1", "/2", "/sitemap.xml"),
        HOME + "sitemap/2": ("text/plain", f"{HOME}3\n\n{HOME}1\r\nno address\n"),
        HOME + "1": links("/4"),
        HOME + "2": links(),
        HOME + "3": links(),
        HOME + "4": links(),
    }

    def test_maps_of_maps_are_read_whole_before_their_pages(self) -> None:
        found, web = self.walked()
        assert opened(found) == [HOME + "1", HOME + "2", HOME + "3"]
        assert web.asked[:3] == [HOME + "sitemap.xml", HOME + "posts-1.xml", HOME + "sitemap/2"]

    def test_a_map_of_thousands_is_not_cut_off(self) -> None:
        web = Web({HOME + "sitemap.xml": site_map(*(f"/{n}" for n in range(3_000)))})
        found, _ = self.walked(web, pages=10_000)
        assert len([one for one in found if isinstance(one, Problem)]) == 3_000


SEARCH = "http://find.test/?q={query}&page={page}"


def answer(word: str, page: int, *found: str) -> dict[str, tuple[str, str]]:
    body = {"next": "/?q=x&page=9", "next_url": "/n", "results": [{"page_url": u} for u in found]}
    asked = SEARCH.replace("{query}", word).replace("{page}", str(page))
    return {asked: ("application/json", json.dumps(body))}


class TestJsonSearch(SourceContract):
    kind = KINDS.get("json_search")
    target = target(
        "json_search", SEARCH, scope="any", words=("%ED", "b&c"), settings={"pages": 3}
    )  # fmt: skip
    pages = {
        **answer("%25ED", 1, "http://a.test/1", "http://find.test/own"),
        **answer("%25ED", 2, "http://a.test/1", "http://b.test/2"),
        **answer("%25ED", 3),
        **answer("b%26c", 1, "http://b.test/2", "http://c.test/3"),
        **answer("b%26c", 2),
        "http://a.test/1": links("/more"),
        "http://b.test/2": links(),
        "http://c.test/3": links(),
    }

    def test_answers_are_turned_while_they_name_something_else(self) -> None:
        found, web = self.walked()
        assert opened(found) == ["http://a.test/1", "http://b.test/2", "http://c.test/3"]
        assert not [url for url in web.asked if "own" in url or "more" in url or "next" in url]
        assert len([one for one in found if one.kind == "listing"]) == 5

    def test_a_word_needs_its_place_in_the_address(self) -> None:
        with pytest.raises(MalformedTarget, match="query"):
            self.walked(url="http://find.test/")


class TestHtmlSearch(SourceContract):
    kind = KINDS.get("html_search")
    target = target("html_search", HOME + "search?q={query}", words=("하늘",))
    pages = {
        HOME + "search?q=%ED%95%98%EB%8A%98": links(
            "/1", "/2", "/search?q=x&p=2", "http://b.test/3"
        ),
        HOME + "1": links("/4"),
        HOME + "2": links(),
    }

    def test_a_site_that_searches_itself_names_its_own_pages(self) -> None:
        assert opened(self.walked()[0]) == [HOME + "1", HOME + "2"]

    def test_a_search_engine_names_those_of_others(self) -> None:
        web = Web({**self.pages, "http://b.test/3": links()})
        assert opened(self.walked(web, scope="any")[0]) == ["http://b.test/3"]


@pytest.fixture(scope="class", autouse=True)
def _listed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    if request.cls is TestUrlFile:
        folder = tmp_path_factory.mktemp("lists")
        (folder / "a.txt").write_text(
            "\ufeff# addresses\n\nhttp://a.test/1 # why\nhttp://a.test/1\nhttps://b.test/2#part\n"
        )
        (folder / "bad.txt").write_text("no address\nhttp://a.test/1\nftp://a.test/2\n")
        request.cls.target = replace(request.cls.target, folder=folder)


class TestUrlFile(SourceContract):
    kind = KINDS.get("url_file")
    target = target("url_file", "-", settings={"file": "a.txt"})
    pages = {
        "http://a.test/1": links("/3", "http://b.test/3"),
        "https://b.test/2": links(),
        "http://a.test/3": links(),
    }

    def test_links_are_followed_only_when_the_target_says_so(self) -> None:
        assert opened(self.walked()[0]) == ["http://a.test/1", "https://b.test/2"]
        followed = self.walked(settings={"file": "a.txt", "follow": True})[0]
        assert opened(followed) == ["http://a.test/1", "https://b.test/2", "http://a.test/3"]

    def test_bad_lines_are_named_by_number_and_the_rest_is_read(self) -> None:
        found, _ = self.walked(settings={"file": "bad.txt"})
        bad = [one.where for one in found if isinstance(one, Problem)]
        assert bad == ["bad.txt:1", "bad.txt:3"]
        assert opened(found) == ["http://a.test/1"]

    def test_the_files_of_every_system_are_read(self, tmp_path: Path) -> None:
        text = (
            "\ufeff# mine\r\nhttp://a.test/1 # a remark\r\n\r\nHTTP://A.TEST/1\r\n"
            "http://a.test/1#top, https://b.test/2\r\nhttp://\ud55c.test/\uac00\r\n"
        )
        (tmp_path / "a.txt").write_bytes(text.encode())
        home = "http://xn--6q8b.test/%EA%B0%80"
        web = Web({**self.pages, home: links()})
        found = list(self.kind.walk(replace(self.target, folder=tmp_path), web.look))
        assert opened(found) == ["http://a.test/1", "https://b.test/2", home]
        assert not [one for one in found if isinstance(one, Problem)]

    @pytest.mark.parametrize("name", ["../a.txt", "/etc/hosts", "", "..", 3])
    def test_no_file_outside_of_the_folder_is_read(self, name: object) -> None:
        with pytest.raises(MalformedTarget):
            self.walked(settings={"file": name})

    def test_a_file_that_is_not_there_is_a_problem(self) -> None:
        found, web = self.walked(settings={"file": "none.txt"})
        assert found == [Problem("file", "none.txt")]
        assert web.asked == []


def paged(here: str, further: str, *urls: str) -> tuple[str, str]:
    kind, text = links(*urls)
    return kind, text + further.format(here)


@pytest.mark.parametrize(
    "further",
    [
        '<a rel="next" href="/board?cursor={0}">x</a>',
        '<a rel="nofollow NEXT" href="/board?cursor={0}">x</a>',
        '<link rel="next" href="/board?cursor={0}">',
    ],
)
def test_what_a_list_calls_its_next_page_costs_no_depth(further: str) -> None:
    board = HOME + "board"
    web = Web({
        board: paged("aGk", further, "/1", "/x?cursor=zz"),
        board + "?cursor=aGk": paged("b8s", further, "/2", "/x?cursor=aGk"),
        board + "?cursor=b8s": links("/3"),
        **{HOME + one: links() for one in ("1", "2", "3", "x?cursor=zz", "x?cursor=aGk")},
    })  # fmt: skip
    found = list(KINDS.get("list_page").walk(target("list_page", board, depth=1), web.look))
    assert {HOME + "1", HOME + "2", HOME + "3"} <= set(opened(found))
    depths = {one.url: one.depth for one in found if isinstance(one, Item)}
    assert depths[board + "?cursor=b8s"] == 0


def test_a_next_page_that_leads_in_a_circle_or_away_ends_the_turning() -> None:
    further = '<a rel="next" href="{0}">x</a>'
    web = Web({
        HOME: paged("/b", further, "/1"), HOME + "b": paged("/", further, "/2"),
        HOME + "1": paged("http://b.test/", further), HOME + "2": links(),
    })  # fmt: skip
    list(KINDS.get("list_page").walk(target("list_page", depth=3), web.look))
    assert sorted(web.asked) == [HOME, HOME + "1", HOME + "2", HOME + "b"]


def test_a_feed_is_read_on_where_it_names_its_next_part() -> None:
    entry = '<entry><link href="/{0}"/></entry>'
    web = Web({
        HOME + "f": ("application/atom+xml", '<feed><link rel="next" href="/f?at=x"/>' + entry.format(1)),
        HOME + "f?at=x": ("application/atom+xml", "<feed>" + entry.format(2)),
        HOME + "1": links(), HOME + "2": links(),
    })  # fmt: skip
    found = list(KINDS.get("feed").walk(target("feed", HOME + "f", depth=1), web.look))
    assert opened(found) == [HOME + "1", HOME + "2"]


@pytest.mark.parametrize(
    "further", ['"next": "/s?q=a&c=2"', '"links": {"next": {"href": "/s?q=a&c=2"}}']
)
@pytest.mark.parametrize(("pages", "read"), [(1, 1), (5, 2)])
def test_a_search_is_read_on_by_the_next_answer_it_names(
    further: str, pages: int, read: int
) -> None:
    first, second = HOME + "s?q=a", HOME + "s?q=a&c=2"
    web = Web({
        first: ("application/json", f'{{"items": [{{"url": "http://b.test/1"}}], {further}}}'),
        second: ("application/json", '{"items": [{"url": "http://b.test/2"}], "next": null}'),
        "http://b.test/1": links(), "http://b.test/2": links(),
    })  # fmt: skip
    asked = target(
        "json_search", HOME + "s?q={query}", scope="any", words=("a",), settings={"pages": pages}
    )
    found = list(KINDS.get("json_search").walk(asked, web.look))
    assert opened(found) == [f"http://b.test/{n}" for n in range(1, read + 1)]


def test_a_search_is_not_led_to_another_host() -> None:
    web = Web({
        HOME + "s?q=a": ("application/json", '{"url": "http://b.test/1", "next": "http://c.test/s"}'),
        "http://b.test/1": links(),
    })  # fmt: skip
    asked = target(
        "json_search", HOME + "s?q={query}", scope="any", words=("a",), settings={"pages": 9}
    )
    list(KINDS.get("json_search").walk(asked, web.look))
    assert web.asked == [HOME + "s?q=a", "http://b.test/1"]


def test_the_operators_file_may_lie_nowhere(tmp_path: Path) -> None:
    lost = target("url_file", "-", settings={"file": "a.txt"})
    assert list(KINDS.get("url_file").walk(lost, Web({}).look)) == [Problem("file", "a.txt")]


def walked(one: WatchTarget, web: Web) -> list[Item | Problem]:
    return list(KINDS.get(one.source).walk(one, web.look, skip=lambda _: False))


def test_a_site_that_sends_to_its_www_name_is_walked_there() -> None:
    home = "http://www.a.test/"
    pages = {home: links("/1", "http://a.test/2"), home + "1": links()}
    found = walked(target("list_page", depth=1), Web(pages, {HOME: home}))
    assert opened(found) == [HOME, home + "1"]


@pytest.mark.parametrize("scope", ["host", "path", "domain"])
def test_a_target_that_leads_to_another_site_is_told_and_not_walked(scope: str) -> None:
    pages = {"http://b.test/": links("/1"), "http://b.test/1": links()}
    web = Web(pages, {HOME: "http://b.test/"})
    found = walked(target("list_page", depth=1, scope=scope), web)
    assert found == [Problem("led_away", HOME)]
    assert web.asked == [HOME]
    assert "another site" in found[0].sentences["en"]  # type: ignore[union-attr]
