"""The page that finds cases and words: answered by POST, told to nobody."""

from urllib.parse import unquote

import pytest
from django.urls import reverse

from ansim.centre.cases import services
from ansim.centre.cases.models import ContactIndex
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.services import add_link
from tests.centre.cases.people import NOW

pytestmark = pytest.mark.django_db
FIND, LOOK, WORDS = "/staff/find", "/staff/find/case", "/staff/find/words"


def text(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_asks_both_questions(language, signed_in):
    page = text(signed_in("lee", language).get(FIND))
    assert {"ko": "낱말 찾기", "en": "Find words"}[language] in page
    assert f'action="{LOOK}"' in page
    assert {"ko": "찾기", "en": "Find"}[language] in page


def test_a_reference_opens_its_case_and_others_are_listed(signed_in, opened):
    case, _ = opened("lee", contact={"phone": "010-1234-5678"})
    add_link(case, "https://board.test/post/7", now=NOW)
    lee = signed_in("lee")
    assert lee.post(LOOK, {"what": "yeoul 412"})["Location"] == reverse("case", args=[case.pk])
    for typed in ("01012345678", "board.test/post/7"):
        answer = lee.post(LOOK, {"what": typed})
        assert answer.status_code == 200
        assert reverse("case", args=[case.pk]) in text(answer)
        assert "no-store" in answer["Cache-Control"]
    assert ContactIndex.objects.count() == 1
    none = text(lee.post(LOOK, {"what": "010-0000-0000"}))
    assert "찾은 것이 없습니다" in none


def test_a_hidden_case_is_not_told_from_none(signed_in, opened):
    case, _ = opened("lee", contact={"phone": "010-1234-5678"}, story="strawberry")
    add_link(case, "https://board.test/post/7", now=NOW)
    signed_in("lee").post(LOOK, {"what": "010-1234-5678"})
    choi = signed_in("choi", "en")
    for address, name, typed in (
        (LOOK, "what", "010-1234-5678"), (LOOK, "what", "board.test/post/7"),
        (LOOK, "what", "yeoul 412"), (WORDS, "words", "strawberry"),
    ):  # fmt: skip
        answer = choi.post(address, {name: typed})
        assert answer.status_code == 200
        assert "Nothing was found" in text(answer)
        assert str(case.pk) not in text(answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Type a case reference"), ("who is it", "This is no case reference"),
     ("mina@", "looks incomplete"), ("ftp://board.test/1", "begin with http")],
)  # fmt: skip
def test_wrong_input_gets_one_sentence_and_stays(typed, said, signed_in):
    answer = signed_in("lee", "en").post(LOOK, {"what": typed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'role="alert"' in text(answer)
    assert f'value="{typed}"' in text(answer) or not typed


def test_words_are_shown_here_alone_and_never_in_an_address_or_the_log(signed_in, opened, people):
    case, key = opened("lee")
    services.write_note(case, "strawberry field", key=key, author=people["lee"], now=NOW)
    lee = signed_in("lee", "en")
    answer = lee.post(WORDS, {"words": "Strawberry"})
    page = text(answer)
    assert "<b>strawberry</b> field" in page
    assert "no-store" in answer["Cache-Control"]
    assert "strawberry" not in page.split("</title>")[0].lower()
    assert "trawberry" not in unquote(answer.request["PATH_INFO"] + answer.request["QUERY_STRING"])
    assert "strawberry" not in str(list(CustodyEvent.objects.values())).lower()
    assert "strawberry" not in text(lee.get(FIND)).lower()
    assert lee.post(WORDS, {"words": "x"}).status_code == 422
    assert lee.get(WORDS).status_code == lee.get(LOOK).status_code == 302


def test_what_was_written_is_shown_as_text(signed_in, opened, people):
    case, key = opened("lee")
    services.write_note(case, "<script>berry</script>", key=key, author=people["lee"], now=NOW)
    assert "&lt;script&gt;<b>berry</b>" in text(signed_in("lee").post(WORDS, {"words": "berry"}))


def test_only_who_may_search_searches(signed_in):
    for name, status in (("park", 403), ("yoon", 403)):
        assert signed_in(name).post(WORDS, {"words": "anything"}).status_code == status
    assert signed_in("yoon").get(FIND).status_code == 403
    assert "낱말 찾기" not in text(signed_in("park").get(FIND))
