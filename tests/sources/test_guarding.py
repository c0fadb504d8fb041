"""Plug-ins that fail, give garbage or swallow what is not theirs: told, and nothing found is lost."""

import logging
import sqlite3
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.sources import (
    PROBLEM_SENTENCES,
    BrokenSource,
    Item,
    Problem,
    SourceKind,
    WatchTarget,
    catalogue,
)
from ansim.sources.guarding import MOST_GARBAGE, guarded
from tests.sources.test_catalogue import plug_in
from tests.sources.web import Web, links

HOME = "http://a.test/"
TARGET = WatchTarget("t", "archive_days", HOME, "kr_vpa_7_3_3", "owner")
PAGES = {HOME: links(), HOME + "1": links(), HOME + "2": links()}
FAILED = Problem("plugin_failed", "archive_days")
GARBAGE = Problem("plugin_garbage", "archive_days")
START = """
from ansim.errors import AnsimError
from ansim.sources import Item, Problem

def page(target, look, url):
    return Item(target.url + url, "page", "", 0, look(target.url + url, "any"))

class Stop(AnsimError):
    code = "no_more"

def walk(target, look, skip):
    yield page(target, look, "1")
"""
WORDS = "Mina's address is http://secret.test/mina"


def kind_of(folder: Path, code: str, start: str = START) -> SourceKind:
    return catalogue(plug_in(folder, code=start + code)).get("archive_days")


def told(found: list[Item | Problem]) -> list[str | Problem]:
    return [one.url.removeprefix(HOME) if isinstance(one, Item) else one for one in found]


@pytest.mark.parametrize(
    "code",
    [
        f"    raise RuntimeError({WORDS!r})",
        "    raise SystemExit(3)",
        "    yield page(target, look, 1)",
        "    look(None, 'any')",
        "    look('http://a.test/', 'everything')",
        "    look('http://a.test/', [])",
        "    look('http://\\ud800.test/', 'any')",
        "    skip(b'http://a.test/')",
        "    return (yield from {}['nothing'])",
        "    raise StopIteration",
        "    walk.walk.walk()",
        "    deep = lambda n: deep(n); deep(1)",
    ],
)
def test_an_error_in_the_middle_is_told_and_what_was_found_is_kept(
    tmp_path: Path, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = list(kind_of(tmp_path, code).walk(TARGET, Web(PAGES).look))
    assert told(found) == ["1", FAILED]
    assert "archive_days" in caplog.text
    assert "source.py, line " in caplog.text
    assert "secret" not in caplog.text
    assert "Mina" not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)


def test_the_type_and_the_place_of_an_error_are_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    code = "    raise RuntimeError('x')"
    list(kind_of(tmp_path, code).walk(TARGET, Web(PAGES).look))
    line = START.count("\n") + 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"RuntimeError at source.py:{line}" in caplog.text


def test_an_error_with_a_code_of_its_own_is_told_by_it(tmp_path: Path) -> None:
    found = list(kind_of(tmp_path, "    raise Stop").walk(TARGET, Web(PAGES).look))
    assert told(found) == ["1", Problem("no_more", "archive_days")]


@pytest.mark.parametrize(
    "garbage",
    [
        "None", "'http://a.test/1'", "('x', 'y')", "Item", "Problem(3, 'x')", "Problem('x', None)",
        "Item('http://a.test/', 'page', '', 0, None)", "object.__new__(Problem)",
        "Item('http://a.test/', 'poem', '', 0, look(target.url, 'any'))",
        "Item(None, 'page', '', 0, look(target.url, 'any'))",
        "Item('http://a.test/\\0', 'page', '', 0, look(target.url, 'any'))",
        "Item('http://a.test/\\ud800', 'page', '', 0, look(target.url, 'any'))",
        "Item('http://a.test/', 'page', '', 'deep', look(target.url, 'any'))",
        "Item('http://a.test/', 'page', '', 0, look(target.url, 'any'), None)",
    ],
)  # fmt: skip
def test_garbage_is_told_and_the_walk_goes_on(tmp_path: Path, garbage: str) -> None:
    code = f"    yield {garbage}\n    yield page(target, look, '2')"
    found = told(list(kind_of(tmp_path, code).walk(TARGET, Web(PAGES).look)))
    # What has not even its fields breaks the walk off.
    assert found in (["1", GARBAGE, "2"], ["1", FAILED])
    assert (found[-1] == FAILED) == ("__new__" in garbage)


