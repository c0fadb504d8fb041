"""What a walk saw is the place's own first look: letters and the word to the police rest on it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ansim.centre import clock, outside
from ansim.centre.access.models import Staff
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.materials.services import record_look
from ansim.centre.patrol import near, services
from ansim.centre.patrol.models import HitRecord, NearHit, SeenPage, Target
from ansim.centre.removal.models import Request
from ansim.verdicts import Round
from ansim.verdicts.looking import Seen
from tests.centre.patrol.board import (
    FILE,
    NOW,
    POST,
    a_board,
    altered,
    item,
    shows,
    small_web,
    take_in,
    walk,
)
from tests.centre.patrol.test_walks import Web, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registered")]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = small_web()
    monkeypatch.setattr(outside, "door", lambda: web)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return web


@pytest.fixture
def board(db: None) -> Target:
    return a_board()


def told() -> set[str]:
    return set(Request.objects.values_list("recipient_kind", flat=True))


def walled(hit: Sighting, *, hours: int) -> None:
    """Every vantage point meets a wall: nothing is to be seen."""
    at = NOW + timedelta(hours=hours)
    record_look(hit.pk, Seen(Round(at=at, views=()), ()), now=at)


def test_the_walk_itself_matches_drafts_and_tells_the_police(web: Web, board: Target) -> None:
    bank = take_in(item())
    walk(web, board, 9)
    hit = Sighting.objects.get()
    assert (hit.verdict, hit.matched_at, hit.distance) == ("present", NOW, 9)
    assert hit.material == bank.materials.get()
    assert [one.url for one in hit.media.all()] == [FILE]
    assert told() == {"platform", "police"}
    # From here alone it was seen: all vantage points look at once.
    assert hit.next_look_at == NOW
    assert Look.objects.get().verdict == "present"


@pytest.mark.parametrize("verdict", ["unknown", "gone_confirmed"])
def test_what_a_later_look_finds_takes_no_word_back_from_the_police(
    web: Web, board: Target, verdict: str
) -> None:
    from ansim.centre.removal.ladder import react

    take_in(item())
    walk(web, board, 9)
    Request.objects.all().delete()
    Sighting.objects.update(verdict=verdict)
    react(Sighting.objects.get(), now=NOW)
    assert told() == {"police"}


def test_two_people_agree_and_the_letters_rest_on_what_the_walk_saw(
    web: Web, board: Target, staff_of: Callable[[str], Staff]
) -> None:
    bank = take_in(item())
    services.approve_bank(bank, by=staff_of("jeong"), days=30, now=NOW)
    walk(web, board, 40)
    later = NOW + timedelta(hours=5)
    for name in ("park", "jeong"):
        near.say(NearHit.objects.get(), "same", by=staff_of(name), reason="r", now=later)
    hit = Sighting.objects.get()
    assert (hit.verdict, hit.matched_at, hit.next_look_at) == ("present", later, later)
    assert hit.material is not None
    assert hit.material.copy_of == bank.materials.get(number=1)
    assert told() == {"platform", "police"}
    assert set(Request.objects.values_list("by_standing_approval", flat=True)) == {True}
    # Its own look meets a wall: what was drafted stands.
    walled(hit, hours=6)
    assert told() == {"platform", "police"}


def test_a_place_that_was_gone_and_shows_it_again_is_open_again_at_once(
    web: Web, board: Target
) -> None:
    take_in(item())
    walk(web, board, 9)
    far = NOW + timedelta(days=90)
    Sighting.objects.update(verdict="gone_confirmed", next_look_at=far)
    SeenPage.objects.all().delete()
    services.watch_target(board.pk, now=NOW + timedelta(days=1))
    hit = Sighting.objects.get()
    assert (hit.verdict, hit.next_look_at) == ("present", NOW + timedelta(days=1))
    assert HitRecord.objects.count() == 2


def test_a_place_that_is_known_to_be_there_is_not_written_down_again(
    web: Web, board: Target
) -> None:
    take_in(item())
    walk(web, board, 9)
    SeenPage.objects.all().delete()
    services.watch_target(board.pk, now=NOW + timedelta(days=1))
    assert Look.objects.count() == 1
    assert HitRecord.objects.count() == 1


def test_a_given_link_that_showed_nothing_is_matched_by_a_walk(web: Web, board: Target) -> None:
    from ansim.centre.materials.services import add_link

    mina = person("여울-412", "a", "search")
    add_link(mina, POST, now=NOW)
    walk(web, board, 3)
    link = mina.sightings.get()
    assert (link.origin, link.verdict, link.distance) == ("given", "present", 3)


def test_a_file_that_surely_is_one_item_is_asked_about_for_no_other(
    web: Web, board: Target
) -> None:
    take_in(item("one"), item("two", altered(40)))
    walk(web, board, 0)
    assert Sighting.objects.count() == 1
    assert not NearHit.objects.exists()


def test_a_file_near_several_items_is_asked_about_once(web: Web, board: Target) -> None:
    take_in(item("one"), item("two", altered(3)), item("three", altered(5)))
    walk(web, board, 40)
    asked = NearHit.objects.get()
    assert asked.distance == 35  # of the closest
    SeenPage.objects.all().delete()
    services.watch_target(board.pk, now=NOW + timedelta(days=1))
    assert NearHit.objects.count() == 1


def test_what_counts_without_people_is_the_banks_own_radius_in_looks_too(
    web: Web, board: Target
) -> None:
    from ansim.centre.materials.services import look

    bank = take_in(item(), item("other", "b" * 64))
    type(bank).objects.update(strict_radius=10)
    walk(web, board, 9)
    hit = Sighting.objects.select_related("bank").get()
    shows(web, 20)
    assert look(hit, now=NOW).hits == ()


def test_several_files_of_a_page_are_one_place_with_each_of_them(web: Web, board: Target) -> None:
    other = "https://byeok.test/2.jpg"
    web.pages[POST] = [FILE, other]
    take_in(item())
    walk(web, board, 9)
    hit = Sighting.objects.get()
    assert {one.url for one in hit.media.all()} == {FILE, other}
    assert Look.objects.count() == 1


@pytest.mark.parametrize("of", ["a bank", "a case"])
def test_a_guess_at_what_was_cut_off_needs_people_before_letters_of_a_bank(
    web: Web, board: Target, of: str
) -> None:
    if of == "a bank":
        take_in(item())
    else:
        person("여울-412", "a", "search")
    shows(web, 90, uncropped=(altered(4),))
    services.watch_target(board.pk, now=NOW)
    found = NearHit.objects.filter(distance=4)
    assert (Sighting.objects.count(), found.count()) == ((0, 1) if of == "a bank" else (1, 0))
    if of == "a bank":
        assert found.get().facts["guessed"] is True
        assert "uncropped" not in found.get().facts["fingerprint"]
