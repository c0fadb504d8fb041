"""The pages: staff see what falls due and hold it; two erase; the person deletes and takes back."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ansim import signed
from ansim.centre.access import joint
from ansim.centre.access.models import Staff
from ansim.centre.access.services import create_staff
from ansim.centre.cases.models import Case
from ansim.centre.cases.references import english_reference
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.retention.holding import say_who_asked, wish_to_erase
from ansim.centre.retention.models import Hold, Keeping, Tombstone, Wish
from ansim.centre.retention.services import review
from tests.centre.doors import come_in
from tests.centre.retention.people import NOON, PASSWORD, Now, closed

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser_of(db: None) -> Callable[..., Client]:
    """``browser_of(lee)``: signed in with her key."""
    del db

    def enter(staff: Staff, language: str = "en") -> Client:
        client = Client()
        client.cookies["ansim_lang"] = language
        come_in(client, staff.username, PASSWORD)
        return client

    return enter


def inside(code: str, language: str = "en") -> Client:
    """A person's browser, in by code."""
    client = Client(headers={"accept-language": language})
    assert client.post("/code", {"code": code}).headers["Location"] == "/mine"
    return client


def page(client: Client, name: str, *keys: object) -> str:
    answer = client.get(reverse(name, args=keys))
    assert answer.status_code == 200
    return answer.content.decode()


def test_staff_see_why_and_when_and_keep_it(told, lee, jeong, now: Now, browser_of):
    case = closed(told(links=()).case, lee, NOON)
    now.go(days=340)
    review(now.at)
    client = browser_of(jeong)
    assert english_reference(case.reference) in page(client, "retention")
    assert "The time to keep a case ends" in page(client, "staff-today")
    shown = page(client, "case-retention", case.pk)
    assert "No legal duty to keep: 1 year" in shown
    assert "Its time ends: notice is given" in shown
    client.post(reverse("case-keep", args=[case.pk]))
    assert Keeping.objects.get().kept_by == "staff"
    assert english_reference(case.reference) not in page(client, "retention")


def test_a_hold_is_set_read_and_lifted(told, lee, jeong, browser_of):
    case = told().case
    client = browser_of(jeong)
    address = reverse("case-hold", args=[case.pk])
    empty = client.post(address, {"kind": "court", "reason": "", "until": "2020-01-01"})
    assert empty.status_code == 422
    said = empty.content.decode()
    assert "Write down why" in said
    assert "This day has passed" in said
    done = client.post(address, {"kind": "court", "reason": "order 7", "until": ""})
    assert done.status_code == 302
    shown = page(client, "case-retention", case.pk)
    assert "order 7" in shown
    assert english_reference(case.reference) in page(client, "retention")
    assert CustodyEvent.objects.filter(action="hold.read").exists()
    client.post(reverse("case-hold-lift", args=[case.pk]), {"hold": str(Hold.objects.get().pk)})
    assert Hold.objects.get().lifted_by == jeong
    assert client.post(reverse("case-hold-lift", args=[case.pk])).status_code == 404


def test_a_counsellor_reads_and_does_not_hold_and_an_officer_sees_no_tab(told, lee, browser_of):
    case = told().case
    client = browser_of(lee)
    assert "Set a hold" not in page(client, "case-retention", case.pk)
    for name in ("case-keep", "case-asker", "case-hold", "case-hold-lift"):
        assert client.post(reverse(name, args=[case.pk])).status_code == 403
    park = browser_of(create_staff("park", PASSWORD, "박", "Park", "removal_officer"))
    assert reverse("case-retention", args=[case.pk]) not in page(park, "case", case.pk)
    assert park.get(reverse("case-retention", args=[case.pk])).status_code == 403
    assert park.get(reverse("retention")).status_code == 403


def test_two_erase_and_one_alone_does_not(told, lee, jeong, now: Now, browser_of):
    case = told().case
    client = browser_of(lee)
    address = reverse("case-erase", args=[case.pk])
    assert client.post(address).headers["Location"] == reverse("case-retention", args=[case.pk])
    act = joint.ask("case.erase", case, lee, "the person wrote that she wants it", now.at)
    assert "A second person has to confirm" in page(client, "case-retention", case.pk)
    client.post(address)
    assert not Tombstone.objects.exists()
    joint.confirm(act, jeong, now.at)
    assert "Erase this case now?" in client.get(address).content.decode()
    done = client.post(address, follow=True)
    assert "Certificate of erasure" in done.content.decode()
    document = json.loads(Tombstone.objects.get().certificate)["document"]
    assert (document["asked_by"], document["two_person_act"]) == ("staff", str(act.pk))
    file = client.get(reverse("certificate-file", args=[Tombstone.objects.get().pk]))
    assert signed.verify(file.content.decode()) == document
    assert client.post(address).status_code == 404
    reference = case.reference
    assert "It was erased on" in client.post(reverse("retention"), {"reference": reference}).content.decode()
    other = client.post(reverse("retention"), {"reference": "여울-000"})
    assert (other.status_code, "was erased here" in other.content.decode()) == (422, True)


