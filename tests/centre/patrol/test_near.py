"""Near hits: facts only, two people, and what follows when they agree."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansim.centre import clock, outside
from ansim.centre.access.errors import NotPermitted
from ansim.centre.access.models import Staff
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.patrol import near, services
from ansim.centre.patrol.models import HitRecord, NearHit, Opinion, Target
from ansim.centre.removal.models import Request
from ansim.matching import Bank as HashList
from ansim.matching import BankItem
from tests.centre.patrol.board import ITEM, NOW, a_board, altered, item, small_web, take_in, walk
from tests.centre.patrol.test_walks import Web, fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    web = small_web()
    monkeypatch.setattr(outside, "door", lambda: web)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return web


@pytest.fixture
def board(db: None) -> Target:
    return a_board()


@pytest.fixture
def bank(db: None) -> Bank:
    return take_in(item())


@pytest.mark.parametrize(
    ("bits", "hits", "asked"), [(0, 1, 0), (31, 1, 0), (32, 0, 1), (47, 0, 1), (48, 0, 0)]
)
def test_within_the_strict_radius_nobody_is_asked_and_beyond_it_two_are(
    web: Web, board: Target, bank: Bank, bits: int, hits: int, asked: int
) -> None:
    walk(web, board, bits)
    assert Sighting.objects.count() == hits
    assert NearHit.objects.count() == asked
    assert HitRecord.objects.count() == hits


def test_a_hit_leaves_evidence_whose_digest_the_custody_log_has_and_no_person_saw_it(
    web: Web, board: Target, bank: Bank
) -> None:
    import hashlib
    import json

    walk(web, board, 9)
    kept = HitRecord.objects.get()
    told = json.loads(kept.record)
    assert told["media"][0]["match"] == {"material": str(bank.materials.get().pk), "distance": 9, "exact": False}
    assert told["seen_by_a_person"] is False
    digest = hashlib.sha256(kept.record.encode()).hexdigest()
    event = CustodyEvent.objects.get(action="hit.recorded")
    assert (event.actor_kind, event.fields) == ("worker", ["record", f"sha256:{digest}"])
    assert b"byeok" not in bytes(kept.record_box)
    assert not CustodyEvent.objects.filter(actor_kind="staff").exists()


def test_under_standing_approval_notice_and_referral_are_drafted_and_approved_without_anybody_looking(
    web: Web, board: Target, bank: Bank, staff_of: Callable[[str], Staff], registered: None
) -> None:
    jeong = staff_of("jeong")
    services.approve_bank(bank, by=jeong, days=30, now=NOW)
    walk(web, board, 9)
    kinds = set(Request.objects.values_list("recipient_kind", flat=True))
    assert kinds == {"platform", "police"}
    assert set(Request.objects.values_list("by_standing_approval", flat=True)) == {True}
    assert not CustodyEvent.objects.filter(action__startswith="link.").exists()


def test_two_people_who_say_the_same_make_a_hit_and_the_copy_itself_is_hunted(
    web: Web, board: Target, bank: Bank, staff_of: Callable[[str], Staff]
) -> None:
    park, jeong, lee = map(staff_of, ("park", "jeong", "lee"))
    walk(web, board, 40)
    found = NearHit.objects.get()
    assert near.say(found, "same", by=park, reason="size", now=NOW) == "open"
    with pytest.raises(near.AlreadySaid):
        near.say(found, "same", by=park, now=NOW)
    with pytest.raises(NotPermitted):
        near.say(found, "same", by=lee, now=NOW)
    assert near.say(found, "same", by=jeong, reason="place", now=NOW) == "same"
    with pytest.raises(near.Decided):
        near.say(found, "not_same", by=park, now=NOW)
    found.refresh_from_db()
    assert found.sighting is not None
    assert found.sighting.url == "https://byeok.test/post/1"
    copy = Material.objects.get(bank=bank, number=2)
    assert copy.pdq == altered(40)
    # A later walk knows it for sure, and nobody is asked again.
    services.watch_target(board.pk, now=NOW + timedelta(days=20))
    assert NearHit.objects.count() == 1


def test_what_two_people_called_something_else_is_never_asked_about_again(
    web: Web, board: Target, bank: Bank, staff_of: Callable[[str], Staff]
) -> None:
    park, jeong = map(staff_of, ("park", "jeong"))
    walk(web, board, 40)
    found = NearHit.objects.get()
    for who in (park, jeong):
        near.say(found, "not_same", by=who, now=NOW)
    services.watch_target(board.pk, now=NOW + timedelta(days=20))
    assert NearHit.objects.get().state == "not_same"
    assert not Sighting.objects.exists()


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(Opinion.Answer))), max_size=8))
def test_only_two_equal_answers_of_two_people_decide(said: list[tuple[int, str]]) -> None:
    from django.db import transaction

    from ansim.centre.access.services import create_staff

    with transaction.atomic():
        people = [create_staff(f"p{n}", "quiet water runs deep", "가", "A", "supervisor") for n in range(4)]
        made = services.import_bank(
            HashList(items=(BankItem(key="one", pdq=ITEM, quality=90),)), name="list", owner="o",
            purpose="p", terms="t", origin="f", legal_basis="kr", now=NOW,
        )  # fmt: skip
        found = NearHit(
            bank=made, material=made.materials.get(), host="b.test", media_key="k", distance=40,
            found_at=NOW,
        )  # fmt: skip
        found.url, found.facts = "https://b.test/1", {"fingerprint": fingerprint("b").to_json()}
        found.save(force_insert=True)
        heard: dict[int, str] = {}
        state = "open"
        for who, answer in said:
            try:
                got = near.say(found, answer, by=people[who], now=NOW)
            except near.AlreadySaid:
                assert who in heard
            except near.Decided:
                assert state != "open"
            else:
                assert who not in heard
                heard[who] = answer
                counts = [list(heard.values()).count(one) for one in ("same", "not_same")]
                state = "same" if counts[0] == 2 else "not_same" if counts[1] == 2 else "open"
                assert got == state
        transaction.set_rollback(True)


def test_the_page_shows_numbers_and_hides_what_the_other_said(
    web: Web, board: Target, bank: Bank, client_of: Callable[..., Any], staff_of: Callable[[str], Staff]
) -> None:
    jeong = staff_of("jeong")
    walk(web, board, 40)
    found = NearHit.objects.get()
    near.say(found, "not_same", by=jeong, reason="another format", now=NOW)
    address = reverse("near-hit", args=[found.pk])
    park = client_of("park", "en")
    page = park.get(address).content.decode()
    assert "40 of 256 bits differ" in page
    assert "another format" not in page
    assert "<img" not in page
    assert "byeok.test/post" not in page
    wrong = park.post(address, {"answer": "same"}).content.decode()
    assert "Write in a few words" in wrong
    park.post(address, {"answer": "same", "reason": "the host"})
    page = park.get(address).content.decode()
    assert "another format" in page
    assert "It stays open until two people say the same." in page
    assert [one.answer for one in found.opinions.all()] == ["not_same", "same"]
    assert client_of("lee").get(address).status_code == 403


def test_every_answer_has_words() -> None:
    from ansim.centre.patrol.words import ANSWERS

    assert all(ANSWERS[one] for one, _ in product(Opinion.Answer, "x"))


def test_what_two_people_found_the_same_has_its_evidence_too(
    web: Web, board: Target, bank: Bank, staff_of: Callable[[str], Staff]
) -> None:
    import json

    walk(web, board, 40)
    for name in ("park", "jeong"):
        near.say(NearHit.objects.get(), "same", by=staff_of(name), reason="r", now=NOW)
    told = json.loads(HitRecord.objects.get().record)
    assert told["match"]["distance"] == 40
    assert len(told["decided_by"]) == 2


def test_an_item_of_which_only_md5_is_known_is_found_exactly(web: Web, board: Target) -> None:
    found = fingerprint("a")
    services.import_bank(
        HashList(items=(BankItem(key="one", md5=found.md5),)), name="md5", owner="o", purpose="p",
        terms="t", origin="f", legal_basis="kr_vpa_7_3_3", now=NOW,
    )  # fmt: skip
    walk(web, board, 0)
    assert Sighting.objects.count() == 1


def test_what_the_owner_of_a_list_deleted_is_not_hunted_any_more(db: None) -> None:
    def take(*keys: str, withdrawn: tuple[str, ...] = ()) -> Bank:
        items = tuple(BankItem(key=key, pdq=ITEM, quality=90) for key in keys)
        return services.import_bank(
            HashList(items=items), name="list", owner="o", purpose="p", terms="t", origin="f",
            legal_basis="kr", now=NOW, withdrawn=withdrawn,
        )  # fmt: skip

    take("one", "two")
    made = take(withdrawn=("one",))
    assert [one.withdrawn_at is None for one in made.materials.order_by("number")] == [False, True]


def test_a_list_in_the_shape_of_others_is_taken_in_on_the_page(client_of: Callable[..., Any]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.centre.patrol.test_patrol_page import ABOUT

    lines = f"signal_type,hash\npdq,{ITEM}\n"
    given = ABOUT | {"hashes": SimpleUploadedFile("list.csv", lines.encode())}
    wrong = client_of("park", "en").post(reverse("bank-import"), given | {"wide_radius": "9"})
    assert "at least as many" in wrong.content.decode()
    given["hashes"] = SimpleUploadedFile("list.csv", lines.encode())
    client_of("park").post(reverse("bank-import"), given | {"strict_radius": "20"})
    made = Bank.objects.get()
    assert (made.strict_radius, made.wide_radius, made.materials.count()) == (20, 47, 1)
