"""One link: verdicts by vantage point, reasons in words, the address only when asked."""

from datetime import timedelta

import pytest
from django.urls import reverse

from ansim.centre import clock
from ansim.centre.custody.models import CustodyEvent
from ansim.centre.materials.models import Look, Sighting
from ansim.centre.removal.models import Request
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
