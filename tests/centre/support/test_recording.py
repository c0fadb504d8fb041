"""Recording a support: who may, what is sealed, and what stays when something is wrong."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey

pytestmark = pytest.mark.django_db
SignedIn = Callable[..., Client]
GIVEN = {
    "kind": "psychological", "provider": "상담실", "outcome": "ongoing",
    "given_at": "2026-11-21T15:00", "minutes": "50", "note": "넷째 만남",
}  # fmt: skip


@pytest.fixture
def case(opened: Callable[..., tuple[Case, CaseKey]]) -> Case:
    return opened("lee")[0]


def test_a_support_is_recorded_with_a_sealed_note(signed_in: SignedIn, case: Case) -> None:
    lee, address = signed_in("lee"), reverse("case-plan", args=[case.pk])
    assert lee.post(address, GIVEN).status_code == 302
    service = case.services.get()
    assert (service.kind, service.minutes, service.outcome) == ("psychological", 50, "ongoing")
    assert service.note_box is not None
    assert "넷째".encode() not in bytes(service.note_box)
    text = lee.get(address).content.decode()
    assert "심리 지원" in text
    assert "넷째 만남" in text
    assert "1회 · 상담실" in text
    assert CustodyEvent.objects.filter(action="service.read", case_id=case.pk).count() == 1


def test_the_officer_sees_the_support_but_not_the_note(signed_in: SignedIn, case: Case) -> None:
    address = reverse("case-plan", args=[case.pk])
    signed_in("lee").post(address, GIVEN)
    park = signed_in("park")
    text = park.get(address).content.decode()
    assert "심리 지원" in text
    assert "넷째" not in text
    assert park.post(address, GIVEN).status_code == 403
    assert signed_in("choi").post(address, GIVEN).status_code == 404
    assert case.services.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": ""}, "어떤 지원인지"),
        ({"kind": "magic"}, "목록에 있는 답"),
        ({"provider": " "}, "누가 지원했는지"),
        ({"outcome": ""}, "결과를 골라"),
        ({"given_at": "2026-11-23T15:00"}, "아직 오지 않은 때"),
        ({"given_at": "어제"}, "2026-11-22 14:00처럼"),
        ({"minutes": "오십"}, "정수로"),
        ({"minutes": "2000"}, "1440분"),
    ],
)
def test_wrong_input_keeps_what_was_typed(
    change: dict[str, str], said: str, signed_in: SignedIn, case: Case
) -> None:
    response = signed_in("lee").post(reverse("case-plan", args=[case.pk]), {**GIVEN, **change})
    text = response.content.decode()
    assert response.status_code == 422
    assert said in text
    assert "<title>오류 1개:" in text
    assert "넷째 만남</textarea>" in text
    assert case.services.count() == 0


def test_a_note_without_a_key_is_not_lost(signed_in: SignedIn, case: Case) -> None:
    response = signed_in("jeong").post(reverse("case-plan", args=[case.pk]), GIVEN)
    assert response.status_code == 422
    assert "넷째 만남</textarea>" in response.content.decode()
    assert case.services.count() == 0
    bare = signed_in("jeong").post(reverse("case-plan", args=[case.pk]), {**GIVEN, "note": ""})
    assert bare.status_code == 302
    assert case.services.count() == 1
