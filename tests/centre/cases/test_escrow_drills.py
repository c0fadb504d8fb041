"""Drills: everything lost but the paper, and the server's key rotated."""

import pytest

from ansim.centre.access import joint
from ansim.centre.access.errors import NeedsSecondPerson
from ansim.centre.cases import escrow, keyring, rotation, serverkeys
from ansim.centre.cases.errors import (
    HolderTaken,
    KeysDestroyed,
    LastEscrow,
    NotAHolder,
    ServerKeyLost,
)
from ansim.centre.cases.models import Case, EscrowHolder, KeyWrap
from ansim.centre.cases.working import CENTRE
from ansim.centre.custody.models import CustodyEvent
from ansim.vault import (
    MalformedKey,
    WrongKey,
    join_parts,
    new_key_pair,
    read_ring,
    split_key,
    unwrap,
)
from tests.centre.cases.drills import SECOND, STORY, lose_password, private_of, story_for
from tests.centre.cases.people import NOW

pytestmark = pytest.mark.django_db


# Escrow


def test_two_of_three_shares_open_what_was_lost_with_a_password(shared, people, paper):
    shares = split_key(paper())
    case, other = shared("lee"), shared("choi", reference="나루-100")
    lose_password(people["lee"])
    private = join_parts([shares[2], shares[0]])
    restored = escrow.restore(private, people["lee"], now=NOW)
    assert (restored.given, restored.left) == ([case], [])
    assert story_for(case, people["lee"], private_of("lee", SECOND)) == STORY
    assert story_for(other, people["lee"], private_of("lee", SECOND)) is None
    used = CustodyEvent.objects.get(action="escrow.used")
    assert used.actor_kind == "operator"


def test_everybodys_keys_are_lost_and_the_paper_opens_every_case(shared, people, paper):
    private = paper()
    cases = [
        shared("lee"),
        shared("choi", "lee", reference="나루-100"),
        shared("jeong", reference="보라-200"),
    ]
    keyring.index_key_for_staff(people["lee"], private_of("lee"))
    index = keyring.index_key_for_staff(people["lee"], private_of("lee"))
    KeyWrap.objects.exclude(holder="escrow").delete()
    serverkeys.forget()
    for case in cases:
        assert story_for(case, people["lee"], private_of("lee")) is None
        with pytest.raises(KeysDestroyed):
            keyring.working_key(case)
    restored = escrow.restore(private, people["jeong"], now=NOW, cases=Case.objects.all())
    assert len(restored.given) == 3
    # Every case and the centre's own key, as soon as the server has a key again.
    assert escrow.restore_server(private, now=NOW) >= 3
    for case in cases:
        assert story_for(case, people["jeong"], private_of("jeong")) == STORY
        assert keyring.working_key(case).belongs_to("working", case.pk)
    assert keyring.index_key_for_staff(people["jeong"], private_of("jeong")) == index


def test_a_lost_server_key_is_replaced_from_paper(shared, paper, ring):
    private = paper()
    case = shared("lee")
    key = keyring.working_key(case)
    centre = keyring.working_key(CENTRE)
    (ring / "server_key").unlink(missing_ok=True)
    for path in ring.glob("server_key*"):
        path.unlink()
    (ring / "server_key").write_bytes(
        b"QUFB" * 10 + b"QUE=\n"
    )  # a new one, as the operator makes it
    (ring / "server_key").chmod(0o600)
    serverkeys.read_again()
    serverkeys.forget()
    with pytest.raises(ServerKeyLost):
        keyring.working_key(case)
    assert escrow.restore_server(private, now=NOW) >= 2
    assert keyring.working_key(case) == key
    assert keyring.working_key(CENTRE) == centre
    assert escrow.restore_server(private, now=NOW) == 0


def test_adding_an_escrow_key_needs_a_second_person(people):
    _, public = new_key_pair()
    with pytest.raises(NeedsSecondPerson):
        escrow.add_holder("safe", public, by=None, now=NOW)
    act = joint.ask(escrow.ACT, public.hex(), None, "the first escrow key", NOW)
    with pytest.raises(NeedsSecondPerson):
        escrow.add_holder("safe", public, by=None, now=NOW)
    joint.confirm(act, people["jeong"], NOW)
    _, other = new_key_pair()
    with pytest.raises(NeedsSecondPerson):
        escrow.add_holder("safe", other, by=None, now=NOW)
    escrow.add_holder("safe", public, by=None, now=NOW)
    with pytest.raises(NeedsSecondPerson):  # a yes counts once
        escrow.add_holder("another", public, by=None, now=NOW)
    assert EscrowHolder.objects.count() == 1


