"""A site map, or an index of site maps."""

from collections.abc import Iterator

from ansim.sources import Found, Item, Look, Problem, Skip, WatchTarget, pages_from

MOST_MAPS = 50
_MAPS = (".xml", ".txt", ".gz")


def walk(target: WatchTarget, look: Look, skip: Skip) -> Iterator[Found]:
    """Every map, then every page that they name, once. Maps may be gzip files."""
    maps, pages = [target.url], dict[str, str]()
    spent = 0
    for url in maps:
        if spent >= target.pages:
            return
        seen = look(url, "page")
        spent += 1
        if seen.outcome != "answered" or seen.page is None:
            yield Problem(seen.reason or seen.outcome, url)
            continue
        named = [one for one in seen.page.feed_items if target.contains(one)]
        further = [one for one in named if _is_map(one) and one not in maps]
        maps += further[: max(0, MOST_MAPS - len(maps))]
        pages |= {one: url for one in named if not _is_map(one) and one not in pages}
        yield Item(url, "listing", "", 0, seen, len(named))
    fresh = [(one, found_on) for one, found_on in pages.items() if not skip(one)]
    depth = max(0, target.depth - 1)
    yield from pages_from(fresh, target, look, skip, depth=depth, spent=spent)


def _is_map(url: str) -> bool:
    path = url.partition("?")[0].lower()
    return path.endswith(_MAPS) or any("sitemap" in one for one in path.split("/")[-2:])
