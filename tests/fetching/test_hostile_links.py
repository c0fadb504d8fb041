"""Links that try to get behind the gate: every one is refused, and nothing is opened for any."""

from typing import TYPE_CHECKING

import pytest

from ansim.fetching import Endpoint
from ansim.fetching.refusals import REFUSALS

if TYPE_CHECKING:
    from tests.fetching.conftest import World

HOSTILE = [
    ("", "malformed"),
    ("   ", "malformed"),
    ("moa", "malformed"),
    ("http://", "malformed"),
    ("http:///", "malformed"),
    ("//moa.test/", "malformed"),
    ("http://mo a.test/", "malformed"),
    ("http://a..b.test/", "malformed"),
    ("http://" + "a" * 64 + ".test/", "malformed"),
    ("http://256.1.1.1/", "malformed"),
    ("http://[::1/", "malformed"),
    ("http://[fe80::1%25eth0]/", "malformed"),
    ("http://moa.test:99999/", "malformed"),
    ("http://-moa.test/", "malformed"),
    ("http://moa.test/" + "a" * 9000, "too_long"),
    ("http://moa.test/" + "\u00e9" * 3000, "too_long"),
    ("http://moa\t.test/", "control_character"),
    ("http://moa.test/a\nHost: evil.test", "control_character"),
    ("http://moa.test/\x00", "control_character"),
    ("http://moa.test/\x7f", "control_character"),
    ("java\tscript:alert(1)", "control_character"),
    ("file:///etc/passwd", "bad_scheme"),
    ("ftp://moa.test/", "bad_scheme"),
    ("gopher://moa.test:80/_GET", "bad_scheme"),
    ("javascript:alert(1)", "bad_scheme"),
    ("data:text/html,x", "bad_scheme"),
    ("blob:http://moa.test/x", "bad_scheme"),
    ("ws://moa.test/", "bad_scheme"),
    ("dict://127.0.0.1:11211/", "bad_scheme"),
    ("view-source:http://moa.test/", "bad_scheme"),
    ("http://moa.test\\@127.0.0.1/", "backslash"),
    ("http:\\\\127.0.0.1\\", "backslash"),
    ("http://moa.test/a\\b", "backslash"),
    ("http://user@moa.test/", "userinfo"),
    ("http://user:secret@moa.test/", "userinfo"),
    ("http://@moa.test/", "userinfo"),
    ("http://:@moa.test/", "userinfo"),
    ("http:user@moa.test/", "userinfo"),
    ("http://moa.test@127.0.0.1/", "userinfo"),
    ("http://moa.test:8080/", "port"),
    ("http://moa.test:22/", "port"),
    ("https://moa.test:8443/", "port"),
    ("http://moa.test:0/", "port"),
    ("http://localhost/", "special_name"),
    ("http://LOCALHOST./", "special_name"),
    ("http://a.localhost/", "special_name"),
    ("http://router/", "special_name"),
    ("http://metadata.google.internal/", "special_name"),
    ("http://printer.local/", "special_name"),
    ("http://wiki.lan/", "special_name"),
    ("http://abc.onion/", "special_name"),
    ("http://1.0.0.127.in-addr.arpa/", "special_name"),
    ("http://ⓛocalhost/", "special_name"),
    ("http://%6cocalhost/", "special_name"),
    ("http://127.0.0.1/", "special_address"),
    ("http://127.0.0.1./", "special_address"),
    ("http://127.1/", "special_address"),
    ("http://2130706433/", "special_address"),
    ("http://0x7f000001/", "special_address"),
    ("http://0x7f.1/", "special_address"),
    ("http://0177.0.0.1/", "special_address"),
    ("http://017700000001/", "special_address"),
    ("http://①②⑦.0.0.1/", "special_address"),
    ("http://%31%32%37.0.0.1/", "special_address"),
    ("http://127\u30020\u30020\u30021/", "special_address"),
    ("http:127.0.0.1", "special_address"),
    ("http:/127.0.0.1/", "special_address"),
    ("http://0/", "special_address"),
    ("http://0.0.0.0/", "special_address"),
    ("http://10.0.0.1/", "special_address"),
    ("http://100.64.0.1/", "special_address"),
    ("http://169.254.169.254/latest/meta-data/", "special_address"),
    ("http://172.16.0.1/", "special_address"),
    ("http://192.168.0.1/", "special_address"),
    ("http://224.0.0.1/", "special_address"),
    ("http://255.255.255.255/", "special_address"),
    ("http://[::1]/", "special_address"),
    ("http://[::]/", "special_address"),
    ("http://[::ffff:127.0.0.1]/", "special_address"),
    ("http://[::ffff:7f00:1]/", "special_address"),
    ("http://[::127.0.0.1]/", "special_address"),
    ("http://[64:ff9b::7f00:1]/", "special_address"),
    ("http://[2002:7f00:1::]/", "special_address"),
    ("http://[fd00:ec2::254]/", "special_address"),
    ("http://[fe80::1]/", "special_address"),
    ("http://rebound.test/", "special_address"),
    ("http://half.test/", "special_address"),
    ("http://mapped.test/", "special_address"),
    ("http://nonsense.test/", "special_address"),
]


@pytest.mark.parametrize("sandbox", [True, False])
def test_hostile_links_are_refused_with_a_sentence_and_open_nothing(
    world: "World", *, sandbox: bool
) -> None:
    port = world.stage.port
    inside = Endpoint("127.0.0.1", port)
    world.names.answers |= {
        "rebound.test": [Endpoint("10.0.0.1", 80)],
        "half.test": [inside, Endpoint("169.254.169.254", 80)],
        "mapped.test": [Endpoint("::ffff:127.0.0.1", port)],
        "nonsense.test": [Endpoint("127.0.0.1 ", port)],
    }
    # Ports 80 and the server's own: without the gate the literal addresses would be answered.
    networks = world.policy.permitted_networks if sandbox else ()
    door = world.door(allowed_ports=(80, 443, port), permitted_networks=networks)
    hostile = [*HOSTILE, (f"http://127.0.0.1:{port}/", "special_address")]
    hostile.append((f"http://[::ffff:127.0.0.1]:{port}/", "special_address"))
    for url, reason in hostile:
        seen = door.look(url, vantage="seoul")
        assert (seen.outcome, seen.reason) == ("refused", reason), (url, seen)
        assert seen.status is None
        for language in ("ko", "en"):
            assert len(seen.refusal_sentence(language)) > 15, url
    assert world.stage.connections == []
    assert len(hostile) > 80


@pytest.mark.parametrize("permitted", [True, False])
def test_production_never_dials_a_special_answer_of_the_resolver(
    world: "World", *, permitted: bool
) -> None:
    networks = world.policy.permitted_networks if permitted else ()
    seen = world.door(permitted_networks=networks).look("http://moa.test/", vantage="seoul")
    assert seen.outcome == ("answered" if permitted else "refused")
    assert len(world.stage.connections) == (1 if permitted else 0)


def test_every_refusal_has_its_own_sentence_in_both_languages() -> None:
    for language in ("ko", "en"):
        sentences = {kind().sentence(language) for kind in REFUSALS.values()}
        assert len(sentences) == len(REFUSALS)
