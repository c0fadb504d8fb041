"""Search and watch: what is walked, what is skipped, and for whom."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from ansim.centre import clock, outside
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import give_consent, withdraw_consent
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.materials.services import add_link, add_material
from ansim.centre.patrol import services, targetfiles, tasks
from ansim.centre.patrol.due import queue_walks
from ansim.centre.patrol.models import Run, Target
from ansim.centre.work.jobs import JobFailed
from ansim.fetching import Observation, PageFeatures
from ansim.fingerprints import Fingerprint
from ansim.matching import Bank as HashList
from ansim.matching import BankItem
from ansim.verdicts import Verdict

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
START = "https://byeok.test/"


def fingerprint(digit: str) -> Fingerprint:
    return Fingerprint(
        kind="picture", pdq=digit * 64, quality=90, md5=digit * 32, sha1=digit * 40,
        sha256=digit * 64, width=64, height=64, format="PNG",
    )  # fmt: skip


class Web:
    """A few pages: address -> links, or the digit of a picture; counts who was visited."""

    def __init__(self, pages: dict[str, list[str]], pictures: dict[str, str]) -> None:
        self.pages, self.pictures, self.visits = pages, pictures, Counter()
        self.feeds: dict[str, tuple[str, ...]] = {}

    def look(self, url: str, *, vantage: str, expect: str = "any", **_: object) -> Observation:
        self.visits[url] += 1
        page = found = None
        if url in self.pictures:
            found = fingerprint(self.pictures[url])
        elif url in self.pages:
            links = tuple(one for one in self.pages[url] if not one.endswith(".jpg"))
            media = tuple(one for one in self.pages[url] if one.endswith(".jpg"))
            page = PageFeatures(
                title_digest="", text_length=99, structure="0" * 16, links=links, media=media,
                feed_items=self.feeds.get(url, ()),
            )  # fmt: skip
        there = page is not None or found is not None
        return Observation(
            url=url, final_url=url, vantage=vantage, country="KR", at=NOW, seconds=0.1,
            outcome="answered" if there else "timeout", status=200 if there else None,
            page=page, fingerprint=found,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def web(monkeypatch) -> Web:
    posts = [f"https://byeok.test/post/{number}" for number in range(1, 6)]
    web = Web(
        {START: posts, **{post: [f"{post}.jpg"] for post in posts}},
        {f"{post}.jpg": "00ab0"[number] for number, post in enumerate(posts)},
    )
    monkeypatch.setattr(outside, "door", lambda: web)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return web


@pytest.fixture
def board(db) -> Target:
    return Target.objects.create(
        code="byeok", host="byeok.test", source="list_page", url=START, place="adult", depth=2,
        legal_basis="b", next_run_at=NOW,
    )  # fmt: skip


@pytest.fixture
def engine(db, web) -> Target:
    web.pages["https://chaja.test/?q=river"] = ["https://byeok.test/post/3", "https://byeok.test/post/4"]
    return Target.objects.create(
        code="a-chaja", host="chaja.test", source="html_search", scope="any", url="https://chaja.test/?q={query}",
        place="search", legal_basis="b", next_run_at=NOW,
    )  # fmt: skip


def person(reference: str, digit: str, *consents: str, keywords=()) -> Case:
    case = Case.objects.create(
        reference=reference, opened_at=NOW, channel="web", watch_until=NOW + timedelta(days=180)
    )
    make_working_key(case)
    case.keywords = list(keywords)
    case.save(update_fields=["keywords_box"])
    add_material(case, fingerprint(digit), now=NOW)
    for purpose in consents:
        give_consent(case, purpose, now=NOW)
    return case


def import_list(*digits: str) -> None:
    services.import_bank(
        HashList(items=tuple(BankItem(key=digit, pdq=digit * 64) for digit in digits)),
        name="list", owner="o", purpose="p", terms="t", origin="f", legal_basis="b", now=NOW,
    )  # fmt: skip


def test_the_watch_reads_lists_each_time_and_other_pages_once_a_fortnight(web, board):
    mina = person("여울-412", "a", "search")
    services.watch_target(board.pk, now=NOW)
    found = mina.sightings.get()
    assert (found.url, found.origin, found.place) == ("https://byeok.test/post/3", "watch", "adult")
    assert set(web.visits.values()) == {1}
    day = NOW + timedelta(days=1)
    web.pages[START].append("https://byeok.test/post/6")
    web.pages["https://byeok.test/post/6"] = ["https://byeok.test/post/3.jpg"]
    services.watch_target(board.pk, now=day)
    assert web.visits[START] == 2
    assert web.visits["https://byeok.test/post/1"] == 1
    assert mina.sightings.count() == 2
    services.watch_target(board.pk, now=NOW + timedelta(days=14, seconds=1))
    assert web.visits["https://byeok.test/post/1"] == 2
    assert web.visits["https://byeok.test/post/6"] == 1
    assert mina.sightings.count() == 2


def test_when_a_bank_grows_every_page_is_looked_at_again(web, board):
    import_list("f")
    services.watch_target(board.pk, now=NOW)
    services.watch_target(board.pk, now=NOW)
    assert web.visits["https://byeok.test/post/4"] == 1
    import_list("f", "b")
    services.watch_target(board.pk, now=NOW)
    assert web.visits["https://byeok.test/post/4"] == 2
    hit = Sighting.objects.get()
    assert (hit.bank.name, hit.origin, hit.case) == ("list", "patrol", None)


def test_who_does_not_allow_searching_is_never_searched_for(web, board, engine):
    person("나루-100", "a", "hold", "notify", keywords=["river"])
    withdrawn = person("처마-200", "b", "search", keywords=["river"])
    withdraw_consent(withdrawn, "search", now=NOW)
    over = person("솔잎-300", "0", "search", keywords=["river"])
    Case.objects.filter(pk=over.pk).update(watch_until=NOW)
    for case in Case.objects.exclude(pk=over.pk):
        for host in ("byeok.test", "chaja.test"):
            services.search_host(case.pk, host, now=NOW)
    for source in (board, engine):
        services.watch_target(source.pk, now=NOW)
    assert not web.visits
    assert not Sighting.objects.exists()


def test_a_search_finds_pages_and_listings_of_its_own_case_alone(web, board, engine):
    mina = person("여울-412", "a", "search", keywords=["river"])
    # Nari's page stands in the same results, but she allows no searching.
    nari = person("나루-100", "b", "hold")
    add_link(nari, "https://byeok.test/post/4", now=NOW)
    Sighting.objects.update(matched_at=NOW, verdict=Verdict.PRESENT)
    services.search_host(mina.pk, "chaja.test", now=NOW)
    page = mina.sightings.get(kind="page")
    listing = mina.sightings.get(kind="search_result")
    assert (page.url, listing.target, listing.place) == ("https://byeok.test/post/3", page, "search")
    services.watch_target(engine.pk, now=NOW)
    services.search_host(mina.pk, "chaja.test", now=NOW)
    assert mina.sightings.count() == 2
    assert nari.sightings.count() == 1


def test_a_search_engine_beside_a_list_of_the_same_host_still_has_listings(web, engine):
    Target.objects.create(
        code="a-a-list", host="chaja.test", source="list_page", url="https://chaja.test/", place="other",
        legal_basis="b",
    )  # fmt: skip
    mina = person("여울-412", "a", "search", keywords=["river"])
    services.search_host(mina.pk, "chaja.test", now=NOW)
    assert mina.sightings.filter(kind="search_result").count() == 1


def test_a_walk_is_queued_once_and_one_that_fails_for_good_comes_again(board, monkeypatch):
    person("여울-412", "a", "search")
    assert [queue_walks(NOW), queue_walks(NOW)] == [1, 0]

    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(tasks, "watch_target", broken)
    with pytest.raises(JobFailed):
        tasks.walk_target.func(str(board.pk), attempt=3)
    board.refresh_from_db()
    assert (board.run_queued, board.next_run_at) == (False, NOW + timedelta(hours=24))
    assert not Run.objects.exists()


SOURCE = """[[source]]
code = "{code}"
host = "byeok.test"
kind = "list_page"
url = "https://byeok.test/"
place = "adult"
"""


def test_sources_come_and_go_with_their_files(settings, tmp_path):
    settings.ANSIM_SOURCES = tmp_path
    for code in ("one", "two"):
        (tmp_path / f"{code}.toml").write_text(SOURCE.format(code=code))
    assert services.sync_targets(now=NOW) == 2
    first = Target.objects.get(code="one")
    assert first.next_run_at == NOW + timedelta(hours=24)
    (tmp_path / "two.toml").unlink()
    assert services.sync_targets(now=NOW + timedelta(hours=5)) == 1
    assert dict(Target.objects.values_list("code", "active")) == {"one": True, "two": False}
    first.refresh_from_db()
    assert first.next_run_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("text", "field"), [("[[source]\n", "toml"), (SOURCE.replace("url", "uri"), "url"), ("[[source]]", "code")]
)
def test_a_malformed_sources_file_is_named_with_its_field(settings, tmp_path, text, field):
    settings.ANSIM_SOURCES = tmp_path
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(targetfiles.MalformedTargetFile) as caught:
        services.sync_targets(now=NOW)
    for language in ("ko", "en"):
        assert "mine.toml" in caught.value.sentence(language)
        assert field in caught.value.sentence(language)
    assert not Target.objects.exists()


def test_files_that_a_feed_shows_from_another_host_are_looked_at(web):
    feed, far = "https://byeok.test/rss", "https://files.test/a.jpg"
    web.pages[feed] = []
    web.feeds[feed] = ("https://byeok.test/post/1", far, "https://files.test/page")
    web.pictures[far] = "c"
    target = Target.objects.create(
        code="rss", host="byeok.test", source="feed", url=feed, place="adult", depth=1,
        legal_basis="b", next_run_at=NOW,
    )  # fmt: skip
    mina = person("여울-413", "c", "search")
    services.watch_target(target.pk, now=NOW)
    assert mina.sightings.get().url == feed
    assert web.visits[far] == 1
    assert web.visits["https://byeok.test/post/1"] == 1
    assert web.visits["https://files.test/page"] == 0


def test_material_of_a_bank_that_rests_is_not_hunted(web, board):
    import_list("a")
    Bank.objects.update(active=False)
    services.watch_target(board.pk, now=NOW)
    assert not web.visits
