"""Jeong manages staff: nobody changes themselves, no case is lost, no password stays known."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre.access import managing
from ansim.centre.access.errors import LastManager, NotPermitted, OwnAccount
from ansim.centre.access.models import Staff
from ansim.centre.cases import handing, keyring
from ansim.centre.cases.errors import LastHolder
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.desk import people as managed
from ansim.vault import CaseKey, open_staff_key
from tests.centre.cases.people import NOW, PASSWORD
from tests.centre.doors import let_in

pytestmark = pytest.mark.django_db
Opened = tuple[Case, CaseKey]
NEW = {"username": "kang", "name_ko": "강 상담사", "name_en": "Kang", "role": "counsellor"}


def private_of(staff: Staff) -> bytes:
    return open_staff_key(bytes(staff.private_box), PASSWORD)


@pytest.fixture
def jeong(signed_in: Callable[..., Client]) -> Client:
    return signed_in("jeong", "en")


def page(name: str, staff: Staff) -> str:
    return reverse(name, args=[staff.pk])


def shown_password(text: str) -> str:
    found = re.search(r'<span class="mono">([a-z2-9-]{24})</span>', text)
    assert found, text[:2000]
    return found[1]


def test_a_new_colleague_gets_a_password_that_opens_only_its_change(jeong: Client) -> None:
    answer = jeong.post(reverse("staff-add"), {**NEW, "language": "ko"})
    password = shown_password(answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    kang = Staff.objects.get(username="kang")
    assert kang.must_change_password
    assert open_staff_key(bytes(kang.private_box), password)
    assert password not in str(list(CustodyEvent.objects.values()))
    assert password not in jeong.get(reverse("staff-list")).content.decode()
    inside = let_in(Client(), kang)
    assert inside.get(reverse("staff-today")).headers["Location"] == reverse("staff-password")


def test_what_was_typed_is_kept(jeong: Client) -> None:
    answer = jeong.post(reverse("staff-add"), {**NEW, "username": "a b", "language": "ko"})
    assert answer.status_code == 422
    assert 'value="a b"' in answer.content.decode()
    assert 'value="Kang"' in answer.content.decode()


@pytest.mark.parametrize("name", ["lee", "park", "yoon"])
def test_only_those_who_manage_staff(
    people: dict[str, Staff], signed_in: Callable[..., Client], name: str
) -> None:
    client = signed_in(name)
    for address in (
        reverse("staff-list"), reverse("staff-add"), page("staff-role", people["choi"]),
        page("staff-close", people["choi"]), page("staff-lost-password", people["choi"]),
        page("staff-reset", people["choi"]),
    ):  # fmt: skip
        assert client.get(address).status_code == 403
        assert client.post(address, {}).status_code in {403, 405}
    with pytest.raises(NotPermitted):
        managing.change_role(people["choi"], "supervisor", by=people[name], now=NOW)
    with pytest.raises(NotPermitted):
        managed.renew(people["choi"], by=people[name], private=None, now=NOW)
    assert Staff.objects.filter(is_active=True, must_change_password=False).count() == len(people)


def test_nobody_changes_themselves(people: dict[str, Staff], jeong: Client) -> None:
    me = people["jeong"]
    answers = [
        jeong.post(page("staff-role", me), {"role": "operator"}),
        jeong.post(page("staff-close", me), {}),
        jeong.post(page("staff-lost-password", me), {"x": "y"}),
        jeong.post(page("staff-reset", me), {"x": "y"}),
    ]
    assert [one.status_code for one in answers] == [422] * 4
    assert all("ask a colleague" in one.content.decode() for one in answers)
    for change in (
        lambda: managing.change_role(me, "analyst", by=me, now=NOW),
        lambda: managing.close_account(me, by=me, now=NOW),
        lambda: managed.renew(me, by=me, private=None, now=NOW),
        lambda: managed.reset_factors(me, by=me),
    ):
        with pytest.raises(OwnAccount):
            change()


def test_the_last_one_who_manages_stays(people: dict[str, Staff]) -> None:
    jeong = people["jeong"]
    oh = managing.add(
        username="oh", name_ko="오", name_en="Oh", role="operator", language="ko", by=jeong
    )[0]
    managing.change_role(jeong, "counsellor", by=oh, now=NOW)
    jeong.refresh_from_db()
    with pytest.raises(NotPermitted):
        managing.close_account(oh, by=jeong, now=NOW)
    # Both look at once: whoever comes second finds that the first one no longer manages.
    stale = Staff.objects.get(pk=jeong.pk)
    stale.role = "supervisor"
    with pytest.raises(NotPermitted):
        managing.change_role(oh, "analyst", by=stale, now=NOW)
    assert Staff.objects.get(pk=oh.pk).role == "operator"


def test_the_last_one_who_manages_is_told_from_the_others(people: dict[str, Staff]) -> None:
    lee, jeong = people["lee"], people["jeong"]
    with pytest.raises(LastManager):
        managing._keep_a_manager(jeong, NOW)
    managing._keep_a_manager(lee, NOW)


def test_a_new_role_ends_old_sessions_and_gives_up_the_keys(
    people: dict[str, Staff],
    opened: Callable[..., Opened],
    jeong: Client,
    signed_in: Callable[..., Client],
) -> None:
    case, _key = opened("lee", "choi")
    lee_s = signed_in("lee")
    assert jeong.post(page("staff-role", people["lee"]), {"role": "analyst"}).status_code == 302
    assert lee_s.get(reverse("staff-today")).status_code == 302
    lee = Staff.objects.get(username="lee")
    assert not handing.held_by(lee).exists()
    assert not case.memberships.filter(staff=lee).exists()
    assert handing.held_by(people["choi"]).count() == 1
    assert CustodyEvent.objects.filter(action="staff.role_changed").count() == 1


def test_nobody_leaves_with_the_only_key(
    people: dict[str, Staff], opened: Callable[..., Opened], jeong: Client
) -> None:
    lone, _ = opened("lee")
    answer = jeong.post(page("staff-close", people["lee"]), {"successor": ""})
    assert answer.status_code == 422
    assert "Yeoul-412" in answer.content.decode()
    assert Staff.objects.get(username="lee").is_active
    with pytest.raises(LastHolder):
        managed.close(people["lee"], by=people["jeong"], successor=None, private=None, now=NOW)
    assert Staff.objects.get(username="lee").is_active
    assert handing.held_by(people["lee"]).get() == lone


def test_a_successor_takes_over_what_the_manager_holds(
    people: dict[str, Staff], opened: Callable[..., Opened], jeong: Client
) -> None:
    case, key = opened("lee", "jeong")
    answer = jeong.post(page("staff-close", people["lee"]), {"successor": str(people["choi"].pk)})
    assert answer.status_code == 302
    assert not Staff.objects.get(username="lee").is_active
    choi = people["choi"]
    assert keyring.sealed_key_for_staff(case, choi, private_of(choi)) == key
    assert not case.wraps.filter(staff=people["lee"]).exists()


def test_a_lost_password_loses_no_case(
    people: dict[str, Staff],
    opened: Callable[..., Opened],
    jeong: Client,
    signed_in: Callable[..., Client],
) -> None:
    with_jeong, key = opened("lee", "jeong")
    with_choi, other = opened("lee", "choi", reference="바람-300")
    alone, _ = opened("lee", reference="구름-200")
    text = jeong.post(page("staff-lost-password", people["lee"]), {"x": "y"}).content.decode()
    password = shown_password(text)
    assert "1 case opens for them again" in text
    lee = Staff.objects.get(username="lee")
    assert lee.must_change_password
    private = open_staff_key(bytes(lee.private_box), password)
    assert keyring.sealed_key_for_staff(with_jeong, lee, private) == key
    assert keyring.sealed_key_for_staff(with_choi, lee, private) is None
    assert keyring.sealed_key_for_staff(alone, lee, private) is None
    left, escrow = text.split("they need the escrow key")
    assert "300" in left
    assert "200" in escrow
    choi = signed_in("choi", "en")
    assert "Lee" in choi.get(reverse("staff-waiting")).content.decode()
    assert choi.post(page("staff-give-back", lee), {"x": "y"}).status_code == 302
    assert keyring.sealed_key_for_staff(with_choi, lee, private) == other
    assert "Nobody waits" in choi.get(reverse("staff-waiting")).content.decode()


def test_a_reset_forgets_every_second_step(people: dict[str, Staff], jeong: Client) -> None:
    from tests.centre.doors import give_app

    give_app(people["lee"])
    assert jeong.get(page("staff-reset", people["lee"])).status_code == 200
    assert people["lee"].factors.count() == 1
    assert jeong.post(page("staff-reset", people["lee"]), {"x": "y"}).status_code == 302
    assert people["lee"].factors.count() == 0


def test_asked_first_and_by_post_alone(people: dict[str, Staff], jeong: Client) -> None:
    for name in ("staff-role", "staff-close", "staff-lost-password", "staff-reset"):
        text = jeong.get(page(name, people["lee"])).content.decode()
        assert "What happens" in text
    lee = Staff.objects.get(username="lee")
    assert (lee.is_active, lee.role, lee.must_change_password) == (True, "counsellor", False)
    assert private_of(lee)


def test_temporary_passwords_are_long_and_never_the_same() -> None:
    made = {managing.temporary_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 24 and not re.search(r"[il1o0]", one) for one in made)


def test_an_account_that_is_closed_is_not_changed(people: dict[str, Staff], jeong: Client) -> None:
    jeong.post(page("staff-close", people["choi"]), {})
    closed: Any = Staff.objects.get(username="choi")
    assert not closed.is_active
    assert jeong.get(page("staff-role", closed)).status_code == 404
