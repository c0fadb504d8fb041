"""Watch targets: who may add one, what a wrong one says, when it is walked again; leads of words."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from ansim.centre import clock, outside
from ansim.centre.cases.keyring import make_working_key
from ansim.centre.cases.models import Case
from ansim.centre.cases.services import give_consent, withdraw_consent
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Sighting
from ansim.centre.patrol import leads, services, targetfiles, targets
from ansim.centre.patrol.models import Lead, Run, Target
from tests.centre.patrol.test_walks import START, Web

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
GIVEN = {
    "code": "gil-new", "url": "https://gil.test/new", "place": "community", "scope": "path",
    "depth": "2", "pages": "100", "every_hours": "12", "rate": "0.5",
    "legal_basis": "kr_vpa_7_3_3", "owner": "Park",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def page(answer) -> str:
    return answer.content.decode()


def test_park_adds_a_board_changes_it_and_lets_it_rest(client_of) -> None:
    park = client_of("park", "en")
    assert "List page" in page(park.get(reverse("target-new")))
    done = park.post(reverse("target-add", args=["list_page"]), GIVEN, follow=True)
    assert "first walk starts soon" in page(done)
    target = Target.objects.get()
    assert (target.host, target.scope, target.from_file, target.next_run_at) == ("gil.test", "path", False, NOW)
    park.post(reverse("target-change", args=[target.pk]), GIVEN | {"every_hours": "48"})
    target.refresh_from_db()
    assert target.every_hours == 48
    changed = CustodyEvent.objects.get(action="target.changed")
    assert changed.fields == ["every_hours"]
    park.post(reverse("target-rest", args=[target.pk]), {"active": "no"})
    target.refresh_from_db()
    assert not target.active
    assert services.sync_targets(now=NOW) == 0
    assert Target.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "changed", "said"),
    [
        ("list_page", {"url": "gil.test/new"}, "Write the whole web address"),
        ("list_page", {"url": "ftp://gil.test/"}, "Write the whole web address"),
        ("json_search", {"url": "https://gil.test/?q="}, "{query}"),
        ("list_page", {"rate": "99"}, "not polite"),
        ("list_page", {"depth": "11"}, "10 at most"),
        ("list_page", {"code": "My Board"}, "small Latin letters"),
        ("url_file", {"set_file": "../secrets"}, "file"),
        ("url_file", {}, "Fill this in"),
    ],
)
def test_a_wrong_target_is_told_in_one_sentence_and_what_was_typed_stays(client_of, kind, changed, said) -> None:
    got = page(client_of("jeong", "en").post(reverse("target-add", args=[kind]), GIVEN | changed))
    assert said in got
    assert 'value="Park"' in got
    assert not Target.objects.exists()


def test_lee_watches_nothing_and_a_target_of_a_file_is_changed_in_its_file(client_of) -> None:
    target = Target.objects.create(
        code="t", host="gil.test", source="list_page", url="https://gil.test/", place="adult",
        legal_basis="kr",
    )  # fmt: skip
    lee, park = client_of("lee"), client_of("park")
    for name in ("target-add", "target-change", "target-rest", "target"):
        address = reverse(name, args=["list_page" if name == "target-add" else target.pk])
        assert lee.post(address, GIVEN).status_code in {403, 405}
    assert park.post(reverse("target-change", args=[target.pk]), GIVEN).status_code == 404
    assert park.get(reverse("target-add", args=["nothing"])).status_code == 404


def test_walks_that_bring_nothing_back_are_put_off_twice_as_long_each_time(db) -> None:
    target = Target.objects.create(
        code="t", host="gil.test", source="list_page", url="https://gil.test/", place="adult",
        legal_basis="kr", every_hours=24,
    )  # fmt: skip
    waits = []
    for failures, pages in ((1, 0), (1, 0), (1, 0), (1, 0), (0, 5)):
        targets.put_off(target.pk, now=NOW, run=Run(pages=pages, failures=failures))
        target.refresh_from_db()
        waits.append((target.next_run_at - NOW) / timedelta(days=1))
    assert waits == [2, 4, 7, 7, 1]
    assert target.last_well_at == NOW


@pytest.fixture
def talk(monkeypatch) -> Web:
    """A board on which one post names Mina's account in disguise, and another hers in passing."""
    posts = [f"https://byeok.test/post/{number}" for number in (1, 2)]
    web = Web({START: posts, **{post: [] for post in posts}}, {})
    said = {posts[0]: ("새 글", "b l u e f o x 7 7 텔레그램"), posts[1]: ("", "오늘 날씨")}

    def look(url, *, score=None, **how):
        seen = Web.look(web, url, **how)
        if score is not None and url in said:
            object.__setattr__(seen.page, "scores", score(*said[url]))
        return seen

    web.look = look
    monkeypatch.setattr(outside, "door", lambda: web)
    return web


