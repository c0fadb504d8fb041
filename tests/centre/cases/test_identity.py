"""Mina's name is apart from her story: Lee asks, custodian Han decides and looks at each showing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.access.acts import IdentityAsk, IdentityShowing
from ansim.centre.access.errors import ActAnswered, NotPermitted, ReasonTooShort, SamePerson
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases import identity, services
from ansim.centre.cases.errors import KeyNotHeld, UnknownCode
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey
from tests.centre.cases.people import NOW, PASSWORD

pytestmark = pytest.mark.django_db
CONTACT = {"name": "박미나", "phone": "010-2345-6789", "email": "mina@example.com", "hours": "저녁"}
WHY = "She asked to be called back about the court day."
DAY = timedelta(hours=24)
Opened = tuple[Case, CaseKey]


@pytest.fixture
def han(people: dict[str, Staff]) -> Staff:
    made = create_staff("han", PASSWORD, "한 관리자", "Han", "identity_custodian")
    people["han"] = made
    return made


@pytest.fixture
def case(opened: Callable[..., Opened]) -> Opened:
    return opened("lee", "jeong", story="그날 일을 적어요.", contact=CONTACT)


def ask(case: Opened, by: Staff, reason: str = WHY) -> IdentityAsk:
    return identity.ask(case[0], by=by, purpose="reach", reason=reason, key=case[1], now=NOW)


def show(case: Opened, by: Staff, at: Any = NOW) -> dict[str, str]:
    shown = identity.show(case[0], by=by, purpose="reach", reason=WHY, key=case[1], now=at)
    return shown.contact


def test_the_story_opens_without_the_name(case: Opened, people: dict[str, Staff]) -> None:
    told = services.read_story(case[0], key=case[1], reader=people["lee"], now=NOW)
    assert told.story
    assert told.contact == {"hours": "저녁"}
    event = CustodyEvent.objects.get(action="case.story_read")
    assert event.fields == ["hours", "story"]


def test_a_supervisor_sees_it_with_a_reason(case: Opened, people: dict[str, Staff]) -> None:
    assert show(case, people["jeong"]) == {k: v for k, v in CONTACT.items() if k != "hours"}
    event = CustodyEvent.objects.get(action="identity.shown")
    assert event.fields == ["email", "name", "phone"]
    row = IdentityShowing.objects.get()
    stored = str(row.__dict__) + str(event.__dict__)
    for secret in (*CONTACT.values(), "court"):
        assert secret not in stored
        assert secret.encode() not in bytes(row.reason_box)
    assert identity.reason_of(row, case[1]) == WHY
    assert identity.reason_of(row, None) is None


@pytest.mark.parametrize("reason", ["", "call", ". . . . . . . . .", "aaaaaaaaaaaa"])
def test_no_reason_no_name(case: Opened, people: dict[str, Staff], reason: str) -> None:
    with pytest.raises(ReasonTooShort):
        identity.show(
            case[0], by=people["jeong"], purpose="reach", reason=reason, key=case[1], now=NOW
        )
    with pytest.raises(UnknownCode):
        identity.show(case[0], by=people["jeong"], purpose="fun", reason=WHY, key=case[1], now=NOW)
    with pytest.raises(KeyNotHeld):
        identity.show(case[0], by=people["jeong"], purpose="reach", reason=WHY, key=None, now=NOW)
    assert not IdentityShowing.objects.exists()


def test_a_counsellor_needs_a_grant_for_that_case_that_person_and_a_day(
    case: Opened, people: dict[str, Staff], han: Staff, opened: Callable[..., Opened]
) -> None:
    lee, choi = people["lee"], people["choi"]
    services.share_case(case[0], choi, by=lee, key=case[1], now=NOW)
    with pytest.raises(NotPermitted):
        show(case, lee)
    row = ask(case, lee)
    with pytest.raises(NotPermitted):
        show(case, lee)
    identity.answer(row, by=han, grant=True, sentence="", now=NOW)
    assert show(case, lee)["name"] == "박미나"
    assert show(case, lee, NOW + DAY - timedelta(seconds=1))
    with pytest.raises(NotPermitted):
        show(case, lee, NOW + DAY)
    with pytest.raises(NotPermitted):
        show(case, choi)
    other = opened("lee", reference="바람-300", contact=CONTACT)
    with pytest.raises(NotPermitted):
        show(other, lee)
    assert IdentityShowing.objects.count() == 2


def test_a_grant_falls_with_the_share(case: Opened, people: dict[str, Staff], han: Staff) -> None:
    identity.answer(ask(case, people["lee"]), by=han, grant=True, sentence="", now=NOW)
    case[0].memberships.filter(staff=people["lee"]).delete()
    with pytest.raises(NotPermitted):
        show(case, people["lee"])


def test_a_refusal_has_a_sentence_and_is_the_end(
    case: Opened, people: dict[str, Staff], han: Staff
) -> None:
    row = ask(case, people["lee"])
    with pytest.raises(ReasonTooShort):
        identity.answer(row, by=han, grant=False, sentence="no", now=NOW)
    said = "Write to her on the site first, please."
    refused = identity.answer(row, by=han, grant=False, sentence=said, now=NOW)
    assert identity.answer_of(refused) == said
    assert b"site" not in bytes(refused.answer_box)
    with pytest.raises(ActAnswered):
        identity.answer(row, by=han, grant=True, sentence="", now=NOW)
    with pytest.raises(NotPermitted):
        show(case, people["lee"])


def test_only_a_custodian_answers_and_reviews(
    case: Opened, people: dict[str, Staff], han: Staff
) -> None:
    row = ask(case, people["lee"])
    for name in ("lee", "jeong", "yoon", "park"):
        with pytest.raises(NotPermitted):
            identity.answer(row, by=people[name], grant=True, sentence="", now=NOW)
    show(case, people["jeong"])
    shown = IdentityShowing.objects.get()
    with pytest.raises(NotPermitted):
        identity.review(shown, by=people["jeong"], fine=True, now=NOW)
    assert identity.review(shown, by=han, fine=False, now=NOW).review == "queried"


def test_nobody_reviews_their_own(case: Opened, people: dict[str, Staff]) -> None:
    show(case, people["jeong"])
    people["jeong"].role = "identity_custodian"
    people["jeong"].save()
    with pytest.raises(SamePerson):
        identity.review(IdentityShowing.objects.get(), by=people["jeong"], fine=True, now=NOW)


def test_the_custodian_s_list_ends_after_thirty_days(
    case: Opened, people: dict[str, Staff]
) -> None:
    show(case, people["jeong"])
    assert identity.lately_shown(NOW + timedelta(days=29)).count() == 1
    assert identity.lately_shown(NOW + timedelta(days=31)).count() == 0


def test_lee_asks_han_grants_lee_sees_it_once(
    case: Opened, han: Staff, signed_in: Callable[..., Client], people: dict[str, Staff]
) -> None:
    lee, custodian = signed_in("lee", "en"), signed_in("han", "en")
    page = reverse("case-identity", args=[case[0].pk])
    assert "박미나" not in lee.get(page).content.decode()
    wrong = lee.post(page, {"purpose": "reach", "reason": "short"})
    assert wrong.status_code == 422
    assert "short" in wrong.content.decode()
    assert lee.post(page, {"purpose": "reach", "reason": WHY}).status_code == 302
    row = IdentityAsk.objects.get()
    waiting = custodian.get(reverse("identity-review")).content.decode()
    assert case[0].spoken in waiting or "Yeoul-412" in waiting
    assert "court" not in waiting
    assert "박미나" not in waiting
    answer = reverse("identity-ask", args=[row.pk])
    kept = custodian.post(answer, {"decision": "refuse", "sentence": "nope"})
    assert kept.status_code == 422
    assert "nope" in kept.content.decode()
    assert custodian.post(answer, {"decision": "grant", "sentence": ""}).status_code == 302
    shown = lee.post(page, {"purpose": "reach", "reason": WHY})
    assert "박미나" in shown.content.decode()
    assert "010-2345-6789" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert "박미나" not in lee.get(page).content.decode()
    marked = reverse("identity-showing", args=[IdentityShowing.objects.get().pk])
    custodian.post(marked, {"review": "fine"})
    assert IdentityShowing.objects.get().review == "fine"
    assert CustodyEvent.objects.filter(action="identity.reviewed", actor_id=han.pk).exists()


def test_minors_are_flagged(
    opened: Callable[..., Opened],
    han: Staff,
    people: dict[str, Staff],
    signed_in: Callable[..., Client],
) -> None:
    for number, facts in enumerate(({"age": "teen"}, {"flags": ["minor"]}, {"age": "twenties"})):
        made = opened("lee", reference=f"여울-50{number}", contact=CONTACT, **facts)
        assert identity.is_minor(made[0]) is (number < 2)
        ask(made, people["lee"])
    page = signed_in("han", "en").get(reverse("identity-review")).content.decode()
    assert page.count("Under age") == 2
    assert clock.now() == NOW
