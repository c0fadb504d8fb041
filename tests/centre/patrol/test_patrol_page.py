"""Park reads the watch and imports a bank; only Jeong lets its notices go without asking."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Bank, Material, Sighting
from ansim.centre.patrol.models import Run, Target

pytestmark = pytest.mark.django_db
PAGE = "/staff/patrol"
ABOUT = {
    "name": "누리 지문 목록", "owner": "누리재단", "purpose": "재유포 막기", "terms": "재배포 금지",
    "origin": "협약", "legal_basis": "kr_vpa_7_3_3", "strict_radius": "31", "wide_radius": "47",
}  # fmt: skip


def text(response) -> str:
    return response.content.decode()


def hash_list(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", "\n".join(("key,pdq", *lines)).encode())


def bank() -> Bank:
    made = Bank.objects.create(**ABOUT, imported_at=clock.now() - timedelta(days=1))
    make_working_key(made)
    return made


def test_the_closest_hit_comes_first_and_no_address_is_shown(client_of) -> None:
    now, ours = clock.now(), bank()
    what = Material.objects.create(
        bank=ours, number=1, key="k", kind="picture", pdq="0f" * 32, quality=80, added_at=now
    )
    for number, distance in ((1, 20), (2, 3)):
        Sighting.objects.create(
            bank=ours, number=number, origin="patrol", url="https://byeok.test/secret",
            url_key=f"{number:064}", host="byeok.test", place="adult", found_at=now,
            material=what, distance=distance, matched_at=now, verdict="present",
        )  # fmt: skip
    park = client_of("park")
    page = text(park.get(PAGE))
    assert page.index("L-02") < page.index("L-01")
    assert "아직 있음 2곳" in page
    assert "secret" not in page
    english = client_of("jeong", "en")
    assert "Found with hash banks" in text(english.get(PAGE))


def test_a_source_shows_its_last_run_and_runs_when_asked(client_of) -> None:
    now = clock.now()
    source = Target.objects.create(
        code="byeok_list", host="byeok.test", source="list_page", url="https://byeok.test/list",
        place="adult", legal_basis="kr_vpa_7_3_3", next_run_at=now + timedelta(hours=9),
    )  # fmt: skip
    Run.objects.create(
        target=source, started_at=now, finished_at=now, pages=12, media=34, hits=1, failures=0
    )
    park = client_of("park")
    assert "페이지 12, 파일 34, 발견 1, 실패 0" in text(park.get(PAGE))
    address = reverse("target-run", args=[source.pk])
    assert park.get(address).status_code == 405
    assert "몇 분 안에" in text(park.post(address, follow=True))
    source.refresh_from_db()
    assert source.next_run_at is not None
    assert source.next_run_at <= clock.now()
    assert CustodyEvent.objects.filter(action="source.run_asked").count() == 1


def test_of_many_places_those_that_need_somebody_stand_first_and_say_why(client_of) -> None:
    now = clock.now()
    for number in range(20):
        target = Target.objects.create(
            code=f"place-{number:02}", host=f"h{number:02}.test", source="list_page",
            url=f"https://h{number:02}.test/", place="adult", legal_basis="kr_vpa_7_3_3",
            failed_in_row=2 if number == 19 else 0, next_run_at=now + timedelta(hours=9),
        )  # fmt: skip
        Run.objects.create(target=target, started_at=now, finished_at=now, pages=12)
    before = now - timedelta(hours=2)
    Run.objects.create(target=target, started_at=before, failures=1, problem="nxdomain")
    page = text(client_of("park", "en").get(PAGE))
    assert page.index("place-19") < page.index("19 places do well") < page.index("place-00")
    assert "There is no site of this name (any more)." in page
    assert "1 fails or is late" in page


def test_park_imports_a_bank_and_its_notices_still_wait_for_a_person(client_of) -> None:
    given = ABOUT | {"hashes": hash_list(f"a,{'0f' * 32}", f"b,{'1e' * 32}")}
    done = client_of("park").post(reverse("bank-import"), given, follow=True)
    assert "지문 2개" in text(done)
    assert "하나씩 승인" in text(done)
    made = Bank.objects.get()
    assert (made.materials.count(), made.approved_by) == (2, None)
    assert CustodyEvent.objects.filter(action="bank.imported").count() == 1


def test_a_broken_list_names_its_line_and_what_was_typed_stays(client_of) -> None:
    given = ABOUT | {"hashes": hash_list(f"a,{'0f' * 32}", "b,not-a-hash")}
    page = text(client_of("park", "en").post(reverse("bank-import"), given))
    assert "<title>1 error: Import a hash bank" in page
    assert "line 3" in page.lower()
    assert 'value="누리재단"' in page
    assert not Bank.objects.exists()


def test_no_legal_basis_is_chosen_beforehand(client_of) -> None:
    given = ABOUT | {"hashes": hash_list(f"a,{'0f' * 32}"), "legal_basis": ""}
    page = text(client_of("park", "en").post(reverse("bank-import"), given))
    assert "<title>1 error: Import a hash bank" in page
    assert not Bank.objects.exists()


def test_only_a_supervisor_lets_notices_go_without_asking(client_of) -> None:
    ours = bank()
    address = reverse("bank-approve", args=[ours.pk])
    assert client_of("park").post(address, {"days": "30"}).status_code == 403
    jeong = client_of("jeong")
    assert "365일까지만" in text(jeong.post(address, {"days": "366"}))
    assert "상시 승인됨" in text(jeong.post(address, {"days": "30"}, follow=True))
    ours.refresh_from_db()
    assert ours.approved_until is not None
    assert timedelta(days=29) < ours.approved_until - clock.now() <= timedelta(days=30)


def test_lee_does_not_see_the_watch(client_of) -> None:
    lee = client_of("lee")
    assert lee.get(PAGE).status_code == 403
    assert lee.get(reverse("bank-import")).status_code == 403