def mina(*consents: str) -> Case:
    case = Case.objects.create(
        reference="여울-412", opened_at=NOW, channel="web", watch_until=NOW + timedelta(days=180)
    )
    make_working_key(case)
    case.keywords = ["@bluefox77", "푸른하늘마을"]
    case.save(update_fields=["keywords_box"])
    for purpose in consents:
        give_consent(case, purpose, now=NOW)
    return case


@pytest.fixture
def board(db) -> Target:
    return Target.objects.create(
        code="byeok", host="byeok.test", source="list_page", url=START, place="adult", depth=2,
        legal_basis="b", next_run_at=NOW,
    )  # fmt: skip


def test_words_make_a_lead_and_never_a_sighting(talk, board, client_of) -> None:
    case = mina("search")
    services.watch_target(board.pk, now=NOW)
    lead = Lead.objects.get()
    assert (lead.url, lead.words) == ("https://byeok.test/post/1", ["@bluefox77"])
    assert b"byeok" not in bytes(lead.url_box)
    assert not Sighting.objects.exists()
    park = client_of("park", "en")
    assert "Pages with somebody" in page(park.get(reverse("patrol")))
    shown = page(park.get(reverse("lead", args=[lead.pk])))
    assert "post/1" not in shown
    park.post(reverse("lead", args=[lead.pk]), {"answer": "take"})
    found = case.sightings.get()
    assert (found.url, found.matched_at, found.next_look_at) == (lead.url, None, NOW)
    assert park.get(reverse("lead", args=[lead.pk])).status_code == 404


def test_a_dismissed_page_is_not_brought_up_again(talk, board, staff_of) -> None:
    mina("search")
    services.watch_target(board.pk, now=NOW)
    leads.dismiss(Lead.objects.get(), by=staff_of("park"), now=NOW)
    services.watch_target(board.pk, now=NOW + timedelta(days=20))
    assert Lead.objects.get().state == "dismissed"


def test_consent_taken_back_in_the_middle_of_a_walk_counts_at_once(talk, board) -> None:
    case = mina("search")
    look = talk.look

    def meanwhile(url, **how):
        if url != START and case.allows("search", NOW):
            withdraw_consent(case, "search", now=NOW)
        return look(url, **how)

    talk.look = meanwhile
    services.watch_target(board.pk, now=NOW)
    assert not Lead.objects.exists()


def test_an_operators_own_kind_of_source_is_found_beside_ours(settings, tmp_path) -> None:
    settings.ANSIM_SOURCES = tmp_path
    folder = tmp_path / "notice_board"
    folder.mkdir()
    (folder / "manifest.toml").write_text(
        'name = "notice_board"\nversion = "1"\ntitle = {en = "Notice board", ko = "알림판"}\n'
        'summary = {en = "s", ko = "s"}\nneeds = "url"\neffective_from = 2026-11-22\n'
        'status = "in_force"\nsource = "ours"\nverified_on = 2026-11-22\n'
    )
    targetfiles._kinds.cache_clear()
    assert "notice_board" in targetfiles.kinds()


def test_robots_is_only_overridden_by_a_supervisor_with_a_reason_that_each_look_carries(
    client_of, board, monkeypatch
) -> None:
    case = mina("search")
    case.keywords = ["푸른하늘마을"]
    case.save(update_fields=["keywords_box"])
    asked = []

    class Robots(Web):
        def look(self, url, **how):
            asked.append(how["robots_override"])
            return Web.look(self, url, **how)

    monkeypatch.setattr(outside, "door", lambda: Robots({START: []}, {}))
    address = reverse("target-robots", args=[board.pk])
    assert client_of("park").post(address, {"reason": "x"}).status_code == 403
    services.watch_target(board.pk, now=NOW)
    client_of("jeong").post(address, {"reason": "영장 2026-11"})
    services.watch_target(board.pk, now=NOW + timedelta(days=1))
    assert asked == ["", "영장 2026-11"]
    assert CustodyEvent.objects.get(action="robots.overridden").fields == ["robots_reason"]
