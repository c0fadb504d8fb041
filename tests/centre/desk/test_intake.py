"""Lee takes a report by telephone; the code is read out once and kept nowhere."""

import re
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from ansim.centre.cases.keyring import find_receipt
from ansim.centre.cases.models import Case

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
GIVEN = {
    "ticket": "t1", "channel": "phone", "language": "ko", "standing": "self", "age": "teen",
    "gender": "woman", "relation": "online", "harms": ["threat"], "places": ["messenger"],
    "links": "board.test/1\nboard.test/2\n", "keywords": "별빛_99", "story": "돈을 달라고 해요",
    "flags": ["danger_now"], "threat_deadline": "2026-11-22T20:00", "safe_channel": "sms",
    "safe_hours": "평일 19–21시", "contact_phone": "010-1111-2222",
    "contact_code_word": "파란 우산", "consents": ["hold", "notify"],
}  # fmt: skip


def code_on(text: str) -> str:
    shown = re.search(r'<p class="code"[^>]*>(.*?)</p>', text, re.DOTALL)
    assert shown is not None
    return re.sub(r"<[^>]+>", " ", shown[1])


def test_the_code_opens_the_case_and_is_kept_nowhere(signed_in: SignedIn) -> None:
    lee = signed_in("lee")
    response = lee.post(reverse("case-new"), GIVEN)
    code = code_on(response.content.decode())
    assert response["Cache-Control"].find("no-store") >= 0
    found = find_receipt(code)
    case = Case.objects.get()
    assert found is not None
    assert found[0] == case
    assert case.channel == "phone"
    assert case.sightings.count() == 2
    assert case.flags == ["danger_now", "threat_deadline"]
    assert case.safe_contact["channel"] == "sms"
    assert case.safe_contact["code_word"] is True
    assert "010" not in str(case.safe_contact)
    assert "우산" not in str(case.safe_contact)
    digits = code.replace(" ", "")
    assert all(digits not in str(session.get_decoded()) for session in Session.objects.all())


def test_pressing_twice_opens_one_case(signed_in: SignedIn) -> None:
    lee = signed_in("lee")
    lee.post(reverse("case-new"), GIVEN)
    again = lee.post(reverse("case-new"), GIVEN)
    assert again.status_code == 302
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"links": "board.test/1\nfile:///etc/passwd"}, "2번째 줄"),
        ({"consents": ["notify"]}, "적어도 첫째 동의"),
        ({"threat_deadline": "2026-11-21T20:00"}, "이미 지난 때입니다"),
        ({"contact_phone": ""}, "다른 연락 방법을 골라 주세요"),
        ({"channel": "pigeon"}, "목록에 있는 답"),
    ],
)
def test_wrong_input_keeps_everything_that_was_typed(
    change: dict[str, object], said: str, signed_in: SignedIn
) -> None:
    response = signed_in("lee").post(reverse("case-new"), {**GIVEN, **change})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert "<title>오류 1개:" in text
    assert "돈을 달라고 해요</textarea>" in text
    assert "별빛_99" in text
    assert "파란 우산" in text
    assert Case.objects.count() == 0


@pytest.mark.parametrize("name", ["park", "yoon"])
def test_only_those_who_take_reports_may(name: str, signed_in: SignedIn) -> None:
    other = signed_in(name)
    assert other.get(reverse("case-new")).status_code == 403
    assert other.post(reverse("case-new"), GIVEN).status_code == 403
    assert Case.objects.count() == 0


def test_the_form_is_there_in_both_languages(signed_in: SignedIn) -> None:
    address = reverse("case-new")
    assert "전화·방문 접수" in signed_in("lee").get(address).content.decode()
    assert "Phone or walk-in report" in signed_in("jeong", "en").get(address).content.decode()
