"""The words that a case's search goes by: changed by staff, only with the consent, sealed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre.cases.errors import SearchNotAllowed
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import change_keywords, give_consent, withdraw_consent
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey
from tests.centre.cases.people import NOW

pytestmark = pytest.mark.django_db
Opened = Callable[..., tuple[Case, CaseKey]]
SignedIn = Callable[..., Client]


@pytest.fixture
def case(opened: Opened) -> Case:
    return opened("lee", consents=["hold", "search"], keywords=["@bluefox77"])[0]


def words_of(case: Case) -> list[str]:
    return list(Case.objects.get(pk=case.pk).keywords)


def test_lee_changes_the_words_and_only_the_fields_name_is_logged(
    signed_in: SignedIn, case: Case
) -> None:
    lee, address = signed_in("lee"), reverse("case-words", args=[case.pk])
    links = reverse("case-links", args=[case.pk])
    assert f'href="{address}"' in lee.get(links).content.decode()
    assert "@bluefox77</textarea>" in lee.get(address).content.decode()
    typed = "@bluefox77\r\n  푸른하늘마을 \r\n\r\n@bluefox77"
    assert lee.post(address, {"keywords": typed}).headers["Location"] == links
    assert words_of(case) == ["@bluefox77", "푸른하늘마을"]
    event = CustodyEvent.objects.get(action="case.words_changed")
    assert (event.fields, event.case_id) == (["keywords"], case.pk)
    assert "푸른하늘마을".encode() not in bytes(Case.objects.get(pk=case.pk).keywords_box)
    lee.post(address, {"keywords": typed})
    assert CustodyEvent.objects.filter(action="case.words_changed").count() == 1
    lee.post(address, {"keywords": ""})
    assert words_of(case) == []


def test_without_the_consent_the_words_are_neither_shown_nor_changed(
    signed_in: SignedIn, case: Case
) -> None:
    withdraw_consent(case, "search", now=NOW)
    lee, address = signed_in("lee", "en"), reverse("case-words", args=[case.pk])
    shown = lee.get(address).content.decode()
    assert "There is no consent to search" in shown
    assert "bluefox77" not in shown
    refused = lee.post(address, {"keywords": "푸른하늘마을"})
    assert refused.status_code == 422
    assert "푸른하늘마을</textarea>" in refused.content.decode()
    assert words_of(case) == ["@bluefox77"]
    with pytest.raises(SearchNotAllowed):
        change_keywords(case, ["x"], by=None, now=NOW)  # type: ignore[arg-type]
    give_consent(case, "search", now=NOW)
    assert lee.post(address, {"keywords": "푸른하늘마을"}).status_code == 302


def test_a_colleague_who_does_not_see_the_case_does_not_see_its_words(
    signed_in: SignedIn, case: Case
) -> None:
    address = reverse("case-words", args=[case.pk])
    assert signed_in("choi").get(address).status_code == 404
    assert signed_in("yoon").get(address).status_code == 403


@pytest.mark.parametrize("typed", ["x" * 101, "\n".join(str(one) for one in range(101))])
def test_too_much_is_told_and_stays_as_typed(signed_in: SignedIn, case: Case, typed: str) -> None:
    answer = signed_in("lee", "en").post(
        reverse("case-words", args=[case.pk]), {"keywords": typed}
    )
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "At most 100 lines of 100 characters each." in shown
    assert f"{typed}</textarea>" in shown
    assert words_of(case) == ["@bluefox77"]
