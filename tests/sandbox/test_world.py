"""The world that a seed makes: the same each time, complete, findable, on loopback only."""

import http.client
import ipaddress
import json
import re
import smtplib
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from ansim.fetching.addresses import is_special
from ansim.fetching.resolving import NameNotFound, NameServiceFailure
from ansim.matching import read_bank
from ansim.notices.registry import load_registry
from ansim.sandbox import RECIPIENTS, FileResolver, Internet, SandboxRefused, State, Truth, build
from ansim.sandbox.sites import PLACES_WITH_POSTS, SITES
from tests.sandbox.conftest import STARTED_AT, Clock, Story
from tests.sandbox.web import ABROAD, look, write


def unstarted(folder: Path, seed: int) -> Internet:
    folder.mkdir()
    return Internet(seed, clock=Clock(), maildir=folder / "mail", started_at=STARTED_AT)


def test_two_builds_of_one_seed_are_equal_and_seeds_differ(tmp_path: Path) -> None:
    one, same, other = (
        unstarted(tmp_path / name, seed) for name, seed in (("a", 5), ("b", 5), ("c", 6))
    )
    assert one.truth.to_json() == same.truth.to_json()
    assert one.next_event_at() == same.next_event_at()
    assert one.truth.to_json() != other.truth.to_json()
    kinds = {artwork.kind: artwork for artwork in one.scenario.media()}
    assert set(kinds) == {"picture", "video", "poster"}
    for artwork in kinds.values():
        assert one.scenario.studio.file(artwork) == same.scenario.studio.file(artwork)
    case, twin = one.scenario.cases[0], same.scenario.cases[0]
    assert case.report()["materials"] == twin.report()["materials"]


def test_mails_in_another_order_change_nothing(make_story: Callable[..., Story]) -> None:
    first, second = make_story(3), make_story(3)
    urls = sorted(copy.url for copy in first.net.truth.copies if copy.site != "byeok.test")
    for story, order in ((first, urls), (second, urls[::-1])):
        for number, url in enumerate(order):
            write(story.net, "notice@deungdae-host.test", url, number=number)
            write(story.net, "notice@pado-video.test", url, number=number)
            write(story.net, "notice@maru-board.test", url, number=number)
        story.pass_hours(24 * 12)
    gone = [
        sorted((copy.url, copy.gone_at) for copy in story.net.truth.removed(story.clock.now))
        for story in (first, second)
    ]
    assert gone[0] == gone[1]
    assert len(gone[0]) > 3


@pytest.mark.parametrize("seed", range(1, 21))
@pytest.mark.parametrize("cases", [1, 2, 5])
def test_every_seed_meets_every_manner(seed: int, cases: int) -> None:
    scenario = build(seed, STARTED_AT, cases=cases)
    planted = [post for post in scenario.world.all_posts() if post.planted]
    of_cases = [post for post in planted if post.planted and post.planted.owner != "bank"]
    assert {post.host for post in of_cases} >= {site.host for site in PLACES_WITH_POSTS}
    origins = [post.planted.origin for post in planted if post.planted]
    assert 1 <= origins.count("reupload") <= 3
    assert 3 <= origins.count("patrol") <= 6
    for case in scenario.cases:
        assert 3 <= len(case.links) <= 6
        assert 2 <= len(case.materials) <= 4
        films = [p for p in of_cases if p.planted and p.planted.material == f"{case.key}/film"]
        assert films
    for post in planted:
        assert post.planted
        assert post.planted.findable_by
        if post.planted.owner == "bank":
            assert set(post.planted.findable_by) & {"list", "feed"}
    assert len({post.url for post in scenario.world.all_posts()}) == sum(
        1 for _ in scenario.world.all_posts()
    )


def test_hunted_material_stands_nowhere_else(tmp_path: Path) -> None:
    for seed in range(1, 21):
        scenario = unstarted(tmp_path / str(seed), seed).scenario
        materials = [m for case in scenario.cases for m in case.materials] + list(scenario.bank)
        hunted = {(m.artwork.picture.key, m.artwork.picture.sample) for m in materials}
        samples = {sample for _, sample in hunted if sample}
        for post in scenario.world.all_posts():
            for file in post.files:
                picture = file.artwork.picture
                shows = (picture.key, picture.sample) in hunted or picture.sample in samples
                assert shows == file.hunted


def crawl(story: Story) -> set[str]:
    """Every post that the list pages, feeds and the search engine lead to."""
    net, found = story.net, set()
    for source in net.scenario.sources():
        if source["kind"] == "list_page":
            first = look(net, source["url"], ABROAD).text
            site = next(site for site in SITES if site.host == source["host"])
            pages = set(re.findall(rf'href="({site.list_path.format(n="[0-9]+")})"', first))
            for page in pages:
                text = look(net, f"http://{source['host']}{page}", ABROAD).text
                found |= {
                    f"http://{source['host']}{p}" for p in re.findall(r'href="(/[^"]+)"', text)
                }
        elif source["kind"] in {"rss", "sitemap"}:
            text = look(net, source["url"], ABROAD).text
            found |= set(re.findall(r"<(?:link|loc)>([^<]+)</", text))
        else:
            words = [word for case in net.scenario.cases for word in case.keywords]
            for word in words:
                url = source["url"].replace("{query}", quote(word))
                while url:
                    answer = json.loads(look(net, url).text)
                    found |= {result["url"] for result in answer["results"]}
                    url = answer["next"]
    return found


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_every_copy_can_be_found_and_truth_says_how(
    make_story: Callable[..., Story], seed: int
) -> None:
    story = make_story(seed)
    found = crawl(story)
    copies = [copy for copy in story.net.truth.copies if copy.origin != "given"]
    missed = [copy.url for copy in copies if copy.url not in found]
    assert missed == []
    assert any(copy.findable_by == ("search",) for copy in copies)
    innocent = [url for url in found if story.net.truth.check(url) is None]
    assert len(innocent) > 100


