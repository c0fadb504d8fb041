"""From closed to erased: notices, grace, keeping, wishes, holds; each step with its moment."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ansim.centre.cases.keyring import sealed_key_for_person
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import post_message, reopen_case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Bank, Look, Sighting
from ansim.centre.retention import forgetting
from ansim.centre.retention.due import queue_erasures, review_times
from ansim.centre.retention.errors import EmptyReason, WorkInHand
from ansim.centre.retention.holding import (
    keep_longer,
    lift_hold,
    say_who_asked,
    set_hold,
    take_wish_back,
    wish_to_erase,
)
from ansim.centre.retention.models import Keeping, Tombstone
from ansim.centre.retention.queries import falling_due, on_hold
from ansim.centre.retention.services import erase_due, next_erasure, review
from ansim.centre.retention.tasks import erase_when_due
from ansim.centre.retention.terms import term_of
from ansim.centre.statistics.models import FactPlace
from tests.centre.retention.people import NOON, closed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def quiet(told, lee) -> Case:
    """A closed case without any removal: kept for a year."""
    case = told(links=()).case
    return closed(case, lee, NOON)


def test_a_year_then_a_notice_then_a_month_of_grace_then_gone(quiet, now):
    end = term_of(quiet, now.at).ends_at
    assert end == NOON.replace(year=2027)
    now.at = end - 31 * DAY
    assert review(now.at) == 0
    now.at = end - 30 * DAY
    assert review(now.at) == 1
    assert review(now.at) == 0
    keeping = Keeping.objects.get()
    assert keeping.erase_at == end + 30 * DAY == next_erasure()
    assert term_of(quiet, now.at).state == "noticed"
    now.at = keeping.erase_at - timedelta(seconds=1)
    assert erase_due(quiet.pk, now=now.at) is None
    now.at = keeping.erase_at
    tombstone = erase_due(quiet.pk, now=now.at)
    assert (tombstone.asked, tombstone.legal_class) == ("rule", "no_duty")
    assert (tombstone.opened_month, tombstone.closed_month) == ("2026-11", "2026-11")
    assert erase_due(quiet.pk, now=now.at) is None


def test_a_notice_that_comes_late_leaves_the_whole_time_to_answer(quiet, now):
    now.at = NOON + 3000 * DAY
    assert review(now.at) == 1
    assert Keeping.objects.get().erase_at == now.at + 60 * DAY
    assert erase_due(quiet.pk, now=now.at) is None


@pytest.mark.parametrize("who", ["person", "staff"])
def test_either_can_keep_it_a_year_longer(quiet, now, jeong, who):
    end = term_of(quiet, now.at).ends_at
    now.at = end - 10 * DAY
    review(now.at)
    until = keep_longer(quiet, by=jeong if who == "staff" else None, now=now.at)
    assert until == end.replace(year=2028)
    assert next_erasure() is None
    assert term_of(quiet, now.at).state == "kept"
    now.at = end + 100 * DAY
    assert (review(now.at), erase_due(quiet.pk, now=now.at)) == (0, None)
    now.at = until - DAY
    assert review(now.at) == 1
    kept = CustodyEvent.objects.get(action="retention.kept")
    assert (kept.actor_kind, kept.actor_id) == (who, jeong.pk if who == "staff" else None)


def test_a_message_begins_the_time_anew(told, lee, now):
    taken = told(links=())
    case = closed(taken.case, lee, NOON)
    now.at = NOON + 350 * DAY
    assert review(now.at) == 1
    key = sealed_key_for_person(case, taken.private)
    post_message(case, "I am still here", key=key, author=None, now=now.at)
    review(now.at)
    assert next_erasure() is None
    assert term_of(case, now.at).ends_at > NOON + 700 * DAY
    now.at = NOON + 500 * DAY
    assert erase_due(case.pk, now=now.at) is None


def test_opened_again_it_is_no_longer_due(quiet, lee, now):
    now.at = NOON + 400 * DAY
    review(now.at)
    reopen_case(quiet, by=lee, now=now.at)
    now.at += 100 * DAY
    assert erase_due(quiet.pk, now=now.at) is None
    review(now.at)
    assert next_erasure() is None


def test_child_material_has_no_end_and_police_make_it_ten_years(told, lee, jeong, now):
    teen = closed(told(age="teen").case, lee, NOON)
    assert term_of(teen, now.at).state == "permanent"
    asked = closed(told().case, lee, NOON)
    assert term_of(asked, now.at).ends_at == NOON.replace(year=2031)
    say_who_asked(asked, police=True, by=jeong, now=now.at)
    assert term_of(asked, now.at).ends_at == NOON.replace(year=2036)
    now.at = NOON + 5000 * DAY
    assert review(now.at) == 1


def test_her_wish_waits_a_day_and_can_be_taken_back(told, now):
    case = told().case
    term = wish_to_erase(case, now=now.at)
    assert term.erase_at == NOON + DAY
    assert erase_due(case.pk, now=now.at) is None
    assert take_wish_back(case, now=now.at)
    assert not take_wish_back(case, now=now.at)
    now.go(days=2)
    assert erase_due(case.pk, now=now.at) is None
    wish_to_erase(case, now=now.at)
    now.go(days=1)
    assert erase_due(case.pk, now=now.at).asked == "person"


def test_the_law_lets_the_person_end_what_it_keeps_without_end_but_not_another(told, now):
    teen = told(age="teen").case
    assert wish_to_erase(teen, now=now.at).erase_at == NOON + DAY
    child = told(age="under_14", standing="family").case
    term = wish_to_erase(child, now=now.at)
    assert (term.erase_at, term.state) == (None, "wish")
    now.go(days=400)
    assert erase_due(child.pk, now=now.at) is None
    assert [one.case for one in falling_due(None, now.at)] == [teen, child]


def test_what_police_asked_for_waits_for_counsel(told, jeong, now):
    case = told().case
    say_who_asked(case, police=True, by=jeong, now=now.at)
    assert wish_to_erase(case, now=now.at, at_once=True).erase_at is None


def test_a_wish_that_waits_for_counsel_does_not_keep_it_beyond_its_time(told, lee, jeong, now):
    case = closed(told().case, lee, NOON)
    say_who_asked(case, police=True, by=jeong, now=now.at)
    wish_to_erase(case, now=now.at)
    now.at = NOON.replace(year=2036)
    assert review(now.at) == 1
    now.go(days=60)
    assert queue_erasures(now.at) == 1
    assert erase_due(case.pk, now=now.at).asked == "rule"


def test_a_worker_that_is_at_it_is_waited_for(quiet, now, monkeypatch):
    wish_to_erase(quiet, now=now.at, at_once=True)

    def busy(_ids):
        raise WorkInHand

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, "refuse_while_working", busy)
        erase_when_due.call(str(quiet.pk))
    assert Case.objects.exists()
    erase_when_due.call(str(quiet.pk))
    assert not Case.objects.exists()


def test_a_hold_set_after_the_wish_stops_it_and_one_that_ran_out_does_not(told, jeong, now):
    taken = told()
    key = sealed_key_for_person(taken.case, taken.private)
    wish_to_erase(taken.case, now=now.at)
    set_hold(
        taken.case, "court", "order 7", until=NOON + 10 * DAY, by=jeong, key=key, now=now.at
    )
    assert [one.case for one in on_hold(jeong, now.at)] == [taken.case]
    now.go(days=1)
    assert queue_erasures(now.at) == 0
    assert erase_due(taken.case.pk, now=now.at) is None
    assert take_wish_back(taken.case, now=now.at)
    now.go(days=20)
    assert on_hold(jeong, now.at) == []
    assert wish_to_erase(taken.case, now=now.at).erase_at == now.at + DAY


def test_a_hold_needs_a_reason(told, jeong):
    taken = told()
    key = sealed_key_for_person(taken.case, taken.private)
    with pytest.raises(EmptyReason):
        set_hold(taken.case, "court", "  ", until=None, by=jeong, key=key, now=NOON)


def test_the_review_runs_a_few_times_a_day_and_a_job_erases(quiet, now):
    now.at = NOON + 400 * DAY
    assert review_times(now.at) == 1
    assert review_times(now.at + timedelta(hours=1)) == 0
    now.at += 61 * DAY
    assert queue_erasures(now.at) == 1
    assert queue_erasures(now.at) == 0
    erase_when_due.call(str(quiet.pk))
    assert Tombstone.objects.get().asked == "rule"
    assert not Case.objects.exists()


def test_links_of_a_hash_list_go_five_years_after_they_were_confirmed_gone(db, now):
    from ansim.centre.cases.keyring import make_working_key

    bank = Bank.objects.create(
        name="b", owner="o", purpose="p", terms="t", origin="x", legal_basis="l", imported_at=NOON
    )
    make_working_key(bank)
    for number, verdict in enumerate(("gone_confirmed", "present"), start=1):
        link = Sighting.objects.create(
            bank=bank, number=number, url_key=f"{number:064}", host="x.test", found_at=NOON,
            origin="patrol", verdict=verdict, verdict_at=NOON,
        )  # fmt: skip
        Look.objects.create(sighting=link, number=1, at=NOON, verdict=verdict)
    now.at = NOON.replace(year=2031) - timedelta(seconds=1)
    assert review_times(now.at) == 0
    now.go(hours=6, seconds=1)
    assert review_times(now.at) == 1
    assert [one.verdict for one in Sighting.objects.all()] == ["present"]
    assert FactPlace.objects.get().confirmed_month == "2026-11"


class Life(RuleBasedStateMachine):
    """Whatever people do in whatever order: nothing goes too soon, and never from under a hold."""

    told = lee = jeong = None

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.taken = type(self).told(links=())
        self.case = closed(self.taken.case, type(self).lee, NOON)
        self.key = sealed_key_for_person(self.case, self.taken.private)
        self.earliest = NOON + 365 * DAY
        self.wished: object = None

    @rule(days=st.integers(1, 200))
    def time_goes(self, days: int) -> None:
        self.now += days * DAY
        review(self.now)
        if Case.objects.filter(pk=self.case.pk).exists():
            held = bool(term_of(self.case, self.now).holds)
            if erase_due(self.case.pk, now=self.now) is not None:
                assert not held
                wished = self.wished is not None and self.wished + DAY <= self.now
                assert wished or self.now >= self.earliest + 30 * DAY

    @rule(by=st.booleans())
    def kept(self, by: bool) -> None:
        if self.there():
            until = keep_longer(self.case, by=type(self).jeong if by else None, now=self.now)
            self.earliest = max(self.earliest, until)

    @rule()
    def writes(self) -> None:
        if self.there():
            post_message(self.case, "x", key=self.key, author=None, now=self.now)
            self.earliest = max(self.earliest, self.now + 365 * DAY)

    @rule()
    def wishes(self) -> None:
        if self.there():
            term = wish_to_erase(self.case, now=self.now)
            self.wished = None if term.erase_at is None else self.now

    @rule()
    def takes_back(self) -> None:
        if self.there():
            take_wish_back(self.case, now=self.now)
            self.wished = None

    @rule(days=st.one_of(st.none(), st.integers(1, 300)))
    def held(self, days: int | None) -> None:
        if self.there():
            until = None if days is None else self.now + days * DAY
            set_hold(
                self.case, "court", "x", until=until, by=type(self).jeong, key=self.key,
                now=self.now,
            )  # fmt: skip

    @rule()
    def let_go(self) -> None:
        if self.there():
            for hold in self.case.holds.all():
                lift_hold(hold, by=type(self).jeong, now=self.now)

    def there(self) -> bool:
        return Case.objects.filter(pk=self.case.pk).exists()

    @invariant()
    def either_a_case_or_its_tombstone(self) -> None:
        assert self.there() != Tombstone.objects.filter(case_id=self.case.pk).exists()


def test_whatever_people_do_nothing_goes_too_soon(told, lee, jeong):
    Life.told, Life.lee, Life.jeong = staticmethod(told), lee, jeong
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
