"""A notice is valid for its regime field by field, and says no more than it must."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ansim.notices import (
    MEDIA_COPY,
    LetterMissing,
    MalformedFacts,
    NoRoute,
    Notice,
    NoticeFacts,
    PriorAsk,
    Recipient,
    RegimeNotInForce,
    Registry,
    Route,
    build_notice,
)
from ansim.notices.letters import LETTERS

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
Build = Callable[..., Notice]


def failing(notice: Notice) -> set[str]:
    return {check.name for check in notice.fields if not check.ok}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("letter", LETTERS.names())
@pytest.mark.parametrize("harm", ["ncii", "deepfake", "csam", "personal_data"])
@pytest.mark.parametrize("basis", ["consent", "law:kr_vpa_7_3_3"])
def test_every_letter_is_whole(
    build: Build, letter: str, language: str, harm: str, basis: str
) -> None:
    asked = PriorAsk({"ko": "게시판 B", "en": "Board B"}, NOW - timedelta(days=2), "nothing")
    notice = build(letter=letter, language=language, harm=harm, basis=basis, prior=(asked,))
    assert re.fullmatch(r"\[R-7F3K2\] [^:/@<>{}]+", notice.subject)
    lines = notice.body.splitlines()
    # A list of fingerprints and its recall name no address; the list itself follows the letter.
    told = letter not in {"hash_list", "hash_recall"}
    assert ("https://video.test/watch/81" in lines) == told
    assert ("https://cdn.video.test/f/81.mp4" in lines) == told
    assert ("PDQ " + "ab" * 32 in lines) == told
    assert told or "http" not in notice.body
    assert not re.search(r"[{}]|\n\n\n|None|consent\b.*\blaw:", notice.body)
    assert "porn" not in notice.body.lower()
    centre = "가람시 디지털안심센터" if language == "ko" else "Garam Digital Safety Centre"
    assert centre in notice.body
    if basis != "consent":
        assert ("제7조의3 제3항" if language == "ko" else "art. 7-3(3)") in notice.body


@pytest.mark.parametrize("letter", ["host_escalation", MEDIA_COPY])
def test_an_escalation_says_who_was_asked_and_what_came(build: Build, letter: str) -> None:
    asked = PriorAsk(
        {"ko": "게시판 B", "en": "Board B"}, datetime(2026, 11, 18, 9, tzinfo=UTC), "refused"
    )
    english = build(letter=letter, prior=(asked,)).body
    assert "18 November 2026, 09:00 (UTC+00:00) - Board B: the request was refused." in english
    assert "Who was asked" not in build(letter=letter).body
    korean = build(letter=letter, language="ko", prior=(asked,)).body
    assert "게시판 B: 거절했습니다." in korean


def test_the_deadline_is_in_the_letter(build: Build) -> None:
    assert "48 hours" in build("us_take_it_down").body
    assert "48시간 안에" in build("us_take_it_down", "ko").body
    assert "지체 없이" in build("kr_tba_22_5", "ko").body
    assert "hours" not in build("eu_dsa_16").body


@pytest.mark.parametrize(
    ("regime", "change", "field"),
    [
        ("us_take_it_down", {"signature": "  "}, "signature"),
        ("us_take_it_down", {"item_urls": ()}, "identification"),
        ("us_take_it_down", {"item_kind": {"ko": "", "en": ""}}, "identification"),
        ("us_take_it_down", {"statement_of_good_faith": False}, "good_faith"),
        ("us_take_it_down", {"centre_email": "nowhere"}, "contact"),
        ("us_take_it_down", {"basis": ""}, "basis"),
        ("us_take_it_down", {"basis": "law:of_the_sea"}, "basis"),
        ("eu_dsa_16", {"seen_at": NOW + timedelta(hours=1)}, "explanation"),
        ("eu_dsa_16", {"item_urls": ("video.test/watch/81",)}, "exact_urls"),
        ("eu_dsa_16", {"item_urls": ("https://",)}, "exact_urls"),
        ("eu_dsa_16", {"item_urls": ("https://video.test/a b",)}, "exact_urls"),
        ("eu_dsa_16", {"centre_name": {"ko": "", "en": ""}}, "notifier_name"),
        ("eu_dsa_16", {"centre_email": ""}, "notifier_email"),
        ("eu_dsa_16", {"statement_of_good_faith": False}, "bona_fide"),
        ("kr_tba_22_5", {"centre_name": {}}, "organisation_name"),
        ("kr_tba_22_5", {"designated_body": False}, "standing"),
        ("kr_tba_22_5", {"centre_email": ""}, "contact"),
        ("kr_tba_22_5", {"request_kind": "report"}, "request_kind"),
        ("kr_tba_22_5", {"harm": "personal_data"}, "reason"),
        ("kr_tba_22_5", {"item_urls": ()}, "target_urls"),
        ("kr_tba_22_5", {"statement_of_good_faith": False}, "confirmation"),
    ],
)
def test_a_missing_field_is_named_and_mended(
    build: Build, regime: str, change: dict[str, Any], field: str
) -> None:
    assert build(regime).ready
    notice = build(regime, **change)
    assert failing(notice) == {field}
    assert not notice.ready
    check = next(check for check in notice.fields if check.name == field)
    assert all(check.label[language] and check.why[language] for language in ("ko", "en"))


def test_dsa_asks_no_name_for_child_material(build: Build) -> None:
    nameless: dict[str, Any] = {"centre_name": {"ko": "", "en": ""}, "centre_email": ""}
    assert failing(build("eu_dsa_16", **nameless)) == {"notifier_name", "notifier_email"}
    assert build("eu_dsa_16", harm="csam", basis="law:kr_vpa_7_3_3", **nameless).ready


def test_no_field_of_the_facts_can_hold_a_name_or_a_file() -> None:
    assert {field.name for field in fields(NoticeFacts)} == {
        "centre_name", "centre_email", "centre_phone", "designated_body", "request_ref",
        "item_urls", "item_kind", "harm", "basis", "pdq", "sha256", "seen_at",
        "statement_of_good_faith", "signature", "prior", "request_kind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"request_ref": "R-7\r\nBcc: all@video.test"}, "request_ref"),
        ({"item_urls": ("https://video.test/a\nhttps://innocent.test/",)}, "item_urls"),
        ({"signature": "head\u202eof"}, "signature"),
        ({"item_kind": {"ko": "글\n", "en": "post"}}, "item_kind"),
        ({"pdq": ("AB" * 32,)}, "pdq"),
        ({"sha256": ("ab" * 20,)}, "sha256"),
        ({"harm": "gossip"}, "harm"),
        ({"seen_at": datetime(2026, 11, 20, 9, 10)}, "seen_at"),
    ],
)
def test_malformed_facts_never_become_a_letter(
    facts: NoticeFacts, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(MalformedFacts) as caught:
        replace(facts, **change)
    assert field in caught.value.sentence("en")
    assert "video.test" not in caught.value.sentence("en")


def test_a_recipient_without_a_route_is_a_clear_error(
    registry: Registry, facts: NoticeFacts
) -> None:
    police = registry.recipient("kr_police_cyber")
    with pytest.raises(NoRoute) as caught:
        build_notice(facts, police, registry.regime(police.regime), now=NOW)
    assert "kr_police_cyber" in caught.value.sentence("en")
    assert "경로가 없습니다" in caught.value.sentence("ko")


def test_a_rule_that_does_not_hold_yet_cannot_be_used(
    registry: Registry, platform: Recipient, facts: NoticeFacts
) -> None:
    early = datetime(2026, 5, 18, 23, 59, tzinfo=UTC)
    rule = registry.regime("us_take_it_down")
    with pytest.raises(RegimeNotInForce, match="2026-05-18"):
        build_notice(facts, platform, rule, now=early)
    assert build_notice(facts, platform, rule, now=early + timedelta(minutes=1))


def test_the_route_decides_the_language_and_the_zone_the_hours(
    registry: Registry, platform: Recipient, facts: NoticeFacts, korean_route: Route
) -> None:
    rule = registry.regime("kr_network_44_2")
    board = replace(platform, routes=(*platform.routes, korean_route))
    assert build_notice(facts, board, rule, now=NOW).language == "en"
    notice = build_notice(facts, board, rule, now=NOW, language="ko", zone=ZoneInfo("Asia/Seoul"))
    assert notice.route == korean_route
    assert "2026년 11월 20일 09:10 (UTC+09:00)" in notice.body
    with pytest.raises(LetterMissing, match='"xx"'):
        build_notice(facts, board, rule, now=NOW, language="xx")


def test_a_legal_basis_counts_only_while_it_is_in_force(
    registry: Registry, platform: Recipient, facts: NoticeFacts
) -> None:
    rule = registry.regime("us_take_it_down")
    without_request = replace(facts, basis="law:kr_vpa_7_3_3")
    (basis,) = (each for each in registry.bases if each.code == "kr_vpa_7_3_3")
    for known, ready in (
        (basis, True),
        (replace(basis, status="enacted_not_commenced"), False),
        (replace(basis, effective_to=NOW.date() - timedelta(days=1)), False),
    ):
        notice = build_notice(without_request, platform, rule, now=NOW, bases=(known,))
        assert notice.ready is ready
