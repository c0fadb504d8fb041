"""Working data at rest: sealed under the key of its case or bank, readable as an attribute."""

from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from ansim.centre.cases import keyring
from ansim.centre.cases.errors import KeysDestroyed
from ansim.centre.cases.models import Case
from ansim.centre.cases.working import CENTRE
from ansim.centre.materials.models import Bank, Look, Material, Sighting, SightingMedia
from ansim.centre.removal.models import Reply, Request
from ansim.vault import VaultError
from tests.centre.cases.people import NOW

pytestmark = pytest.mark.django_db
LINK = "https://secret-host.test/post/비밀-1"


@pytest.fixture
def case(db) -> Case:
    made = Case.objects.create(reference="여울-412", opened_at=NOW, channel="web")
    keyring.make_working_key(made)
    return made


@pytest.fixture
def link(case) -> Sighting:
    return Sighting.objects.create(
        case=case, number=1, origin="given", url=LINK, url_key="1", host="h.test", found_at=NOW
    )


def test_what_is_set_is_read_again_and_saved_by_its_box(case, link):
    again = Sighting.objects.get(pk=link.pk)
    assert (again.url, again.reasons, again.next_look_reason) == (LINK, [], {})
    again.url, again.reasons = "https://other.test/", [{"code": "listed", "params": {"a": 1}}]
    again.save(update_fields=["url_box", "reasons_box"])
    link.refresh_from_db()
    assert link.url == "https://other.test/"
    assert link.reasons == [{"code": "listed", "params": {"a": 1}}]
    case.keywords = ["별빛_99"]
    case.save()
    assert Case.objects.get().keywords == ["별빛_99"]


def test_nothing_of_it_is_in_the_table(case, link):
    case.keywords, link.reasons = ["별빛_99"], [{"code": "note", "params": {"a": "별빛_99"}}]
    case.safe_contact = {"channel": "sms"}
    case.save()
    link.save()
    with connection.cursor() as cursor:
        for table in (Case._meta.db_table, Sighting._meta.db_table):
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                for cell in row:
                    raw = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    assert b"secret-host" not in raw
                    assert "별빛".encode() not in raw
                    assert b"sms" not in raw


def test_a_box_opens_in_no_other_row_column_or_case(case, link):
    other = Case.objects.create(reference="나루-100", opened_at=NOW, channel="web")
    keyring.make_working_key(other)
    elsewhere = Sighting(
        case=other, number=1, origin="given", url_key="1", host="h", found_at=NOW, url_box=link.url_box
    )
    beside = Sighting(
        case=case, number=2, origin="given", url_key="2", host="h", found_at=NOW, url_box=link.url_box
    )
    link.reasons_box = link.url_box
    for read in (lambda: elsewhere.url, lambda: beside.url, lambda: link.reasons):
        with pytest.raises(VaultError):
            read()


def test_a_box_is_opened_once_and_again_when_it_was_read_again(link, monkeypatch):
    fresh = Sighting.objects.get(pk=link.pk)
    opened = []
    real = keyring.working_key
    monkeypatch.setattr(keyring, "working_key", lambda owner: opened.append(owner) or real(owner))
    assert {fresh.url for _ in range(5)} == {LINK}
    assert len(opened) == 1
    changed = Sighting.objects.get(pk=link.pk)
    changed.url = "https://other.test/"
    changed.save()
    fresh.refresh_from_db()
    assert fresh.url == "https://other.test/"


def test_what_belongs_to_nobody_with_a_key_cannot_be_written(db):
    case = Case.objects.create(reference="여울-412", opened_at=NOW, channel="web")
    with pytest.raises(KeysDestroyed):
        case.keywords = ["word"]
    case.keywords = []
    assert bytes(case.keywords_box) == b""


def test_parts_of_one_box_are_set_one_by_one_or_at_once(case):
    one = Material.objects.create(
        case=case, number=1, kind="picture", quality=90, pdq="0f" * 32, sha256="ab" * 32, added_at=NOW
    )
    one = Material.objects.get(pk=one.pk)
    assert (one.pdq, one.sha256, one.md5, one.dihedral) == ("0f" * 32, "ab" * 32, "", [])
    assert one.hunted().sha256 == "ab" * 32
    one.md5 = "c" * 32
    one.save()
    assert Material.objects.get(pk=one.pk).fingerprint == {
        "pdq": "0f" * 32, "sha256": "ab" * 32, "md5": "c" * 32,
    }  # fmt: skip


def test_each_room_finds_the_owner_of_its_rows(case, link):
    bank = Bank.objects.create(name="b", owner="o", imported_at=NOW, legal_basis="l")
    keyring.make_working_key(bank)
    hit = Sighting.objects.create(
        bank=bank, number=1, origin="patrol", url=LINK, url_key="2", host="h", found_at=NOW
    )
    material = Material.objects.create(case=case, number=1, kind="picture", quality=1, added_at=NOW)
    look = Look.objects.create(sighting=hit, number=1, at=NOW, round={"at": "x"}, verdict="present")
    media = SightingMedia.objects.create(
        sighting=link, url=LINK, url_key="3", host="h", material=material, distance=3,
        first_seen_at=NOW,
    )  # fmt: skip
    request = Request.objects.create(
        reference="R-1", sighting=link, rung=1, recipient="r", recipient_kind="host", regime="x",
        why="first", drafted_at=NOW, basis="b", language="en", subject="s", body=f"see {LINK}",
    )  # fmt: skip
    reply = Reply.objects.create(request=request, mail_key="1", kind="reply", received_at=NOW, text="t")
    lost = Reply.objects.create(mail_key="2", kind="reply", received_at=NOW, text="whose?")
    owners = [row.working_owner for row in (hit, look, material, media, request, reply, lost)]
    assert owners == [bank.pk, bank.pk, case.pk, case.pk, case.pk, case.pk, CENTRE]
    assert Look.objects.get().round == {"at": "x"}
    assert SightingMedia.objects.get().url == LINK
    assert Request.objects.get().body == f"see {LINK}"
    assert sorted(one.text for one in Reply.objects.all()) == ["t", "whose?"]


@settings(deadline=None)
@given(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_every_text_and_every_json_comes_back(text, value):
    row = Sighting(case_id=uuid4(), number=1)
    key = keyring.CaseKey.new()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyring, "working_key", lambda _owner: key)
        text = text.encode("utf-8", "replace").decode()
        row.url, row.reasons = text, [value]
        fresh = Sighting(pk=row.pk, case_id=row.case_id, url_box=row.url_box, reasons_box=row.reasons_box)
        assert (fresh.url, fresh.reasons) == (text, [value])
