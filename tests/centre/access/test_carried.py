"""Mina writes a long note, the screen locks; the note waits for her and for nobody else."""

import re
from time import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from ansim.centre.access import carried, entering, middleware, reauth, services
from ansim.centre.access.models import Staff
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.access.reauth import fresh_view
from tests.centre.doors import come_in, let_in

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
PASSWORD = "still water runs deep"
NOTE = "그날 오후에 다시 전화했다. <b>& she</b> said:\nwait"


@staff_view()
def note(request: StaffRequest) -> HttpResponse:
    return HttpResponse("|".join(request.POST.getlist("text") + request.POST.getlist("pick")))


@staff_view()
@fresh_view
def grave(request: StaffRequest) -> HttpResponse:
    return HttpResponse(f"done: {request.POST.get('reason', '')}")


urlpatterns = [
    path("", include("ansim.centre.shell.urls")),
    path("", include("ansim.centre.access.urls")),
    path("staff/", note, name="staff-today"),
    path("note", note),
    path("grave", grave),
]


@pytest.fixture
def mina() -> Staff:
    return services.create_staff("mina", PASSWORD, "박미나", "Mina Park", "counsellor", "en")


@pytest.fixture
def joon() -> Staff:
    return services.create_staff("joon", PASSWORD, "김준", "Joon Kim", "counsellor", "en")


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    held = [time()]
    for module in (middleware, carried, reauth, entering):
        monkeypatch.setattr(module, "time", lambda: held[0])
    return held


def idle_with_a_note(seconds: list[float], **fields: object) -> Client:
    """Mina's browser, in which a note was sent after the screen had locked."""
    client = Client(headers={"accept-language": "en"})
    come_in(client, "mina", PASSWORD)
    client.get("/note")
    seconds[0] += settings.ANSIM_IDLE_SECONDS + 60
    answer = client.post("/note?tab=2", fields or {"text": NOTE, "pick": ["a", "b"]})
    assert answer.status_code == 302
    return client


