"""Park reviews, approves once and returns; Lee may read and Yoon may not even look."""

import pytest
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.cases.models import CaseMembership
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.removal.finding import BATCH
from ansim.centre.removal.models import Reply, Request

pytestmark = pytest.mark.django_db
QUEUE = "/staff/removal"
CONFIRM = "/staff/removal/confirm"


def text(response) -> str:
    return response.content.decode()


def picks(*requests: Request) -> dict[str, object]:
    return {"do": "approve", "pick": [str(one.pk) for one in requests]}


def test_the_queue_groups_by_recipient_and_shows_a_letter_without_its_address(
    client_of, draft_of
) -> None:
    one = draft_of("byeok.test")
    draft_of("byeok.test")
    draft_of("moa.test")
    page = text(client_of("park").get(QUEUE, {"look": str(one.pk)}))
    assert "받는 곳 2곳, 3건" in page
    assert page.count("처음 보내는 곳") >= 2
    assert "주소 1, 여기서는 숨김" in page
    assert "secret-" not in page
    assert "byeok.test/post" not in page
    assert "필수 항목 6개가 모두 맞습니다" in page
    english = text(client_of("park", "en").get(QUEUE, {"look": str(one.pk)}))
    assert "3 requests · recipients: 2" in english
    assert "address 1, hidden here" in english


def test_an_empty_tab_says_what_will_appear(client_of) -> None:
    assert "지금 승인할 것이 없습니다" in text(client_of("park").get(QUEUE))
    page = text(client_of("park", "en").get(QUEUE, {"tab": "overdue"}))
    assert "Nothing is overdue" in page


def test_park_approves_a_batch_once_however_often_the_button_is_pressed(
    client_of, draft_of
) -> None:
    drafts = [draft_of("byeok.test"), draft_of("byeok.test"), draft_of("moa.test")]
    park = client_of("park")
    asked = text(park.get(CONFIRM, picks(*drafts[:2])))
    assert "2건을 벽에 보낼까요?" in asked
    assert "본인의 이름·연락처·이야기, 사진과 영상" in asked
    assert "secret-" not in asked
    given = picks(*drafts[:2]) | {"read": "on"}
    done = park.post(CONFIRM, given, follow=True)
    assert "요청 2건을 보냅니다" in text(done)
    again = park.post(CONFIRM, given, follow=True)
    assert "두 번 처리하지 않았습니다" in text(again)
    states = [Request.objects.get(pk=one.pk).state for one in drafts]
    assert states == ["approved", "approved", "draft"]
    assert CustodyEvent.objects.filter(action="request.approved").count() == 2


def test_nothing_is_sent_unread_and_what_was_chosen_stays(client_of, draft_of) -> None:
    draft = draft_of()
    page = text(client_of("park", "en").post(CONFIRM, picks(draft)))
    assert "<title>1 error: Approve and send" in page
    assert "Tick that you have read every letter." in page
    assert f'name="pick" value="{draft.pk}"' in page
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_looking_at_the_confirmation_changes_nothing(client_of, draft_of) -> None:
    draft = draft_of()
    client_of("park").get(CONFIRM, picks(draft) | {"do": "return"})
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_park_returns_drafts_and_nothing_leaves(client_of, draft_of) -> None:
    draft = draft_of()
    done = client_of("park").post(CONFIRM, picks(draft) | {"do": "return"}, follow=True)
    assert "아무것도 나가지 않았습니다" in text(done)
    draft.refresh_from_db()
    assert (draft.state, draft.ending) == ("closed", "returned")


def test_a_draft_that_lacks_something_cannot_be_chosen(client_of, draft_of) -> None:
    draft = draft_of()
    Request.objects.filter(pk=draft.pk).update(ready=False, problem="not_ready")
    park = client_of("park", "en")
    assert "cannot be chosen" in text(park.get(QUEUE))
    done = park.post(CONFIRM, picks(draft) | {"read": "on"}, follow=True)
    assert "nothing was done twice" in text(done)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_withdrawn_consent_stops_what_was_drafted(client_of, draft_of, case) -> None:
    draft = draft_of()
    case.consents.filter(purpose="notify").update(withdrawn_at=clock.now())
    park = client_of("park", "en")
    assert "No consent covers this purpose and recipient" in text(park.get(QUEUE))
    done = text(park.post(CONFIRM, picks(draft) | {"read": "on"}, follow=True))
    assert "No consent covers this recipient now" in done
    draft.refresh_from_db()
    assert draft.state == "draft"


@pytest.mark.parametrize(("name", "status"), [("lee", 403), ("yoon", 403)])
def test_who_may_not_approve(client_of, draft_of, name: str, status: int) -> None:
    draft = draft_of()
    assert client_of(name).post(CONFIRM, picks(draft) | {"read": "on"}).status_code == status
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_lee_reads_only_what_is_shared_with_her_and_yoon_nothing(
    client_of, draft_of, staff_of, case
) -> None:
    draft = draft_of()
    lee = client_of("lee")
    address = reverse("request", args=[draft.pk])
    assert draft.sighting.label not in text(lee.get(QUEUE))
    assert lee.get(address).status_code == 404
    CaseMembership.objects.create(case=case, staff=staff_of("lee"), added_at=clock.now())
    page = text(lee.get(QUEUE))
    assert draft.sighting.label in page
    assert 'type="checkbox"' not in page
    assert lee.get(address).status_code == 200
    assert client_of("yoon").get(QUEUE).status_code == 403


def test_a_batch_is_no_larger_than_a_person_can_read(client_of, draft_of) -> None:
    first = draft_of()
    Request.objects.bulk_create(
        Request(
            reference=f"R-{number}", sighting=first.sighting, rung=number + 2, ready=True,
            recipient="byeok", recipient_kind="platform", regime="eu_dsa_16", why="first",
            drafted_at=clock.now(), basis="consent", language="en", subject="s", body="b",
        )
        for number in range(BATCH)
    )  # fmt: skip
    assert "1 more come after these." in text(client_of("park", "en").get(QUEUE))


def test_park_reads_replies_and_they_leave_the_list(client_of, sent_of) -> None:
    request = sent_of()
    reply = Reply.objects.create(
        request=request, mail_key="1", kind="reply", received_at=clock.now(),
        sender_domain="byeok.test", text="Gone: https://byeok.test/post/secret-1\n<b>now</b>",
    )  # fmt: skip
    Reply.objects.create(mail_key="2", kind="bounce", received_at=clock.now(), text="?")
    park = client_of("park")
    page = text(park.get("/staff/removal/replies"))
    assert "어느 요청의 것인지 모르는 메일" in page
    assert "secret-1" not in page
    assert "&lt;b&gt;now" in page
    park.post(reverse("reply-seen", args=[reply.pk]))
    reply.refresh_from_db()
    assert reply.seen_by is not None
    assert "Gone:" not in text(park.get("/staff/removal/replies"))
    assert CustodyEvent.objects.filter(action="reply.seen").count() == 1
