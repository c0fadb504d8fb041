"""Drills: a password lost, somebody leaves or joins, a wrap in the wrong place."""

from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from ansim.centre.access.errors import SignInRefused
from ansim.centre.access.services import create_staff, deactivate
from ansim.centre.cases import escrow, handing, keyring, serverkeys
from ansim.centre.cases.errors import KeysDestroyed, LastHolder
from ansim.centre.cases.models import Case, CaseMembership, ContactIndex, KeyWrap
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import CaseKey, VaultError, WrongKey, unwrap
from tests.centre.cases.drills import SECOND, STORY, lose_password, private_of, story_for
from tests.centre.cases.people import NOW, PASSWORD

pytestmark = pytest.mark.django_db


# Wraps


def test_each_key_has_its_holders_and_the_server_never_a_sealed_one(shared, paper):
    paper()
    case = shared("lee")
    held = {(wrap.which, wrap.holder) for wrap in case.wraps.all()}
    assert held == {
        ("sealed", "staff"),
        ("sealed", "escrow"),
        ("working", "server"),
        ("working", "escrow"),
    }
    for wrap in KeyWrap.objects.filter(which="sealed"):
        with pytest.raises(WrongKey):
            unwrap(settings.SECRETS.server_key, bytes(wrap.wrapped))
    for which, holder in (("sealed", "server"), ("working", "staff"), ("working", "receipt")):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeyWrap.objects.create(
                subject=case.pk, which=which, holder=holder, holder_id="x", wrapped=b"x"
            )


def test_a_wrap_put_into_another_case_or_kind_is_refused(shared, people):
    ours, theirs = shared("lee", reference="여울-412"), shared("lee", reference="나루-100")
    private = private_of("lee")
    wrap = theirs.wraps.get(which="sealed")
    ours.wraps.filter(which="sealed").delete()
    wrap.case, wrap.subject = ours, ours.pk
    wrap.save()
    with pytest.raises(WrongKey):
        keyring.sealed_key_for_staff(ours, people["lee"], private)
    # Also when whoever moved it wrote its id along, or no id at all knows what it is for.
    working = theirs.wraps.get(which="working")
    KeyWrap.objects.filter(case=ours, which="working").update(
        wrapped=working.wrapped, key_id=working.key_id
    )
    with pytest.raises(WrongKey):
        keyring.working_key(ours)


def test_a_box_moved_to_another_row_is_refused(shared, people):
    ours, theirs = shared("lee", reference="여울-412"), shared("lee", reference="나루-100")
    Case.objects.filter(pk=ours.pk).update(story_box=theirs.story_box)
    ours.refresh_from_db()
    with pytest.raises(VaultError):
        story_for(ours, people["lee"], private_of("lee"))


def test_a_wrap_from_before_ids_still_opens(shared, people):
    case = shared("lee")
    old = CaseKey.new()
    keyring.wrap_for_staff(case, people["lee"], old)
    assert case.wraps.get(holder="staff").key_id == ""
    assert keyring.sealed_key_for_staff(case, people["lee"], private_of("lee")) == old


def test_destroyed_keys_open_nothing_also_from_memory(shared, people, paper):
    private = paper()
    case = shared("lee")
    keyring.working_key(case)
    assert keyring.destroy_keys(case) == 4
    assert story_for(case, people["lee"], private_of("lee")) is None
    with pytest.raises(KeysDestroyed):
        keyring.working_key(case)
    assert escrow.restore(private, people["choi"], now=NOW, cases=[case]).left == [case]


def test_a_working_key_in_memory_is_forgotten_after_a_minute(shared, monkeypatch):
    case = shared("lee")
    key = keyring.working_key(case)
    KeyWrap.objects.filter(case=case).delete()  # another process erases it
    assert keyring.working_key(case.pk) == key
    monkeypatch.setattr(serverkeys.time, "monotonic", lambda: 1e12)
    with pytest.raises(KeysDestroyed):
        keyring.working_key(case)


def test_the_memory_of_working_keys_is_bounded(monkeypatch):
    monkeypatch.setattr(serverkeys, "MOST_REMEMBERED", 3)
    serverkeys.forget()
    for number in range(5):
        serverkeys.remember(UUID(int=number), CaseKey.new())
    assert serverkeys.remembered(UUID(int=1)) is None
    assert serverkeys.remembered(UUID(int=4)) is not None
    serverkeys.forget()


# Staff


def test_a_lost_password_and_a_colleague_who_holds_the_case(shared, people):
    lee, choi = people["lee"], people["choi"]
    both, alone = shared("lee", "choi"), shared("lee", reference="나루-100")
    boxes = {case.pk: bytes(case.story_box) for case in (both, alone)}
    old = private_of("lee")
    assert lose_password(lee) == [alone]
    with pytest.raises(SignInRefused):
        private_of("lee")
    new = private_of("lee", SECOND)
    assert lee.must_change_password
    for private in (old, new):
        assert story_for(both, lee, private) is None
    handed = handing.give_cases(lee, by=choi, private=private_of("choi"), now=NOW)
    assert (handed.given, handed.left) == ([both], [alone])
    assert story_for(both, lee, new) == STORY
    assert story_for(alone, lee, new) is None
    # Nothing was encrypted again.
    assert {case.pk: bytes(case.story_box) for case in Case.objects.all()} == boxes
    event = CustodyEvent.objects.get(action="key.wrapped")
    assert (event.actor_id, event.case_id, event.fields) == (choi.pk, both.pk, ["staff"])


