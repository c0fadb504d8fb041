"""Manifests read without their code, an operator's own plug-in, and what a target may be."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.sources import (
    BrokenSource,
    MalformedManifest,
    MalformedTarget,
    UnknownSource,
    WatchTarget,
    catalogue,
)
from ansim.sources.turning import next_page
from tests.sources.contract import SourceContract
from tests.sources.web import Web, links

MANIFEST = """
name = "archive_days"
version = "1.0"
title = { en = "Archive by day", ko = "날짜별 보관함" }
summary = { en = "A page for each day.", ko = "날마다 한 쪽입니다." }
needs = "url"
aliases = ["days"]
effective_from = 2026-11-22
status = "in_force"
source = "Centre's own"
verified_on = 2026-11-22

[[settings]]
name = "days"
type = "number"
default = 2
help = { en = "How many days.", ko = "며칠인지 정합니다." }
"""
CODE = '''
from __future__ import annotations
from dataclasses import dataclass
from ansim.sources import Found, pages_from

@dataclass
class Day:
    number: int

def walk(target, look, skip):
    """Each day of the archive."""
    days = [Day(one) for one in range(1, target.settings["days"] + 1)]
    starts = [(f"{target.url}{day.number}", target.url) for day in days]
    starts = [(url, at) for url, at in starts if not skip(url)]
    return pages_from(starts, target, look, skip, depth=target.depth)
'''


def plug_in(folder: Path, manifest: str = MANIFEST, code: str = CODE) -> Path:
    own = folder / "archive_days"
    own.mkdir(parents=True)
    (own / "manifest.toml").write_text(manifest)
    (own / "source.py").write_text(code)
    return folder


@pytest.fixture(scope="class", autouse=True)
def _own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    if request.cls is TestOperatorsOwn:
        folder = plug_in(tmp_path_factory.mktemp("sources"))
        request.cls.kind = catalogue(folder).get("days")


class TestOperatorsOwn(SourceContract):
    """A plug-in from a folder of the operator's keeps the same contract."""

    target = WatchTarget("t", "archive_days", "http://a.test/day/", "kr_vpa_7_3_3", "owner")
    pages = {
        "http://a.test/day/1": links("/p/1"),
        "http://a.test/day/2": links(),
        "http://a.test/p/1": links(),
    }

    def test_it_is_loaded_from_its_own_place(self) -> None:
        before = list(sys.path)
        self.walked()
        assert sys.path == before


def test_the_built_in_kinds_are_known_by_their_old_names_too() -> None:
    found = catalogue()
    assert set(found.kinds) == {
        "list_page", "feed", "sitemap", "json_search", "html_search", "url_file"
    }  # fmt: skip
    assert found.get("rss").manifest.name == "feed"
    assert "rss" in found
    with pytest.raises(UnknownSource, match="list_page"):
        found.get("telepathy")


def test_no_code_runs_before_a_walk(tmp_path: Path) -> None:
    plug_in(tmp_path, code="raise SystemExit")
    kind = catalogue(tmp_path).get("archive_days")
    kind.check(WatchTarget("t", "archive_days", "http://a.test/", "b", "o"))


@pytest.mark.parametrize("code", ["import no_such_module_here", "walk = 3", "def walk(", "x", ""])
def test_broken_code_is_told_in_a_sentence(tmp_path: Path, code: str) -> None:
    kind = catalogue(plug_in(tmp_path, code=code)).get("archive_days")
    with pytest.raises(BrokenSource, match="archive_days"):
        kind.walk(WatchTarget("t", "archive_days", "http://a.test/", "b", "o"), Web({}).look)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('version = "1.0"', "", "version"),
        ('version = "1.0"', "version = 1", "version"),
        ('name = "archive_days"', 'name = "other"', "name"),
        ('ko = "날짜별 보관함"', 'ja = "x"', "title"),
        ('needs = "url"', 'needs = "luck"', "needs"),
        ('["days"]', '["Days!"]', "aliases"),
        ('["days"]', '["rss"]', "rss"),
        ("effective_from = 2026-11-22", 'effective_from = "soon"', "effective_from"),
        ("verified_on = 2026-11-22", "", "verified_on"),
        ('status = "in_force"', 'status = "maybe"', "status"),
        ('type = "number"', 'type = "list"', r"settings\[0\].type"),
        ('type = "number"', 'type = ["number"]', r"settings\[0\].type"),
        ("default = 2", 'default = "two"', r"settings\[0\].default"),
        ("default = 2", "required = 1", r"settings\[0\].required"),
        ('{ en = "How many days.", ', "{ ", r"settings\[0\].help"),
        ("default = 2", 'default = 2\nlabel = "Days"', r"settings\[0\].label"),
        ("[[settings]]", "[settings]", "settings"),
        ('needs = "url"', "needs = ", "toml"),
        ('needs = "url"', f"needs = {'[' * 5000}", "toml"),
        ("default = 2", f"default = {'9' * 5000}", "toml"),
    ],
)
def test_a_wrong_manifest_is_named_with_its_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    assert old in MANIFEST
    with pytest.raises(MalformedManifest, match=field) as caught:
        catalogue(plug_in(tmp_path, MANIFEST.replace(old, new)))
    assert "archive_days/manifest.toml" in caught.value.sentence("ko")


