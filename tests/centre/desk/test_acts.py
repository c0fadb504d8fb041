"""Lee takes a case's content out with Jeong's word: on the pages, once, in time."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.access import joint
from ansim.centre.access.acts import JointAct
from ansim.centre.access.models import Staff
from ansim.centre.cases import services
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey, WrongPassword, open_with_passphrase
from tests.centre.cases.people import NOW

pytestmark = pytest.mark.django_db
KIND = "case.export_sealed"
WHY = "The court asked for the whole record."
PASSPHRASE = "a long walk by the river"
TOLD = {"story": "그날 있었던 일", "contact": {"name": "박미나", "phone": "010-2345-6789"}}
Opened = tuple[Case, CaseKey]


@pytest.fixture
def case(opened: Callable[..., Opened], people: dict[str, Staff]) -> Opened:
    made = opened("lee", "jeong", **TOLD)
    services.post_message(made[0], "언제 끝나나요?", key=made[1], author=None, now=NOW)
    services.write_note(made[0], "내일 전화", key=made[1], author=people["lee"], now=NOW)
    return made


@pytest.fixture
def lee(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lee", "en")


@pytest.fixture
def jeong(signed_in: Callable[..., Client]) -> Client:
    return signed_in("jeong", "en")


def asking(case: Opened) -> str:
    return reverse("act-ask", args=[case[0].pk, KIND])


def export(case: Opened) -> str:
    return reverse("case-export", args=[case[0].pk])


def typed(passphrase: str = PASSPHRASE, again: str | None = None) -> dict[str, str]:
    return {"passphrase": passphrase, "again": passphrase if again is None else again}


def confirmed(case: Opened, lee: Client, jeong: Client) -> JointAct:
    assert lee.post(asking(case), {"reason": WHY}).status_code == 302
    act = JointAct.objects.get()
    assert jeong.post(reverse("act", args=[act.pk]), {"decision": "confirm"}).status_code == 302
    return act


def test_all_of_it_comes_out_once_under_the_passphrase(
    case: Opened, lee: Client, jeong: Client
) -> None:
    act = confirmed(case, lee, jeong)
    assert export(case) in lee.get(reverse("acts")).content.decode()
    answer = lee.post(export(case), typed())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="export.bin"'
    assert "no-store" in answer.headers["Cache-Control"]
    box = answer.content
    assert "박미나".encode() not in box
    content = json.loads(open_with_passphrase(box, PASSPHRASE))
    assert content["contact"] == TOLD["contact"]
    assert (content["story"], content["case"]) == (TOLD["story"], case[0].reference)
    assert [one["text"] for one in content["messages"]] == ["언제 끝나나요?"]
    assert [one["text"] for one in content["notes"]] == ["내일 전화"]
    with pytest.raises(WrongPassword):
        open_with_passphrase(box, "a long walk by the lake")
    again = lee.post(export(case), typed())
    assert "attachment" not in again.headers.get("Content-Disposition", "")
    event = CustodyEvent.objects.get(action="case.exported")
    assert event.fields == ["contact", "messages", "notes", "story"]
    assert event.object_id == str(act.pk)


def test_the_second_person_reads_what_it_does_and_why(
    case: Opened, lee: Client, jeong: Client
) -> None:
    lee.post(asking(case), {"reason": WHY})
    act = JointAct.objects.get()
    today = jeong.get(reverse("staff-today")).content.decode()
    assert re.search(r'href="/staff/acts".*?count">1<', today, re.DOTALL)
    listed = jeong.get(reverse("acts")).content.decode()
    assert reverse("act", args=[act.pk]) in listed
    page = jeong.get(reverse("act", args=[act.pk])).content.decode()
    assert WHY in page
    assert "cannot be called back" in page
    assert 'value="confirm"' in page
    own = lee.get(reverse("act", args=[act.pk])).content.decode()
    assert 'value="confirm"' not in own
    assert lee.post(reverse("act", args=[act.pk]), {"decision": "confirm"}).status_code == 422
    assert JointAct.objects.get().state == "waiting"


def test_without_a_second_person_nothing_leaves(case: Opened, lee: Client, jeong: Client) -> None:
    for reached in (lambda: None, lambda: lee.post(asking(case), {"reason": WHY})):
        reached()
        answer = lee.post(export(case), typed())
        assert "Content-Disposition" not in answer.headers
        assert "This needs a second person" in answer.content.decode()
    act = JointAct.objects.get()
    jeong.post(reverse("act", args=[act.pk]), {"decision": "refuse"})
    assert "Content-Disposition" not in lee.post(export(case), typed()).headers
    assert not CustodyEvent.objects.filter(action="case.exported").exists()


def test_an_hour_after_the_confirmation_it_is_over(
    case: Opened, lee: Client, jeong: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(case, lee, jeong)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=60))
    assert "Content-Disposition" not in lee.post(export(case), typed()).headers
    assert "Its time is over" in lee.get(reverse("acts")).content.decode()


def test_the_confirmer_does_not_get_the_file(case: Opened, lee: Client, jeong: Client) -> None:
    confirmed(case, lee, jeong)
    assert "Content-Disposition" not in jeong.post(export(case), typed()).headers


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (typed("short"), "12 letters or more"),
        (typed("", ""), "12 letters or more"),
        (typed(again="another one entirely"), "The two passphrases differ"),
    ],
)
def test_a_bad_passphrase_uses_nothing_up(
    case: Opened, lee: Client, jeong: Client, given: dict[str, str], says: str
) -> None:
    confirmed(case, lee, jeong)
    answer = lee.post(export(case), given)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert JointAct.objects.get().state == "confirmed"
    assert lee.post(export(case), typed()).headers["Content-Disposition"]


def test_a_reason_that_says_nothing_is_kept_and_mended(case: Opened, lee: Client) -> None:
    answer = lee.post(asking(case), {"reason": "because"})
    assert answer.status_code == 422
    assert "because" in answer.content.decode()
    assert "at least 10 letters" in answer.content.decode()
    assert not JointAct.objects.exists()


def test_a_reason_is_read_by_those_who_hold_the_case_only(
    case: Opened, lee: Client, jeong: Client, signed_in: Callable[..., Client]
) -> None:
    lee.post(asking(case), {"reason": WHY})
    act = JointAct.objects.get()
    assert act.reason_is_sealed
    assert WHY not in str(act.__dict__)
    for name in ("choi", "park", "yoon"):
        other = signed_in(name, "en")
        assert other.get(reverse("act", args=[act.pk])).status_code == 404
        assert WHY not in other.get(reverse("acts")).content.decode()


def test_it_asks_for_the_password_again(case: Opened, lee: Client) -> None:
    session: Any = lee.session
    session["fresh_at"] = 0
    session.save()
    for address in (asking(case), export(case)):
        assert lee.get(address).headers["Location"].startswith("/staff/again")
    answer = lee.post(asking(case), {"reason": WHY})
    assert answer.headers["Location"].startswith("/staff/again")
    assert not JointAct.objects.exists()


def test_pages_are_whole_in_both_languages(
    case: Opened, lee: Client, jeong: Client, signed_in: Callable[..., Client]
) -> None:
    confirmed(case, lee, jeong)
    korean = signed_in("lee", "ko")
    for address in (reverse("acts"), asking(case), export(case)):
        page = korean.get(address).content.decode()
        assert not re.search(r"second person|Waiting for|Take the file", page), address
    assert joint.rule_of(KIND).title["ko"] in korean.get(reverse("acts")).content.decode()
