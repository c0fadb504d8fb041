"""Lee has the case; Choi has not; Park sees the working side; Yoon sees none."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre.access.keycookie import cookie_name
from ansim.centre.access.models import Staff
from ansim.centre.cases import services
from ansim.centre.cases.ledger import give
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
Opened = Callable[..., tuple[Case, CaseKey]]
SignedIn = Callable[..., Client]
WORDS = "그 사람이 오늘 다시 연락했어요"
PAGES = [
    "case", "case-links", "case-plan", "case-messages", "case-consents", "case-referrals",
    "case-notes", "case-log", "case-triage", "case-share", "case-close",
]  # fmt: skip


@pytest.fixture
def case(opened: Opened) -> Case:
    made, key = opened("lee", story="숨기고 싶은 이야기", contact={"phone": "010-1234-5678"})
    services.post_message(made, WORDS, key=key, author=None, now=NOW - timedelta(hours=1))
    return made


def page(client: Client, name: str, case: Case) -> str:
    response = client.get(reverse(name, args=[case.pk]))
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_counsellor_who_has_the_case_opens_every_page(
    name: str, signed_in: SignedIn, case: Case
) -> None:
    text = page(signed_in("lee"), name, case)
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert "여울-412" in text
    assert title is not None
    assert "여울" not in title[1]
    english = page(signed_in("lee", "en"), name, case)
    assert "Yeoul-412" in english


@pytest.mark.parametrize("name", PAGES)
def test_a_counsellor_without_the_case_cannot_tell_that_it_exists(
    name: str, signed_in: SignedIn, case: Case
) -> None:
    choi = signed_in("choi")
    address = reverse(name, args=[case.pk])
    assert choi.get(address).status_code == 404
    assert choi.post(address, {"text": "x"}).status_code in {404, 405}


@pytest.mark.parametrize("name", PAGES)
def test_an_analyst_has_no_cases(name: str, signed_in: SignedIn, case: Case) -> None:
    assert signed_in("yoon").get(reverse(name, args=[case.pk])).status_code == 403


def test_the_removal_officer_sees_the_work_and_who_opens_the_rest(
    signed_in: SignedIn, case: Case
) -> None:
    park = signed_in("park")
    assert "여울-412" in page(park, "case-links", case)
    for name in ("case-messages", "case-notes"):
        text = page(park, name, case)
        assert WORDS not in text
        assert "봉인된 내용입니다" in text
        assert "lee-ko" in text
    refused = park.post(reverse("case-story", args=[case.pk]))
    assert refused.status_code == 403
    assert "숨기고" not in refused.content.decode()
    assert park.get(reverse("case-triage", args=[case.pk])).status_code == 403
    written = park.post(reverse("case-messages", args=[case.pk]), {"text": "안녕하세요"})
    assert written.status_code == 422
    assert "안녕하세요" in written.content.decode()
    assert case.messages.count() == 1


def test_reading_messages_marks_them_and_is_logged(signed_in: SignedIn, case: Case) -> None:
    assert WORDS in page(signed_in("lee"), "case-messages", case)
    assert case.messages.filter(read_at=None).count() == 0
    event = CustodyEvent.objects.filter(action="message.read", case_id=case.pk).get()
    assert event.actor_id == Staff.objects.get(username="lee").pk


def test_a_supervisor_without_the_key_reads_nothing_sealed(signed_in: SignedIn, case: Case) -> None:
    jeong = signed_in("jeong")
    assert WORDS not in page(jeong, "case-messages", case)
    story = jeong.post(reverse("case-story", args=[case.pk])).content.decode()
    assert "숨기고" not in story
    assert "lee-ko" in story
    assert not CustodyEvent.objects.filter(action__in=["message.read", "case.story_read"]).exists()


@pytest.mark.parametrize("name", ["case-messages", "case-notes"])
def test_a_draft_outlives_a_lost_key(name: str, signed_in: SignedIn, case: Case) -> None:
    lee = signed_in("lee")
    del lee.cookies[cookie_name()]
    response = lee.post(reverse(name, args=[case.pk]), {"text": "긴 글을 적던 중"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "긴 글을 적던 중</textarea>" in text.replace("\n", "")
    assert "<title>오류 1개:" in text
    assert WORDS not in text
    assert case.messages.count() == 1
    assert case.notes.count() == 0


def test_an_empty_message_is_one_clear_error_in_both_languages(
    signed_in: SignedIn, case: Case
) -> None:
    address = reverse("case-messages", args=[case.pk])
    korean = signed_in("lee").post(address, {"text": "  "}).content.decode()
    english = signed_in("lee", "en").post(address, {"text": ""}).content.decode()
    assert "아직 적은 글이 없습니다" in korean
    assert "There is nothing written yet" in english
    assert "<title>1 error:" in english


def test_a_note_is_sealed_and_only_staff_see_it(signed_in: SignedIn, case: Case) -> None:
    lee = signed_in("lee")
    lee.post(reverse("case-notes", args=[case.pk]), {"text": "다음 주에 다시"})
    note = case.notes.get()
    assert "다음".encode() not in bytes(note.text_box)
    assert "다음 주에 다시" in page(lee, "case-notes", case)


def test_opening_the_story_is_a_request_and_is_logged(signed_in: SignedIn, case: Case) -> None:
    lee = signed_in("lee")
    assert "숨기고" not in page(lee, "case", case)
    address = reverse("case-story", args=[case.pk])
    assert lee.get(address).status_code == 405
    text = lee.post(address).content.decode()
    assert "숨기고 싶은 이야기" in text
    assert "010-1234-5678" not in text  # who she is opens with a reason alone
    assert reverse("case-identity", args=[case.pk]) in text
    assert CustodyEvent.objects.filter(action="case.story_read").count() == 1


def test_triage_keeps_what_was_ticked_when_the_moment_is_wrong(
    signed_in: SignedIn, people: dict[str, Staff], case: Case
) -> None:
    lee, address = signed_in("lee"), reverse("case-triage", args=[case.pk])
    given = {
        "flags": ["minor", "threat_deadline"], "threat_deadline": "2026-11-21T10:00",
        "owner": str(people["lee"].pk),
    }  # fmt: skip
    wrong = lee.post(address, given)
    text = wrong.content.decode()
    assert wrong.status_code == 422
    assert "이미 지난 때입니다" in text
    assert re.search(r'value="minor"[^>]*checked', text)
    assert "2026-11-21T10:00" in text
    case.refresh_from_db()
    assert case.triaged_at is None
    assert lee.post(address, {**given, "threat_deadline": "2026-11-22T14:00"}).status_code == 302
    case.refresh_from_db()
    assert case.status == "open"
    assert case.owner == people["lee"]
    assert case.threat_deadline == NOW + timedelta(hours=4)
    assert sorted(case.flags) == ["minor", "threat_deadline"]


def test_a_case_goes_only_to_someone_who_can_open_it(
    signed_in: SignedIn, people: dict[str, Staff], case: Case
) -> None:
    response = signed_in("lee").post(
        reverse("case-triage", args=[case.pk]), {"owner": str(people["choi"].pk)}
    )
    assert response.status_code == 422
    case.refresh_from_db()
    assert case.owner is None


def test_sharing_opens_the_case_for_one_more(
    signed_in: SignedIn, people: dict[str, Staff], case: Case
) -> None:
    choi, address = signed_in("choi"), reverse("case-share", args=[case.pk])
    offered = page(signed_in("lee"), "case-share", case)
    assert "choi-ko" in offered
    assert "park-ko" not in offered.split("<main")[1]
    done = signed_in("lee").post(address, {"colleague": str(people["choi"].pk)})
    assert done.status_code == 302
    assert WORDS in page(choi, "case-messages", case)
    assert (
        signed_in("jeong").post(address, {"colleague": str(people["yoon"].pk)}).status_code == 422
    )


def test_closing_asks_first_and_can_be_undone(signed_in: SignedIn, case: Case) -> None:
    lee, address = signed_in("lee"), reverse("case-close", args=[case.pk])
    lee.get(address)
    case.refresh_from_db()
    assert case.status != "closed"
    lee.post(address)
    case.refresh_from_db()
    assert case.status == "closed"
    lee.post(address)
    case.refresh_from_db()
    assert case.status == "open"


def test_a_consent_said_on_the_telephone_is_written_down_with_its_words(
    signed_in: SignedIn, case: Case
) -> None:
    lee, give = signed_in("lee"), reverse("case-consent-give", args=[case.pk])
    asked = lee.get(f"{give}?purpose=police").content.decode()
    assert "함께 정한 때에 센터가 사건의 사실을 경찰에 넘깁니다." in asked
    said = {"purpose": "police", "by": "person", "how": "telephone"}
    refused = lee.post(give, said)
    assert refused.status_code == 422
    assert "먼저 문구를 읽어 주고" in refused.content.decode()
    assert not Case.objects.get(pk=case.pk).allows("police", NOW)
    past = lee.post(give, said | {"read": "on", "until": "2026-11-22"}).content.decode()
    assert "지난 날입니다" in past
    lee.post(give, said | {"read": "on", "until": "2026-12-24"})
    consent = case.consents.get(purpose="police")
    assert (consent.given_how, consent.recorded_by.username) == ("telephone", "lee")
    assert consent.expires_at == datetime(2026, 12, 24, 15, tzinfo=UTC)
    assert consent.wording_digest
    shown = page(lee, "case-consents", case)
    assert "전화로" in shown
    assert "2026-2" in shown
    assert signed_in("park").post(give, said | {"read": "on"}).status_code == 403
    assert lee.get(f"{give}?purpose=everything").status_code == 404
    assert lee.get(f"{give}?purpose=police&recipient=nobody").status_code == 404


def test_a_consent_is_withdrawn_only_after_being_told_what_follows(
    signed_in: SignedIn, case: Case
) -> None:
    lee, address = signed_in("lee"), reverse("case-consent-withdraw", args=[case.pk])
    give(case, "search", now=NOW)
    asked = lee.get(f"{address}?purpose=search").content.decode()
    assert "이미 보낸 요청은 되돌릴 수 없습니다" in asked
    assert "이 사건의 찾기와 감시를 멈춥니다" in asked
    lee.post(address, {"purpose": "search"})
    assert Case.objects.get(pk=case.pk).allows("search", NOW)
    lee.post(address, {"purpose": "search", "by": "family", "how": "in_person"})
    assert not Case.objects.get(pk=case.pk).allows("search", NOW)
    consent = case.consents.get(purpose="search")
    assert (consent.withdrawn_by, consent.withdrawn_how) == ("family", "in_person")


def test_who_cannot_write_is_told_so_and_gets_no_box(signed_in: SignedIn, case: Case) -> None:
    assert "<textarea" in page(signed_in("lee"), "case-messages", case)
    told = page(signed_in("park"), "case-messages", case)
    assert "<textarea" not in told
    assert "동료만 본인에게 글을 씁니다" in told