def test_a_lost_password_without_colleague_or_escrow_waits_for_the_person(people):
    from ansim.centre.intake.report import Report
    from ansim.centre.intake.services import take_in

    for name in ("choi", "jeong"):
        deactivate(people[name])
    taken = take_in(Report(consents=("hold",), story=STORY), now=NOW)
    lee = people["lee"]
    assert lose_password(lee) == [taken.case]
    new = private_of("lee", SECOND)
    assert story_for(taken.case, lee, new) is None
    found = keyring.find_receipt(taken.code)
    keyring.sealed_key_for_person(found[0], found[1])
    assert story_for(taken.case, lee, new) == STORY


def test_somebody_joins_and_gets_what_a_colleague_gives(shared, people):
    first, second = shared("lee"), shared("lee", reference="나루-100")
    theirs = shared("choi", reference="보라-200")
    kim = create_staff("kim", PASSWORD, "김", "Kim", "counsellor")
    handed = handing.give_cases(
        kim, by=people["lee"], private=private_of("lee"), now=NOW, cases=[first, theirs]
    )
    assert (handed.given, handed.left) == ([first], [theirs])
    assert story_for(first, kim, private_of("kim")) == STORY
    assert story_for(second, kim, private_of("kim")) is None
    with pytest.raises(WrongKey):
        handing.give_cases(
            kim, by=people["lee"], private=private_of("choi"), now=NOW, cases=[second]
        )


def test_somebody_leaves_and_no_case_is_left_without_a_colleague(shared, people):
    lee, choi = people["lee"], people["choi"]
    both, alone = shared("lee", "choi"), shared("lee", reference="나루-100")
    with pytest.raises(LastHolder, match=r"나루-100|Naru-100"):
        handing.remove_holder(lee, actor=people["jeong"], now=NOW)
    # A successor helps only where the one who acts can open the case.
    with pytest.raises(LastHolder):
        handing.remove_holder(
            lee, actor=people["jeong"], now=NOW, successor=choi, private=private_of("jeong")
        )
    private = private_of("lee")
    handed = handing.remove_holder(lee, actor=lee, now=NOW, successor=choi, private=private)
    deactivate(lee, actor=people["jeong"])
    assert handed.given == [alone]
    for case in (both, alone):
        assert story_for(case, lee, private) is None
        assert story_for(case, choi, private_of("choi")) == STORY
    assert not CaseMembership.objects.filter(staff=lee).exists()
    assert CustodyEvent.objects.filter(action="key.unwrapped").count() == 2


def test_escrow_lets_the_last_holder_leave(shared, people, paper):
    private = paper()
    case = shared("lee")
    assert handing.remove_holder(people["lee"], actor=None, now=NOW).given == []
    assert escrow.restore(private, people["choi"], now=NOW, cases=[case]).given == [case]
    assert story_for(case, people["choi"], private_of("choi")) == STORY


def test_a_colleague_who_left_counts_for_nothing(shared, people):
    case = shared("lee", "choi")
    deactivate(people["choi"])
    assert handing.only_holder(people["lee"]) == [case]


# The index key


def test_the_index_key_is_for_staff_who_read_and_never_for_the_server(people):
    lee, choi, park = people["lee"], people["choi"], people["park"]
    assert keyring.index_key_for_staff(park, private_of("park")) is None
    assert not KeyWrap.objects.filter(subject=keyring.INDEX).exists()
    key = keyring.index_key_for_staff(lee, private_of("lee"))
    assert key is not None
    assert keyring.index_key_for_staff(choi, private_of("choi")) == key
    assert keyring.index_key_for_staff(park, private_of("park")) is None
    assert keyring.index_key_for_staff(lee, None) is None
    wraps = KeyWrap.objects.filter(subject=keyring.INDEX)
    assert {wrap.holder for wrap in wraps} == {"staff"}
    assert park.pk not in {wrap.staff_id for wrap in wraps}
    lose_password(lee)
    assert keyring.index_key_for_staff(lee, private_of("lee", SECOND)) is None
    handing.give_cases(lee, by=choi, private=private_of("choi"), now=NOW)
    assert keyring.index_key_for_staff(lee, private_of("lee", SECOND)) == key


def test_an_index_key_that_everybody_lost_is_made_anew(people, shared):
    case = shared("lee")
    key = keyring.index_key_for_staff(people["lee"], private_of("lee"))
    ContactIndex.objects.create(case=case, field="phone", digest="0" * 64)
    Case.objects.update(contact_indexed=True)
    KeyWrap.objects.filter(subject=keyring.INDEX).delete()
    fresh = keyring.index_key_for_staff(people["lee"], private_of("lee"))
    assert fresh != key
    assert not ContactIndex.objects.exists()
    assert not Case.objects.filter(contact_indexed=True).exists()


@pytest.mark.django_db
def test_a_working_key_that_is_there_is_never_replaced() -> None:
    subject = uuid4()
    first = keyring.make_working_key(subject)
    assert keyring.make_working_key(subject).secret == first.secret
    assert KeyWrap.objects.filter(subject=subject, which=keyring.WORKING).count() == 1
