"""When two pages of one host are the same page."""

from dataclasses import replace

from ansim.fetching.pages import page_features
from ansim.verdicts.comparing import alike
from tests.verdicts.views import CONTENT, GHOST


def wall(url: str) -> str:
    return f"<title>Moa</title><nav>a b home</nav><h2>Wait a moment</h2><p>{url} of a kind</p>"


def test_a_short_word_of_an_address_does_not_make_another_page_of_a_wall() -> None:
    ends = ("65eb-0-a", "65eb-4-e", "kind-of-moment")
    seen = [
        page_features(wall("").encode(), "text/html", f"http://moa.test/p/{end}") for end in ends
    ]
    assert len({one.structure for one in seen}) > 1
    assert all(alike(one, other) for one in seen for other in seen)


def test_one_sentence_more_is_another_page_where_the_structure_says_so() -> None:
    far = replace(CONTENT, pieces=("aa", "bb"), structure="f0" * 8)
    near = replace(GHOST, pieces=("aa", "bb", "cc"), structure="0f" * 8)
    assert not alike(far, near)
    assert not alike(near, far)
    assert alike(far, replace(near, pieces=("bb/dd", "aa")))
    assert not alike(far, replace(near, pieces=()))
    assert not alike(None, far)
