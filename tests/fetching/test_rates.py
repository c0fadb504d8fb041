"""Turns at a host: never earlier than the rate, jitter only later, and what the host asks for."""

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from ansim.fetching import Door, rates
from ansim.fetching.calling import retry_after
from ansim.fetching.rates import HostRates
from ansim.fetching.robots import LONGEST_CRAWL_DELAY, RobotsCache, RobotsRules, read_rules
from tests.fetching.conftest import NOON, fake_fingerprint

if TYPE_CHECKING:
    from tests.fetching.conftest import World

START = 1_800_000_000.0


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 6),
    jitter=st.floats(0, 1),
    steps=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 0.999)), min_size=1, max_size=60),
)
def test_no_window_holds_more_than_the_bucket(
    rate: float, burst: int, jitter: float, steps: list[tuple[float, float]]
) -> None:
    chances = iter([chance for _, chance in steps])
    turns = HostRates(rate, burst, jitter=jitter, chance=lambda: next(chances))
    moment, looks = START, []
    for step, _ in steps:
        moment += step
        ready = turns.ready_in("moa.test", moment)
        wait = turns.reserve("moa.test", moment, longest=1e9)
        assert wait == pytest.approx(ready, abs=1e-5)
        assert wait is not None
        looks.append(moment + wait)
    assert looks == sorted(looks)
    for first in range(len(looks) - burst):
        assert looks[first + burst] - looks[first] >= 1 / rate - 1e-5


def test_a_refused_turn_reserves_nothing() -> None:
    turns = HostRates(1.0, 1)
    assert turns.reserve("moa.test", START, 0.0) == 0.0
    assert turns.reserve("moa.test", START, 0.5) is None
    assert turns.reserve("moa.test", START, 5.0) == 1.0
    assert turns.reserve("other.test", START, 0.0) == 0.0


def test_jitter_spreads_and_never_hurries() -> None:
    turns = HostRates(1.0, 1, jitter=0.5, chance=lambda: 0.8)
    waits = [turns.reserve("moa.test", START, 100.0) for _ in range(4)]
    assert waits == [0.0, pytest.approx(1.4), pytest.approx(2.8), pytest.approx(4.2)]


def test_a_slower_rate_of_one_look_allows_no_burst_and_a_faster_one_is_ignored() -> None:
    turns = HostRates(1.0, 4)
    assert [turns.reserve("moa.test", START, 100, rate=0.1) for _ in range(3)] == [0.0, 10.0, 20.0]
    fast = HostRates(1.0, 1)
    assert [fast.reserve("moa.test", START, 100, rate=9.0) for _ in range(2)] == [0.0, 1.0]
    free = HostRates(None, 1)
    assert [free.reserve("moa.test", START, 100, rate=0.5) for _ in range(2)] == [0.0, 2.0]
    assert [free.reserve("other.test", START, 0) for _ in range(99)] == [0.0] * 99


def test_a_penalty_holds_for_one_host_and_ends() -> None:
    turns = HostRates(None, 1)
    turns.penalise("moa.test", START + 60)
    turns.penalise("moa.test", START + 20)  # never shorter
    assert turns.waits_until("moa.test") == START + 60
    assert turns.reserve("moa.test", START, 10.0) is None
    assert turns.reserve("moa.test", START + 55, 10.0) == 5.0
    assert turns.reserve("moa.test", START + 61, 10.0) == 0.0
    assert turns.reserve("other.test", START, 0.0) == 0.0


