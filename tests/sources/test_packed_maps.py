"""Site maps that are gzip files, read through the door."""

import gzip
from typing import TYPE_CHECKING

import pytest

from ansim.fetching import Observation
from ansim.sources import Item, Problem, WatchTarget, catalogue
from tests.sources.web import site_map

if TYPE_CHECKING:
    from tests.fetching.conftest import World

HOME = "http://moa.test/"
SITEMAP = catalogue().get("sitemap")
INDEX = (
    "<?xml version='1.0' encoding='UTF-8'?><sitemapindex>"
    f"<sitemap><loc>{HOME}posts-1.xml.gz</loc></sitemap>"
    f"<sitemap><loc>{HOME}posts-2.txt.gz?day=1</loc></sitemap>"
    f"<sitemap><loc>{HOME}posts-3.gz</loc></sitemap></sitemapindex>"
)


def packed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


def walked(world: "World", start: str = "sitemap.xml.gz") -> list[Item | Problem]:
    door = world.door()

    def look(url: str, expect: str) -> Observation:
        return door.look(url, vantage="seoul", expect=expect)  # type: ignore[arg-type]

    target = WatchTarget("t", "sitemap", HOME + start, "kr_vpa_7_3_3", "owner", depth=1)
    return list(SITEMAP.walk(target, look))


@pytest.fixture
def site(world: "World") -> "World":
    world.plays("/sitemap.xml.gz", packed(INDEX), Content_Type="application/gzip")
    first = packed(site_map("/1", "/2")[1].replace("/1", f"{HOME}1").replace("/2", f"{HOME}2"))
    world.plays("/posts-1.xml.gz", first, Content_Type="application/x-gzip")
    world.plays(
        "/posts-2.txt.gz?day=1", packed(f"{HOME}3\n{HOME}2\n"), Content_Type="application/gzip"
    )
    third = packed(f"<urlset><url><loc>{HOME}4</loc></url></urlset>")
    world.plays("/posts-3.gz", third, Content_Type="application/octet-stream")
    for number in range(1, 5):
        world.plays(f"/{number}", b"<html><body>A quiet page.</body></html>")
    return world


def test_maps_in_gzip_files_lead_to_their_pages(site: "World") -> None:
    found = walked(site)
    assert [(one.kind, one.url.removeprefix(HOME)) for one in found if isinstance(one, Item)] == [
        ("listing", "sitemap.xml.gz"),
        ("listing", "posts-1.xml.gz"),
        ("listing", "posts-2.txt.gz?day=1"),
        ("listing", "posts-3.gz"),
        *(("page", str(number)) for number in range(1, 5)),
    ]
    assert not [one for one in found if isinstance(one, Problem)]


@pytest.mark.parametrize("content_type", ["application/gzip", "application/x-gzip", "text/xml"])
def test_a_map_that_is_a_bomb_is_a_problem_and_the_other_maps_are_read(
    site: "World", content_type: str
) -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 64 * 1024 * 1024, 9, mtime=0)
    site.plays("/posts-1.xml.gz", bomb, Content_Type=content_type)
    found = walked(site)
    problems = [one for one in found if isinstance(one, Problem)]
    assert problems == [Problem("page_bytes", f"{HOME}posts-1.xml.gz")]
    pages = [one.url for one in found if isinstance(one, Item) and one.kind == "page"]
    assert pages == [f"{HOME}3", f"{HOME}2", f"{HOME}4"]


def test_a_damaged_map_is_a_problem(site: "World") -> None:
    site.plays("/posts-3.gz", packed(INDEX)[:-8] + bytes(8))
    assert Problem("compressed_data", f"{HOME}posts-3.gz") in walked(site)