def test_given_links_and_their_files_answer(story: Story) -> None:
    for case in story.net.scenario.cases:
        for url in case.links:
            copy = story.net.truth.check(url + "?from=share#top")
            assert copy is not None
            assert (copy.owner, copy.origin) == (case.key, "given")
            text = look(story.net, url).text
            assert all(address in text for address in copy.media_urls)
            assert look(story.net, copy.media_urls[0]).kind.startswith(("image/", "video/"))


def test_late_patrol_copy_appears_in_its_time(story: Story) -> None:
    before = story.net.truth.count("patrol")
    story.pass_hours(48)
    late = [c for c in story.net.truth.copies if c.appeared_at > STARTED_AT]
    assert [copy.owner for copy in late] == ["bank"]
    assert story.net.truth.count("patrol") == before + 1
    (copy,) = late
    assert copy.state_at(copy.appeared_at - timedelta(seconds=1)) is State.ABSENT
    assert copy.state_at(copy.appeared_at) is State.VISIBLE


def test_truth_survives_a_file(story: Story, tmp_path: Path) -> None:
    copy = story.net.truth.copies[0]
    write(story.net, f"notice@{copy.site}", copy.url)
    story.pass_hours(40)
    story.net.save_truth(tmp_path / "truth.json")
    read = Truth.load(tmp_path / "truth.json")
    assert read.to_json() == story.net.truth.to_json()
    twin = read.check(copy.url)
    assert twin is not None
    assert twin.state_at(story.clock.now) is copy.state_at(story.clock.now)


def test_everything_stands_on_loopback_and_is_special_to_production(story: Story) -> None:
    addresses = [*story.net.addresses().values(), (story.net.smtp_host, story.net.smtp_port)]
    assert len(addresses) == len(SITES) + 1
    for address, _ in addresses:
        assert ipaddress.ip_address(address) in ipaddress.ip_network("127.0.0.0/8")
        assert is_special(address)


def test_a_server_answers_for_its_own_name_only(story: Story) -> None:
    address, port = story.net.addresses()["moa.test"]
    connection = http.client.HTTPConnection(address, port, timeout=5)
    connection.request("GET", "/", headers={"Host": "pado-video.test"})
    assert connection.getresponse().status == 421
    connection.close()


@pytest.mark.parametrize("mode", ["production", " Production "])
def test_it_refuses_to_start_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setenv("ANSIM_MODE", mode)
    net = unstarted(tmp_path / "x", 1)
    with pytest.raises(SandboxRefused) as refused:
        net.start()
    assert "production" in refused.value.sentence("en")
    assert net.addresses() == {}
    net.stop()


def test_another_process_resolves_from_the_file(story: Story, tmp_path: Path) -> None:
    payload = json.loads(json.dumps(story.net.start_payload()))
    resolver = FileResolver(Path(payload["names_file"]))
    (endpoint,) = resolver.resolve("MOA.test.", 80)
    assert [endpoint.address, endpoint.port] == payload["addresses"]["moa.test"]
    assert resolver.resolve("moa.test", 443)[0].port == 443
    with pytest.raises(NameNotFound):
        resolver.resolve("nobody.test", 80)
    with pytest.raises(NameServiceFailure):
        FileResolver(tmp_path / "missing.json").resolve("moa.test", 80)
    assert Path(payload["recipients"]).is_dir()
    assert {source["kind"] for source in payload["sources"]} == {
        "list_page",
        "rss",
        "sitemap",
        "json_search",
    }


def test_recipients_load_and_cover_every_host() -> None:
    registry = load_registry(RECIPIENTS, today=date(2026, 3, 2))
    for site in PLACES_WITH_POSTS:
        (platform,) = registry.responsible(site.host, ("platform",))
        assert platform.routes[0].address == f"notice@{site.host}"
        host = registry.host_of(site.host)
        assert (host.domains if host else ()) == (
            ("haneul.test", "gorae.test", "byeok.test", "nabi.test") if site.hosted_by else ()
        )
    (store,) = registry.responsible("cdn.moa-media.test", ("media_host",))
    assert store.code == "moa_media"
    assert {r.kind for r in registry.recipients if r.source == "sandbox"} == {
        "platform",
        "media_host",
        "host",
        "search",
        "regulator",
        "police",
        "hash_sharing",
    }


def test_hash_list_is_a_bank(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_bytes(build(2, STARTED_AT).hash_list())
    bank = read_bank(path)
    assert len(bank.items) == 24
    assert min(item.quality for item in bank.items) >= 60


def test_unknown_domains_are_refused_by_the_mail_server(story: Story) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        write(story.net, "notice@nobody.test", "http://moa.test/")
    assert story.net.truth.mail == []


def test_a_running_clock_ticks_by_itself(tmp_path: Path) -> None:
    jumped, moment = threading.Event(), threading.Event()

    def clock() -> datetime:
        return STARTED_AT + timedelta(hours=60 if jumped.is_set() else 0)

    net = Internet(1, clock=clock, maildir=tmp_path / "mail", started_at=STARTED_AT, auto_tick=True)
    with net:
        jumped.set()
        for _ in range(100):
            if any(copy.appeared_at > STARTED_AT for copy in net.truth.copies):
                break
            moment.wait(0.05)
        late = [c for c in net.truth.copies if c.appeared_at > STARTED_AT]
        assert len(late) == 1
        assert late[0].appeared_at.tzinfo is UTC
