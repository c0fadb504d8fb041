"""Who may pass from the door into the staff pages, and where everybody else goes."""

from typing import Final

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ansim.centre.access.carried import carry
from ansim.centre.access.entering import CARRIED, FACTOR_AT, HALF, half_of, next_step
from ansim.centre.access.errors import HalfWayLost
from ansim.centre.access.models import Staff

# Open to somebody whose password must be changed first.
WHILE_CHANGING: Final = frozenset({"staff-password", "staff-again", "staff-kept"})


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Where this request goes instead of a staff page; None for staff who are wholly in."""
    from ansim.centre.access.permissions import sign_in_address

    staff = request.user if isinstance(request.user, Staff) else None
    if staff is None or not staff.is_active:
        return HttpResponseRedirect(_half_way(request) or _at_the_door(request))
    if FACTOR_AT not in request.session:  # no second step was taken: nobody is in
        address = sign_in_address(request)
        logout(request)
        return HttpResponseRedirect(address)
    match = request.resolver_match
    if staff.must_change_password and (match is None or match.url_name not in WHILE_CHANGING):
        return HttpResponseRedirect(reverse("staff-password"))
    return None


def keep_typed(request: HttpRequest, staff: Staff | None) -> None:
    """Keep a POST for the staff member who sent it, past the end of the session."""
    if request.method == "POST" and staff is not None:
        carry(request, staff)


def lost_key(request: HttpRequest) -> HttpResponse:
    """A session without its key ends; what was typed is kept."""
    from ansim.centre.access.permissions import sign_in_address

    staff, address = request.user, sign_in_address(request, "key")
    logout(request)
    keep_typed(request, staff if isinstance(staff, Staff) else None)
    return HttpResponseRedirect(address)


def _half_way(request: HttpRequest) -> str:
    if HALF not in request.session:
        return ""
    try:
        return next_step(half_of(request))
    except HalfWayLost:
        return ""


def _at_the_door(request: HttpRequest) -> str:
    from ansim.centre.access.permissions import sign_in_address

    if not getattr(request, "idle_ended", False):
        return sign_in_address(request)
    idle = getattr(request, "idle_staff", None)
    if idle is not None:
        keep_typed(request, Staff.objects.filter(pk=idle, is_active=True).first())
    return sign_in_address(request, "kept" if CARRIED in request.session else "idle")