def test_an_escrow_key_that_came_later_gets_its_wraps_when_a_holder_opens(shared, people, paper):
    case = shared("lee")
    private = paper()
    assert not case.wraps.filter(which="sealed", holder="escrow").exists()
    assert case.wraps.filter(which="working", holder="escrow").exists()
    assert escrow.restore(private, people["choi"], now=NOW, cases=[case]).left == [case]
    story_for(case, people["lee"], private_of("lee"))
    assert escrow.restore(private, people["choi"], now=NOW, cases=[case]).given == [case]


def test_a_strange_key_restores_nothing(shared, people, paper):
    paper()
    case = shared("lee")
    with pytest.raises(NotAHolder):
        escrow.restore(new_key_pair()[0], people["choi"], now=NOW, cases=[case])
    for typed in ("", "xyz", "00" * 31):
        with pytest.raises(MalformedKey):
            escrow.public_from_hex(typed)


def test_an_escrow_key_retires_unless_it_is_the_last_way_in(shared, people, paper):
    private = paper()
    case = shared("lee")
    holder = EscrowHolder.objects.get()
    lose_password(people["lee"])
    with pytest.raises(LastEscrow):
        escrow.retire_holder(holder, by=None, now=NOW)
    escrow.restore(private, people["lee"], now=NOW)
    assert escrow.retire_holder(holder, by=None, now=NOW) >= 2
    assert not KeyWrap.objects.filter(holder="escrow").exists()
    with pytest.raises(NotAHolder):
        escrow.restore(private, people["lee"], now=NOW, cases=[case])


def test_a_name_is_taken_once(paper):
    paper("safe")
    with pytest.raises(HolderTaken):
        paper("safe")


# The server key


def test_rotation_wraps_everything_anew_and_destroys_the_old_key(shared, ring):
    cases = [shared("lee", reference=f"나루-{number}") for number in range(100, 105)]
    keys = {case.pk: keyring.working_key(case) for case in cases}
    old = read_ring(ring)[-1]
    stolen = {wrap.pk: bytes(wrap.wrapped) for wrap in KeyWrap.objects.filter(holder="server")}
    seen = []
    rotated = rotation.rotate_server_key(now=NOW, progress=lambda done, of: seen.append((done, of)))
    serverkeys.forget()
    assert rotated.destroyed == (old.id,)
    assert rotated.wrapped == len(stolen) == seen[-1][0]
    assert [key.id for key in read_ring(ring)] == [rotated.active]
    assert {case.pk: keyring.working_key(case) for case in cases} == keys
    for wrap in KeyWrap.objects.filter(holder="server"):
        assert wrap.holder_id == rotated.active
        with pytest.raises(WrongKey):
            unwrap(old.private, bytes(wrap.wrapped))
    # A case opened afterwards by a process that has not read the ring again is wrapped rightly.
    assert shared("lee").wraps.get(holder="server").holder_id == rotated.active
    assert CustodyEvent.objects.filter(action="keys.rotated").count() == 1


def test_a_killed_rotation_leaves_all_readable_and_is_finished_by_the_next(
    shared, ring, monkeypatch
):
    cases = [shared("lee", reference=f"나루-{number}") for number in range(100, 106)]
    keys = {case.pk: keyring.working_key(case) for case in cases}
    monkeypatch.setattr(rotation, "BATCH", 2)

    class Killed(BaseException):
        """The power goes."""

    def pull_the_plug(done: int, _all: int) -> None:
        if done >= 2:
            raise Killed

    with pytest.raises(Killed):
        rotation.rotate_server_key(now=NOW, progress=pull_the_plug)
    serverkeys.forget()
    assert len(read_ring(ring)) == 2
    assert len(set(KeyWrap.objects.filter(holder="server").values_list("holder_id"))) == 2
    assert {case.pk: keyring.working_key(case) for case in cases} == keys
    target = read_ring(ring)[-1].id
    rotated = rotation.rotate_server_key(now=NOW)
    serverkeys.forget()
    assert rotated.active == target
    assert [key.id for key in read_ring(ring)] == [target]
    assert {case.pk: keyring.working_key(case) for case in cases} == keys


def test_a_wrap_that_opens_with_no_key_keeps_the_old_keys(shared, ring):
    shared("lee")
    broken = shared("choi", reference="나루-100").wraps.get(holder="server")
    KeyWrap.objects.filter(pk=broken.pk).update(wrapped=bytes(97))
    rotated = rotation.rotate_server_key(now=NOW)
    assert rotated.closed == 1
    assert rotated.destroyed == ()
    assert len(read_ring(ring)) == 2
