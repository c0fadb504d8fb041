"""One request: its letter is shown with addresses only when asked, and the unclear is settled."""

import pytest
from django.urls import reverse

from ansim.centre.custody.models import CustodyEvent
from ansim.centre.removal.models import Request, StandingApproval

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def test_the_page_shows_clock_rule_and_source_in_both_languages(client_of, sent_of) -> None:
    address = reverse("request", args=[sent_of("moa.test").pk])
    page = text(client_of("park").get(address))
    assert "48시간" in page
    assert "47 U.S.C. 223a" in page
    assert "시작 전" in page
    english = text(client_of("park", "en").get(address))
    assert "48 hours, from valid receipt" in english
    assert "Not started" in english
    assert "secret-" not in english


def test_addresses_are_shown_once_when_asked_and_custody_says_who(
    client_of, draft_of, staff_of
) -> None:
    draft = draft_of()
    park = client_of("park")
    shown = text(park.post(reverse("request-letter", args=[draft.pk])))
    assert f"post/secret-{draft.sighting.number}" in shown
    assert "secret-" not in text(park.get(reverse("request", args=[draft.pk])))
    event = CustodyEvent.objects.get(action="link.shown")
    assert (event.actor_id, event.fields) == (staff_of("park").pk, ["url"])
    assert park.get(reverse("request-letter", args=[draft.pk])).status_code == 405


@pytest.mark.parametrize(
    ("answer", "state", "message"),
    [("left", "sent", "보낸 것으로 적었습니다"), ("again", "approved", "다시 보내고 있습니다")],
)
def test_park_settles_whether_a_letter_left(
    client_of, sent_of, answer: str, state: str, message: str
) -> None:
    request = sent_of(state="unclear", sent_at=None)
    park = client_of("park")
    assert "이 요청서가 나갔습니까?" in text(park.get(reverse("request", args=[request.pk])))
    address = reverse(f"request-unclear-{answer}", args=[request.pk])
    park.get(address)
    assert Request.objects.get(pk=request.pk).state == "unclear"
    assert message in text(park.post(address, follow=True))
    assert Request.objects.get(pk=request.pk).state == state
    assert "두 번 처리하지 않았습니다" in text(park.post(address, follow=True))


def test_only_a_supervisor_gives_a_standing_approval_and_only_for_days(client_of, sent_of) -> None:
    request = sent_of()
    address = reverse("request-standing", args=[request.pk])
    assert client_of("park").post(address, {"days": "30"}).status_code == 403
    jeong = client_of("jeong", "en")
    page = text(jeong.post(address, {"days": "900"}))
    assert 'value="900"' in page
    assert "180 days at most" in page
    assert not StandingApproval.objects.exists()
    jeong.post(address, {"days": "30"})
    assert StandingApproval.objects.get().recipient == "byeok"


def test_a_letter_is_written_again_after_something_was_mended(client_of, draft_of) -> None:
    draft = draft_of()
    Request.objects.filter(pk=draft.pk).update(letter_box=b"", ready=False, problem="no_route")
    park = client_of("park")
    assert "받는 곳의 주소가 없습니다" in text(park.get(reverse("request", args=[draft.pk])))
    done = park.post(reverse("request-rewrite", args=[draft.pk]), follow=True)
    assert "요청서를 다시 썼습니다" in text(done)
    assert Request.objects.get(pk=draft.pk).ready
