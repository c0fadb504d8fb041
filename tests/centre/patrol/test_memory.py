"""What a walk remembers of pages, and when a target is walked again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansim.centre import clock, outside
from ansim.centre.access.models import Staff
from ansim.centre.materials.models import Sighting
from ansim.centre.patrol import near, services, targetfiles, targets
from ansim.centre.patrol.models import NearHit, Run, Target
from ansim.fetching.pages import MAX_MEDIA
from tests.centre.patrol.board import FILE, NOW, POST, a_board, item, small_web, take_in, walk
from tests.centre.patrol.test_walks import START, Web

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


def test_as_many_new_items_as_were_withdrawn_are_matched_with_pages_seen_before(
    web: Web, board: Target
) -> None:
    take_in(item("old", "f" * 64))
    services.watch_target(board.pk, now=NOW)
    services.watch_target(board.pk, now=NOW)
    assert web.visits[POST] == 1
    take_in(item("new", "b" * 64), withdrawn=("old",))
    services.watch_target(board.pk, now=NOW)
    assert web.visits[POST] == 2
    # Fewer items are nothing new.
    take_in(withdrawn=("new",))
    take_in(item("third", "c" * 64))
    services.watch_target(board.pk, now=NOW)
    assert web.visits[POST] == 3
    take_in(item("fourth", "d" * 64))
    take_in(withdrawn=("fourth",))
    services.watch_target(board.pk, now=NOW)
    assert web.visits[POST] == 4


def test_a_copy_that_two_people_recognised_is_looked_for_on_pages_seen_before(
    web: Web, board: Target, staff_of: Callable[[str], Staff]
) -> None:
    second = "https://byeok.test/post/2"
    web.pages[START].append(second)
    web.pages[second] = [FILE]
    take_in(item())
    walk(web, board, 40)
    for name in ("park", "jeong"):
        near.say(NearHit.objects.get(), "same", by=staff_of(name), reason="r", now=NOW)
    services.watch_target(board.pk, now=NOW + timedelta(days=1))
    assert set(Sighting.objects.values_list("verdict", flat=True)) == {"present"}
    assert Sighting.objects.count() == 2


def test_a_target_made_deeper_goes_beyond_what_was_seen_at_its_edge(
    web: Web, board: Target
) -> None:
    deep = "https://byeok.test/deep/1"
    web.pages[POST], web.pages[deep] = [deep], [FILE]
    take_in(item("x", "f" * 64))
    Target.objects.update(depth=1)
    services.watch_target(board.pk, now=NOW)
    services.watch_target(board.pk, now=NOW)
    assert (web.visits[POST], web.visits[deep]) == (1, 0)
    Target.objects.update(depth=3)
    services.watch_target(board.pk, now=NOW)
    assert web.visits[deep] == 1


def test_a_page_at_the_edge_that_names_many_is_a_list_and_read_each_time(
    web: Web, board: Target
) -> None:
    web.pages[POST] = [f"https://byeok.test/deep/{number}" for number in range(5)]
    take_in(item())
    Target.objects.update(depth=1)
    for _ in range(2):
        services.watch_target(board.pk, now=NOW)
    assert web.visits[POST] == 2


def test_every_file_of_a_gallery_is_hashed_and_what_is_left_out_is_told(
    web: Web, board: Target
) -> None:
    web.pages[POST] = [f"https://byeok.test/{number}.jpg" for number in range(120)]
    take_in(item())
    walk(web, board, 99)
    run = Run.objects.get()
    assert (run.media, run.problem) == (120, "")
    web.pages[POST] = [f"https://byeok.test/{number}.jpg" for number in range(MAX_MEDIA)]
    services.watch_target(board.pk, now=NOW + timedelta(days=20))
    assert Run.objects.first().problem == "files_left_out"  # type: ignore[union-attr]


def test_a_target_that_rests_is_not_walked_though_its_walk_was_queued(
    web: Web, board: Target, staff_of: Callable[[str], Staff]
) -> None:
    take_in(item())
    Target.objects.update(run_queued=True)
    targets.pause(board, by=staff_of("jeong"), now=NOW, active=False)
    services.watch_target(board.pk, now=NOW)
    assert not web.visits
    board.refresh_from_db()
    assert not board.run_queued


def test_a_walk_asked_for_during_a_walk_is_not_lost(
    web: Web, board: Target, staff_of: Callable[[str], Staff]
) -> None:
    take_in(item())
    real, asked = web.look, NOW + timedelta(seconds=1)

    def look(url: str, **how: Any) -> Any:
        if url == POST:
            targets.run_now(Target.objects.get(), by=staff_of("jeong"), now=asked)
        return real(url, **how)

    web.look = look  # type: ignore[method-assign]
    services.watch_target(board.pk, now=NOW)
    board.refresh_from_db()
    assert board.next_run_at == asked


ENTRY = """[[target]]
code = "one"
source = "list_page"
url = "https://byeok.test/"
place = "adult"
"""


def test_a_file_does_not_take_over_a_target_of_staff(settings: Any, tmp_path: Any, db: None) -> None:
    settings.ANSIM_SOURCES = tmp_path
    mine = a_board(code="one", host="mine.test", url="https://mine.test/", from_file=False)
    (tmp_path / "a.toml").write_text(ENTRY)
    with pytest.raises(targetfiles.MalformedTargetFile) as caught:
        services.sync_targets(now=NOW)
    assert "a.toml" in caught.value.sentence("en")
    assert "code = one" in caught.value.sentence("ko")
    mine.refresh_from_db()
    assert (mine.host, mine.from_file) == ("mine.test", False)


def test_two_files_with_one_code_are_told_apart(settings: Any, tmp_path: Any, db: None) -> None:
    settings.ANSIM_SOURCES = tmp_path
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(ENTRY)
    with pytest.raises(targetfiles.MalformedTargetFile) as caught:
        services.sync_targets(now=NOW)
    assert "b.toml" in caught.value.sentence("en")


def test_a_target_rests_and_is_taken_up_again_in_its_file(settings: Any, tmp_path: Any, db: None) -> None:
    settings.ANSIM_SOURCES = tmp_path
    file = tmp_path / "a.toml"
    for said, walked in (("", True), ("active = false", False), ("active = true", True)):
        file.write_text(f"{ENTRY}{said}\n")
        services.sync_targets(now=NOW)
        assert Target.objects.get(code="one").active is walked
    file.write_text(f'{ENTRY}active = "no"\n')
    with pytest.raises(targetfiles.MalformedTargetFile) as caught:
        services.sync_targets(now=NOW)
    assert "active" in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"one"', f'"{"a" * 61}"', "code"),
        ('"one"', '"a\\u0000"', "code"),
        ('"one"', '"  "', "code"),
        ('"adult"', f'"{"a" * 21}"', "place"),
        ('"adult"', f"{'9' * 5000}", "toml"),
        ('"adult"', f"{'[' * 5000}", "toml"),
    ],
)
def test_what_no_database_or_parser_takes_is_told_by_file_and_field(
    settings: Any, tmp_path: Any, old: str, new: str, field: str
) -> None:
    settings.ANSIM_SOURCES = tmp_path
    (tmp_path / "a.toml").write_text(ENTRY.replace(old, new))
    with pytest.raises(targetfiles.MalformedTargetFile) as caught:
        targetfiles.targets()
    assert caught.value.values == {"file": "a.toml", "field": field}


def test_a_file_that_cannot_be_read_is_told(settings: Any, tmp_path: Any) -> None:
    settings.ANSIM_SOURCES = tmp_path
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(targetfiles.MalformedTargetFile):
        targetfiles.targets()
