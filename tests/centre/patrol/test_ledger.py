"""The ledger of hosts: what counts as gone, back, late and open, and who may read it."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.centre import clock
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Look, Material, Sighting
from ansim.centre.patrol import ledger
from ansim.centre.patrol.ledger_forms import Asked
from ansim.centre.removal.models import Request

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "/staff/patrol/ledger"
numbers = count(1)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@pytest.fixture(autouse=True)
def now(monkeypatch) -> datetime:
    moment = at(500)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


@pytest.fixture
def case(db) -> Case:
    made = Case.objects.create(reference="여울-412", opened_at=START, channel="web")
    make_working_key(made)
    return made


def material(case: Case) -> Material:
    number = next(numbers)
    return Material.objects.create(
        case=case, number=number, key=str(number), kind="picture", quality=90, added_at=START
    )


def place(case: Case, *looks: tuple[float, str], host="byeok.test", **given) -> Sighting:
    """A place with its looks: (hours after the start, verdict) each."""
    number = next(numbers)
    first = at(looks[0][0]) if looks else START
    fields = {"origin": "given", "found_at": first, "matched_at": first, "material": None} | given
    made = Sighting.objects.create(
        case=case, number=number, url=f"https://{host}/secret-{number}", url_key=f"{number:064}",
        host=host, verdict=looks[-1][1] if looks else "unknown",
        last_look_at=at(looks[-1][0]) if looks else None, **fields,
    )  # fmt: skip
    for order, (hours, verdict) in enumerate(looks, start=1):
        Look.objects.create(sighting=made, number=order, at=at(hours), verdict=verdict)
    return made


def ask(link: Sighting, *, received: float | None, ends: float | None = None, **given) -> Request:
    number = next(numbers)
    fields = {"state": "received", "recipient_kind": "platform"} | given
    return Request.objects.create(
        reference=f"R-{number}", sighting=link, rung=number, recipient="byeok",
        regime="r", why="first", drafted_at=START, basis="consent", language="ko",
        received_at=None if received is None else at(received),
        clock_ends_at=None if ends is None else at(ends), **fields,
    )  # fmt: skip


def only(**given) -> ledger.Place:
    (found,) = ledger.places(now=clock.now())
    for name, value in given.items():
        assert getattr(found, name) == value, name
    return found


CONFIRMED = ((30.0, "gone_provisional"), (60.0, "gone_provisional"), (102.0, "gone_confirmed"))


def test_the_removal_lies_between_the_last_sight_and_the_first_miss(case) -> None:
    link = place(case, (0, "present"), (20, "present"), *CONFIRMED)
    ask(link, received=5)
    ask(link, received=8)
    assert only().hours == pytest.approx(20)  # the middle of 20 and 30, from hour 5


def test_what_was_there_at_the_receipt_was_removed_after_it(case) -> None:
    link = place(case, (0, "present"), *CONFIRMED)
    ask(link, received=20)
    assert only().hours == pytest.approx(5)


@pytest.mark.parametrize("received", [None, 30, 40])
def test_a_removal_before_any_receipt_is_not_measured(case, received) -> None:
    link = place(case, (0, "present"), *CONFIRMED)
    ask(link, received=received)
    only(hours=None)


def test_unknown_and_provisional_are_not_gone(case) -> None:
    for verdict in ("unknown", "gone_provisional", "restricted", "blocked_in_country"):
        ask(place(case, (0, "present"), (9, verdict)), received=1)
    place(case, (0, "present"))
    (row,) = ledger.by_host(ledger.places(now=clock.now()))
    assert (row.places, row.present, row.gone, row.unsettled) == (5, 1, 0, 4)
    assert (row.hours, row.measured) == (None, 0)
    assert row.open_requests == 4


def test_only_pages_that_matched_are_places(case) -> None:
    place(case, (0, "unknown"), matched_at=None)
    place(case, (0, "present"), kind="search_result")
    assert ledger.places(now=clock.now()) == []


def test_a_breach_is_a_look_after_the_end_that_saw_it(case) -> None:
    late = place(case, (0, "present"), (50, "present"))
    ask(late, received=1, ends=49, state="closed", ending="not_done", closed_at=at(50))
    only(breaches=1, open_requests=0)


@pytest.mark.parametrize(
    ("looks", "ends"),
    [
        (((0, "present"), (48, "present"), (50, "unknown")), 49),  # nobody saw it after the end
        (((0, "present"), (50, "present")), None),  # a clock without hours
        (((0, "present"), (50, "restricted")), 49),  # may remain, is not proven
        (((0, "present"), *CONFIRMED, (200, "present")), 150),  # came back after it was gone
    ],
)
def test_what_is_no_breach(case, looks, ends) -> None:
    ask(place(case, *looks), received=1, ends=ends)
    only(breaches=0)


def test_a_request_that_we_took_back_in_time_is_no_breach(case) -> None:
    link = place(case, (0, "present"), (50, "present"))
    ask(link, received=1, ends=49, state="closed", ending="no_basis", closed_at=at(20))
    only(breaches=0)


def test_the_police_are_no_host_that_is_late(case) -> None:
    link = place(case, (0, "present"), (50, "present"))
    ask(link, received=1, ends=49, recipient_kind="police")
    only(breaches=0, open_requests=0)


def test_what_the_watch_finds_after_it_was_gone_came_back(case) -> None:
    same = material(case)
    place(case, (0, "present"), *CONFIRMED, material=same)
    place(case, (40, "present"), host="b.test", material=same, origin="watch")
    place(case, (10, "present"), host="c.test", material=same, origin="watch")
    place(case, (40, "present"), host="d.test", material=same, origin="given")
    place(case, (40, "present"), host="e.test", material=material(case), origin="watch")
    again = {one.host: one.again for one in ledger.places(now=clock.now())}
    assert again == {
        "byeok.test": False, "b.test": True, "c.test": False, "d.test": False, "e.test": False,
    }  # fmt: skip


def test_a_provisional_removal_lets_nothing_come_back(case) -> None:
    same = material(case)
    place(case, (0, "present"), (30, "gone_provisional"), material=same)
    place(case, (40, "present"), host="b.test", material=same, origin="patrol")
    assert not any(one.again for one in ledger.places(now=clock.now()))


def test_the_same_address_can_come_back(case) -> None:
    place(case, (0, "present"), *CONFIRMED, (300, "present"))
    only(again=True, verdict="present")


def test_hosts_of_one_domain_are_one_line_when_asked(case) -> None:
    for host in ("a.example.com", "b.example.com", "x.blogspot.com", "y.blogspot.com"):
        place(case, (0, "present"), host=host)
    found = ledger.places(now=clock.now())
    assert sorted(row.name for row in Asked(by="site").lines(found)) == [
        "example.com", "x.blogspot.com", "y.blogspot.com",
    ]  # fmt: skip
    (row,) = (row for row in ledger.by_site(found) if row.name == "example.com")
    assert {one.host for one in ledger.members(found, row)} == {"a.example.com", "b.example.com"}


def test_lines_are_sorted_by_any_column_and_what_lacks_a_value_comes_last(case) -> None:
    ask(place(case, (0, "present"), *CONFIRMED, host="gone.test"), received=1)
    ask(place(case, (0, "present"), (50, "present"), host="late.test"), received=1, ends=49)
    found = ledger.places(now=clock.now())
    assert [row.name for row in Asked().lines(found)] == ["late.test", "gone.test"]
    for sort in ("hours", "-hours"):
        assert [row.name for row in Asked(sort=sort).lines(found)] == ["gone.test", "late.test"]
    assert [row.name for row in Asked(sort="name").lines(found)] == ["gone.test", "late.test"]
    assert [row.name for row in Asked(late=True).lines(found)] == ["late.test"]
    day = datetime(2026, 11, 1, tzinfo=UTC).date()
    assert len(Asked(since=day, until=day).lines(found)) == 2
    assert Asked(until=day - timedelta(days=1)).lines(found) == []
    assert Asked().sorted_by("breaches").sort == "breaches"
    assert Asked().sorted_by("name").sort == "name"


def test_three_queries_whatever_the_number(case) -> None:
    for _ in range(3):
        ask(place(case, (0, "present"), *CONFIRMED), received=1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        ledger.places(now=clock.now())
    assert len(few) == 3
    assert all("_box" not in one["sql"] for one in few)


def test_the_page_names_hosts_and_never_a_link(client_of, case) -> None:
    ask(place(case, (0, "present"), (50, "present"), host="late.test"), received=1, ends=49)
    park = client_of("park")
    page = park.get(PAGE).content.decode()
    assert "late.test" in page
    assert "재유포 장부" in page
    row = ledger.by_host(ledger.places(now=clock.now()))[0]
    address = reverse("patrol-ledger-host", args=[row.id])
    assert "late" not in address
    host = park.get(address).content.decode()
    assert "late.test" in host
    assert "secret-" not in page + host
    assert "여울-412" in host
    assert park.get(f"{PAGE}/{case.pk}").status_code == 404
    english = client_of("jeong", "en").get(f"{PAGE}?by=site&late=on&sort=-hours")
    assert "1 registered domain" in english.content.decode()


def test_a_wrong_day_is_told_and_stays(client_of, case) -> None:
    page = client_of("park", "en").get(f"{PAGE}?since=soon&by=site").content.decode()
    assert "<title>1 error: Re-upload ledger" in page
    assert "Write the first day like 2026-11-20." in page
    assert 'value="soon"' in page


def test_the_file_has_the_lines_and_is_logged(client_of, case) -> None:
    place(case, (0, "present"), *CONFIRMED, host="gone.test")
    place(case, (0, "present"), host="-formula.test")
    park = client_of("park", "en")
    answer = park.post(reverse("patrol-ledger-csv"), {"sort": "name"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Host,Places,Still there,")
    assert lines[1].startswith("'-formula.test,1,1,0,0,0,,0,0,")
    assert lines[2].startswith("gone.test,1,0,1,0,0,,0,0,")
    event = CustodyEvent.objects.get(action="ledger.exported")
    assert event.fields == ["csv"]
    assert park.get(reverse("patrol-ledger-csv")).status_code == 405


def test_who_does_not_read_the_patrol_does_not_read_the_ledger(client_of, case) -> None:
    lee = client_of("lee")
    assert lee.get(PAGE).status_code == 403
    assert lee.post(reverse("patrol-ledger-csv")).status_code == 403
    assert lee.get(f"{PAGE}/{case.pk}").status_code == 403


def test_an_empty_ledger_says_what_will_appear(client_of) -> None:
    assert "Nothing has matched anywhere yet" in client_of("park", "en").get(PAGE).content.decode()


VERDICTS = ("present", "unknown", "restricted", "gone_provisional", "gone_confirmed", "moved")


@settings(max_examples=60, deadline=None)
@given(
    looks=st.lists(st.sampled_from(VERDICTS), max_size=8),
    received=st.none() | st.integers(0, 200),
    ends=st.none() | st.integers(0, 600),
)
def test_whatever_the_looks_the_figures_hold_together(looks, received, ends) -> None:
    span_of = [(20.0 * number, verdict) for number, verdict in enumerate(looks)]
    with transaction.atomic():
        case = Case.objects.create(reference="솔잎-300", opened_at=START, channel="web")
        make_working_key(case)
        ask(place(case, *span_of), received=received, ends=ends)
        found = only()
        (row,) = ledger.by_host([found])
        transaction.set_rollback(True)
    assert row.places == row.present + row.gone + row.unsettled == 1
    assert row.gone == (looks[-1:] == ["gone_confirmed"])
    first_gone = looks.index("gone_confirmed") if "gone_confirmed" in looks else None
    if found.hours is not None:
        assert first_gone is not None
        assert 0 < found.hours <= 20 * first_gone - received
    late = ends is not None and ends <= 500 and received is not None
    seen_late = any(at_ >= (ends or 0) and verdict == "present" for at_, verdict in span_of)
    assert found.breaches <= (late and seen_late)
    assert not found.again or (first_gone is not None and "present" in looks[first_gone:])
