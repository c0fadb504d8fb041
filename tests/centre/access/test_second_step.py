"""Mina's second step: set up before anything else, each code once, never the last one gone."""

import base64
import re
from time import time

import pytest
from cryptography.exceptions import InvalidTag
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from ansim.centre.access import entering, factors, services, totp
from ansim.centre.access.errors import LastFactor, WrongCode
from ansim.centre.access.models import Factor, RecoveryCode, Staff
from ansim.centre.custody.models import CustodyEvent
from tests.centre.doors import SECRET, code_now, come_in, give_app, let_in

PASSWORD = "still water runs deep"
# RFC 6238, appendix B, cut to six digits.
RFC_SECRET = b"12345678901234567890"
RFC = [
    (1111111111, "050471"),
    (1111111109, "081804"),
    (1234567890, "005924"),
    (20000000000, "353130"),
]


@pytest.fixture
def mina(db: None) -> Staff:
    return services.create_staff("mina", PASSWORD, "박미나", "Mina Park", "counsellor", "en")


def password_given(language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.post(
        "/staff/sign-in", {"username": "mina", "password": PASSWORD, "next": "/staff/cases"}
    )
    return client


@pytest.mark.parametrize(("moment", "code"), RFC)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    assert totp.code_of(RFC_SECRET, totp.step_at(moment)) == code
    for late, wanted in [(-30, True), (0, True), (30, True), (60, False), (-61, False)]:
        found = totp.step_of_code(RFC_SECRET, f"{code[:3]} {code[3:]}", moment + late, 0)
        assert (found == totp.step_at(moment)) is wanted


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_code_or_is_not(typed: str) -> None:
    found = totp.step_of_code(RFC_SECRET, typed, 1111111109, 0)
    codes = [totp.code_of(RFC_SECRET, totp.step_at(1111111109) + n) for n in (-1, 0, 1)]
    assert (found is not None) is ("".join(typed.split()) in codes)


def test_a_secret_opens_in_its_own_row_only(mina: Staff) -> None:
    factor = give_app(mina)
    assert SECRET not in bytes(factor.secret_box)
    assert totp.open_secret(bytes(factor.secret_box), factor.pk) == SECRET
    with pytest.raises(InvalidTag):
        totp.open_secret(bytes(factor.secret_box), mina.pk)


def test_the_picture_is_the_address() -> None:
    address = totp.address(SECRET, "mina", "Ansim, 가람시")
    assert address.startswith("otpauth://totp/Ansim%2C%20%EA")
    assert "+" not in address
    width, path = totp.qr_path(address)
    assert width > 30
    assert re.fullmatch(r"(M\d+ \d+h1v1h-1z)+", path)


def test_no_code_is_taken_twice_and_none_older_than_the_last(mina: Staff) -> None:
    give_app(mina)
    factors.check_app(mina, code_now(1))
    for steps in (1, 0, -1):
        with pytest.raises(WrongCode):
            factors.check_app(mina, code_now(steps))
    with pytest.raises(WrongCode):
        factors.check_app(services.create_staff("joon", PASSWORD, "준", "Joon", "analyst"), "1")


def test_of_two_requests_with_one_code_only_one_is_let_in(
    mina: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_app(mina)
    # Both have compared the code before either has written down that it was used.
    monkeypatch.setattr(totp, "step_of_code", lambda *_: 77)
    factors.check_app(mina, "123456")
    with pytest.raises(WrongCode):
        factors.check_app(mina, "123456")


def test_a_session_that_took_no_second_step_is_nobodys(mina: Staff) -> None:
    client = Client()
    client.force_login(mina)
    assert client.get("/staff/account").headers["Location"].startswith("/staff/sign-in?next=")
    assert "_auth_user_id" not in client.session


def test_without_a_second_step_there_is_only_the_page_that_sets_one_up(mina: Staff) -> None:
    client = password_given()
    for address in ("/staff/", "/staff/account", "/staff/cases", "/staff/again", "/staff/kept"):
        assert client.get(address).headers["Location"] == "/staff/enrol"
    assert client.get("/staff/enrol/codes").headers["Location"] == "/staff/enrol"
    page = client.get("/staff/enrol").content.decode()
    assert "style=" not in page
    letters = re.search(r"data-secret>([A-Z2-7 ]+)<", page)
    assert letters is not None
    wrong = client.post("/staff/enrol", {"code": "000000"}).content.decode()
    assert letters.group(1) in wrong, "the app was set up with another secret"
    assert not mina.factors.exists()


def enrol(client: Client) -> list[str]:
    page = client.get("/staff/enrol").content.decode()
    letters = re.search(r"data-secret>([A-Z2-7 ]+)<", page)
    assert letters is not None
    secret = base64.b32decode(letters.group(1).replace(" ", ""))
    code = totp.code_of(secret, totp.step_at(time()))
    assert client.post("/staff/enrol", {"code": code}).headers["Location"] == "/staff/enrol/codes"
    shown = client.get("/staff/enrol/codes").content.decode()
    return re.findall(r"<li>([A-Z0-9-]{14})</li>", shown)


def test_mina_sets_up_her_app_and_keeps_the_codes(mina: Staff) -> None:
    client = password_given()
    codes = enrol(client)
    assert len(set(codes)) == factors.RECOVERY_CODES
    assert not RecoveryCode.objects.exists(), "codes hold that she may never have seen"
    assert client.get("/staff/cases").status_code == 302
    assert "none of the ten" in client.post("/staff/enrol/codes", {"code": "x"}).content.decode()
    answer = client.post("/staff/enrol/codes", {"code": codes[4].replace("-", " ").lower()})
    assert answer.headers["Location"] == "/staff/cases"
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert client.get("/staff/enrol/codes").headers["Location"] == "/staff/account"
    steps = CustodyEvent.objects.filter(action="staff.signed_in").get().fields
    assert steps == ["enrolled", "password"]


def test_somebody_who_knows_the_password_adds_no_factor_beside_hers(mina: Staff) -> None:
    early = password_given()
    early.get("/staff/enrol")
    give_app(mina)
    late = password_given()
    for client in (early, late):
        assert client.get("/staff/enrol").headers["Location"] == "/staff/sign-in/second"
        assert client.post("/staff/enrol/options").status_code == 403
        assert client.post("/staff/enrol", {"code": code_now()}).status_code == 302
    assert mina.factors.count() == 1
    assert late.get("/staff/enrol/codes").headers["Location"] == "/staff/sign-in/second"


def test_half_way_in_lasts_five_minutes(mina: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    give_app(mina)
    client = password_given()
    now = time()
    monkeypatch.setattr(entering, "time", lambda: now + entering.HALF_SECONDS + 2)
    answer = client.post("/staff/sign-in/second", {"code": code_now()})
    assert answer.headers["Location"] == "/staff/sign-in?why=late"
    assert mina.factors.get().last_step == 0


def test_half_way_in_holds_no_key_for_any_page(mina: Staff) -> None:
    give_app(mina)
    client = password_given()
    assert "_auth_user_id" not in client.session
    assert "key_box" not in client.session
    # The box of somebody half-way in is no held key under another name.
    session = client.session
    session["key_box"] = session["half_box"]
    session.save()
    assert let_in(client, mina).get("/staff/kept").headers["Location"].endswith("why=key")


def test_a_password_changed_meanwhile_ends_the_way_in(mina: Staff) -> None:
    give_app(mina)
    client = password_given()
    services.change_password(mina, PASSWORD, "another long password")
    answer = client.post("/staff/sign-in/second", {"code": code_now()})
    assert answer.headers["Location"] == "/staff/sign-in?why=late"


def test_each_rise_of_rights_begins_a_new_session(mina: Staff) -> None:
    give_app(mina)
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["ansim_s"] = planted = session.session_key
    ids = [planted]
    client.post("/staff/sign-in", {"username": "mina", "password": PASSWORD})
    ids.append(client.cookies["ansim_s"].value)
    client.post("/staff/sign-in/second", {"code": code_now()})
    ids.append(client.cookies["ansim_s"].value)
    assert len(set(ids)) == len(ids)
    assert "planted" not in client.session


def test_a_recovery_code_opens_the_door_once(mina: Staff) -> None:
    give_app(mina)
    codes = factors.draw_recovery_codes()
    factors.store_recovery_codes(mina, codes)
    client = password_given()
    answer = client.post("/staff/sign-in/recovery", {"code": codes[0].lower()})
    assert answer.headers["Location"] == "/staff/account"
    again = password_given()
    page = again.post("/staff/sign-in/recovery", {"code": codes[0]}).content.decode()
    assert "does not match or was used before" in page
    assert codes[0] not in client.get("/staff/account").content.decode()
    joon = services.create_staff("joon", PASSWORD, "준", "Joon", "analyst")
    with pytest.raises(WrongCode):
        factors.use_recovery_code(joon, codes[1])
    factors.store_recovery_codes(mina, factors.draw_recovery_codes())
    with pytest.raises(WrongCode):
        factors.use_recovery_code(mina, codes[1])


def test_the_last_second_step_stays(mina: Staff) -> None:
    app = give_app(mina)
    with pytest.raises(LastFactor):
        factors.remove(mina, app.pk)
    other = Factor.objects.create(
        staff=mina, kind="passkey", label="laptop", credential_id=b"1", added_at=mina.created_at
    )
    joon = services.create_staff("joon", PASSWORD, "준", "Joon", "analyst")
    factors.remove(joon, app.pk)
    assert mina.factors.count() == 2
    factors.remove(mina, app.pk)
    assert list(mina.factors.all()) == [other]


def test_mina_removes_one_of_two_from_her_page(mina: Staff) -> None:
    client = Client(headers={"accept-language": "en"})
    come_in(client, "mina", PASSWORD)
    Factor.objects.create(
        staff=mina, kind="passkey", label="laptop", credential_id=b"1", added_at=mina.created_at
    )
    app = mina.factors.get(kind="totp")
    assert (
        "Remove this second step?"
        in client.get(f"/staff/account/factors/{app.pk}").content.decode()
    )
    assert client.post(f"/staff/account/factors/{app.pk}").status_code == 302
    laptop = mina.factors.get()
    stays = client.post(f"/staff/account/factors/{laptop.pk}").content.decode()
    assert "This second step stays" in stays
    joon = services.create_staff("joon", PASSWORD, "준", "Joon", "analyst")
    assert client.get(f"/staff/account/factors/{give_app(joon).pk}").status_code == 404


def test_after_a_reset_mina_sets_up_a_new_one(mina: Staff) -> None:
    client = Client()
    come_in(client, "mina", PASSWORD)
    factors.reset(mina, actor=None)
    assert client.get("/staff/account").headers["Location"].startswith("/staff/sign-in")
    fresh = password_given()
    assert fresh.get("/staff/cases").headers["Location"] == "/staff/enrol"
    event = CustodyEvent.objects.get(action="staff.factors_reset")
    assert (event.actor_kind, event.object_id) == ("operator", str(mina.pk))


@pytest.mark.django_db
def test_a_password_that_somebody_else_made_must_be_changed_first() -> None:
    new = "one that only han knows"
    services.create_staff("mina", PASSWORD, "박", "Mina", "counsellor", temporary=True)
    client = Client()
    come_in(client, "mina", PASSWORD)
    assert client.get("/staff/account").headers["Location"] == "/staff/account/password"
    given = {"old": PASSWORD, "new": new, "again": new}
    assert client.post("/staff/account/password", given).headers["Location"] == "/staff/account"
    assert client.get("/staff/account").status_code == 200


def test_the_code_of_the_moment_is_shown_in_a_sandbox_only(mina: Staff, settings) -> None:
    give_app(mina)
    assert factors.code_of_the_moment(mina) == ""
    settings.ANSIM_SANDBOX = "/somewhere/sandbox.json"
    shown = factors.code_of_the_moment(mina)
    assert shown in password_given().get("/staff/sign-in/second").content.decode()
    factors.check_app(mina, shown)
    factors.check_app(mina, factors.code_of_the_moment(mina))
    assert factors.code_of_the_moment(mina) == ""
    settings.PRODUCTION = True
    Factor.objects.update(last_step=0)
    assert factors.code_of_the_moment(mina) == ""
