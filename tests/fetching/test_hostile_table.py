"""More than a thousand hostile targets: none reaches a forbidden address, none passes its caps."""

import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ansim.fetching import addresses, calling, urls
from ansim.fetching.confined import Decoder
from tests.fetching import hostile_floods, hostile_plays
from tests.fetching.hostile_course import (
    MEDIA_CAP,
    SENT_BEYOND,
    Course,
    forget_peak,
    held_memory,
    peak_memory,
)
from tests.fetching.hostile_plays import HOST, OK, PLAIN, SITE
from tests.fetching.hostile_servers import MEBIBYTE, HostileInternet, Wire, loopback
from tests.fetching.hostile_targets import Target, gate

MOST_MEMORY = 96 * MEBIBYTE
GATE: dict[str, list[Target]] = defaultdict(list)
for one_target in gate():
    GATE[one_target.family].append(one_target)
PLAYED = {
    "redirects": hostile_plays.redirects,
    "meta refresh": hostile_plays.refreshes,
    "refresh header": hostile_plays.refresh_headers,
    "rebinding": hostile_plays.rebinding,
    "framing": hostile_plays.framing,
    "endless": hostile_floods.endless,
    "bombs": hostile_floods.bombs,
    "pictures": hostile_floods.pictures,
    "polyglots": hostile_floods.polyglots,
    "rules": hostile_floods.rules,
}


@pytest.fixture(scope="module")
def internet() -> Iterator[HostileInternet]:
    with loopback() as found:
        yield found


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as found:
        found.start()
        yield found


@cache
def played(kind: str) -> list[Target]:
    return list(PLAYED[kind]())


def no_fingerprint(data: bytes):
    raise AssertionError(data)


def faults(course: Course, targets: list[Target], at_once: int = 1) -> list[str]:
    passed = course.run(targets, at_once=at_once)
    wrong = [f"{one.target.what}: {fault}" for one in passed for fault in one.wrong]
    wrong += [
        f"{one.target.what}: {one.sent} bytes were taken"
        for one in passed
        if one.sent > MEDIA_CAP + SENT_BEYOND
    ]
    return wrong + [f"a forbidden address was reached: {one}" for one in course.internet.contacts]


@pytest.mark.parametrize("sandbox", [True, False], ids=["sandbox", "production"])
@pytest.mark.parametrize("family", GATE)
def test_what_leads_inside_is_refused_and_nothing_is_opened(
    internet: HostileInternet, family: str, sandbox: bool
) -> None:
    visits = len(internet.visits)
    course = Course(internet, no_fingerprint, sandbox=sandbox)
    assert faults(course, GATE[family]) == []
    assert len(internet.visits) == visits


@pytest.mark.parametrize("kind", PLAYED)
def test_tricks_with_answers_stay_within_the_caps(
    internet: HostileInternet, decoder: Decoder, kind: str
) -> None:
    targets = played(kind)
    course = Course(internet, decoder.fingerprint, sandbox=True)
    measured = Path("/proc/self/clear_refs").exists()
    if measured:
        forget_peak()
        before = held_memory()
    assert faults(course, targets) == []
    if measured:
        assert peak_memory() - before < MOST_MEMORY


def test_no_control_character_of_a_header_is_kept(internet: HostileInternet) -> None:
    [target] = [one for one in played("framing") if one.what == "zeros and bells in values"]
    seen = Course(internet, no_fingerprint, sandbox=True).look(target).seen
    kept = [seen.content_type, *(value for _, value in seen.headers)]
    assert {"text/html;", "a b [31m"} <= {value.strip() for value in kept}
    assert all(one.isprintable() for one in kept)


def test_servers_that_never_finish_meet_the_deadline(internet: HostileInternet) -> None:
    course = Course(internet, no_fingerprint, sandbox=True, deadline=0.5)
    assert faults(course, list(hostile_plays.slow()), at_once=9) == []


def test_the_table_is_long_and_says_each_thing_once() -> None:
    everything = [*gate(), *hostile_plays.slow()]
    for kind in PLAYED:
        everything += played(kind)
    named = [(target.family, target.what) for target in everything]
    twice = [what for what, times in Counter(named).items() if times > 1]
    assert twice == []
    assert len(everything) > 1500
    assert len({target.url for target in everything}) > 1400


def test_the_listeners_count_who_comes_inside(internet: HostileInternet) -> None:
    for address in ("127.0.0.1", "127.0.0.2", "127.1.1.1"):
        with socket.create_connection((address, internet.http), timeout=5) as caller:
            assert caller.recv(1) == b""
    assert sorted(internet.contacts) == ["127.0.0.1", "127.0.0.2", "127.1.1.1"]
    internet.contacts.clear()


def test_with_the_gate_open_the_table_finds_it(
    internet: HostileInternet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that lets all addresses through must be seen at the forbidden listeners."""
    for module, name, verdict in (
        (urls, "is_special", False),
        (calling, "may_dial", True),
    ):
        monkeypatch.setattr(module, name, lambda *_given, verdict=verdict: verdict)
    course = Course(internet, no_fingerprint, sandbox=False)
    targets = [one for one in GATE["IPv4 notations"] if one.what.startswith("loopback,")]
    targets += [one for one in hostile_plays.redirects() if "//127.0.0.1" in one.what]
    course.run(targets)
    assert len(internet.contacts) > 30
    internet.contacts.clear()
    assert addresses.is_special("127.0.0.1")


def test_a_second_answer_is_never_given_to_another_look(internet: HostileInternet) -> None:
    """What a server adds behind its answer must not become the answer to the next request."""
    evil = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\nevil"
    course = Course(internet, no_fingerprint, sandbox=True)
    late = threading.Event()

    def afterwards(wire: Wire) -> None:
        wire.send(PLAIN)
        late.wait(0.05)
        wire.send(evil)
        wire.silence(2)

    for play in (PLAIN + evil, OK + b"Content-Length: 0\r\n\r\n" + evil, afterwards):
        door = course.door(SITE)
        internet.plays |= {"/first": play, "/second": PLAIN}
        door.look(f"http://{HOST}/first", vantage="seoul")
        late.wait(0.1)
        seen = door.look(f"http://{HOST}/second", vantage="seoul")
        door.close()
        assert seen.bytes_read == len(PLAIN.partition(b"\r\n\r\n")[2]), play
