"""Every page keeps to itself, speaks the reader's language, and lets them leave."""

import re

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.urls import include, path
from django.utils import translation

from ansim.centre.access import services
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.shell import views
from ansim.errors import AnsimError
from tests.centre.doors import come_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)")


def portal(request: HttpRequest) -> HttpResponse:
    request.session["draft"] = "x"
    messages.success(request, "kept <b>as typed</b>")
    return render(request, "shell/portal.html")


@staff_view()
def today(request: StaffRequest) -> HttpResponse:
    return render(request, "shell/staff.html", {"nav_counts": {"removal-queue": 14}})


def broken(_request: HttpRequest, kind: str) -> HttpResponse:
    errors: dict[str, Exception] = {
        "spoken": AnsimError(),
        "denied": PermissionDenied(),
        "bad": SuspiciousOperation(),
        "crash": ZeroDivisionError("https://link.test/secret"),
    }
    raise errors[kind]


urlpatterns = [
    path("", include("ansim.centre.shell.urls")),
    path("", include("ansim.centre.access.urls")),
    path("", portal),
    path("staff/", today, name="staff-today"),
    path("staff/cases", today, name="case-list"),
    path("staff/cases/find", today, name="case-find"),
    path("staff/removal", today, name="removal-queue"),
    path("staff/custody", today, name="custody-log"),
    path("broken/<str:kind>", broken),
]
handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error


@pytest.fixture
def korean() -> Client:
    return Client(headers={"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.5"})


@pytest.fixture
def english() -> Client:
    return Client(headers={"Accept-Language": "fr,en-GB;q=0.8"})


def staff_client(role: str, language: str = "ko") -> Client:
    services.create_staff("mina", "still water runs deep", "박미나", "Mina Park", role, language)
    client = Client()
    assert come_in(client, "mina", "still water runs deep").headers["Location"] == "/staff/"
    return client


@pytest.mark.parametrize("address", ["/", "/staff/sign-in", "/nowhere", "/staff/", "/exit"])
def test_every_answer_keeps_to_itself(korean: Client, address: str) -> None:
    answer = korean.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # With no-referrer browsers send "Origin: null", and no form of ours would be accepted.
    assert answer.headers["Referrer-Policy"] == (
        "no-referrer" if address == "/exit" else "same-origin"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert not INLINE.search(answer.content.decode())


def test_the_portal_in_two_languages(korean: Client, english: Client) -> None:
    page = korean.get("/").content.decode()
    assert '<html lang="ko">' in page
    assert "빠른 나가기" in page
    assert "가람시 디지털안심센터" in page
    assert "kept &lt;b&gt;as typed" in page
    page = english.get("/").content.decode()
    assert '<html lang="en">' in page
    assert "Exit this page" in page
    assert 'href="/lang/ko?next=%2F" lang="ko"' in page


def test_a_chosen_language_wins_over_everything(korean: Client) -> None:
    answer = korean.get("/lang/en?next=/?a=1")
    assert answer.headers["Location"] == "/?a=1"
    assert "Exit this page" in korean.get("/").content.decode()
    assert korean.get("/lang/en?next=//elsewhere.test").headers["Location"] == "/"
    assert korean.get("/lang/xx").status_code == 404


def test_staff_read_their_own_language() -> None:
    client = staff_client("supervisor", "en")
    assert "Lock the screen" in client.get("/staff/").content.decode()
    client.get("/lang/ko")
    assert "화면 잠그기" in client.get("/staff/").content.decode()


def test_the_navigation_shows_rooms_that_exist_and_are_open() -> None:
    page = staff_client("counsellor").get("/staff/cases").content.decode()
    assert '<a href="/staff/cases" aria-current="page">' in page
    assert page.count("aria-current") == 1
    assert "삭제 요청 <span" in page
    assert "보관 기록" not in page  # not for a counsellor
    assert "재유포 감시" not in page  # no such room here


def test_a_supervisor_sees_the_custody_log() -> None:
    page = staff_client("supervisor").get("/staff/").content.decode()
    assert "보관 기록" in page
    assert '<span class="count">14</span>' in page
    assert "박미나" in page
    assert "슈퍼바이저" in page


def test_leaving_ends_the_session_and_clears_the_browser(korean: Client) -> None:
    korean.get("/")
    assert korean.cookies[settings.SESSION_COOKIE_NAME].value
    answer = korean.get("/exit")
    assert (answer.status_code, answer.headers["Location"]) == (303, settings.ANSIM_EXIT_URL)
    assert not Session.objects.exists()
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert korean.cookies[settings.SESSION_COOKIE_NAME].value == ""


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/broken/spoken", 400, "문제가 생겼습니다. 다시 시도해 주세요."),
        ("/broken/denied", 403, "열 수 없는 화면이에요"),
        ("/broken/bad", 400, "처리하지 못했어요"),
        ("/broken/crash", 500, "안심 쪽에서 문제가 생겼어요"),
        ("/nowhere", 404, "없는 화면이에요"),
    ],
)
def test_errors_are_calm_pages(
    korean: Client, english: Client, address: str, status: int, words: str
) -> None:
    korean.raise_request_exception = english.raise_request_exception = False
    answer = korean.get(address)
    assert answer.status_code == status
    assert words in answer.content.decode()
    page = english.get(address).content.decode()
    assert words not in page
    assert 'lang="en"' in page
    assert "link.test" not in page


def test_a_form_left_open_too_long_gets_a_sentence() -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "ko"})
    answer = client.post("/staff/sign-in", {"username": "mina", "password": "x"})
    assert answer.status_code == 403
    assert "다시 불러온 뒤" in answer.content.decode()


def test_an_error_page_stands_without_session_or_user(rf: RequestFactory) -> None:
    with translation.override("ko"):
        assert views.server_error(rf.get("/")).status_code == 500
