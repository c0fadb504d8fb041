"""What is found of a watched word, whatever it is dressed in, and what is not taken for it."""

import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.keywords import Watchword, WordWatch, fold, together
from tests.keywords import disguises

KOREAN = ["푸른하늘마을", "달빛정원", "소금빵", "서연", "값진흙", "휘파람새"]
LATIN = ["bluebird", "moonstone", "riverbank", "saltwater"]
ACCOUNTS = ["moonlit_garden", "river_cat77", "salt.bread"]
WORDS = [Watchword(word, word) for word in KOREAN + LATIN] + [
    Watchword(name, "@" + name, "account") for name in ACCOUNTS
]
WATCH = WordWatch(WORDS)


def found(text: str, title: str = "", watch: WordWatch = WATCH) -> list[str]:
    return [identity for identity, _ in watch.score(title, text)]


def surely(text: str, title: str = "", watch: WordWatch = WATCH) -> float:
    return watch.score(title, text)[0][1]


CASES = [
    *[(word, name) for word in KOREAN for name in (*disguises.BOTH, *disguises.KOREAN)],
    *[(word, name) for word in LATIN for name in (*disguises.BOTH, *disguises.LATIN)],
    *[(word, name) for word in ACCOUNTS for name in disguises.ACCOUNT],
]
TRICKS = disguises.BOTH | disguises.KOREAN | disguises.LATIN | disguises.ACCOUNT


@given(st.sampled_from(CASES), st.integers(0, 999), st.sampled_from(["", "모임 ", "the (", "「"]))
@settings(max_examples=400, deadline=None)
def test_a_word_is_found_in_every_dress(case: tuple[str, str], chance: int, before: str) -> None:
    word, trick = case
    written = TRICKS[trick](word, Random(chance))
    assert word in found(f"{before}{written}")
    assert word in found(f"{before}{written} 그리고 then.")


@given(st.sampled_from(CASES), st.integers(0, 999))
@settings(max_examples=100, deadline=None)
def test_a_disguised_word_is_never_surer_than_the_plain_one(case, chance: int) -> None:
    word, trick = case
    plain = dict(WATCH.score("", word))[word]
    assert 0 < dict(WATCH.score("", TRICKS[trick](word, Random(chance))))[word] <= plain <= 1


@pytest.mark.parametrize(
    "text",
    [
        "서연구소에서",  # another word begins with it
        "방서연구",
        "서울 연구",
        "서로 연락",
        "서 연구소",
        "소금을 빵에",
        "소금과 빵",
        "푸른 하늘 아래 마을",
        "달빛이 비치는 정원",
        "blue birds",
        "a blue, bird and the moon, a stone",
        "xmoonlit_garden",
        "moonlit_garden2",
        "moonlit_gardens",
        "moonlit",
        "river_cat778",
        "salt bread is good, breads",
        "the river's bank, salt, water",
        "값진 흙",
        "",
        " ",
        "0/1 | 0!1 $ 5 @ + 7",
    ],
)
def test_what_only_resembles_is_not_found(text: str) -> None:
    near = {"blue birds": "bluebird", "값진 흙": "값진흙"}
    assert [one for one in found(text) if one != near.get(text)] in ([], ["salt.bread"])


def test_short_words_need_their_own_edges() -> None:
    watch = WordWatch([Watchword("a", "하늘"), Watchword("b", "lark"), Watchword("c", "cat")])
    assert found("하늘나라 밤하늘 larks clark category cat's", watch=watch) == ["c"]
    assert set(found("하늘을 보는 lark와 고양이", watch=watch)) == {"a", "b"}
    assert found("하, 늘 그렇듯", watch=watch) == []


def test_the_last_syllable_must_be_whole() -> None:
    watch = WordWatch([Watchword("a", "바다소리"), Watchword("b", "휘파람새", "account")])
    assert found("바다소린 휘파람샘", watch=watch) == []
    assert set(found("바다소리 휘파람새", watch=watch)) == {"a", "b"}


