"""May this staff member do this? Default deny; roles are data, visibility is the case's."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from ansim.centre import clock
from ansim.centre.access.door import refusal
from ansim.centre.access.errors import NotPermitted
from ansim.centre.access.models import Staff
from ansim.centre.access.roles import roles

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """What a staff view receives: a signed-in member of staff and, if held, their key."""

    user: Staff
    private_key: bytes | None


def case_of(obj: models.Model) -> models.Model | None:
    """The case that a record is or belongs to (its ``case``), else None."""
    if obj._meta.label == "cases.Case":
        return obj
    case = getattr(obj, "case", None)
    return case if isinstance(case, models.Model) else None


def can(staff: Staff | AnonymousUser, action: str, obj: models.Model | None = None) -> bool:
    """Whether ``staff`` may do ``action``, and on ``obj`` where one is given.

    ``obj`` may be a case or any record with a ``case``; then the case must be visible to the
    staff member too. Raises UnknownAction for a misspelt action.
    """
    today = clock.now().astimezone(ZoneInfo(settings.ANSIM_ZONE)).date()
    allowed = isinstance(staff, Staff) and staff.is_active
    role = staff.role if isinstance(staff, Staff) else ""
    if not roles().allows(role, action, today) or not allowed:
        return False
    case = None if obj is None else case_of(obj)
    if case is None:
        return True
    from ansim.centre.cases.queries import visible_cases

    return visible_cases(cast("Staff", staff)).filter(pk=case.pk).exists()


def require(staff: Staff | AnonymousUser, action: str, obj: models.Model | None = None) -> None:
    """Raise NotPermitted (a 403 page with one sentence) unless ``can``."""
    if not can(staff, action, obj):
        raise NotPermitted


def sign_in_address(request: HttpRequest, why: str = "") -> str:
    """Where to sign in, and to come back from afterwards."""
    back = request.get_full_path() if request.method == "GET" else ""
    query = {name: value for name, value in (("next", back), ("why", why)) if value}
    address = reverse("staff-sign-in")
    return f"{address}?{urlencode(query)}" if query else address


def staff_view(
    action: str | None = None,
) -> Callable[
    [Callable[Concatenate[StaffRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """For a view of the staff site: signed in, permitted ``action`` (None: any staff), not cached.

    Use: ``@staff_view("notice.approve")``. Someone who is not signed in goes to the sign-in page
    and comes back; someone half-way in goes to the second step; someone who is not permitted sees
    NotPermitted's page.
    """

    def decorate(
        view: Callable[Concatenate[StaffRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            elsewhere = refusal(request)
            if elsewhere is not None:
                return elsewhere
            staff_request = cast("StaffRequest", request)
            if action is not None:
                require(staff_request.user, action)
            return view(staff_request, *args, **kwargs)

        # The table of docs/permissions.md and the tests of structure read it.
        guarded.staff_action = action or ""  # type: ignore[attr-defined]
        return guarded

    return decorate
