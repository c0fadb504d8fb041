"""Today tells each of them what waits for them, from real records, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ansim.centre.access.models import Staff
from ansim.centre.cases import services
from ansim.centre.cases.models import Case
from ansim.centre.desk.duties import duties
from ansim.centre.desk.queries import recipient_health, team_load, tiles
from ansim.centre.materials.models import Sighting
from ansim.centre.removal.models import Reply, Request
from ansim.centre.removal.queries import queue
from ansim.vault import CaseKey

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
Opened = Callable[..., tuple[Case, CaseKey]]
SignedIn = Callable[..., Client]


def hours(count: float) -> datetime:
    return NOW + timedelta(hours=count)


def asked(case: Case, number: int, state: str, **given: object) -> Request:
    sighting = Sighting.objects.create(
        case=case, number=number, origin="given", url=f"https://secret-{number}.test/p",
        url_key=f"{number:064}", host=f"secret-{number}.test", found_at=hours(-50),
    )  # fmt: skip
    fields = {
        "recipient": "board", "recipient_kind": "platform", "regime": "us_take_it_down",
        "why": "first", "drafted_at": hours(-40), "basis": "consent", "language": "en",
        "rung": 1, **given,
    }  # fmt: skip
    return Request.objects.create(
        reference=f"R-{number:05}", sighting=sighting, state=state, **fields
    )


def test_what_ends_first_is_at_the_top(people: dict[str, Staff], opened: Opened) -> None:
    case, key = opened("lee", at=hours(-2), flags=["threat_deadline"], threat_deadline=hours(4))
    services.post_message(case, "말", key=key, author=None, now=hours(-1))
    asked(case, 1, "received", clock_ends_at=hours(-3), clock_kind="hours", received_at=hours(-51))
    asked(case, 2, "received", clock_ends_at=hours(8), clock_kind="hours", recipient="video")
    asked(case, 3, "received", clock_ends_at=hours(40), clock_kind="hours", recipient="far")
    asked(case, 4, "draft", drafted_at=hours(-1))
    found = duties(people["lee"], NOW)
    assert [duty.due for duty in found] == sorted(duty.due for duty in found)
    assert [duty.clock.state for duty in found][:2] == ["overdue", "soon"]
    assert len(found) == 5, "two clocks, the threat, the triage, the message; approving is not hers"
    assert not any("secret" in duty.what + duty.sub for duty in found)


def test_counsellors_see_their_own_cases_and_officers_all(
    people: dict[str, Staff], opened: Opened
) -> None:
    case, _key = opened("lee")
    asked(case, 1, "draft")
    asked(case, 2, "draft", recipient="host", why="not_done", rung=2)
    asked(case, 3, "unclear", recipient="video", approved_at=hours(-5))
    assert duties(people["choi"], NOW) == []
    officer = duties(people["park"], NOW)
    assert [duty.primary for duty in officer] == [True, True, True]
    assert {tile.value for tile in tiles(people["choi"], NOW)} == {0}
    assert [tile.value for tile in tiles(people["park"], NOW)] == [0, 0, 2]


def test_only_replies_of_people_wait_to_be_read(people: dict[str, Staff], opened: Opened) -> None:
    case, _key = opened("lee")
    request = asked(case, 1, "sent", sent_at=hours(-30))
    Reply.objects.create(request=request, mail_key="1", kind="reply", received_at=hours(-2))
    Reply.objects.create(request=request, mail_key="2", kind="auto_reply", received_at=hours(-2))
    Reply.objects.create(
        request=request, mail_key="3", kind="reply", received_at=hours(-2), seen_at=hours(-1)
    )
    assert len(duties(people["park"], NOW)) == 1


def test_health_comes_from_replies_and_bounces(people: dict[str, Staff], opened: Opened) -> None:
    case, _key = opened("lee")
    good = asked(case, 1, "received", recipient="good", sent_at=hours(-30))
    Reply.objects.create(request=good, mail_key="1", kind="reply", received_at=hours(-11))
    asked(case, 2, "closed", recipient="gone", sent_at=hours(-30), ending="bounced")
    asked(case, 3, "received", recipient="mute", sent_at=hours(-80))
    asked(case, 4, "received", recipient="fresh", sent_at=hours(-3))
    asked(case, 5, "received", recipient="old", sent_at=hours(-24 * 40))
    health = recipient_health(NOW)
    assert [row.tone for row in health] == ["stop", "wait", "info", "ok"]
    assert "19" in health[-1].sentence


def test_load_counts_what_is_open(people: dict[str, Staff], opened: Opened) -> None:
    for number, name in enumerate(["lee", "lee", "choi"]):
        case, _key = opened(name, reference=f"여울-{200 + number}")
        case.owner = people[name]
        case.save()
    asked(case, 1, "sent", approved_by=people["choi"])
    asked(case, 2, "closed", approved_by=people["choi"])
    assert {one.staff.username: one.count for one in team_load()} == {"lee": 2, "choi": 2}
    services.close_case(case, by=people["choi"], now=NOW)
    assert {one.staff.username: one.count for one in team_load()} == {"lee": 2, "choi": 1}


@pytest.mark.parametrize("name", ["lee", "park", "jeong", "yoon"])
def test_an_empty_day_says_so(name: str, signed_in: SignedIn) -> None:
    korean = signed_in(name).get(reverse("staff-today")).content.decode()
    english = signed_in(name, "en").get(reverse("staff-today")).content.decode()
    assert "지금 기다리는 일이 없습니다" in korean
    assert "Nothing waits for you now" in english


def test_today_is_for_staff(client: Client) -> None:
    assert client.get(reverse("staff-today")).status_code == 302


def test_the_page_shows_the_day(signed_in: SignedIn, opened: Opened) -> None:
    case, _key = opened("lee", flags=["danger_now"])
    asked(case, 1, "draft")
    text = signed_in("jeong").get(reverse("staff-today")).content.decode()
    assert "지금 위험" in text
    assert "승인 대기" in text
    assert "여울-412" in text
    assert "secret-1.test" not in text


def test_what_looks_gone_is_not_called_late(people: dict[str, Staff], opened: Opened) -> None:
    case, _key = opened("lee")
    late = asked(case, 1, "received", clock_ends_at=hours(-3), clock_kind="hours")
    assert tiles(people["park"], NOW)[0].value == len(queue("overdue")) == 1
    Sighting.objects.filter(pk=late.sighting_id).update(verdict="gone_provisional")
    assert tiles(people["park"], NOW)[0].value == len(queue("overdue")) == 0
    assert duties(people["park"], NOW) == []


def test_danger_now_goes_before_everything_else_that_is_new(
    people: dict[str, Staff], opened: Opened
) -> None:
    opened("lee", reference="여울-101", at=hours(-20))
    opened("lee", reference="여울-102", at=hours(-2), flags=["danger_now"])
    first, second = duties(people["lee"], NOW)
    assert first.case.endswith("102")
    assert (first.clock.state, second.clock.state) == ("overdue", "soon")
