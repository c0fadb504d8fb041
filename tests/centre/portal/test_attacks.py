"""What somebody tries against the portal: other people's sessions, forms, replays, addresses."""

import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver

from ansim.centre.cases.models import Case, Message, Receipt
from ansim.centre.portal import limits, puzzles, sending
from ansim.centre.portal.models import Spent
from ansim.vault import show
from tests.centre.portal.jiwoo import SECRET_WORDS, Jiwoo
from tests.centre.portal.people import NOON, Known, code_on, draft_in

pytestmark = pytest.mark.usefixtures("lee")
POSTS = (
    "/code", "/report/1", "/report/2", "/report/6", "/report/send", "/report/code", "/mine/later",
    "/mine/links", "/mine/messages", "/mine/consents",
)  # fmt: skip


def test_a_session_planted_beforehand_is_not_the_one_that_is_let_in(jiwoo: Known) -> None:
    attacker = Client()
    attacker.post("/report/code")
    attacker.session.save()
    planted = attacker.session.session_key
    victim = Client()
    victim.cookies["ansim_s"] = planted
    victim.post("/code", {"code": jiwoo.code})
    assert victim.cookies["ansim_s"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    attacker.cookies["ansim_s"] = planted
    assert attacker.get("/mine").headers["Location"] == "/code"


def test_the_session_alone_or_the_key_cookie_alone_opens_nothing(jiwoo: Known) -> None:
    client = jiwoo.client()
    for stolen in ("ansim_s", "ansim_k"):
        thief = Client()
        thief.cookies[stolen] = client.cookies[stolen].value
        assert thief.get("/mine").headers["Location"] == "/code"


@pytest.mark.parametrize("address", POSTS)
def test_every_form_asks_for_its_token(jiwoo: Known, address: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(jiwoo.client().cookies)
    messages = Message.objects.count()
    refused = client.post(address, {"text": "not mine", "purpose": "hold", "answer": "withdraw"})
    assert refused.status_code == 403
    assert Message.objects.count() == messages


def test_every_post_of_the_portal_is_in_the_list_above() -> None:
    """A new address with a form must join POSTS (or carry an id, and then its own test)."""
    import ansim.centre.portal.urls as portal

    forms = set()
    for pattern in portal.urlpatterns:
        closed = inner_views(pattern.callback)
        if not any(getattr(one, "csrf_exempt", False) for one in closed):
            forms.add(str(pattern.pattern))
    exempt = {str(p.pattern) for p in portal.urlpatterns} - forms
    assert not exempt
    assert get_resolver().resolve("/code").url_name == "enter"


def inner_views(view: object) -> list[object]:
    views = [view]
    while (inner := getattr(views[-1], "__wrapped__", None)) is not None:
        views.append(inner)
    return views


def test_a_report_sent_twice_is_one_case_with_one_code() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    first, second = jiwoo.send(), jiwoo.send()
    assert (first.status_code, second.status_code) == (303, 303)
    assert Case.objects.count() == 1


def test_a_report_replayed_after_the_session_ended_is_refused() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.send()
    Session.objects.all().delete()
    again = jiwoo.send()
    assert again.status_code == 400
    assert "이미 보낸 내용이라" in again.content.decode()
    assert 'href="/code"' in again.content.decode()
    assert Case.objects.count() == 1


def test_a_report_that_failed_may_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    def broken(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    with monkeypatch.context() as patched:
        patched.setattr(sending, "take_in", broken)
        assert "그대로 있어요" in jiwoo.send().content.decode()
    assert not Spent.objects.exists()
    assert jiwoo.send().status_code == 303


def test_somebody_elses_draft_does_not_open() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    thief = Client(headers={"accept-language": "ko"})
    thief.get("/report/1")
    stolen = thief.post("/report/send", {"draft": draft_in(jiwoo.page), "step": 6})
    assert stolen.status_code == 400
    assert SECRET_WORDS not in stolen.content.decode()
    assert not Case.objects.exists()


def test_a_flood_of_reports_is_held_up_and_what_was_typed_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    for _ in range(limits.REPORTS.plain.overall):
        limits.begin(limits.REPORTS, "127.0.0.1", work=0, now=NOON)
    held = jiwoo.send()
    assert held.status_code == 429
    assert "들어오는 접수가 많아" in held.content.decode()
    assert not Case.objects.exists()
    puzzle = held.context["puzzle"]
    sent = {
        "draft": draft_in(held), "step": 6, "do": "next", "puzzle": puzzle,
        "answer": puzzles.solve(puzzle),
    }  # fmt: skip
    assert jiwoo.client.post("/report/send", sent).status_code == 303


def test_a_solved_puzzle_is_taken_once(jiwoo: Known) -> None:
    client = Client()
    puzzle = client.get("/code").context["puzzle"]
    sent = {"code": "1", "puzzle": puzzle, "answer": puzzles.solve(puzzle)}
    for _ in range(limits.CODES.plain.address):
        limits.begin(limits.CODES, "203.0.113.7", work=0, now=NOON)
    assert client.post("/code", sent, REMOTE_ADDR="203.0.113.7").status_code == 200
    assert client.post("/code", sent, REMOTE_ADDR="203.0.113.7").status_code == 429


def test_no_code_in_any_address_log_or_header(
    jiwoo: Known, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    answers = [
        client.post("/code", {"code": typed}) for typed in ("1" * 20, show(jiwoo.code), jiwoo.code)
    ]
    client.get("/mine")
    client.get(f"/code?code={jiwoo.code}")
    # Django's own loggers of statements are off in the centre; everything else is looked at.
    told = "\n".join(
        record.getMessage() for record in caplog.records if record.name != "django.db.backends"
    )
    for answer in answers:
        told += "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    assert jiwoo.code not in told
    assert show(jiwoo.code) not in told


def test_a_code_in_the_address_lets_nobody_in(jiwoo: Known) -> None:
    page = Client().get(f"/code?code={jiwoo.code}")
    assert page.status_code == 200
    assert jiwoo.code not in page.content.decode()


def test_every_cookie_ends_with_the_browser_and_is_nobody_elses() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.send()
    jiwoo.client.get("/report/code")
    cookies = {name: morsel for name, morsel in jiwoo.client.cookies.items() if morsel.value}
    assert set(cookies) >= {"ansim_s", "ansim_k", "ansim_d", "ansim_r"}
    for name, morsel in cookies.items():
        assert morsel["httponly"], name
        assert morsel["samesite"] == "Strict", name
        assert morsel["path"] == "/", name
        assert not morsel["domain"], name
        if name != "ansim_c":
            assert not morsel["max-age"], name
            assert not morsel["expires"], name


def test_the_language_is_forgotten_with_the_browser() -> None:
    jiwoo = Jiwoo()
    jiwoo.press("lang:en", target=1)
    morsel = jiwoo.client.cookies["ansim_lang"]
    assert not morsel["max-age"]
    assert not morsel["expires"]


def test_another_code_does_not_meet_the_code_of_an_earlier_report(jiwoo: Known) -> None:
    other = Jiwoo()
    other.to_the_end()
    other.send()
    other.client.post("/code", {"code": jiwoo.code})
    assert other.client.get("/report/code").headers["Location"] == "/mine"
    assert Receipt.objects.get(case=jiwoo.case).typed_back_at is None


def test_nobody_goes_on_before_the_code_was_typed_back() -> None:
    jiwoo = Jiwoo()
    jiwoo.to_the_end()
    jiwoo.send()
    assert jiwoo.client.get("/mine").headers["Location"] == "/report/code"
    code = code_on(jiwoo.client.get("/report/code").content.decode())
    assert code_on(jiwoo.client.get("/report/code/print").content.decode()) == code
    jiwoo.client.post("/report/code", {"code": code})
    assert jiwoo.client.get("/mine").status_code == 200


@pytest.mark.parametrize("method", ["head", "options", "put", "delete", "patch"])
@pytest.mark.parametrize("address", ["/", "/code", "/report/1", "/mine", "/report/send"])
def test_other_methods_change_nothing_and_break_nothing(method: str, address: str) -> None:
    answer = getattr(Client(), method)(address)
    assert answer.status_code in {200, 302, 403, 405}
    assert not Case.objects.exists()
    if method == "head":
        assert not answer.content


def test_huge_fields_are_answered_shortly(jiwoo: Known) -> None:
    page = Client().post("/code", {"code": "9" * 1_000_000})
    assert page.status_code == 200
    jiwoo_client = jiwoo.client()
    jiwoo_client.raise_request_exception = False
    for address, field in (("/mine/messages", "text"), ("/mine/links", "url1")):
        answer = jiwoo_client.post(address, {field: "a" * 1_500_000})
        assert answer.status_code in {200, 400}
    too_much = jiwoo_client.post("/mine/messages", {"text": "a" * 3_000_000})
    assert too_much.status_code == 400
    assert not Message.objects.exists()


@pytest.mark.parametrize("typed", ["/code\r\nSet-Cookie: a=b", "//evil.test/", "https://evil.test"])
def test_nothing_typed_becomes_a_header_or_another_site(typed: str) -> None:
    answer = Client().get("/lang/en", {"next": typed})
    assert "evil.test" not in answer.headers["Location"]
    assert "\n" not in answer.headers["Location"]
    assert "a" not in answer.cookies


def test_a_made_up_host_is_refused() -> None:
    answer = Client().get("/", HTTP_HOST="evil.test")
    assert answer.status_code == 400
    assert "evil.test" not in answer.content.decode()


PORTAL_PAGES = (
    "/", "/report/1", "/code", "/privacy", "/accessibility", "/mine", "/mine/messages",
    "/mine/consents", "/mine/links", "/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("address", PORTAL_PAGES)
def test_every_page_keeps_to_itself(jiwoo: Known, address: str) -> None:
    answer = jiwoo.client().get(address)
    text = answer.content.decode()
    assert answer.status_code in {200, 404}
    stored = answer.headers["Cache-Control"]
    assert "no-store" in stored
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title is not None
    for word in ("성범죄", "불법", "피해", "디지털", jiwoo.case.reference):
        assert word not in title[1]
    # No third party, no web font, nothing inline; pictures are files of our own.
    for found in re.findall(r'(?:src|href|action)="([^"]+)"', text):
        assert found.startswith(("/", "#", "tel:", "?")), found
    assert not re.search(r"<(?:img|iframe|object|embed)\b", text)
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", text)


def test_icons_are_an_ornament_that_a_browser_may_leave_out(jiwoo: Known) -> None:
    for address in PORTAL_PAGES:
        for svg in re.findall(r"<svg[^>]*>", jiwoo.client().get(address).content.decode()):
            assert 'aria-hidden="true"' in svg, (address, svg)


def test_leaving_ends_everything_on_the_server(jiwoo: Known) -> None:
    client = jiwoo.client()
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    answer = client.get("/exit")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    thief = Client()
    for name, value in kept.items():
        thief.cookies[name] = value
    assert thief.get("/mine").headers["Location"] == "/code"


@pytest.mark.parametrize(
    "header",
    [{"sec-fetch-site": "cross-site"}, {"sec-purpose": "prefetch"}, {"purpose": "prefetch"}],
)
def test_no_other_site_and_no_reading_ahead_throws_anybody_out(
    jiwoo: Known, header: dict[str, str]
) -> None:
    client = jiwoo.client()
    answer = client.get("/exit", headers=header)
    assert answer.status_code == 303
    assert "Clear-Site-Data" not in answer.headers
    assert client.get("/mine").status_code == 200
