"""Six pages, one draft, one case."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from ansim.centre import clock
from ansim.centre.cases.keyring import find_receipt, sealed_key_for_person
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import read_story
from ansim.centre.portal import resting, sending
from ansim.centre.portal.draft import LIFE, DraftLost
from tests.centre.portal.people import (
    ENGLISH,
    KOREAN,
    NOON,
    code_on,
    draft_in,
    picture,
    title_of,
)

pytestmark = pytest.mark.usefixtures("lee")
SECRET_WORDS = "그 사람이 집 앞에 와요"


class Jiwoo:
    """Goes through the report."""

    def __init__(self, language: str = "ko") -> None:
        self.client = Client(headers={"accept-language": language})
        self.page = self.client.get("/report/1")
        self.at = 1

    def press(
        self, do: str = "next", *, target: int | None = None, **typed: object
    ) -> HttpResponse:
        """Press a button of the page that is open."""
        number = self.at
        to = target if target is not None else min(number + 1, 6)
        sent = {"draft": draft_in(self.page), "step": number, "do": do, **typed}
        address = f"/report/{to}?{self.mark}"
        self.page = self.client.post(address, sent, follow=True)  # type: ignore[assignment]
        found = [n for n in range(1, 7) if f"({n}/6)" in title_of(self.page)]
        self.at = found[0] if found else 0
        return self.page

    def send(self) -> HttpResponse:
        """Press the last button."""
        sent = {"draft": draft_in(self.page), "step": 6, "do": "next"}
        return self.client.post("/report/send", sent)

    def to_the_end(self, **others: object) -> None:
        """Answer everything."""
        self.press(standing="self", age="twenties", gender="woman")
        self.press(url1="forum.example.com/t/1", url2="", place=["community"])
        self.press(harm=["threat"], story=SECRET_WORDS, keywords="blue_fox\n아무 제목")
        self.press(flag=["danger_now"], deadline="2026-11-27T18:00", relation="partner")
        self.press(way="sms", phone="010-0000-0000", code_word="바다", consent=["hold", "search"])
        assert self.at == 6, self.page.content.decode()

    @property
    def mark(self) -> str:
        """What the page's own form has in its address."""
        found = re.search(r'action="/report/\w+\?(d=[0-9a-f]{16})"', self.text)
        return found[1] if found else ""

    @property
    def text(self) -> str:
        return self.page.content.decode()


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


def test_every_question_may_be_skipped() -> None:
    jiwoo = Jiwoo()
    for _ in range(4):
        jiwoo.press("skip")
    assert "처음" not in title_of(jiwoo.page)
    jiwoo.press(consent=["hold"])
    jiwoo.send()
    case = Case.objects.get()
    assert (case.standing, case.age, case.places, case.flags) == ("self", "unknown", [], [])


def test_one_wrong_address_is_named_and_what_was_typed_stays() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press(url1="forum.example.com/1", url2="boardexample 7741", place=["sns"])
    assert jiwoo.at == 2
    assert title_of(jiwoo.page).startswith("오류 1개:")
    assert "주소 하나만 다시 봐 주세요" in jiwoo.text
    assert 'href="#id_url2"' in jiwoo.text
    assert "boardexample 7741" in jiwoo.text
    assert "forum.example.com/1" in jiwoo.text
    assert re.search(r'value="sns"[^>]* checked', jiwoo.text)


def test_several_addresses_pasted_at_once_are_several_links() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press(url1="forum.example.com/1\nhttps://board.example.net/2\n\n")
    for _ in range(2):
        jiwoo.press("skip")
    jiwoo.press(consent=["hold"])
    jiwoo.send()
    assert [one.host for one in Case.objects.get().sightings.all()] == [
        "forum.example.com", "board.example.net",
    ]  # fmt: skip


def test_one_more_address_and_back_lose_nothing() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press("add", target=2, url1="a.example.com", url2="not an address")
    assert 'name="url3"' in jiwoo.text
    assert "not an address" in jiwoo.text
    jiwoo.press("back", target=1, url1="a.example.com", url2="not an address")
    assert jiwoo.at == 1
    jiwoo.press(standing="family")
    assert "not an address" in jiwoo.text


def test_skipping_keeps_what_is_right_and_drops_what_is_wrong() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press("skip", url1="a.example.com", url2="wrong")
    assert jiwoo.at == 3
    jiwoo.press("back", target=2)
    assert "a.example.com" in jiwoo.text
    assert "wrong" not in jiwoo.text


def test_the_language_changes_without_losing_a_word() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("skip")
    jiwoo.press("skip")
    jiwoo.press("lang:en", target=3, story=SECRET_WORDS)
    assert title_of(jiwoo.page) == "What happened? (3/6) | Ansim"
    assert SECRET_WORDS in jiwoo.text
    jiwoo.press(story=SECRET_WORDS)
    assert title_of(jiwoo.page).startswith("Are you in danger now?")


