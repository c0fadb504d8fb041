"""One draft, one case: what rests until it is sent, and what arrives."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client

from ansim.centre import clock
from ansim.centre.cases.keyring import find_receipt, sealed_key_for_person
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import read_story
from ansim.centre.portal import resting, sending
from ansim.centre.portal.draft import LIFE, DraftLost
from tests.centre.portal.jiwoo import SECRET_WORDS, Jiwoo
from tests.centre.portal.people import KOREAN, NOON, code_on, draft_in, title_of

pytestmark = pytest.mark.usefixtures("lee")


def test_everything_that_was_told_arrives_sealed() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    response = jiwoo.send()
    assert (response.status_code, response.headers["Location"]) == (303, "/report/code")
    page = jiwoo.client.get("/report/code").content.decode()
    found = find_receipt(code_on(page))
    assert found is not None
    case, private = found
    story = read_story(case, key=sealed_key_for_person(case, private), reader=None, now=NOON)
    assert story.story == SECRET_WORDS
    assert story.contact == {"phone": "010-0000-0000", "code_word": "바다"}
    assert (case.standing, case.age, case.relation) == ("self", "twenties", "partner")
    assert set(case.flags) == {"danger_now", "threat_deadline"}
    assert case.threat_deadline is not None
    assert case.threat_deadline.isoformat() == "2026-11-27T09:00:00+00:00"
    assert case.keywords == ["blue_fox", "아무 제목"]
    assert [one.url for one in case.sightings.all()] == ["https://forum.example.com/t/1"]
    assert {one.purpose for one in case.consents.all()} == {"hold", "search"}


def test_before_it_is_sent_the_server_has_what_only_the_browser_opens() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    assert not Case.objects.exists()
    kept = Session.objects.get().get_decoded()
    assert set(kept) == {resting.KEY, "seen_at"}
    (sealed,) = kept[resting.KEY].values()
    assert SECRET_WORDS not in str(kept)
    with pytest.raises(DraftLost):
        sending.open_draft(sealed, bytes(32), clock.now())
    secret = bytes.fromhex(jiwoo.client.cookies["ansim_d"].value)
    assert SECRET_WORDS in str(sending.open_draft(sealed, secret, clock.now()).answers)


def test_it_rests_no_longer_than_the_report() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.send()
    assert resting.KEY not in str(Session.objects.get().get_decoded())


def test_leaving_takes_it_along() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.client.get("/exit")
    assert not Session.objects.exists()


def test_back_forward_and_reload_ask_for_the_page_anew() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    there = jiwoo.page.request["PATH_INFO"], jiwoo.page.request["QUERY_STRING"]
    for number in (1, 3, 5):
        page = jiwoo.client.get(f"/report/{number}?{there[1]}")
        assert f"({number}/6)" in title_of(page)
        assert "no-store" in page.headers["Cache-Control"]
    assert SECRET_WORDS in jiwoo.client.get(f"/report/3?{there[1]}").content.decode()


def test_another_mark_or_another_browser_shows_nothing() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    mark = jiwoo.page.request["QUERY_STRING"]
    for client, query in ((jiwoo.client, "d=" + "0" * 16), (Client(), mark), (jiwoo.client, "d=x")):
        page = client.get(f"/report/3?{query}", follow=True)
        assert "(1/6)" in title_of(page)
        assert SECRET_WORDS not in page.content.decode()


def test_two_windows_do_not_mix() -> None:
    jiwoo = Jiwoo()
    jiwoo.press(standing="self")
    first = jiwoo.page.request["QUERY_STRING"]
    jiwoo.page, jiwoo.at = jiwoo.client.get("/report/1"), 1
    jiwoo.press("skip")
    jiwoo.press("skip")
    jiwoo.press(story=SECRET_WORDS)
    assert SECRET_WORDS not in jiwoo.client.get(f"/report/3?{first}").content.decode()


def test_a_session_that_ended_loses_nothing_of_an_open_page() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press("skip")
    Session.objects.all().delete()
    jiwoo.press(story=SECRET_WORDS)
    assert jiwoo.at == 4
    jiwoo.press("back", target=3)
    assert SECRET_WORDS in jiwoo.text


def test_pressing_send_twice_makes_one_case_and_one_code() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    last_page = jiwoo.page
    jiwoo.send()
    first = jiwoo.client.get("/report/code").content
    jiwoo.page = last_page
    jiwoo.send()
    again = jiwoo.client.get("/report/code").content
    assert Case.objects.count() == 1
    assert code_on(first.decode()) == code_on(again.decode())


def test_a_changed_draft_starts_again_with_one_sentence() -> None:
    jiwoo = Jiwoo()
    sealed = draft_in(jiwoo.page)
    page = jiwoo.client.post(
        "/report/2", {"draft": sealed[:-6] + "AAAA==", "step": 1, "do": "next"}
    )
    assert page.status_code == 400
    assert "처음부터 시작해야 해요. 보낸 것은 없어요." in page.content.decode()


def test_another_browser_cannot_go_on_with_it() -> None:
    sealed = draft_in(Jiwoo().page)
    other = Jiwoo()
    page = other.client.post("/report/2", {"draft": sealed, "step": 1, "do": "next"})
    assert page.status_code == 400


def test_after_twelve_hours_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    jiwoo = Jiwoo("en")
    monkeypatch.setattr("ansim.centre.clock.now", lambda: NOON + LIFE + timedelta(minutes=1))
    page = jiwoo.client.post("/report/2", {"draft": draft_in(jiwoo.page), "step": 1, "do": "next"})
    assert "More than 12 hours have passed" in page.content.decode()


def test_a_page_in_the_middle_without_a_draft_leads_to_the_first() -> None:
    client = Client(headers=KOREAN)
    page = client.get("/report/4", follow=True)
    assert page.redirect_chain == [("/report/1", 302)]
    assert "브라우저에서 ‘뒤로’를 누르세요" in page.content.decode()
    assert client.get("/report/7").status_code == 404


def test_what_cannot_be_kept_now_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()

    def locked(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr("ansim.centre.portal.sending.take_in", locked)
        jiwoo.page = jiwoo.send()
    assert "지금은 접수하지 못했어요. 적은 내용은 그대로 있어요." in jiwoo.text
    assert jiwoo.send().status_code == 303


def test_without_any_counsellor_the_person_is_not_told_of_commands(lee) -> None:
    lee.is_active = False
    lee.save()
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.page = jiwoo.send()
    assert "지금은 접수하지 못했어요" in jiwoo.text
    assert "ansim staff add" not in jiwoo.text