def test_names_may_have_an_ending_and_a_particle() -> None:
    for ending in ("이", "이는", "이가", "아", "님", "님이", "씨", "씨의", "이에게"):
        assert found(f"어제 서연{ending} 왔다") == ["서연"], ending


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("달빛정원", "달빛\u3164정원"),  # a blank that Unicode counts as a letter
        ("달빛정원", "달\u115f빛\u1160정\uffa0원"),
        ("달빛정원", "달빛정원ㅠㅠ"),
        ("서연", "서연ㅋㅋㅋ 웃다"),
        ("서연", "아 서연ㅠㅜ"),
        ("휘파람새", "휘파람새ㅠㅠ"),
        ("서연", "서연께서 서연한테서"),
        ("river_cat77", "텔레river_cat77 로"),
        ("moonlit_garden", "ㅌㄹmoonlit_garden으로"),
        ("bluebird", "ʙʟᴜᴇʙɪʀᴅ"),
        ("bluebird", "BLUΕBΙRD"),  # Greek capitals
        ("moonstone", "ΜΟΟΝSΤΟΝΕ"),
        ("bluebird", "błuebirđ"),
        # in black squares, one in a circle
        ("saltwater", "\U0001f182\U0001f170\U0001f17bt\U0001f166ater"),
    ],
)
def test_blanks_moods_and_more_look_alikes(word: str, text: str) -> None:
    assert word in found(text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("비밀방", "비밀 방법이 있다"),
        ("비밀방", "신비 밀 방아"),
        ("소금빵", "소금 빵집"),
        ("bluebird", "pale blue birdsong"),
        ("saltwater", "cobalt, asalt water"),
        ("서연", "서연쿠 서연하다"),  # no laughter
        ("서연", "서연ㅋ시"),
        ("바다소", "바다솨 바다쇠"),
        ("갑을병", "갑을볅 값을병"),
    ],
)
def test_a_find_across_a_space_needs_whole_words(word: str, text: str) -> None:
    assert found(text, watch=WordWatch([Watchword(word, word)])) == []


def test_what_is_too_short_is_not_watched_and_told() -> None:
    short = [Watchword("1", ""), Watchword("2", "a"), Watchword("3", "@_", "account")]
    watch = WordWatch([*short, Watchword("4", "b-"), Watchword("5", "하늘")])
    assert [word.id for word in watch.ignored] == ["1", "2", "3", "4"]
    assert len(watch) == 1
    assert found("a b - _ @_", watch=watch) == []
    assert WordWatch([]).score("title", "text") == ()


def test_the_title_long_words_and_plain_writing_rank_first() -> None:
    assert surely("", title="푸른하늘마을") > surely("푸른하늘마을") > surely("푸 른 하 늘 마 을")
    assert surely("푸른하늘마을") > surely("서연")
    both = surely("푸른하늘마을", title="푸른하늘마을")
    assert surely("", title="푸른하늘마을") <= both <= 1
    light = WordWatch([Watchword("a", "푸른하늘마을", weight=0.2)])
    assert surely("푸른하늘마을", watch=light) < surely("푸른하늘마을") / 2
    assert found("서연 푸른하늘마을") == ["푸른하늘마을", "서연"]


def test_one_id_may_have_several_spellings() -> None:
    watch = WordWatch([Watchword("a", "달빛정원"), Watchword("a", "moonlit garden")])
    assert found("Moonlit  Garden", watch=watch) == ["a"]
    assert found("달빛정원", watch=watch) == ["a"]


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_folds_to_letters_with_their_places(text: str) -> None:
    folded = fold(text)
    assert len(folded.letters) == len(folded.codes) == len(folded.places) == len(folded.ends)
    assert all(
        0 <= a < b <= len(folded.plain) for a, b in zip(folded.places, folded.ends, strict=True)
    )
    assert list(folded.places) == sorted(folded.places)
    assert all(0 <= score <= 1 for _, score in WATCH.score(text, text))


@given(st.text(st.characters(categories=["Lu", "Ll", "Lo", "Nd", "Zs", "Po"]), max_size=120))
@settings(max_examples=200, deadline=None)
def test_other_text_has_no_long_word(text: str) -> None:
    assert not set(found(text)) & {"푸른하늘마을", "moonstone", "moonlit_garden"}


@given(st.text("가나다라마바사하늘달빛", min_size=1, max_size=8))
def test_all_forms_of_hangul_fold_alike(word: str) -> None:
    rows = {
        fold(form).letters
        for form in (
            word,
            unicodedata.normalize("NFD", word),
            disguises.keyboard(word),
            disguises.half_width(word),
        )
    }
    # Three of the same syllable are stretched writing in one form and not in the others.
    if not any(word[n] == word[n + 1] == word[n + 2] for n in range(len(word) - 2)):
        assert len(rows) == 1


def test_a_page_of_nothing_else_is_read() -> None:
    assert found("서연 " * 20_000 + "달빛정원") == ["달빛정원", "서연"]


def test_scores_together() -> None:
    assert together([]) == 0
    assert together([0.5, 0.5]) == 0.75
    assert together([2.0, -1.0]) == 1