@pytest.mark.parametrize(
    ("source", "url", "settings", "field"),
    [
        ("json_search", "http://a.test/", {}, "url"),
        ("list_page", "http://a.test/", {"no_such": 1}, "no_such"),
        ("list_page", "http://a.test/", {"turns": "1"}, "turns"),
        ("list_page", "http://a.test/", {"turns": True}, "turns"),
        ("url_file", "-", {}, "file"),
        ("url_file", "-", {"file": "a", "follow": 1}, "follow"),
    ],
)
def test_a_wrong_target_is_told_in_the_readers_own_language(source, url, settings, field) -> None:
    kind = catalogue().get(source)
    with pytest.raises(MalformedTarget) as caught:
        kind.check(WatchTarget("code", source, url, "basis", "owner", settings=settings))
    english, korean = caught.value.sentence("en"), caught.value.sentence("ko")
    assert f" {field}: " in english
    assert english.isascii()
    assert f" {field} 항목" in korean


def holds(scope: str, own: str, url: str) -> bool:
    return replace(WatchTarget("t", "list_page", own, "b", "o"), scope=scope).contains(url)


@pytest.mark.parametrize(
    ("scope", "own", "inside", "outside"),
    [
        ("host", "http://a.test/x", "https://A.test./y", "http://b.a.test/"),
        ("host", "http://a.test/x", "http://a.test:8080/", "http://a.test@b.test/"),
        ("path", "http://a.test/b/list", "http://a.test/b/9", "http://a.test/b/../c"),
        ("path", "http://a.test/b/", "http://a.test/b/c/d", "http://a.test/%62%2e%2e/b"),
        ("path", "http://a.test/b", "http://a.test/b?page=2", "http://a.test/bc"),
        ("path", "http://a.test/b", "http://a.test/b/1", "http://b.test/b/1"),
        ("path", "http://a.test/b", "http://a.test/%62/1", "http://a.test/b/..%2fc"),
        ("path", "http://a.test/b/", "http://a.test/b/a..b", "http://a.test/b/%2E%2E%5cc"),
        ("path", "http://a.test/", "http://a.test/any", "http://b.test/any"),
        ("domain", "http://x.a.co.kr/", "https://y.z.a.co.kr/", "http://b.co.kr/"),
        ("domain", "http://me.github.io/", "http://me.github.io/1", "http://you.github.io/"),
        ("any", "http://a.test/", "http://b.test/", "ftp://a.test/"),
        ("any", "http://a.test/", "https://a.test/", "javascript:alert(1)"),
    ],
)
def test_scopes(scope: str, own: str, inside: str, outside: str) -> None:
    assert holds(scope, own, inside)
    assert not holds(scope, own, outside)


@given(st.text(max_size=60), st.sampled_from(["host", "path", "domain", "any"]))
def test_no_text_breaks_a_scope(text: str, scope: str) -> None:
    holds(scope, "http://a.test/", text)
    holds(scope, text, "http://a.test/")


@pytest.mark.parametrize(
    ("url", "named", "following"),
    [
        ("http://a.test/b", ["http://a.test/b?page=2"], 0),
        ("http://a.test/b?id=x", ["http://a.test/b?id=x&p=2"], 0),
        ("http://a.test/", ["http://a.test/page/2"], 0),
        ("http://a.test/b/1", ["http://a.test/b/3", "http://a.test/b/2"], 1),
        ("http://a.test/b?from=0", ["http://a.test/b?from=20"], 0),
        ("http://a.test/b?page=9", ["http://a.test/b?page=8", "http://a.test/b?page=10"], 1),
        ("http://a.test/b/2", ["http://a.test/b/1", "http://a.test/c/3"], None),
        ("http://a.test/b", ["http://a.test/b/812", "http://a.test/b?page=3"], None),
        ("http://a.test/b/1", ["http://a.test/b/88123"], None),
        ("http://a.test/b/1?d=1", ["http://a.test/b/2?d=2"], None),
        ("http://a.test/b.do?m=7", ["http://a.test/b.do?pageIndex=2&m=7&word="], 0),
        ("http://a.test/b", ["http://a.test/b?start=20"], 0),
        ("http://a.test/b", ["http://a.test/b?currentPage=2"], 0),
        ("http://a.test/b.html", ["http://a.test/b_2.html"], 0),
        ("http://a.test/b?m=7", ["http://a.test/b?m=8&page=2", "http://a.test/b?page=2"], None),
        ("http://a.test/b", ["http://a.test/b?offset=88123", "http://a.test/b?id=2"], None),
        ("http://a.test/b", ["http://a.test/b?page=2&sort=new", "http://a.test/bread2"], None),
    ],
)
def test_the_next_page_is_told_by_its_number(url, named, following) -> None:
    assert next_page(url, named) == (None if following is None else named[following])
