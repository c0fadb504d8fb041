"""Erasing: nothing of the person is left, everything else goes on, and the figures stay."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django_tasks_db.models import DBTaskResult

from ansim import signed
from ansim.centre.cases import keyring
from ansim.centre.cases.errors import KeysDestroyed
from ansim.centre.cases.keyring import find_receipt, sealed_key_for_person
from ansim.centre.cases.models import Case, KeyWrap
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.custody.queries import check_chain
from ansim.centre.materials.models import Look, Material, Sighting
from ansim.centre.patrol.models import SeenPage
from ansim.centre.removal.mailroom import read_mail
from ansim.centre.removal.models import HashList, Reply, Request
from ansim.centre.retention import forgetting
from ansim.centre.retention.erasing import Order, erase_case
from ansim.centre.retention.errors import CounselDecides, NotYet, OnHold, WorkInHand
from ansim.centre.retention.holding import lift_hold, set_hold
from ansim.centre.retention.models import ForgottenLetter, Tombstone
from ansim.centre.retention.queries import tombstone_of
from ansim.centre.retention.services import erase
from ansim.centre.statistics import showing
from ansim.centre.statistics.models import FactPerson
from ansim.centre.statistics.queries import month_figures, months
from ansim.vault import verify_key_of
from tests.centre.removal.post import mailbox
from tests.centre.retention.people import NOON

pytestmark = pytest.mark.django_db
PERSON = Order(Tombstone.Asked.PERSON)


def everything_about(case: Case) -> dict[str, set[object]]:
    """The keys of all rows of each table that hang from a case, however far down."""
    rows: dict[str, set[object]] = {}
    todo = [(Case, {case.pk} & set(Case.objects.values_list("pk", flat=True)))]
    while todo:
        model, found = todo.pop()
        rows.setdefault(model._meta.label, set()).update(found)
        for relation in model._meta.related_objects:
            if found and (relation.one_to_many or relation.one_to_one):
                below = relation.related_model
                hanging = below._base_manager.filter(**{f"{relation.field.name}__in": found})
                todo.append((below, set(hanging.values_list("pk", flat=True))))
    return rows


def words_in_database() -> str:
    """Every column of every row, as text."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_of_the_person_is_left_and_bora_keeps_everything(told):
    mina, bora = told(), told(links=("https://video.example.org/9",))
    case, reference = mina.case, mina.case.reference
    before, others = everything_about(case), everything_about(bora.case)
    assert all(before[label] for label in ("cases.Message", "removal.Request", "materials.Look"))
    keys = set(KeyWrap.objects.filter(subject=case.pk).values_list("wrapped", flat=True))
    assert keys
    tombstone = erase_case(case, PERSON, now=NOON)
    assert not Case.objects.filter(pk=tombstone.case_id).exists()
    for label, rows in before.items():
        assert not apps.get_model(label)._base_manager.filter(pk__in=rows).exists(), label
    assert everything_about(bora.case) == others
    left = words_in_database()
    assert reference not in left
    assert bora.case.reference in left
    assert not KeyWrap.objects.filter(subject=tombstone.case_id).exists()
    with pytest.raises(KeysDestroyed):
        keyring.working_key(tombstone.case_id)
    with pytest.raises(KeysDestroyed):
        sealed_key_for_person(Case(pk=tombstone.case_id), mina.private)
    assert find_receipt(mina.code) is None
    assert find_receipt(bora.code) is not None


def test_the_certificate_says_what_went_and_a_changed_one_fails(told, settings):
    case = told().case
    looks, links = Look.objects.count(), case.sightings.count()
    key_ids = set(KeyWrap.objects.filter(subject=case.pk).values_list("key_id", flat=True))
    text = erase_case(case, PERSON, now=NOON).certificate
    public = verify_key_of(settings.SECRETS.signing_key)
    document = signed.read(text, signed.ERASURE, public)
    assert document["destroyed"]["looks"] == looks
    assert document["destroyed"]["links"] == links == document["letters_deleted"]
    assert document["destroyed"]["messages"] == document["destroyed"]["notes"] == 1
    assert set(document["keys_destroyed"]) == key_ids
    assert len(key_ids) == 2
    assert (document["asked_by"], document["rule"]) == ("person", "kr_2_6_4_other")
    for word in ("Mina", "010-1234", "01012345678", "example", case.reference):
        assert word not in text
    whole = json.loads(text)
    whole["document"]["destroyed"]["notes"] = 0
    with pytest.raises(signed.SignatureWrong):
        signed.verify(json.dumps(whole), public)
    with pytest.raises(signed.OtherSigner):
        signed.verify(text, verify_key_of(bytes(32)))


