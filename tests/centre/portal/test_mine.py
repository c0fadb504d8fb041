"""What Jiwoo sees of her case, and Bora does not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from ansim.centre.access.models import Staff
from ansim.centre.cases.keyring import find_receipt, sealed_key_for_person
from ansim.centre.cases.services import post_message
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.portal import queries
from ansim.centre.portal.wording import ASKED, CAME, SEEN, STANDS, WAITING
from ansim.centre.removal.models import Request
from ansim.verdicts import Verdict
from tests.centre.doors import let_in
from tests.centre.portal.people import NOON, Known, known, picture, title_of


def looked(sighting: Sighting, *verdicts: str) -> None:
    """Rounds of looks, a day apart, the last one at noon."""
    for number, verdict in enumerate(verdicts, start=1):
        at = NOON - timedelta(days=len(verdicts) - number)
        Look.objects.create(sighting=sighting, number=number, at=at, round={}, verdict=verdict)
    sighting.verdict, sighting.verdict_at = verdicts[-1], NOON
    sighting.looks_done = len(verdicts)
    sighting.next_look_at = NOON + timedelta(hours=6)
    sighting.found_at = NOON - timedelta(days=9)
    sighting.save()


def asked(sighting: Sighting, **facts: object) -> Request:
    """A request to the site, sent an hour ago."""
    given = {
        "reference": f"R-{uuid4().hex[:5]}", "rung": 1, "recipient": "forum",
        "recipient_kind": "platform", "regime": "kr_tba_22_5", "why": "first", "state": "sent",
        "drafted_at": NOON - timedelta(hours=2), "sent_at": NOON - timedelta(hours=1),
        "basis": "consent", "language": "ko", "subject": "[R-1]", "body": "…",
    }  # fmt: skip
    return Request.objects.create(sighting=sighting, **{**given, **facts})


def text(client: Client, address: str = "/mine") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_may_bora_see_jiwoos_case(jiwoo: Known, bora: Known) -> None:
    link = jiwoo.case.sightings.first()
    assert link is not None
    assert jiwoo.client().post(f"/mine/links/{link.pk}").status_code == 200
    assert bora.client().post(f"/mine/links/{link.pk}").status_code == 404


@pytest.mark.parametrize(
    "address", ["/mine", "/mine/messages", "/mine/consents", "/mine/links", "/report/code"]
)
def test_nobody_gets_in_without_a_code(jiwoo: Known, lee: Staff, address: str) -> None:
    assert Client().get(address).headers["Location"] == "/code"
    counsellor = Client()
    let_in(counsellor, lee)
    assert counsellor.get(address).headers["Location"] == "/code"


def test_an_unused_session_closes_and_says_so(jiwoo: Known, settings) -> None:
    client = jiwoo.client()
    client.get("/mine")
    settings.ANSIM_IDLE_SECONDS = -1
    assert client.get("/mine").headers["Location"] == "/code"
    settings.ANSIM_IDLE_SECONDS = 1200
    assert "한동안 쓰지 않아" in text(client, "/code")


@pytest.mark.parametrize(
    ("counts", "said", "said_in_english"),
    [
        ({}, "아직 링크가 없어요", "There is no link yet"),
        ({"present": 7}, "링크 7개를 살펴보고 있어요", "We are working on 7 links"),
        ({"present": 3, "gone_confirmed": 4}, "7개 중 4개가 내려갔어요", "4 of 7 are gone"),
        ({"gone_provisional": 7}, "링크 7개를 살펴보고 있어요", "We are working on 7 links"),
        ({"blocked_in_country": 1}, "링크 1개를 살펴보고 있어요", "We are working on one link"),
        ({"gone_confirmed": 2}, "2개 모두 내려갔어요", "All 2 links are gone"),
    ],
)
def test_only_what_was_confirmed_counts_as_gone(
    counts: dict[str, int], said: str, said_in_english: str
) -> None:
    assert queries.heading_of(counts) == said
    with translation.override("en"):
        assert queries.heading_of(counts) == said_in_english


def test_the_sentence_tells_apart_what_looks_gone_what_is_there_and_what_nobody_knows() -> None:
    counts = {
        "gone_confirmed": 4,
        "gone_provisional": 1,
        "present": 1,
        "cached_copy": 1,
        "unknown": 2,
    }
    assert queries.sentences_of(counts) == [
        "1개는 내려간 것 같아 더 확인하고 있어요.",
        "2개는 아직 어딘가에서 보여서 계속 대응하고 있어요.",
        "2개는 아직 알 수 없어요.",
    ]


def test_the_first_page_shows_what_real_looks_say(jiwoo: Known) -> None:
    first, second = jiwoo.case.sightings.all()
    looked(first, "present", "gone_provisional", "gone_confirmed")
    looked(second, "present", "present")
    page = text(jiwoo.client())
    assert "2개 중 1개가 내려갔어요" in page
    assert 'data-verdict="gone_confirmed"' in page
    assert "아직 있어요" in page
    assert "마지막으로 확인한 때: 오늘 12:00." in page
    assert page.index("링크 2") < page.index("링크 1")


def test_a_first_look_that_has_not_been_is_no_verdict(jiwoo: Known) -> None:
    page = text(jiwoo.client())
    assert "곧 처음으로 살펴봐요" in page
    assert "지금은 알 수 없어요" not in page


def test_no_address_and_no_host_is_shown_before_someone_asks(jiwoo: Known) -> None:
    client = jiwoo.client()
    for address in ("/mine", "/mine/messages", "/mine/consents"):
        assert "example" not in text(client, address)
    link = jiwoo.case.sightings.get(number=1)
    page = client.post(f"/mine/links/{link.pk}").content.decode()
    assert "https://forum.example.com/t/1" in page
    assert 'href="https://forum' not in page
    shown = CustodyEvent.objects.get(action="link.shown")
    assert (shown.actor_kind, shown.object_id) == ("person", str(link.pk))
    assert client.get(f"/mine/links/{link.pk}").status_code == 405


def test_the_timeline_is_what_happened_newest_first_and_what_comes_next(jiwoo: Known) -> None:
    link = jiwoo.case.sightings.get(number=1)
    looked(link, "present", "present", "present")
    asked(link, received_at=NOON - timedelta(minutes=30), escalates_at=NOON + timedelta(days=2))
    events = queries.my_case(jiwoo.case, put_off=(), now=NOON).lines[0].events
    assert [str(event.words) for event in events] == [
        "다시 확인해요.",
        "확인했고, 아직 있었어요.",
        "요청을 받았다고 알려 왔어요.",
        "사이트에 지워 달라고 요청했어요.",
        "확인했고, 아직 있었어요.",
        "이 링크를 받았어요.",
    ]
    assert [event.next_up for event in events] == [True, False, False, False, False, False]


def test_what_was_not_done_in_time_is_said(jiwoo: Known) -> None:
    link = jiwoo.case.sightings.get(number=1)
    looked(link, "present")
    asked(link, state="closed", ending="not_done", closed_at=NOON - timedelta(minutes=5))
    asked(link, rung=2, recipient="hoster", recipient_kind="host", sent_at=NOON)
    line = queries.my_case(jiwoo.case, put_off=(), now=NOON).lines[0]
    assert "기한 안에 움직이지 않아 다른 곳에 요청해요." in [str(e.words) for e in line.events]
    assert str(line.what[-1]).startswith("서버를 빌려준 업체에 지워 달라고 요청했고")


def test_a_draft_is_no_request_yet(jiwoo: Known) -> None:
    link = jiwoo.case.sightings.get(number=1)
    looked(link, "present")
    asked(link, state="draft", sent_at=None)
    line = queries.my_case(jiwoo.case, put_off=(), now=NOON).lines[0]
    assert [str(said) for said in line.what] == [
        "아직 있어요.", "요청을 준비하고 있고, 사람이 먼저 확인해요.",
    ]  # fmt: skip


def test_links_that_are_gone_share_one_line(lee: Staff) -> None:
    mina = known(links=tuple(f"https://forum.example.com/{n}" for n in range(4)))
    for number in (1, 2, 4):
        looked(mina.case.sightings.get(number=number), "gone_provisional", "gone_confirmed")
    lines = queries.my_case(mina.case, put_off=(), now=NOON).lines
    assert [line.numbers for line in lines] == [(3,), (1, 2, 4)]
    assert "다시 올라오는지 계속 살펴봐요." in [str(said) for said in lines[1].what]
    assert "링크 1, 2, 4" in text(mina.client())


def test_a_search_result_is_told_apart_from_a_page(jiwoo: Known) -> None:
    page = jiwoo.case.sightings.get(number=1)
    looked(page, "gone_provisional", "gone_confirmed")
    listing(jiwoo, page)
    mine = queries.my_case(jiwoo.case, put_off=(), now=NOON)
    assert sum(mine.counts.values()) == 2
    assert len(mine.listings) == 1
    assert "검색 결과" in text(jiwoo.client())


def listing(somebody: Known, page: Sighting) -> Sighting:
    row = Sighting.objects.create(
        case=somebody.case, number=9, kind="search_result", origin="search", place="search",
        url="https://search.example.com/?q=x", url_key="k" * 64, host="search.example.com",
        found_at=NOON, target=page,
    )  # fmt: skip
    looked(row, "present")
    return row


def test_one_thing_to_decide_only_when_something_real_waits_for_it(jiwoo: Known) -> None:
    client = jiwoo.client()
    assert "정해 주실 것이 하나 있어요" not in text(client)
    listing(jiwoo, jiwoo.case.sightings.get(number=1))
    assert "검색 결과에서도 빼 달라고 요청할까요?" in text(client)
    client.post("/mine/later", {"purpose": "search_engines"})
    assert "정해 주실 것이" not in text(client)
    assert "정해 주실 것이" in text(jiwoo.client())
    client.post("/mine/consents", {"purpose": "search_engines", "answer": "give", "from": "mine"})
    assert jiwoo.case.allows("search_engines", NOON)
    assert "정해 주실 것이" not in text(jiwoo.client())


def test_a_removal_comes_before_a_search_result(lee: Staff) -> None:
    mina = known(links=("https://forum.example.com/1",), consents=("hold",))
    page = mina.case.sightings.get()
    looked(page, "present")
    listing(mina, page)
    assert queries.my_case(mina.case, put_off=(), now=NOON).to_decide == "notify"
    assert queries.my_case(mina.case, put_off=("notify",), now=NOON).to_decide == "search_engines"


def test_many_links_become_a_meter(lee: Staff) -> None:
    mina = known(links=tuple(f"https://forum.example.com/{n}" for n in range(25)))
    assert "meter" in text(mina.client())


def test_a_message_reaches_the_thread_and_an_empty_one_says_so(jiwoo: Known) -> None:
    client = jiwoo.client()
    client.post("/mine/messages", {"text": "검색에도 요청해 주세요."})
    assert "검색에도 요청해 주세요." in text(client, "/mine/messages")
    page = client.post("/mine/messages", {"text": "   "})
    assert "아직 적은 글이 없어요" in page.content.decode()
    assert title_of(page).startswith("오류 1개:")


def test_a_message_that_is_too_long_stays_as_it_was_typed(jiwoo: Known) -> None:
    page = jiwoo.client().post("/mine/messages", {"text": "가" * 10_001})
    assert "가" * 10_001 in page.content.decode()


def test_a_new_message_is_counted_until_it_is_read(jiwoo: Known, lee: Staff) -> None:
    found = find_receipt(jiwoo.code)
    assert found is not None
    key = sealed_key_for_person(jiwoo.case, found[1])
    post_message(jiwoo.case, "두 곳에서 내려간 것을 확인했어요.", key=key, author=lee, now=NOON)
    client = jiwoo.client()
    assert "새 글 1" in text(client)
    thread = text(client, "/mine/messages")
    assert "두 곳에서 내려간 것을 확인했어요." in thread
    assert "이상담" not in thread
    assert "새 글" not in text(client)


def test_a_link_can_be_added_later_and_a_wrong_one_stays(jiwoo: Known) -> None:
    client = jiwoo.client()
    page = client.post("/mine/links", {"url1": "new.example.com/1", "url2": "nodot"})
    assert "주소 하나만 다시 봐 주세요" in page.content.decode()
    assert "new.example.com/1" in page.content.decode()
    assert jiwoo.case.sightings.count() == 2
    client.post("/mine/links", {"url1": "new.example.com/1", "url2": ""})
    assert jiwoo.case.sightings.count() == 3
    assert "1개를 더했어요" in text(client)


def test_a_picture_can_be_added_later(jiwoo: Known) -> None:
    client = jiwoo.client()
    files = [SimpleUploadedFile("a.jpg", picture()), SimpleUploadedFile("b.txt", b"letters")]
    page = client.post("/mine/links", {"url1": "", "files": files})
    assert "읽을 수 있는 사진이나 영상이 아니에요" in page.content.decode()
    assert jiwoo.case.materials.count() == 1


def test_a_chosen_picture_is_not_lost_to_a_wrong_address(jiwoo: Known) -> None:
    files = [SimpleUploadedFile("a.jpg", picture())]
    page = jiwoo.client().post("/mine/links", {"url1": "nodot", "files": files})
    assert "주소 하나만 다시 봐 주세요" in page.content.decode()
    assert "1개를 더했어요" in page.content.decode()
    assert jiwoo.case.materials.count() == 1


def test_nothing_added_says_so(jiwoo: Known) -> None:
    page = jiwoo.client().post("/mine/links", {"url1": "", "url2": ""})
    assert "아직 더할 것이 없어요" in page.content.decode()


def test_every_verdict_and_recipient_has_its_words() -> None:
    assert set(SEEN) == {verdict.value for verdict in Verdict}
    assert set(STANDS) == set(queries.GROUP_ORDER) == {*SEEN, ""}
    assert set(CAME) == set(Sighting.Origin.values)
    assert set(ASKED) == set(WAITING)


@pytest.mark.parametrize("address", ["/", "/privacy", "/accessibility", "/code", "/report/1"])
def test_titles_are_neutral_and_the_pages_are_in_both_languages(db, address: str) -> None:
    korean = Client(headers={"accept-language": "ko"}).get(address).content.decode()
    english = Client(headers={"accept-language": "en"}).get(address).content.decode()
    assert 'lang="ko"' in korean
    assert 'lang="en"' in english
    assert "피해자" not in korean
    assert "귀하" not in korean
    assert "victim" not in english.lower()
    assert "%" not in korean.split("<main")[1]
