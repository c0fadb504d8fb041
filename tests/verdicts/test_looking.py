"""What is opened beside a link, how often, and which page is asked to vouch for a host."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from ansim.fetching import Observation, PageFeatures
from ansim.matching import HuntedIndex
from ansim.verdicts import judge
from ansim.verdicts.looking import Surroundings, look_at_listing, look_round
from ansim.verdicts.places import same_place, same_shape, same_site, sibling_of

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
LINK = "http://moa.test/board/41"
PLACES = ("seoul", "berlin")
LOST = PageFeatures("", 40, "f0" * 8)
FRONT = PageFeatures(
    "",
    300,
    "3c" * 8,
    links=("http://moa.test/login", LINK, "http://ads.test/board/7", "http://moa.test/board/44"),
)
POST = PageFeatures("", 300, "99" * 8)


class Web:
    """Answers by address, and a list of what was asked."""

    def __init__(self, pages: dict[str, tuple[int, PageFeatures]]) -> None:
        self.pages = pages
        self.asked: list[tuple[str, str]] = []

    def look(self, url: str, vantage: str, expect: str) -> Observation:
        self.asked.append((url, vantage))
        status, page = self.pages.get(url, (404, LOST))
        return Observation(url, url, vantage, "KR", NOON, 0.1, "answered", status=status, page=page)

    def count(self, path: str) -> int:
        return sum(urlsplit(url).path == path for url, _ in self.asked)


def gone() -> Web:
    return Web({"http://moa.test/": (200, FRONT), "http://moa.test/board/44": (200, POST)})


def looked(web: Web, around: Surroundings, url: str = LINK, hours: float = 0):
    now = NOON + timedelta(hours=hours)
    return look_round(url, PLACES, web.look, around, HuntedIndex([]), now=now).round


def test_a_lost_post_is_vouched_for_by_another_post_of_its_board() -> None:
    web = gone()
    seen = looked(web, Surroundings(web.look))
    assert [view.witness and view.witness.url for view in seen.views] == [
        "http://moa.test/board/44"
    ] * 2
    assert all(view.witness_sought for view in seen.views)
    assert web.count("/login") == 0


def test_no_other_page_vouches_where_the_boards_own_posts_are_kept_from_us() -> None:
    web = gone()
    web.pages["http://moa.test/board/44"] = (404, LOST)
    web.pages["http://moa.test/login"] = (200, POST)
    view = looked(web, Surroundings(web.look)).views[0]
    assert view.witness is not None
    assert view.witness.url == "http://moa.test/board/44"
    assert web.count("/login") == 0
    assert judge([looked(web, Surroundings(web.look))]).verdict == "unknown"


def test_a_page_of_another_kind_vouches_where_no_post_is_named() -> None:
    web = gone()
    web.pages["http://moa.test/"] = (200, replace(FRONT, links=("http://moa.test/login",)))
    web.pages["http://moa.test/login"] = (200, POST)
    view = looked(web, Surroundings(web.look)).views[0]
    assert view.witness is not None
    assert view.witness.url == "http://moa.test/login"


def test_what_a_page_shows_in_a_frame_is_looked_at() -> None:
    frame, film = "http://moa.test/embed/41", "http://cdn.test/41.jpg"
    web = gone()
    web.pages[LINK] = (200, replace(POST, frames=(frame, frame + "b", frame + "c")))
    web.pages[frame] = (200, replace(POST, media=(film,)))
    views = looked(web, Surroundings(web.look)).views
    assert [one.url for one in views[0].media] == [film]
    assert web.count("/embed/41c") == 0
    web.pages[LINK] = (404, replace(LOST, frames=(frame,)))
    asked = web.count("/embed/41")
    looked(web, Surroundings(web.look))
    assert web.count("/embed/41") == asked


def test_a_second_place_looks_at_what_is_shown_to_it_alone() -> None:
    recorded, here, there = (f"http://cdn.test/{n}.jpg" for n in range(3))
    web = gone()
    shown = {"seoul": (recorded, here), "berlin": (here, there)}

    def look(url: str, vantage: str, expect: str) -> Observation:
        if url == LINK:
            web.pages[LINK] = (200, replace(POST, media=shown[vantage]))
        return web.look(url, vantage, expect)

    around = Surroundings(look)
    seen = look_round(LINK, PLACES, look, around, HuntedIndex([]), [recorded], now=NOON).round
    assert [one.url for one in seen.views[1].media] == [recorded, there]


@pytest.mark.parametrize("url", ["", "moa", "http://", "http://[::1/", "javascript:x", "a\ud800"])
def test_what_is_no_address_is_refused_and_nothing_is_asked_beside_it(url: str) -> None:
    def look(asked: str, vantage: str, _expect: str) -> Observation:
        assert asked == url
        return Observation(url, url, vantage, "KR", NOON, 0.1, "refused", reason="malformed")

    seen = look_round(url, PLACES, look, Surroundings(look), HuntedIndex([]), now=NOON).round
    assert judge([seen]).verdict == "unknown"


def test_a_page_that_loads_asks_for_the_surroundings_once_a_day() -> None:
    web = gone()
    web.pages[LINK] = (200, POST)
    around = Surroundings(web.look)
    for hours in (0, 5, 23, 25):
        assert looked(web, around, hours=hours).views[0].witness is None
    assert web.count("/") == 2 * len(PLACES)


def test_what_would_be_gone_is_checked_on_the_host_of_this_hour() -> None:
    web = gone()
    around = Surroundings(web.look)
    assert looked(web, around).views[0].home is not None
    web.pages["http://moa.test/"] = (503, LOST)
    view = looked(web, around, hours=6).views[0]
    assert view.home is not None
    assert view.home.status == 503
    many = [looked(web, around, f"http://moa.test/board/{n}", hours=6) for n in range(50, 60)]
    assert len(many) == 10
    assert web.count("/") == 2 * len(PLACES)


def test_the_memory_is_bounded_and_knows_no_future() -> None:
    web = gone()
    around = Surroundings(web.look, most=3)
    for n in range(5):
        around.see(f"http://moa.test/{n}", "seoul", NOON)
    around.see("http://moa.test/4", "seoul", NOON)
    assert len(web.asked) == 5
    around.see("http://moa.test/0", "seoul", NOON)
    around.see("http://moa.test/4", "seoul", NOON - timedelta(hours=1))
    assert len(web.asked) == 7


@pytest.mark.parametrize(
    ("url", "shape"),
    [
        ("http://moa.test/board/41", r"/board/8\d{8}"),
        ("http://moa.test/p/spring-garden", r"/p/[0-9a-f]{14}"),
        ("http://moa.test/v/41.html?from=list", r"/v/8\d{8}\.html"),
        ("http://moa.test/bbs/board.php?bo_table=free&wr_id=41", r"/bbs/board.php\?bo_table=free&wr_id=8\d{8}"),
        ("http://moa.test/", r"/[0-9a-f]{14}"),
    ],
)  # fmt: skip
def test_the_sibling_has_the_shape_of_the_link(url: str, shape: str) -> None:
    import re

    found = sibling_of(url, "2026-11-22")
    assert re.fullmatch(r"http://moa\.test" + shape, found)
    assert found == sibling_of(url, "2026-11-22") != sibling_of(url, "2026-11-23")


def test_addresses_are_compared_by_what_matters() -> None:
    assert same_shape("http://a.test/v.php?b=free&id=3", "http://a.test/v.php?id=9&b=free")
    assert not same_shape("http://a.test/v.php?b=free&id=3", "http://a.test/v.php?b=adult&id=9")
    assert not same_shape("http://a.test/adult/3", "http://a.test/free/3")
    assert same_shape("http://a.test/4711", "http://a.test/4712")
    assert not same_shape("http://a.test/4711", "http://a.test/about")
    assert not same_shape("http://a.test/4711.html", "http://a.test/about.html")
    assert same_place("http://www.a.test/1/", "https://a.test/1")
    assert same_site("http://b.a.test/1", "http://a.test/")
    assert not same_site("http://a.co.kr/", "http://b.co.kr/")


@pytest.mark.parametrize(
    ("link", "listed"),
    [
        ("http://moa.test/board/41", True),
        ("https://www.moa.test/board/41/", True),
        ("http://find.test/url?q=http%3A%2F%2Fmoa.test%2Fboard%2F41&sa=U", True),
        ("http://moa.test/board/44", False),
    ],
)
def test_a_listing_is_found_through_the_engines_own_address(link: str, *, listed: bool) -> None:
    page = PageFeatures("", 300, "11" * 8, links=(link,), link_count=1)
    web = Web({"http://find.test/?q=x": (200, page)})
    seen = look_at_listing("http://find.test/?q=x", LINK, PLACES, web.look, now=NOON)
    assert [view.listed for view in seen.round.views] == [listed, listed]
