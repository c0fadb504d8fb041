"""What is hunted, where it is seen, and what a look writes down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials import banks, services
from ansim.centre.materials.addresses import BadLink, material_key, url_key
from ansim.centre.materials.looking import Hit, Seen
from ansim.centre.materials.models import Bank, Sighting
from ansim.centre.materials.queries import progress
from ansim.fetching import Observation
from ansim.fingerprints import Fingerprint
from ansim.matching import Bank as HashList
from ansim.matching import BankItem
from ansim.verdicts import MediaView, Round, View
from tests.centre.removal.conftest import RECIPIENTS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def recipients(settings) -> None:
    settings.ANSIM_RECIPIENTS = RECIPIENTS


@pytest.fixture
def mina(db) -> Case:
    return a_case("여울-412")


def a_case(reference: str) -> Case:
    case = Case.objects.create(reference=reference, opened_at=NOW, channel="web")
    make_working_key(case)
    return case


def fingerprint(digit: str) -> Fingerprint:
    return Fingerprint(
        kind="picture", pdq=digit * 64, quality=90, md5=digit * 32, sha1=digit * 40,
        sha256=digit * 64, width=64, height=64, format="PNG",
    )  # fmt: skip


def answered(url: str, status: int, at: datetime, vantage: str) -> Observation:
    return Observation(
        url=url, final_url=url, vantage=vantage, country="KR" if vantage == "seoul" else "DE",
        at=at, seconds=0.1, outcome="answered", status=status, content_type="text/html",
    )  # fmt: skip


def round_of(link: Sighting, at: datetime, material=None) -> Seen:
    """Seen from two places: there with a match, or 404 on a host that is well."""
    status, file = (200 if material else 404), f"{link.url}.jpg"
    views = []
    for vantage in ("seoul", "frankfurt"):
        home = answered("https://byeok.test/", 200, at, vantage)
        media = MediaView(file, answered(file, status, at, vantage), 3 if material else None)
        page = answered(link.url, status, at, vantage)
        views.append(View(vantage, page.country, page, None, home, (media,)))
    hits = (Hit(file, str(material.pk), 3),) if material else ()
    return Seen(Round(at, tuple(views)), hits)


def test_the_same_file_twice_is_one_material(mina):
    first = services.add_material(mina, fingerprint("a"), now=NOW)
    assert services.add_material(mina, fingerprint("a"), now=NOW) == first
    assert services.add_material(mina, fingerprint("b"), now=NOW).label == "M-02"
    assert CustodyEvent.objects.filter(action="material.added").count() == 2


def test_a_link_given_twice_however_typed_is_one_sighting(mina):
    first = services.add_link(mina, "byeok.test/post/1", now=NOW)
    assert services.add_link(mina, " HTTPS://BYEOK.test/post/1#top ", now=NOW) == first
    assert (first.url, first.place, first.number) == ("https://byeok.test/post/1", "adult", 1)
    assert first.next_look_at == NOW
    with pytest.raises(BadLink):
        services.add_link(mina, "file:///etc/passwd", now=NOW)
    other = a_case("나루-100")
    assert services.add_link(other, "byeok.test/post/1", now=NOW).number == 1
    assert Sighting.objects.count() == 2


def test_an_address_is_found_again_by_a_digest_that_only_the_server_can_make(mina, settings):
    link = services.add_link(mina, "byeok.test/post/1", now=NOW)
    assert link.url_key == url_key("https://byeok.test/post/1")
    assert link.url_key != sha256(b"https://byeok.test/post/1").hexdigest()
    settings.SECRETS = replace(settings.SECRETS, blind_secret=bytes(32))
    assert link.url_key != url_key("https://byeok.test/post/1")


def test_the_place_is_what_the_registry_knows_of_the_host():
    known = {host: services.place_of(host) for host in ("byeok.test", "www.nabi.test", "xbyeok.test")}
    assert known == {"byeok.test": "adult", "www.nabi.test": "video", "xbyeok.test": "unknown"}


@pytest.mark.parametrize(
    ("minute", "second", "expected"), [(0, 0, 0), (0, 1, 30), (29, 59, 30), (30, 0, 30), (31, 0, 60)]
)
def test_looks_gather_on_the_half_hour(minute, second, expected):
    hour = datetime(2026, 11, 22, 23, tzinfo=UTC)
    moved = services.on_grid(hour + timedelta(minutes=minute, seconds=second))
    assert moved == hour + timedelta(minutes=expected)


def test_looks_are_numbered_and_a_changed_verdict_is_in_custody_also_when_it_comes_back(mina):
    material = services.add_material(mina, fingerprint("a"), now=NOW)
    link = services.add_link(mina, "byeok.test/post/1", now=NOW)
    day = timedelta(hours=36)
    results = [services.record_look(link.pk, round_of(link, NOW, material), now=NOW)]
    for number in (1, 2, 3):
        at = NOW + number * day
        results.append(services.record_look(link.pk, round_of(link, at), now=at))
    back = NOW + 9 * day
    results.append(services.record_look(link.pk, round_of(link, back, material), now=back))
    assert [(str(one.after), one.newly_matched) for one in results] == [
        ("present", True), ("gone_provisional", False), ("gone_provisional", False),
        ("gone_confirmed", False), ("present", False),
    ]  # fmt: skip
    link.refresh_from_db()
    assert list(link.looks.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert (link.looks_done, link.last_look_at, link.verdict_at) == (5, back, back)
    assert (link.matched_at, link.material, link.distance) == (NOW, material, 3)
    assert link.media.get().url_key == url_key(f"{link.url}.jpg")
    assert link.next_look_at > back
    changes = CustodyEvent.objects.filter(action__startswith="verdict.").order_by("sequence")
    assert list(changes.values_list("action", flat=True)) == [
        "verdict.present", "verdict.gone_provisional", "verdict.gone_confirmed", "verdict.present",
    ]  # fmt: skip
    assert progress(mina).gone == 0


def test_a_reupload_points_to_the_place_that_was_gone(mina):
    material = services.add_material(mina, fingerprint("a"), now=NOW)
    first = services.add_link(mina, "byeok.test/post/1", now=NOW)
    services.record_look(first.pk, round_of(first, NOW, material), now=NOW)
    Sighting.objects.filter(pk=first.pk).update(verdict="gone_confirmed")
    later = NOW + timedelta(days=5)
    again, fresh = services.add_sighting(
        "https://byeok.test/post/2", origin=Sighting.Origin.WATCH, now=later, case=mina
    )
    assert (fresh, again.number) == (True, 2)
    services.record_look(again.pk, round_of(again, later, material), now=later)
    again.refresh_from_db()
    assert again.earlier == first


def a_list(*keys: str) -> HashList:
    return HashList(items=tuple(BankItem(key=key, pdq=f"{int(key[0], 36):064x}") for key in keys))


def import_list(*keys: str) -> Bank:
    return banks.import_bank(
        a_list(*keys), name="Police list", owner="o", purpose="p", terms="t", origin="f",
        legal_basis="kr_vpa_7_3_3", now=NOW,
    )  # fmt: skip


def test_a_list_imported_again_adds_what_is_new_and_never_a_number_twice():
    for keys in (("a", "b", "c"), ("a", "b", "c"), ("b", "c", "d", "e"), ("f", "g"), ("h", "a")):
        bank = import_list(*keys)
    assert sorted(bank.materials.values_list("number", flat=True)) == list(range(1, 9))
    known = {one.key: one.pdq[-1] for one in bank.materials.all()}
    assert known == {material_key(bank.pk, key): f"{int(key, 36):064x}"[-1] for key in "abcdefgh"}
    assert Bank.objects.count() == 1


def test_the_key_of_a_list_is_kept_as_a_digest_that_another_bank_does_not_share():
    long = "z" * 200
    import_list(long)
    bank = import_list(long, "a")
    assert {len(key) for key in bank.materials.values_list("key", flat=True)} == {64}
    other = Bank.objects.create(name="other", owner="o", imported_at=NOW, legal_basis="b")
    make_working_key(other)
    assert material_key(other.pk, "a") != material_key(bank.pk, "a")
