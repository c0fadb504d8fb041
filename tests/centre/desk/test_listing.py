"""The list of cases and finding one by what is said aloud."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.access.models import Staff
from ansim.centre.cases import services
from ansim.centre.cases.models import Case
from ansim.centre.cases.references import WORDS, english_reference
from ansim.centre.desk.listing import REFERENCE, filter_counts
from ansim.vault import CaseKey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
Opened = Callable[..., tuple[Case, CaseKey]]
SignedIn = Callable[..., Client]


@pytest.mark.parametrize(
    "typed",
    [
        "여울-412", "여울 412", " 여울412 ", "yeoul 412", "YEOUL-412", "Yeoul  -  412",
        "yeoul４１２", unicodedata.normalize("NFD", "여울-412"),
    ],
)  # fmt: skip
def test_a_reference_is_found_however_it_is_typed(
    typed: str, signed_in: SignedIn, opened: Opened
) -> None:
    case, _key = opened("lee")
    response = signed_in("lee").post(reverse("case-find"), {"ref": typed})
    assert response.headers["Location"] == reverse("case", args=[case.pk])


def test_a_hidden_case_is_as_good_as_none(signed_in: SignedIn, opened: Opened) -> None:
    opened("lee")
    choi = signed_in("choi")
    hidden = choi.post(reverse("case-find"), {"ref": "여울-412"})
    none = choi.post(reverse("case-find"), {"ref": "처마-111"})
    assert hidden.status_code == none.status_code == 404
    assert 'value="여울-412"' in hidden.content.decode()
    assert signed_in("yoon").post(reverse("case-find"), {"ref": "여울-412"}).status_code == 403


@given(st.text(max_size=40))
def test_no_typed_text_breaks_the_search(typed: str) -> None:
    REFERENCE.fullmatch(unicodedata.normalize("NFKC", typed).strip())


@given(st.sampled_from(sorted(WORDS)), st.integers(100, 999), st.sampled_from(["-", " ", "", "–"]))
def test_every_reference_is_one(word: str, number: int, between: str) -> None:
    latin = english_reference(f"{word}-{number}").replace("-", between)
    for typed in (f"{word}{between}{number}", latin):
        assert REFERENCE.fullmatch(typed) is not None


def test_filters_say_on_whom_a_case_waits(people: dict[str, Staff], opened: Opened) -> None:
    new, _ = opened("lee", reference="여울-101")
    quiet, key = opened("lee", reference="여울-102")
    done, _ = opened("lee", reference="여울-103")
    for case in (quiet, done):
        services.triage(case, by=people["lee"], flags=[], threat_deadline=None,
                        owner=people["lee"], now=NOW)  # fmt: skip
    services.close_case(done, by=people["lee"], now=NOW)
    services.post_message(quiet, "말", key=key, author=None, now=NOW)
    services.post_message(quiet, "말", key=key, author=None, now=NOW)
    counts = filter_counts(people["lee"])
    assert counts == {
        "mine": 1, "new": 1, "open": 2, "unread": 1, "centre": 2, "outside": 0, "closed": 1
    }  # fmt: skip
    assert set(filter_counts(people["choi"]).values()) == {0}
    assert filter_counts(people["jeong"])["open"] == 2
    assert new.status == "new"


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("show", ["mine", "new", "open", "closed", "centre", "nonsense"])
def test_the_list_opens(show: str, language: str, signed_in: SignedIn, opened: Opened) -> None:
    opened("lee")
    response = signed_in("lee", language).get(reverse("case-list"), {"show": show})
    assert response.status_code == 200
    empty = {"ko": "이 목록에 사건이 없습니다", "en": "No case is in this list"}[language]
    assert (empty in response.content.decode()) is (show in {"mine", "closed"})


def test_the_list_is_not_for_analysts(signed_in: SignedIn) -> None:
    assert signed_in("yoon").get(reverse("case-list")).status_code == 403
