"""What a list's owner takes back, what a person takes back, and approvals that end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from ansim.centre import clock, outside
from ansim.centre.access.errors import NotPermitted
from ansim.centre.access.models import Staff
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import withdraw_consent
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.patrol import leads, near, queries, services
from ansim.centre.patrol.models import Lead, NearHit, Target
from ansim.centre.removal.drafting import basis_for
from ansim.centre.removal.errors import NoBasis
from ansim.centre.removal.models import Request
from tests.centre.patrol.board import NOW, POST, a_board, item, shows, small_web, take_in, walk
from tests.centre.patrol.test_walks import Web, person

pytestmark = pytest.mark.django_db
People = Callable[[str], Staff]


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = small_web()
    monkeypatch.setattr(outside, "door", lambda: web)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return web


@pytest.fixture
def board(db: None) -> Target:
    return a_board()


def both_say_same(staff_of: People) -> None:
    for name in ("park", "jeong"):
        near.say(NearHit.objects.get(), "same", by=staff_of(name), reason="r", now=NOW)


@pytest.mark.usefixtures("registered")
def test_a_copy_goes_with_the_item_that_it_was_recognised_by(
    web: Web, board: Target, staff_of: People
) -> None:
    take_in(item())
    walk(web, board, 40)
    both_say_same(staff_of)
    hunted = Material.objects.filter(withdrawn_at=None)
    assert hunted.count() == 2
    take_in(withdrawn=("one",))
    assert not hunted.exists()
    # A letter that has not left does not leave: its item may have been listed wrongly.
    assert set(Request.objects.values_list("problem", flat=True)) == {"no_basis"}
    with pytest.raises(NoBasis):
        basis_for(Sighting.objects.get(), "platform", NOW)
    # Listed anew, it counts again, and what was seen before is seen anew.
    before = Bank.objects.get().generation
    take_in(item())
    assert hunted.count() == 2
    assert Bank.objects.get().generation == before + 1
    assert basis_for(Sighting.objects.get(), "platform", NOW) == "law:kr_vpa_7_3_3"
    assert set(Request.objects.values_list("ready", "problem")) == {(True, "")}


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("ends", ["approval", "bank", "purpose"])
def test_letters_that_have_not_left_wait_for_a_person_when_the_approval_ends(
    web: Web, board: Target, staff_of: People, ends: str
) -> None:
    bank, jeong = take_in(item()), staff_of("jeong")
    services.approve_bank(bank, by=jeong, days=30, now=NOW)
    walk(web, board, 0)
    waiting = Request.objects.values_list("state", "by_standing_approval")
    assert set(waiting.all()) == {("approved", True)}
    if ends == "approval":
        services.end_approval(bank, by=jeong, now=NOW)
    elif ends == "bank":
        services.rest_bank(bank, by=jeong, now=NOW, active=False)
    else:
        take_in(item(), purpose="something else")
    assert set(waiting.all()) == {("draft", False)}


def test_a_bank_rests_and_is_hunted_again_on_its_page(
    web: Web, board: Target, client_of: Callable[..., Any]
) -> None:
    bank = take_in(item())
    address, jeong = reverse("bank-rest", args=[bank.pk]), client_of("jeong", "en")
    assert "Let “list” rest?" in jeong.get(address).content.decode()
    assert client_of("lee").post(address).status_code == 403
    assert "The bank rests." in jeong.post(address, follow=True).content.decode()
    walk(web, board, 0)
    assert not Sighting.objects.exists()
    assert "Hunt “list” again?" in jeong.get(address).content.decode()
    jeong.post(address, {"hunt": "1"})
    services.watch_target(board.pk, now=NOW)
    assert Sighting.objects.count() == 1


@pytest.mark.parametrize("ends", ["withdrawn", "rests"])
def test_what_is_not_hunted_any_more_is_asked_of_nobody(
    web: Web, board: Target, staff_of: People, client_of: Callable[..., Any], ends: str
) -> None:
    take_in(item())
    walk(web, board, 40)
    park = staff_of("park")
    assert queries.waiting_near(park).count() == 1
    if ends == "rests":
        Bank.objects.update(active=False)
    else:
        take_in(withdrawn=("one",))
    assert queries.waiting_near(park).count() == 0
    with pytest.raises(near.NoLongerHunted):
        near.say(NearHit.objects.get(), "same", by=park, reason="r", now=NOW)
    given = {"answer": "same", "reason": "r"}
    address = reverse("near-hit", args=[NearHit.objects.get().pk])
    page = client_of("park", "en").post(address, given, follow=True).content.decode()
    assert "not hunted any more" in page


def test_a_list_for_another_purpose_needs_another_approval(staff_of: People) -> None:
    bank = take_in(item())
    services.approve_bank(bank, by=staff_of("jeong"), days=30, now=NOW)
    take_in(item(), item("two", "f" * 64), origin="another file")
    bank.refresh_from_db()
    assert bank.approved_by == staff_of("jeong")
    take_in(item(), purpose="something else")
    bank.refresh_from_db()
    assert (bank.approved_by, bank.approved_until) == (None, None)
    assert CustodyEvent.objects.filter(action="bank.approval_ended").count() == 1


def test_who_may_give_a_standing_approval_may_end_it(
    staff_of: People, client_of: Callable[..., Any]
) -> None:
    bank = take_in(item())
    services.approve_bank(bank, by=staff_of("jeong"), days=30, now=NOW)
    with pytest.raises(NotPermitted):
        services.end_approval(bank, by=staff_of("lee"), now=NOW)
    address = reverse("bank-approve", args=[bank.pk])
    browser = client_of("jeong", "en")
    assert "End this approval" in browser.get(address).content.decode()
    browser.post(address, {"end": "1"})
    bank.refresh_from_db()
    assert bank.approved_by is None
    assert "End this approval" not in browser.get(address).content.decode()


def in_the_middle(web: Web, happens: Callable[[], object]) -> None:
    """Something happens while the walk opens the post."""
    shows(web, 0)
    real = web.look

    def look(url: str, **how: Any) -> Any:
        if url == POST:
            happens()
        return real(url, **how)

    web.look = look  # type: ignore[method-assign]


def taken_back() -> None:
    withdraw_consent(Case.objects.get(), "search", now=NOW)


def watch_over() -> None:
    Case.objects.update(watch_until=NOW)


def picture_withdrawn() -> None:
    Material.objects.update(withdrawn_at=NOW)


@pytest.mark.parametrize("happens", [taken_back, watch_over, picture_withdrawn, None])
def test_what_ends_while_a_walk_goes_on_ends_for_this_walk_too(
    web: Web, board: Target, happens: Callable[[], None] | None
) -> None:
    person("여울-412", "a", "search")
    in_the_middle(web, happens or (lambda: None))
    services.watch_target(board.pk, now=NOW)
    assert Sighting.objects.exists() == (happens is None)


def test_a_bank_that_comes_to_rest_while_a_walk_goes_on_has_no_hit(web: Web, board: Target) -> None:
    take_in(item())
    in_the_middle(web, lambda: Bank.objects.update(active=False))
    services.watch_target(board.pk, now=NOW)
    assert not Sighting.objects.exists()


def a_lead(case: Case, board: Target) -> Lead:
    lead = Lead(case=case, target=board, host="h", url_key="k", score=0.9, found_at=NOW)
    lead.url, lead.words = "https://byeok.test/9", ["river"]
    lead.save(force_insert=True)
    return lead


def test_pages_with_the_words_of_who_took_the_search_back_wait_for_nobody(
    web: Web, board: Target, staff_of: People, client_of: Callable[..., Any]
) -> None:
    mina = person("여울-412", "a", "search", keywords=["river"])
    lead, jeong = a_lead(mina, board), staff_of("jeong")
    assert queries.waiting_leads(jeong).get() == lead
    withdraw_consent(mina, "search", now=NOW)
    later = NOW + timedelta(minutes=1)
    assert not queries.waiting_leads(jeong).exists()
    assert client_of("jeong").get(reverse("lead", args=[lead.pk])).status_code == 404
    with pytest.raises(leads.NotAllowedAnyMore):
        leads.take(lead, by=jeong, now=later)
    assert not Sighting.objects.exists()