def test_garbage_without_end_ends(tmp_path: Path) -> None:
    kind = kind_of(tmp_path, "    while True:\n        yield 3")
    found = told(list(kind.walk(TARGET, Web(PAGES).look)))
    assert found == ["1", *[GARBAGE] * MOST_GARBAGE, FAILED]


@pytest.mark.parametrize("code", ["return None", "return 3", "raise KeyError(target.url)"])
def test_a_walk_that_is_none_is_told(tmp_path: Path, code: str) -> None:
    start = f"def walk(target, look, skip):\n    {code}\n"
    found = list(kind_of(tmp_path, "", start).walk(TARGET, Web(PAGES).look))
    assert found == [FAILED]


@pytest.mark.parametrize("code", ["1 / 0", "raise SystemExit", "raise RuntimeError"])
def test_code_that_fails_while_it_is_loaded_is_a_broken_source(tmp_path: Path, code: str) -> None:
    with pytest.raises(BrokenSource, match="archive_days"):
        kind_of(tmp_path, code).walk(TARGET, Web(PAGES).look)


SWALLOWING = """
    try:
        {}
    except BaseException:
        pass
    yield page(target, look, "2")
"""


@pytest.mark.parametrize("error", [sqlite3.OperationalError, KeyboardInterrupt])
@pytest.mark.parametrize("asked", ["look(target.url + '2', 'any')", "skip(target.url + '2')"])
@pytest.mark.parametrize("frame", ["    {}", SWALLOWING])
def test_what_the_caller_raises_is_the_callers(
    tmp_path: Path, error: type[BaseException], asked: str, frame: str
) -> None:
    web, raised = Web(PAGES), error("away")

    def look(url: str, expect: str):
        return web.look(url, expect) if url == HOME + "1" else fail(url)

    def fail(_url: str):
        raise raised

    way = kind_of(tmp_path, frame.format(asked)).walk(TARGET, look, skip=fail)
    assert told([next(way)]) == ["1"]
    with pytest.raises(error) as caught:
        list(way)
    assert caught.value is raised


def test_a_plug_in_that_resists_its_end_is_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kind = kind_of(
        tmp_path,
        f"    try:\n        yield page(target, look, '2')\n    finally:\n        raise OSError({WORDS!r})",
    )
    way = kind.walk(TARGET, Web(PAGES).look)
    assert len(list(islice(way, 2))) == 2
    way.close()
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text


def test_each_problem_of_a_walk_has_its_sentence_in_both_languages() -> None:
    assert {"plugin_failed", "plugin_garbage"} <= set(PROBLEM_SENTENCES)
    for code, sentences in PROBLEM_SENTENCES.items():
        assert Problem(code, "x").sentences == sentences
        assert sentences["en"].isascii()
        assert sentences["en"].endswith(".")
        assert any("가" <= letter <= "힣" for letter in sentences["ko"])
    assert Problem("too_large", HOME).sentences == {}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.builds(Problem, inner, inner),
)


@given(st.lists(anything, max_size=9))
def test_whatever_is_yielded_comes_out_as_found_or_told(yielded: list[object]) -> None:
    found = list(
        guarded("any", lambda *_: iter(yielded), TARGET, Web({}).look, lambda _: False)  # type: ignore[arg-type,return-value]
    )
    assert len(found) == len(yielded)
    for one in found:
        assert isinstance(one, Problem)
        assert (one.code + one.where).encode()
