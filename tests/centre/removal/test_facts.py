"""What a look proves beside its answer, in words."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from ansim.centre.removal.facts import facts_of
from ansim.fetching import Observation
from ansim.fetching.facts import Timings, TlsFacts


def told(language: str = "en", **given) -> str:
    fields = {"outcome": "answered", "status": 200, "seconds": 0.25} | given
    seen = Observation(
        url="https://a.test/secret", final_url="https://a.test/secret", vantage="seoul",
        country="KR", at=datetime(2026, 11, 22, tzinfo=UTC), **fields,
    )  # fmt: skip
    with override(language):
        return " · ".join(facts_of(seen))


def test_name_server_certificate_robots_and_time() -> None:
    said = told(
        peer="203.0.113.7", resolved=("203.0.113.7", "203.0.113.8"), dns="noerror",
        robots="allowed", redirects=("https://a.test/secret-2",),
        tls=TlsFacts(
            version="TLSv1.3", issuer=r"CN=R11,O=Let\, us encrypt,C=US",
            not_after="2027-02-01T00:00:00+00:00",
        ),
        timings=Timings(first_byte=0.12, total=0.25),
    )  # fmt: skip
    assert said == (
        "1 redirect · server 203.0.113.7 and 1 more · TLSv1.3, certificate of Let, us encrypt, "
        "valid until Mon 1 Feb 2027 · robots.txt allows it · "
        "took 0.25 s, first byte after 0.12 s"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"outcome": "name_not_found", "dns": "nxdomain"}, "NXDOMAIN"),
        ({"outcome": "name_service_failed", "dns": "servfail"}, "SERVFAIL"),
        (
            {"outcome": "tls_failed", "tls": TlsFacts(error="expired")},
            "인증서 오류: 유효 기간 지남",
        ),
        ({"robots": "overridden"}, "기록된 사유로"),
    ],
)
def test_failures_are_told_apart(given, words) -> None:
    assert words in told("ko", **given)


def test_no_address_of_the_link_is_among_them() -> None:
    said = told(
        outcome="refused", reason="special_address", redirects=("https://a.test/secret",),
        tls=TlsFacts(version="TLSv1.3", subject="CN=a.test"),
    )  # fmt: skip
    assert "secret" not in said
    assert "a.test" not in said


def test_an_unreadable_certificate_and_an_unknown_code_do_no_harm() -> None:
    assert "TLSv1.2" in told(tls=TlsFacts(version="TLSv1.2", not_after="soon", issuer="?"))
    assert told(dns="of_tomorrow", robots="of_tomorrow") == "took 0.25 s"


def test_no_look_is_said_to_have_taken_no_time() -> None:
    assert told(seconds=0.004) == "took less than 0.01 s"
