"""Mina comes in with her password, holds her key, and leaves nothing behind."""

import base64

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from ansim import vault
from ansim.centre.access import errors, middleware, services
from ansim.centre.access.addresses import local_path
from ansim.centre.access.keycookie import cookie_name, hold_key, require_key
from ansim.centre.access.models import SignInAttempt, Staff
from ansim.centre.access.permissions import StaffRequest, staff_view
from ansim.centre.custody.models import CustodyEvent
from tests.centre.doors import code_now, come_in, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
PASSWORD = "still water runs deep"
SENTENCE = "The user name or the password does not match"


@staff_view()
def desk(request: StaffRequest) -> HttpResponse:
    return HttpResponse(request.private_key or b"no key")


@staff_view("staff.manage")
def office(request: StaffRequest) -> HttpResponse:
    return HttpResponse(request.user.username)


def sealed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(require_key(request))


def come_with_code(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("in")
    hold_key(request, response, bytes(range(32)))
    return response


urlpatterns = [
    path("", include("ansim.centre.shell.urls")),
    path("", include("ansim.centre.access.urls")),
    path("staff/", desk, name="staff-today"),
    path("desk", desk),
    path("office", office),
    path("sealed", sealed),
    path("code", come_with_code),
]


@pytest.fixture
def mina() -> Staff:
    return services.create_staff("Mina", PASSWORD, "박미나", "Mina Park", "counsellor", "en")


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def sign_in(client: Client, password: str = PASSWORD, username: str = "mina") -> HttpResponse:
    """Through both steps where the password is right; else what the first page says."""
    known = Staff.objects.filter(username=services.plain_username(username), is_active=True)
    if password == PASSWORD and known.exists():
        return come_in(client, known.get().username, password, next_address="/desk")
    given = {"username": username, "password": password, "next": "/desk"}
    return client.post("/staff/sign-in", given)  # type: ignore[return-value]


def private_of(staff: Staff, password: str = PASSWORD) -> bytes:
    return vault.open_staff_key(bytes(staff.private_box), password)


def test_her_password_opens_her_key_and_brings_her_back(client: Client, mina: Staff) -> None:
    give_app(mina)
    given = {"username": " MINA ", "password": PASSWORD, "next": "/desk"}
    assert client.post("/staff/sign-in", given).headers["Location"] == "/staff/sign-in/second"
    assert client.get("/desk").headers["Location"] == "/staff/sign-in/second"
    answer = client.post("/staff/sign-in/second", {"code": code_now()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk")
    assert client.get("/desk").content == private_of(mina)
    assert CustodyEvent.objects.filter(action="staff.signed_in", actor_id=mina.pk).exists()


def test_neither_the_database_nor_the_cookie_alone_holds_the_key(
    client: Client, mina: Staff
) -> None:
    sign_in(client)
    private, cookie = private_of(mina), client.cookies[cookie_name()]
    stored = str(Session.objects.get().get_decoded())
    assert base64.b64encode(private).decode() not in stored
    assert base64.urlsafe_b64decode(cookie.value) != private
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "")
    client.cookies[cookie_name()] = base64.urlsafe_b64encode(bytes(32)).decode()
    assert client.get("/desk").content == b"no key"


@pytest.mark.parametrize(
    ("username", "password"),
    [("mina", "wrong password!"), ("nobody", PASSWORD), ("joon", PASSWORD)],
)
def test_every_refusal_sounds_the_same(
    client: Client, mina: Staff, username: str, password: str
) -> None:
    joon = services.create_staff("joon", PASSWORD, "김준", "Joon Kim", "analyst")
    services.deactivate(joon, actor=mina)
    answer = sign_in(client, password, username)
    page = answer.content.decode()
    assert SENTENCE in page
    assert f'value="{username}"' in page
    assert password not in page
    assert cookie_name() not in client.cookies


def test_an_unknown_name_costs_as_much_as_a_known_one(
    mina: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bytes] = []

    def watched(box: bytes, password: str) -> bytes:
        opened.append(box[:7])
        return vault.open_staff_key(box, password)

    monkeypatch.setattr(services, "open_staff_key", watched)
    for username in (mina.username, "nobody"):
        with pytest.raises(errors.SignInRefused):
            services.sign_in(username, "wrong", "127.0.0.1")
    assert len(opened) == 2
    assert opened[0] == opened[1]


def test_attempts_keep_no_names(client: Client) -> None:
    sign_in(client, username="my password typed here")
    attempt = SignInAttempt.objects.get()
    assert "password" not in str(attempt.__dict__)


def test_an_outside_address_is_never_gone_to(client: Client, mina: Staff) -> None:
    for outside in ("https://elsewhere.test/", "//elsewhere.test/", "/\\elsewhere.test", "java:x"):
        answer = come_in(client, "mina", PASSWORD, next_address=outside)
        assert "elsewhere" not in answer.headers["Location"]
        assert answer.headers["Location"].startswith("/")


def test_only_paths_of_this_site_are_local() -> None:
    assert local_path("/staff/?a=1") == "/staff/?a=1"
    for other in ("", "desk", "//x.test/", "https://x.test/", "/\\x.test", "//[", "java:x"):
        assert local_path(other) == "/"


def test_locking_the_screen_leaves_nothing(client: Client, mina: Staff) -> None:
    sign_in(client)
    assert client.get("/staff/sign-out").status_code == 405
    answer = client.post("/staff/sign-out")
    assert answer.headers["Location"] == "/staff/sign-in?why=out"
    assert "cache" in answer.headers["Clear-Site-Data"]
    assert not Session.objects.exists()
    assert client.cookies[cookie_name()].value == ""
    assert client.get("/desk").headers["Location"] == "/staff/sign-in?next=%2Fdesk"


def test_an_unused_screen_locks_and_a_used_one_does_not(
    client: Client, mina: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [1_000_000.0]
    monkeypatch.setattr(middleware, "time", lambda: seconds[0])
    sign_in(client)
    for _ in range(3):
        seconds[0] += settings.ANSIM_IDLE_SECONDS - 60
        assert client.get("/desk").status_code == 200
    seconds[0] += settings.ANSIM_IDLE_SECONDS + 60
    assert client.get("/desk").headers["Location"].endswith("why=idle")
    assert not Session.objects.exists()


def test_a_new_password_keeps_the_key_and_ends_other_sessions(client: Client, mina: Staff) -> None:
    sign_in(client)
    before = private_of(mina)
    with pytest.raises(vault.WrongPassword):
        services.change_password(mina, "not it at all", "another long password")
    changed = services.change_password(mina, PASSWORD, "another long password")
    assert private_of(changed, "another long password") == before
    assert client.get("/desk").status_code == 302
    with pytest.raises(errors.WeakPassword):
        services.change_password(changed, "another long password", "short")


def test_a_closed_account_is_out_at_once(client: Client, mina: Staff) -> None:
    sign_in(client)
    services.deactivate(mina)
    assert client.get("/desk").status_code == 302


def test_what_a_role_lacks_is_a_page_with_one_sentence(client: Client, mina: Staff) -> None:
    sign_in(client)
    answer = client.get("/office")
    assert answer.status_code == 403
    assert "ask a supervisor" in answer.content.decode()
    mina.role = "supervisor"
    mina.save()
    assert client.get("/office").content == b"mina"


def test_a_code_holder_is_held_the_same_way(client: Client) -> None:
    assert client.get("/sealed").headers["Location"] == "/code"
    client.get("/code")
    assert client.get("/sealed").content == bytes(range(32))
    client.get("/exit")
    assert client.get("/sealed").status_code == 302


def test_staff_whose_key_is_gone_sign_in_again(client: Client, mina: Staff) -> None:
    sign_in(client)
    del client.cookies[cookie_name()]
    assert client.get("/sealed").headers["Location"] == "/staff/sign-in?next=%2Fsealed&why=key"


def test_two_people_cannot_share_a_name(mina: Staff) -> None:
    with pytest.raises(errors.UsernameTaken):
        services.create_staff("MINA", PASSWORD, "다른 사람", "Other", "analyst")
    with pytest.raises(errors.UnknownRole):
        services.create_staff("soo", PASSWORD, "수", "Soo", "boss")
    with pytest.raises(errors.MalformedUsername):
        services.create_staff("a b", PASSWORD, "수", "Soo", "analyst")
