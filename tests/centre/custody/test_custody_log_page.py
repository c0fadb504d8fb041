"""Jeong reads the log and checks its chain; Oh the operator reads it without case names."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from ansim.centre.access.services import create_staff
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.services import record
from tests.centre.doors import let_in

pytestmark = pytest.mark.django_db
PAGE = "/staff/custody"
PEOPLE = {"jeong": "supervisor", "oh": "operator", "park": "removal_officer"}


@pytest.fixture
def client_of(db) -> Callable[..., Client]:
    def client(name: str, language: str = "ko") -> Client:
        staff = create_staff(
            name, "still water runs deep", f"{name} 직원", name.title(), PEOPLE[name]
        )
        browser = Client()
        let_in(browser, staff)
        browser.cookies["ansim_lang"] = language
        return browser

    return client


@pytest.fixture
def case(db) -> Case:
    """여울-412, of which something was shown on 20 November late in the evening in Seoul."""
    made = Case.objects.create(
        reference="여울-412", opened_at=datetime(2026, 11, 20, tzinfo=UTC), channel="web"
    )
    record("link.shown", actor_kind="person", obj=made, case=made, fields=["url"],
           at=datetime(2026, 11, 20, 14, 30, tzinfo=UTC))  # fmt: skip
    record("bank.imported", actor_kind="operator", at=datetime(2026, 11, 20, 15, 30, tzinfo=UTC))
    return made


def text(response) -> str:
    return response.content.decode()


def rows(page: str) -> int:
    return page.count('<th scope="row">')


def test_events_are_words_and_field_names_in_both_languages(client_of, case) -> None:
    jeong = client_of("jeong")
    page = text(jeong.get(PAGE))
    assert "전체 주소 열람" in page
    assert "지문 목록 가져옴" in page
    assert "여울-412" in page
    assert "url" in page
    jeong.cookies["ansim_lang"] = "en"
    english = text(jeong.get(PAGE))
    assert "Full address shown" in english
    assert "Yeoul-412" in english


def test_the_filter_finds_a_case_and_keeps_its_name_out_of_the_address(client_of, case) -> None:
    jeong = client_of("jeong", "en")
    answer = jeong.post(PAGE, {"action": "", "ref": "yeoul-412", "since": "", "until": ""})
    assert answer.status_code == 302
    assert str(case.pk) in answer["Location"]
    assert "412" not in answer["Location"].replace(str(case.pk), "")
    page = text(jeong.get(answer["Location"]))
    assert rows(page) == 1
    assert 'value="Yeoul-412"' in page


def test_days_are_days_in_seoul(client_of, case) -> None:
    jeong = client_of("jeong")
    assert rows(text(jeong.get(PAGE, {"since": "2026-11-20", "until": "2026-11-20"}))) == 1
    assert rows(text(jeong.get(PAGE, {"since": "2026-11-21", "until": "2026-11-21"}))) == 1
    assert rows(text(jeong.get(PAGE, {"action": "bank.imported"}))) == 1


def test_a_wrong_filter_keeps_what_was_typed(client_of, case) -> None:
    jeong = client_of("jeong", "en")
    given = {"action": "", "ref": "Nowhere-1", "since": "2026-11-21", "until": "2026-11-20"}
    page = text(jeong.post(PAGE, given))
    assert "<title>2 errors: Custody log" in page
    assert "There is no case with this reference." in page
    assert "The last day is before the first one." in page
    assert 'value="Nowhere-1"' in page
    assert 'value="2026-11-21"' in page


def test_the_chain_is_verified_with_its_count_and_a_break_is_named(client_of, case) -> None:
    jeong = client_of("jeong", "en")
    count = CustodyEvent.objects.count()
    done = text(jeong.post("/staff/custody/verify", follow=True))
    assert f"The chain is whole: {count} records" in done
    event = CustodyEvent.objects.get(action="link.shown")
    forged = CustodyEvent(
        at=event.at, actor_kind="worker", action="link.shown", previous="f" * 64, digest="e" * 64
    )
    forged.save(force_insert=True)
    broken = text(jeong.post("/staff/custody/verify", follow=True))
    assert f"The chain is broken at record {forged.sequence}" in broken


def test_the_operator_reads_no_references_and_park_reads_nothing(client_of, case) -> None:
    oh = client_of("oh")
    page = text(oh.get(PAGE, {"case": str(case.pk)}))
    assert "여울" not in page
    assert "사건 번호</label>" not in page.replace("사건 번호로 찾기</label>", "")
    assert rows(page) > 2
    assert client_of("park").get(PAGE).status_code == 403
