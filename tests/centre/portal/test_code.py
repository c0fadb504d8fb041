"""The way in by code: the same answer for every wrong one, and not endlessly many."""

import pytest
from django.test import Client

from ansim.centre.access.models import Staff
from ansim.vault import show
from tests.centre.doors import let_in
from tests.centre.portal.people import NOON, Known, code_on, draft_in, title_of

NO_MATCH = "번호가 맞지 않아요. 다시 적어 주세요"


@pytest.mark.parametrize("spaced", [False, True])
def test_jiwoo_comes_in_with_or_without_spaces(jiwoo: Known, *, spaced: bool) -> None:
    client = Client()
    client.post("/code", {"code": show(jiwoo.code) if spaced else jiwoo.code})
    assert client.get("/mine").status_code == 200


@pytest.mark.parametrize("wrong", ["", "12", "1111 2222 3333 4444 5555", "열두 자리", "9" * 200])
def test_every_wrong_code_gets_the_same_answer_and_stays(jiwoo: Known, wrong: str) -> None:
    page = Client().post("/code", {"code": wrong})
    assert NO_MATCH in page.content.decode()
    assert title_of(page) == "오류 1개: 접수번호로 들어가기 | 안심"
    assert f'value="{wrong}"' in page.content.decode() or not wrong


def test_the_answer_in_english(jiwoo: Known) -> None:
    page = Client(headers={"accept-language": "en"}).post("/code", {"code": "1"})
    assert "That code does not match. Please try again" in page.content.decode()


def test_coming_in_signs_a_member_of_staff_out(jiwoo: Known, lee: Staff) -> None:
    client = Client()
    let_in(client, lee)
    client.post("/code", {"code": jiwoo.code})
    assert client.get("/mine").status_code == 200
    assert "_auth_user_id" not in client.session


def sent_client() -> Client:
    client = Client(headers={"accept-language": "ko"})
    page = client.get("/report/1")
    for number in range(1, 5):
        page = client.post(
            f"/report/{number + 1}", {"draft": draft_in(page), "step": number, "do": "skip"},
            follow=True,
        )
    page = client.post(
        "/report/6", {"draft": draft_in(page), "step": 5, "do": "next", "consent": ["hold"]}, follow=True
    )
    client.post("/report/send", {"draft": draft_in(page), "step": 6, "do": "next"})
    return client


@pytest.fixture
def fresh(lee: Staff) -> Client:
    """Somebody who has just sent a report."""
    return sent_client()


def test_the_code_is_shown_until_it_is_typed_back(fresh: Client) -> None:
    code = code_on(fresh.get("/report/code").content.decode())
    assert len(code) == 20
    wrong = fresh.post("/report/code", {"code": "1234 5678"})
    assert NO_MATCH in wrong.content.decode()
    assert "1234 5678" in wrong.content.decode()
    assert code_on(fresh.get("/report/code").content.decode()) == code
    assert fresh.post("/report/code", {"code": show(code)}).headers["Location"] == "/mine"
    assert fresh.get("/report/code").headers["Location"] == "/mine"
    assert "번호가 맞아요" in fresh.get("/mine").content.decode()


def test_typing_it_back_is_noted(fresh: Client) -> None:
    from ansim.centre.cases.models import Receipt

    code = code_on(fresh.get("/report/code").content.decode())
    assert Receipt.objects.get().typed_back_at is None
    fresh.post("/report/code", {"code": code})
    assert Receipt.objects.get().typed_back_at == NOON


def test_the_code_is_in_no_address_and_not_in_the_database(fresh: Client) -> None:
    from django.contrib.sessions.models import Session

    code = code_on(fresh.get("/report/code").content.decode())
    for session in Session.objects.all():
        assert code not in str(session.get_decoded())


def test_the_plain_page_has_the_number_and_no_name_of_the_centre(fresh: Client) -> None:
    page = fresh.get("/report/code/print").content.decode()
    assert len(code_on(page)) == 20
    assert "가람시" not in page
    assert "도움" not in page


def test_someone_elses_code_page_is_not_shown(fresh: Client, jiwoo: Known) -> None:
    assert Client().get("/report/code").headers["Location"] == "/code"
    assert jiwoo.client().get("/report/code").headers["Location"] == "/mine"


def test_leaving_ends_everything(jiwoo: Known) -> None:
    client = jiwoo.client()
    response = client.get("/exit")
    assert "cookies" in response.headers["Clear-Site-Data"]
    assert client.get("/mine").headers["Location"] == "/code"


def test_a_person_who_is_in_is_led_to_their_pages_from_the_first_page(jiwoo: Known) -> None:
    assert 'href="/mine"' in jiwoo.client().get("/").content.decode()
    assert 'href="/code"' in Client().get("/").content.decode()
