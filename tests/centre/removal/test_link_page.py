"""One link: verdicts by vantage point, reasons in words, the address only when asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from ansim.centre import clock
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal.looking_again import look_again
from ansim.centre.removal.models import Request
from ansim.centre.removal.watching import ahead
from ansim.fetching import Observation
from ansim.verdicts import MediaView, Reason, Round, View

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def look_at(link: Sighting, *, distance: int | None, status: int) -> None:
    at = clock.now() - timedelta(hours=2)
    views = []
    for vantage, country in (("Seoul", "KR"), ("Frankfurt", "DE")):
        seen = Observation(
            url=link.url, final_url=link.url, vantage=vantage, country=country, at=at,
            seconds=0.1, outcome="answered", status=status,
        )  # fmt: skip
        media = (MediaView(link.url, seen, distance),)
        views.append(View(vantage, country, seen, media=media))
    reason = Reason("match", (("vantages", "Seoul"),))
    Look.objects.create(
        sighting=link, number=1, at=at, round=Round(at, tuple(views)).to_json(),
        verdict="present", reasons=[reason.to_json()],
    )  # fmt: skip
    link.reasons, link.looks_done = [reason.to_json()], 1
    link.save()


def test_the_page_tells_what_each_place_saw_and_why(client_of, link_of) -> None:
    link = link_of()
    look_at(link, distance=6, status=200)
    address = reverse("link", args=[link.pk])
    page = text(client_of("park").get(address))
    assert "Seoul (KR)" in page
    assert "응답함 (200) · 지문 일치, 거리 6" in page
    assert "찾는 자료와 일치하는 자료가 있습니다(확인 지역: Seoul)." in page
    assert "거리 4 / 256" in page
    assert "secret-" not in page
    english = text(client_of("park", "en").get(address))
    assert "Answered (200) · matches, distance 6" in english
    assert "Media that matches the hunted material is there" in english


def rounds(link: Sighting, *verdicts: str, hours: float = 24) -> None:
    """Looks that came to ``verdicts``, the last an hour ago, ``hours`` apart."""
    last = clock.now() - timedelta(hours=1)
    for number, verdict in enumerate(verdicts, start=1):
        at = last - timedelta(hours=hours) * (len(verdicts) - number)
        gone = verdict.startswith("gone")
        seen = Observation(
            url=link.url, final_url=link.url, vantage="Seoul", country="KR", at=at, seconds=0.42,
            outcome="answered", status=404 if gone else 200, peer="203.0.113.7",
        )  # fmt: skip
        told = [Reason("not_found", (("count", "1"),))]
        told += [Reason("more_misses", (("misses", "1"), ("needed", "3")))] if gone else []
        Look.objects.create(
            sighting=link, number=number, at=at, verdict=verdict,
            round=Round(at, (View("Seoul", "KR", seen),)).to_json(),
            reasons=[one.to_json() for one in told],
        )  # fmt: skip
        link.reasons, link.verdict = [one.to_json() for one in told], verdict
    link.looks_done, link.last_look_at = len(verdicts), last
    link.found_at = last - timedelta(hours=hours) * len(verdicts)
    link.save()


def shown(client: Client, link: Sighting, query: str = "") -> str:
    return text(client.get(reverse("link", args=[link.pk]) + query))


def test_what_a_confirmation_lacks_stands_apart_from_what_was_seen(client_of, link_of) -> None:
    link = link_of()
    rounds(link, "present", "gone_provisional")
    page = shown(client_of("park", "en"), link)
    assert "Found gone 1 of 3 times" in page
    why, lacking = page.split("Still missing for a confirmation")
    assert "One vantage point answered that the page does not exist." in why
    assert "A confirmation needs 3 looks in a row; so far: 1." in lacking
    assert "server 203.0.113.7" in page
    assert "took 0.42 s" in page


def test_requests_replies_and_clocks_stand_on_the_same_line(client_of, sent_of) -> None:
    now = clock.now()
    request = sent_of(
        "byeok.test", state="received", sent_at=now - timedelta(hours=30),
        received_at=now - timedelta(hours=29), clock_kind="hours",
        clock_ends_at=now + timedelta(hours=19),
    )  # fmt: skip
    request.replies.create(
        mail_key="m", kind="reply", received_at=now - timedelta(hours=20), text="private words"
    )
    request.replies.create(
        mail_key="a", kind="acknowledgement", received_at=now - timedelta(hours=29)
    )
    request.sighting.next_look_at = now + timedelta(hours=9)
    rounds(request.sighting, "present", "present", hours=25)
    line = shown(client_of("park", "en"), request.sighting).split("What happened")[1]
    order = [
        "The time of", "Next look, in 9 h", "Look 2", "Answer:", "Look 1", "Receipt confirmed by", "Request sent to",
    ]  # fmt: skip
    places = [line.index(words) for words in order]
    assert places == sorted(places)
    assert 'class="next"' in line.split("The time of")[0]
    assert "private words" not in line
    assert line.count("Receipt confirmed") == 1
    request.clock_ends_at = now - timedelta(hours=5)
    request.save()
    assert "ended" in shown(client_of("park", "en"), request.sighting)


def test_looks_that_changed_nothing_are_folded_and_old_ones_on_pages(client_of, link_of) -> None:
    link = link_of()
    rounds(link, *["present"] * 30, "unknown", *["present"] * 14)
    now = clock.now()
    Request.objects.create(
        reference="R-NEW", sighting=link, rung=1, recipient="byeok", recipient_kind="platform",
        regime="eu_dsa_16", why="first", drafted_at=now, basis="consent", language="ko", sent_at=now,
    )  # fmt: skip
    park = client_of("park", "en")
    first = shown(park, link)
    unfolded = [n for n in range(26, 46) if f"<p>Look {n} " in first]
    assert unfolded == [31, 32, 43, 44, 45]
    assert "Look 26: no change" in first
    assert "Look 25" not in first
    assert "page 1 of 3" in first
    last = shown(park, link, "?page=3")
    sent = "Request sent to"
    assert (sent in first, sent in shown(park, link, "?page=2"), sent in last) == (
        True, False, False,
    )  # fmt: skip
    assert "<p>Look 1 " in last
    assert "Given by the person or staff" in last.split("<ol")[1]
    assert "Given by the person or staff" not in first.split("<ol")[1].split("</ol>")[0]
    assert "Look 6:" not in last
    for query in ("?page=soon", "?page=0"):
        assert "page 1 of 3" in shown(park, link, query)
    assert "page 3 of 3" in shown(park, link, "?page=99999")


def test_an_unknown_reason_of_another_version_does_no_harm(client_of, link_of) -> None:
    link = link_of(reasons=[{"code": "of_tomorrow", "params": {}}])
    assert "Why this verdict" in shown(client_of("park", "en"), link)


def test_the_next_look_says_when_and_why(client_of, link_of) -> None:
    later = clock.now() + timedelta(hours=9)
    link = link_of(next_look_at=later, next_look_reason=Reason("look_daily").to_json())
    page = shown(client_of("park", "en"), link)
    assert "in 9 h" in page
    assert "It is still there, so it is looked at again at a regular interval." in page
    assert "9시간 뒤" in shown(client_of("jeong"), link)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(seconds=5), "in 1 min"), (timedelta(minutes=59), "in 59 min"),
        (timedelta(hours=47), "in 47 h"), (timedelta(hours=49), "in 2 days"),
        (timedelta(0), "due now"), (-timedelta(days=1), "due now"),
    ],
)  # fmt: skip
def test_how_far_off(left, words) -> None:
    now = clock.now()
    with override("en"):
        assert ahead(now + left, now) == words


def test_a_look_before_its_time_is_asked_for_once_and_logged(client_of, link_of) -> None:
    later = clock.now() + timedelta(hours=9)
    link = link_of(next_look_at=later, last_look_at=clock.now() - timedelta(hours=1))
    park, address = client_of("park", "en"), reverse("link-look", args=[link.pk])
    assert "Look again now" in shown(park, link)
    assert "looked at in the next minutes" in text(park.post(address, follow=True))
    link.refresh_from_db()
    assert link.next_look_at <= clock.now()
    assert CustodyEvent.objects.filter(action="link.look_asked").count() == 1
    assert "not looked at again now" in text(park.post(address, follow=True))
    assert CustodyEvent.objects.filter(action="link.look_asked").count() == 1
    assert client_of("yoon").post(address).status_code == 403


@pytest.mark.parametrize(
    "state",
    [
        {"next_look_at": None},
        {"look_queued": True},
        {"last_look_at": timedelta(minutes=29)},
        {"next_look_reason": {"code": "look_retry_after", "params": {}}},
    ],
)
def test_a_site_is_not_asked_again_too_soon(link_of, staff_of, state) -> None:
    now = clock.now()
    given = {"next_look_at": now + timedelta(hours=9)} | state
    if "last_look_at" in state:
        given["last_look_at"] = now - state["last_look_at"]
    link = link_of(**given)
    assert not look_again(link, by=staff_of("park"), now=now)
    assert not CustodyEvent.objects.filter(action="link.look_asked").exists()


def test_the_address_is_shown_once_when_asked_and_it_is_logged(client_of, link_of) -> None:
    link = link_of()
    park = client_of("park")
    assert f"post/secret-{link.number}" in text(park.post(reverse("link-address", args=[link.pk])))
    assert "secret-" not in text(park.get(reverse("link", args=[link.pk])))
    event = CustodyEvent.objects.get(action="link.shown")
    assert event.object_id == str(link.pk)
    assert client_of("yoon").post(reverse("link-address", args=[link.pk])).status_code == 403


def test_park_asks_on_the_persons_word_and_a_person_still_approves(client_of, link_of) -> None:
    link = link_of(matched_at=None, material=None, distance=None, verdict="unknown")
    address = reverse("link-ask", args=[link.pk])
    park = client_of("park")
    assert "본인의 말만 근거가 되며" in text(park.get(address))
    assert not Request.objects.exists()
    page = text(park.post(address, follow=True))
    assert "승인을 기다립니다" in page
    assert "맞은 지문 없이 본인의 말로 요청합니다" in page
    assert Request.objects.get().state == "draft"
    assert park.post(address).status_code == 400
    assert client_of("lee").post(address).status_code == 403


def test_the_register_is_read_in_both_languages(client_of) -> None:
    page = text(client_of("lee").get("/staff/recipients"))
    assert "notice@byeok.test" in page
    assert "미국 TAKE IT DOWN Act" in page
    assert "47 U.S.C. 223a" in page
    assert "Recipients and rules" in text(client_of("lee", "en").get("/staff/recipients"))
    assert client_of("yoon").get("/staff/recipients").status_code == 403


def test_where_robots_keeps_out_a_supervisor_may_say_why_it_is_looked_at(client_of, link_of, staff_of):
    from ansim.centre.materials.models import Look

    link = link_of("byeok.test")
    look = Look(sighting=link, number=1, at=clock.now(), verdict="unknown")
    look.round = {"at": "x", "views": [{"page": {"reason": "robots"}}]}
    look.save(force_insert=True)
    address = reverse("link-robots", args=[link.pk])
    assert client_of("park").get(address).status_code == 403
    jeong = client_of("jeong", "en")
    jeong.post(address, {"reason": "Order of the court"})
    link.refresh_from_db()
    assert link.robots_reason == "Order of the court"
    assert b"court" not in bytes(link.robots_box)
    event = CustodyEvent.objects.get(action="robots.overridden")
    assert (event.fields, event.case_id) == (["robots_reason"], link.case_id)
    jeong.post(address, {"reason": " "})
    link.refresh_from_db()
    assert link.robots_reason == ""
