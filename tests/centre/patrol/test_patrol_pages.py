"""Pages of what is watched and of what resembles an item: what they say, ask and let go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.addresses import url_key
from ansim.centre.materials.models import Sighting
from ansim.centre.patrol import queries, targetfiles, walk_lines
from ansim.centre.patrol.models import NearHit, Run, Target
from ansim.centre.patrol.target_forms import TargetForm
from ansim.fingerprints import Fingerprint, FrameFingerprint
from tests.centre.patrol.board import ITEM, NOW, a_board, altered, item, take_in

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
PAGE = "https://byeok.test/post/1"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def text(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    return " ".join(answer.content.decode().split())


def run(target: Target, began: timedelta, minutes: float | None = None, **more: int) -> Run:
    ended = None if minutes is None else NOW - began + timedelta(minutes=minutes)
    return Run.objects.create(target=target, started_at=NOW - began, finished_at=ended, **more)


def test_resting_is_asked_about_first_and_taking_up_is_not(client_of: ClientOf) -> None:
    target = a_board(from_file=False, every_hours=12)
    run(target, timedelta(days=9), 5)
    park, address = client_of("park", "en"), reverse("target-rest", args=[target.pk])
    shown = text(park.get(reverse("target", args=[target.pk])))
    assert f'href="{address}"' in shown
    assert f'action="{address}"' not in shown
    asked = text(park.get(address))
    assert "byeok.test has been looked through every 12 hours since Fri 13 Nov" in asked
    target.refresh_from_db()
    assert target.active
    park.post(address, {"active": "no"})
    assert f'action="{address}"' in text(park.get(reverse("target", args=[target.pk])))
    assert park.get(address).status_code == 302
    park.post(address, {"active": "yes"})
    target.refresh_from_db()
    assert target.active
    said = set(CustodyEvent.objects.values_list("action", flat=True))
    assert said >= {"target.rests", "target.taken_up"}


def test_a_place_that_was_never_walked_says_so_before_it_rests(client_of: ClientOf) -> None:
    target = a_board(from_file=False)
    asked = text(client_of("park", "en").get(reverse("target-rest", args=[target.pk])))
    assert "byeok.test has not been looked through yet" in asked


def test_a_walk_under_way_tells_how_far_it_is_and_how_fast(client_of: ClientOf) -> None:
    target = a_board(pages=600)
    run(target, timedelta(minutes=10), pages=250)
    shown = text(client_of("park", "en").get(reverse("target", args=[target.pk])))
    assert "250 pages so far of 600 at most, 25.0 a minute" in shown
    assert "on average" not in shown


def test_one_that_was_broken_off_is_not_under_way() -> None:
    target = a_board()
    run(target, timedelta(days=1), pages=250)
    runs = queries.runs_of(target)
    assert walk_lines.under_way(runs, 600, NOW) is None
    assert [one.tone for one in walk_lines.run_lines(runs)] == ["wait"]


def test_a_walk_of_seconds_is_not_told_as_hundreds_of_pages_a_minute() -> None:
    target = a_board()
    run(target, timedelta(seconds=2), pages=50)
    found = walk_lines.under_way(queries.runs_of(target), 600, NOW)
    assert found is not None
    assert found.a_minute == 50


def test_the_averages_are_of_the_last_twenty_walks_that_ended(client_of: ClientOf) -> None:
    target = a_board()
    assert queries.averages_of(target) is None
    run(target, timedelta(days=90), 900, pages=9000, media=9000)  # too long ago to count
    for days in range(1, 21):
        run(target, timedelta(days=days), 8 if days % 2 else 4, pages=10 + days % 2, media=30)
    run(target, timedelta(minutes=1), pages=500)  # it has not ended
    found = queries.averages_of(target)
    assert found == queries.Averages(20, 10.5, 30, 6)
    shown = text(client_of("park", "en").get(reverse("target", args=[target.pk])))
    assert "The last 20 walks that ended saw 10 pages and 30 pictures or videos in 6 min on average." in shown


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("timed_out", "did not answer in time"),
        ("servfail", "SERVFAIL"),
        ("robots_disallow", "robots.txt"),
        ("plugin_failed", "failed in the middle"),
        ("files_left_out", "left out as too many"),
        ("new_code", "“new_code”"),
    ],
)
def test_what_went_wrong_in_a_walk_is_a_sentence(client_of: ClientOf, code: str, said: str) -> None:
    target = a_board()
    walked = run(target, timedelta(hours=1), 3, failures=2)
    walked.problem = code
    walked.save()
    assert said in text(client_of("park", "en").get(reverse("target", args=[target.pk])))


def test_a_target_of_a_file_names_its_owner_and_where_it_is_paused(client_of: ClientOf) -> None:
    target = a_board(owner="")
    jeong = client_of("jeong")
    shown = text(jeong.get(reverse("target", args=[target.pk])))
    assert "운영자 파일</dd>" in shown
    assert "active = false" in shown
    assert "감시 쉬기" not in shown
    assert jeong.get(reverse("target-rest", args=[target.pk])).status_code == 404


def test_a_setting_has_a_short_label_and_its_sentence_below(client_of: ClientOf) -> None:
    park = client_of("park", "en")
    shown = text(park.get(reverse("target-add", args=["list_page"])))
    assert ">Next pages of the list</label>" in shown
    assert 'aria-describedby="id_set_turns-hint"' in shown
    assert 'id="id_set_turns-hint">How many next pages' in shown


@pytest.mark.parametrize(("ticked", "kept"), [({"set_follow": "on"}, True), ({}, False)])
def test_a_setting_that_is_true_or_not_is_a_checkbox(
    staff_of: Callable[[str], Any], settings: Any, tmp_path: Any, ticked: dict[str, str], kept: bool
) -> None:
    settings.ANSIM_SOURCES = tmp_path
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "boards.txt").write_text("https://byeok.test/\n")
    given = {
        "code": "boards", "place": "adult", "scope": "host", "depth": "1", "pages": "9",
        "every_hours": "24", "rate": "1", "legal_basis": "kr_vpa_7_3_3", "owner": "Park",
        "set_file": "boards.txt", **ticked,
    }  # fmt: skip
    manifest = targetfiles.kinds().get("url_file").manifest
    form = TargetForm(manifest, None, staff_of("park"), given)  # type: ignore[arg-type]
    assert form.is_valid(), form.errors
    assert form.spec is not None
    assert form.spec.settings == {"file": "boards.txt", "follow": kept}


def frames(*bits: int, quality: int = 90) -> tuple[FrameFingerprint, ...]:
    """Frames at such distances from the item."""
    return tuple(FrameFingerprint(at, altered(one), quality) for at, one in enumerate(bits))


def alike(of: tuple[FrameFingerprint, ...], hunted: tuple[FrameFingerprint, ...] = ()) -> NearHit:
    """A video that resembles the item of a new list."""
    bank = take_in(item(frames=hunted))
    found = Fingerprint(
        kind="video", pdq=ITEM, quality=90, md5="d" * 32, sha1="c" * 40, sha256="b" * 64, width=640,
        height=360, format="MP4", frames=of,
    )  # fmt: skip
    return near_hit(bank, found, len(hunted))


def near_hit(bank: Any, found: Fingerprint, hunted: int = 0, url: str = PAGE) -> NearHit:
    near = NearHit(
        bank=bank, material=bank.materials.get(), host="byeok.test", place="adult",
        media_key=url_key(f"{url}#{NearHit.objects.count()}"), distance=40, found_at=NOW,
    )  # fmt: skip
    near.url = url
    near.facts = {
        "fingerprint": found.to_json(), "bytes": 9, "width": 640, "height": 360, "format": "MP4",
        "quality": 90, "hunted_quality": 90, "kind": found.kind, "frames": len(found.frames),
        "hunted_frames": hunted,
    }  # fmt: skip
    near.save(force_insert=True)
    return near


def page_of(client_of: ClientOf, near: NearHit, language: str = "en") -> str:
    return text(client_of("park", language).get(reverse("near-hit", args=[near.pk])))


def test_of_two_videos_the_share_is_that_of_the_shorter_one(client_of: ClientOf) -> None:
    flat = frames(0, 0, quality=10)
    shown = page_of(client_of, alike(frames(0, 51, 52, 200) + flat, frames(0, 1, 2, 3, 4)))
    assert "Of 4 frames with enough detail in the shorter video, 2 matched a frame" in shown
    assert "(50 %)" in shown
    assert "The file found has 6 frames, the item of the bank 5." in shown


def test_a_longer_video_is_judged_by_the_frames_of_the_item(client_of: ClientOf) -> None:
    shown = page_of(client_of, alike(frames(0, 100, 150, 200), frames(0, 50, 255)))
    assert "Of 3 frames with enough detail in the shorter video, 1 matched a frame" in shown


def test_a_video_against_a_picture_counts_its_own_frames(client_of: ClientOf) -> None:
    shown = page_of(client_of, alike(frames(0, 20, 120)), "ko")
    assert "장면 3개 중 2개가 사진과 비슷합니다(67%)" in shown


def test_a_picture_has_no_frames_and_older_facts_only_counts(client_of: ClientOf) -> None:
    near = alike(())
    assert "Frames</dt>" not in page_of(client_of, near)
    near.facts = {"frames": 12, "hunted_frames": 3}
    near.save()
    shown = page_of(client_of, near)
    assert "The file found has 12 frames, the item of the bank 3." in shown
    assert "enough detail" not in shown


def test_what_else_the_same_page_has_is_counted_apart_from_its_host(client_of: ClientOf) -> None:
    near = alike(frames(0))
    found = Fingerprint.from_json(near.facts["fingerprint"])
    ledger = reverse("patrol-ledger")
    assert f'href="{ledger}/' not in page_of(client_of, near)
    for url in (PAGE, "https://byeok.test/post/2"):
        for _ in range(2):
            near_hit(take_in(item()), found, url=url)
        Sighting.objects.create(
            bank=near.bank, number=Sighting.objects.count() + 1, origin="patrol", url=url,
            url_key=url_key(url), host="byeok.test", place="adult", found_at=NOW, matched_at=NOW,
            verdict="present", material=near.material, distance=3,
        )  # fmt: skip
    assert queries.siblings_of(near) == queries.Siblings(2, 4, 1, 2, in_ledger=True)
    park = client_of("park", "en")
    shown = text(park.get(reverse("near-hit", args=[near.pk])))
    assert "1 sure hit of a bank, 2 more that are only alike" in shown
    link = shown.split(f'href="{ledger}/')[1].split('"')[0]
    assert "byeok.test" in text(park.get(f"{ledger}/{link}"))
    assert "post/1" not in shown


def test_every_cell_of_a_patrol_table_has_its_columns_name_for_phones(client_of: ClientOf) -> None:
    target = a_board()
    run(target, timedelta(hours=1), 3, pages=9, failures=2)
    alike(frames(0))
    park = client_of("park", "en")
    for address in (reverse("patrol"), reverse("target", args=[target.pk])):
        cells = text(park.get(address)).split("<tbody>", 1)[1].split("<td")[1:]
        bare = [one for one in cells if "data-label" not in one.split(">")[0]]
        assert cells
        assert all('class="acts"' in one for one in bare)
