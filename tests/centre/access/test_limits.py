"""A stranger guesses; the delays grow, and the people of the centre still come in."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from ansim.centre.access import services, throttle
from ansim.centre.access.errors import SignInLocked, SignInRefused, WrongCode
from ansim.centre.access.models import SignInAttempt, Staff
from ansim.centre.custody.models import CustodyEvent
from tests.centre.doors import come_in, give_app

pytestmark = pytest.mark.django_db
PASSWORD = "still water runs deep"
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The system's clock, in a list of one."""
    held = [datetime(2026, 11, 20, 3, tzinfo=UTC)]
    monkeypatch.setattr(throttle, "now", lambda: held[0])
    return held


@pytest.fixture
def mina() -> Staff:
    return services.create_staff("mina", PASSWORD, "박미나", "Mina Park", "counsellor", "en")


def fail(username: str, address: str) -> None:
    with pytest.raises(SignInRefused):
        services.sign_in(username, "no, not it at all", address)


def seconds_left(username: str, address: str) -> int:
    with pytest.raises(SignInLocked) as caught:
        services.sign_in(username, PASSWORD, address)
    return int(caught.value.values["seconds"])


@pytest.mark.parametrize("name", ["mina", "nobody"])
def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(
    mina: Staff, moment: list[datetime], name: str
) -> None:
    for _ in range(throttle.ACCOUNT.free):
        fail(name, HOME)
    waits = []
    for _ in range(9):
        waits.append(seconds_left(name, HOME))
        moment[0] += timedelta(seconds=waits[-1])
        fail(name, HOME)
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_nobody_is_locked_out_for_good(mina: Staff, moment: list[datetime]) -> None:
    for _ in range(throttle.ACCOUNT.free):
        fail("mina", HOME)
    moment[0] += timedelta(seconds=15)
    assert services.sign_in("mina", PASSWORD, HOME).staff == mina


def test_attempts_that_were_refused_do_not_prolong_the_wait(
    mina: Staff, moment: list[datetime]
) -> None:
    for _ in range(throttle.ACCOUNT.free):
        fail("mina", HOME)
    for _ in range(20):
        assert seconds_left("mina", HOME) == 15


def test_a_password_alone_does_not_clear_the_count(mina: Staff, moment: list[datetime]) -> None:
    for _ in range(throttle.ACCOUNT.free - 1):
        fail("mina", HOME)
    services.sign_in("mina", PASSWORD, HOME)
    fail("mina", HOME)
    assert seconds_left("mina", HOME) == 15
    services.came_in(mina, HOME, ["password", "totp"])
    assert services.sign_in("mina", PASSWORD, HOME).staff == mina


def test_codes_are_counted_with_passwords(mina: Staff, moment: list[datetime]) -> None:
    for _ in range(throttle.ACCOUNT.free):
        with pytest.raises(WrongCode), services.one_try(mina, HOME, "totp"):
            raise WrongCode
    assert seconds_left("mina", HOME) == 15
    failures = CustodyEvent.objects.filter(action="staff.sign_in_failed", object_id=str(mina.pk))
    assert [event.fields for event in failures] == [["totp"]] * throttle.ACCOUNT.free


def test_a_stranger_cannot_keep_mina_out_of_the_place_she_works_at(
    mina: Staff, moment: list[datetime]
) -> None:
    services.came_in(mina, HOME, ["password", "totp"])
    for _ in range(throttle.ACCOUNT.free):
        fail("mina", ELSEWHERE)
    assert seconds_left("mina", ELSEWHERE) == 15
    assert services.sign_in("mina", PASSWORD, HOME).staff == mina
    for _ in range(throttle.ACCOUNT.free):
        fail("mina", HOME)
    assert seconds_left("mina", HOME) == 15
    moment[0] += throttle.KNOWN_FOR + timedelta(days=1)
    services.sign_in("mina", PASSWORD, HOME)
    assert not SignInAttempt.objects.filter(outcome="in").exists()


def test_many_names_from_one_network_wait_together(mina: Staff, moment: list[datetime]) -> None:
    for number in range(throttle.ADDRESS.free):
        fail(f"name{number}", f"2001:db8:1:2::{number:x}")
    assert seconds_left("mina", "2001:db8:1:2:ffff::1") == 15
    assert services.sign_in("mina", PASSWORD, "2001:db8:1:3::1").staff == mina


def test_many_names_from_everywhere_slow_everybody_who_is_new(
    mina: Staff, moment: list[datetime]
) -> None:
    services.came_in(mina, HOME, ["passkey"])
    SignInAttempt.objects.bulk_create(
        SignInAttempt(
            username_digest=f"{number}", address_digest=f"{number}", at=moment[0], outcome="failed"
        )
        for number in range(throttle.OVERALL.free + 30)
    )
    assert seconds_left("mina", ELSEWHERE) == 60
    assert services.sign_in("mina", PASSWORD, HOME).staff == mina


def test_receipt_codes_are_not_counted_here(mina: Staff, moment: list[datetime]) -> None:
    SignInAttempt.objects.bulk_create(
        SignInAttempt(username_digest="r", address_digest=f"{number}", at=moment[0])
        for number in range(throttle.OVERALL.free + 30)
    )
    assert services.sign_in("mina", PASSWORD, HOME).staff == mina


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("fe80::1%eth0", "fe80:0000:0000:0000::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_what_counts_as_one_address(address: str, counted: str) -> None:
    assert throttle.network(address) == counted


def test_the_page_says_how_long(mina: Staff) -> None:
    client = Client(headers={"accept-language": "ko"})
    for _ in range(throttle.ACCOUNT.free):
        client.post("/staff/sign-in", {"username": "mina", "password": "not it"})
    page = client.post("/staff/sign-in", {"username": "mina", "password": PASSWORD})
    assert "초 뒤에 다시 시도해 주세요" in page.content.decode()


def test_the_second_step_is_limited_too(mina: Staff) -> None:
    client = Client(headers={"accept-language": "en"})
    give_app(mina)
    client.post("/staff/sign-in", {"username": "mina", "password": PASSWORD})
    for _ in range(throttle.ACCOUNT.free):
        page = client.post("/staff/sign-in/second", {"code": "000000"}).content.decode()
        assert "This code does not match" in page
    page = client.post("/staff/sign-in/second", {"code": "000000"}).content.decode()
    assert "too many attempts" in page
    SignInAttempt.objects.all().delete()
    assert come_in(client, "mina", PASSWORD).headers["Location"] == "/staff/"
