"""Looks through the door: gated at every hop, and whatever the world does is an outcome."""

import socket
import time
from ipaddress import IPv6Network
from typing import TYPE_CHECKING

import pytest

from ansim.fetching import Endpoint, Observation, UnknownVantage

if TYPE_CHECKING:
    from tests.fetching.conftest import World
from tests.fetching.samples import JPEG, PAGE


def test_an_ordinary_look_dials_the_resolved_endpoint_and_keeps_the_host(world: "World") -> None:
    world.plays("/p?q=1", PAGE, Server="nginx", Set_Cookie="secret=1")
    seen = world.door().look("http://MOA.test/p?q=1#part", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.status) == ("answered", "", 200)
    assert seen.at == world.noon
    assert seen.final_url == "http://moa.test/p?q=1"
    assert seen.peer == "127.0.0.1"
    assert seen.headers == (("server", "nginx"),)
    assert seen.page is not None
    assert seen.page.media == ("http://moa.test/a.jpg",)
    request = world.stage.requests[0]
    assert request.startswith(b"GET /p?q=1 HTTP/1.1\r\nHost: moa.test\r\n")
    assert world.names.asked == ["moa.test"]


def test_a_vantage_binds_its_own_source_address(world: "World") -> None:
    world.door().look("http://moa.test/", vantage="berlin")
    assert world.stage.connections == ["127.78.0.2"]
    with pytest.raises(UnknownVantage, match="berlin"):
        world.door().look("http://moa.test/", vantage="mars")


def test_rebinding_between_two_hops_is_refused(world: "World") -> None:
    world.names.later["moa.test"] = [Endpoint("127.0.0.2", world.stage.port)]
    world.redirects("/", "/again")
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", "special_address")
    assert world.stage.paths == ["/"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://127.0.0.1/", "special_address"),
        ("http://169.254.169.254/", "special_address"),
        ("//[::1]/", "special_address"),
        ("http://inside.test/", "special_address"),
        ("file:///etc/passwd", "bad_scheme"),
        ("http://a@moa.test/", "userinfo"),
        ("//@moa.test/", "userinfo"),
        ("http://moa.test:22/", "port"),
        ("/\\127.0.0.1/", "backslash"),
        ("http://localhost/", "special_name"),
        ("http://[::", "malformed"),
    ],
)
def test_a_redirect_is_gated_like_a_link(world: "World", location: str, reason: str) -> None:
    world.names.answers["inside.test"] = [Endpoint("10.1.2.3", 80)]
    world.redirects("/", location)
    seen = world.door().look("http://moa.test/", vantage="seoul")
    assert (seen.outcome, seen.reason) == ("refused", reason)
    assert len(world.stage.requests) == 1


def test_redirects_are_followed_and_counted(world: "World") -> None:
    world.redirects("/1", "/2", "301 Moved")
    world.redirects("/2", "http://moa.test/한")
    world.plays("/%ED%95%9C", PAGE)
    world.redirects("/loop", "loop")
    seen = world.door().look("http://moa.test/1", vantage="seoul")
    assert seen.redirects == ("http://moa.test/2", "http://moa.test/%ED%95%9C")
    assert seen.final_url == "http://moa.test/%ED%95%9C"
    assert len(world.stage.connections) == 1
    looped = world.door(max_redirects=3).look("http://moa.test/loop", vantage="seoul")
    assert (looped.outcome, looped.reason) == ("refused", "redirect_limit")
    assert world.stage.paths.count("/loop") == 4