def sent(client: Client, page: str) -> HttpResponse:
    """What the button of the page sends, led on as a browser is."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page):
        if name != "csrfmiddlewaretoken":
            fields.setdefault(name, []).append(value)
    answer = client.post("/staff/kept", fields)
    assert answer.status_code == 307
    return client.post(answer.headers["Location"], fields)  # type: ignore[return-value]


def test_a_note_sent_too_late_comes_back(mina: Staff, seconds: list[float]) -> None:
    client = idle_with_a_note(seconds)
    assert "kept for one hour" in client.get("/staff/sign-in?why=kept").content.decode()
    answer = come_in(client, "mina", PASSWORD, next_address="/note")
    assert answer.headers["Location"] == "/staff/kept"
    page = client.get("/staff/kept").content.decode()
    assert "&lt;b&gt;&amp; she&lt;/b&gt; said:" in page
    assert "and 2 choices or numbers" in page
    page = page.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert sent(client, page).content.decode() == f"{NOTE}|a|b"
    assert client.get("/staff/kept").headers["Location"] == "/staff/"


def test_it_is_thrown_away_when_asked(mina: Staff, seconds: list[float]) -> None:
    client = idle_with_a_note(seconds)
    come_in(client, "mina", PASSWORD)
    assert client.post("/staff/kept", {"throw_away": "1"}).headers["Location"] == "/staff/"
    assert client.get("/staff/kept").status_code == 302


def test_joon_who_signs_in_at_her_screen_does_not_get_it(
    mina: Staff, joon: Staff, seconds: list[float]
) -> None:
    client = idle_with_a_note(seconds)
    gone_to = come_in(client, "joon", PASSWORD, next_address="/note").headers["Location"]
    assert gone_to == "/note", "joon heard that something was kept"
    answer = client.get("/staff/kept")
    assert answer.headers["Location"] == "/staff/"
    come_in(client, "mina", PASSWORD)
    assert client.get("/staff/kept").status_code == 302


def test_what_is_kept_cannot_be_read_from_the_database(mina: Staff, seconds: list[float]) -> None:
    idle_with_a_note(seconds, text=NOTE, plain="a-link-of-somebody")
    stored = str([session.get_decoded() for session in Session.objects.all()])
    assert "carried" in stored
    for secret in ("오후", "a-link-of-somebody", "/note"):
        assert secret not in stored


def test_it_is_kept_for_an_hour(mina: Staff, seconds: list[float]) -> None:
    client = idle_with_a_note(seconds)
    seconds[0] += carried.LIFE_SECONDS - 60
    client.get("/staff/sign-in")
    come_in(client, "mina", PASSWORD)
    assert client.get("/staff/kept").status_code == 200
    seconds[0] += 61
    assert client.get("/staff/kept").headers["Location"] == "/staff/"


def test_files_passwords_codes_and_too_much_are_not_kept(mina: Staff, seconds: list[float]) -> None:
    file = SimpleUploadedFile("a.txt", b"bytes of a file")
    client = idle_with_a_note(seconds, text="two words", new_password="p w", code="1 2", file=file)
    come_in(client, "mina", PASSWORD)
    page = client.get("/staff/kept").content.decode()
    assert 'name="text"' in page
    for name in ("new_password", 'name="code"', "bytes of a file", "a.txt"):
        assert name not in page
    other = idle_with_a_note(seconds, text="x" * (carried.MOST_BYTES + 1))
    assert come_in(other, "mina", PASSWORD).headers["Location"] == "/staff/"


def test_a_lost_key_keeps_the_note_too(mina: Staff) -> None:
    client = let_in(Client(), mina)
    assert client.post("/staff/kept", {"text": NOTE}).headers["Location"].endswith("why=key")
    assert come_in(client, "mina", PASSWORD).headers["Location"] == "/staff/kept"


def test_a_grave_act_asks_once_more_and_goes_on(mina: Staff, seconds: list[float]) -> None:
    client = Client(headers={"accept-language": "en"})
    come_in(client, "mina", PASSWORD)
    assert client.post("/grave", {"reason": "at once"}).content == b"done: at once"
    seconds[0] += reauth.FRESH_SECONDS + 2
    client.get("/note")
    assert client.get("/grave?x=1").headers["Location"] == "/staff/again?next=%2Fgrave%3Fx%3D1"
    assert client.post("/grave", {"reason": "too late"}).headers["Location"] == "/staff/again"
    before = client.session.session_key
    wrong = client.post("/staff/again", {"password": "not it at all"})
    assert "does not open this key" in wrong.content.decode()
    assert client.post("/staff/again", {"password": PASSWORD}).headers["Location"] == "/staff/kept"
    assert client.session.session_key != before
    assert client.session["fresh_at"] == int(seconds[0])


def test_the_proof_leads_back_to_the_page(mina: Staff) -> None:
    client = Client()
    come_in(client, "mina", PASSWORD)
    given = {"password": PASSWORD, "next": "/grave?x=1"}
    assert client.post("/staff/again", given).headers["Location"] == "/grave?x=1"
    given["next"] = "https://elsewhere.test/"
    assert client.post("/staff/again", given).headers["Location"] == "/staff/account"


def test_other_sessions_end_and_this_one_stays(mina: Staff) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        come_in(client, "mina", PASSWORD)
    assert here.post("/staff/account/sessions").status_code == 302
    assert here.get("/note").status_code == 200
    assert there.get("/note").status_code == 302


def test_a_new_password_ends_every_other_session(mina: Staff) -> None:
    here, there = Client(headers={"accept-language": "en"}), Client()
    for client in (here, there):
        come_in(client, "mina", PASSWORD)
    new = "another long password"
    for given, said in [
        ({"old": "wrong", "new": new, "again": new}, "does not open this key"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "too short or too common"),
        ({"old": PASSWORD, "new": new, "again": new + "!"}, "differ"),
    ]:
        assert said in here.post("/staff/account/password", given).content.decode()
    given = {"old": PASSWORD, "new": new, "again": new}
    assert here.post("/staff/account/password", given).status_code == 302
    assert here.get("/staff/kept").status_code == 302, "the key is no longer held"
    assert here.get("/note").status_code == 200
    assert there.get("/note").status_code == 302
    assert come_in(there, "mina", new).status_code == 302


def test_the_language_of_the_pages(mina: Staff) -> None:
    client = Client()
    come_in(client, "mina", PASSWORD)
    client.post("/staff/account/language", {"language": "ko"})
    assert "내 계정" in client.get("/staff/account").content.decode()
    client.post("/staff/account/language", {"language": "xx"})
    mina.refresh_from_db()
    assert mina.language == "ko"


def test_ones_own_page_shows_when_and_how_but_not_where(mina: Staff) -> None:
    client = Client(REMOTE_ADDR="203.0.113.77")
    come_in(client, "mina", PASSWORD)
    page = client.get("/staff/account").content.decode()
    assert "password, app code" in page
    assert "203.0.113" not in page
