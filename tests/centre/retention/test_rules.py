"""Which rule holds for a case, and that a wrong rules file stops the start with one sentence."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.retention.errors import MalformedRules
from ansim.centre.retention.rules import CONDITIONS, FOLDER, ORDER, Length, read_rules, rules

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("facts", "legal_class", "years"),
    [
        ({"child", "removal"}, "child_material", None),
        ({"child", "police_requested", "removal"}, "child_material", None),
        ({"police_requested", "removal"}, "police_requested", 10),
        ({"removal"}, "other_removal", 5),
        ({"child"}, "no_duty", 1),
        ({"police_requested"}, "no_duty", 1),
        (set(), "no_duty", 1),
    ],
)
def test_the_law_of_october_2026_comes_first_and_the_centres_rule_catches_the_rest(
    facts, legal_class, years
):
    rule = rules().rule_for(frozenset(facts), TODAY)
    assert rule.legal_class == legal_class
    assert (None if rule.keep is None else rule.keep.years) == years


def test_before_its_day_the_law_decides_nothing():
    rule = rules().rule_for(frozenset({"child", "removal"}), date(2026, 10, 1))
    assert rule.legal_class == "no_duty"
    assert rules().rule_for(frozenset({"removal"}), date(2026, 10, 2)).legal_class == "other_removal"


def test_who_may_have_a_childs_record_destroyed_is_left_to_counsel():
    child = rules().by_code("kr_2_6_4_child")
    assert (child.when_asked, child.when_asked_by_proxy) == ("at_once", "counsel")
    assert rules().by_code("kr_2_6_4_police").when_asked == "counsel"


@given(st.sets(st.sampled_from(sorted(CONDITIONS))), st.dates(date(2026, 1, 1), date(2100, 1, 1)))
def test_every_case_has_a_rule_on_every_day(facts, day):
    rule = rules().rule_for(frozenset(facts), day)
    assert rule.in_force(day)
    assert rule.when <= facts


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 30), st.integers(0, 400),
)  # fmt: skip
def test_a_length_goes_by_the_calendar(moment, years, days):
    end = Length(years, days).after(moment)
    assert end >= moment
    if not days:
        assert (end.year, end.month) == (moment.year + years, moment.month)
        assert end.day in {moment.day, 28}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (ORDER[0], 'keep = "10y"', 'keep = "ten years"', "5y or 90d"),
        (ORDER[0], 'when = ["child", "removal"]', 'when = ["baby"]', "when must list"),
        (ORDER[0], 'status = "in_force"', 'status = "maybe"', "status"),
        (ORDER[0], "effective_from = 2026-10-02", 'effective_from = "soon"', "effective_from"),
        (ORDER[0], 'when_asked = "counsel"', 'when_asked = "never"', "when_asked"),
        (ORDER[0], 'code = "kr_2_6_4_police"', 'code = "kr_2_6_4_child"', "twice"),
        (ORDER[0], 'legal_class = "police_requested"', "", "legal_class"),
        (ORDER[0], 'legal_class = "police_requested"', 'legal_class = "x"\nodd = 1', "odd"),
        (ORDER[1], "when = []\nkeep", 'when = ["removal"]\nkeep', "no condition"),
        (ORDER[1], "grace_days = 30", "grace_days = -1", "grace_days"),
        (ORDER[1], "[steps]", "[stops]", "[steps]"),
        (ORDER[1], "[[rule]]", "[[rule", "TOML"),
        (ORDER[1], "source = {", "sauce = {", "source"),
    ],
)
def test_a_wrong_rules_file_is_one_sentence_with_the_place_and_the_mend(
    tmp_path: Path, file, old, new, said
):
    shutil.copytree(FOLDER, tmp_path / "sets")
    path = tmp_path / "sets" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MalformedRules) as caught:
        read_rules(tmp_path / "sets")
    sentence = caught.value.sentence("en")
    assert file in sentence or said == "twice"
    assert said in sentence
