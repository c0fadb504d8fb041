"""Proof of work: taken once, for its own page, while it is fresh, when it is right."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.portal import puzzles
from ansim.centre.portal.models import Spent
from ansim.centre.portal.puzzles import LIFE, PARTS, new_puzzle, solve, work_shown
from tests.centre.portal.people import NOON

BITS = 4
pytestmark = pytest.mark.django_db


def test_a_solved_puzzle_counts_once() -> None:
    text = new_puzzle("code", BITS, NOON)
    answer = solve(text)
    assert work_shown(text, answer, "code", NOON) == BITS
    assert work_shown(text, answer, "code", NOON) == 0


def test_a_wrong_answer_counts_nothing_and_uses_nothing_up() -> None:
    text = new_puzzle("code", BITS, NOON)
    numbers = solve(text).split(",")
    numbers[3] = str(int(numbers[3]) + 1)
    while puzzles.fits(text.split(".")[4], 3, numbers[3], BITS):
        numbers[3] = str(int(numbers[3]) + 1)
    assert work_shown(text, ",".join(numbers), "code", NOON) == 0
    assert not Spent.objects.exists()
    assert work_shown(text, solve(text), "code", NOON) == BITS


def test_a_puzzle_is_for_its_own_page_and_its_own_time() -> None:
    text = new_puzzle("code", BITS, NOON)
    answer = solve(text)
    assert work_shown(text, answer, "report", NOON) == 0
    late = NOON + LIFE["code"] + timedelta(seconds=1)
    assert work_shown(text, answer, "code", late) == 0
    assert work_shown(text, answer, "code", NOON - timedelta(seconds=1)) == 0


def test_a_puzzle_of_ones_own_making_is_worth_nothing(settings) -> None:
    text = new_puzzle("code", BITS, NOON)
    easier = text.replace(f".{BITS}.", ".0.")
    assert work_shown(easier, ",".join(["0"] * PARTS), "code", NOON) == 0
    settings.SECRETS = type("Other", (), {"cookie_secret": b"x" * 32})
    assert work_shown(text, ",".join(["0"] * PARTS), "code", NOON) == 0
    with pytest.raises(ValueError, match="not a puzzle"):
        solve(text)


@given(text=st.text(max_size=300), answer=st.text(max_size=300))
def test_nothing_that_somebody_sends_breaks_it(text: str, answer: str) -> None:
    assert work_shown(text, answer, "code", NOON) == 0


def test_what_is_used_up_is_forgotten_when_it_could_not_be_used_any_more() -> None:
    text = new_puzzle("code", BITS, NOON)
    work_shown(text, solve(text), "code", NOON)
    later = NOON + LIFE["code"] + timedelta(minutes=1)
    other = new_puzzle("code", BITS, later)
    work_shown(other, solve(other), "code", later)
    assert Spent.objects.count() == 1