def csv_of(*, year: int = 2026) -> list[str]:
    return [showing.as_csv(month_figures(y, m, now=NOON)) for y, m in months() if y == year]


def test_the_months_figures_are_the_same_byte_for_byte(told, lee):
    mina, silent = told(age="teen", harms=("threat", "synthesis")), told(consents=("hold",))
    told(links=())
    link = mina.case.sightings.first()
    link.origin, link.matched_at = Sighting.Origin.WATCH, NOON
    link.save(update_fields=["origin", "matched_at"])
    Look.objects.create(sighting=link, number=3, at=NOON.replace(month=12), verdict="present")
    Request.objects.filter(sighting=link).update(recipient_kind="police")
    before, listed = csv_of(), months()
    assert len(listed) == 2
    erase_case(mina.case, PERSON, now=NOON)
    erase_case(silent.case, PERSON, now=NOON)
    assert csv_of() == before
    assert months() == listed
    assert set(FactPerson.objects.values_list("age", flat=True)) == {"teen", ""}


def test_custody_stays_whole_and_names_nobody(told, lee):
    case = told().case
    events = CustodyEvent.objects.filter(case_id=case.pk).count()
    tombstone = erase_case(case, PERSON, now=NOON)
    assert check_chain().whole
    assert CustodyEvent.objects.filter(case_id=tombstone.case_id).count() == events + 1
    last = CustodyEvent.objects.first()
    assert (last.action, last.actor_kind) == ("case.erased", "person")


def test_jobs_of_the_case_go_and_those_of_others_stay(told):
    from ansim.centre.removal.tasks import look_at

    mina, bora = told(), told(links=("https://video.example.org/9",))
    DBTaskResult.objects.all().delete()
    mine, hers = mina.case.sightings.first(), bora.case.sightings.first()
    look_at.enqueue(str(mine.pk))
    look_at.enqueue(str(hers.pk))
    erase_case(mina.case, PERSON, now=NOON)
    left = [job.args_kwargs["args"] for job in DBTaskResult.objects.all()]
    assert [str(mine.pk)] not in left
    assert [str(hers.pk)] in left


def test_while_a_worker_is_at_it_nothing_is_erased(told, monkeypatch):
    from ansim.centre.removal.tasks import look_at

    case = told().case
    look_at.enqueue(str(case.sightings.first().pk))
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["w"])
    monkeypatch.setattr(forgetting, "is_alive", lambda _worker: True)
    with pytest.raises(WorkInHand):
        erase_case(case, PERSON, now=NOON)
    assert case.messages.exists()
    assert KeyWrap.objects.filter(subject=case.pk).exists()
    assert not Tombstone.objects.exists()
    monkeypatch.setattr(forgetting, "is_alive", lambda _worker: False)
    assert erase_case(case, PERSON, now=NOON)


def mail(box: Path, name: str, *headers: str) -> None:
    text = "\r\n".join(["From: a@forum.test", "To: b@c.test", *headers, "", "the words"])
    (box / "new" / name).write_text(text)


