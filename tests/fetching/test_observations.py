"""An observation is kept for years: what an older or a newer Ansim wrote is read as well."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args

import pytest

from ansim.fetching import Observation
from ansim.fetching.facts import CERTIFICATE_ERRORS, Timings, TlsFacts, tls_facts
from ansim.fetching.pages import PageFeatures
from ansim.fetching.refusals import REFUSALS, Outcome
from ansim.fetching.resolving import DNS_FAILURES
from ansim.fetching.sentences import FAILURE_SENTENCES, REASON_SENTENCES

NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)


def observed(**changes: object) -> Observation:
    values: dict[str, object] = {
        "url": "http://moa.test/",
        "final_url": "http://moa.test/",
        "vantage": "seoul",
        "country": "KR",
        "at": NOON,
        "seconds": 0.1,
        "outcome": "answered",
    }
    return Observation(**(values | changes))  # type: ignore[arg-type]


FULL = observed(
    status=200,
    headers=(("server", "nginx"),),
    redirects=("http://moa.test/2",),
    page=PageFeatures("ab", 3, "00", links=("http://moa.test/3",), scores=(("w1", 0.5),)),
    resolved=("127.0.0.1",),
    dns="noerror",
    tls=TlsFacts("TLSv1.3", "TLS_AES_128_GCM_SHA256", subject="CN=moa.test", sha256="ab"),
    timings=Timings(resolve=0.01, connect=0.02, total=0.1),
    robots="overridden",
    robots_reason="kr_vpa_7_3_3",
)


def test_everything_survives_json_text() -> None:
    text = json.dumps(FULL.to_json())
    assert Observation.from_json(json.loads(text)) == FULL
    assert FULL.slim().page is not None
    assert Observation.from_json(json.loads(json.dumps(FULL.slim().to_json()))) == FULL.slim()


def test_old_data_without_the_new_fields_and_new_data_with_others_are_read() -> None:
    old = {
        "url": "http://moa.test/", "final_url": "http://moa.test/", "vantage": "seoul",
        "country": "KR", "at": "2026-11-22T03:00:00+00:00", "seconds": 0.1,
        "outcome": "answered", "reason": "", "status": 200, "redirects": [], "peer": "127.0.0.1",
        "content_type": "text/html", "bytes_read": 10, "headers": [["server", "nginx"]],
        "page": {
            "title_digest": "", "text_length": 3, "structure": "00", "links": [], "media": [],
            "asks_login": False, "captcha": False, "feed_items": [], "media_count": 0,
        },
        "fingerprint": None,
    }  # fmt: skip
    seen = Observation.from_json(old)
    assert (seen.dns, seen.resolved, seen.tls, seen.timings, seen.robots) == (
        "",
        (),
        None,
        None,
        "",
    )
    assert seen.headers == (("server", "nginx"),)
    newer = FULL.to_json() | {"colour": "green"}
    page, tls = newer["page"], newer["tls"]
    assert isinstance(page, dict)
    assert isinstance(tls, dict)
    newer |= {"page": page | {"smell": 1}, "tls": tls | {"ech": True}}
    assert Observation.from_json(newer) == FULL


@pytest.mark.parametrize("broken", [{"page": []}, {"tls": "x"}, {"at": "yesterday"}])
def test_data_of_another_form_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        Observation.from_json(FULL.to_json() | broken)


def test_an_observation_is_small() -> None:
    assert len(json.dumps(FULL.to_json())) < 2500
    assert {"body", "content", "text"}.isdisjoint(field.name for field in fields(Observation))


def test_every_reason_has_its_own_sentence_in_both_languages() -> None:
    exact = list(REASON_SENTENCES.values())
    for sentences in [*exact, *FAILURE_SENTENCES.values()]:
        assert set(sentences) == {"en", "ko"}
        assert sentences["en"].endswith(".")
        assert sentences["ko"].endswith(".")
    assert {outcome for outcome, _ in REASON_SENTENCES} <= set(get_args(Outcome))
    for code in set(DNS_FAILURES) - {"name_service"}:
        assert ("name_service_failed", code) in REASON_SENTENCES
    for code in set(CERTIFICATE_ERRORS.values()):
        assert ("tls_failed", code) in REASON_SENTENCES


def test_a_failure_is_told_as_exactly_as_it_is_known() -> None:
    expired = observed(outcome="tls_failed", reason="certificate", tls=TlsFacts(error="expired"))
    assert "expired" in expired.refusal_sentence()
    assert "만료" in expired.refusal_sentence("ko")
    odd = observed(outcome="tls_failed", reason="certificate", tls=TlsFacts(error="verify_7"))
    assert odd.refusal_sentence() == REASON_SENTENCES["tls_failed", "certificate"]["en"]
    unknown = observed(outcome="broken", reason="something_new")
    assert unknown.refusal_sentence("fr") == FAILURE_SENTENCES["broken"]["en"]
    assert observed().refusal_sentence() == ""
    for code in REFUSALS:
        assert observed(outcome="refused", reason=code).refusal_sentence("ko")


def test_a_certificate_that_cannot_be_read_is_a_fact_too() -> None:
    assert tls_facts("TLSv1.3", "X", b"not a certificate") == TlsFacts(
        "TLSv1.3", "X", error="unreadable"
    )
    assert tls_facts("", "", None, "expired") == TlsFacts(error="expired")
