"""A crew of threads behind one door: order, politeness, memory, and a clean end."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.fetching import Observation, UnknownVantage
from ansim.fetching.crew import Crew, Job
from ansim.fetching.rates import HostRates

if TYPE_CHECKING:
    from tests.fetching.conftest import World

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)


def seen_at(url: str, outcome: str = "answered", reason: str = "") -> Observation:
    return Observation(url, url, "seoul", "KR", NOON, 0.1, outcome, reason, 200)  # type: ignore[arg-type]


class Recorder:
    """A door that writes down who asked, when, and how many looks there were at once."""

    def __init__(self, rates: HostRates | None = None) -> None:
        self.rates = rates or HostRates(None, 1)
        self.asked: dict[str, list[str]] = defaultdict(list)
        self.at: dict[str, list[float]] = defaultdict(list)
        self.busy: dict[str, int] = defaultdict(int)
        self.overlaps: list[str] = []
        self.waited: list[float] = []
        self.most = 0
        self.blocked: dict[str, threading.Event] = {}
        self.answers: dict[str, list[Observation]] = {}
        self._lock = threading.Lock()

    def look(self, url: str, *, vantage: str, **_: object) -> Observation:
        host = url.split("/")[2]
        with self._lock:
            self.busy[host] += 1
            if self.busy[host] > 1:
                self.overlaps.append(url)
            self.most = max(self.most, sum(self.busy.values()))
            self.asked[host].append(url)
        wait = self.rates.reserve(host, time.time(), 10.0)
        self.at[host].append(time.time())
        self.waited.append(wait or 0.0)
        if host in self.blocked:
            self.blocked[host].wait(5)
        with self._lock:
            self.busy[host] -= 1
        if self.answers.get(url):
            return self.answers[url].pop(0)
        return seen_at(url)

    def ready_in(self, url: str, *, vantage: str, rate: float | None = None) -> float:
        return self.rates.ready_in(url.split("/")[2], time.time(), rate=rate)


def jobs(*urls: str) -> list[Job]:
    return [Job(url, "seoul", key=number) for number, url in enumerate(urls)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5), max_size=40), st.integers(1, 6), st.integers(1, 9))
def test_every_job_comes_back_once_and_each_host_keeps_its_order(
    hosts: list[int], workers: int, most_open: int
) -> None:
    door = Recorder()
    asked = jobs(*(f"http://h{host}.test/{number}" for number, host in enumerate(hosts)))
    found = list(Crew(door, workers, most_open=most_open).run(asked))
    assert sorted(one.job.key for one in found) == list(range(len(hosts)))
    assert all(one.observation.url == one.job.url for one in found)
    for urls in door.asked.values():
        numbers = [int(url.rpartition("/")[2]) for url in urls]
        assert numbers == sorted(numbers)
    assert door.overlaps == []
    assert door.most <= workers


def test_one_slow_host_holds_one_thread_and_nobody_else() -> None:
    door = Recorder()
    door.blocked["slow.test"] = threading.Event()
    urls = [f"http://slow.test/{n}" for n in range(9)] + [f"http://h{n}.test/" for n in range(30)]
    finished = []
    for one in Crew(door, 2).run(jobs(*urls)):
        finished.append(one.job.url)
        if len(finished) == 30:
            door.blocked.pop("slow.test").set()
    assert all("slow" not in url for url in finished[:30])
    assert finished[30:] == urls[:9]


def test_a_host_that_must_wait_is_set_aside_and_no_thread_waits() -> None:
    door = Recorder(HostRates(25.0, 1))
    urls = [f"http://h{n % 3}.test/{n}" for n in range(15)]
    started = time.monotonic()
    assert len(list(Crew(door, 2).run(jobs(*urls)))) == 15
    assert time.monotonic() - started < 1.0  # three lanes of 4 waits of 40 ms, side by side
    assert max(door.waited) < 0.005
    for moments in door.at.values():
        assert all(later - sooner > 0.035 for sooner, later in pairwise(moments))


def test_a_host_that_closed_for_long_is_asked_at_once_and_refused_with_its_reason() -> None:
    door = Recorder()
    door.rates.penalise("busy.test", time.time() + 3600)
    busy = [f"http://busy.test/{n}" for n in range(3)]
    door.answers = {url: [seen_at(url, "refused", "asked_to_wait")] for url in busy}
    found = list(Crew(door, 2).run(jobs(*busy, "http://moa.test/")))
    assert sorted(one.observation.reason for one in found) == ["", *["asked_to_wait"] * 3]


def test_a_turn_that_another_process_took_is_waited_for_again_but_not_for_ever() -> None:
    door, url = Recorder(), "http://moa.test/"
    door.answers[url] = [seen_at(url, "refused", "rate") for _ in range(2)]
    found = list(Crew(door, 1).run(jobs(url, "http://moa.test/next")))
    assert [one.observation.outcome for one in found] == ["answered", "answered"]
    assert door.asked["moa.test"] == [url] * 3 + ["http://moa.test/next"]
    door.answers[url] = [seen_at(url, "refused", "rate") for _ in range(9)]
    assert [one.observation.reason for one in Crew(door, 1).run(jobs(url))] == ["rate"]


def endless(taken: list[int]) -> Iterator[Job]:
    for number in count():
        taken.append(number)
        yield Job(f"http://h{number % 7}.test/{number}", "seoul")


def test_jobs_are_read_a_bounded_number_ahead_and_closing_ends_the_work() -> None:
    before = threading.active_count()
    door, taken = Recorder(), []
    crew = Crew(door, 3, most_open=10).run(endless(taken))
    for number in range(50):
        next(crew)
        assert len(taken) <= number + 1 + 10
    crew.close()
    assert threading.active_count() == before
    asked = sum(len(urls) for urls in door.asked.values())
    assert asked <= len(taken)
    assert list(crew) == []


@pytest.mark.parametrize("fault", ["in the jobs", "in a look"])
def test_an_error_comes_out_and_leaves_no_thread(fault: str) -> None:
    before = threading.active_count()
    door = Recorder()

    def broken() -> Iterator[Job]:
        yield Job("http://moa.test/", "seoul")
        if fault == "in the jobs":
            raise LookupError
        yield Job("nonsense", "seoul")

    with pytest.raises(LookupError):  # a link without a host is an IndexError of the recorder
        list(Crew(door, 2).run(broken()))
    assert threading.active_count() == before


@given(
    st.lists(st.tuples(st.floats(0, 3), st.sampled_from([None, 0.5, 2.0])), max_size=12),
    st.floats(0, 9),
    st.integers(1, 4),
)
def test_what_is_asked_is_what_would_be_waited_and_asking_takes_no_turn(
    looks: list[tuple[float, float | None]], penalty: float, burst: int
) -> None:
    rates, moment = HostRates(1.0, burst), 1_000.0
    rates.penalise("moa.test", moment + penalty)
    for step, rate in looks:
        moment += step
        asked = {rates.ready_in("moa.test", moment, rate=rate) for _ in range(3)}
        assert asked == {rates.reserve("moa.test", moment, 10**6, rate=rate)}


def test_no_jobs_is_no_work() -> None:
    assert list(Crew(Recorder(), 4).run([])) == []


def test_a_real_door_and_its_rates(world: "World") -> None:
    """The crew asks the door when; the door itself never has to sleep."""
    slept: list[float] = []
    world.plays("/p", b"<p>quiet</p>")
    for number in range(3):
        world.names.answers[f"h{number}.test"] = world.here()
    door = world.door(per_host_rate=50.0, burst=1, rate_jitter=0.0)
    door._caller._sleep = slept.append
    asked = [Job(f"http://h{n % 3}.test/p", "seoul", key=n) for n in range(12)]
    asked += [Job("file:///etc/passwd", "seoul"), Job("not a link", "seoul")]
    found = list(Crew(door, 4).run(asked))
    assert sum(one.observation.status == 200 for one in found) == 12
    assert {one.observation.reason for one in found} == {"", "bad_scheme", "malformed"}
    assert sum(slept) < 0.02
    with pytest.raises(UnknownVantage):
        list(Crew(door, 2).run([Job("http://moa.test/", "mars")]))


def test_what_a_job_says_reaches_the_door(world: "World") -> None:
    given_to: list[dict[str, object]] = []

    class Listening(Recorder):
        def look(self, url: str, *, vantage: str, **more: object) -> Observation:
            given_to.append({"vantage": vantage, **more})
            return seen_at(url)

    def score(title: str, text: str) -> tuple[tuple[str, float], ...]:
        return ()

    listening: Callable[..., object] = Listening
    job = Job("http://moa.test/", "berlin", "media", None, 0.5, score, "police-order")
    list(Crew(listening(), 1).run([job]))  # type: ignore[arg-type]
    assert given_to == [
        {
            "vantage": "berlin", "expect": "media", "score": score,
            "robots_override": "police-order", "rate": 0.5,
        }
    ]  # fmt: skip