def test_a_picture_becomes_a_fingerprint_and_can_be_taken_back() -> None:
    jiwoo = Jiwoo()
    for _ in range(2):
        jiwoo.press("skip")
    file = SimpleUploadedFile("jiwoo-kim.jpg", picture())
    jiwoo.press("upload", target=3, story=SECRET_WORDS, files=[file])
    assert "사진 1 · 지문만 보관" in jiwoo.text
    assert SECRET_WORDS in jiwoo.text
    assert "jiwoo-kim" not in jiwoo.text
    jiwoo.press("drop:1", target=3, story=SECRET_WORDS)
    assert "지문만 보관" not in jiwoo.text
    assert SECRET_WORDS in jiwoo.text


def test_a_picture_that_is_kept_is_hunted() -> None:
    jiwoo = Jiwoo()
    for _ in range(2):
        jiwoo.press("skip")
    jiwoo.press(files=[SimpleUploadedFile("a.jpg", picture())])
    assert jiwoo.at == 4
    jiwoo.press("skip")
    jiwoo.press(consent=["hold", "search"])
    jiwoo.send()
    material = Case.objects.get().materials.get()
    assert (material.kind, len(material.pdq)) == ("picture", 64)


def bomb() -> bytes:
    """A picture of 100 megapixels in a few kilobytes."""
    buffer = BytesIO()
    Image.new("1", (10_000, 10_000)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"this is a letter, not a picture", "읽을 수 있는 사진이나 영상이 아니에요"),
        (bomb(), "크기가 너무 커요"),
        (b"x" * 300_001, "보다 커요"),
    ],
)
def test_a_file_that_gives_no_fingerprint_says_so_and_nothing_is_lost(
    content: bytes, said: str, settings
) -> None:
    settings.ANSIM_UPLOAD_MAX_BYTES = 300_000
    jiwoo = Jiwoo()
    for _ in range(2):
        jiwoo.press("skip")
    files = [SimpleUploadedFile("good.jpg", picture()), SimpleUploadedFile("bad", content)]
    jiwoo.press(story=SECRET_WORDS, harm=["threat"], files=files)
    assert jiwoo.at == 3
    assert title_of(jiwoo.page).startswith("오류 1개:")
    assert said in jiwoo.text
    assert SECRET_WORDS in jiwoo.text
    assert "사진 1 · 지문만 보관" in jiwoo.text
    jiwoo.press(story=SECRET_WORDS, harm=["threat"])
    assert jiwoo.at == 4


def test_keeping_it_is_the_one_consent_that_is_needed() -> None:
    jiwoo = Jiwoo()
    for _ in range(4):
        jiwoo.press("skip")
    jiwoo.press(consent=["search"], way="portal")
    assert jiwoo.at == 5
    assert "적은 내용을 보관해야 해요" in jiwoo.text
    assert re.search(r'value="search"[^>]* checked', jiwoo.text)
    jiwoo.press("skip", way="portal")
    assert jiwoo.at == 6
    jiwoo.page = jiwoo.send()
    assert title_of(jiwoo.page).startswith("오류 1개:")
    assert "(5/6)" in title_of(jiwoo.page)
    assert not Case.objects.exists()


def test_a_way_to_be_reached_needs_its_number() -> None:
    jiwoo = Jiwoo()
    for _ in range(4):
        jiwoo.press("skip")
    jiwoo.press(way="sms", code_word="바다", consent=["hold"])
    assert jiwoo.at == 5
    assert 'href="#id_phone"' in jiwoo.text
    assert "바다" in jiwoo.text


def test_a_date_that_cannot_be_read_stays_as_it_was_typed() -> None:
    jiwoo = Jiwoo()
    for _ in range(3):
        jiwoo.press("skip")
    jiwoo.press(deadline="금요일까지", relation="online")
    assert jiwoo.at == 4
    assert "금요일까지" in jiwoo.text


@pytest.mark.parametrize("age", ["under_14", "teen"])
def test_someone_young_is_welcomed_and_no_guardian_is_asked_for(age: str) -> None:
    jiwoo = Jiwoo()
    jiwoo.press(standing="self", age=age)
    assert "잘 왔어요. 혼자서도 도움을 받을 수 있어요." in jiwoo.text
    for _ in range(3):
        jiwoo.press("skip")
    assert "guardian" not in jiwoo.text
    jiwoo.press(consent=["hold"])
    jiwoo.send()
    assert "minor" in Case.objects.get().flags


def test_a_sister_is_recorded_as_family() -> None:
    jiwoo = Jiwoo()
    jiwoo.press(standing="family")
    for _ in range(3):
        jiwoo.press("skip")
    jiwoo.press(consent=["hold"])
    jiwoo.send()
    assert Case.objects.get().standing == "family"


def test_no_address_is_shown_on_the_last_page() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    assert "forum.example.com" not in jiwoo.text
    assert "주소 1개" in jiwoo.text


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


@pytest.mark.parametrize(("headers", "word"), [(KOREAN, "건너뛰기"), (ENGLISH, "Skip")])
def test_every_page_speaks_the_readers_language(headers: dict[str, str], word: str) -> None:
    jiwoo = Jiwoo(headers["accept-language"])
    for number in range(1, 6):
        assert jiwoo.at == number
        assert word in jiwoo.text
        jiwoo.press("skip")