def test_she_is_asked_twice_and_deletes_at_once(told):
    mina = told()
    client = inside(mina.code)
    first = page(client, "mine-erase")
    assert "What cannot be undone" in first
    assert "Enforcement Rule" in first
    wrong = client.post(reverse("mine-erase-confirm"), {"code": "1" * 20, "when": "now"})
    assert (wrong.status_code, Wish.objects.count()) == (422, 0)
    done = client.post(reverse("mine-erase-confirm"), {"code": mina.code, "when": "now"})
    assert done.headers["Location"] == reverse("erased")
    shown = page(client, "erased")
    assert "Everything is deleted" in shown
    file = client.get(reverse("erased-certificate"))
    assert signed.verify(file.content.decode())["asked_by"] == "person"
    assert not Case.objects.exists()
    assert client.get(reverse("mine")).headers["Location"] == reverse("enter")
    client.get(reverse("exit"))
    assert client.get(reverse("erased")).headers["Location"] == "/"
    again = client.post("/code", {"code": mina.code})
    assert "does not match" in again.content.decode()


def test_anothers_code_deletes_nothing(told):
    mina, bora = told(), told(links=())
    client = inside(mina.code)
    answer = client.post(reverse("mine-erase-confirm"), {"code": bora.code, "when": "now"})
    assert answer.status_code == 422
    assert Case.objects.count() == 2


def test_a_day_to_change_her_mind(told):
    mina = told()
    client = inside(mina.code)
    client.post(reverse("mine-erase-confirm"), {"code": mina.code, "when": "later"})
    for name in ("mine", "mine-erase"):
        assert "Everything will be deleted" in page(client, name)
    assert client.get(reverse("mine-erase-confirm")).status_code == 302
    client.post(reverse("mine-erase-back"))
    assert not Wish.objects.exists()
    assert "Everything will be deleted" not in page(client, "mine")


def test_where_counsel_decides_she_is_told_and_staff_see_it(told, jeong, now: Now, browser_of):
    mina = told()
    say_who_asked(mina.case, police=True, by=jeong, now=now.at)
    client = inside(mina.code)
    assert "a lawyer looks at your wish" in page(client, "mine-erase")
    client.post(reverse("mine-erase-confirm"), {"code": mina.code, "when": "now"})
    assert Case.objects.exists()
    assert "a lawyer has to look at it first" in page(client, "mine")
    staff = browser_of(jeong)
    assert "Ask counsel" in page(staff, "staff-today")
    assert "Counsel decides" in page(staff, "retention")


def test_the_end_is_announced_to_her_and_she_keeps_it(told, lee, now: Now):
    mina = told(links=())
    closed(mina.case, lee, NOON)
    now.go(days=340)
    review(now.at)
    client = inside(mina.code)
    assert "The time to keep your record ends" in page(client, "mine")
    client.post(reverse("mine-keep"))
    assert Keeping.objects.get().kept_by == "person"
    assert "The time to keep your record ends" not in page(client, "mine")


def test_korean_pages_have_no_english_sentence_of_ours(told, jeong, lee, now: Now, browser_of):
    mina = told()
    wish_to_erase(mina.case, now=now.at)
    staff, person = browser_of(jeong, "ko"), inside(mina.code, "ko")
    shown = [page(staff, "retention"), page(staff, "case-retention", mina.case.pk)]
    shown += [page(person, "mine-erase"), page(person, "mine")]
    for english in ("To be erased", "Legal holds", "Erase this case", "What is deleted", "deleted"):
        assert not any(english in one for one in shown)
    assert "파기" in shown[0]
    assert "삭제" in shown[2]


def test_erasing_needs_the_case_to_be_visible(told, lee, jeong, browser_of):
    case = told().case
    choi = browser_of(create_staff("choi", PASSWORD, "최", "Choi", "counsellor"))
    for name in ("case-retention", "case-erase"):
        assert choi.get(reverse(name, args=[case.pk])).status_code == 404
