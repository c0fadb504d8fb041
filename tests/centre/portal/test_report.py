"""Six pages: what is typed, skipped, taken back and refused."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from ansim.centre.cases.models import Case
from tests.centre.portal.jiwoo import SECRET_WORDS, Jiwoo
from tests.centre.portal.people import ENGLISH, KOREAN, picture, title_of

pytestmark = pytest.mark.usefixtures("lee")


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


@pytest.mark.parametrize(("headers", "word"), [(KOREAN, "건너뛰기"), (ENGLISH, "Skip")])
def test_every_page_speaks_the_readers_language(headers: dict[str, str], word: str) -> None:
    jiwoo = Jiwoo(headers["accept-language"])
    for number in range(1, 6):
        assert jiwoo.at == number
        assert word in jiwoo.text
        jiwoo.press("skip")