def test_what_the_world_does_is_an_outcome(world: "World") -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    port = dead.getsockname()[1]
    dead.close()
    world.names.answers |= {
        "servfail.test": "servfail",
        "closed.test": [Endpoint("127.0.0.1", port)],
        "empty.test": [],
        "six.test": [Endpoint("fd00::1", 80)],  # the vantage has no IPv6 address
    }
    world.stage.plays["/hangup"] = lambda connection: connection.close()
    networks = (*world.policy.permitted_networks, IPv6Network("fd00::/8"))
    door = world.door(permitted_networks=networks)
    found = {
        url: door.look(url, vantage="berlin").outcome
        for url in (
            "http://gone.test/",
            "http://servfail.test/",
            "http://empty.test/",
            "http://closed.test/",
            "http://moa.test/hangup",
            "http://six.test/",
        )
    }
    assert list(found.values()) == [
        "name_not_found",
        "name_service_failed",
        "name_service_failed",
        "connect_failed",
        "connect_failed",
        "connect_failed",
    ]


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("image/jpeg", JPEG, "media"),
        ("application/octet-stream", JPEG, "media"),
        ("text/html", JPEG, "media"),
        ("", JPEG, "media"),
        ("video/mp4", b"\0\0\0\x18ftypmp42" + b"good", "media"),
        ("image/jpeg", b"no picture at all, good", "media"),
        ("image/jpeg", PAGE, "page"),
        ("image/svg+xml", b"<svg></svg>", "page"),
        ("application/octet-stream", b"unknown bytes", "page"),
    ],
)
def test_media_is_known_by_its_bytes(
    world: "World", content_type: str, body: bytes, kind: str
) -> None:
    world.plays("/f", body, Content_Type=content_type)
    seen = world.door().look("http://moa.test/f", vantage="seoul")
    assert (seen.fingerprint is not None) == (kind == "media")
    assert (seen.page is not None) == (kind == "page")


def test_media_that_cannot_be_read_says_so_and_nothing_of_it_is_kept(world: "World") -> None:
    world.plays("/f", JPEG[:-4] + b"bad", Content_Type="image/jpeg")
    seen = world.door().look("http://moa.test/f", vantage="seoul")
    assert (seen.outcome, seen.reason, seen.fingerprint) == ("answered", "media:not_media", None)
    expected = world.door().look("http://moa.test/f", vantage="seoul", expect="media")
    assert expected.reason == "media:not_media"
    assert "\\x01" not in repr(seen)


def test_robots_are_obeyed_asked_once_and_fail_closed(world: "World") -> None:
    robots = b"User-agent: *\nDisallow: /private/\n"
    world.plays("/robots.txt", robots)
    world.plays("/", PAGE)
    door = world.door(obey_robots=True)
    refused = door.look("http://moa.test/private/1", vantage="seoul")
    assert (refused.outcome, refused.reason) == ("refused", "robots")
    assert door.look("http://moa.test/", vantage="seoul").status == 200
    assert world.stage.paths == ["/robots.txt", "/"]
    world.plays("/robots.txt", b"", "503 Busy")
    closed = world.door(obey_robots=True).look("http://moa.test/", vantage="seoul")
    assert (closed.outcome, closed.reason) == ("refused", "robots_unavailable")
    world.plays("/robots.txt", b"", "404 No")
    assert world.door(obey_robots=True).look("http://moa.test/", vantage="seoul").status == 200
    world.redirects("/robots.txt", "http://169.254.169.254/")
    assert world.door(obey_robots=True).look("http://moa.test/", vantage="seoul").status == 200


def test_a_host_that_is_gone_is_not_hidden_behind_its_robots(world: "World") -> None:
    seen = world.door(obey_robots=True).look("http://gone.test/", vantage="seoul")
    assert seen.outcome == "name_not_found"


def test_too_many_looks_at_one_host_are_refused_not_queued_forever(world: "World") -> None:
    door = world.door(per_host_rate=0.01, burst=2)
    reasons = [door.look("http://moa.test/", vantage="seoul").reason for _ in range(3)]
    assert reasons == ["", "", "rate"]
    assert len(world.stage.requests) == 2


def test_an_observation_survives_json(world: "World") -> None:
    world.plays("/p", PAGE, Age="3")
    world.plays("/f", JPEG)
    door = world.door()
    for url in ("http://moa.test/p", "http://moa.test/f", "file:///x", "http://gone.test/"):
        seen = door.look(url, vantage="seoul")
        assert Observation.from_json(seen.to_json()) == seen
    slim = door.look("http://moa.test/p", vantage="seoul").slim()
    assert slim.page is not None
    assert (slim.page.media, slim.page.media_count) == ((), 1)


def test_a_look_at_a_page_costs_little(world: "World") -> None:
    rows = b"".join(b"<li><a href=/p/%d>Post %d of the day</a>" % (n, n) for n in range(60))
    world.plays("/p", PAGE + rows)
    door = world.door()
    door.look("http://moa.test/p", vantage="seoul")
    started = time.thread_time()
    for _ in range(20):
        door.look("http://moa.test/p", vantage="seoul")
    assert (time.thread_time() - started) / 20 < 0.006  # 3 ms is the aim; room for a busy machine
