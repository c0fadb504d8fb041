"""How often a code may be tried: by address, by code and overall, and what guessing would take."""

from dataclasses import replace

import pytest
from django.test import Client

from ansim.centre.portal import door, limits, puzzles
from ansim.centre.portal.limits import CODES, REPORTS, Rule, TooManyTries, Width
from ansim.centre.portal.models import Try
from tests.centre.portal.people import NOON, Known

HERE, THERE = "203.0.113.7", "203.0.113.8"
ONION = "127.0.0.1"
pytestmark = pytest.mark.django_db


def wrong(times: int, address: str = HERE, *, rule: Rule = CODES, work: int = 0) -> None:
    for _ in range(times):
        limits.begin(rule, address, work=work, now=NOON)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Rule:
    """Codes with narrow limits: three plain, six with work."""
    rule = replace(CODES, plain=Width(3, 4), worked=Width(5, 6))
    monkeypatch.setattr(limits, "CODES", rule)
    return rule


def test_ten_thousand_live_codes_stand_for_more_than_a_million_years() -> None:
    assert limits.years_to_guess(10_000) > 1_000_000
    assert CODES.worked.overall >= CODES.plain.overall
    assert CODES.worked.overall * 4 * 24 * 366 * 1_000_000 < 10**20 / 10_000


def test_the_sum_is_about_what_is_enforced(narrow: Rule) -> None:
    work = narrow.bits_at(10**6)
    wrong(narrow.worked.overall, ONION, rule=narrow, work=work)
    with pytest.raises(TooManyTries):
        limits.begin(narrow, ONION, work=work, now=NOON)


def test_too_many_tries_from_one_address_have_to_wait_and_others_do_not(jiwoo: Known) -> None:
    for _ in range(CODES.plain.address):
        Client().post("/code", {"code": "1"}, REMOTE_ADDR=HERE)
    page = Client(headers={"accept-language": "ko"}).post(
        "/code", {"code": jiwoo.code}, REMOTE_ADDR=HERE
    )
    assert page.status_code == 429
    assert "15분 뒤에 다시 적거나 전화해 주세요" in page.content.decode()
    assert jiwoo.code in page.content.decode()
    assert Client().post("/code", {"code": jiwoo.code}, REMOTE_ADDR=THERE).status_code == 302


def test_a_whole_ipv6_network_counts_as_one_address() -> None:
    for number in range(CODES.plain.address):
        limits.begin(CODES, f"2001:db8:1:2::{number:x}", work=0, now=NOON)
    with pytest.raises(TooManyTries):
        limits.begin(CODES, "2001:db8:1:2:ffff::1", work=0, now=NOON)
    limits.begin(CODES, "2001:db8:1:3::1", work=0, now=NOON)


def test_work_widens_the_limit_of_an_address() -> None:
    wrong(CODES.plain.address)
    with pytest.raises(TooManyTries):
        limits.begin(CODES, HERE, work=CODES.bits - 1, now=NOON)
    limits.begin(CODES, HERE, work=CODES.bits, now=NOON)


def test_a_right_code_is_not_counted_and_a_wrong_one_is(jiwoo: Known) -> None:
    Client().post("/code", {"code": jiwoo.code})
    assert not Try.objects.filter(counts=True).exists()
    Client().post("/code", {"code": "1"})
    assert Try.objects.filter(counts=True).count() == 1


def test_one_code_is_looked_up_only_so_often(jiwoo: Known) -> None:
    for number in range(CODES.code):
        assert door.try_code(jiwoo.code, f"198.51.100.{number}", "", "", now=NOON) is not None
    with pytest.raises(TooManyTries):
        door.try_code(jiwoo.code, "198.51.100.99", "", "", now=NOON)


def test_a_flood_from_everywhere_leaves_a_way_in_for_those_who_show_work(
    jiwoo: Known, narrow: Rule
) -> None:
    for number in range(narrow.plain.overall):
        limits.begin(narrow, f"198.51.100.{number}", work=0, now=NOON)
    client = Client(headers={"accept-language": "ko"})
    refused = client.post("/code", {"code": jiwoo.code}, REMOTE_ADDR=HERE)
    assert refused.status_code == 429
    puzzle = refused.context["puzzle"]
    answer = puzzles.solve(puzzle)
    let_in = client.post(
        "/code", {"code": jiwoo.code, "puzzle": puzzle, "answer": answer}, REMOTE_ADDR=HERE
    )
    assert let_in.headers["Location"] == "/mine"


def test_the_work_grows_with_the_crowd() -> None:
    quiet, busy, flood = (CODES.bits_at(tries) for tries in (0, 150, 3000))
    assert (quiet, busy, flood) == (10, 12, 16)
    asked = [CODES.bits_at(tries) for tries in range(0, 3001, 50)]
    assert asked == sorted(asked)


def test_yesterdays_easy_work_does_not_help_in_a_flood(narrow: Rule) -> None:
    wrong(narrow.plain.overall, ONION, rule=narrow)
    with pytest.raises(TooManyTries):
        limits.begin(narrow, ONION, work=narrow.bits, now=NOON)


def test_waiting_ends_the_wait(narrow: Rule) -> None:
    wrong(narrow.plain.overall, ONION, rule=narrow)
    with pytest.raises(TooManyTries, match="15"):
        limits.begin(narrow, ONION, work=0, now=NOON)
    limits.begin(narrow, ONION, work=0, now=NOON + narrow.window)


def test_a_refused_try_does_not_prolong_the_wait(narrow: Rule) -> None:
    wrong(narrow.plain.overall, ONION, rule=narrow)
    for _ in range(3):
        with pytest.raises(TooManyTries):
            limits.begin(narrow, ONION, work=0, now=NOON)
    assert Try.objects.count() == narrow.plain.overall


def test_an_onion_service_is_not_one_address(narrow: Rule) -> None:
    wrong(narrow.plain.address, ONION, rule=narrow)
    limits.begin(narrow, ONION, work=0, now=NOON)


def test_no_address_and_no_code_is_written_down(jiwoo: Known) -> None:
    Client().post("/code", {"code": jiwoo.code}, REMOTE_ADDR=HERE)
    row = Try.objects.get()
    lookup = bytes(jiwoo.case.receipt.lookup).hex()
    for secret in (HERE, jiwoo.code, lookup):
        assert secret not in f"{row.address_digest} {row.code_digest} {row.kind}"
    limits.begin(CODES, THERE, work=0, now=NOON + CODES.window)
    assert Try.objects.count() == 1


def test_reports_are_limited_apart_from_codes() -> None:
    wrong(CODES.plain.address)
    wrong(REPORTS.plain.address, rule=REPORTS)
    with pytest.raises(limits.TooManyReports):
        limits.begin(REPORTS, HERE, work=0, now=NOON)
