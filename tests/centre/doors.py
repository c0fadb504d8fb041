"""How tests come in: through the door with a password and an app, or let in without a key."""

from time import time
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from ansim.centre import clock
from ansim.centre.access import totp
from ansim.centre.access.models import Factor, Staff

BACKEND = "django.contrib.auth.backends.ModelBackend"
# Every test's app has this secret.
SECRET = bytes(range(20))


def let_in(client: Client, staff: Staff) -> Client:
    """Signed in with every step taken just now, but without a private key in the session."""
    client.force_login(staff, backend=BACKEND)
    session = client.session
    session["factor_at"] = session["fresh_at"] = int(time())
    session.save()
    return client


def give_app(staff: Staff) -> Factor:
    """An authenticator app with SECRET, of which no code was used yet."""
    factor = Factor(staff=staff, kind=Factor.Kind.TOTP, added_at=clock.now())
    factor.secret_box = totp.seal_secret(SECRET, factor.pk)
    staff.factors.filter(kind=Factor.Kind.TOTP).delete()
    factor.save(force_insert=True)
    return factor


def code_now(steps: int = 0) -> str:
    """The code that the app shows, or showed ``steps`` steps from now."""
    return totp.code_of(SECRET, totp.step_at(time()) + steps)


def come_in(
    client: Client, username: str, password: str, *, next_address: str = ""
) -> HttpResponse:
    """Through the real pages, with a fresh app; the answer to the second step."""
    staff = Staff.objects.get(username=username)
    give_app(staff)
    given = {"username": username, "password": password, "next": next_address}
    first = client.post("/staff/sign-in", given)
    assert urlsplit(first.headers["Location"]).path == "/staff/sign-in/second"
    answer = client.post("/staff/sign-in/second", {"code": code_now()})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return answer  # type: ignore[return-value]
