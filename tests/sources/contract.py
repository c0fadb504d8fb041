"""What every plug-in must keep, ours and an operator's: inherit, and give a target and a web.

class TestMine(SourceContract):
    kind = catalogue(Path("/path/to/sources")).get("mine")
    target = ...
    pages = {...}
"""

from dataclasses import replace
from itertools import islice

from ansim.sources import Item, Problem, SourceKind, WatchTarget
from tests.sources.web import Web


class SourceContract:
    """``pages``: a web on which the target names at least two pages."""

    kind: SourceKind
    target: WatchTarget
    pages: dict[str, tuple[str, str]]

    def walked(self, web: Web | None = None, **changes) -> tuple[list[Item | Problem], Web]:
        web = web or Web(self.pages)
        skip = changes.pop("skip", lambda _: False)
        target = replace(self.target, **changes)
        return list(self.kind.walk(target, web.look, skip=skip)), web

    def test_it_says_what_it_is_in_both_languages(self) -> None:
        manifest = self.kind.manifest
        for words in (manifest.title, manifest.summary, *(s.help for s in manifest.settings)):
            assert words["en"].isascii()
            assert any("가" <= letter <= "힣" for letter in words["ko"])

    def test_its_pages_are_found_and_come_with_what_was_seen(self) -> None:
        found, web = self.walked()
        items = [one for one in found if isinstance(one, Item)]
        assert len([one for one in items if one.kind == "page"]) >= 2
        assert len(found) == len(items)
        for item in items:
            assert item.seen.url == item.url
            assert item.url in web.asked

    def test_nothing_is_opened_twice(self) -> None:
        _, web = self.walked()
        assert len(web.asked) == len(set(web.asked))

    def test_nothing_is_opened_before_it_is_asked_for(self) -> None:
        web = Web(self.pages)
        way = self.kind.walk(self.target, web.look)
        assert web.asked == []
        assert len(list(islice(way, 1))) == 1
        assert len(web.asked) < len(self.walked()[1].asked)

    def test_the_limit_of_pages_holds(self) -> None:
        _, web = self.walked(pages=2)
        assert len(web.asked) <= 2

    def test_what_is_skipped_is_not_opened(self) -> None:
        pages = [one for one in self.walked()[0] if isinstance(one, Item) and one.kind == "page"]
        last = pages[-1].url
        assert last not in self.walked(skip=lambda url: url == last)[1].asked

    def test_what_does_not_answer_is_a_problem_and_the_rest_goes_on(self) -> None:
        asked = self.walked()[1].asked
        broken = asked[-1]
        web = Web({url: page for url, page in self.pages.items() if url != broken})
        found, _ = self.walked(web)
        assert [one.where for one in found if isinstance(one, Problem)] == [broken]
        assert [one for one in found if isinstance(one, Item) and one.kind == "page"]

    def test_a_silent_place_is_a_problem_and_no_error(self) -> None:
        found, _ = self.walked(Web({}))
        assert found
        assert all(isinstance(one, Problem) and one.code for one in found)