def test_the_tables_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_HOSTS", 50)
    turns = HostRates(0.001, 1)
    for number in range(500):
        turns.reserve(f"h{number}.test", START, 0.0)
        turns.penalise(f"h{number}.test", START + number)
    assert len(turns._ready) <= 51
    assert len(turns._closed) <= 51


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", 9_999_999_999.0),
        (format_datetime(datetime.fromtimestamp(START + 90, UTC), usegmt=True), 90.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("１２", None),
        ("Sun, 99 Nov 9999999 08:49:37 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after(value, START) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_harmless(value: str) -> None:
    seconds = retry_after(value, START)
    assert seconds is None or seconds >= 0


def test_a_host_that_asks_to_wait_is_left_alone(world: "World") -> None:
    world.plays("/busy", b"", "429 Slow", Retry_After="3600")
    world.plays("/", b"hello")
    door = world.door()
    first = door.look("http://moa.test/busy", vantage="seoul")
    assert (first.status, first.header("retry-after")) == (429, "3600")
    second = door.look("http://moa.test/", vantage="berlin")
    assert (second.outcome, second.reason) == ("refused", "asked_to_wait")
    assert world.stage.paths == ["/busy"]
    assert door.ready_in("http://moa.test/", vantage="seoul") > 3000
    world.names.answers["other.test"] = world.here()
    assert door.look("http://other.test/", vantage="seoul").status == 200
    deaf = world.door(honour_waits=False)
    deaf.look("http://moa.test/busy", vantage="seoul")
    assert deaf.look("http://moa.test/", vantage="seoul").status == 200


def test_busy_without_a_word_counts_only_where_there_is_a_rate(world: "World") -> None:
    world.plays("/busy", b"", "503 Busy")
    polite = world.door(per_host_rate=50.0)
    polite.look("http://moa.test/busy", vantage="seoul")
    assert polite.look("http://moa.test/busy", vantage="seoul").reason == "asked_to_wait"
    free = world.door()
    free.look("http://moa.test/busy", vantage="seoul")
    assert free.look("http://moa.test/busy", vantage="seoul").status == 503


def test_redirect_hops_and_robots_take_turns_too(world: "World") -> None:
    world.redirects("/1", "/2")
    world.redirects("/2", "/3")
    world.plays("/3", b"here")
    world.plays("/robots.txt", b"User-agent: *\nAllow: /\n")
    hurried = world.door(per_host_rate=0.01, burst=3, rate_jitter=0.0, obey_robots=True)
    seen = hurried.look("http://moa.test/1", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.robots) == ("refused", "rate", "allowed")
    assert world.stage.paths == ["/robots.txt", "/1", "/2"]


def test_a_crawl_delay_is_kept(world: "World") -> None:
    world.plays("/robots.txt", b"User-agent: *\nCrawl-delay: 500\nDisallow: /no\n")
    world.plays("/", b"here")
    slept: list[float] = []
    policy = replace(world.policy, obey_robots=True, rate_jitter=0.0, deadline_seconds=2.0)
    door = Door(policy, fake_fingerprint, now=lambda: NOON, sleep=slept.append)
    for _ in range(2):
        seen = door.look("http://moa.test/", vantage="seoul")
        assert (seen.status, seen.robots) == (200, "allowed")
    assert slept == [pytest.approx(LONGEST_CRAWL_DELAY, abs=1)]
    assert seen.timings is not None
    assert seen.timings.waited == pytest.approx(slept[0], abs=0.001)
    # Nobody really slept, so the next turn is two delays away: too long for one look.
    assert door.look("http://moa.test/", vantage="seoul").reason == "rate"
    assert door.ready_in("http://moa.test/", vantage="seoul") > LONGEST_CRAWL_DELAY
    door.close()


def test_an_override_is_recorded_and_asks_no_robots(world: "World") -> None:
    world.plays("/robots.txt", b"User-agent: *\nDisallow: /\n")
    world.plays("/", b"here")
    door = world.door(obey_robots=True)
    assert door.look("http://moa.test/", vantage="seoul").robots == "disallowed"
    seen = door.look("http://moa.test/", vantage="seoul", robots_override="kr_vpa_7_3_3")
    assert (seen.status, seen.robots, seen.robots_reason) == (200, "overridden", "kr_vpa_7_3_3")
    assert world.stage.paths == ["/robots.txt", "/"]
    world.plays("/robots.txt", b"", "404 No")
    fresh = world.door(obey_robots=True)
    assert fresh.look("http://moa.test/", vantage="seoul").robots == "none"
    assert world.door().look("http://moa.test/", vantage="seoul").robots == ""


def test_a_long_robots_file_counts_by_its_beginning(world: "World") -> None:
    rules = b"User-agent: *\nDisallow: /private/\n" + b"# filler\n" * 70_000
    world.plays("/robots.txt", rules)
    door = world.door(obey_robots=True)
    assert door.look("http://moa.test/private/1", vantage="seoul").reason == "robots"


def test_robots_in_memory_stay_bounded() -> None:
    cache = RobotsCache()
    for number in range(100):
        cache.put(("seoul", str(number)), RobotsRules(size=1024 * 1024), 0.0)
    assert cache.get(("seoul", "99"), 1.0) is not None
    assert cache.get(("seoul", "0"), 1.0) is None
    assert cache._bytes <= 64 * 1024 * 1024


def test_rules_cost_what_they_hold_however_many_programs_they_name() -> None:
    names = "".join(f"User-agent: x{n:x}\n" for n in range(4000))
    paths = "".join(f"Disallow: /{n:x}\n" for n in range(4000))
    rules = read_rules(200, (names + paths).encode(), "Ansim/1")
    assert rules.allows("http://a.test/f", "Ansim/1")
    assert rules.size < 1024 * 1024
    ours = read_rules(200, (names + "User-agent: *\n" + paths).encode(), "Ansim/1")
    assert not ours.allows("http://a.test/f", "Ansim/1")
    assert 1024 * 1024 < ours.size < 8 * 1024 * 1024


AGENTS = ["*", "ansim", "Ansim*", "Ansim/1", "help", "removal", "s", "*bot*", "", "upport", "other"]
LINES = [
    *(f"{word}{name}" for word in ("User-agent: ", "user-agent:", "User agent ") for name in AGENTS),
    *(
        f"{word}{path}"
        for word in ("Disallow: ", "Allow: ", "disalow:")
        for path in ("/", "/a", "/a/b", "*c", "/a$", "", "/x # y")
    ),
    "Crawl-delay: 3", "", "# c", "Sitemap: http://x/", "garbage", "foo: bar", "Disallow",
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=16))
def test_leaving_out_other_programs_changes_no_answer(lines: list[str]) -> None:
    agent, text = "Ansim/1 (help; removal)", "\n".join(lines)
    plain, ours = Protego.parse(text), read_rules(200, text.encode(), agent)
    for path in ("", "a", "a/b", "zc", "x"):
        url = f"http://h.test/{path}"
        assert ours.allows(url, agent) == plain.can_fetch(url, agent)
    delay = plain.crawl_delay(agent)
    assert ours.rate(agent) == (1 / delay if delay else None)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", "x", "1e400"])
def test_an_odd_crawl_delay_never_stops_the_world(value: str) -> None:
    rate = read_rules(200, f"User-agent: *\nCrawl-delay: {value}\n".encode(), "Ansim").rate("Ansim")
    assert rate is None or rate >= 1 / LONGEST_CRAWL_DELAY


def test_many_looks_at_once_ask_for_the_rules_once(world: "World") -> None:
    def slowly(connection: socket.socket) -> None:
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    world.stage.plays["/robots.txt"] = slowly
    world.plays("/", b"here")
    door = world.door(obey_robots=True)
    with ThreadPoolExecutor(6) as pool:
        urls = ["http://moa.test/"] * 6
        seen = list(pool.map(lambda url: door.look(url, vantage="seoul").robots, urls))
    assert seen == ["none"] * 6
    assert world.stage.paths.count("/robots.txt") == 1
