"""Jiwoo's consents: two equal buttons, what follows is told first, the history stays."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from ansim.centre import outside
from ansim.centre.access.models import Staff
from ansim.centre.cases.ledger import Said, give
from ansim.centre.cases.models import Case
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import HashList, Request
from ansim.centre.removal.outgoing import note_left
from ansim.centre.removal.sharing import recall_uncovered
from tests.centre.portal.people import NOON, Known, known

ADDRESS = "/mine/consents"


@pytest.fixture(autouse=True)
def recipients(settings) -> None:
    settings.ANSIM_RECIPIENTS = Path(outside.__file__).parents[1] / "sandbox" / "recipients"


def text(client, address: str = ADDRESS) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def request_to(case: Case, recipient: str = "byeok", **given: object) -> Request:
    """A request about Jiwoo's first link; other fields as given."""
    link: Sighting = case.sightings.get(number=1)
    fields = {"state": "draft", "recipient_kind": "platform", "basis": "consent"} | given
    return Request.objects.create(
        reference=f"R-{recipient[:5].upper()}", sighting=link, rung=1, recipient=recipient,
        regime="us_take_it_down", why="first", drafted_at=NOON, language="ko", ready=True,
        **fields,
    )  # fmt: skip


def test_each_purpose_is_given_at_once_and_taken_back_after_a_question(jiwoo: Known) -> None:
    client = jiwoo.client()
    assert text(client).count('<button class="btn" type="submit" name="answer"') >= 10
    asked = client.post(ADDRESS, {"purpose": "notify", "answer": "withdraw"}).content.decode()
    assert "지금 멈추는 것" in asked
    assert jiwoo.case.allows("notify", NOON)
    client.post(ADDRESS, {"purpose": "notify", "answer": "withdraw", "sure": "yes"})
    assert not Case.objects.get(pk=jiwoo.case.pk).allows("notify", NOON + timedelta(seconds=1))
    assert "동의를 거두었어요" in text(client)
    client.post(ADDRESS, {"purpose": "police", "answer": "give"})
    assert Case.objects.get(pk=jiwoo.case.pk).allows("police", NOON)


@pytest.mark.parametrize(
    "posted",
    [
        {"purpose": "everything", "answer": "give"},
        {"purpose": "police", "answer": "perhaps"},
        {"purpose": "police", "recipient": "nobody", "answer": "give"},
        {"purpose": "police", "recipient": "kind:host", "answer": "give"},
        {},
    ],
)
def test_what_is_no_answer_changes_nothing(jiwoo: Known, posted: dict[str, str]) -> None:
    before = jiwoo.case.consents.count()
    assert jiwoo.client().post(ADDRESS, posted).status_code == 302
    assert jiwoo.case.consents.count() == before


def test_what_has_left_and_what_stops_is_told_before(jiwoo: Known) -> None:
    left = request_to(jiwoo.case, sent_at=NOON, state="sent")
    note_left(left, now=NOON)
    request_to(jiwoo.case, "nabi")
    client = jiwoo.client()
    asked = client.post(ADDRESS, {"purpose": "notify", "answer": "withdraw"}).content.decode()
    assert "준비된 편지 1통을 보내지 않아요" in asked
    assert "벽 게시판" in asked or "byeok" in asked or "벽" in asked
    assert "주소" in asked
    assert "나간 편지 1통" in text(client)


def test_one_recipient_can_be_left_out_and_let_in_again(jiwoo: Known) -> None:
    request = request_to(jiwoo.case)
    client = jiwoo.client()
    one = {"purpose": "notify", "recipient": "byeok"}
    client.post(ADDRESS, one | {"answer": "withdraw", "sure": "yes"})
    request.refresh_from_db()
    assert request.problem == "no_basis"
    assert "은(는) 뺐어요" in text(client)
    client.post(ADDRESS, one | {"answer": "give"})
    request.refresh_from_db()
    assert request.problem != "no_basis"


def test_she_sees_what_lee_wrote_down_and_the_words(jiwoo: Known, lee: Staff) -> None:
    give(jiwoo.case, "lawyer", now=NOON, said=Said("person", "telephone", lee))
    page = text(jiwoo.client())
    assert "전화로, 센터가 적었어요" in page
    assert "이상담" not in page
    assert "함께 정한 변호사에게" in page
    assert "2027년" in page or "2027" in page


def test_fingerprints_handed_over_say_when_they_were_asked_back(jiwoo: Known) -> None:
    consent = give(jiwoo.case, "share_hashes", now=NOON - timedelta(days=2))
    HashList.objects.create(
        reference="R-AAAAA", case=jiwoo.case, kind="share", recipient="jimun",
        regime="hash_sharing", state="sent", sent_at=NOON - timedelta(days=1),
        drafted_at=NOON, basis="consent", language="ko",
    )  # fmt: skip
    client = jiwoo.client()
    assert "지문 창구" in text(client)
    asked = client.post(ADDRESS, {"purpose": "share_hashes", "answer": "withdraw"})
    assert "돌려 달라고 요청하는 것" in asked.content.decode()
    client.post(ADDRESS, {"purpose": "share_hashes", "answer": "withdraw", "sure": "yes"})
    assert consent.purpose == "share_hashes"
    recall = HashList.objects.get(kind="recall")
    assert recall_uncovered(NOON) == []
    assert "곧 돌려 달라고 요청해요" in text(client)
    HashList.objects.filter(pk=recall.pk).update(state="sent", sent_at=NOON)
    assert "돌려 달라고 요청했어요" in text(client)


def test_a_family_members_answers_say_so(lee: Staff) -> None:
    sister = known(standing="family")
    client = sister.client()
    client.post(ADDRESS, {"purpose": "police", "answer": "give"})
    assert sister.case.consents.get(purpose="police").given_by == "family"
    assert "가족이 말했어요" in text(client)


def test_both_languages(jiwoo: Known) -> None:
    with translation.override("en"):
        page = text(jiwoo.client("en"))
    assert "Before you take one back, we show what stops" in page
    assert "victim" not in page.lower()
