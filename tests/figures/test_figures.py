"""Figures: shares are exact, nothing is dropped, and units do not mix."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.figures import (
    NO_ANSWER,
    REST,
    Check,
    ClassesExceedBase,
    Count,
    MissingBase,
    MixedUnits,
    NegativeCount,
    Row,
    Table,
    Unit,
    UnlabelledClass,
    check_equal,
    check_sum,
    share,
    tabulate,
)

SUPPORTS = {"ko": "지원 종류", "en": "Supports by type"}
LABELS = {
    "deletion": {"ko": "삭제", "en": "Removal"},
    "planning": {"ko": "계획", "en": "Planning"},
    "psychological": {"ko": "심리", "en": "Psychological"},
    "legal": {"ko": "수사·법률", "en": "Legal"},
}
COUNTS = {"deletion": 2194, "planning": 854, "psychological": 791, "legal": 729}


@pytest.mark.parametrize(
    ("count", "n", "printed"),
    [
        (42, 270, "15.6%"),  # was printed as 15.5: cut, not rounded
        (338, 1057, "32.0%"),  # was printed as 31.9
        (56, 1203, "4.7%"),
        (1, 2000, "0.1%"),  # exactly half of a tenth goes up
        (1, 2001, "0.0%"),
        (3, 3, "100.0%"),
        (0, 7, "0.0%"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_rounded_half_up_to_one_decimal(count: int, n: int, printed: str) -> None:
    assert share(count, n) == printed


@given(st.integers(1, 10**9), st.data())
def test_a_share_is_never_off_by_more_than_half_a_tenth(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    printed = Fraction(share(count, n).removesuffix("%"))
    error = printed - Fraction(100 * count, n)
    assert -Fraction(1, 20) < error <= Fraction(1, 20)


@given(st.dictionaries(st.sampled_from([*LABELS, "unknown"]), st.integers(0, 10**6)), st.data())
def test_rows_and_remainder_always_make_n(counts: dict[str, int], data: st.DataObject) -> None:
    extra = data.draw(st.integers(0, 1000))
    n = sum(counts.values()) + extra
    table = tabulate("t", SUPPORTS, Unit.SUPPORT, counts, n=n, labels=LABELS)
    assert sum(row.count for row in table.rows) == n == table.total.number
    assert [row.count for row in table.rows if row.is_rest] == ([extra] if extra else [])
    assert check_sum(table).ok
    for row in table.rows:
        assert row.share == share(row.count, n)


def test_the_published_residual_of_2022_becomes_a_row() -> None:
    table = tabulate("supports", SUPPORTS, Unit.SUPPORT, COUNTS, n=4926, labels=LABELS)
    assert table.rows[-1] == Row("rest", REST, 358, "7.3%", is_rest=True)
    assert [row.share for row in table.rows] == ["44.5%", "17.3%", "16.1%", "14.8%", "7.3%"]
    assert check_sum(table) == Check(
        ok=True,
        text={
            "ko": "지원 종류: 4,568 + 나머지 358 = 4,926",
            "en": "Supports by type: 4,568 + remainder 358 = 4,926",
        },
    )


def test_unknown_and_empty_classes_stay_as_rows() -> None:
    counts = {"unknown": 5, "legal": 1}
    table = tabulate("t", SUPPORTS, Unit.SUPPORT, counts, labels=LABELS)
    assert [(row.code, row.count) for row in table.rows] == [
        ("deletion", 0), ("planning", 0), ("psychological", 0), ("legal", 1), ("unknown", 5),
    ]  # fmt: skip
    assert table.n == 6
    assert table.rows[-1].label["ko"] == "모름"


def test_more_than_there_is_shows_a_wrong_unit() -> None:
    """1,187 records of one kind cannot be people when 270 people came."""
    people = {"deletion": 1187}
    with pytest.raises(ClassesExceedBase, match="1187 out of 270"):
        tabulate("harm", SUPPORTS, Unit.PERSON, people, n=270, labels=LABELS)
    with pytest.raises(ClassesExceedBase):
        tabulate("harm", SUPPORTS, Unit.PERSON, people, n=270, labels=LABELS, multiple=True)


def test_several_answers_need_a_base_and_keep_who_gave_none() -> None:
    counts = {"deletion": 6, "legal": 5}
    with pytest.raises(MissingBase):
        tabulate("t", SUPPORTS, Unit.CASE, counts, labels=LABELS, multiple=True)
    table = tabulate(
        "t", SUPPORTS, Unit.CASE, counts, n=8, labels=LABELS, multiple=True, unanswered=2
    )
    assert table.rows[-1] == Row("rest", NO_ANSWER, 2, "25.0%", is_rest=True)
    assert table.rows[0].share == "75.0%"
    assert check_sum(table).ok
    with pytest.raises(ClassesExceedBase):
        tabulate("t", SUPPORTS, Unit.CASE, counts, n=8, labels=LABELS, multiple=True, unanswered=3)


def test_a_class_without_a_label_and_a_count_below_zero_are_refused() -> None:
    with pytest.raises(UnlabelledClass, match="medical"):
        tabulate("t", SUPPORTS, Unit.SUPPORT, {"medical": 1}, labels=LABELS)
    with pytest.raises(NegativeCount) as refused:
        tabulate("t", SUPPORTS, Unit.SUPPORT, {"legal": -1}, labels=LABELS)
    assert "0보다 작습니다" in refused.value.sentence("ko")


def test_people_and_events_cannot_be_added() -> None:
    people, events = Count(Unit.PERSON, 270), Count(Unit.EVENT, 4926)
    with pytest.raises(MixedUnits) as refused:
        people + events
    assert "사람" in refused.value.sentence("ko")
    with pytest.raises(MixedUnits):
        people - events
    with pytest.raises(MixedUnits):
        assert people <= events
    with pytest.raises(MixedUnits):
        events.one_each(Unit.PERSON)
    with pytest.raises(MixedUnits):
        people.one_each(Unit.SUPPORT)
    requests = Count(Unit.REQUEST, 3)
    assert requests.one_each(Unit.SUPPORT) + Count(Unit.SUPPORT, 2) == Count(Unit.SUPPORT, 5)


def test_a_table_that_does_not_add_up_says_so() -> None:
    row = Row("legal", LABELS["legal"], 3, "60.0%")
    broken = check_sum(Table("t", SUPPORTS, Unit.SUPPORT, 5, (row,)))
    assert not broken.ok
    assert broken.text["en"] == "Supports by type: 3 ≠ 5"
    three, one = Count(Unit.SUPPORT, 3), Count(Unit.SUPPORT, 1)
    parts = [(LABELS["legal"], three), (LABELS["planning"], one)]
    assert check_equal(SUPPORTS, parts, Count(Unit.SUPPORT, 4)).ok
    off = check_equal(SUPPORTS, parts, Count(Unit.SUPPORT, 5))
    assert off.text["en"] == "Supports by type: Legal 3 + Planning 1 ≠ 5"
    with pytest.raises(MixedUnits):
        check_equal(SUPPORTS, parts, Count(Unit.PERSON, 4))


def test_a_number_takes_its_word() -> None:
    assert Unit.PERSON.counted(1) == {"ko": "명", "en": "person"}
    assert Unit.SIGHTING.counted(2) == {"ko": "곳", "en": "places"}
