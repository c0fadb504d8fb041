"""From the first step to the last: half-way in, and in.

Half-way in, nobody is signed in: the session holds who proved what, and their opened private key,
in one box under the secret of the browser's cookie. Each rise of rights begins a new session.
"""

import base64
import json
from dataclasses import dataclass, field
from time import time
from typing import Any, Final

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from ansim.centre.access import factors, services
from ansim.centre.access.addresses import address_of, client_address
from ansim.centre.access.carried import carried
from ansim.centre.access.errors import HalfWayLost
from ansim.centre.access.keycookie import hold_key, keep, kept, new_secret
from ansim.centre.access.middleware import CARRIED
from ansim.centre.access.models import Staff

__all__ = ["CARRIED", "FACTOR_AT", "FRESH_AT", "HALF", "Half", "begin_half", "complete", "half_of"]

# It only finds the member of staff of a session; opening the key is what proves the password.
SESSION_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
HALF: Final = "half_box"
PENDING: Final = "pending_box"
FACTOR_AT: Final = "factor_at"
FRESH_AT: Final = "fresh_at"
HALF_SECONDS: Final = 5 * 60
# Putting an app on a phone takes longer than reading a code off it.
ENROL_SECONDS: Final = 30 * 60


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody half-way in: who, by which proof, since when, whereto.

    ``private`` is None after a passkey that could not open the key: then the password is asked.
    ``proven`` holds ``password`` or ``passkey``.
    """

    staff: Staff
    private: bytes | None = field(repr=False)
    proven: tuple[str, ...]
    next_address: str
    enrolling: bool = False


def begin_half(request: HttpRequest, response: HttpResponseBase, half: Half) -> None:
    """Hold the first proof in a session of its own, for HALF_SECONDS (ENROL_SECONDS: enrolling)."""
    kept_for_somebody = request.session.get(CARRIED)
    request.session.flush()
    if kept_for_somebody:
        request.session[CARRIED] = kept_for_somebody
    private = None if half.private is None else base64.b64encode(half.private).decode()
    told = {
        "staff": str(half.staff.pk), "mark": half.staff.password, "private": private,
        "proven": half.proven, "next": half.next_address, "enrolling": half.enrolling,
        "at": int(time()),
    }  # fmt: skip
    keep(request, HALF, json.dumps(told).encode(), new_secret(response))


def half_of(request: HttpRequest) -> Half:
    """Who is half-way in. Raises HalfWayLost (nobody, too late, or the account changed)."""
    opened = kept(request, HALF)
    if opened is None:
        raise HalfWayLost
    told = json.loads(opened)
    limit = ENROL_SECONDS if told["enrolling"] else HALF_SECONDS
    staff = Staff.objects.filter(pk=told["staff"], is_active=True, password=told["mark"]).first()
    if staff is None or not 0 <= time() - told["at"] <= limit:
        raise HalfWayLost
    private = None if told["private"] is None else base64.b64decode(told["private"])
    return Half(staff, private, tuple(told["proven"]), told["next"], told["enrolling"])


def next_step(half: Half) -> str:
    """Where somebody half-way in goes: to set up a second step, or to take it."""
    return reverse("staff-second" if factors.has_factor(half.staff) else "staff-enrol")


def complete(
    request: HttpRequest, staff: Staff, private: bytes, used: list[str], next_address: str
) -> HttpResponse:
    """In: a new session that holds the key; ``used`` names what was proved, for custody."""
    mine = carried(request, staff, private) is not None
    kept_for_me = request.session.get(CARRIED)
    request.session.flush()
    login(request, staff, backend=SESSION_BACKEND)
    home = address_of("staff-today") or "/"
    where = reverse("staff-kept") if mine else next_address
    response = HttpResponseRedirect(home if where == "/" else where)
    hold_key(request, response, private)
    request.session[FACTOR_AT] = int(time())
    prove_again(request)
    if mine:
        request.session[CARRIED] = kept_for_me
    services.came_in(staff, client_address(request), used)
    return response


def prove_again(request: HttpRequest) -> None:
    """The password or a passkey was given just now."""
    request.session[FRESH_AT] = int(time())


def set_pending(request: HttpRequest, told: dict[str, Any]) -> None:
    """What is being set up (an app's secret, codes shown once), sealed until it is done."""
    keep(request, PENDING, json.dumps(told).encode())


def pending(request: HttpRequest) -> dict[str, Any]:
    """What ``set_pending`` put there; empty when there is nothing."""
    opened = kept(request, PENDING)
    return {} if opened is None else dict(json.loads(opened))


def drop_pending(request: HttpRequest) -> None:
    """It is done."""
    request.session.pop(PENDING, None)