def test_letters_and_late_answers_go_too(told, settings, tmp_path):
    settings.ANSIM_MAILDIR = box = mailbox(tmp_path / "mail")
    case = told().case
    reference, sent = Request.objects.values_list("reference", "message_id").first()
    mail(box, "copy", f"Message-ID: {sent}")
    mail(box, "answer", "Message-ID: <1@forum.test>", f"In-Reply-To: {sent}")
    mail(box, "other", "Message-ID: <2@forum.test>")
    erase_case(case, PERSON, now=NOON)
    assert forgetting.delete_letters() == 2
    assert [file.name for file in (box / "new").iterdir()] == ["other"]
    mail(box, "late", "Message-ID: <3@forum.test>", f"To: notice+{reference}@centre.test")
    assert read_mail(now=NOON) == 1
    assert Reply.objects.count() == 1
    assert not (box / "new" / "late").exists()
    assert not (box / "cur" / "late:2,S").exists()
    digests = set(ForgottenLetter.objects.values_list("digest", flat=True))
    assert not digests & {reference, sent}


def test_the_patrol_forgets_the_pages_of_the_case(told):
    case = told().case
    mine = case.sightings.first().url_key
    SeenPage.objects.create(url_key=mine, seen_at=NOON, generation=1, depth=3)
    SeenPage.objects.create(url_key="f" * 64, seen_at=NOON, generation=1, depth=3)
    erase_case(case, PERSON, now=NOON)
    assert list(SeenPage.objects.values_list("url_key", flat=True)) == ["f" * 64]


def test_a_hold_stops_staff_rule_and_person(told, lee, jeong):
    taken = told()
    key = sealed_key_for_person(taken.case, taken.private)
    hold = set_hold(
        taken.case, "police", "warrant 12", until=None, by=jeong, key=key, now=NOON
    )
    for order in (PERSON, Order(Tombstone.Asked.RULE), Order(Tombstone.Asked.STAFF, lee)):
        with pytest.raises(OnHold):
            erase_case(taken.case, order, now=NOON)
    with pytest.raises(CounselDecides):
        erase(taken.case, asked_by=None, now=NOON)
    assert Material.objects.filter(case=taken.case).exists()
    assert "warrant" not in words_in_database()
    lift_hold(hold, by=jeong, now=NOON)
    assert erase(taken.case, asked_by=None, now=NOON)


def test_staff_need_a_second_person(told, lee, jeong):
    case = told().case
    for confirmed_by in (None, lee):
        with pytest.raises(NotYet):
            erase(case, asked_by=lee, confirmed_by=confirmed_by, now=NOON)
    tombstone = erase(case, asked_by=lee, confirmed_by=jeong, act="act-1", now=NOON)
    assert json.loads(tombstone.certificate)["document"]["two_person_act"] == "act-1"
    assert CustodyEvent.objects.filter(action="case.erased", actor_id=lee.pk).exists()


def test_the_tombstone_answers_for_a_reference_and_holds_none(told):
    case = told().case
    reference = case.reference
    tombstone = erase_case(case, PERSON, now=NOON)
    assert tombstone_of(f" {reference} ") == tombstone
    assert tombstone_of("여울-000") is None
    assert (tombstone.opened_month, tombstone.closed_month) == ("2026-11", "")
    assert Case.objects.count() == 0


def test_shared_fingerprints_are_asked_back_before_they_are_forgotten(told):
    case = told().case
    shared = HashList(
        reference="H-1", case=case, kind="share", recipient="forum", regime="x", state="sent",
        materials=["a", "b"], sent_at=NOON, drafted_at=NOON, basis="consent", language="en",
    )  # fmt: skip
    shared.letter = {"body": "fingerprints"}
    shared.save()
    draft = HashList.objects.create(
        reference="H-2", case=case, kind="share", recipient="other", regime="x",
        drafted_at=NOON, basis="consent", language="en",
    )  # fmt: skip
    tombstone = erase_case(case, PERSON, now=NOON)
    recall = HashList.objects.get(kind="recall")
    assert (recall.case_id, recall.state, recall.recalls_id) == (None, "draft", shared.pk)
    shared.refresh_from_db()
    assert (bytes(shared.letter_box), shared.materials, shared.case_id) == (b"", [], None)
    assert not HashList.objects.filter(pk=draft.pk).exists()
    document = json.loads(tombstone.certificate)["document"]
    assert document["shared_lists_asked_back"] == 1
    assert document["destroyed"]["shared_lists"] == 2
