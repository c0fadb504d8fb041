"""Young people, and those who ask for somebody else, are spoken to as who they are."""

import pytest
from django.http import HttpResponse

from ansim.centre.access.models import Staff
from ansim.centre.cases.models import Case, ProxyStanding
from ansim.centre.cases.standing import confirm, waits_for_person
from ansim.centre.portal.voices import voice_of
from tests.centre.portal.jiwoo import Jiwoo
from tests.centre.portal.people import NOON, Known, known

pytestmark = pytest.mark.usefixtures("lee")
ALONE = "혼자서도 계속할 수 있어요"
GUARDIAN = (
    "보호자의 동의가 필요",
    "보호자 동의를 받",
    "guardian’s consent is needed",
    "서명을 받아",
)


@pytest.mark.parametrize(
    ("standing", "age", "voice"),
    [
        ("", "", "self"), ("self", "twenties", "self"), ("self", "under_14", "young"),
        ("", "teen", "young"), ("family", "forties", "proxy"), ("agent", "", "proxy"),
        ("family", "under_14", "proxy_young"), ("friend", "teen", "proxy_young"),
    ],
)  # fmt: skip
def test_who_is_spoken_to(standing: str, age: str, voice: str) -> None:
    assert voice_of(standing, age) == voice


def pages(jiwoo: Jiwoo, **first: object) -> dict[int, str]:
    """The text of the steps after the first."""
    jiwoo.press(**first)
    told = {}
    for number in (2, 3, 4):
        told[number] = jiwoo.text
        jiwoo.press("skip")
    told[5] = jiwoo.text
    jiwoo.press(consent=["hold"])
    told[6] = jiwoo.text
    return told


def note_of(page: HttpResponse | str) -> str:
    text = page if isinstance(page, str) else page.content.decode()
    return text.partition('class="note" data-tone="info"')[2].partition("</div>")[0]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(
    "first",
    [
        {"standing": "self", "age": "under_14"}, {"standing": "self", "age": "teen"},
        {"standing": "family", "kin": "lineal", "age": "forties"},
        {"kin": "sibling", "age": "teen"},
    ],
)  # fmt: skip
def test_every_page_has_a_word_of_its_own(language: str, first: dict[str, str]) -> None:
    told = pages(Jiwoo(language), **first)
    notes = [note_of(told[number]) for number in (2, 4, 5, 6)]
    assert all(notes)
    assert len(set(notes)) == 4
    for page in told.values():
        assert not [said for said in GUARDIAN if said in page]


def test_a_grown_person_who_asks_for_themselves_hears_none_of_it() -> None:
    told = pages(Jiwoo(), standing="self", age="twenties")
    assert not any(note_of(page) for page in told.values())


def test_a_girl_of_thirteen_goes_all_the_way_by_herself() -> None:
    jiwoo = Jiwoo()
    told = pages(jiwoo, standing="self", age="under_14")
    assert note_of(told[2])
    jiwoo.send()
    code_page = jiwoo.client.get("/report/code")
    assert "아무에게도 보여 주지 않아도" in note_of(code_page)
    case = Case.objects.get()
    assert "minor" in case.flags
    assert case.consents.get().given_by == "person"
    # Nothing was reported to anybody, and nothing waits to be.
    assert not case.reporting_decisions.exists()


def test_a_sister_asks_and_her_standing_is_written_down() -> None:
    jiwoo = Jiwoo()
    told = pages(jiwoo, kin="sibling", age="twenties")
    assert "그 사람이 다칠 수 있거나" in told[4]
    assert "형제자매" in told[6]
    jiwoo.send()
    case = Case.objects.get()
    assert (case.standing, ProxyStanding.objects.get().kin) == ("family", "sibling")
    assert case.consents.get().given_by == "family"
    assert waits_for_person(case)


def test_the_page_asks_for_the_persons_own_word_until_it_has_come(lee: Staff) -> None:
    sister = known(standing="family", kin="sibling")
    assert "뜻을 직접 들어야 해요" in sister.client().get("/mine").content.decode()
    confirm(sister.case, "phone", by=lee, now=NOON)
    assert "뜻을 직접 들어야 해요" not in sister.client().get("/mine").content.decode()


def test_a_made_up_relation_is_looked_at_again() -> None:
    jiwoo = Jiwoo()
    jiwoo.press(kin="offender")
    assert jiwoo.at == 1


def test_nobody_has_to_say_who_they_are(jiwoo: Known) -> None:
    assert jiwoo.case.standing == "self"
    assert not waits_for_person(jiwoo.case)
